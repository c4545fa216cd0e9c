//! The public face: parse, call, render. A handler that contains a rule is in the wrong crate.

mod address;
mod body;
mod carts;
mod cors;
mod coupons;
mod docs;
mod error;
mod events;
mod iframe;
mod json;
mod keyed;
mod limits;
mod lookup;
mod lookup_view;
mod openapi;
mod orders;
mod path;
mod payment;
pub(crate) mod probe;
mod profiles;
mod push;
mod recorded;
mod timeline;
mod trace;
mod validate;
mod view;

use crate::app::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use error::ApiError;
pub(crate) use push::NOTIFICATION;
pub use timeline::{CartsBy, router as timeline};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What a storefront has reason to send is a tenth of this.
pub const MAX_BODY_BYTES: usize = 64 * 1024;

/// Kustom sends an empty body or a few members.
const MAX_PUSH_BYTES: usize = 4 * 1024;

/// Kustom sends the whole order: a cart of a hundred lines is a tenth of this.
const MAX_VALIDATION_BYTES: usize = 512 * 1024;

/// Every public route.
pub fn router(app: App) -> Router {
    Router::from(documented_routes())
        .merge(fields_without_key())
        .layer(from_fn_with_state(app.clone(), limits::count_misses))
        .layer(from_fn_with_state(app.clone(), probe::answer))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(|_| {
            ApiError::internal("a handler panicked").into_response()
        }))
        .layer(cors::layer(app.clone()))
        .layer(from_fn_with_state(app.clone(), cors::refuse_foreign_preflight))
        .layer(from_fn(answer_headers))
        .layer(from_fn_with_state(app.clone(), recorded::record))
        .layer(trace::layer())
        .with_state(app)
}

/// Each route with its documentation, in one list: what is served and what the document says cannot differ.
///
/// A route is added with `routes!` only, and with its whole path: nested routers lose operations of equal paths.
fn documented_routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::preface())
        .merge(carts())
        .merge(push())
        .merge(validation())
        .routes(routes!(health))
        .routes(routes!(openapi::serve))
        .routes(routes!(docs::redirect))
        .routes(routes!(docs::page))
        .routes(routes!(docs::file))
}

/// An empty field key is a bad key and not an unknown route. Not documented, because there is nothing to do here.
fn fields_without_key() -> Router<App> {
    Router::new()
        .route(
            "/ingress/commerce/carts/{cart_id}/set-field/",
            post(carts::set_field),
        )
        .route(
            "/ingress/commerce/carts/{cart_id}/remove-field/",
            post(carts::remove_field),
        )
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

fn carts() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(profiles::list))
        .routes(routes!(carts::create))
        .routes(routes!(carts::read))
        .routes(routes!(events::stream))
        .routes(routes!(carts::add_item))
        .routes(routes!(carts::remove_item))
        .routes(routes!(carts::set_quantity))
        .routes(routes!(carts::set_address))
        .routes(routes!(carts::set_email))
        .routes(routes!(carts::set_phone))
        .routes(routes!(carts::set_field))
        .routes(routes!(carts::remove_field))
        .routes(routes!(coupons::add))
        .routes(routes!(coupons::remove))
        .routes(routes!(orders::cancel))
        .routes(routes!(lookup::look_up))
        .routes(routes!(payment::open))
        .routes(routes!(payment::confirm))
        .routes(routes!(orders::pay_by_demo))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
}

fn push() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(push::receive))
        .routes(routes!(push::receive_with_path))
        .layer(DefaultBodyLimit::max(MAX_PUSH_BYTES))
}

fn validation() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(validate::receive))
        .routes(routes!(iframe::shipping_option))
        .routes(routes!(iframe::address))
        .routes(routes!(iframe::country))
        .layer(DefaultBodyLimit::max(MAX_VALIDATION_BYTES))
}

#[utoipa::path(
    get, path = "/health", operation_id = "getHealth", tag = "about",
    summary = "Whether the server answers", description = "",
    responses((status = 200, description = "It does.", body = openapi::Health)),
)]
async fn health() -> impl IntoResponse {
    axum::Json(serde_json::json!({ "status": "ok" }))
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
