//! Faults that real integrations of Kustom have had, each shown to be impossible here.
//!
//! The number in a test's name is the fault's number in the list of known faults.

use crate::answer::{hashes, is_syncing};
use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use futures_util::future::join_all;
use jiff::SignedDuration;
use kassa_commerce::kustom::KustomOrderState;
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

#[tokio::test]
async fn fault_5_acknowledged_before_it_was_stored() {
    let mut shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    // The order is durable, and Kustom has not heard a word yet.
    assert!(shop.order(&cart_id).await.is_some());
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/acknowledge"), 0);

    // A crash between the commit and the acknowledge, then lost answers: it is sent until Kustom has heard it.
    shop.restart().await;
    shop.kustom_faults
        .inject(Method::POST, "/acknowledge", Fault::AnswerLost, 1);
    shop.kustom_faults.inject(
        Method::POST,
        "/acknowledge",
        Fault::Refused(StatusCode::SERVICE_UNAVAILABLE),
        2,
    );
    for _ in 0..5 {
        shop.settle().await;
        shop.advance(SignedDuration::from_mins(10));
    }
    shop.assert_one_order(&cart_id, &id).await;
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/acknowledge"), 4);
}

#[tokio::test]
async fn fault_8_synced_is_recorded_before_the_call() {
    for (fault, applied) in [
        (Fault::AnswerLost, true),
        (Fault::Refused(StatusCode::BAD_GATEWAY), false),
    ] {
        let shop = Shop::open().await;
        let cart_id = shop.cart_with_shoes().await;
        let id = shop.opened(&cart_id).await;
        let before = shop.order_amount(&id);
        shop.kustom_faults
            .inject(Method::POST, "/checkout/v3/orders/", fault, 1);
        let pending = hashes(&shop.set_first_quantity(&cart_id, 3).await)
            .0
            .map(str::to_owned);

        shop.settle().await;
        assert_eq!(shop.order_amount(&id) != before, applied);
        assert!(
            is_syncing(&shop.cart(&cart_id).await),
            "{fault:?}: synced without an answer"
        );

        // The retry is answered, but the lost call could still come after it: not yet.
        shop.advance(SignedDuration::from_secs(10));
        shop.settle().await;
        assert!(
            is_syncing(&shop.cart(&cart_id).await),
            "{fault:?}: synced inside the window"
        );

        // The window has passed and a read confirms.
        shop.advance(SignedDuration::from_secs(40));
        shop.settle().await;
        let cart = shop.cart(&cart_id).await;
        let (now_pending, synced) = hashes(&cart);
        assert_eq!(
            (now_pending, synced),
            (pending.as_deref(), pending.as_deref()),
            "{fault:?}"
        );
        assert_ne!(shop.order_amount(&id), before);
        shop.assert_no_job_left().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_9_rapid_edits_race() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let updates = "/checkout/v3/orders/";
    let calls_before = shop.kustom_faults.count(&Method::POST, updates);

    for quantity in 1..=AT_ONCE {
        shop.set_first_quantity(&cart_id, u32::try_from(quantity).unwrap())
            .await;
    }
    shop.settle().await;
    let calls = shop.kustom_faults.count(&Method::POST, updates) - calls_before;
    assert_eq!(calls, 1, "rapid edits become one call");
    assert_eq!(
        shop.first_quantity_at_kustom(&id),
        50,
        "the call tells what the cart is, not what it was when the job was asked for"
    );

    // Edits and syncs at once, from two servers: whatever the order, the last version wins.
    let node = shop.another_node();
    for quantity in 51..=80 {
        let edit = shop.set_first_quantity(&cart_id, quantity);
        let (_, _, _) = tokio::join!(edit, node.run_due_jobs(), shop.app.run_due_jobs());
        shop.advance(SignedDuration::from_millis(120));
    }
    shop.settle().await;
    let cart = shop.cart(&cart_id).await;
    assert!(!is_syncing(&cart));
    assert_eq!(shop.first_quantity_at_kustom(&id), 80);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn fault_9_an_edit_during_a_call_is_sent_after_it() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.kustom_faults
        .inject(Method::POST, "/checkout/v3/orders/", Fault::Held, 1);
    shop.set_first_quantity(&cart_id, 3).await;
    let edit = async {
        shop.kustom_faults.held().await;
        let edited = shop.set_first_quantity(&cart_id, 4).await;
        let calls = shop.kustom_faults.count(&Method::POST, &id.0);
        shop.advance(SignedDuration::from_secs(1));
        assert_eq!(shop.app.run_due_jobs().await.unwrap(), 0, "one call at a time");
        assert_eq!(shop.kustom_faults.count(&Method::POST, &id.0), calls);
        shop.kustom_faults.release();
        edited
    };
    let (_, edited) = tokio::join!(shop.settle(), edit);
    shop.settle().await;
    let cart = shop.cart(&cart_id).await;
    assert_eq!(hashes(&cart), (hashes(&edited).0, hashes(&edited).0));
    assert_eq!(shop.first_quantity_at_kustom(&id), 4);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn fault_12_read_only_order_is_treated_as_broken() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    // The shopper pays; an edit of another tab meets an order that can no longer be changed.
    shop.pay(&id).await;
    shop.advance(FREEZE);
    shop.set_first_quantity(&cart_id, 3).await;
    shop.settle().await;

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
