//! An order after its purchase: cancelled by its owner, or paid for in a demo.

use super::carts::{CartAnswer, rendered_cart};
use super::error::ApiError;
use super::keyed::{Keyed, Rendered};
use super::limits;
use super::openapi::{self, CartIdParam, IdempotencyKeyParam};
use super::path::CartIdPath;
use super::view::CartView;
use crate::app::App;
use crate::demo_payment::DemoPaymentError;
use crate::order::CancelOrderError;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use kassa_commerce::order::CancelError;
use kassa_commerce::payment::demo::DemoError;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub(super) struct DemoPaid {
    #[schema(schema_with = openapi::demo_states)]
    status: &'static str,
}

/// The published client sends no body but claims JSON, so none is read.
#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/cancel-order", operation_id = "cancelCartOrder", tag = "carts",
    summary = "Cancel the order of a cart",
    description = "Takes no body. For the shopper, until somebody has begun to send the order. The reserved money is \
        released. Cancelling again changes nothing and answers the same.",
    params(CartIdParam, IdempotencyKeyParam),
    responses((status = 200, description = "The cart, which stays completed, with `orderState` `cancelled`.", body = CartView)),
)]
pub(super) async fn cancel(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    Keyed(key): Keyed,
) -> CartAnswer {
    limits::check(&app, |limits| limits.mutation(id))?;
    let answer = match key {
        Some(key) => app.cancel_order_once(id, &key, rendered_cart).await?,
        None => rendered_cart(&app.cancel_order(id).await?),
    };
    Ok(Rendered(answer))
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/payment/demo", operation_id = "payByDemo", tag = "payment",
    summary = "Complete a cart without moving money",
    description = "For shops that are being built; takes no body. 404 where the operator has not allowed it, which nobody \
        can in the environment `live`. A checkout of Kustom's that is open is closed. Paying again answers the same.",
    params(CartIdParam),
    responses((status = 200, description = "The cart is completed.", body = DemoPaid)),
)]
pub(super) async fn pay_by_demo(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
) -> Result<Json<DemoPaid>, ApiError> {
    if !app.options.demo_payment {
        return Err(super::unknown_route().await);
    }
    limits::check(&app, |limits| limits.opening(id))?;
    app.pay_by_demo(id).await?;
    Ok(Json(DemoPaid { status: "completed" }))
}

impl From<CancelOrderError> for ApiError {
    fn from(error: CancelOrderError) -> Self {
        let refused = |code, message: &'static str| Self::new(StatusCode::CONFLICT, code, message);
        match error {
            CancelOrderError::NotFound => Self::no_such_cart(),
            CancelOrderError::Refused(CancelError::NoOrder) => {
                refused("NO_ORDER", "The cart has no order that could be cancelled.")
            }
            CancelOrderError::Refused(CancelError::TooLate) => {
                refused("CANCEL_ORDER_FAILED", "The order can no longer be cancelled.")
            }
            CancelOrderError::Key(refusal) => refusal.into(),
            CancelOrderError::Price(error) => crate::app::MutateError::from(error).into(),
            CancelOrderError::Store(error) => error.into(),
        }
    }
}

impl From<DemoPaymentError> for ApiError {
    fn from(error: DemoPaymentError) -> Self {
        match error {
            DemoPaymentError::NotFound => Self::no_such_cart(),
            DemoPaymentError::Refused(DemoError::NotOpen) => Self::not_open(),
            DemoPaymentError::Refused(DemoError::Locked(lock)) => Self::locked(lock),
            DemoPaymentError::Refused(DemoError::EmptyCart) => Self::empty_cart(),
            DemoPaymentError::Refused(DemoError::Unshippable) => Self::not_deliverable(),
            DemoPaymentError::Refused(DemoError::Pricing(error)) => error.into(),
            DemoPaymentError::OutOfStock => Self::new(
                StatusCode::CONFLICT,
                "OUT_OF_STOCK",
                "There are not as many left of a product.",
            ),
            DemoPaymentError::UsedUp => Self::new(
                StatusCode::CONFLICT,
                "INVALID_COUPON",
                "A coupon has just been used up: the cart has a new total.",
            ),
            DemoPaymentError::Price(error) => crate::app::MutateError::from(error).into(),
            DemoPaymentError::Store(error) => error.into(),
        }
    }
}
