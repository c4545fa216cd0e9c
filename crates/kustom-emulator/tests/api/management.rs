//! Order management, as a merchant's server meets it.

use crate::support::{advance, bought, call, call_with, create, emulator, order_with, pay, start, state};
use kustom_emulator::Change;
use serde_json::json;

const HOURS: u32 = 3600;

#[tokio::test]
async fn a_purchase_moves_the_order_to_order_management() {
    let emulator = emulator();
    let id = create(&emulator, order_with(json!({ "merchant_reference1": "C-1" }))).await;
    let path = format!("/ordermanagement/v1/orders/{id}");
    let before = call(&emulator, "GET", &path, None).await;
    assert_eq!(
        (before.status, before.json()["error_code"].clone()),
        (404, json!("NO_SUCH_ORDER"))
    );
    let paid = pay(
        &emulator,
        &id,
        json!({ "email": "anna@example.com", "address": { "city": "Umeå" } }),
    )
    .await;
    assert_eq!(
        paid.json()["redirect_url"],
        format!("https://shop.example/done?id={id}")
    );
    let managed = call(&emulator, "GET", &path, None).await.json();
    for (member, expected) in [
        ("status", json!("AUTHORIZED")),
        ("fraud_status", json!("ACCEPTED")),
        ("order_amount", json!(10_000)),
        ("remaining_authorized_amount", json!(10_000)),
        ("captures", json!([])),
        ("refunds", json!([])),
        ("merchant_reference1", json!("C-1")),
        ("expires_at", json!("2026-12-21T08:00:00Z")),
    ] {
        assert_eq!(managed[member], expected, "{member}");
    }
    assert_eq!(managed["billing_address"]["email"], "anna@example.com");
    assert_eq!(managed["shipping_address"]["city"], "Umeå");
    let checkout = call(&emulator, "GET", &format!("/checkout/v3/orders/{id}"), None)
        .await
        .json();
    assert_eq!(
        (&checkout["status"], &checkout["completed_at"]),
        (&json!("checkout_complete"), &json!("2026-11-23T08:00:00Z"))
    );
    let again = pay(&emulator, &id, json!({})).await;
    assert_eq!(
        (again.status, again.json()["error"]["code"].clone()),
        (409, json!("ORDER_COMPLETE"))
    );
}

#[tokio::test]
async fn acknowledge_changes_something_once() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let path = format!("/ordermanagement/v1/orders/{id}/acknowledge");
    for _ in 0..2 {
        let answer = call(&emulator, "POST", &path, None).await;
        assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    }
    let order = state(&emulator, &id);
    assert_eq!(order.count(&Change::Acknowledged), 1);
    assert_eq!(order.acknowledged_at, Some(start()));
    assert_eq!(emulator.inspect(kustom_emulator::Kustom::next_callback_at), None);
}

#[tokio::test]
async fn a_bought_order_is_cancelled_once() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let path = format!("/ordermanagement/v1/orders/{id}");
    assert_eq!(
        call(&emulator, "POST", &format!("{path}/cancel"), None)
            .await
            .status,
        204
    );
    let managed = call(&emulator, "GET", &path, None).await.json();
    assert_eq!(
        (&managed["status"], &managed["remaining_authorized_amount"]),
        (&json!("CANCELLED"), &json!(0))
    );
    let again = call(&emulator, "POST", &format!("{path}/cancel"), None).await;
    assert_eq!(
        (again.status, again.json()["error_code"].clone()),
        (403, json!("CANCEL_NOT_ALLOWED"))
    );
    let references = Some(json!({ "merchant_reference1": "late" }));
    let refused = call(
        &emulator,
        "PATCH",
        &format!("{path}/merchant-references"),
        references,
    )
    .await;
    assert_eq!(
        (refused.status, refused.json()["error_code"].clone()),
        (403, json!("NOT_ALLOWED"))
    );
}

#[tokio::test]
async fn references_are_set_one_by_one() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let path = format!("/ordermanagement/v1/orders/{id}/merchant-references");
    for body in [
        json!({ "merchant_reference1": "one" }),
        json!({ "merchant_reference2": "two" }),
    ] {
        assert_eq!(call(&emulator, "PATCH", &path, Some(body)).await.status, 204);
    }
    let managed = state(&emulator, &id).managed.unwrap();
    assert_eq!(managed.merchant_reference1.as_deref(), Some("one"));
    assert_eq!(managed.merchant_reference2.as_deref(), Some("two"));
    let long = Some(json!({ "merchant_reference1": "x".repeat(256) }));
    assert_eq!(call(&emulator, "PATCH", &path, long).await.status, 400);
}

#[tokio::test]
async fn an_idempotency_key_gets_its_first_answer_again() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let path = format!("/ordermanagement/v1/orders/{id}/cancel");
    let key = |key| [("authorization", "Basic x"), ("klarna-idempotency-key", key)];
    let first = call_with(&emulator, "POST", &path, &key("a"), None).await;
    let replayed = call_with(&emulator, "POST", &path, &key("a"), None).await;
    assert_eq!((first.status, replayed.status), (204, 204));
    assert_eq!(
        call_with(&emulator, "POST", &path, &key("b"), None).await.status,
        403
    );
    assert_eq!(state(&emulator, &id).count(&Change::Cancelled), 1);
}

#[tokio::test]
async fn a_bought_order_expires_in_order_management_after_its_reservation() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    call(
        &emulator,
        "POST",
        &format!("/ordermanagement/v1/orders/{id}/acknowledge"),
        None,
    )
    .await;
    advance(&emulator, 28 * 24 * HOURS).await;
    let managed = call(
        &emulator,
        "GET",
        &format!("/ordermanagement/v1/orders/{id}"),
        None,
    )
    .await
    .json();
    assert_eq!(managed["status"], "EXPIRED");
}
