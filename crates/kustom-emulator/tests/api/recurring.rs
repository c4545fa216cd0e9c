//! Purchases by a recurring token.

use crate::calls::Merchant;
use crate::support::{advance, call, call_with, create, emulator, order_with, pay, state, two_shoes};
use kustom_api::Address;
use kustom_emulator::{CallbackKind, Emulator};
use serde_json::{Value, json};

async fn token(emulator: &Emulator, email: &str) -> String {
    let id = create(emulator, order_with(json!({ "recurring": true }))).await;
    let path = format!("/checkout/v3/orders/{id}");
    let before = call(emulator, "GET", &path, None).await.json();
    assert!(before.get("recurring_token").is_none());
    assert_eq!(pay(emulator, &id, json!({ "email": email })).await.status, 200);
    let bought = call(emulator, "GET", &path, None).await.json();
    bought["recurring_token"].as_str().unwrap().to_owned()
}

fn path(token: &str) -> String {
    format!("/customer-token/v1/tokens/{token}/order")
}

fn purchase_with(members: Value) -> Value {
    let mut purchase = two_shoes();
    purchase["purchase_currency"] = json!("SEK");
    let Value::Object(members) = members else {
        panic!("{members} is not an object");
    };
    purchase.as_object_mut().unwrap().extend(members);
    purchase
}

fn line_with(member: &str, value: Value) -> Value {
    let mut lines = two_shoes()["order_lines"].clone();
    lines[0][member] = value;
    json!({ "order_lines": lines })
}

#[tokio::test]
async fn a_token_buys_again_for_the_same_customer() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[200]).await;
    let token = token(&emulator, "anna@example.com").await;
    let purchase = purchase_with(json!({
        "merchant_reference1": "S-2",
        "merchant_urls": { "push": format!("{}/push?order={{checkout.order.id}}", merchant.address) },
        "order_lines": line_with("subscription", json!({ "name": "Shoes", "interval": "MONTH", "interval_count": 1 }))["order_lines"],
    }));
    let answer = call(&emulator, "POST", &path(&token), Some(purchase.clone())).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let id = answer.json()["order_id"].as_str().unwrap().to_owned();
    assert_eq!(answer.json()["fraud_status"], "ACCEPTED");
    let managed = call(
        &emulator,
        "GET",
        &format!("/ordermanagement/v1/orders/{id}"),
        None,
    )
    .await
    .json();
    for (member, expected) in [
        ("status", json!("AUTHORIZED")),
        ("order_amount", json!(20_000)),
        ("remaining_authorized_amount", json!(20_000)),
        ("merchant_reference1", json!("S-2")),
        ("purchase_country", json!("SE")),
        ("order_lines", purchase["order_lines"].clone()),
    ] {
        assert_eq!(managed[member], expected, "{member}");
    }
    let address: Address = serde_json::from_value(managed["billing_address"].clone()).unwrap();
    assert_eq!(address.email.as_deref(), Some("anna@example.com"));
    advance(&emulator, 120).await;
    assert_eq!(merchant.calls().len(), 1);
    assert_eq!(state(&emulator, &id).count_attempts(CallbackKind::Push), 1);
    // The new order is no first purchase of its own.
    assert_eq!(state(&emulator, &id).checkout.recurring_token, None);
}

#[tokio::test]
async fn a_purchase_without_a_push_address_is_never_pushed_and_can_be_captured_at_once() {
    let emulator = emulator();
    let token = token(&emulator, "no-push@example.com").await;
    let purchase = purchase_with(json!({ "auto_capture": true }));
    let answer = call(&emulator, "POST", &path(&token), Some(purchase)).await;
    let order = state(&emulator, answer.json()["order_id"].as_str().unwrap());
    assert_eq!(order.managed.unwrap().captured_amount, 20_000);
    assert_eq!(emulator.inspect(kustom_emulator::Kustom::next_callback_at), None);
}

#[tokio::test]
async fn a_token_that_cannot_be_charged_is_refused_by_its_shopper() {
    let emulator = emulator();
    let token = token(&emulator, "token-fails@example.com").await;
    let answer = call(&emulator, "POST", &path(&token), Some(purchase_with(json!({})))).await;
    assert_eq!(
        (answer.status, answer.json()["error_code"].clone()),
        (403, json!("PAYMENT_METHOD_FAILED"))
    );
    assert_eq!(emulator.inspect(|kustom| kustom.orders().count()), 1);
}

#[tokio::test]
async fn an_unknown_token_and_other_methods_buy_nothing() {
    let emulator = emulator();
    let token = token(&emulator, "anna@example.com").await;
    for (method, path, status) in [
        ("POST", path("none"), 404),
        ("GET", path(&token), 405),
        ("POST", format!("/customer-token/v1/tokens/{token}/invented"), 404),
    ] {
        let answer = call(&emulator, method, &path, Some(purchase_with(json!({})))).await;
        assert_eq!(answer.status, status, "{method} {path}");
    }
    assert_eq!(emulator.inspect(|kustom| kustom.orders().count()), 1);
}

#[tokio::test]
async fn a_key_buys_once() {
    let emulator = emulator();
    let token = token(&emulator, "anna@example.com").await;
    let headers = [("authorization", "Basic x"), ("klarna-idempotency-key", "a")];
    let send = async || {
        call_with(
            &emulator,
            "POST",
            &path(&token),
            &headers,
            Some(purchase_with(json!({}))),
        )
        .await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, first.text), (second.status, second.text));
    assert_eq!(emulator.inspect(|kustom| kustom.orders().count()), 2);
}

#[tokio::test]
async fn mistakes_are_named() {
    let emulator = emulator();
    let token = token(&emulator, "anna@example.com").await;
    for (members, named) in [
        (json!({ "purchase_currency": "NOK" }), "purchase_currency"),
        (json!({ "order_amount": 1 }), "order_amount"),
        (json!({ "order_tax_amount": 1 }), "order_tax_amount"),
        (line_with("total_amount", json!(1)), "order_lines[0].total_amount"),
        (
            json!({ "merchant_reference1": "x".repeat(256) }),
            "merchant_reference1",
        ),
        (json!({ "locale": "sv-SE" }), "locale"),
        (json!({ "auto_capture": "yes" }), "auto_capture"),
    ] {
        let answer = call(&emulator, "POST", &path(&token), Some(purchase_with(members))).await;
        let body = answer.json();
        let messages: Vec<String> = serde_json::from_value(body["error_messages"].clone()).unwrap();
        assert_eq!(
            (answer.status, body["error_code"].as_str()),
            (400, Some("BAD_VALUE"))
        );
        assert!(messages.contains(&format!("Bad value: {named}")), "{messages:?}");
    }
    assert_eq!(emulator.inspect(|kustom| kustom.orders().count()), 1);
}

#[tokio::test]
async fn an_ordinary_purchase_has_no_token() {
    let emulator = emulator();
    let id = crate::support::bought(&emulator).await;
    assert_eq!(state(&emulator, &id).checkout.recurring_token, None);
}
