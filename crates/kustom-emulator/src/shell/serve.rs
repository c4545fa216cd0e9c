//! The emulator's own accept loop: a fault may end a connection without an answer, which other servers do not allow.

use super::Emulator;
use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Far more than a shop under test opens. Later ones wait unaccepted.
const CONNECTION_LIMIT: usize = 1024;

/// Without file descriptors accepting fails at once, and again until one is freed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Proxies keep idle connections this long.
const IDLE: Duration = Duration::from_secs(60);

/// Nothing that the emulator remembers outlives it, so there is little to wait for.
const STOP_GRACE: Duration = Duration::from_secs(2);

/// What a client still sends after its last answer is read for so long. Closing on unread bytes resets the connection, and
/// takes an answer back that the client has not read yet.
const FAREWELL: Duration = Duration::from_millis(500);

/// The address at which a request arrived.
#[derive(Clone, Copy)]
pub(super) struct ArrivedAt(pub(super) SocketAddr);

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Close,
    Reset,
}

/// Goes with each request and ends the connection that brought it.
#[derive(Clone)]
pub(super) struct Cutter(mpsc::Sender<Cut>);

/// Goes with each request, for answers that would otherwise never end.
#[derive(Clone)]
pub(super) struct Stopping(pub(super) CancellationToken);

impl Cutter {
    /// A second cut of the same connection has nothing to do.
    pub(super) fn cut(&self, cut: Cut) {
        let _ = self.0.try_send(cut);
    }
}

impl Emulator {
    /// Answers on this port until stopped. Unlike under another server, every fault can be carried out.
    pub fn serve(
        &self,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + Send + 'static {
        let router = self.router();
        async move {
            let mut connections = JoinSet::new();
            while let Some(stream) = next(&listener, &mut connections, &stop).await {
                connections.spawn(connection(router.clone(), stream, stop.clone()));
            }
            // Whoever connects now is refused instead of left waiting.
            drop(listener);
            let finished = async { while connections.join_next().await.is_some() {} };
            if timeout(STOP_GRACE, finished).await.is_err() {
                tracing::debug!(connections = connections.len(), "connections are cut off");
            }
        }
    }
}

/// The next connection; `None` when it is time to stop.
async fn next(
    listener: &TcpListener,
    connections: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Option<TcpStream> {
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < CONNECTION_LIMIT => match accepted {
                Ok((stream, _)) => return Some(stream),
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted for the moment");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// A connection that fails concerns nobody but its client.
async fn connection(router: Router, stream: TcpStream, stop: CancellationToken) {
    // An answer is one small write; waiting for more to send only delays it.
    let _ = stream.set_nodelay(true);
    let (sender, mut cuts) = mpsc::channel(1);
    let cutter = Cutter(sender);
    let arrived_at = stream.local_addr().ok().map(ArrivedAt);
    let stopping = Stopping(stop.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(cutter.clone());
        if let Some(arrived_at) = arrived_at {
            request.extensions_mut().insert(arrived_at);
        }
        request.extensions_mut().insert(stopping.clone());
        router.clone().oneshot(request)
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        // As Kustom writes them: a client of its own compares names letter by letter.
        .title_case_headers(true)
        .serve_connection(TokioIo::new(stream), service);
    let mut running = Pin::new(&mut connection);
    let mut is_stopping = false;
    let cut = loop {
        tokio::select! {
            _ = running.as_mut() => break None,
            Some(cut) = cuts.recv() => break Some(cut),
            () = stop.cancelled(), if !is_stopping => {
                is_stopping = true;
                running.as_mut().graceful_shutdown();
            }
        }
    };
    let stream = connection.into_parts().io.into_inner();
    match cut {
        None => {
            let _ = timeout(FAREWELL, read_out(stream)).await;
        }
        // Closing such a stream sends a reset instead of a farewell.
        Some(Cut::Reset) => {
            let _ = stream.set_zero_linger();
        }
        Some(Cut::Close) => {}
    }
}

async fn read_out(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    let mut nobody_reads_this = [0; 1024];
    while stream.read(&mut nobody_reads_this).await? > 0 {}
    Ok(())
}
