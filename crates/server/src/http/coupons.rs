//! Entering and removing coupon codes.

use super::carts::{CartAnswer, mutate};
use super::error::ApiError;
use super::keyed::KeyedJson;
use super::openapi::{CartIdParam, IdempotencyKeyParam};
use super::path::CartIdPath;
use super::view::CartView;
use crate::app::App;
use axum::extract::State;
use kassa_commerce::command::CartCommand;
use kassa_commerce::promotion::{CodeError, CouponCode};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[schema(as = CouponRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Coupon {
    /// In any case, with or without space around it.
    #[schema(min_length = 1, max_length = 64)]
    coupon_code: String,
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/add-coupon", operation_id = "addCartCoupon", tag = "carts",
    summary = "Enter a coupon code",
    description = "A coupon for which the cart does not qualify yet is kept among `invalidCoupons` until it does. \
        Entering a code twice changes nothing.",
    params(CartIdParam, IdempotencyKeyParam),
    request_body = Coupon,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn add(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    KeyedJson { body, key }: KeyedJson<Coupon>,
) -> CartAnswer {
    let code = CouponCode::parse(&body.coupon_code)?;
    mutate(&app, id, key, CartCommand::AddCoupon { code }).await
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/remove-coupon", operation_id = "removeCartCoupon", tag = "carts",
    summary = "Remove a coupon code",
    description = "Removing a code that the cart does not have changes nothing.",
    params(CartIdParam, IdempotencyKeyParam),
    request_body = Coupon,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn remove(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    KeyedJson { body, key }: KeyedJson<Coupon>,
) -> CartAnswer {
    let code = CouponCode::parse(&body.coupon_code)?;
    mutate(&app, id, key, CartCommand::RemoveCoupon { code }).await
}

impl From<CodeError> for ApiError {
    fn from(error: CodeError) -> Self {
        Self::bad_request("INVALID_COUPON", format!("{}.", capitalized(&error.to_string())))
    }
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}
