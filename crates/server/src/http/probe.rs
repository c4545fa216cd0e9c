//! Answers of the real routes to `kassa check`: what arrived, in place of what they do.

use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::probe::{self, FORWARDING, HEADER, MAX_BODY_BYTES, Receipt};
use crate::token::CallbackTokens;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use futures_util::{StreamExt, stream};
use http_body_util::{BodyExt, Limited};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

/// Kept open for longer than anybody waits for its beginning, so that a proxy which holds the events back is seen.
const STREAM_OPEN: Duration = Duration::from_secs(15);

/// The routes that Kustom and browsers call, for a server that does not run.
const STANDING_IN: [&str; 4] = [
    "/health",
    "/ingress/kustom/webhook/push",
    "/ingress/kustom/validate",
    "/ingress/commerce/carts/{cart_id}/events",
];

/// Goes around every route.
pub(super) async fn answer(State(app): State<App>, request: Request, next: Next) -> Response {
    match nonce(&app.tokens, &request, app.now()) {
        Some(nonce) => receipt(&app.tokens, &nonce, request).await,
        None => next.run(request).await,
    }
}

/// Answers probes and nothing else, for the moment of a check while no server runs.
pub(crate) fn stand_in(keys: Arc<CallbackTokens>) -> Router {
    let routes = STANDING_IN
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, any(not_running)));
    routes
        .layer(from_fn_with_state(keys, stand_in_answer))
        .fallback(not_running)
}

async fn stand_in_answer(State(keys): State<Arc<CallbackTokens>>, request: Request, next: Next) -> Response {
    match nonce(&keys, &request, SystemClock.now()) {
        Some(nonce) => receipt(&keys, &nonce, request).await,
        None => next.run(request).await,
    }
}

/// Kustom and browsers come again after this status.
async fn not_running() -> StatusCode {
    StatusCode::SERVICE_UNAVAILABLE
}

fn nonce(keys: &CallbackTokens, request: &Request, now: jiff::Timestamp) -> Option<String> {
    let question = request.headers().get(HEADER)?.to_str().ok()?;
    probe::asked(keys, question, now)
}

async fn receipt(keys: &CallbackTokens, nonce: &str, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let receipt = Receipt {
        seal: probe::seal_of_answer(keys, nonce),
        ..arrived(&parts, &body.to_bytes())
    };
    let wants_events = parts
        .headers
        .get(ACCEPT)
        .is_some_and(|accept| accept == "text/event-stream");
    match wants_events {
        true => events(&receipt),
        false => Json(receipt).into_response(),
    }
}

fn arrived(parts: &Parts, body: &[u8]) -> Receipt {
    let content_type = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let forwarding = FORWARDING
        .into_iter()
        .filter(|name| parts.headers.contains_key(*name));
    Receipt {
        seal: String::new(),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        body_bytes: body.len(),
        body_digest: probe::digest(body),
        content_type: content_type.unwrap_or_default().to_owned(),
        forwarding: forwarding.map(str::to_owned).collect(),
    }
}

/// The receipt at once, and then nothing for a while, with the headers of the real stream.
fn events(receipt: &Receipt) -> Response {
    let data = serde_json::to_string(receipt).expect("a receipt is texts and a number");
    let first = Event::default().event("check").data(data);
    let quiet = stream::once(tokio::time::sleep(STREAM_OPEN)).map(|()| Event::default().comment("end"));
    let stream = stream::iter([first]).chain(quiet).map(Ok::<_, Infallible>);
    let mut response: Response<Body> = Sse::new(stream).into_response();
    super::events::never_buffered(response.headers_mut());
    response
}
