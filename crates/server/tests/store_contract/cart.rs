//! Carts: numbers and versions.

use crate::data::{cart, cart_id, insertion, losers, stored_cart, update};
use futures_util::future::join_all;
use kassa::store::{Store, StoreError};
use kassa_commerce::cart::{Cart, CartState};
use std::collections::BTreeSet;

pub(crate) async fn an_inserted_cart_is_read_back(store: &dyn Store) {
    let committed = store.commit(insertion(cart(1))).await.unwrap();
    assert_eq!(committed.cart_number.as_deref(), Some("C100001"));
    let expected = Cart {
        number: "C100001".to_owned(),
        version: 1,
        ..cart(1)
    };
    assert_eq!(store.cart(cart_id(1)).await.unwrap(), Some(expected));
}

pub(crate) async fn an_unknown_cart_is_none(store: &dyn Store) {
    stored_cart(store, 1).await;
    assert_eq!(store.cart(cart_id(2)).await.unwrap(), None);
}

pub(crate) async fn cart_numbers_are_drawn_in_order(store: &dyn Store) {
    for (number, expected) in [(7, "C100001"), (3, "C100002"), (5, "C100003")] {
        assert_eq!(stored_cart(store, number).await.number, expected);
    }
}

pub(crate) async fn carts_inserted_at_once_have_numbers_without_gaps(store: &dyn Store) {
    let committed = join_all((0..200).map(|number| store.commit(insertion(cart(number))))).await;
    let numbers: BTreeSet<_> = committed
        .into_iter()
        .map(|committed| committed.unwrap().cart_number.unwrap())
        .collect();
    let expected: BTreeSet<_> = (100_001..=100_200).map(|number| format!("C{number}")).collect();
    assert_eq!(numbers, expected);
}

pub(crate) async fn an_update_grows_the_version(store: &dyn Store) {
    let mut cart = stored_cart(store, 1).await;
    cart.state = CartState::Completed;
    cart.phone = Some("+46 8 123".to_owned());
    store.commit(update(&cart)).await.unwrap();
    cart.version = 2;
    assert_eq!(store.cart(cart.id).await.unwrap(), Some(cart));
}

pub(crate) async fn an_update_keeps_the_number(store: &dyn Store) {
    let mut cart = stored_cart(store, 1).await;
    cart.number = "C999999".to_owned();
    let committed = store.commit(update(&cart)).await.unwrap();
    assert_eq!(committed.cart_number, None);
    assert_eq!(store.cart(cart.id).await.unwrap().unwrap().number, "C100001");
}

pub(crate) async fn an_update_planned_on_an_older_version_is_refused(store: &dyn Store) {
    let first = stored_cart(store, 1).await;
    store.commit(update(&first)).await.unwrap();
    let mut late = first;
    late.email = None;
    assert_eq!(store.commit(update(&late)).await, Err(StoreError::Conflict));
    let stored = store.cart(late.id).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.email), (2, cart(1).email));
}

pub(crate) async fn an_update_of_an_unknown_cart_is_refused(store: &dyn Store) {
    assert_eq!(store.commit(update(&cart(1))).await, Err(StoreError::Conflict));
}

pub(crate) async fn inserting_a_cart_twice_is_refused(store: &dyn Store) {
    stored_cart(store, 1).await;
    let again = store.commit(insertion(cart(1))).await;
    assert_eq!(again, Err(StoreError::Conflict));
}

pub(crate) async fn of_many_updates_at_once_one_wins(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    let outcomes = join_all((0..50).map(|_| store.commit(update(&cart)))).await;
    assert!(
        losers(outcomes)
            .iter()
            .all(|error| *error == StoreError::Conflict)
    );
    assert_eq!(store.cart(cart.id).await.unwrap().unwrap().version, 2);
}
