//! What operators ask, on a listener of its own: is the server ready, which purchases wait for a person, how far is an
//! order, and what is sold.
//!
//! It is off unless an address is set. Off this machine it needs the token, which settings see to.

mod catalogue;
mod order;

use crate::app::App;
use crate::http::{self, CartsBy};
use crate::review::{Decision, ReviewError};
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, HOST, ORIGIN, WWW_AUTHENTICATE};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use kassa_commerce::review::{Resolution, Review, ReviewAction, ReviewReason};
use kustom_api::KustomOrderId;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// A name and a note are a few lines.
const MAX_BODY_BYTES: usize = 16 * 1024;
const MAX_NOTE_CHARS: usize = 2000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReviewView {
    kustom_order_id: String,
    cart_number: String,
    reason: &'static str,
    detail: String,
    opened_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<Resolution>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Which {
    /// The resolved ones as well.
    all: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecisionBody {
    action: ReviewAction,
    reason: Option<ReviewReason>,
    by: String,
    #[serde(default)]
    note: String,
}

pub fn router(app: App, token: Option<SecretString>) -> Router {
    Router::new()
        .route("/ready", get(ready))
        .route("/reviews", get(reviews))
        .route("/reviews/{kustom_order_id}", post(resolve))
        .route("/orders/{order_number}", get(order::show))
        .route("/orders/{order_number}/cancel", post(order::cancel))
        .route(
            "/orders/{order_number}/deliveries/{delivery_number}",
            post(order::move_delivery),
        )
        .route("/catalogue", post(catalogue::import))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(app.clone())
        .merge(http::timeline(app, CartsBy::IdOrNumber))
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

/// Oldest first; what waits, or with `all=true` everything that ever did.
async fn reviews(State(app): State<App>, which: Result<Query<Which>, QueryRejection>) -> Response {
    let Ok(Query(Which { all })) = which else {
        return refused(
            StatusCode::BAD_REQUEST,
            "INVALID_REQUEST",
            "`all` is true or false",
        );
    };
    let reviews = match app.store.reviews().await {
        Ok(reviews) => reviews,
        Err(error) => {
            tracing::error!(%error, "failed to list reviews");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let mut views = Vec::with_capacity(reviews.len());
    for review in reviews.into_iter().filter(|review| all || review.is_open()) {
        let number = cart_number(&app, &review).await;
        views.push(ReviewView::new(review, number));
    }
    ([(CACHE_CONTROL, "no-store")], Json(views)).into_response()
}

/// The cart's id is the key to it and stays here; its number is what people speak of.
async fn cart_number(app: &App, review: &Review) -> String {
    let cart = app.store.cart(review.cart_id).await.ok().flatten();
    cart.map(|cart| cart.number).unwrap_or_default()
}

/// Ends a review as a person has decided.
async fn resolve(
    State(app): State<App>,
    Path(kustom_order_id): Path<String>,
    body: Result<Json<DecisionBody>, JsonRejection>,
) -> Response {
    let body = match body {
        Ok(Json(body)) => body,
        Err(rejection) => {
            return refused(StatusCode::BAD_REQUEST, "INVALID_REQUEST", &rejection.body_text());
        }
    };
    if body.by.trim().is_empty() || body.by.chars().chain(body.note.chars()).count() > MAX_NOTE_CHARS {
        let message =
            format!("`by` says who decides; with `note` it has at most {MAX_NOTE_CHARS} characters");
        return refused(StatusCode::BAD_REQUEST, "INVALID_REQUEST", &message);
    }
    let decision = Decision {
        kustom_order_id: KustomOrderId(kustom_order_id),
        reason: body.reason,
        action: body.action,
        by: body.by,
        note: body.note,
    };
    match app.resolve_review(decision).await {
        Ok(review) => {
            let number = cart_number(&app, &review).await;
            Json(ReviewView::new(review, number)).into_response()
        }
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &ReviewError) -> Response {
    let (status, code) = match error {
        ReviewError::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
        ReviewError::SeveralReasons { .. } => (StatusCode::CONFLICT, "SEVERAL_REASONS"),
        ReviewError::Refused(_) => (StatusCode::CONFLICT, "NOT_POSSIBLE"),
        ReviewError::StillInReview => (StatusCode::CONFLICT, "STILL_IN_REVIEW"),
        ReviewError::NotBought => (StatusCode::CONFLICT, "NOT_BOUGHT"),
        ReviewError::Unknown(_) => (StatusCode::SERVICE_UNAVAILABLE, "KUSTOM_UNAVAILABLE"),
        ReviewError::Store(_) => (StatusCode::SERVICE_UNAVAILABLE, "STORAGE_UNAVAILABLE"),
    };
    refused(status, code, &error.to_string())
}

fn refused(status: StatusCode, code: &'static str, message: &str) -> Response {
    (
        status,
        Json(json!({ "error": { "code": code, "message": message } })),
    )
        .into_response()
}

async fn require_token(
    State(token): State<Option<Arc<SecretString>>>,
    request: Request,
    next: Next,
) -> Response {
    if token.is_none() && !names_this_machine(request.headers()) {
        return refused(
            StatusCode::FORBIDDEN,
            "WRONG_HOST",
            "ask by an IP address or as localhost",
        );
    }
    if comes_from_another_page(request.headers()) {
        return refused(
            StatusCode::FORBIDDEN,
            "FOREIGN_PAGE",
            "pages of other sites may not ask",
        );
    }
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

/// A browser says which page it asks for. Without this, any page that an operator looks at could post here.
fn comes_from_another_page(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if site.is_some_and(|site| !matches!(site, b"same-origin" | b"none")) {
        return true;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    headers.get(ORIGIN).is_some_and(|origin| {
        let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
        origin.is_none_or(|(_, authority)| Some(authority) != host)
    })
}

/// Without a token, whoever reaches this machine is trusted. A page that has its own name lead here is not on it.
fn names_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST) else {
        return true;
    };
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| {
        let name = authority.host().trim_matches(['[', ']']);
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
    })
}

impl ReviewView {
    fn new(review: Review, cart_number: String) -> Self {
        Self {
            kustom_order_id: review.kustom_order_id.0,
            cart_number,
            reason: review.reason.as_str(),
            detail: review.detail,
            opened_at: review.opened_at,
            resolution: review.resolution,
        }
    }
}
