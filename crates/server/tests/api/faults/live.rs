//! Faults 12, 13 and 14: the one live Kustom order of a cart, and what may end it.

use crate::kustom_faults::Fault;
use crate::shop::{Shop, pages};
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::kustom::validation::FREEZE;
use kassa_commerce::review::ReviewReason;
use serde_json::json;

const ONE_ORDER: &str = "/checkout/v3/orders/";

#[tokio::test]
async fn fault_12_read_only_order_is_treated_as_broken() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    // The shopper pays. An edit of another tab meets an order that can no longer be changed, before anybody else asks.
    shop.pay_without_asking(&id);
    shop.set_first_quantity(&cart_id, 3).await;
    shop.settle().await;
    assert_eq!(shop.kustom_faults.count(&Method::POST, ONE_ORDER), 1);
    let refused = shop.open_checkout(&cart_id).await;
    assert_eq!(refused.failure(), (409, "CART_NOT_OPEN".to_owned()));

    assert_eq!(
        shop.kustom_order_count(),
        1,
        "no second order that could be paid as well"
    );
    assert_eq!(
        shop.kustom_faults.count(&Method::POST, "/abort"),
        0,
        "nothing is given up because it cannot be changed"
    );
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn fault_12_an_opening_that_meets_a_read_only_order_makes_no_other() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    // Another tab edits and is reloaded before any job has run.
    shop.pay(&id).await;
    shop.advance(FREEZE);
    shop.set_first_quantity(&cart_id, 3).await;
    assert_eq!(
        shop.open_checkout(&cart_id).await.failure(),
        (409, "CART_NOT_OPEN".to_owned())
    );
    assert_eq!(shop.kustom_order_count(), 1);
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn fault_13_an_expired_order_strands_the_shopper() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    // A tab of the day before yesterday is loaded again.
    shop.advance(SignedDuration::from_hours(49));
    let second = shop.opened(&cart_id).await;
    assert_ne!(first, second);
    assert_eq!(shop.state_of(&first).await, KustomOrderState::Retired);
    shop.settle().await;
    assert_eq!(
        shop.kustom_faults.count(&Method::POST, &format!("{first}/abort")),
        1
    );
    shop.pay(&second).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &second).await;
}

#[tokio::test]
async fn fault_13_an_order_that_was_only_lost_sight_of_is_aborted() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    let not_found = Fault::Refused(StatusCode::NOT_FOUND);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, not_found, 1);
    let second = shop.opened(&cart_id).await;
    assert_ne!(first, second);
    shop.settle().await;
    let aborted = shop
        .emulator
        .inspect(|kustom| kustom.order(&first).unwrap().aborted_at.is_some());
    assert!(aborted, "two orders of one cart can be paid");
    shop.pay(&second).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &second).await;
}

#[tokio::test]
async fn fault_13_any_trouble_throws_a_live_order_away() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let statuses = [400, 401, 403, 408, 409, 410, 429, 500, 502, 503, 504];
    let mut faults: Vec<Fault> = statuses
        .into_iter()
        .map(|status| Fault::Refused(StatusCode::from_u16(status).unwrap()))
        .collect();
    faults.extend(
        ["", "[]", "{}", r#"{"order_id":"another"}"#].map(|text| Fault::Answered(StatusCode::OK, text)),
    );
    // Of the same page the order is read, of another page it is updated.
    for (method, query) in [(Method::GET, ""), (Method::POST, "?tab=2")] {
        for fault in &faults {
            shop.kustom_faults.inject(method.clone(), ONE_ORDER, *fault, 1);
            let path = format!("/ingress/commerce/carts/{cart_id}/payment/kustom");
            let (status, code) = shop.post(&path, pages(query)).await.failure();
            let says_so =
                [(503, "KUSTOM_UNAVAILABLE"), (502, "KUSTOM_ERROR")].contains(&(status, code.as_str()));
            assert!(says_so, "{fault:?}: {status} {code}");
            assert_eq!(shop.kustom_order_count(), 1, "{fault:?}");
            assert_eq!(shop.state_of(&id).await, KustomOrderState::Open, "{fault:?}");
            assert_eq!(shop.opened(&cart_id).await, id, "{fault:?}");
            shop.pass(SignedDuration::from_mins(1), SignedDuration::from_secs(20))
                .await;
        }
    }
    // The same while a change is being told.
    for (quantity, fault) in (3..).zip(&faults) {
        shop.kustom_faults.inject(Method::POST, ONE_ORDER, *fault, 1);
        shop.set_first_quantity(&cart_id, quantity).await;
        shop.pass(SignedDuration::from_mins(1), SignedDuration::from_secs(10))
            .await;
        assert_eq!(shop.kustom_order_count(), 1, "{fault:?}");
        assert_eq!(shop.opened(&cart_id).await, id, "{fault:?}");
        assert_eq!(
            shop.first_quantity_at_kustom(&id),
            i64::from(quantity),
            "{fault:?}"
        );
    }
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/abort"), 0);
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn fault_14_two_tabs_one_cart() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first_tab = shop.opened(&cart_id).await;
    let second_tab = shop.opened(&cart_id).await;
    assert_eq!(first_tab, second_tab);
    assert_eq!(shop.kustom_order_count(), 1);

    shop.pay(&first_tab).await;
    shop.confirm(&cart_id).await.ok();
    // The other tab is told that the cart is done, and gets nothing that could be paid again.
    let refused = shop.open_checkout(&cart_id).await;
    assert_eq!(refused.failure(), (409, "CART_NOT_OPEN".to_owned()));
    assert_eq!(
        shop.confirm(&cart_id).await.ok(),
        json!({ "status": "checkout_complete" })
    );
    shop.settle().await;
    shop.assert_one_order(&cart_id, &first_tab).await;
}

#[tokio::test]
async fn fault_14_a_retired_order_that_is_paid_after_all_still_becomes_the_order() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    shop.pay_without_asking(&first);
    // Kustom loses sight of the paid order for one read, and the cart gets a second one.
    shop.kustom_faults.inject(
        Method::GET,
        "/checkout/v3/orders/",
        Fault::Refused(StatusCode::NOT_FOUND),
        1,
    );
    let second = shop.opened(&cart_id).await;
    assert_ne!(first, second);
    assert_eq!(shop.state_of(&first).await, KustomOrderState::Retired);

    assert_eq!(
        shop.confirm(&cart_id).await.ok(),
        json!({ "status": "checkout_complete" })
    );
    shop.settle().await;
    shop.assert_one_order(&cart_id, &first).await;
    // The second one is closed, so it cannot be paid as well.
    let paid = shop.control(&format!("orders/{second}/pay"), json!({})).await;
    assert_eq!(paid.status, StatusCode::CONFLICT, "{}", paid.text);
}

#[tokio::test]
async fn fault_14_a_cart_that_is_paid_twice_is_one_order_and_one_visible_cancellation() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    let not_found = Fault::Refused(StatusCode::NOT_FOUND);
    shop.kustom_faults
        .inject(Method::GET, "/checkout/v3/orders/", not_found, 1);
    let second = shop.opened(&cart_id).await;
    assert_ne!(first, second);
    shop.pay_without_asking(&first);
    shop.pay(&second).await;

    shop.confirm(&cart_id).await.ok();
    shop.push(&first).await.ok();
    shop.push(&second).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &second).await;
    assert!(shop.is_cancelled(&first));
    let reviews = shop.app.store.reviews().await.unwrap();
    let reasons: Vec<_> = reviews.iter().map(|review| review.reason).collect();
    assert_eq!(reasons, [ReviewReason::DuplicatePurchase]);
}
