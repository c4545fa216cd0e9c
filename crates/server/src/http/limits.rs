//! Where the rate limits stand in the way.

use super::error::ApiError;
use crate::app::App;
use crate::rate_limit::{RateLimits, TooMany};
use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Where a 404 means that somebody named a cart, or something in one, that does not exist.
const CART_ROUTES: &str = "/ingress/commerce/carts/{cart_id}";

/// Checks one of the limits, where there are any.
pub(super) fn check(
    app: &App,
    limit: impl FnOnce(&RateLimits) -> Result<(), TooMany>,
) -> Result<(), ApiError> {
    match &app.rate_limits {
        Some(limits) => limit(limits).map_err(refused),
        None => Ok(()),
    }
}

/// Counts carts that do not exist. Whoever guesses ids is soon told to wait; whoever has one notices nothing.
pub(super) async fn count_misses(State(app): State<App>, request: Request, next: Next) -> Response {
    let about_a_cart = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|route| route.as_str().starts_with(CART_ROUTES));
    let (Some(limits), true) = (&app.rate_limits, about_a_cart) else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    if response.status() != StatusCode::NOT_FOUND {
        return response;
    }
    match limits.miss(&asked) {
        Ok(()) => response,
        Err(too_many) => refused(too_many).into_response(),
    }
}

pub(super) fn refused(TooMany { retry_after_seconds }: TooMany) -> ApiError {
    let message = "Too many requests. Try again in a moment.";
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message)
        .with_retry_after(retry_after_seconds)
}
