//! Snapshots: what was offered, found again by what was paid.

use crate::data::{cart_id, snapshot, stored_cart};
use kassa::store::{Store, StoreError};
use kassa_commerce::change::{Change, Committed};
use kassa_commerce::snapshot::Snapshot;

async fn keep(store: &dyn Store, snapshots: Vec<Snapshot>) -> Result<Committed, StoreError> {
    let change = Change {
        snapshots,
        ..Change::default()
    };
    store.commit(change).await
}

pub(crate) async fn a_snapshot_is_read_back(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    let kept = [snapshot(cart.id, 1, "a"), snapshot(cart.id, 2, "b")];
    keep(store, kept.to_vec()).await.unwrap();
    for expected in kept {
        let found = store.snapshot(cart.id, expected.revision).await.unwrap();
        assert_eq!(found, Some(expected));
    }
}

pub(crate) async fn an_unknown_snapshot_is_none(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    keep(store, vec![snapshot(cart.id, 1, "a")]).await.unwrap();
    assert_eq!(store.snapshot(cart.id, 2).await.unwrap(), None);
    let other = snapshot(cart.id, 2, "b").goods_hash();
    assert_eq!(store.snapshots_with_goods(cart.id, &other).await.unwrap(), []);
}

pub(crate) async fn snapshots_with_the_same_goods_come_newest_first(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    // An edit and its undo: the content of revision 1 again in revision 10, which sorts before 2 as text.
    for (revision, content) in [(10, "a"), (1, "a"), (2, "a"), (11, "b")] {
        keep(store, vec![snapshot(cart.id, revision, content)])
            .await
            .unwrap();
    }
    let goods = snapshot(cart.id, 1, "a").goods_hash();
    let found = store.snapshots_with_goods(cart.id, &goods).await.unwrap();
    assert_eq!(found, [10, 2, 1].map(|revision| snapshot(cart.id, revision, "a")));
}

pub(crate) async fn goods_are_looked_for_in_one_cart_only(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    stored_cart(store, 2).await;
    keep(store, vec![snapshot(cart.id, 1, "a")]).await.unwrap();
    let goods = snapshot(cart.id, 1, "a").goods_hash();
    assert_eq!(store.snapshots_with_goods(cart_id(2), &goods).await.unwrap(), []);
}

pub(crate) async fn a_revision_is_written_once(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    keep(store, vec![snapshot(cart.id, 1, "a")]).await.unwrap();
    let again = keep(store, vec![snapshot(cart.id, 1, "b")]).await;
    assert!(matches!(again, Err(StoreError::Internal(_))));
    assert_eq!(
        store.snapshot(cart.id, 1).await.unwrap(),
        Some(snapshot(cart.id, 1, "a"))
    );
}
