//! Requests to the programs under test. Every answer is JSON, and everything else is no answer.

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::CONTENT_TYPE;
use hyper::{Method, Request};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// Whoever waits longer is stuck, however busy the machine is.
pub(crate) const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Far more than the emulator's list of all its orders.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// One program, by its address. Clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    base: String,
    pool: Pool<HttpConnector, Full<Bytes>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn is_ok(&self) -> bool {
        self.status == 200
    }

    /// The stable code of a refusal.
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn ok(self) -> Result<Value> {
        if !self.is_ok() {
            bail!("answered {}: {}", self.status, self.body);
        }
        Ok(self.body)
    }
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        // A request is sent once or not at all: what was not answered is the ledger's business.
        let pool = Pool::builder(TokioExecutor::new())
            .retry_canceled_requests(false)
            .build_http();
        Self {
            base: format!("http://{address}"),
            pool,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Answer> {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base));
        let request = match body {
            Some(body) => request
                .header(CONTENT_TYPE, "application/json")
                .body(Full::from(body.to_string())),
            None => request.body(Full::default()),
        };
        let request = request.context("a request that cannot be written")?;
        match timeout(LONGEST_WAIT, self.exchange(request)).await {
            Ok(answer) => answer,
            Err(_) => bail!("not answered within {} s", LONGEST_WAIT.as_secs()),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer> {
        let response = self.pool.request(request).await?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LARGEST_ANSWER).collect().await;
        let body = body.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
        // An empty body, such as that of a 404 from nobody's route, is no JSON.
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Ok(Answer { status, body })
    }
}
