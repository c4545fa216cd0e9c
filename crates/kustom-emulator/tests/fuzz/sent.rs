//! What is sent, made from what a step says.

use crate::step::{Amount, Call, Said, Shopper, Sketch};
use http::{HeaderMap, Method};
use kustom_api::Address;
use kustom_emulator::{CallbackAnswer, DueCallback, Purchase, Request};
use serde_json::{Value, json};

const PERSONAS: [&str; 9] = [
    "anna",
    "pending",
    "rejected",
    "pending-accepted",
    "pending-rejected",
    "slow-validation",
    "closes-browser",
    "no-push",
    "pending+no-push",
];

impl Call {
    /// What is left and what was taken say how much a call may be about.
    pub(crate) fn request(
        &self,
        total: i64,
        captured: i64,
        capture: &dyn Fn(u8) -> String,
    ) -> (Method, String, Value) {
        match self {
            Call::Read => (Method::GET, String::new(), Value::Null),
            Call::Acknowledge => (Method::POST, "/acknowledge".to_owned(), Value::Null),
            Call::Capture(amount, _) => (
                Method::POST,
                "/captures".to_owned(),
                json!({ "captured_amount": amount.of(total) }),
            ),
            Call::Refund(amount, _) => (
                Method::POST,
                "/refunds".to_owned(),
                json!({ "refunded_amount": amount.of(captured) }),
            ),
            Call::Cancel => (Method::POST, "/cancel".to_owned(), Value::Null),
            Call::Release => (
                Method::POST,
                "/release-remaining-authorization".to_owned(),
                Value::Null,
            ),
            Call::Extend => (Method::POST, "/extend-authorization-time".to_owned(), Value::Null),
            Call::Authorize(amount) => (
                Method::PATCH,
                "/authorization".to_owned(),
                json!({ "order_amount": amount.of(total + captured) }),
            ),
            Call::References(text) => (
                Method::PATCH,
                "/merchant-references".to_owned(),
                json!({ "merchant_reference1": format!("R{text}") }),
            ),
            Call::Address(is_known) => (
                Method::PATCH,
                "/customer-details".to_owned(),
                if *is_known {
                    json!({ "billing_address": { "city": "Oslo" } })
                } else {
                    json!({ "x": 1 })
                },
            ),
            Call::Captures => (Method::GET, "/captures".to_owned(), Value::Null),
            Call::ReadCapture(which) => (Method::GET, format!("/captures/{}", capture(*which)), Value::Null),
            Call::ShippingInfo(which) => (
                Method::POST,
                format!("/captures/{}/shipping-info", capture(*which)),
                json!({ "shipping_info": [{ "tracking_number": "1" }] }),
            ),
            Call::SendOut(which) => (
                Method::POST,
                format!("/captures/{}/trigger-send-out", capture(*which)),
                Value::Null,
            ),
            Call::Nowhere => (Method::GET, "/nowhere".to_owned(), Value::Null),
        }
    }
}

impl Amount {
    pub(crate) fn of(&self, all: i64) -> i64 {
        match self {
            Self::All => all,
            Self::Half => all / 2,
            Self::OneMore => all + 1,
            Self::One => 1,
            Self::Zero => 0,
            Self::Negative => -1,
            Self::Exactly(amount) => i64::from(*amount),
        }
    }
}

pub(crate) fn request(method: Method, path: &str, body: &Value) -> Request {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", "Basic kco_test_api_x".parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    Request {
        method,
        path: path.to_owned(),
        headers,
        body: if body.is_null() {
            bytes::Bytes::new()
        } else {
            body.to_string().into()
        },
        base_url: "http://emulator.test".to_owned(),
    }
}

pub(crate) fn order(sketch: &Sketch) -> Value {
    let (quantity, price) = (i64::from(sketch.quantity % 5) + 1, i64::from(sketch.price));
    let rate = [0, 600, 1200, 2500][usize::from(sketch.tax_rate) % 4];
    let amount = quantity * price;
    let tax = amount * rate / (10_000 + rate);
    let mut order = json!({
        "purchase_country": "SE", "purchase_currency": "SEK", "locale": "sv-SE",
        "order_amount": amount, "order_tax_amount": tax,
        "order_lines": [{
            "type": "physical", "name": "Shoe", "quantity": quantity, "unit_price": price, "tax_rate": rate,
            "total_amount": amount, "total_tax_amount": tax,
        }],
        "merchant_urls": {
            "terms": "https://shop.example/terms", "checkout": "https://shop.example/checkout",
            "confirmation": "https://shop.example/done", "push": "https://shop.example/push/{checkout.order.id}",
            "notification": "https://shop.example/notification",
        },
        "options": { "require_validate_callback_success": sketch.is_required, "auto_capture": sketch.captures_itself },
        "shipping_countries": ["SE", "NO"],
    });
    for (is_named, name) in [
        (sketch.has_validation.is_so(), "validation"),
        (sketch.asks_about_shipping.is_so(), "shipping_option_update"),
        (sketch.asks_about_address.is_so(), "address_update"),
        (sketch.asks_about_address.is_so(), "country_change"),
    ] {
        if is_named {
            order["merchant_urls"][name] = json!(format!("https://shop.example/{name}"));
        }
    }
    if sketch.offers_shipping {
        let option = |id: &str, price: i64| json!({ "id": id, "name": id, "price": price, "tax_amount": 0, "tax_rate": 0 });
        order["shipping_options"] = json!([option("standard", 0), option("express", 4900)]);
    }
    match sketch.mistake {
        0 => order["order_amount"] = json!(amount + 1),
        1 => order["invented"] = json!(1),
        2 => order["order_lines"] = json!([]),
        3 => order["purchase_currency"] = json!("EUR"),
        4 => order["order_lines"][0]["unit_price"] = json!(i64::MAX),
        _ => {}
    }
    order
}

pub(crate) fn purchase(shopper: &Shopper) -> Purchase {
    let some = |text: &str| Some(text.to_owned());
    let persona = PERSONAS[usize::from(shopper.persona) % PERSONAS.len()];
    Purchase {
        address: Address {
            email: Some(format!("{persona}@example.com")),
            postal_code: some("12345"),
            given_name: some("Anna"),
            family_name: some("Andersson"),
            street_address: some("Stårgatan 1"),
            city: some("Ankeborg"),
            phone: some("0765260000"),
            country: shopper.elsewhere.is_so().then(|| "NO".to_owned()),
            ..Address::default()
        },
        three_d_secure: shopper.three_d_secure.is_so(),
        shown_amount: shopper.wrong_amount.is_so().then_some(-1),
        ..Purchase::default()
    }
}

pub(crate) fn answered(said: &Said, callback: &DueCallback) -> CallbackAnswer {
    let (status, location, body) = match said {
        Said::Yes => (200, None, String::new()),
        Said::No => (
            400,
            None,
            r#"{"error_type":"approval_failed","error_text":"Sold out"}"#.to_owned(),
        ),
        Said::Elsewhere => (303, Some("https://shop.example/sorry".to_owned()), String::new()),
        Said::Nothing => {
            return CallbackAnswer::Failed {
                reason: "no answer".to_owned(),
            };
        }
        Said::SameLines => (200, None, same_lines(callback)),
        Said::Nonsense(status) => (100 + status % 500, None, "<html>".to_owned()),
    };
    CallbackAnswer::Answered {
        status,
        location,
        body,
    }
}

fn same_lines(callback: &DueCallback) -> String {
    let asked: Value = serde_json::from_slice(&callback.body).unwrap_or_default();
    let mut answer = json!({});
    for name in [
        "order_amount",
        "order_tax_amount",
        "order_lines",
        "purchase_currency",
    ] {
        answer[name] = asked[name].clone();
    }
    answer.to_string()
}
