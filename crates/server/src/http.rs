//! The public face: parse, call, render. A handler that contains a rule is in the wrong crate.

mod body;
mod carts;
mod cors;
mod error;
mod events;
mod json;
mod limits;
mod path;
mod payment;
mod profiles;
mod push;
mod trace;
mod view;

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use error::ApiError;
use tower_http::catch_panic::CatchPanicLayer;

/// What a storefront has reason to send is a tenth of this.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// Kustom sends an empty body or a few members.
const MAX_PUSH_BYTES: usize = 4 * 1024;

/// Every public route.
pub fn router(app: App) -> Router {
    carts()
        .layer(from_fn_with_state(app.clone(), limits::count_misses))
        .merge(push())
        .route("/health", get(health))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(|_| {
            ApiError::internal("a handler panicked").into_response()
        }))
        .layer(cors::layer(app.clone()))
        .layer(from_fn_with_state(app.clone(), cors::refuse_foreign_preflight))
        .layer(from_fn(answer_headers))
        .layer(trace::layer())
        .with_state(app)
}

fn carts() -> Router<App> {
    Router::new()
        .route("/ingress/commerce/cart-profiles", get(profiles::list))
        .route("/ingress/commerce/carts", post(carts::create))
        .route("/ingress/commerce/carts/{cart_id}", get(carts::read))
        .route("/ingress/commerce/carts/{cart_id}/events", get(events::stream))
        .route(
            "/ingress/commerce/carts/{cart_id}/add-item",
            post(carts::add_item),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/remove-item",
            post(carts::remove_item),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/set-quantity",
            post(carts::set_quantity),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/address",
            post(carts::set_address),
        )
        .route("/ingress/commerce/carts/{cart_id}/email", post(carts::set_email))
        .route("/ingress/commerce/carts/{cart_id}/phone", post(carts::set_phone))
        .route(
            "/ingress/commerce/carts/{cart_id}/set-field/{key}",
            post(carts::set_field),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/set-field/",
            post(carts::set_field),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/remove-field/{key}",
            post(carts::remove_field),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/remove-field/",
            post(carts::remove_field),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/add-coupon",
            post(not_implemented),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/remove-coupon",
            post(not_implemented),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/cancel-order",
            post(not_implemented),
        )
        .route("/ingress/commerce/orders/lookup", post(not_implemented))
        .route(
            "/ingress/commerce/carts/{cart_id}/payment/kustom",
            post(payment::open),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/payment/kustom/confirm",
            post(payment::confirm),
        )
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

fn push() -> Router<App> {
    Router::new()
        .route("/ingress/kustom/webhook/push", post(push::receive))
        .route(
            "/ingress/kustom/webhook/push/{order_id}",
            post(push::receive_with_path),
        )
        .layer(DefaultBodyLimit::max(MAX_PUSH_BYTES))
}

async fn health() -> impl IntoResponse {
    axum::Json(serde_json::json!({ "status": "ok" }))
}

async fn not_implemented() -> ApiError {
    ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "NOT_IMPLEMENTED",
        "This version does not do that yet.",
    )
}

async fn unknown_route() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "No such route.")
}

async fn wrong_method() -> ApiError {
    ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "The route has another method.",
    )
}

/// Answers are about one shopper's cart: nobody keeps, guesses the type of, or passes on the address of one.
async fn answer_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers.entry(VARY).or_insert(HeaderValue::from_static("origin"));
    if headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value == "application/json")
    {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json; charset=utf-8"),
        );
    }
    response
}
