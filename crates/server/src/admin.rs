//! What operators ask, on a listener of its own: is the server ready, and which purchases wait for a person?
//!
//! It is off unless an address is set. Off this machine it needs the token, which settings see to.

use crate::app::App;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use jiff::Timestamp;
use kassa_commerce::review::Review;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;
use std::sync::Arc;
use subtle::ConstantTimeEq;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReviewView {
    kustom_order_id: String,
    cart_number: String,
    reason: &'static str,
    detail: String,
    opened_at: Timestamp,
}

pub fn router(app: App, token: Option<SecretString>) -> Router {
    Router::new()
        .route("/ready", get(ready))
        .route("/reviews", get(reviews))
        .with_state(app)
        .layer(from_fn_with_state(token.map(Arc::new), require_token))
}

/// Ready means that a request would find what it needs: the store answers and nobody has asked us to stop.
async fn ready(State(app): State<App>) -> Response {
    let store = app.store.next_job_at().await;
    if app.stop.is_cancelled() || store.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "ready": false }))).into_response();
    }
    Json(json!({ "ready": true })).into_response()
}

/// Oldest first.
async fn reviews(State(app): State<App>) -> Response {
    let reviews = match app.store.reviews().await {
        Ok(reviews) => reviews,
        Err(error) => {
            tracing::error!(%error, "failed to list reviews");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let mut views = Vec::with_capacity(reviews.len());
    for review in reviews {
        // The cart's id is the key to it and stays here; its number is what people speak of.
        let cart = app.store.cart(review.cart_id).await.ok().flatten();
        views.push(ReviewView::new(
            review,
            cart.map(|cart| cart.number).unwrap_or_default(),
        ));
    }
    ([(CACHE_CONTROL, "no-store")], Json(views)).into_response()
}

async fn require_token(
    State(token): State<Option<Arc<SecretString>>>,
    request: Request,
    next: Next,
) -> Response {
    let given = request.headers().get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let given = given
        .and_then(|header| header.strip_prefix(b"Bearer "))
        .unwrap_or_default();
    match token {
        Some(token) if !bool::from(token.expose_secret().as_bytes().ct_eq(given)) => {
            (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Bearer")]).into_response()
        }
        _ => next.run(request).await,
    }
}

impl ReviewView {
    fn new(review: Review, cart_number: String) -> Self {
        Self {
            kustom_order_id: review.kustom_order_id.0,
            cart_number,
            reason: review.reason.as_str(),
            detail: review.detail,
            opened_at: review.opened_at,
        }
    }
}
