//! Signed webhooks: who gets them, what is in them, how they are signed and when they come again.

use crate::calls::{Call, Merchant};
use crate::support::{advance, bought, call, create, emulator, order, state};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kustom_api::KustomOrderId;
use kustom_emulator::{CallbackKind, Emulator, WebhookEvent};
use serde_json::{Value, json};
use sha2::Sha256;

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

async fn subscribe(emulator: &Emulator, endpoints: Value) -> (u16, Value) {
    let body = json!({ "merchant_id": "M1", "endpoints": endpoints });
    let answer = call(emulator, "PUT", "/_emulator/webhooks", Some(body)).await;
    (answer.status, answer.json())
}

/// As a receiver checks it, written apart from how it is signed.
fn is_signed_with(secret: &str, call: &Call) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let header = |name: &str| call.headers[name].to_str().unwrap();
    let text = format!(
        "{}.{}.{}",
        header("webhook-id"),
        header("webhook-timestamp"),
        call.body
    );
    header("webhook-signature").split(' ').any(|signature| {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(text.as_bytes());
        let signature = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
        mac.verify_slice(&signature).is_ok()
    })
}

#[tokio::test]
async fn a_purchase_is_told_in_the_documented_form_and_signed() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[200]).await;
    subscribe(&emulator, json!([{ "url": merchant.address, "secret": OLD }])).await;
    let id = bought(&emulator).await;
    advance(&emulator, 0).await;
    let calls = merchant.calls();
    assert_eq!(calls.len(), 1);
    let body: Value = serde_json::from_str(&calls[0].body).unwrap();
    assert_eq!(
        body,
        json!({
            "id": body["id"], "merchant_id": "M1", "timestamp": "2026-11-23T08:00:00.000000000Z",
            "type": "order.created", "data": { "order_id": id },
        })
    );
    assert!(body["id"].as_str().unwrap().starts_with("kevt_"));
    assert_eq!(calls[0].headers["webhook-id"], body["id"].as_str().unwrap());
    assert!(is_signed_with(OLD, &calls[0]) && !is_signed_with(NEW, &calls[0]));
    assert_eq!(state(&emulator, &id).count_attempts(CallbackKind::Webhook), 1);
}

#[tokio::test]
async fn subscribers_get_the_types_they_asked_for() {
    let emulator = emulator();
    let (all, some) = (
        Merchant::answering(&[200]).await,
        Merchant::answering(&[200]).await,
    );
    subscribe(
        &emulator,
        json!([
            { "url": all.address },
            { "url": some.address, "types": ["capture.created", "dispute.updated"] },
        ]),
    )
    .await;
    let id = bought(&emulator).await;
    let order_id = KustomOrderId(id.clone());
    let capture_id = "c1".to_owned();
    let refund_id = "r1".to_owned();
    emulator.act(|kustom, now| {
        let order_id = order_id.clone();
        kustom.happened(&WebhookEvent::CaptureCreated { order_id, capture_id }, now);
    });
    emulator.act(|kustom, now| kustom.happened(&WebhookEvent::RefundCreated { order_id, refund_id }, now));
    let dispute = format!("/_emulator/orders/{id}/dispute");
    let begun = call(&emulator, "POST", &dispute, None).await.json();
    let updated = call(&emulator, "POST", &dispute, Some(begun.clone()))
        .await
        .json();
    assert_eq!(begun, updated);
    advance(&emulator, 0).await;
    let told = |merchant: &Merchant| -> Vec<(String, Value)> {
        let bodies = merchant.calls().into_iter();
        let bodies = bodies.map(|call| serde_json::from_str::<Value>(&call.body).unwrap());
        bodies
            .map(|body| (body["type"].as_str().unwrap().to_owned(), body["data"].clone()))
            .collect()
    };
    let captured = json!({ "order_id": id, "capture_id": "c1" });
    let disputed = json!({ "order_id": id, "dispute_id": begun["dispute_id"] });
    assert_eq!(
        told(&all),
        [
            ("order.created".to_owned(), json!({ "order_id": id })),
            ("capture.created".to_owned(), captured.clone()),
            (
                "refund.created".to_owned(),
                json!({ "order_id": id, "refund_id": "r1" })
            ),
            ("dispute.created".to_owned(), disputed.clone()),
            ("dispute.updated".to_owned(), disputed.clone()),
        ]
    );
    let expected = [
        ("capture.created".to_owned(), captured),
        ("dispute.updated".to_owned(), disputed),
    ];
    assert_eq!(told(&some), expected);
}

#[tokio::test]
async fn a_message_comes_again_until_it_is_taken() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[500, 302, 200]).await;
    subscribe(&emulator, json!([{ "url": merchant.address, "secret": OLD }])).await;
    bought(&emulator).await;
    for (seconds, calls) in [(0, 1), (4, 1), (1, 2), (299, 2), (1, 3), (100_000, 3)] {
        advance(&emulator, seconds).await;
        assert_eq!(merchant.calls().len(), calls);
    }
    let calls = merchant.calls();
    assert!(calls.iter().all(|call| is_signed_with(OLD, call)));
    assert!(
        calls
            .iter()
            .all(|call| call.headers["webhook-id"] == calls[0].headers["webhook-id"])
    );
    assert_ne!(
        calls[0].headers["webhook-timestamp"],
        calls[1].headers["webhook-timestamp"]
    );
}

#[tokio::test]
async fn a_message_that_nobody_takes_is_sent_seven_times() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[410]).await;
    subscribe(&emulator, json!([{ "url": merchant.address }])).await;
    bought(&emulator).await;
    advance(&emulator, 3 * 24 * 3600).await;
    assert_eq!(merchant.calls().len(), 7);
}

#[tokio::test]
async fn both_secrets_sign_for_ten_minutes_after_an_exchange() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[200]).await;
    subscribe(&emulator, json!([{ "url": merchant.address, "secret": OLD }])).await;
    subscribe(&emulator, json!([{ "url": merchant.address, "secret": NEW }])).await;
    bought(&emulator).await;
    advance(&emulator, 599).await;
    bought(&emulator).await;
    advance(&emulator, 1).await;
    bought(&emulator).await;
    advance(&emulator, 0).await;
    let signed: Vec<_> = merchant
        .calls()
        .iter()
        .map(|call| (is_signed_with(OLD, call), is_signed_with(NEW, call)))
        .collect();
    assert_eq!(signed, [(true, true), (true, true), (false, true)]);
}

#[tokio::test]
async fn a_secret_that_is_not_given_is_made_and_stays() {
    let emulator = emulator();
    let (_, made) = subscribe(&emulator, json!([{ "url": "https://shop.example/hook" }])).await;
    let (_, again) = subscribe(&emulator, json!([{ "url": "https://shop.example/hook" }])).await;
    assert_eq!(made, again);
    assert!(
        made["endpoints"][0]["secret"]
            .as_str()
            .unwrap()
            .starts_with("whsec_")
    );
    let shown = call(&emulator, "GET", "/_emulator/webhooks", None).await.json();
    assert_eq!(shown, again);
    let removed = call(&emulator, "DELETE", "/_emulator/webhooks", None)
        .await
        .json();
    assert_eq!(removed["endpoints"], json!([]));
}

#[tokio::test]
async fn subscriptions_that_cannot_be_are_refused_and_the_earlier_ones_stay() {
    let emulator = emulator();
    let good = json!([{ "url": "https://shop.example/hook", "secret": OLD }]);
    subscribe(&emulator, good.clone()).await;
    for bad in [
        json!([{ "url": "http://shop.example/hook" }]),
        json!([{ "url": "ftp://shop.example/hook" }]),
        json!([{ "url": "https://a.example", "secret": "short" }]),
        json!([{ "url": "https://a.example" }, { "url": "https://a.example" }]),
        json!([{ "url": "https://a.example", "types": ["order.deleted"] }]),
        json!([{ "uri": "https://a.example" }]),
        json!(vec![json!({ "url": "https://a.example" }); 21]),
        json!({}),
    ] {
        let (status, said) = subscribe(&emulator, bad.clone()).await;
        assert_eq!(
            (status, &said["error"]["code"]),
            (400, &json!("BAD_WEBHOOKS")),
            "{bad}"
        );
    }
    let shown = call(&emulator, "GET", "/_emulator/webhooks", None).await.json();
    assert_eq!(shown["endpoints"][0]["secret"], OLD);
}

#[tokio::test]
async fn without_subscribers_nothing_is_due() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    assert_eq!(state(&emulator, &id).count_attempts(CallbackKind::Webhook), 0);
    let open = create(&emulator, order()).await;
    for (id, status) in [(open.as_str(), 409), ("none", 404)] {
        let path = format!("/_emulator/orders/{id}/dispute");
        assert_eq!(call(&emulator, "POST", &path, None).await.status, status);
    }
}
