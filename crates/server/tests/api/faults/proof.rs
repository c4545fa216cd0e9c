//! Fault 21: what counts as paid.

use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use kassa_commerce::review::ReviewReason;
use kustom_api::KustomOrderId;
use serde_json::json;

const CHECKOUT: &str = "/checkout/v3/orders/";
const MANAGEMENT: &str = "/ordermanagement/v1/orders/";

async fn opened(shop: &Shop) -> (String, KustomOrderId) {
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    (cart_id, id)
}

async fn assert_not_paid(shop: &Shop, cart_id: &str, id: &KustomOrderId, what: &str) {
    let confirmed = shop.confirm(cart_id).await.ok();
    assert_eq!(confirmed["status"], "checkout_incomplete", "{what}");
    shop.push(id).await.ok();
    shop.settle().await;
    assert!(shop.order(cart_id).await.is_none(), "{what}");
    assert_eq!(
        shop.app
            .store
            .payments_of_cart(cart_id.parse().unwrap())
            .await
            .unwrap(),
        [],
        "{what}"
    );
    assert_eq!(shop.acknowledges(id), 0, "{what}");
}

/// Where Kustom says a word, and one that nobody has documented.
const UNKNOWN_WORDS: [(&str, Fault); 5] = [
    (CHECKOUT, Fault::Altered("status", "checkout_almost_complete")),
    (CHECKOUT, Fault::Altered("status", "")),
    (MANAGEMENT, Fault::Altered("status", "SETTLING")),
    (MANAGEMENT, Fault::Altered("fraud_status", "PROBABLY_FINE")),
    (MANAGEMENT, Fault::Altered("fraud_status", "")),
];

#[tokio::test]
async fn fault_21_an_unknown_word_counts_as_paid() {
    for (path, word) in UNKNOWN_WORDS {
        let shop = Shop::open().await;
        let (cart_id, id) = opened(&shop).await;
        shop.pay(&id).await;
        shop.kustom_faults.inject(Method::GET, path, word, u32::MAX);
        let what = format!("{word:?}");
        assert_not_paid(&shop, &cart_id, &id, &what).await;
        assert_eq!(
            shop.review_reasons().await,
            [ReviewReason::UnclearPurchase],
            "{what}"
        );
        assert!(!shop.is_cancelled(&id), "{what}");
    }
}

#[tokio::test]
async fn fault_21_an_unknown_word_about_an_open_order_counts_as_paid() {
    for word in [
        "checkout_almost_complete",
        "AUTHORIZED",
        "checkout_incomplete",
        "",
    ] {
        let shop = Shop::open().await;
        let (cart_id, id) = opened(&shop).await;
        let altered = Fault::Altered("status", word);
        for method in [Method::GET, Method::POST] {
            shop.kustom_faults.inject(method, CHECKOUT, altered, u32::MAX);
        }
        assert_not_paid(&shop, &cart_id, &id, word).await;
        // Neither an opening nor a change of the cart takes it for a purchase, and the cart can still be bought.
        assert_eq!(shop.opened(&cart_id).await, id, "{word}");
        shop.set_first_quantity(&cart_id, 3).await;
        shop.pass(SignedDuration::from_mins(1), SignedDuration::from_secs(10))
            .await;
        assert_eq!(shop.first_quantity_at_kustom(&id), 3, "{word}");
        assert_not_paid(&shop, &cart_id, &id, word).await;
        shop.kustom_faults.heal();
        shop.pay(&id).await;
        shop.confirm(&cart_id).await.ok();
        // Each push has left a look behind.
        shop.pass(SignedDuration::from_mins(2), SignedDuration::from_secs(10))
            .await;
        shop.assert_one_order(&cart_id, &id).await;
    }
}

#[tokio::test]
async fn fault_21_incomplete_counts_as_paid() {
    let shop = Shop::open().await;
    let (cart_id, id) = opened(&shop).await;
    assert_not_paid(&shop, &cart_id, &id, "nobody has paid").await;
    let rejected = shop
        .control(&format!("orders/{id}/pay"), json!({ "outcome": "rejected" }))
        .await;
    assert_eq!(rejected.ok()["outcome"], "rejected");
    assert_not_paid(&shop, &cart_id, &id, "the bank has said no").await;
    assert_eq!(shop.review_reasons().await, []);
}

#[tokio::test]
async fn fault_21_an_accepted_acknowledge_counts_as_paid() {
    let shop = Shop::open().await;
    let (cart_id, id) = opened(&shop).await;
    // Whatever is acknowledged, Kustom says yes.
    let yes = Fault::Answered(StatusCode::NO_CONTENT, "");
    shop.kustom_faults
        .inject(Method::POST, "/acknowledge", yes, u32::MAX);
    assert_not_paid(&shop, &cart_id, &id, "acknowledging proves nothing").await;
    shop.pass(SignedDuration::from_hours(1), SignedDuration::from_mins(5))
        .await;
    assert_not_paid(&shop, &cart_id, &id, "nor does it later").await;
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/acknowledge"), 0);
}

/// Silence and a 404 of order management say nothing about a purchase, neither that it is one nor that it is a wrong one.
#[tokio::test]
async fn fault_21_trouble_in_order_management_counts_as_an_answer() {
    for status in [400, 401, 403, 404, 408, 429, 500, 502, 504] {
        let shop = Shop::open().await;
        let (cart_id, id) = opened(&shop).await;
        shop.pay(&id).await;
        let refused = Fault::Refused(StatusCode::from_u16(status).unwrap());
        shop.kustom_faults
            .inject(Method::GET, MANAGEMENT, refused, u32::MAX);
        let what = status.to_string();
        assert_not_paid(&shop, &cart_id, &id, &what).await;
        shop.pass(SignedDuration::from_mins(10), SignedDuration::from_secs(30))
            .await;
        assert_not_paid(&shop, &cart_id, &id, &what).await;
        // A person may be told that it goes on for long, and nothing is held against the purchase.
        let reasons = shop.review_reasons().await;
        let is_trouble = |reason: &ReviewReason| *reason == ReviewReason::UnreadablePurchase;
        assert!(reasons.iter().all(is_trouble), "{status}: {reasons:?}");
        shop.kustom_faults.heal();
        shop.pass(SignedDuration::from_mins(6), SignedDuration::from_secs(30))
            .await;
        shop.assert_one_order(&cart_id, &id).await;
    }
}

#[tokio::test]
async fn fault_21_an_answer_that_leaves_something_out_counts_as_paid() {
    for text in [
        r#"{"order_id":"ID"}"#,
        r#"{"order_id":"ID","status":"AUTHORIZED","order_amount":179800,"purchase_country":"SE","purchase_currency":"SEK"}"#,
        r#"{"order_id":"ID","fraud_status":"ACCEPTED","order_amount":179800,"purchase_country":"SE","purchase_currency":"SEK"}"#,
        r#"{"order_id":"ID","status":"AUTHORIZED","fraud_status":"ACCEPTED","purchase_country":"SE","purchase_currency":"SEK"}"#,
        r#"{"order_id":"ID","status":"AUTHORIZED","fraud_status":"ACCEPTED","order_amount":"179800","purchase_country":"SE","purchase_currency":"SEK"}"#,
    ] {
        let shop = Shop::open().await;
        let (cart_id, id) = opened(&shop).await;
        shop.pay(&id).await;
        // Leaked, because a fault's text lives as long as the program; each is a line long.
        let text: &'static str = text.replace("ID", &id.0).leak();
        shop.kustom_faults.inject(
            Method::GET,
            MANAGEMENT,
            Fault::Answered(StatusCode::OK, text),
            u32::MAX,
        );
        assert_not_paid(&shop, &cart_id, &id, text).await;
        assert_eq!(shop.review_reasons().await, [], "{text}");
        shop.kustom_faults.heal();
        shop.pass(SignedDuration::from_mins(6), SignedDuration::from_secs(30))
            .await;
        shop.assert_one_order(&cart_id, &id).await;
    }
}
