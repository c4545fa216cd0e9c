//! Fault 7: whatever goes wrong in us, a paid order is not cancelled.

use super::source;
use crate::failing_store::{FailingStore, Trouble};
use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;

/// Longer than the longest lease and the longest back-off.
const UNTIL_ALL_IS_TRIED_AGAIN: SignedDuration = SignedDuration::from_mins(8);

/// More calls than a purchase makes, so that a loop that strikes nothing any more is noticed.
const CALLS_AT_MOST: usize = 200;

async fn assert_nothing_was_cancelled(shop: &Shop, what: &str) {
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/cancel"), 0, "{what}");
    assert_eq!(shop.review_reasons().await, [], "{what}");
}

#[tokio::test]
async fn fault_7_every_call_of_the_store_fails_once() {
    let mut shop = Shop::open().await;
    let store = FailingStore::new(shop.app.store.clone());
    shop.reconfigure(|parts| parts.store = store.clone());
    for trouble in Trouble::ALL {
        let mut calls_before = 0;
        loop {
            let what = format!("{trouble:?} after {calls_before} calls");
            let cart_id = shop.cart_with_shoes().await;
            let id = shop.opened(&cart_id).await;
            shop.pay(&id).await;
            store.fail_after(calls_before, trouble);
            shop.confirm(&cart_id).await.ok();
            shop.push(&id).await;
            // A failed claim is an answer as well; the worker would pause and try again.
            let _ = shop.app.run_due_jobs().await;
            let has_struck = store.mend();
            shop.pass(UNTIL_ALL_IS_TRIED_AGAIN, SignedDuration::from_secs(30))
                .await;
            assert_nothing_was_cancelled(&shop, &what).await;
            shop.assert_one_order(&cart_id, &id).await;
            if !has_struck {
                break;
            }
            calls_before += 1;
            assert!(calls_before < CALLS_AT_MOST, "{what}: where does it end?");
        }
        assert!(calls_before > 10, "{trouble:?} struck only {calls_before} calls");
    }
}

#[tokio::test]
async fn fault_7_every_call_of_a_completion_fails_at_kustom_in_every_way() {
    let statuses = [400, 401, 403, 404, 409, 429, 500, 502, 503, 504];
    let mut faults: Vec<Fault> = statuses
        .into_iter()
        .map(|status| Fault::Refused(StatusCode::from_u16(status).unwrap()))
        .collect();
    let texts = [
        "",
        "null",
        "[]",
        "{}",
        r#"{"order_id":"another"}"#,
        "<html></html>",
    ];
    faults.extend(texts.map(|text| Fault::Answered(StatusCode::OK, text)));
    faults.extend([Fault::AnswerLost, Fault::ReadOnly]);
    let calls = [
        (Method::GET, "/checkout/"),
        (Method::GET, "/ordermanagement/"),
        (Method::POST, "/acknowledge"),
        (Method::PATCH, "/merchant-references"),
    ];
    let shop = Shop::open().await;
    for (method, path) in calls {
        for fault in &faults {
            let what = format!("{fault:?} to {method} {path}");
            let cart_id = shop.cart_with_shoes().await;
            let id = shop.opened(&cart_id).await;
            shop.pay(&id).await;
            shop.kustom_faults.inject(method.clone(), path, *fault, 2);
            shop.confirm(&cart_id).await.ok();
            shop.push(&id).await.ok();
            shop.pass(UNTIL_ALL_IS_TRIED_AGAIN, SignedDuration::from_secs(20))
                .await;
            shop.kustom_faults.heal();
            assert_nothing_was_cancelled(&shop, &what).await;
            shop.assert_one_order(&cart_id, &id).await;
        }
    }
}

/// One place calls it, for one kind of job; and three ask for that job: a proven second purchase, the owner of an order, and
/// a person.
#[test]
fn fault_7_cancelling_has_one_place() {
    let called = without_planted(source::lines_with(&["crates/server/src"], "kustom.cancel("));
    assert_eq!(called.len(), 1, "{called:?}");
    assert!(
        called[0].starts_with("crates/server/src/job/outbox.rs"),
        "{called:?}"
    );
    // However the client is named where somebody calls it: nothing else that is cancelled takes an argument.
    let named_otherwise: Vec<String> =
        without_planted(source::lines_with(&["crates/server/src"], ".cancel("))
            .into_iter()
            .filter(|line| !line.contains(".cancel()") && !called.contains(line))
            .collect();
    assert_eq!(named_otherwise, [] as [String; 0]);

    let mut wishes = source::lines_with(&["crates/commerce/src", "crates/server/src"], "JobKey::Cancel(");
    wishes.retain(|line| !line.contains("/tests") && !line.contains("assert"));
    let mut files: Vec<&str> = wishes
        .iter()
        .map(|line| line.split(':').next().unwrap())
        .collect();
    files.dedup();
    assert_eq!(
        files,
        [
            "crates/commerce/src/kustom/completion.rs",
            "crates/commerce/src/order/cancel.rs",
            "crates/commerce/src/review.rs",
            "crates/server/src/job.rs",
        ],
        "{wishes:?}"
    );
}

/// Faults that are put back in to be found are no part of any program that is used.
fn without_planted(mut lines: Vec<String>) -> Vec<String> {
    lines.retain(|line| !line.starts_with("crates/server/src/planted.rs"));
    lines
}
