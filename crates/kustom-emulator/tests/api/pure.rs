//! What tests of the core share: one order, one shopper, and what a merchant may answer.

use crate::support::{order_with, start};
use http::{HeaderMap, Method};
use jiff::{SignedDuration, Timestamp};
use kustom_api::{Address, KustomOrderId};
use kustom_emulator::{CallbackAnswer, Kustom, Purchase, Request, Response, Rules};
use serde_json::{Value, json};

pub(crate) fn message(method: Method, path: &str, body: &Value) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Basic kco_test_api_x".parse().unwrap());
    Request {
        method,
        path: path.to_owned(),
        headers,
        body: body.to_string().into(),
        base_url: "http://emulator.test".to_owned(),
    }
}

pub(crate) fn request(kustom: &mut Kustom, method: Method, path: &str, body: &Value) -> Response {
    kustom.handle(&message(method, path, body), start())
}

/// An order that asks the merchant, and requires the answer or does not.
pub(crate) fn order_that_asks(is_required: bool) -> Value {
    let mut order = order_with(json!({ "options": { "require_validate_callback_success": is_required } }));
    order["merchant_urls"]["validation"] = json!("https://shop.example/validate/{checkout.order.id}?t=1");
    order
}

pub(crate) fn opened(order: &Value) -> (Kustom, KustomOrderId) {
    let mut kustom = Kustom::new(Rules::default());
    let answer = request(&mut kustom, Method::POST, "/checkout/v3/orders", order);
    let created: Value = serde_json::from_slice(&answer.body).unwrap();
    let id = KustomOrderId(created["order_id"].as_str().unwrap().to_owned());
    (kustom, id)
}

/// The status that the merchant reads.
pub(crate) fn update(kustom: &mut Kustom, id: &KustomOrderId, body: &Value) -> u16 {
    let answer = request(kustom, Method::POST, &format!("/checkout/v3/orders/{id}"), body);
    answer.status.as_u16()
}

pub(crate) fn shopper() -> Purchase {
    let some = |text: &str| Some(text.to_owned());
    Purchase {
        address: Address {
            email: some("anna@example.com"),
            postal_code: some("12345"),
            given_name: some("Anna"),
            family_name: some("Andersson"),
            street_address: some("Stårgatan 1"),
            city: some("Ankeborg"),
            phone: some("0765260000"),
            ..Address::default()
        },
        ..Purchase::default()
    }
}

pub(crate) fn answered(status: u16, location: Option<&str>, body: &str) -> CallbackAnswer {
    CallbackAnswer::Answered {
        status,
        location: location.map(str::to_owned),
        body: body.to_owned(),
    }
}

pub(crate) fn approval() -> CallbackAnswer {
    answered(200, None, "")
}

pub(crate) fn sold_out() -> CallbackAnswer {
    answered(
        400,
        None,
        r#"{"error_type":"approval_failed","error_text":"Sold out"}"#,
    )
}

pub(crate) fn silence() -> CallbackAnswer {
    CallbackAnswer::Failed {
        reason: "no answer within 3 seconds".to_owned(),
    }
}

pub(crate) fn later(seconds: i64) -> Timestamp {
    start() + SignedDuration::from_secs(seconds)
}
