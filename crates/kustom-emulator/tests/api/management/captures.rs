//! Captures: in parts, by themselves, and what goes with them.

use super::{amounts, capture, done, manage, read, refund, refused};
use crate::calls::Merchant;
use crate::support::{
    BASE_URL, advance, bought, call, call_with, create, emulator, lines, order_with, pay, state,
};
use kustom_emulator::Change;
use serde_json::{Value, json};

const TOO_MUCH: &str = "Captured amount is higher than the remaining authorized amount.";

#[tokio::test]
async fn parts_are_captured_until_nothing_is_left() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let body = json!({
        "captured_amount": 4000, "description": "The left shoe", "reference": "F-1", "shipping_delay": 0,
        "order_lines": [{ "name": "Left shoe", "quantity": 1, "unit_price": 4000, "total_amount": 4000 }],
        "shipping_info": [{ "shipping_company": "PostNord", "shipping_method": "ClickCollect" }],
    });
    let first = manage(&emulator, &id, "POST", "/captures", Some(body.clone())).await;
    let capture_id = first.header("capture-id");
    let path = format!("/ordermanagement/v1/orders/{id}/captures/{capture_id}");
    assert_eq!(first.header("location"), format!("{BASE_URL}{path}"));
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["PART_CAPTURED", 10_000, 4000, 0, 6000])
    );
    capture(&emulator, &id, 6000).await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["CAPTURED", 10_000, 10_000, 0, 0])
    );
    let one = manage(&emulator, &id, "GET", &format!("/captures/{capture_id}"), None)
        .await
        .json();
    for member in ["captured_amount", "description", "reference", "shipping_info"] {
        assert_eq!(one[member], body[member], "{member}");
    }
    assert_eq!(one["captured_at"], "2026-11-23T08:00:00Z");
    assert_eq!(one["order_lines"][0]["name"], "Left shoe");
    assert_eq!(one["billing_address"]["city"], "Ankeborg");
    assert!(one.get("shipping_delay").is_none());
    let order = state(&emulator, &id);
    let managed = order.managed.as_ref().unwrap();
    let reference = managed.klarna_reference.as_ref().unwrap();
    let references: Vec<_> = managed
        .captures
        .iter()
        .map(|it| it.klarna_reference.clone())
        .collect();
    assert_eq!(
        references,
        [Some(format!("{reference}-1")), Some(format!("{reference}-2"))]
    );
    assert_eq!(order.count(&Change::Captured), 2);
}

#[tokio::test]
async fn capture_beyond_the_authorization_is_refused_in_the_words_that_shops_search_for() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let captures = ("POST", "/captures");
    let more = Some(json!({ "captured_amount": 10_001 }));
    let messages = refused(&emulator, &id, captures, more, "CAPTURE_NOT_ALLOWED").await;
    assert_eq!(
        messages,
        [
            TOO_MUCH,
            "Captured amount 10001 is higher than the remaining authorized amount 10000. Capture not possible."
        ]
    );
    capture(&emulator, &id, 10_000).await;
    let one = Some(json!({ "captured_amount": 1 }));
    let messages = refused(&emulator, &id, captures, one, "CAPTURE_NOT_ALLOWED").await;
    assert_eq!(messages[0], TOO_MUCH);
}

#[tokio::test]
async fn nothing_is_captured_before_the_verdict_on_the_purchase() {
    let emulator = emulator();
    let id = create(&emulator, order_with(json!({}))).await;
    assert_eq!(
        pay(&emulator, &id, json!({ "outcome": "pending" })).await.status,
        200
    );
    let one = || Some(json!({ "captured_amount": 1 }));
    let messages = refused(
        &emulator,
        &id,
        ("POST", "/captures"),
        one(),
        "CAPTURE_NOT_ALLOWED",
    )
    .await;
    assert_eq!(messages, ["Capture not possible: the fraud status is PENDING."]);
    assert_eq!(
        read(&emulator, &id, &["status", "captures"]).await,
        json!(["AUTHORIZED", []])
    );
}

#[tokio::test]
async fn shipping_info_is_added_to_what_a_capture_has() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let capture_id = capture(&emulator, &id, 4000).await;
    let path = format!("/captures/{capture_id}/shipping-info");
    for number in ["1", "2"] {
        let body = json!({ "shipping_info": [{ "tracking_number": number, "return_tracking_uri": "https://a.example" }] });
        done(&emulator, &id, "POST", &path, Some(body)).await;
    }
    let captures = manage(&emulator, &id, "GET", "/captures", None).await.json();
    let known = captures[0]["shipping_info"].as_array().unwrap().clone();
    let numbers: Vec<_> = known.iter().map(|info| info["tracking_number"].clone()).collect();
    assert_eq!(numbers, ["1", "2"]);
    // The order's own is another list.
    assert_eq!(read(&emulator, &id, &["shipping_info"]).await, json!([null]));
    let many: Vec<Value> = vec![json!({}); 499];
    let too_many = Some(json!({ "shipping_info": many }));
    refused(&emulator, &id, ("POST", &path), too_many, "NOT_ALLOWED").await;
}

#[tokio::test]
async fn an_unknown_capture_has_an_answer_of_its_own() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    capture(&emulator, &id, 4000).await;
    for (method, path) in [
        ("GET", "/captures/none"),
        ("POST", "/captures/none/shipping-info"),
        ("POST", "/captures/none/trigger-send-out"),
    ] {
        let body = (method == "POST").then(|| json!({ "shipping_info": [{}] }));
        let answer = manage(&emulator, &id, method, path, body).await;
        let code = answer.json()["error_code"].clone();
        assert_eq!((answer.status, code), (404, json!("NO_SUCH_CAPTURE")), "{path}");
    }
}

#[tokio::test]
async fn an_expired_order_without_captures_has_none_to_speak_of() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    done(&emulator, &id, "POST", "/acknowledge", None).await;
    advance(&emulator, 28 * super::DAYS).await;
    let path = ("POST", "/captures/none/trigger-send-out");
    let messages = refused(&emulator, &id, path, None, "NOT_ALLOWED").await;
    assert_eq!(messages, ["The order has no captures."]);
}

#[tokio::test]
async fn an_order_that_asks_for_it_is_captured_with_its_purchase() {
    let emulator = emulator();
    let automatic = || order_with(json!({ "options": { "auto_capture": true } }));
    let id = create(&emulator, automatic()).await;
    pay(&emulator, &id, json!({})).await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["CAPTURED", 10_000, 10_000, 0, 0])
    );
    let captures = manage(&emulator, &id, "GET", "/captures", None).await.json();
    assert_eq!(captures[0]["order_lines"], lines(1));
    assert_eq!(state(&emulator, &id).count(&Change::Captured), 1);
    // What is examined is not taken.
    let id = create(&emulator, automatic()).await;
    pay(&emulator, &id, json!({ "outcome": "pending" })).await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["AUTHORIZED", 10_000, 0, 0, 10_000])
    );
}

#[tokio::test]
async fn what_is_examined_is_captured_with_its_acceptance() {
    let emulator = emulator();
    let automatic = order_with(json!({ "options": { "auto_capture": true } }));
    let id = create(&emulator, automatic).await;
    pay(&emulator, &id, json!({ "outcome": "pending" })).await;
    let body = Some(json!({ "decision": "accepted" }));
    let path = format!("/_emulator/orders/{id}/decide");
    assert_eq!(call(&emulator, "POST", &path, body).await.status, 200);
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["CAPTURED", 10_000, 10_000, 0, 0])
    );
}

#[tokio::test]
async fn each_capture_and_refund_is_told_once_and_its_repetition_is_not() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[200]).await;
    let body = json!({ "merchant_id": "M1", "endpoints": [{ "url": merchant.address }] });
    call(&emulator, "PUT", "/_emulator/webhooks", Some(body)).await;
    let id = bought(&emulator).await;
    done(&emulator, &id, "POST", "/acknowledge", None).await;
    let path = format!("/ordermanagement/v1/orders/{id}/captures");
    let headers = [("authorization", "Basic x"), ("klarna-idempotency-key", "a")];
    let body = json!({ "captured_amount": 4000 });
    let first = call_with(&emulator, "POST", &path, &headers, Some(body.clone())).await;
    call_with(&emulator, "POST", &path, &headers, Some(body)).await;
    let more = Some(json!({ "captured_amount": 6001 }));
    refused(&emulator, &id, ("POST", "/captures"), more, "CAPTURE_NOT_ALLOWED").await;
    let refund_id = refund(&emulator, &id, 1000).await;
    advance(&emulator, 0).await;
    let told = merchant.calls().into_iter().map(|call| {
        let body: Value = serde_json::from_str(&call.body).unwrap();
        json!([body["type"], body["data"]])
    });
    let capture_id = first.header("capture-id");
    let expected = [
        json!(["order.created", { "order_id": id }]),
        json!(["capture.created", { "order_id": id, "capture_id": capture_id }]),
        json!(["refund.created", { "order_id": id, "refund_id": refund_id }]),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}
