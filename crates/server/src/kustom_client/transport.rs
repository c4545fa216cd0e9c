//! One HTTP exchange with limits on everything, and what is known when it does not finish.
//!
//! The question that matters is whether the request left. A connection that was never given to the request, and a
//! request that hyper hands back unsent, prove that it did not; everything else is ambiguous.

use super::ClientError;
use super::answer::Answer;
use super::call::Call;
use super::host::Security;
use super::observer::{Observer, Told};
use crate::crash;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use hyper::{Response, Uri};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::{CaptureConnection, HttpConnector, capture_connection};
use hyper_util::client::legacy::{Client, Error as HyperError};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use kustom_api::Failure;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use tower::BoxError;
use tower::timeout::Timeout;
use tower::util::BoxCloneSyncService;

/// Enough for a busy shop at Kustom's usual pace; more waiting calls would only time out together.
const MAX_IN_FLIGHT: usize = 64;

/// An order of a thousand lines and its snippet stay well below.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Shorter than the idle time of common gateways, so that we rather than they close an idle connection: a request
/// that meets a connection being closed has an unknown outcome.
const IDLE_TIMEOUT: Duration = Duration::from_secs(15);

type Connector = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// Name lookup, TCP and TLS together.
    pub connect: Duration,
    /// Everything: waiting for a free place, connecting, sending, and reading the answer to its end.
    pub total: Duration,
}

impl Default for Timeouts {
    /// Plugins that have long run against Kustom give it four to ten seconds in total.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            total: Duration::from_secs(9),
        }
    }
}

#[derive(Debug)]
pub(super) struct Transport {
    http: Client<Connector, Full<Bytes>>,
    authorization: HeaderValue,
    places: Semaphore,
    observer: Option<Arc<dyn Observer>>,
    total: Duration,
}

impl Transport {
    pub(super) fn new(
        authorization: HeaderValue,
        security: Security,
        timeouts: Timeouts,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Self, ClientError> {
        let connector = Timeout::new(https_connector(security)?, timeouts.connect);
        // An idle connection that turns out closed before anything was written is replaced by a new one; hyper does
        // this only for requests that it hands back whole.
        let http = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(MAX_IN_FLIGHT)
            .retry_canceled_requests(true)
            .build(BoxCloneSyncService::new(connector));
        Ok(Self {
            http,
            authorization,
            places: Semaphore::new(MAX_IN_FLIGHT),
            observer,
            total: timeouts.total,
        })
    }

    pub(super) fn longest_call(&self) -> Duration {
        self.total
    }

    /// Any finished answer is `Ok`, whatever its status.
    pub(super) async fn send(&self, call: Call) -> Result<Answer, Failure> {
        let started = Instant::now();
        let (method, route) = (call.method.clone(), call.route);
        let on_answer = self
            .observer
            .as_ref()
            .and_then(|observer| observer.asked(&call.asked()));
        let act = crash::Act::call(&method, route);
        act.before();
        let outcome = self.exchange(call, started + self.total).await;
        act.after();
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match outcome {
            Ok(answer) => {
                if let Some(on_answer) = on_answer {
                    on_answer(answer.told());
                }
                let status = answer.status;
                tracing::debug!(%method, route, status, elapsed_ms, "Kustom answered {method} {route} with {status}");
                Ok(answer)
            }
            Err(unfinished) => {
                let reason = chain(&unfinished);
                if let Some(on_answer) = on_answer {
                    on_answer(Told::Failure { reason: &reason });
                }
                tracing::warn!(%method, route, elapsed_ms, "no answer from Kustom to {method} {route}: {reason}");
                Err(unfinished.into_failure(reason))
            }
        }
    }

    async fn exchange(&self, call: Call, deadline: Instant) -> Result<Answer, Unfinished> {
        let _place = timeout_at(deadline, self.places.acquire())
            .await
            .map_err(|_| Unfinished::NoPlace)?
            .expect("the semaphore is never closed");
        let mut request = call.into_request(self.authorization.clone());
        let connection = capture_connection(&mut request);
        let response = match timeout_at(deadline, self.http.request(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if never_left(&error, &connection) => return Err(Unfinished::NotSent(error)),
            Ok(Err(error)) => return Err(Unfinished::Broken(error)),
            Err(_) if connection.connection_metadata().is_none() => return Err(Unfinished::NoConnection),
            Err(_) => return Err(Unfinished::TimedOut { status: None }),
        };
        let status = response.status().as_u16();
        timeout_at(deadline, read(response))
            .await
            .unwrap_or(Err(Unfinished::TimedOut { status: Some(status) }))
    }
}

/// How an exchange ended without a whole answer.
#[derive(Debug, Error)]
enum Unfinished {
    #[error("{MAX_IN_FLIGHT} other calls were in flight until time ran out")]
    NoPlace,
    #[error("time ran out before there was a connection")]
    NoConnection,
    #[error("the request was not sent")]
    NotSent(#[source] HyperError),
    #[error("time ran out")]
    TimedOut { status: Option<u16> },
    #[error("the connection broke before the answer")]
    Broken(#[source] HyperError),
    #[error("the connection broke within the answer")]
    BrokenBody { status: u16, source: BoxError },
    #[error("the body is larger than {MAX_BODY_BYTES} bytes")]
    BodyTooLarge { status: u16 },
}

impl Unfinished {
    fn into_failure(self, reason: String) -> Failure {
        let status = match self {
            Self::NoPlace | Self::NoConnection | Self::NotSent(_) => return Failure::Unreachable { reason },
            Self::Broken(_) => None,
            Self::TimedOut { status } => status,
            Self::BrokenBody { status, .. } | Self::BodyTooLarge { status } => Some(status),
        };
        Failure::Ambiguous { status, reason }
    }
}

/// Whether it is certain that no byte of the request reached Kustom.
fn never_left(error: &HyperError, connection: &CaptureConnection) -> bool {
    // hyper calls a request canceled only when it gives it back before writing any of it.
    let is_handed_back = error
        .source()
        .and_then(|source| source.downcast_ref::<hyper::Error>())
        .is_some_and(hyper::Error::is_canceled);
    error.is_connect() || is_handed_back || connection.connection_metadata().is_none()
}

async fn read(response: Response<Incoming>) -> Result<Answer, Unfinished> {
    let (head, body) = response.into_parts();
    let status = head.status.as_u16();
    let text = |name: HeaderName| {
        head.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(body) => Ok(Answer {
            status,
            retry_after: text(RETRY_AFTER),
            location: text(LOCATION),
            body: body.to_bytes(),
        }),
        Err(error) if error.is::<LengthLimitError>() => Err(Unfinished::BodyTooLarge { status }),
        Err(source) => Err(Unfinished::BrokenBody { status, source }),
    }
}

/// The provider is passed by hand: a process-wide one could be installed by any library in the tree.
fn https_connector(security: Security) -> Result<HttpsConnector<HttpConnector>, ClientError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(ClientError::Tls)?;
    let connector = match security {
        Security::Tls => {
            let config = config
                .try_with_platform_verifier()
                .map_err(ClientError::Tls)?
                .with_no_client_auth();
            HttpsConnectorBuilder::new().with_tls_config(config).https_only()
        }
        // No roots: should TLS come up after all, nobody is trusted.
        Security::Plain => {
            let config = config
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth();
            HttpsConnectorBuilder::new()
                .with_tls_config(config)
                .https_or_http()
        }
    };
    Ok(connector.enable_http1().wrap_connector(tcp))
}

/// hyper's own text is only «client error (Connect)»; what happened is in the sources.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
