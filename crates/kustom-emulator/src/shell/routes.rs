//! Routes to the core, and to what the core cannot answer alone.

use super::serve::{ArrivedAt, Cutter};
use super::{
    Emulator, asking, assets, calling, clock, events, fault, host, inspector, origin, payment, rejection,
    snapshot,
};
use crate::message::{BODY_LIMIT_BYTES, Request, Response};
use crate::struck::{Ending, Late};
use axum::body::Body;
use axum::extract::{FromRequest, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::IntoResponse;
use axum::routing::{any, get, post};
use axum::{Extension, Router};
use serde_json::json;
use std::time::Duration;
use tower_http::cors::CorsLayer;

pub(super) fn router(emulator: Emulator) -> Router {
    let control = Router::new()
        .route("/_emulator/orders/{id}/pay", post(payment::without_browser))
        .route("/_emulator/orders/{id}/push", post(calling::push))
        .route("/_emulator/orders/{id}/decide", post(calling::decide))
        .route("/_emulator/callbacks/{number}/repeat", post(calling::repeat))
        .route("/_emulator/orders/{id}/{what}", post(asking::without_browser))
        .route("/_emulator/reset", post(reset))
        .merge(clock::router())
        .merge(snapshot::router())
        .route("/_emulator/events", get(events::stream))
        .route("/_emulator/{*rest}", any(core))
        // The pattern with a rest does not match without one, and nothing of ours may be answered outside of the guards.
        .route("/_emulator", any(core))
        .route("/_emulator/", any(core))
        .layer(map_response(rejection::as_problem))
        .layer(origin::known_pages(emulator.clone()))
        .layer(from_fn_with_state(emulator.clone(), origin::refuse_strangers))
        .layer(from_fn_with_state(emulator.clone(), host::refuse_foreign_names));
    // Shops on any origin load these; nothing behind them knows cookies.
    let browser = assets::router()
        .route("/browser/orders/{id}/pay", post(payment::from_browser))
        .route("/browser/orders/{id}/bank", post(payment::at_bank))
        .route("/browser/orders/{id}", get(core))
        .route("/browser/orders/{id}/{what}", post(asking::from_browser))
        .route("/openapi.json", get(openapi))
        .layer(CorsLayer::permissive());
    Router::new()
        .merge(control)
        .merge(browser)
        .merge(inspector::router())
        .fallback(core)
        .with_state(emulator)
}

async fn core(
    State(emulator): State<Emulator>,
    cutter: Option<Extension<Cutter>>,
    request: Request,
) -> axum::response::Response {
    let struck = emulator.act(|kustom, now| kustom.meet(&request, now));
    if let Some(late) = struck.late {
        let tracker = emulator.inner.late_calls.clone();
        tracker.spawn(apply_late(emulator, request, late));
    } else if let Ending::Answered { response, .. } = &struck.ending
        && !response.reasons.is_empty()
    {
        let reasons = response.reasons.join("; ");
        tracing::warn!(path = request.path, reasons, "refused values");
    }
    fault::answer(struck.ending, cutter.map(|Extension(cutter)| cutter)).await
}

async fn apply_late(emulator: Emulator, request: Request, late: Late) {
    tokio::time::sleep(Duration::from_millis(late.after_ms)).await;
    emulator.act(|kustom, now| kustom.apply_late(&request, late, now));
}

async fn openapi() -> Response {
    Response::json(StatusCode::OK, &crate::openapi::document())
}

async fn reset(State(emulator): State<Emulator>) -> Response {
    emulator.reset();
    Response::json(StatusCode::OK, &json!({}))
}

/// The request without its connection. One whose body breaks off is a bad one.
impl FromRequest<Emulator> for Request {
    type Rejection = Response;

    async fn from_request(
        request: axum::extract::Request,
        emulator: &Emulator,
    ) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        // The start of a body that is too long is enough for the core to refuse it in Kustom's own words.
        let body = super::read_start(body, 2 * BODY_LIMIT_BYTES)
            .await
            .map_err(|_| Response::empty(StatusCode::BAD_REQUEST))?;
        Ok(Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            base_url: emulator.base_url(&parts.uri, &parts.headers, parts.extensions.get()),
            headers: parts.headers,
            body: body.into(),
        })
    }
}

impl Emulator {
    /// The public URL, or else the address that the caller used: the emulator answers under any name.
    fn base_url(&self, uri: &Uri, headers: &HeaderMap, arrived_at: Option<&ArrivedAt>) -> String {
        if let Some(url) = &self.inner.public_url {
            return url.clone();
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        // What is no host would be written into pages and addresses.
        let host = host.filter(|host| host.parse::<Authority>().is_ok());
        // HTTP/2 has no Host: the name stands in the URI.
        let host = host.or_else(|| uri.authority().map(Authority::as_str));
        // And HTTP/1.0 need not say it at all.
        let host = host
            .map(str::to_owned)
            .or_else(|| arrived_at.map(|at| at.0.to_string()));
        format!(
            "{}://{}",
            forwarded_scheme(headers),
            host.as_deref().unwrap_or("localhost")
        )
    }
}

/// Of several proxies the first one spoke with the caller. Anybody can send this header, so nothing but these two words is
/// taken from it.
fn forwarded_scheme(headers: &HeaderMap) -> &'static str {
    let first = headers
        .get("x-forwarded-proto")
        .and_then(|schemes| schemes.to_str().ok()?.split(',').next());
    match first {
        Some(scheme) if scheme.trim().eq_ignore_ascii_case("https") => "https",
        _ => "http",
    }
}

impl IntoResponse for Response {
    fn into_response(self) -> axum::response::Response {
        // As a body and not as bytes, which would bring a type along that nobody has set.
        (self.status, self.headers, Body::from(self.body)).into_response()
    }
}
