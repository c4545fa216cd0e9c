//! Sending callbacks over HTTP, and moving the virtual clock past them.

use super::Emulator;
use super::certificate::{any_certificate, known_certificates};
use crate::callback::{CallbackAnswer, CallbackKind, DueCallback};
use crate::kustom::Kustom;
use bytes::Bytes;
use http::header;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use std::error::Error;
use std::sync::OnceLock;
use std::time::Duration;
use url::Url;

/// Nobody reads more of an answer than its first lines.
const ANSWER_LIMIT_BYTES: usize = 64 * 1024;
/// But an answer about a change has the whole order in it.
const LONG_ANSWER_LIMIT_BYTES: usize = 1024 * 1024;
/// Waiting in parts keeps the loop right when the wall clock is set or the machine has slept.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

type HttpClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// One client for the machine itself, where any certificate will do, and one for the rest of the world.
pub(super) struct Delivery {
    loopback: HttpClient,
    /// Made when first needed: it reads the system's certificates, and most emulators never leave the machine.
    world: OnceLock<Result<HttpClient, rustls::Error>>,
}

impl Delivery {
    pub(super) fn new() -> Self {
        Self {
            loopback: client(any_certificate()),
            world: OnceLock::new(),
        }
    }

    pub(super) async fn send(&self, callback: &DueCallback) -> CallbackAnswer {
        let patience = Duration::try_from(callback.patience).unwrap_or_default();
        match tokio::time::timeout(patience, self.post(callback)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => CallbackAnswer::Failed {
                reason: with_sources(&*error),
            },
            Err(_) => CallbackAnswer::Failed {
                reason: format!("no answer within {} seconds", patience.as_secs_f64()),
            },
        }
    }

    async fn post(&self, callback: &DueCallback) -> Result<CallbackAnswer, Box<dyn Error + Send + Sync>> {
        let url = Url::parse(&callback.url)?;
        let client = if crate::validation::is_loopback(&url) {
            &self.loopback
        } else {
            let world = self.world.get_or_init(|| known_certificates().map(client));
            world.as_ref().map_err(Clone::clone)?
        };
        let mut request = http::Request::post(url.as_str());
        for (name, value) in &callback.headers {
            request = request.header(name, value);
        }
        let answer = client
            .request(request.body(Full::new(callback.body.clone()))?)
            .await?;
        let location = answer.headers().get(header::LOCATION);
        let location = location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
        let status = answer.status().as_u16();
        let limit = match callback.kind {
            CallbackKind::Push
            | CallbackKind::Validation
            | CallbackKind::Notification
            | CallbackKind::Webhook
            | CallbackKind::HostedStatus => ANSWER_LIMIT_BYTES,
            CallbackKind::ShippingOption | CallbackKind::Address | CallbackKind::Country => {
                LONG_ANSWER_LIMIT_BYTES
            }
        };
        let mut body = super::read_start(answer.into_body(), limit).await?;
        body.truncate(limit);
        Ok(CallbackAnswer::Answered {
            status,
            location,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

impl Emulator {
    /// Sends what is due now, one after the other, in the order of their times. Whoever moves the clock gets its turn
    /// after each.
    pub(super) async fn deliver_due(&self) {
        loop {
            let _delivering = self.inner.delivering.lock().await;
            if !self.deliver_next().await {
                return;
            }
        }
    }

    pub(super) async fn deliver_until_now(&self) -> usize {
        let mut count = 0;
        while self.deliver_next().await {
            count += 1;
        }
        count
    }

    /// Says whether anything was due.
    async fn deliver_next(&self) -> bool {
        let Some(callback) = self.act(Kustom::due_callback) else {
            return false;
        };
        self.deliver(callback).await;
        true
    }

    pub(super) async fn deliver(&self, callback: DueCallback) -> CallbackAnswer {
        let answer = self.send(&callback).await;
        self.act(|kustom, now| kustom.callback_answered(callback.number, answer.clone(), now));
        answer
    }

    pub(super) async fn send(&self, callback: &DueCallback) -> CallbackAnswer {
        let answer = self.inner.delivery.send(callback).await;
        let (kind, id) = (callback.kind, &callback.order_id);
        match &answer {
            CallbackAnswer::Answered { status, .. } => {
                tracing::info!(order.id = %id, ?kind, status, "sent a callback");
            }
            CallbackAnswer::Failed { reason } => {
                tracing::warn!(order.id = %id, ?kind, reason, "could not send a callback");
            }
        }
        answer
    }

    pub(super) async fn until_next_callback(&self) {
        let Some(next) = self.inspect(Kustom::next_callback_at) else {
            return std::future::pending().await;
        };
        let Some(wait) = self.wait_until(next) else {
            return std::future::pending().await;
        };
        // A time that rounding puts a hair before the next callback must not make the loop spin.
        tokio::time::sleep(wait.clamp(Duration::from_millis(10), LONGEST_WAIT)).await;
    }
}

fn client(tls: ClientConfig) -> HttpClient {
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .build();
    // A merchant's server restarts often on a developer's machine; a kept connection would then fail.
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(0)
        .build(connector)
}

/// The chain of causes: the client's own text is only "client error (Connect)".
fn with_sources(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
