//! The two calls of a payment: opening the checkout and confirming on return.

use super::body::{CartIdPath, StrictJson};
use super::error::ApiError;
use super::openapi::{self, CartIdParam};
use crate::app::App;
use crate::completion::{CompletionError, Purchase};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kassa_commerce::cart::CartState;
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
    let cart = app.store.cart(id).await?.ok_or_else(ApiError::no_such_cart)?;
    let policy = app.origin_policy(app.profile_of(&cart)?);
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
    let cart = app.store.cart(id).await?.ok_or_else(ApiError::no_such_cart)?;
    if cart.state == CartState::Completed {
        return Ok(Json(Confirmed {
            status: "checkout_complete",
        }));
    }
    let Some(outcome) = app.complete_cart(id).await? else {
        let message = "No checkout was ever opened for this cart.";
        return Err(ApiError::new(StatusCode::CONFLICT, "NO_KUSTOM_ORDER", message));
    };
    match outcome {
        Ok(Purchase::Completed) => Ok(Json(Confirmed {
            status: "checkout_complete",
        })),
        Ok(Purchase::InReview | Purchase::NotBought) => Ok(Json(Confirmed {
            status: "checkout_incomplete",
        })),
        Err(error) => {
            tracing::warn!(%error, "could not find out whether a cart is paid; will try again");
            match *error {
                CompletionError::NotConfigured => Err(crate::checkout::CheckoutError::NotConfigured.into()),
                _ => Ok(Json(Confirmed {
                    status: "checkout_incomplete",
                })),
            }
        }
    }
}
