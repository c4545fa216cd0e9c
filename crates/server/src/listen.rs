//! Our own accept loop, because axum's has neither limits nor a timeout for the head.
//!
//! It knows connections, not carts: what is answered is the router's business.

mod connection;
mod first_byte;
mod head_timer;

use axum::Router;
use connection::Connection;
use rustls::ServerConfig;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Above what one server needs with an event stream for each shopper, below what its memory holds. More wait unaccepted.
pub const MAX_CONNECTIONS: usize = 4096;

/// Without file descriptors accepting fails at once, and again until one is freed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long requests in flight may take once the server stops: longer than any of ours, shorter than an operator's
/// patience.
pub const STOP_GRACE: Duration = Duration::from_secs(20);

/// How patient we are with a client. Tests are less.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the first byte of a request to the end of its head, and for a TLS handshake.
    pub head: Duration,
    /// Between requests. Proxies keep connections this long, and a shorter time would close some under a request.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(60),
        }
    }
}

#[derive(Debug, Error)]
pub enum BindError {
    #[error("another program listens on {address}; stop it, or set {variable} to another address")]
    InUse {
        address: SocketAddr,
        variable: &'static str,
    },
    #[error("cannot listen on {address}, which {variable} sets")]
    Refused {
        address: SocketAddr,
        variable: &'static str,
        source: io::Error,
    },
}

/// Opens the port. `variable` is the setting that would choose another.
pub async fn bind(address: SocketAddr, variable: &'static str) -> Result<TcpListener, BindError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => BindError::InUse { address, variable },
            _ => BindError::Refused {
                address,
                variable,
                source,
            },
        })
}

/// Answers until `stop`, then lets requests in flight finish within `grace`.
///
/// With `tls` the port answers http and https alike.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    tls: Option<Arc<ServerConfig>>,
    stop: CancellationToken,
    grace: Duration,
) {
    serve_patiently(listener, app, tls, stop, grace, Patience::default()).await;
}

pub async fn serve_patiently(
    listener: TcpListener,
    app: Router,
    tls: Option<Arc<ServerConfig>>,
    stop: CancellationToken,
    grace: Duration,
    patience: Patience,
) {
    let abandon = CancellationToken::new();
    let connections = TaskTracker::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let shared = Connection {
        app,
        tls,
        patience,
        stop: stop.clone(),
    };
    while let Some((stream, peer, place)) = next(&listener, &places, &stop).await {
        let connection = shared.clone().run(stream, peer);
        let abandoned = abandon.clone().cancelled_owned();
        connections.spawn(async move {
            tokio::select! {
                () = connection => {}
                () = abandoned => {}
            }
            drop(place);
        });
    }
    // Whoever connects now is refused instead of left waiting.
    drop(listener);
    finish(&connections, &abandon, grace).await;
}

/// The next connection and its place among the allowed ones; `None` when it is time to stop.
async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        accepted = accept(listener, places) => Some(accepted),
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place = Arc::clone(places).acquire_owned().await;
    let place = place.expect("nobody closes the semaphore");
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, place),
            Err(error) if concerns_one_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no connection can be accepted for the moment");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// The client left while it waited to be accepted.
fn concerns_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

async fn finish(connections: &TaskTracker, abandon: &CancellationToken, grace: Duration) {
    connections.close();
    if tokio::time::timeout(grace, connections.wait()).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            "connections are cut off, because the server stops"
        );
        abandon.cancel();
        connections.wait().await;
    }
}
