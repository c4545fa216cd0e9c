//! Calls to the operators' listener of the running server, to which the database belongs alone.

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kassa::config::AdminSettings;
use secrecy::ExposeSecret;
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use thiserror::Error;
use tokio::time::timeout;

/// Tens of thousands of reviews; whoever has more has other worries.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

/// Why the server did not do as told.
#[derive(Debug, Error)]
pub(crate) enum CallError {
    #[error(
        "no server answers at {address}; start it with `admin.listen`, or set KASSA_ADMIN_LISTEN to where it listens"
    )]
    Unreachable {
        address: SocketAddr,
        source: hyper_util::client::legacy::Error,
    },
    #[error("the server at {address} did not answer within {} seconds", patience.as_secs())]
    TooSlow { address: SocketAddr, patience: Duration },
    #[error("the server refuses the token; set `admin.token` or KASSA_ADMIN_TOKEN to the server's own")]
    Unauthorized,
    #[error("{message} ({code})")]
    Refused { code: String, message: String },
    #[error("the server's answer cannot be read")]
    Unreadable,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn success(self) -> Result<Value, CallError> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        let error = &self.body["error"];
        Err(CallError::Refused {
            code: text(error, "code").to_owned(),
            message: text(error, "message").to_owned(),
        })
    }
}

pub(crate) async fn call(
    admin: &AdminSettings,
    method: Method,
    path: &str,
    body: Bytes,
    patience: Duration,
) -> Result<Answer, CallError> {
    let address = admin.listen.ok_or(CallError::Unreadable)?;
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://{address}{path}"));
    if let Some(token) = &admin.token {
        request = request.header("authorization", format!("Bearer {}", token.expose_secret()));
    }
    let request = request
        .header("content-type", "application/json")
        .body(Full::new(body))
        .map_err(|_| CallError::Unreadable)?;
    match timeout(patience, send(address, request)).await {
        Ok(answer) => answer,
        Err(_) => Err(CallError::TooSlow { address, patience }),
    }
}

async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Result<Answer, CallError> {
    let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let answer = client
        .request(request)
        .await
        .map_err(|source| CallError::Unreachable { address, source })?;
    let status = answer.status();
    if status == StatusCode::UNAUTHORIZED {
        return Err(CallError::Unauthorized);
    }
    let body = Limited::new(answer.into_body(), MAX_ANSWER_BYTES).collect().await;
    let bytes = body.map_err(|error| unreadable(&*error))?.to_bytes();
    Ok(Answer {
        status,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
    })
}

fn unreadable(error: &(dyn std::error::Error + Send + Sync + 'static)) -> CallError {
    match error.downcast_ref::<LengthLimitError>() {
        Some(_) => CallError::Refused {
            code: "TOO_MANY".into(),
            message: "there are more reviews than can be shown".into(),
        },
        None => CallError::Unreadable,
    }
}

/// A member that is text, or nothing.
pub(crate) fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}
