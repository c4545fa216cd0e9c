//! Browsers that leave, disks that fill, answers that come late: nothing is lost by them and nothing is said too early.

use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures_util::FutureExt;
use jiff::SignedDuration;
use kassa::bus::Heard;
use kassa_commerce::change::Change;
use kassa_commerce::command::{self, CartCommand};
use kassa_commerce::contact::Email;
use kassa_commerce::id::CartId;
use kassa_commerce::job::{JobKey, JobRequest};
use kassa_commerce::kustom::KustomOrderState;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tower::ServiceExt;

const ORDERS: &str = "/checkout/v3/orders";
const ONE_ORDER: &str = "/checkout/v3/orders/";

/// Longer than anything here takes.
const AT_MOST: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_push_that_cannot_be_noted_down_is_not_accepted() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.fill_the_disk();
    assert_eq!(
        shop.push(&id).await.failure(),
        (503, "STORAGE_UNAVAILABLE".to_owned())
    );
    assert_eq!(
        shop.confirm(&cart_id).await.ok(),
        json!({ "status": "checkout_incomplete" }),
        "a page that hears of a failure has the shopper pay twice"
    );
}

#[tokio::test]
async fn the_worker_waits_when_nothing_can_be_claimed() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    shop.set_first_quantity(&cart_id, 3).await;
    shop.advance(SignedDuration::from_secs(1));
    shop.fill_the_disk();
    let before = shop.clock_reads();
    timeout(Duration::from_millis(100), shop.app.work())
        .await
        .unwrap_err();
    let tries = shop.clock_reads() - before;
    assert!(tries < 5, "it tried {tries} times");
}

#[tokio::test]
async fn a_change_whose_browser_has_left_is_announced_all_the_same() {
    let shop = Shop::open().await;
    let cart_id: CartId = shop.cart_with_shoes().await.parse().unwrap();
    let mut other_tab = shop.app.bus.subscribe(cart_id);
    let cart = shop.app.store.cart(cart_id).await.unwrap().unwrap();
    let email = Email::parse("a@example.test").unwrap();
    let change = command::apply(
        &cart,
        CartCommand::SetEmail { email },
        &shop.app.catalogue_for(&cart, None).await.unwrap(),
        &shop.app.options.timing,
        shop.app.now(),
    );
    // axum drops the handler as soon as the connection is gone; by then the change is on its way to the disk.
    assert!(shop.app.commit(change.unwrap()).now_or_never().is_none());
    let heard = timeout(AT_MOST, other_tab.heard()).await.unwrap();
    assert_eq!(
        heard,
        Heard::Changed {
            version: cart.version + 1
        }
    );
}

#[tokio::test]
async fn a_question_is_noted_down_even_if_the_browser_that_asked_has_left() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, Fault::Held, 1);
    let down = Fault::Refused(StatusCode::BAD_GATEWAY);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, down, 1);
    let confirm = Request::post(format!(
        "/ingress/commerce/carts/{cart_id}/payment/kustom/confirm"
    ));
    let confirm = confirm.body(Body::empty()).unwrap();
    let confirm = tokio::spawn(shop.router.clone().oneshot(confirm));
    shop.kustom_faults.held().await;
    confirm.abort();
    assert!(confirm.await.unwrap_err().is_cancelled());
    shop.kustom_faults.release();
    shop.app.finish().await;
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn an_order_that_cannot_be_changed_is_looked_at_until_its_purchase_shows() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.kustom_faults
        .inject(Method::POST, ONE_ORDER, Fault::ReadOnly, 1);
    shop.set_first_quantity(&cart_id, 3).await;
    // Kustom knows that it is bought before its own reads show it. Nobody comes back, and no push arrives.
    shop.settle().await;
    shop.pay_without_asking(&id);
    shop.advance(SignedDuration::from_secs(10));
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn a_look_at_an_order_that_is_never_bought_ends() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let look = JobRequest::at(JobKey::Complete(id), shop.app.now());
    shop.app
        .commit(Change {
            jobs: vec![look],
            ..Change::default()
        })
        .await
        .unwrap();
    for _ in 0..10 {
        shop.settle().await;
        shop.advance(SignedDuration::from_mins(1));
    }
    shop.assert_no_job_left().await;
    assert!(shop.kustom_faults.count(&Method::GET, ONE_ORDER) < 10);
}

#[tokio::test]
async fn a_retired_order_is_closed_before_it_can_be_paid_beside_its_successor() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    // Kustom loses sight of the order for one read.
    let not_found = Fault::Refused(StatusCode::NOT_FOUND);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, not_found, 1);
    assert_ne!(shop.opened(&cart_id).await, first);
    shop.settle().await;
    let paid = shop.control(&format!("orders/{first}/pay"), json!({})).await;
    assert_eq!(paid.status, StatusCode::CONFLICT, "{}", paid.text);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn a_live_order_is_never_aborted() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    // As when Kustom, or a cache in front of it, answers a create with an order that has long been shown.
    let abort = JobRequest::at(JobKey::Abort(id.clone()), shop.app.now());
    shop.app
        .commit(Change {
            jobs: vec![abort],
            ..Change::default()
        })
        .await
        .unwrap();
    shop.settle().await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn no_call_begins_that_could_outlast_its_turn() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.control(&format!("orders/{id}/expire"), json!({})).await;
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, Fault::Held, 1);
    let creates = shop.kustom_faults.count(&Method::POST, ORDERS);
    let late = async {
        shop.kustom_faults.held().await;
        shop.advance(SignedDuration::from_secs(25));
        shop.kustom_faults.release();
    };
    let (answer, ()) = tokio::join!(shop.open_checkout(&cart_id), late);
    assert_eq!(answer.failure(), (503, "KUSTOM_UNAVAILABLE".to_owned()));
    assert_eq!(
        shop.kustom_faults.count(&Method::POST, ORDERS),
        creates,
        "the next holder of the turn may be creating as well"
    );
    assert_ne!(shop.opened(&cart_id).await, id);
}

#[tokio::test]
async fn no_snippet_leaves_for_a_cart_that_was_bought_meanwhile() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    shop.pay_without_asking(&first);
    let not_found = Fault::Refused(StatusCode::NOT_FOUND);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, not_found, 1);
    shop.opened(&cart_id).await;
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, Fault::Held, 1);
    let bought = async {
        shop.kustom_faults.held().await;
        assert_eq!(
            shop.confirm(&cart_id).await.ok(),
            json!({ "status": "checkout_complete" })
        );
        shop.kustom_faults.release();
    };
    let (answer, ()) = tokio::join!(shop.open_checkout(&cart_id), bought);
    assert_eq!(answer.failure(), (409, "CART_NOT_OPEN".to_owned()));
    shop.settle().await;
    shop.assert_one_order(&cart_id, &first).await;
}

#[tokio::test]
async fn a_mutations_answer_is_never_older_than_what_a_stream_has_shown() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let request = Request::get(format!("/ingress/commerce/carts/{cart_id}/events"));
    let request = request.body(Body::empty()).unwrap();
    let stream = shop.router.clone().oneshot(request).await.unwrap();
    assert_eq!(stream.status(), StatusCode::OK);
    let id: CartId = cart_id.parse().unwrap();
    let version = shop.app.store.cart(id).await.unwrap().unwrap().version;
    assert_eq!(
        shop.app.bus.announced_version(id),
        Some(version),
        "whoever answers an earlier mutation only now must know what `init` has shown"
    );
    drop(stream);
}

#[tokio::test]
async fn a_page_that_asks_in_a_loop_does_not_make_us_ask_kustom_in_a_loop() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let between = Duration::from_millis(60);
    let node = shop.unhurried_node(between);
    let began = Instant::now();
    for _ in 0..4 {
        node.complete_cart(cart_id.parse().unwrap()).await.unwrap();
    }
    assert_eq!(shop.kustom_faults.count(&Method::GET, &id.0), 4);
    // Three waits lie between them, and no wait ends too soon, however slow the machine is.
    assert!(began.elapsed() >= between * 3);
}

#[tokio::test]
async fn a_paid_cart_that_waits_for_a_person_cannot_be_paid_again() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.overwrite_at_kustom(&id, 12_300, 2460).await;
    shop.pay_without_asking(&id);
    shop.confirm(&cart_id).await.ok();
    let locked = (409, "CART_LOCKED".to_owned());
    assert_eq!(shop.open_checkout(&cart_id).await.failure(), locked);

    // Nobody edits what may be bought, nor sells it once more, whatever Kustom says by now.
    let email = json!({ "email": "another@example.test" });
    let path = format!("/ingress/commerce/carts/{cart_id}/email");
    assert_eq!(shop.post(&path, email).await.failure(), locked);
    let not_found = Fault::Refused(StatusCode::NOT_FOUND);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, not_found, 1);
    assert_eq!(shop.open_checkout(&cart_id).await.failure(), locked);
    assert_eq!(shop.kustom_order_count(), 1);
    assert_eq!(shop.state_of(&id).await, KustomOrderState::InReview);
    assert!(!shop.is_cancelled(&id));
    shop.settle().await;
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn an_opening_that_cannot_find_out_about_a_purchase_asks_to_try_again() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    let down = Fault::Refused(StatusCode::BAD_GATEWAY);
    shop.kustom_faults
        .inject(Method::GET, "/ordermanagement/", down, 1);
    assert_eq!(
        shop.open_checkout(&cart_id).await.failure(),
        (503, "KUSTOM_UNAVAILABLE".to_owned()),
        "a page that hears of a failure has the shopper pay twice"
    );
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}
