//! Purchases that nobody tells us of: no browser comes back and no push arrives.

use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::payment::AuthorizationState;
use kassa_commerce::review::ReviewReason;
use serde_json::json;

const ONE_ORDER: &str = "/checkout/v3/orders/";

#[tokio::test]
async fn an_approved_payment_is_found_within_a_minute() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.pass(SignedDuration::from_secs(31), SignedDuration::from_secs(31))
        .await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn a_payment_that_nobody_approved_is_found_all_the_same() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pass(SignedDuration::from_hours(3), SignedDuration::from_mins(15))
        .await;
    shop.pay_without_asking(&id);
    shop.pass(SignedDuration::from_hours(4), SignedDuration::from_mins(30))
        .await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn a_restart_and_a_kustom_that_is_down_only_delay_it() {
    let mut shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    let down = Fault::Refused(StatusCode::BAD_GATEWAY);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, down, 3);
    shop.pass(SignedDuration::from_secs(40), SignedDuration::from_secs(40))
        .await;
    shop.restart().await;
    shop.pass(SignedDuration::from_mins(4), SignedDuration::from_secs(20))
        .await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn an_order_that_is_never_bought_is_asked_about_less_and_less_and_then_no_more() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let reads = || shop.kustom_faults.count(&Method::GET, ONE_ORDER);
    let before = reads();
    shop.pass(SignedDuration::from_hours(2), SignedDuration::from_mins(5))
        .await;
    let while_used = reads() - before;
    assert!((7..=10).contains(&while_used), "{while_used}");
    shop.pass(SignedDuration::from_hours(104), SignedDuration::from_mins(30))
        .await;
    let in_all = reads() - before;
    assert!((30..=40).contains(&in_all), "{in_all}");
    assert_eq!(shop.app.store.next_job_at().await.unwrap(), None);
}

#[tokio::test]
async fn a_retired_order_is_still_watched() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    shop.pay_without_asking(&first);
    let not_found = Fault::Refused(StatusCode::NOT_FOUND);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, not_found, 1);
    assert_ne!(shop.opened(&cart_id).await, first);
    // Its abort finds out as well; this is about the day when even that message is lost.
    shop.pass(SignedDuration::from_mins(20), SignedDuration::from_mins(1))
        .await;
    shop.assert_one_order(&cart_id, &first).await;
}

#[tokio::test]
async fn the_verdict_on_an_examined_purchase_is_asked_for_until_it_is_known() {
    for (verdict, state, reviews) in [
        ("ACCEPTED", AuthorizationState::Successful, vec![]),
        (
            "REJECTED",
            AuthorizationState::Rejected,
            vec![ReviewReason::FraudRejected],
        ),
        (
            "STOPPED",
            AuthorizationState::Rejected,
            vec![ReviewReason::FraudRejected],
        ),
    ] {
        let shop = Shop::open().await;
        let cart_id = shop.cart_with_shoes().await;
        let id = shop.opened(&cart_id).await;
        shop.pay_with(&id, json!({ "outcome": "pending" })).await;
        shop.confirm(&cart_id).await.ok();
        shop.settle().await;
        shop.pass(SignedDuration::from_hours(5), SignedDuration::from_mins(15))
            .await;
        assert!(
            !shop.is_shippable(&cart_id).await,
            "{verdict}: nobody has decided"
        );

        shop.kustom_faults.decide_fraud(verdict);
        shop.pass(SignedDuration::from_hours(25), SignedDuration::from_hours(1))
            .await;
        let order = shop.order(&cart_id).await.unwrap();
        let payments = shop.app.store.payments_of_cart(order.cart_id).await.unwrap();
        assert_eq!(payments[0].authorization.state, state, "{verdict}");
        assert_eq!(shop.is_shippable(&cart_id).await, reviews.is_empty(), "{verdict}");
        let found: Vec<_> = shop
            .app
            .store
            .reviews()
            .await
            .unwrap()
            .iter()
            .map(|review| review.reason)
            .collect();
        assert_eq!(found, reviews, "{verdict}");
        assert_eq!(
            shop.app.store.next_job_at().await.unwrap(),
            None,
            "{verdict}: it is final"
        );
    }
}

#[tokio::test]
async fn a_verdict_that_is_changed_is_heard_of_at_the_doorbell() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    assert!(shop.is_shippable(&cart_id).await);
    let bell = format!("{}&event=notification", shop.push_path(&id));
    let told = shop.emulator.inspect(|kustom| {
        let urls = kustom.order(&id).unwrap().checkout.merchant_urls.clone();
        urls.unwrap().notification.unwrap()
    });
    assert!(
        told.replace("{checkout.order.id}", &id.0).ends_with(&bell),
        "{told}"
    );

    shop.kustom_faults.decide_fraud("STOPPED");
    let body = json!({ "order_id": id.0, "event_type": "FRAUD_RISK_STOPPED" });
    shop.post(&bell, body).await.ok();
    shop.settle().await;
    assert!(!shop.is_shippable(&cart_id).await);
    let reviews = shop.app.store.reviews().await.unwrap();
    assert_eq!(reviews[0].reason, ReviewReason::FraudRejected);
}

#[tokio::test]
async fn a_checkout_that_was_closed_elsewhere_is_replaced_after_a_while() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    // Somebody aborts it in Kustom's portal. It can no longer be changed and was never bought.
    let address = kassa::kustom::OrderAddress {
        id: &first,
        location: None,
    };
    shop.app.kustom.as_ref().unwrap().abort(address).await.unwrap();
    shop.set_first_quantity(&cart_id, 3).await;
    shop.settle().await;
    let unavailable = (503, "KUSTOM_UNAVAILABLE".to_owned());
    assert_eq!(
        shop.open_checkout(&cart_id).await.failure(),
        unavailable,
        "it may be paid"
    );
    assert_eq!(shop.kustom_order_count(), 1);

    shop.pass(SignedDuration::from_mins(3), SignedDuration::from_secs(10))
        .await;
    let second = shop.opened(&cart_id).await;
    assert_ne!(first, second);
    assert_eq!(shop.state_of(&first).await, KustomOrderState::Retired);
    shop.pay(&second).await;
    shop.confirm(&cart_id).await.ok();
    // Its abort met a read-only order as well, which is looked at for a while.
    shop.pass(SignedDuration::from_mins(3), SignedDuration::from_secs(10))
        .await;
    shop.assert_one_order(&cart_id, &second).await;
}
