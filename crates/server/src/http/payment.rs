//! The two calls of a payment: opening the checkout and confirming on return.

use super::body::StrictJson;
use super::error::ApiError;
use super::limits;
use super::openapi::{self, CartIdParam};
use super::path::CartIdPath;
use crate::app::App;
use crate::checkout::CheckoutError;
use crate::completion::{CompletionError, Purchase};
use crate::crash;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kassa_commerce::cart::CartState;
use kassa_commerce::id::CartId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[schema(as = OpenCheckoutRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct OpenCheckout {
    #[schema(format = "uri", max_length = 2000)]
    terms_url: String,
    /// Where the shopper is sent back to from other pages, such as a bank's.
    #[schema(format = "uri", max_length = 2000)]
    checkout_url: String,
    /// Where the shopper is sent to after the purchase.
    #[schema(format = "uri", max_length = 2000)]
    confirmation_url: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct OpenedCheckout {
    /// HTML with scripts: the page inserts it and runs them.
    html_snippet: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Confirmed {
    #[schema(schema_with = openapi::confirm_states)]
    status: &'static str,
    /// Why asking again will not help, where that is known: `declined`, and the shopper may pay anew; or `in_review`, and a
    /// person will decide.
    #[schema(schema_with = openapi::confirm_reasons)]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/payment/kustom", operation_id = "openKustomCheckout", tag = "payment",
    summary = "Open the checkout of a cart",
    description = "Makes the cart's Kustom order, or finds the open one. The three pages must differ and lie on \
        origins that the cart's profile lists.",
    params(CartIdParam),
    request_body = OpenCheckout,
    responses((status = 200, description = "The checkout, ready to be shown.", body = OpenedCheckout)),
)]
pub(super) async fn open(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    StrictJson(body): StrictJson<OpenCheckout>,
) -> Result<Json<OpenedCheckout>, ApiError> {
    limits::check(&app, |limits| limits.opening(id))?;
    let cart = app.store.cart(id).await?.ok_or_else(ApiError::no_such_cart)?;
    let policy = app.origin_policy(&app.profile_of(&cart)?);
    let urls = policy.check(body.terms_url, body.checkout_url, body.confirmation_url)?;
    let html_snippet = app.open_checkout(id, urls).await?;
    Ok(Json(OpenedCheckout { html_snippet }))
}

/// Answers `checkout_complete` only when the order exists. Passing trouble is a status and never an error, because
/// pages give up at the first error while the shopper's money is on its way.
#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/payment/kustom/confirm", operation_id = "confirmKustomCheckout",
    tag = "payment",
    summary = "Confirm a purchase on return from the checkout",
    description = "Takes no body. While it is not known yet whether the cart is paid, the answer is \
        `checkout_incomplete`: ask again, with pauses, until it is `checkout_complete`.",
    params(CartIdParam),
    responses((status = 200, description = "`checkout_complete` as soon as the order exists.", body = Confirmed)),
)]
pub(super) async fn confirm(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
) -> Result<Json<Confirmed>, ApiError> {
    let is_known_complete = match app.store.cart(id).await {
        Ok(Some(cart)) => cart.state == CartState::Completed,
        Ok(None) => return Err(ApiError::no_such_cart()),
        Err(error) => return Ok(still_checking(&error)),
    };
    if is_known_complete {
        return Ok(confirmed("checkout_complete"));
    }
    // Even now no error: a page that asks too often only does not get Kustom asked each time.
    if limits::check(&app, |limits| limits.confirmation(id)).is_err() {
        return Ok(confirmed("checkout_incomplete"));
    }
    let outcome = app.complete_cart(id).await;
    crash::point("confirm.before_answer");
    match outcome {
        Ok(Some(Ok(Purchase::Completed))) => Ok(confirmed("checkout_complete")),
        Ok(Some(Ok(Purchase::InReview | Purchase::GivenBack))) => Ok(in_review(&app, id).await),
        Ok(Some(Ok(Purchase::NotBought | Purchase::Gone))) => Ok(confirmed("checkout_incomplete")),
        Ok(Some(Err(error))) if matches!(*error, CompletionError::NotConfigured) => {
            Err(CheckoutError::NotConfigured.into())
        }
        Ok(Some(Err(error))) => Ok(still_checking(&error)),
        Err(error) => Ok(still_checking(&error)),
        Ok(None) => Err(never_opened()),
    }
}

pub(super) fn never_opened() -> ApiError {
    let message = "No checkout was ever opened for this cart.";
    ApiError::new(StatusCode::CONFLICT, "NO_KUSTOM_ORDER", message)
}

/// A cart that nobody has to decide about is free: its purchase was declined, or given back.
async fn in_review(app: &App, id: CartId) -> Json<Confirmed> {
    let cart = app.store.cart(id).await.ok().flatten();
    let reason = match cart {
        Some(cart) if cart.state == CartState::Open && cart.in_review.is_none() => "declined",
        _ => "in_review",
    };
    Json(Confirmed {
        status: "checkout_incomplete",
        reason: Some(reason),
    })
}

fn still_checking(error: &impl std::error::Error) -> Json<Confirmed> {
    tracing::warn!(%error, "could not find out yet whether a cart is paid");
    confirmed("checkout_incomplete")
}

fn confirmed(status: &'static str) -> Json<Confirmed> {
    Json(Confirmed { status, reason: None })
}
