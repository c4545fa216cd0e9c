//! What operators see of an order, and how they move its deliveries on.

use super::refused;
use crate::app::App;
use crate::order::{CancelOrderError, MoveDeliveryError, PaidOrder};
use crate::store::StoreError;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use kassa_commerce::money::Money;
use kassa_commerce::order::{Contact, Delivery, DeliveryState, MoveError, Order};
use kassa_commerce::payment::{AuthorizationState, Payment};
use serde::{Deserialize, Serialize};

/// Amounts are in minor units, as accounts are kept.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderView {
    order_number: String,
    order_state: &'static str,
    cart_number: String,
    profile_key: String,
    channel_key: String,
    currency_code: &'static str,
    tax_included: bool,
    order_total_minor: i64,
    order_tax_total_minor: i64,
    placed_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Timestamp>,
    /// Whether goods may leave the house.
    is_shippable: bool,
    lines: Vec<LineView>,
    billing: Option<Contact>,
    payment: PaymentView,
    deliveries: Vec<DeliveryView>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LineView {
    item_id: String,
    product_number: String,
    description: String,
    quantity: u32,
    unit_price_minor: i64,
    discount_minor: i64,
    total_minor: i64,
    tax_minor: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PaymentView {
    provider: &'static str,
    reference: String,
    authorization_state: AuthorizationState,
    amount_minor: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    captured_minor: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryView {
    delivery_number: String,
    state: &'static str,
    lines: Vec<DeliveryLineView>,
    shipping: Option<ShippingView>,
    address: Option<Contact>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeliveryLineView {
    item_id: String,
    product_number: String,
    quantity: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShippingView {
    method_key: String,
    name: String,
    total_minor: i64,
    tax_minor: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoveBody {
    state: DeliveryState,
}

pub(super) async fn show(State(app): State<App>, Path(order_number): Path<String>) -> Response {
    match app.order_by_number(&order_number).await {
        Ok(Some(paid)) => answer(&paid),
        Ok(None) => refusal(&MoveDeliveryError::NotFound),
        Err(error) => refusal(&error.into()),
    }
}

pub(super) async fn move_delivery(
    State(app): State<App>,
    Path((order_number, delivery_number)): Path<(String, String)>,
    body: Result<Json<MoveBody>, JsonRejection>,
) -> Response {
    let state = match body {
        Ok(Json(MoveBody { state })) => state,
        Err(rejection) => {
            return refused(StatusCode::BAD_REQUEST, "INVALID_REQUEST", &rejection.body_text());
        }
    };
    match app.move_delivery(&order_number, &delivery_number, state).await {
        Ok(paid) => answer(&paid),
        Err(error) => refusal(&error),
    }
}

pub(super) async fn cancel(State(app): State<App>, Path(order_number): Path<String>) -> Response {
    match app.cancel_by_number(&order_number).await {
        Ok(paid) => answer(&paid),
        Err(CancelOrderError::NotFound) => refusal(&MoveDeliveryError::NotFound),
        Err(CancelOrderError::Refused(error)) => {
            refused(StatusCode::CONFLICT, "NOT_POSSIBLE", &error.to_string())
        }
        Err(CancelOrderError::Store(error)) => refusal(&error.into()),
        Err(error) => {
            tracing::error!(%error, "failed to cancel an order");
            let message = "the order could not be cancelled";
            refused(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
        }
    }
}

fn answer(paid: &PaidOrder) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(OrderView::new(paid))).into_response()
}

fn refusal(error: &MoveDeliveryError) -> Response {
    let (status, code) = match error {
        MoveDeliveryError::NotFound | MoveDeliveryError::Refused(MoveError::NoSuchDelivery) => {
            (StatusCode::NOT_FOUND, "NOT_FOUND")
        }
        MoveDeliveryError::Refused(MoveError::NotAllowed { .. }) => (StatusCode::CONFLICT, "NOT_POSSIBLE"),
        MoveDeliveryError::Refused(MoveError::NotShippable) => (StatusCode::CONFLICT, "NOT_SHIPPABLE"),
        MoveDeliveryError::Store(StoreError::Busy) => (StatusCode::SERVICE_UNAVAILABLE, "BUSY"),
        MoveDeliveryError::Store(error) => {
            tracing::error!(%error, "failed to read or to move an order");
            let message = "the storage cannot be used at the moment";
            return refused(StatusCode::SERVICE_UNAVAILABLE, "STORAGE_UNAVAILABLE", message);
        }
    };
    refused(status, code, &error.to_string())
}

impl OrderView {
    fn new(PaidOrder { order, payment }: &PaidOrder) -> Self {
        let deliveries = order.numbered_deliveries();
        Self {
            order_number: order.number.clone(),
            order_state: order.state(payment).as_str(),
            cart_number: order.cart_number.clone(),
            profile_key: order.profile_key.clone(),
            channel_key: order.channel_key.clone(),
            currency_code: order.priced.currency.code(),
            tax_included: order.priced.tax_included,
            order_total_minor: order.priced.order_total.amount_minor(),
            order_tax_total_minor: order.priced.order_tax_total.amount_minor(),
            placed_at: order.placed_at,
            cancelled_at: order.cancelled_at,
            is_shippable: order.is_shippable(payment),
            lines: lines(order),
            billing: order.billing.clone(),
            payment: PaymentView::new(payment),
            deliveries: deliveries.map(DeliveryView::new).collect(),
        }
    }
}

fn lines(order: &Order) -> Vec<LineView> {
    let lines = order.priced.lines.iter();
    lines
        .map(|line| LineView {
            item_id: line.item_id.to_string(),
            product_number: line.product_number.clone(),
            description: line.description.clone(),
            quantity: line.quantity,
            unit_price_minor: line.unit_price.amount_minor(),
            discount_minor: line.discount.amount_minor(),
            total_minor: line.total.amount_minor(),
            tax_minor: line.tax.amount_minor(),
        })
        .collect()
}

impl PaymentView {
    fn new(payment: &Payment) -> Self {
        Self {
            provider: payment.provider.key(),
            reference: payment.reference(),
            authorization_state: payment.authorization.state,
            amount_minor: payment.authorization.amount.amount_minor(),
            captured_minor: payment.captured.map(Money::amount_minor),
            expires_at: payment.authorization.expires_at,
        }
    }
}

impl DeliveryView {
    fn new((delivery_number, delivery): (String, &Delivery)) -> Self {
        let lines = delivery.lines.iter().map(|line| DeliveryLineView {
            item_id: line.item_id.to_string(),
            product_number: line.product_number.clone(),
            quantity: line.quantity,
        });
        Self {
            delivery_number,
            state: delivery.state.as_str(),
            lines: lines.collect(),
            shipping: delivery.shipping.as_ref().map(|shipping| ShippingView {
                method_key: shipping.method_key.clone(),
                name: shipping.name.clone(),
                total_minor: shipping.total().amount_minor(),
                tax_minor: shipping.tax.amount_minor(),
            }),
            address: delivery.address.clone(),
        }
    }
}
