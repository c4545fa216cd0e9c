//! Kustom orders: one open per cart, and each belongs to its cart for ever.

use crate::data::{kustom_order, kustom_order_id, losers, offered_cart, opening, state_change, stored_cart};
use futures_util::future::join_all;
use kassa::store::{Store, StoreError};
use kassa_commerce::change::{Change, KustomOrderWrite};
use kassa_commerce::kustom::{KustomOrder, KustomOrderState};

pub(crate) async fn an_opened_kustom_order_is_read_back(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    let with_location = kustom_order(1, cart.id);
    store.commit(opening(&with_location)).await.unwrap();
    let other_cart = stored_cart(store, 2).await;
    let without_location = KustomOrder {
        location: None,
        account: None,
        ..kustom_order(2, other_cart.id)
    };
    store.commit(opening(&without_location)).await.unwrap();
    for expected in [with_location, without_location] {
        assert_eq!(store.kustom_order(&expected.id).await.unwrap(), Some(expected));
    }
}

pub(crate) async fn an_unknown_kustom_order_is_none(store: &dyn Store) {
    offered_cart(store, 1).await;
    assert_eq!(store.kustom_order(&kustom_order_id(2)).await.unwrap(), None);
}

pub(crate) async fn a_second_open_kustom_order_is_refused(store: &dyn Store) {
    let (cart, first) = offered_cart(store, 1).await;
    let second = store.commit(opening(&kustom_order(2, cart.id))).await;
    assert_eq!(second, Err(StoreError::AlreadyOpen));
    assert_eq!(store.kustom_orders_of(cart.id).await.unwrap(), [first]);
}

pub(crate) async fn a_retired_kustom_order_makes_room_for_another(store: &dyn Store) {
    let (cart, _) = offered_cart(store, 1).await;
    store
        .commit(state_change(1, KustomOrderState::Retired))
        .await
        .unwrap();
    store.commit(opening(&kustom_order(2, cart.id))).await.unwrap();
    assert_eq!(store.kustom_orders_of(cart.id).await.unwrap().len(), 2);
}

pub(crate) async fn replacing_the_open_kustom_order_is_one_change(store: &dyn Store) {
    let (cart, _) = offered_cart(store, 1).await;
    let replacement = Change {
        kustom_orders: vec![
            KustomOrderWrite::SetState {
                id: kustom_order_id(1),
                state: KustomOrderState::Retired,
            },
            KustomOrderWrite::Open(kustom_order(2, cart.id)),
        ],
        ..Change::default()
    };
    store.commit(replacement).await.unwrap();
    let states: Vec<_> = store
        .kustom_orders_of(cart.id)
        .await
        .unwrap()
        .into_iter()
        .map(|kustom_order| kustom_order.state)
        .collect();
    assert_eq!(states, [KustomOrderState::Open, KustomOrderState::Retired]);
}

pub(crate) async fn a_kustom_order_never_moves_to_another_cart(store: &dyn Store) {
    let (_, first) = offered_cart(store, 1).await;
    let other_cart = stored_cart(store, 2).await;
    let moved = store.commit(opening(&kustom_order(1, other_cart.id))).await;
    assert_eq!(moved, Err(StoreError::AlreadyOpen));
    assert_eq!(store.kustom_order(&first.id).await.unwrap(), Some(first));
}

pub(crate) async fn a_state_of_an_unknown_kustom_order_is_refused(store: &dyn Store) {
    let unknown = store.commit(state_change(1, KustomOrderState::Retired)).await;
    assert!(matches!(unknown, Err(StoreError::Internal(_))));
}

pub(crate) async fn a_fate_is_decided_once(store: &dyn Store) {
    offered_cart(store, 1).await;
    let decide = |from, to| Change {
        kustom_orders: vec![KustomOrderWrite::Move {
            id: kustom_order_id(1),
            from,
            to,
        }],
        ..Change::default()
    };
    let (open, in_review) = (KustomOrderState::Open, KustomOrderState::InReview);
    let again = || store.commit(decide(open, in_review));
    assert_eq!(losers(join_all([again(), again()]).await), [StoreError::Conflict]);
    let given_back = decide(in_review, KustomOrderState::GivenBack);
    store.commit(given_back).await.unwrap();
    let completed = decide(in_review, KustomOrderState::Completed);
    assert_eq!(store.commit(completed).await, Err(StoreError::Conflict));
    let kustom_order = store.kustom_order(&kustom_order_id(1)).await.unwrap().unwrap();
    assert_eq!(kustom_order.state, KustomOrderState::GivenBack);
}

pub(crate) async fn every_state_is_read_back(store: &dyn Store) {
    let (_, kustom_order) = offered_cart(store, 1).await;
    for state in [
        KustomOrderState::Retired,
        KustomOrderState::InReview,
        KustomOrderState::Completed,
        KustomOrderState::Acknowledged,
    ] {
        store.commit(state_change(1, state)).await.unwrap();
        let stored = store.kustom_order(&kustom_order.id).await.unwrap().unwrap();
        assert_eq!(stored.state, state);
    }
}

pub(crate) async fn kustom_orders_of_a_cart_come_newest_first(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    for number in [2, 3, 1] {
        let retired = KustomOrder {
            state: KustomOrderState::Retired,
            ..kustom_order(number, cart.id)
        };
        store.commit(opening(&retired)).await.unwrap();
    }
    offered_cart(store, 4).await;
    let ids: Vec<_> = store
        .kustom_orders_of(cart.id)
        .await
        .unwrap()
        .into_iter()
        .map(|kustom_order| kustom_order.id)
        .collect();
    assert_eq!(ids, [kustom_order_id(3), kustom_order_id(2), kustom_order_id(1)]);
}

pub(crate) async fn of_many_openings_at_once_one_wins(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    let openings = (1..=20).map(|number| store.commit(opening(&kustom_order(number, cart.id))));
    let outcomes = join_all(openings).await;
    assert!(
        losers(outcomes)
            .iter()
            .all(|error| *error == StoreError::AlreadyOpen)
    );
    assert_eq!(store.kustom_orders_of(cart.id).await.unwrap().len(), 1);
}

pub(crate) async fn a_state_never_goes_back(store: &dyn Store) {
    use KustomOrderState::{Acknowledged, Completed, InReview, Open, Retired};
    // Each step and what is known after it: late news changes nothing.
    let steps = [
        (Retired, Retired),
        (Open, Retired),
        (Acknowledged, Retired),
        (InReview, InReview),
        (Retired, InReview),
        (Completed, Completed),
        (InReview, Completed),
        (Retired, Completed),
        (Acknowledged, Acknowledged),
        (Completed, Acknowledged),
    ];
    offered_cart(store, 1).await;
    for (state, known) in steps {
        store.commit(state_change(1, state)).await.unwrap();
        let stored = store.kustom_order(&kustom_order_id(1)).await.unwrap();
        assert_eq!(stored.unwrap().state, known, "after {state:?}");
    }
}
