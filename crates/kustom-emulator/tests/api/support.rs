//! An emulator at a time of our choosing, and a merchant's way to call it without a socket.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use http_body_util::BodyExt;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use kustom_emulator::{Emulator, Order, Rules, Settings};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

pub(crate) const BASE_URL: &str = "http://emulator.test";

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|_| panic!("{} is not JSON: {}", self.status, self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

pub(crate) fn start() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

/// The wall clock stands still, so all time that passes is virtual.
pub(crate) fn emulator() -> Emulator {
    emulator_with(Rules::default())
}

pub(crate) fn emulator_with(rules: Rules) -> Emulator {
    let public_url = Some(BASE_URL.to_owned());
    let settings = Settings {
        rules,
        public_url,
        ..Settings::default()
    };
    Emulator::new(settings, Arc::new(start))
}

pub(crate) async fn call(emulator: &Emulator, method: &str, path: &str, body: Option<Value>) -> Answer {
    let headers = [
        ("authorization", "Basic kco_test_api_x"),
        ("content-type", "application/json"),
    ];
    call_with(emulator, method, path, &headers, body).await
}

pub(crate) async fn call_with(
    emulator: &Emulator,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = body.map_or(Body::empty(), |body| Body::from(body.to_string()));
    let answer = emulator
        .router()
        .oneshot(request.body(body).unwrap())
        .await
        .unwrap();
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: parts.status.as_u16(),
        headers: parts.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

pub(crate) fn lines(quantity: i64) -> Value {
    json!([{
        "type": "physical", "reference": "SH005", "name": "Shoe", "quantity": quantity, "unit_price": 10_000,
        "tax_rate": 2500, "total_amount": 10_000 * quantity, "total_tax_amount": 2000 * quantity,
    }])
}

pub(crate) fn order() -> Value {
    json!({
        "purchase_country": "SE",
        "purchase_currency": "SEK",
        "locale": "sv-SE",
        "order_amount": 10_000,
        "order_tax_amount": 2000,
        "order_lines": lines(1),
        "merchant_urls": {
            "terms": "https://shop.example/terms",
            "checkout": "https://shop.example/checkout",
            "confirmation": "https://shop.example/done?id={checkout.order.id}",
            "push": "https://shop.example/push/{checkout.order.id}",
        },
    })
}

pub(crate) fn order_with(members: Value) -> Value {
    let mut order = order();
    let Value::Object(members) = members else {
        panic!("{members} is not an object");
    };
    order.as_object_mut().unwrap().extend(members);
    order
}

/// Creates an order and returns its id.
pub(crate) async fn create(emulator: &Emulator, body: Value) -> String {
    let answer = call(emulator, "POST", "/checkout/v3/orders", Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["order_id"].as_str().unwrap().to_owned()
}

pub(crate) async fn pay(emulator: &Emulator, id: &str, body: Value) -> Answer {
    call(
        emulator,
        "POST",
        &format!("/_emulator/orders/{id}/pay"),
        Some(body),
    )
    .await
}

pub(crate) async fn bought(emulator: &Emulator) -> String {
    let id = create(emulator, order()).await;
    assert_eq!(pay(emulator, &id, json!({})).await.status, 200);
    id
}

pub(crate) async fn advance(emulator: &Emulator, seconds: u32) -> Value {
    let answer = call(
        emulator,
        "POST",
        "/_emulator/clock/advance",
        Some(json!({ "seconds": seconds })),
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

pub(crate) fn state(emulator: &Emulator, id: &str) -> Order {
    emulator.inspect(|kustom| kustom.order(&KustomOrderId(id.to_owned())).unwrap().clone())
}

pub(crate) async fn browser(
    emulator: &Emulator,
    id: &str,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let token = token_of_state(emulator, id).await;
    let path = format!("/browser/orders/{id}{path}");
    call_with(emulator, method, &path, &[("authorization", &token)], body).await
}

/// The token stands in the snippet; an expired order has none any more, and none is needed for a 404.
async fn token_of_state(emulator: &Emulator, id: &str) -> String {
    let read = call(emulator, "GET", &format!("/checkout/v3/orders/{id}"), None).await;
    match read.status {
        200 => token(emulator, id).await,
        _ => "Bearer none".to_owned(),
    }
}

pub(crate) async fn token(emulator: &Emulator, id: &str) -> String {
    let read = call(emulator, "GET", &format!("/checkout/v3/orders/{id}"), None)
        .await
        .json();
    let snippet = read["html_snippet"].as_str().unwrap();
    let (_, rest) = snippet.split_once("\"TOKEN\":\"").unwrap();
    format!("Bearer {}", rest.split('"').next().unwrap())
}

pub(crate) fn two_shoes() -> Value {
    json!({ "order_amount": 20_000, "order_tax_amount": 4000, "order_lines": lines(2) })
}

/// Serves a merchant and returns its address.
pub(crate) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}
