//! A person decides about a purchase that could not be placed.

use crate::answer::Answer;
use crate::kustom_faults::Fault;
use crate::shop::{Shop, request_of};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use kassa_commerce::review::ReviewReason;
use kustom_api::KustomOrderId;
use serde_json::{Value, json};

async fn decide(shop: &Shop, id: &KustomOrderId, body: Value) -> Answer {
    let router = kassa::admin::router(shop.app.clone(), None);
    let request = Request::post(format!("/reviews/{id}")).header("content-type", "application/json");
    request_of(router, request.body(Body::from(body.to_string())).unwrap()).await
}

async fn list(shop: &Shop, query: &str) -> Value {
    let router = kassa::admin::router(shop.app.clone(), None);
    let request = Request::get(format!("/reviews{query}"))
        .body(Body::empty())
        .unwrap();
    request_of(router, request).await.ok()
}

/// A cart that was paid for something that was never offered.
pub(crate) async fn mismatch(shop: &Shop) -> (String, KustomOrderId) {
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.overwrite_at_kustom(&id, 12_300, 2460).await;
    shop.pay_without_asking(&id);
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    (cart_id, id)
}

fn code(answer: &Answer) -> (u16, String) {
    let body: Value = serde_json::from_str(&answer.text).unwrap();
    (
        answer.status.as_u16(),
        body["error"]["code"].as_str().unwrap_or_default().to_owned(),
    )
}

#[tokio::test]
async fn money_is_given_back_at_a_persons_word_and_the_cart_is_free_again() {
    let shop = Shop::open().await;
    let (cart_id, id) = mismatch(&shop).await;
    assert!(!shop.is_cancelled(&id), "not by itself");
    let decided = decide(
        &shop,
        &id,
        json!({ "action": "cancel", "by": "Anna", "note": "called" }),
    )
    .await;
    assert_eq!(decided.ok()["resolution"]["by"], "Anna");
    shop.settle().await;
    assert!(shop.is_cancelled(&id));
    assert_eq!(list(&shop, "").await, json!([]));
    assert_eq!(
        list(&shop, "?all=true").await[0]["resolution"]["action"],
        "cancel"
    );

    let second = shop.opened(&cart_id).await;
    assert_ne!(id, second);
    shop.pay(&second).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &second).await;
    // Decided is decided.
    let again = decide(&shop, &id, json!({ "action": "close", "by": "Bert" })).await;
    assert_eq!(code(&again), (404, "NOT_FOUND".to_owned()));
}

#[tokio::test]
async fn what_is_given_back_never_becomes_an_order() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    let odd = r#"{"order_id":"ID","status":"checkout_odd"}"#.replace("ID", &id.0);
    let odd = Fault::Answered(StatusCode::OK, odd.leak());
    shop.kustom_faults
        .inject(Method::GET, "/checkout/v3/orders/", odd, 1);
    shop.confirm(&cart_id).await.ok();
    // Kustom is down when one person decides to give the money back, and up again when another asks once more.
    let down = Fault::Refused(StatusCode::BAD_GATEWAY);
    shop.kustom_faults.inject(Method::POST, "/cancel", down, 2);
    decide(&shop, &id, json!({ "action": "cancel", "by": "Anna" }))
        .await
        .ok();
    shop.settle().await;
    let retried = decide(&shop, &id, json!({ "action": "retry", "by": "Bert" })).await;
    assert_eq!(code(&retried).0, 404, "nothing waits");
    let kustom_order = shop.app.store.kustom_order(&id).await.unwrap().unwrap();
    let outcome = shop.app.complete_reviewed(kustom_order).await;
    assert_eq!(outcome.unwrap(), kassa::completion::Purchase::GivenBack);
    shop.push(&id).await.ok();
    for _ in 0..3 {
        shop.advance(jiff::SignedDuration::from_mins(1));
        shop.settle().await;
    }
    assert!(shop.is_cancelled(&id));
    assert!(shop.order(&cart_id).await.is_none());
}

#[tokio::test]
async fn a_purchase_that_cannot_be_read_is_shown_and_placed_when_it_can() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    let unreadable = Fault::Answered(StatusCode::OK, r#"{"order_id":7}"#);
    shop.kustom_faults
        .inject(Method::GET, "/ordermanagement", unreadable, 30);
    shop.confirm(&cart_id).await.ok();
    for _ in 0..40 {
        shop.settle().await;
        shop.advance(jiff::SignedDuration::from_mins(1));
    }
    assert_eq!(list(&shop, "").await[0]["reason"], "unreadable_purchase");
    for _ in 0..90 {
        shop.settle().await;
        shop.advance(jiff::SignedDuration::from_mins(1));
    }
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn what_was_dealt_with_by_hand_is_acknowledged_and_not_sold_again() {
    let shop = Shop::open().await;
    let (cart_id, id) = mismatch(&shop).await;
    decide(&shop, &id, json!({ "action": "close", "by": "Anna" }))
        .await
        .ok();
    shop.settle().await;
    assert_eq!(shop.acknowledges(&id), 1);
    assert!(!shop.is_cancelled(&id));
    assert_eq!(
        shop.open_checkout(&cart_id).await.failure(),
        (409, "CART_NOT_OPEN".to_owned())
    );
}

#[tokio::test]
async fn a_purchase_that_has_become_clear_is_placed_at_a_persons_word() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    // Kustom says something that nobody has documented.
    let odd = r#"{"order_id":"ID","status":"checkout_odd"}"#.replace("ID", &id.0);
    shop.kustom_faults.inject(
        Method::GET,
        "/checkout/v3/orders/",
        Fault::Answered(StatusCode::OK, odd.leak()),
        1,
    );
    shop.confirm(&cart_id).await.ok();
    assert!(shop.order(&cart_id).await.is_none());
    assert_eq!(list(&shop, "").await[0]["reason"], "unclear_purchase");

    decide(&shop, &id, json!({ "action": "retry", "by": "Anna" }))
        .await
        .ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    assert_eq!(list(&shop, "").await, json!([]));
}

#[tokio::test]
async fn a_retry_that_changes_nothing_leaves_the_review_open() {
    let shop = Shop::open().await;
    let (_, id) = mismatch(&shop).await;
    let retried = decide(&shop, &id, json!({ "action": "retry", "by": "Anna" })).await;
    assert_eq!(code(&retried), (409, "STILL_IN_REVIEW".to_owned()));
    assert_eq!(list(&shop, "").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_shopper_who_was_declined_may_buy_again() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.kustom_faults.decide_fraud("REJECTED");
    let declined = json!({ "status": "checkout_incomplete", "reason": "declined" });
    assert_eq!(shop.confirm(&cart_id).await.ok(), declined);
    assert_eq!(list(&shop, "").await[0]["reason"], "fraud_rejected");
    shop.kustom_faults.decide_fraud("ACCEPTED");
    shop.advance(kassa_commerce::kustom::validation::FREEZE);
    let second = shop.opened(&cart_id).await;
    assert_ne!(id, second);
    shop.pay(&second).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &second).await;
}

#[tokio::test]
async fn a_message_that_kustom_keeps_refusing_is_shown() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    let no = Fault::Answered(StatusCode::FORBIDDEN, r#"{"error_code":"NOT_ALLOWED"}"#);
    shop.kustom_faults.inject(Method::POST, "/acknowledge", no, 4);
    shop.confirm(&cart_id).await.ok();
    for _ in 0..8 {
        shop.settle().await;
        shop.advance(jiff::SignedDuration::from_mins(6));
    }
    let reviews = shop.app.store.reviews().await.unwrap();
    assert_eq!(reviews.len(), 1);
    assert_eq!(reviews[0].reason, ReviewReason::MessageUnheard);
    assert!(reviews[0].detail.contains("acknowledge") && reviews[0].detail.contains("NOT_ALLOWED"));
    // It was sent on, and was heard in the end.
    shop.assert_one_order(&cart_id, &id).await;
    decide(&shop, &id, json!({ "action": "close", "by": "Anna" }))
        .await
        .ok();
    assert_eq!(list(&shop, "").await, json!([]));
}

#[tokio::test]
async fn decisions_are_read_strictly() {
    let shop = Shop::open().await;
    let (_, id) = mismatch(&shop).await;
    for body in [
        json!({}),
        json!({ "action": "refund", "by": "Anna" }),
        json!({ "action": "close", "by": " " }),
        json!({ "action": "close", "by": "Anna", "amount": 1 }),
        json!({ "action": "close", "by": "Anna", "note": "x".repeat(3000) }),
    ] {
        let refused = decide(&shop, &id, body.clone()).await;
        assert_eq!(code(&refused), (400, "INVALID_REQUEST".to_owned()), "{body}");
    }
    let unknown = decide(
        &shop,
        &KustomOrderId("k0".into()),
        json!({ "action": "close", "by": "Anna" }),
    )
    .await;
    assert_eq!(code(&unknown), (404, "NOT_FOUND".to_owned()));
    assert_eq!(list(&shop, "").await.as_array().unwrap().len(), 1);
}
