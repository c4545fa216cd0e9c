//! A change is written as a whole or not at all, and the answer names the first thing that was lost.

use crate::data::{
    assert_due_at, assert_no_job, at, cart, cart_id, claim_due, claim_one, completion, insertion,
    kustom_order, offered_cart, opening, request, review, settle, settlement, snapshot, stored_cart, sync,
    update, wish,
};
use futures_util::future::join_all;
use kassa::store::{Store, StoreError};
use kassa_commerce::change::{Change, Committed, KustomOrderWrite};
use kassa_commerce::job::JobEnd;
use kassa_commerce::kustom::{KustomOrder, KustomOrderState};
use kassa_commerce::review::ReviewReason;

pub(crate) async fn an_empty_change_writes_nothing(store: &dyn Store) {
    let committed = store.commit(Change::default()).await.unwrap();
    assert_eq!(committed, Committed::default());
}

/// Every part at once, for a cart that is not stored yet.
fn full_change(number: u128) -> Change {
    let cart = cart(number);
    let kustom_order = KustomOrder {
        state: KustomOrderState::Completed,
        ..kustom_order(number, cart.id)
    };
    Change {
        kustom_orders: vec![KustomOrderWrite::Open(kustom_order.clone())],
        snapshots: vec![snapshot(cart.id, 1, "a"), snapshot(cart.id, 2, "b")],
        reviews: vec![review(number, ReviewReason::EditedAfterPayment, "")],
        jobs: vec![request(sync(number), 150, 2000)],
        payment: completion(number, &kustom_order).payment,
        order: completion(number, &kustom_order).order,
        ..insertion(cart)
    }
}

pub(crate) async fn a_change_writes_all_of_its_parts(store: &dyn Store) {
    let committed = store.commit(full_change(1)).await.unwrap();
    assert_eq!(committed.cart_number.as_deref(), Some("C100001"));
    assert_eq!(committed.order_number.as_deref(), Some("100001"));
    let id = cart_id(1);
    assert!(store.cart(id).await.unwrap().unwrap().order.is_some());
    assert_eq!(store.kustom_orders_of(id).await.unwrap().len(), 1);
    assert!(store.snapshot(id, 1).await.unwrap().is_some());
    assert!(store.snapshot(id, 2).await.unwrap().is_some());
    assert_eq!(store.payments_of_cart(id).await.unwrap().len(), 1);
    assert_eq!(store.reviews().await.unwrap().len(), 1);
    assert_due_at(store, 150).await;
}

/// The order collides when nearly everything else is already written.
pub(crate) async fn a_refused_part_undoes_all_others(store: &dyn Store) {
    let (_, other) = offered_cart(store, 2).await;
    store.commit(completion(2, &other)).await.unwrap();
    let job = claim_one(store, sync(9), 0, 7000).await.unwrap();
    let mut change = full_change(1);
    change.settle = settlement(&job, JobEnd::Done).settle;
    change.order.as_mut().unwrap().kustom_order_id = Some(other.id);
    assert_eq!(store.commit(change).await, Err(StoreError::AlreadyCompleted));
    assert_nothing_of_the_full_change(store).await;
    assert_due_at(store, 7000).await;
    settle(store, &job, JobEnd::Done).await.unwrap();
    let committed = store.commit(full_change(1)).await.unwrap();
    assert_eq!(committed.cart_number.as_deref(), Some("C100002"));
    assert_eq!(committed.order_number.as_deref(), Some("100002"));
}

async fn assert_nothing_of_the_full_change(store: &dyn Store) {
    let id = cart_id(1);
    assert_eq!(store.cart(id).await.unwrap(), None);
    assert_eq!(store.kustom_orders_of(id).await.unwrap(), []);
    assert_eq!(store.snapshot(id, 1).await.unwrap(), None);
    assert_eq!(store.payments_of_cart(id).await.unwrap(), []);
    assert_eq!(store.order_of_cart(id).await.unwrap(), None);
    assert_eq!(store.reviews().await.unwrap(), []);
    assert_eq!(claim_due(store, 150, 1000).await, []);
}

pub(crate) async fn a_lost_lease_undoes_the_whole_change(store: &dyn Store) {
    let job = claim_one(store, sync(9), 0, 1000).await.unwrap();
    settle(store, &job, JobEnd::Done).await.unwrap();
    let mut change = full_change(1);
    change.settle = settlement(&job, JobEnd::Done).settle;
    assert_eq!(store.commit(change).await, Err(StoreError::LeaseLost));
    assert_nothing_of_the_full_change(store).await;
    assert_no_job(store).await;
}

pub(crate) async fn a_conflict_does_not_end_the_run(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    let job = claim_one(store, sync(1), 0, 5000).await.unwrap();
    store.commit(update(&cart)).await.unwrap();
    let late = Change {
        settle: settlement(&job, JobEnd::Done).settle,
        ..update(&cart)
    };
    assert_eq!(store.commit(late).await, Err(StoreError::Conflict));
    assert_due_at(store, 5000).await;
    settle(store, &job, JobEnd::Done).await.unwrap();
}

pub(crate) async fn a_refused_change_skips_no_cart_number(store: &dyn Store) {
    stored_cart(store, 1).await;
    for _ in 0..3 {
        store.commit(insertion(cart(1))).await.unwrap_err();
    }
    assert_eq!(stored_cart(store, 2).await.number, "C100002");
}

pub(crate) async fn a_lost_lease_is_told_before_a_conflict(store: &dyn Store) {
    let job = claim_one(store, sync(1), 0, 1000).await.unwrap();
    settle(store, &job, JobEnd::Done).await.unwrap();
    let change = Change {
        settle: settlement(&job, JobEnd::Done).settle,
        ..update(&cart(1))
    };
    assert_eq!(store.commit(change).await, Err(StoreError::LeaseLost));
}

pub(crate) async fn a_conflict_is_told_before_a_collision(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    store.commit(completion(1, &kustom_order)).await.unwrap();
    store.commit(update(&cart)).await.unwrap();
    let late = Change {
        cart: update(&cart).cart,
        ..completion(2, &kustom_order)
    };
    assert_eq!(store.commit(late).await, Err(StoreError::Conflict));
}

pub(crate) async fn refused_changes_do_not_touch_those_written_with_them(store: &dyn Store) {
    stored_cart(store, 0).await;
    wish(store, sync(0), 0, 0).await;
    let numbers = (1..=100).map(|number| if number % 3 == 0 { 0 } else { number });
    let outcomes = join_all(numbers.clone().map(|number| {
        let mut change = insertion(cart(number));
        change.jobs = vec![request(sync(number), 100, 100)];
        store.commit(change)
    }))
    .await;
    for (number, outcome) in numbers.zip(outcomes) {
        assert_eq!(outcome.is_ok(), number != 0);
        assert!(store.cart(cart_id(number)).await.unwrap().is_some());
    }
    let jobs = claim_due(store, 100, 1000).await;
    assert_eq!(jobs.len(), 1 + 67);
    assert_eq!(jobs[0].lease.until, at(1000));
    // The refused ones have wished for the first job as well; none of those wishes may be left.
    assert_eq!((&jobs[0].key, jobs[0].lease.generation), (&sync(0), 1));
    // A cart that is offered later still gets the next number.
    assert_eq!(stored_cart(store, 999).await.number, "C100069");
    store.commit(opening(&kustom_order(1, cart_id(1)))).await.unwrap();
}
