//! One connection, from its first byte to its last.

use super::Patience;
use super::first_byte::{Protocol, protocol};
use super::head_timer::{HeadTimer, Received};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Enough for every cookie a shop sets, too little to fill memory with.
const MAX_HEAD_BYTES: usize = 16 * 1024;

/// What hyper would not say: that the request was never finished.
const REQUEST_TIMEOUT: &[u8] =
    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// A client that is too slow to ask may be too slow to be told.
const FAREWELL: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub(super) struct Connection {
    pub app: Router,
    pub tls: Option<Arc<ServerConfig>>,
    pub patience: Patience,
    pub stop: CancellationToken,
}

impl Connection {
    /// A connection that fails concerns nobody but its client, so it is mentioned and forgotten.
    pub(super) async fn run(self, stream: TcpStream, peer: SocketAddr) {
        // An answer is one small write; waiting for more to send only delays it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection was gone at once");
            return;
        }
        let Some(tls) = self.tls.clone() else {
            return self.speak_http(stream, peer).await;
        };
        let first = tokio::select! {
            first = timeout(self.patience.idle, protocol(&stream)) => first,
            () = self.stop.cancelled() => return,
        };
        match first {
            Ok(Ok(Protocol::Http)) => self.speak_http(stream, peer).await,
            Ok(Ok(Protocol::Tls)) => self.speak_https(stream, peer, tls).await,
            Ok(Err(_)) | Err(_) => {}
        }
    }

    async fn speak_https(self, stream: TcpStream, peer: SocketAddr, tls: Arc<ServerConfig>) {
        match timeout(self.patience.head, TlsAcceptor::from(tls).accept(stream)).await {
            Ok(Ok(stream)) => self.speak_http(stream, peer).await,
            // Usual in development: the browser does not know the certificate yet.
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn speak_http<S>(self, stream: S, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let received = Received::default();
        let io = TokioIo::new(received.counting(stream));
        let app = self.app;
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().oneshot(request)
        });
        let mut connection = http1::Builder::new()
            .timer(HeadTimer::new(received, self.patience))
            // The timer tells a slow head from an idle connection.
            .header_read_timeout(self.patience.idle)
            .max_header_size(MAX_HEAD_BYTES)
            .serve_connection(io, service);
        let mut running = Pin::new(&mut connection);
        let outcome = tokio::select! {
            outcome = running.as_mut() => outcome,
            () = self.stop.cancelled() => {
                running.as_mut().graceful_shutdown();
                running.await
            }
        };
        let Err(error) = outcome else { return };
        let parts = connection.into_parts();
        if error.is_timeout() && !parts.read_buf.is_empty() {
            let mut stream = parts.io.into_inner();
            let farewell = async {
                stream.write_all(REQUEST_TIMEOUT).await?;
                stream.shutdown().await
            };
            // Whether it arrives is the client's concern.
            let _ = timeout(FAREWELL, farewell).await;
        }
        tracing::debug!(%error, "a connection ended early");
    }
}
