//! Faults 1, 2 and 3: one purchase, one order, and it is what was paid.

use crate::answer::is_syncing;
use crate::shop::Shop;
use axum::http::StatusCode;
use futures_util::future::join_all;
use kassa_commerce::kustom::validation::FREEZE;
use kassa_commerce::review::ReviewReason;
use serde_json::json;

/// More than any page or push sends.
const AT_ONCE: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_1_two_orders_for_one_purchase() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;

    let confirms = join_all((0..AT_ONCE).map(|_| shop.confirm(&cart_id)));
    let pushes = join_all((0..AT_ONCE).map(|_| shop.push(&id)));
    let (confirms, pushes) = tokio::join!(confirms, pushes);
    for confirmed in confirms {
        assert_eq!(confirmed.ok(), json!({ "status": "checkout_complete" }));
    }
    for pushed in pushes {
        assert_eq!(pushed.status, StatusCode::OK);
    }
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_2_the_lock_is_optional() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;

    // Every completion runs on a server of its own: nothing in memory can hold them apart, only the store's keys.
    let nodes: Vec<_> = (0..AT_ONCE).map(|_| shop.another_node()).collect();
    let outcomes = join_all(nodes.iter().map(|node| node.complete(&id))).await;
    for outcome in outcomes {
        assert_eq!(outcome.unwrap(), kassa::completion::Purchase::Completed);
    }
    assert!(shop.app.store.reviews().await.unwrap().is_empty());
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn fault_3_paid_at_kustom_and_no_order_in_the_shop() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let paid_amount = shop.order_amount(&id);
    // The shopper pays in a bank's page while another tab edits the cart, and never comes back.
    shop.pay(&id).await;
    shop.advance(FREEZE);
    let edited = shop.set_first_quantity(&cart_id, 7).await;
    assert!(is_syncing(&edited));

    shop.push(&id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let order = shop.order(&cart_id).await.unwrap();
    assert_eq!(order.priced.amount_to_pay().unwrap().amount_minor(), paid_amount);
    assert_eq!(order.priced.lines[0].quantity, 2);
    assert_eq!(shop.cart(&cart_id).await["items"][0]["quantity"], 2);
    // The edit is not bought, and somebody is told.
    let reviews = shop.app.store.reviews().await.unwrap();
    let reasons: Vec<_> = reviews.iter().map(|review| review.reason).collect();
    assert_eq!(reasons, [ReviewReason::EditedAfterPayment]);
}

#[tokio::test]
async fn fault_3_what_was_never_offered_waits_for_a_person() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    // Somebody else with our credentials changes the order at Kustom behind our back.
    shop.overwrite_at_kustom(&id, 12_300, 2460).await;
    shop.pay_without_asking(&id);

    assert_eq!(
        shop.confirm(&cart_id).await.ok(),
        json!({ "status": "checkout_incomplete", "reason": "in_review" })
    );
    shop.push(&id).await.ok();
    shop.settle().await;
    assert!(shop.order(&cart_id).await.is_none());
    let reviews = shop.app.store.reviews().await.unwrap();
    let reasons: Vec<_> = reviews.iter().map(|review| review.reason).collect();
    assert_eq!(reasons, [ReviewReason::ContentMismatch]);
    assert!(!shop.is_cancelled(&id));
}
