//! What becomes of a pending purchase, and who hears of it.

use crate::calls::Merchant;
use crate::support::{advance, bought, call, create, emulator, emulator_with, order, pay, state};
use jiff::SignedDuration;
use kustom_api::FraudStatus;
use kustom_emulator::{CallbackKind, Decision, Emulator, Rules};
use serde_json::{Value, json};

async fn pending(emulator: &Emulator, merchant: &Merchant) -> String {
    let mut order = order();
    let url = format!("{}/notified?order={{checkout.order.id}}", merchant.address);
    order["merchant_urls"]["notification"] = json!(url);
    let id = create(emulator, order).await;
    assert_eq!(
        pay(emulator, &id, json!({ "outcome": "pending" })).await.status,
        200
    );
    id
}

async fn decide(emulator: &Emulator, id: &str, body: Value) -> (u16, Value) {
    let answer = call(
        emulator,
        "POST",
        &format!("/_emulator/orders/{id}/decide"),
        Some(body),
    )
    .await;
    (answer.status, answer.json())
}

fn fraud_status(emulator: &Emulator, id: &str) -> FraudStatus {
    state(emulator, id).managed.unwrap().fraud_status
}

#[tokio::test]
async fn every_decision_sets_the_fraud_status_and_is_told_to_the_merchant() {
    for (decision, fraud_status, event_type) in [
        ("accepted", "ACCEPTED", "FRAUD_RISK_ACCEPTED"),
        ("rejected", "REJECTED", "FRAUD_RISK_REJECTED"),
        ("stopped", "STOPPED", "FRAUD_RISK_STOPPED"),
    ] {
        let emulator = emulator();
        let merchant = Merchant::answering(&[204]).await;
        let id = pending(&emulator, &merchant).await;
        let (status, said) = decide(&emulator, &id, json!({ "decision": decision })).await;
        assert_eq!((status, &said["fraud_status"]), (200, &json!(fraud_status)));
        assert_eq!(said["notification"]["status"], 204);
        let calls = merchant.calls();
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].path, format!("/notified?order={id}"));
        assert_eq!(calls[0].headers["content-type"], "application/json");
        let body: Value = serde_json::from_str(&calls[0].body).unwrap();
        assert_eq!(body, json!({ "order_id": id, "event_type": event_type }));
        let path = format!("/ordermanagement/v1/orders/{id}");
        let read = call(&emulator, "GET", &path, None).await.json();
        assert_eq!(
            (&read["fraud_status"], &read["status"]),
            (&json!(fraud_status), &json!("AUTHORIZED"))
        );
    }
}

#[tokio::test]
async fn a_decision_is_made_once_and_only_a_stop_comes_later() {
    let emulator = emulator();
    let merchant = Merchant::answering(&[200]).await;
    let id = pending(&emulator, &merchant).await;
    for (decision, status) in [
        ("accepted", 200),
        ("accepted", 409),
        ("rejected", 409),
        ("stopped", 200),
        ("stopped", 409),
    ] {
        let (found, _) = decide(&emulator, &id, json!({ "decision": decision })).await;
        assert_eq!(found, status, "{decision}");
    }
    assert_eq!(fraud_status(&emulator, &id), FraudStatus::Stopped);
    assert_eq!(merchant.calls().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_decided_is_refused_by_name() {
    let emulator = emulator();
    let open = create(&emulator, order()).await;
    let paid = bought(&emulator).await;
    for (id, body, status, code) in [
        ("none", json!({ "decision": "accepted" }), 404, "NO_SUCH_ORDER"),
        (&open, json!({ "decision": "accepted" }), 409, "ORDER_NOT_BOUGHT"),
        (&paid, json!({ "decision": "rejected" }), 409, "ORDER_NOT_PENDING"),
        (&paid, json!({ "decision": "perhaps" }), 400, "BAD_BODY"),
        (&paid, json!({}), 400, "BAD_BODY"),
    ] {
        let (found, said) = decide(&emulator, id, body.clone()).await;
        assert_eq!(
            (found, &said["error"]["code"]),
            (status, &json!(code)),
            "{id} {body}"
        );
    }
}

#[tokio::test]
async fn nobody_to_tell_and_a_merchant_that_is_away_stop_no_decision() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    pay(&emulator, &id, json!({ "outcome": "pending" })).await;
    let (status, said) = decide(&emulator, &id, json!({ "decision": "accepted" })).await;
    assert_eq!((status, &said["notification"]), (200, &Value::Null));
    let mut order = order();
    order["merchant_urls"]["notification"] = json!("http://127.0.0.1:1/");
    let id = create(&emulator, order).await;
    pay(&emulator, &id, json!({ "outcome": "pending" })).await;
    let (status, said) = decide(&emulator, &id, json!({ "decision": "rejected" })).await;
    assert_eq!(
        (status, said["notification"]["reason"].is_string()),
        (200, true),
        "{said}"
    );
    assert_eq!(fraud_status(&emulator, &id), FraudStatus::Rejected);
}

#[tokio::test]
async fn the_rules_decide_after_their_time_unless_somebody_was_faster() {
    let emulator = emulator_with(Rules {
        pending_decided_after: Some(SignedDuration::from_mins(1)),
        pending_decision: Decision::Rejected,
        ..Rules::default()
    });
    let merchant = Merchant::answering(&[200]).await;
    let left_alone = pending(&emulator, &merchant).await;
    let decided = pending(&emulator, &merchant).await;
    decide(&emulator, &decided, json!({ "decision": "accepted" })).await;
    advance(&emulator, 59).await;
    assert_eq!(fraud_status(&emulator, &left_alone), FraudStatus::Pending);
    advance(&emulator, 1).await;
    assert_eq!(fraud_status(&emulator, &left_alone), FraudStatus::Rejected);
    assert_eq!(fraud_status(&emulator, &decided), FraudStatus::Accepted);
    assert_eq!(
        state(&emulator, &left_alone).count_attempts(CallbackKind::Notification),
        1
    );
    assert_eq!(merchant.calls().len(), 2);
}
