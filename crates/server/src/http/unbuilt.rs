//! Routes of the published client that this version answers and does not serve.

use super::error::ApiError;
use super::openapi::{self, CartIdParam};
use axum::http::StatusCode;

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/cancel-order", operation_id = "cancelCartOrder", tag = "carts",
    summary = "Not in this version: cancel the order of a cart", description = openapi::UNBUILT,
    params(CartIdParam),
)]
pub(super) async fn cancel_order() -> ApiError {
    not_implemented()
}

#[utoipa::path(
    post, path = "/ingress/commerce/orders/lookup", operation_id = "lookUpOrder", tag = "orders",
    summary = "Not in this version: look up an order", description = openapi::UNBUILT,
)]
pub(super) async fn look_up_order() -> ApiError {
    not_implemented()
}

fn not_implemented() -> ApiError {
    ApiError::new(
        StatusCode::NOT_IMPLEMENTED,
        "NOT_IMPLEMENTED",
        "This version does not do that yet.",
    )
}
