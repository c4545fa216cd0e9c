//! Faults 8, 9 and 10: what Kustom holds, what the cart is, and what can be paid meanwhile.

use crate::answer::{hashes, is_syncing};
use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use kustom_emulator::PurchaseRefusal;

const ONE_ORDER: &str = "/checkout/v3/orders/";

/// More than a shopper does in a second.
const AT_ONCE: usize = 50;

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
async fn fault_10_the_iframe_resumes_by_itself_during_a_long_sync() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let old_amount = shop.order_amount(&id);
    shop.kustom_faults.inject(Method::POST, ONE_ORDER, Fault::Held, 1);
    shop.set_first_quantity(&cart_id, 3).await;
    let shopper = async {
        shop.kustom_faults.held().await;
        for seconds in (0..25).step_by(5) {
            assert!(is_syncing(&shop.cart(&cart_id).await), "after {seconds} s");
            let refused = shop.buy_at(&id, old_amount).await.unwrap_err();
            let denied = matches!(&refused, PurchaseRefusal::Denied { error_type, .. } if error_type == "approval_failed");
            assert!(denied, "after {seconds} s: {refused}");
            shop.advance(SignedDuration::from_secs(5));
        }
        shop.kustom_faults.release();
    };
    tokio::join!(shop.settle(), shopper);
    shop.settle().await;
    assert!(!is_syncing(&shop.cart(&cart_id).await));
    // Kustom holds the new total now, and a page that still shows the old one cannot pay either.
    let new_amount = shop.order_amount(&id);
    assert_ne!(new_amount, old_amount);
    let stale = shop.buy_at(&id, old_amount).await.unwrap_err();
    assert!(matches!(stale, PurchaseRefusal::AmountChanged { .. }), "{stale}");
    shop.buy_at(&id, new_amount).await.unwrap();
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    assert_eq!(shop.order(&cart_id).await.unwrap().priced.lines[0].quantity, 3);
}

#[tokio::test]
async fn fault_10_the_iframe_resumes_by_itself_after_an_answer_was_lost() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let old_amount = shop.order_amount(&id);
    shop.kustom_faults
        .inject(Method::POST, ONE_ORDER, Fault::AnswerLost, 1);
    shop.set_first_quantity(&cart_id, 3).await;
    shop.settle().await;
    let new_amount = shop.order_amount(&id);
    assert_ne!(new_amount, old_amount);
    // Neither total can be paid before it is certain which one Kustom holds.
    for shown in [old_amount, new_amount] {
        let refused = shop.buy_at(&id, shown).await.unwrap_err();
        let is_refused = matches!(
            refused,
            PurchaseRefusal::AmountChanged { .. } | PurchaseRefusal::Denied { .. }
        );
        assert!(is_refused, "{refused}");
    }
    shop.pass(SignedDuration::from_secs(60), SignedDuration::from_secs(10))
        .await;
    shop.buy_at(&id, new_amount).await.unwrap();
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}
