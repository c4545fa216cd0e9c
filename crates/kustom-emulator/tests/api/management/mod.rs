//! Order management, as a merchant's server meets it.

mod authorization;
mod captures;
mod limits;
mod refunds;
mod table;

use crate::support::{
    Answer, advance, bought, call, call_with, create, emulator, order_with, pay, start, state,
};
use kustom_emulator::{Change, Emulator};
use serde_json::{Value, json};

const HOURS: u32 = 3600;
const DAYS: u32 = 24 * HOURS;

/// One call about a bought order; `path` is what follows its id.
async fn manage(emulator: &Emulator, id: &str, method: &str, path: &str, body: Option<Value>) -> Answer {
    let path = format!("/ordermanagement/v1/orders/{id}{path}");
    call(emulator, method, &path, body).await
}

async fn capture(emulator: &Emulator, id: &str, amount: i64) -> String {
    let body = Some(json!({ "captured_amount": amount }));
    let answer = manage(emulator, id, "POST", "/captures", body).await;
    assert_eq!((answer.status, answer.text.as_str()), (201, ""));
    answer.header("capture-id").to_owned()
}

async fn refund(emulator: &Emulator, id: &str, amount: i64) -> String {
    let body = Some(json!({ "refunded_amount": amount }));
    let answer = manage(emulator, id, "POST", "/refunds", body).await;
    assert_eq!((answer.status, answer.text.as_str()), (201, ""));
    answer.header("refund-id").to_owned()
}

async fn done(emulator: &Emulator, id: &str, method: &str, path: &str, body: Option<Value>) {
    let answer = manage(emulator, id, method, path, body).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{path}");
}

async fn refused(
    emulator: &Emulator,
    id: &str,
    (method, path): (&str, &str),
    body: Option<Value>,
    code: &str,
) -> Vec<String> {
    let answer = manage(emulator, id, method, path, body).await;
    assert_eq!(answer.status, 403, "{path}: {}", answer.text);
    let body = answer.json();
    assert_eq!(body["error_code"], code);
    assert_eq!(body["correlation_id"], answer.header("klarna-correlation-id"));
    serde_json::from_value(body["error_messages"].clone()).unwrap()
}

/// These members of the order, as it is read.
async fn read(emulator: &Emulator, id: &str, members: &[&str]) -> Value {
    let order = manage(emulator, id, "GET", "", None).await.json();
    members.iter().map(|member| order[*member].clone()).collect()
}

/// Status, and the four amounts that move.
async fn amounts(emulator: &Emulator, id: &str) -> Value {
    read(
        emulator,
        id,
        &[
            "status",
            "order_amount",
            "captured_amount",
            "refunded_amount",
            "remaining_authorized_amount",
        ],
    )
    .await
}

#[tokio::test]
async fn an_order_that_is_not_bought_is_unknown_to_every_endpoint() {
    let emulator = emulator();
    let id = create(&emulator, order_with(json!({}))).await;
    let calls = table::ACTIONS.iter().map(|row| (row.method, row.path));
    let reads = ["", "/captures", "/captures/c", "/refunds/r"].map(|path| ("GET", path));
    for (method, path) in calls.chain(reads) {
        let answer = manage(&emulator, &id, method, path, None).await;
        assert_eq!(answer.status, 404, "{method} {path}");
        assert_eq!(answer.json()["error_code"], "NO_SUCH_ORDER", "{method} {path}");
        assert_eq!(
            answer.json()["correlation_id"],
            answer.header("klarna-correlation-id")
        );
    }
}

#[tokio::test]
async fn a_path_is_known_under_its_own_method_only() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    for row in table::ACTIONS {
        let answer = manage(&emulator, &id, "PUT", row.path, None).await;
        assert_eq!(answer.status, 405, "{}", row.path);
        assert!(answer.headers.contains_key("klarna-correlation-id"));
    }
    for (method, path, status) in [
        ("POST", "", 405),
        ("GET", "/refunds", 405),
        ("DELETE", "/captures/c", 405),
        ("GET", "/invented", 404),
        ("POST", "/captures/c/invented", 404),
    ] {
        let answer = manage(&emulator, &id, method, path, None).await;
        assert_eq!(answer.status, status, "{method} {path}");
    }
}

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
async fn an_idempotency_key_gets_its_first_answer_again_whatever_the_body_says() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let path = format!("/ordermanagement/v1/orders/{id}/captures");
    let send = async |key: &str, amount: i64| {
        let headers = [("authorization", "Basic x"), ("klarna-idempotency-key", key)];
        let body = json!({ "captured_amount": amount });
        call_with(&emulator, "POST", &path, &headers, Some(body)).await
    };
    let (first, replayed) = (send("a", 4000).await, send("a", 5000).await);
    assert_eq!((first.status, replayed.status), (201, 201));
    assert_eq!(first.headers, replayed.headers);
    // A refusal is an answer, too: the key keeps it even when the same call would succeed by now.
    let (refused, replayed) = (send("b", 6001).await, send("b", 1).await);
    assert_eq!((refused.status, replayed.status), (403, 403));
    assert_eq!((refused.text, refused.headers), (replayed.text, replayed.headers));
    assert_eq!(send("", 1).await.status, 201);
    assert_eq!(send("", 1).await.status, 201);
    let order = state(&emulator, &id);
    assert_eq!(order.count(&Change::Captured), 3);
    assert_eq!(order.managed.unwrap().captured_amount, 4002);
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
