//! Looking at callbacks, sending them once more, and pushes of every shape.

use crate::calls::Merchant;
use crate::support::{bought, call, create, emulator, order_with, pay, state};
use kustom_emulator::{CallbackKind, Emulator};
use serde_json::{Value, json};

async fn bought_at(emulator: &Emulator, push: &str) -> String {
    let mut urls = crate::support::order()["merchant_urls"].clone();
    urls["push"] = json!(push);
    let id = create(emulator, order_with(json!({ "merchant_urls": urls }))).await;
    assert_eq!(pay(emulator, &id, json!({})).await.status, 200);
    id
}

#[tokio::test]
async fn a_push_comes_in_every_shape_that_is_asked_for() {
    for (shape, template, path, media_type, body) in [
        ("empty", "/push?id={checkout.order.id}", "/push?id=ID", None, ""),
        (
            "braces",
            "/push?id={checkout.order.id}",
            "/push?id=ID",
            Some("application/json"),
            "{}",
        ),
        (
            "json",
            "/push",
            "/push",
            Some("application/json"),
            r#"{"order_id":"ID"}"#,
        ),
        (
            "form",
            "/push",
            "/push",
            Some("application/x-www-form-urlencoded"),
            "order_id=ID",
        ),
        (
            "id_in_path",
            "/push?id={checkout.order.id}&token=t",
            "/push/ID?token=t",
            None,
            "",
        ),
        ("id_in_path", "/push/{checkout.order.id}", "/push/ID", None, ""),
        ("id_in_path", "/push/", "/push/ID", None, ""),
        (
            "id_in_query",
            "/push?token=t",
            "/push?token=t&order_id=ID",
            None,
            "",
        ),
    ] {
        let emulator = emulator();
        let merchant = Merchant::answering(&[200]).await;
        let id = bought_at(&emulator, &format!("{}{template}", merchant.address)).await;
        let asked = json!({ "shape": shape });
        let pushed = call(
            &emulator,
            "POST",
            &format!("/_emulator/orders/{id}/push"),
            Some(asked),
        )
        .await;
        assert_eq!(pushed.status, 200, "{}", pushed.text);
        let got = merchant.calls().remove(0);
        let with_id = |text: &str| text.replace("ID", &id);
        assert_eq!(
            (got.path, got.body),
            (with_id(path), with_id(body)),
            "{shape} {template}"
        );
        let found = got
            .headers
            .get("content-type")
            .map(|value| value.to_str().unwrap());
        assert_eq!(found, media_type, "{shape}");
    }
}

#[tokio::test]
async fn an_unknown_shape_is_refused() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let asked = json!({ "shape": "round" });
    let refused = call(
        &emulator,
        "POST",
        &format!("/_emulator/orders/{id}/push"),
        Some(asked),
    )
    .await;
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (400, &json!("BAD_BODY"))
    );
}

#[tokio::test]
async fn every_callback_is_shown_with_its_request_and_its_answer() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[418]).await;
    let id = bought_at(&emulator, &format!("{}/push", merchant.address)).await;
    let asked = json!({ "shape": "braces" });
    call(
        &emulator,
        "POST",
        &format!("/_emulator/orders/{id}/push"),
        Some(asked),
    )
    .await;
    let all = call(&emulator, "GET", "/_emulator/callbacks", None).await.json();
    let now = "2026-11-23T08:00:00Z";
    assert_eq!(
        all["callbacks"],
        json!([{
            "order_id": id, "number": 1, "kind": "push", "method": "POST", "url": format!("{}/push", merchant.address),
            "headers": { "content-type": "application/json", "user-agent": "kustom-emulator" }, "body": "{}",
            "sent_at": now, "answered_at": now, "answer": { "answered": { "status": 418, "body": "" } },
        }])
    );
    let details = call(&emulator, "GET", &format!("/_emulator/orders/{id}"), None)
        .await
        .json();
    assert_eq!(details["callbacks"][0]["body"], "{}");
}

#[tokio::test]
async fn a_repeated_callback_is_the_same_and_changes_nothing() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[400, 200]).await;
    let mut urls = crate::support::order()["merchant_urls"].clone();
    urls["validation"] = json!(format!("{}/validate", merchant.address));
    let id = create(&emulator, order_with(json!({ "merchant_urls": urls }))).await;
    pay(&emulator, &id, json!({})).await;
    let before = state(&emulator, &id);
    let repeated = call(&emulator, "POST", "/_emulator/callbacks/1/repeat", None)
        .await
        .json();
    assert_eq!(
        (&repeated["number"], &repeated["status"]),
        (&json!(2), &json!(200))
    );
    let after = state(&emulator, &id);
    assert_eq!(
        (&before.history, &before.checkout),
        (&after.history, &after.checkout)
    );
    let [first, second] = &merchant.calls()[..] else {
        panic!("not two calls");
    };
    assert_eq!(
        (&first.path, &first.headers, &first.body),
        (&second.path, &second.headers, &second.body)
    );
    let shown: Value = call(&emulator, "GET", "/_emulator/callbacks", None).await.json();
    assert_eq!(
        (&shown["callbacks"][1]["repeats"], &shown["callbacks"][1]["kind"]),
        (&json!(1), &json!("validation"))
    );
    assert_eq!(after.count_attempts(CallbackKind::Validation), 2);
}

#[tokio::test]
async fn a_repeated_webhook_is_signed_for_its_new_time() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[200]).await;
    let body = json!({ "endpoints": [{ "url": merchant.address }] });
    call(&emulator, "PUT", "/_emulator/webhooks", Some(body)).await;
    bought(&emulator).await;
    crate::support::advance(&emulator, 0).await;
    crate::support::advance(&emulator, 60).await;
    call(&emulator, "POST", "/_emulator/callbacks/1/repeat", None).await;
    let [first, second] = &merchant.calls()[..] else {
        panic!("not two calls");
    };
    assert_eq!(first.body, second.body);
    assert_eq!(first.headers["webhook-id"], second.headers["webhook-id"]);
    for name in ["webhook-timestamp", "webhook-signature"] {
        assert_ne!(first.headers[name], second.headers[name]);
    }
}

#[tokio::test]
async fn what_was_never_sent_cannot_be_repeated() {
    let emulator = emulator();
    for number in ["1", "x", "-1"] {
        let refused = call(
            &emulator,
            "POST",
            &format!("/_emulator/callbacks/{number}/repeat"),
            None,
        )
        .await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["code"]),
            (404, &json!("NO_SUCH_CALLBACK"))
        );
    }
}
