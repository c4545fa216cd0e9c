//! Recurring purchases: a token from a first purchase buys again, without a shopper.
//!
//! An order with `recurring: true` has a `recurring_token` once it is bought. Source:
//! <https://docs.kustom.co/v3/checkout/use-cases/recurring>. Inferred:
//!
//! * The token appears at once, also while the purchase is examined.
//! * It charges a card, because financing is not offered for recurring purchases.
//! * Who buys, and in which currency, is what the first purchase said.
//! * The answer is 200, an unknown token is 404 `NOT_FOUND`, and the new order can be read in the checkout API, too.

use crate::idempotency;
use crate::kustom::{Call, Kustom};
use crate::management;
use crate::message::Response;
use crate::order::Order;
use crate::persona::Persona;
use crate::purchase::{self, Outcome, PaymentMethod};
use crate::validation;
use crate::webhook::WebhookEvent;
use http::{Method, StatusCode};
use jiff::Timestamp;
use kustom_api::{CheckoutOrder, FraudStatus, KustomOrderId};
use serde_json::json;

/// `rest` is what follows `/customer-token/v1/tokens`.
pub(crate) fn answer(kustom: &mut Kustom, rest: &[&str], call: &Call<'_>, now: Timestamp) -> Response {
    match (rest, &call.request.method) {
        ([token, "order"], &Method::POST) => {
            idempotency::once(kustom, call, |kustom| buy_again(kustom, token, call, now))
        }
        ([_, "order"], _) => Response::empty(StatusCode::METHOD_NOT_ALLOWED),
        _ => Response::empty(StatusCode::NOT_FOUND),
    }
}

fn buy_again(kustom: &mut Kustom, token: &str, call: &Call<'_>, now: Timestamp) -> Response {
    let mut orders = kustom.orders.values();
    let first = orders.find(|order| order.checkout.recurring_token.as_deref() == Some(token));
    let Some(first) = first.map(|order| order.checkout.clone()) else {
        return call.refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "No such token");
    };
    let sent = match validation::read_recurring(
        &call.request.body,
        first.purchase_currency.as_deref(),
        kustom.rules.strictness,
    ) {
        Ok(sent) => sent,
        Err(findings) => return call.bad_value(&findings),
    };
    let payer = first.billing_address.clone().unwrap_or_default();
    if Persona::TokenFails.is(&payer) {
        let message = "The payment method of the token cannot be charged.";
        return call.refuse(StatusCode::FORBIDDEN, "PAYMENT_METHOD_FAILED", message);
    }
    let id = place(kustom, first, sent, &call.request.base_url, now);
    let body = json!({ "order_id": id, "fraud_status": FraudStatus::Accepted });
    Response::json(StatusCode::OK, &body)
}

fn place(
    kustom: &mut Kustom,
    first: CheckoutOrder,
    sent: CheckoutOrder,
    base_url: &str,
    now: Timestamp,
) -> KustomOrderId {
    let checkout = CheckoutOrder {
        purchase_country: first.purchase_country,
        locale: first.locale,
        billing_address: first.billing_address,
        shipping_address: first.shipping_address,
        customer: first.customer,
        ..sent
    };
    let mut order = Order::new(&mut kustom.ids, checkout, base_url, now);
    let reference = kustom.ids.short_reference();
    let method = PaymentMethod::Card;
    purchase::complete(&mut order, Outcome::Approved, method, reference, now);
    let id = order.id.clone();
    let is_pushed = order.merchant_url(|urls| urls.push.as_ref()).is_some();
    kustom.add_order(order);
    if is_pushed {
        kustom.plan_first_push(&id);
    }
    let order_id = id.clone();
    kustom.happened(&WebhookEvent::OrderCreated { order_id }, now);
    management::capture_automatically(kustom, &id, now);
    id
}
