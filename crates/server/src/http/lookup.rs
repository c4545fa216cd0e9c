//! Looking up an order by its number and the e-mail address that it was bought with.
//!
//! Whoever asks has proven no more than these two. The answer opens nothing: the id of the cart is not in it. A number that
//! is unknown and an address that is wrong have one answer, at one time.

use super::body::StrictJson;
use super::error::ApiError;
use super::limits;
use super::lookup_view::LookupView;
use crate::app::{App, MutateError};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::Deserialize;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use utoipa::ToSchema;

/// Longer than any number of ours, and what an e-mail address may have at most.
const MAX_REFERENCE_CHARS: usize = 64;
const MAX_EMAIL_CHARS: usize = 254;

/// A failure leaves at a multiple of this after its request came, so that its reads cannot be timed.
const TICK: Duration = Duration::from_millis(100);

#[derive(Deserialize, ToSchema)]
#[schema(as = LookUpOrderRequest)]
#[serde(deny_unknown_fields)]
pub(super) struct LookUp {
    /// The number of a cart, of an order or of a delivery, with or without space around it.
    #[schema(min_length = 1, max_length = 64)]
    reference: String,
    /// The buyer's, in any case.
    #[schema(min_length = 1, max_length = 254)]
    email: String,
}

#[utoipa::path(
    post, path = "/ingress/commerce/orders/lookup", operation_id = "lookUpOrder", tag = "orders",
    summary = "Look up an order",
    description = "By the number of a cart, an order or a delivery, and the buyer's e-mail address. An unknown number and \
        another address have the same answer. The id of the cart is not told, because it would open the cart.",
    request_body = LookUp,
    responses((status = 200, description = "The order, or the cart as long as it is none.", body = LookupView)),
)]
pub(super) async fn look_up(
    State(app): State<App>,
    parts: Parts,
    StrictJson(body): StrictJson<LookUp>,
) -> Result<Json<LookupView>, ApiError> {
    let started = Instant::now();
    let reference = body.reference.trim().to_ascii_uppercase();
    let email = body.email.trim();
    if reference.is_empty() || email.is_empty() {
        return Err(blank());
    }
    limits::check(&app, |limits| limits.lookup(&parts))?;
    let is_too_long =
        reference.chars().count() > MAX_REFERENCE_CHARS || email.chars().count() > MAX_EMAIL_CHARS;
    // What is longer than anything of ours is looked for like anything else, but not kept.
    let reference = if is_too_long { String::new() } else { reference };
    limits::check(&app, |limits| limits.lookup_of(&reference))?;
    limits::check(&app, |limits| {
        limits.lookup_by(if is_too_long { "" } else { email })
    })?;
    match app.look_up(&reference, email).await.map_err(MutateError::from)? {
        Some(found) if !is_too_long => Ok(Json(LookupView::new(&found))),
        _ => {
            sleep_until(started + next_tick(started.elapsed())).await;
            Err(no_such_order())
        }
    }
}

pub(super) fn blank() -> ApiError {
    let message = "`reference` and `email` must not be blank.";
    ApiError::bad_request("INVALID_REQUEST", message)
}

pub(super) fn no_such_order() -> ApiError {
    ApiError::new(
        StatusCode::NOT_FOUND,
        "ORDER_NOT_FOUND",
        "No order has this number and e-mail address.",
    )
}

fn next_tick(elapsed: Duration) -> Duration {
    let ticks = elapsed.as_millis() / TICK.as_millis() + 1;
    TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_at_the_next_tick() {
        for (elapsed, leaves) in [
            (0, 100),
            (1, 100),
            (99, 100),
            (100, 200),
            (101, 200),
            (1234, 1300),
        ] {
            let next = next_tick(Duration::from_millis(elapsed));
            assert_eq!(next, Duration::from_millis(leaves), "{elapsed}");
        }
    }
}
