//! What was answered before the process ended is there when it starts again.

use crate::Backend;
use crate::answer::{keeping, kept, of_cart};
use crate::data::{
    assert_due_at, claim_due, claim_one, completion, offered_cart, review, settle, snapshot, stored_cart,
    sync, wish,
};
use kassa::store::StoreError;
use kassa_commerce::change::Change;
use kassa_commerce::job::JobEnd;
use kassa_commerce::review::ReviewReason;

pub(crate) async fn everything_is_there_after_a_restart<B: Backend>(backend: B) {
    let store = backend.store();
    let (cart, kustom_order) = offered_cart(store, 1).await;
    let purchase = Change {
        snapshots: vec![snapshot(cart.id, 1, "a")],
        reviews: vec![review(1, ReviewReason::EditedAfterPayment, "")],
        ..completion(1, &kustom_order)
    };
    store.commit(purchase).await.unwrap();
    crate::catalogue::stocked(store).await;
    wish(store, sync(1), 150, 2000).await;
    let before = everything(&backend).await;
    let backend = backend.restarted().await;
    assert_eq!(everything(&backend).await, before);
    assert!(before.contains("kustom-1") && before.contains("100001") && before.contains("books"));
    assert_due_at(backend.store(), 150).await;
}

/// All that can be read of cart 1, as text.
async fn everything<B: Backend>(backend: &B) -> String {
    let store = backend.store();
    let id = crate::data::cart_id(1);
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        store.cart(id).await.unwrap().unwrap(),
        store.kustom_orders_of(id).await.unwrap(),
        store.snapshot(id, 1).await.unwrap().unwrap(),
        store.payments_of_cart(id).await.unwrap(),
        store.order_of_cart(id).await.unwrap().unwrap(),
        store.reviews().await.unwrap(),
        store.shop().await.unwrap(),
        store.products(&["A".to_owned()]).await.unwrap(),
    )
}

pub(crate) async fn leases_outlive_a_restart<B: Backend>(backend: B) {
    let job = claim_one(backend.store(), sync(1), 0, 1000).await.unwrap();
    let backend = backend.restarted().await;
    let store = backend.store();
    assert_eq!(claim_due(store, 999, 2000).await, []);
    assert_due_at(store, 1000).await;
    settle(store, &job, JobEnd::Done).await.unwrap();
}

pub(crate) async fn a_kept_answer_outlives_a_restart<B: Backend>(backend: B) {
    backend
        .store()
        .commit(keeping(of_cart(1), 1, 1, 0))
        .await
        .unwrap();
    let backend = backend.restarted().await;
    let store = backend.store();
    assert_eq!(kept(store, of_cart(1), 1, 0).await, Some(1));
    let again = store.commit(keeping(of_cart(1), 1, 2, 0)).await;
    assert_eq!(again, Err(StoreError::AlreadyAnswered));
}

pub(crate) async fn numbers_go_on_after_a_restart<B: Backend>(backend: B) {
    let (_, kustom_order) = offered_cart(backend.store(), 1).await;
    backend
        .store()
        .commit(completion(1, &kustom_order))
        .await
        .unwrap();
    let backend = backend.restarted().await;
    assert_eq!(stored_cart(backend.store(), 2).await.number, "C100002");
    let (_, kustom_order) = offered_cart(backend.store(), 3).await;
    let committed = backend
        .store()
        .commit(completion(3, &kustom_order))
        .await
        .unwrap();
    assert_eq!(committed.order_number.as_deref(), Some("100002"));
}

pub(crate) async fn the_callback_key_stays_and_belongs_to_one_store<B: Backend>(backend: B) {
    let key = backend.store().callback_key().await.unwrap();
    let backend = backend.restarted().await;
    assert_eq!(backend.store().callback_key().await.unwrap(), key);
    let other = B::new().await;
    assert_ne!(other.store().callback_key().await.unwrap(), key);
}
