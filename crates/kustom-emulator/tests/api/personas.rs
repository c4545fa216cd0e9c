//! Shoppers whose address says what becomes of their purchase.

use crate::support::{advance, browser, call, create, emulator, order, order_with, pay, serve, state};
use axum::Router;
use axum::routing::post;
use kustom_api::FraudStatus;
use kustom_emulator::{CallbackAnswer, CallbackKind, Change, Kustom};
use serde_json::{Value, json};

async fn validated_order(is_required: bool) -> Value {
    let address = serve(Router::new().route("/validate", post(|| async {}))).await;
    let mut order = order_with(json!({ "options": { "require_validate_callback_success": is_required } }));
    order["merchant_urls"]["validation"] = json!(format!("{address}/validate"));
    order
}

#[tokio::test]
async fn an_approval_that_comes_too_late_counts_as_none() {
    for (is_required, status, change, within) in [
        (false, 200, Change::ValidationUnanswered, "within 3 seconds"),
        (true, 409, Change::ValidationFailed, "within 10 seconds"),
    ] {
        let emulator = emulator();
        let id = create(&emulator, validated_order(is_required).await).await;
        let paid = pay(&emulator, &id, json!({ "email": "slow-validation@example.com" })).await;
        assert_eq!(paid.status, status, "{}", paid.text);
        let order = state(&emulator, &id);
        assert_eq!(order.count(&change), 1);
        assert_eq!(order.managed.is_some(), !is_required);
        let attempt = &order.attempts[0];
        let is_answered = matches!(attempt.answer, Some(CallbackAnswer::Answered { status: 200, .. }));
        assert!(is_answered, "what came is shown: {attempt:?}");
        assert!(attempt.remark.as_deref().unwrap().contains(within), "{attempt:?}");
    }
}

#[tokio::test]
async fn who_closes_the_browser_is_sent_nowhere_but_has_bought() {
    let emulator = emulator();
    let email = "closes-browser@example.com";
    let id = create(&emulator, order()).await;
    let paid = pay(&emulator, &id, json!({ "email": email })).await.json();
    assert_eq!(
        (&paid["outcome"], paid.get("redirect_url")),
        (&json!("approved"), None)
    );
    assert!(emulator.inspect(Kustom::next_callback_at).is_some());
    let id = create(&emulator, order()).await;
    let address = json!({
        "email": email, "postal_code": "12345", "given_name": "A", "family_name": "B", "street_address": "C 1",
        "city": "D", "phone": "0765260000", "country": "SE",
    });
    let body = json!({ "address": address, "shown_amount": 10_000 });
    let paid = browser(&emulator, &id, "POST", "/pay", Some(body)).await;
    assert_eq!(paid.json(), json!({ "outcome": "approved", "window": "closed" }));
    assert!(state(&emulator, &id).managed.is_some());
}

#[tokio::test]
async fn a_purchase_without_pushes_is_pushed_only_when_that_is_asked_for() {
    let emulator = emulator();
    let mut body = order();
    let address = serve(Router::new().route("/push", post(|| async {}))).await;
    body["merchant_urls"]["push"] = json!(format!("{address}/push"));
    let id = create(&emulator, body).await;
    pay(&emulator, &id, json!({ "email": "no-push@example.com" })).await;
    assert_eq!(emulator.inspect(Kustom::next_callback_at), None);
    assert_eq!(advance(&emulator, 48 * 3600).await["pushes_delivered"], 0);
    call(&emulator, "POST", &format!("/_emulator/orders/{id}/push"), None).await;
    assert_eq!(state(&emulator, &id).count_attempts(CallbackKind::Push), 1);
    assert_eq!(advance(&emulator, 48 * 3600).await["pushes_delivered"], 0);
}

#[tokio::test]
async fn a_pending_shopper_may_say_how_it_is_decided() {
    for (email, expected) in [
        ("pending-accepted@example.com", FraudStatus::Accepted),
        ("pending-rejected+no-push@example.com", FraudStatus::Rejected),
        ("pending@example.com", FraudStatus::Pending),
    ] {
        let emulator = emulator();
        let id = create(&emulator, order()).await;
        let paid = pay(&emulator, &id, json!({ "email": email })).await.json();
        assert_eq!(paid["fraud_status"], "PENDING", "{email}");
        advance(&emulator, 3600).await;
        assert_eq!(
            state(&emulator, &id).managed.unwrap().fraud_status,
            expected,
            "{email}"
        );
    }
}
