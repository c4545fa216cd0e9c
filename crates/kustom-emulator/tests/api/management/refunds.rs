//! Refunds: in parts, and what they leave.

use super::{amounts, capture, done, manage, read, refund, refused};
use crate::support::{BASE_URL, bought, emulator, state};
use kustom_emulator::Change;
use serde_json::json;

#[tokio::test]
async fn captures_are_given_back_in_parts_oldest_first() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    capture(&emulator, &id, 4000).await;
    capture(&emulator, &id, 6000).await;
    let body = json!({
        "refunded_amount": 5000, "description": "Too small", "reference": "R-1",
        "order_lines": [
            { "name": "Shoe", "quantity": 1, "unit_price": 5500, "total_amount": 5500 },
            { "type": "return_fee", "name": "Fee", "quantity": 1, "unit_price": -500, "total_amount": -500 },
        ],
    });
    let answer = manage(&emulator, &id, "POST", "/refunds", Some(body.clone())).await;
    assert_eq!((answer.status, answer.text.as_str()), (201, ""));
    let refund_id = answer.header("refund-id");
    let path = format!("/ordermanagement/v1/orders/{id}/refunds/{refund_id}");
    assert_eq!(answer.header("location"), format!("{BASE_URL}{path}"));
    let one = manage(&emulator, &id, "GET", &format!("/refunds/{refund_id}"), None)
        .await
        .json();
    for member in ["refunded_amount", "description", "reference"] {
        assert_eq!(one[member], body[member], "{member}");
    }
    assert_eq!(one["order_lines"][1]["unit_price"], -500);
    assert_eq!(one["refunded_at"], "2026-11-23T08:00:00Z");
    let managed = state(&emulator, &id).managed.unwrap();
    let given_back: Vec<_> = managed.captures.iter().map(|it| it.refunded_amount).collect();
    assert_eq!(given_back, [4000, 1000]);
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["CAPTURED", 10_000, 10_000, 5000, 0])
    );
    refund(&emulator, &id, 5000).await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["CLOSED", 10_000, 10_000, 10_000, 0])
    );
    assert_eq!(state(&emulator, &id).count(&Change::Refunded), 2);
}

#[tokio::test]
async fn refund_beyond_what_was_captured_is_refused() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    capture(&emulator, &id, 4000).await;
    refund(&emulator, &id, 1000).await;
    let more = Some(json!({ "refunded_amount": 3001 }));
    let messages = refused(&emulator, &id, ("POST", "/refunds"), more, "REFUND_NOT_ALLOWED").await;
    assert_eq!(
        messages,
        [
            "Refunded amount 3001 is higher than the captured amount 3000 that is not refunded. Refund not possible."
        ]
    );
}

#[tokio::test]
async fn what_is_left_to_capture_keeps_a_refunded_order_open_until_it_is_released() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    capture(&emulator, &id, 4000).await;
    refund(&emulator, &id, 4000).await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["PART_CAPTURED", 10_000, 4000, 4000, 6000])
    );
    done(&emulator, &id, "POST", "/release-remaining-authorization", None).await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["CLOSED", 10_000, 4000, 4000, 0])
    );
}

#[tokio::test]
async fn an_unknown_refund_is_not_found() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let answer = manage(&emulator, &id, "GET", "/refunds/none", None).await;
    assert_eq!(
        (answer.status, answer.json()["error_code"].clone()),
        (404, json!("NOT_FOUND"))
    );
    assert_eq!(read(&emulator, &id, &["refunds"]).await, json!([[]]));
}
