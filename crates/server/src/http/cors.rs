//! Which pages may call us.
//!
//! The same list that says where shoppers may be sent says which pages may call: a page that could do one without the
//! other would be of no use. Errors carry the headers too, or the browser hides them.

use super::error::ApiError;
use crate::app::App;
use axum::extract::{Request, State};
use axum::http::header::{ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderName, ORIGIN, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// The published client's JSON content type makes even reads preflighted, so browsers had better remember the answer.
const MAX_AGE: Duration = Duration::from_secs(7200);

pub(super) fn layer(app: App) -> CorsLayer {
    let headers = [
        CONTENT_TYPE,
        HeaderName::from_static("idempotency-key"),
        HeaderName::from_static("x-idempotency-key"),
    ];
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| allows(&app, origin)))
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(headers)
        .expose_headers([RETRY_AFTER])
        .max_age(MAX_AGE)
}

/// Says plainly no to foreign pages. Without this their developers see an answer that looks right and lacks a header.
pub(super) async fn refuse_foreign_preflight(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Response {
    let asks =
        request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let foreign = request
        .headers()
        .get(ORIGIN)
        .is_none_or(|origin| !allows(&app, origin));
    if asks && foreign {
        let message = "This page may not call the checkout.";
        return ApiError::new(StatusCode::FORBIDDEN, "ORIGIN_NOT_ALLOWED", message).into_response();
    }
    next.run(request).await
}

fn allows(app: &App, origin: &HeaderValue) -> bool {
    let Ok(origin) = origin.to_str() else { return false };
    app.shop()
        .profiles()
        .any(|profile| app.origin_policy(profile).allows_origin(origin))
}
