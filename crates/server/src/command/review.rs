//! `kassa review`: what a person must look at, asked of the running server.
//!
//! The database belongs to the server alone, so this speaks to its operators' listener.

use super::StartError;
use bytes::Bytes;
use clap::{Args, Subcommand};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kassa::config::{AdminSettings, Settings, Variables};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use thiserror::Error;
use tokio::time::timeout;

/// A retry asks Kustom, which may take its time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Tens of thousands of reviews; whoever has more has other worries.
const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;

#[derive(Subcommand)]
pub(crate) enum Action {
    /// List what waits for a person, oldest first.
    List {
        /// What was decided already, too.
        #[arg(long)]
        all: bool,
    },
    /// Ask Kustom again and place the purchase if that is possible by now.
    Retry(Decision),
    /// Give the money back. The shopper may buy the cart again.
    Cancel(Decision),
    /// Nothing more to do here: it was dealt with by hand, or it is only for your information.
    Close(Decision),
}

#[derive(Args)]
pub(crate) struct Decision {
    /// The id of the Kustom order, as `list` shows it.
    kustom_order_id: String,
    /// Which review, where the purchase has several.
    #[arg(long)]
    reason: Option<String>,
    /// Who decides.
    #[arg(long)]
    by: String,
    /// Why.
    #[arg(long, default_value = "")]
    note: String,
}

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
    #[error("the server at {address} did not answer within {} seconds", PATIENCE.as_secs())]
    TooSlow { address: SocketAddr },
    #[error("the server refuses the token; set `admin.token` or KASSA_ADMIN_TOKEN to the server's own")]
    Unauthorized,
    #[error("{message} ({code})")]
    Refused { code: String, message: String },
    #[error("the server's answer cannot be read")]
    Unreadable,
}

pub(crate) async fn run(config: Option<&Path>, action: Action) -> Result<(), StartError> {
    let admin = Settings::for_operator(config, Variables::of_process()?)?;
    match action {
        Action::List { all } => {
            let reviews = call(&admin, Method::GET, &format!("/reviews?all={all}"), &Value::Null).await?;
            println!("{}", table(reviews.as_array().map_or(&[], Vec::as_slice)));
        }
        Action::Retry(decision) => decide(&admin, "retry", decision).await?,
        Action::Cancel(decision) => decide(&admin, "cancel", decision).await?,
        Action::Close(decision) => decide(&admin, "close", decision).await?,
    }
    Ok(())
}

async fn decide(admin: &AdminSettings, action: &str, decision: Decision) -> Result<(), CallError> {
    let id = utf8_percent_encode(&decision.kustom_order_id, NON_ALPHANUMERIC);
    let mut body = json!({ "action": action, "by": decision.by, "note": decision.note });
    if let Some(reason) = decision.reason {
        body["reason"] = reason.into();
    }
    let resolved = call(admin, Method::POST, &format!("/reviews/{id}"), &body).await?;
    println!(
        "{} of cart {}: {action}",
        text(&resolved, "reason"),
        text(&resolved, "cartNumber")
    );
    Ok(())
}

async fn call(admin: &AdminSettings, method: Method, path: &str, body: &Value) -> Result<Value, CallError> {
    let address = admin.listen.ok_or(CallError::Unreadable)?;
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://{address}{path}"));
    if let Some(token) = &admin.token {
        request = request.header("authorization", format!("Bearer {}", token.expose_secret()));
    }
    let bytes = if body.is_null() {
        Bytes::new()
    } else {
        body.to_string().into()
    };
    let request = request
        .header("content-type", "application/json")
        .body(Full::new(bytes))
        .map_err(|_| CallError::Unreadable)?;
    match timeout(PATIENCE, send(address, request)).await {
        Ok(answer) => answer,
        Err(_) => Err(CallError::TooSlow { address }),
    }
}

async fn send(address: SocketAddr, request: Request<Full<Bytes>>) -> Result<Value, CallError> {
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
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if status.is_success() {
        return Ok(value);
    }
    let error = &value["error"];
    Err(CallError::Refused {
        code: text(error, "code").to_owned(),
        message: text(error, "message").to_owned(),
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

/// One line per review, readable and easy to cut.
fn table(reviews: &[Value]) -> String {
    if reviews.is_empty() {
        return "Nothing waits for you.".into();
    }
    let lines = reviews.iter().map(|review| {
        let resolution = &review["resolution"];
        let decided = match resolution["action"].as_str() {
            Some(action) => format!(
                "  [{action} by {}: {}]",
                text(resolution, "by"),
                text(resolution, "note")
            ),
            None => String::new(),
        };
        format!(
            "{}  {:<20}  cart {}  since {}  {}{decided}",
            text(review, "kustomOrderId"),
            text(review, "reason"),
            text(review, "cartNumber"),
            text(review, "openedAt"),
            text(review, "detail"),
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_one_line_and_says_how_it_ended() {
        let mut review = json!({
            "kustomOrderId": "k1", "reason": "content_mismatch", "cartNumber": "C100001",
            "openedAt": "2026-11-22T12:00:00Z", "detail": "paid 12300 minor units for what was never offered",
        });
        let waiting = "k1  content_mismatch      cart C100001  since 2026-11-22T12:00:00Z  paid 12300 minor units for what \
                       was never offered";
        assert_eq!(table(&[review.clone()]), waiting);
        review["resolution"] = json!({ "action": "cancel", "by": "Anna", "note": "called" });
        assert_eq!(table(&[review]), format!("{waiting}  [cancel by Anna: called]"));
        assert_eq!(table(&[]), "Nothing waits for you.");
    }
}
