//! Kept answers: one to a key, written with the change that it tells of, for a day.

use crate::data::{at, cart, cart_id, completion, insertion, losers, offered_cart, stored_cart, update};
use futures_util::future::join_all;
use kassa::store::{Store, StoreError};
use kassa_commerce::answer::{
    Answer, AnswerWrite, Fingerprint, IdempotencyKey, KEPT_FOR, KeptAnswer, KeyScope, KeyedRequest,
    MAX_KEYS_PER_CART,
};
use kassa_commerce::change::Change;

fn key(number: u32) -> IdempotencyKey {
    IdempotencyKey::parse(&format!("a-key-of-the-client-{number}")).unwrap()
}

pub(crate) fn of_cart(number: u128) -> KeyScope {
    KeyScope::Cart(cart_id(number))
}

fn fingerprint(number: u8) -> Fingerprint {
    Fingerprint([number; 32])
}

/// Bytes that are no text, so that a store that keeps texts is found out.
fn answer(number: u8) -> Answer {
    Answer {
        status: 200 + u16::from(number),
        body: vec![number, 0, 0xff, b'"'],
    }
}

/// The answer of this number to the key of this number, given at this millisecond.
fn write(scope: KeyScope, key_number: u32, number: u8, milliseconds: i64) -> AnswerWrite {
    let request = KeyedRequest {
        key: key(key_number),
        fingerprint: fingerprint(number),
    };
    request.answered(scope, answer(number), at(milliseconds))
}

pub(crate) fn keeping(scope: KeyScope, key_number: u32, number: u8, milliseconds: i64) -> Change {
    Change {
        answer: Some(write(scope, key_number, number, milliseconds)),
        ..Change::default()
    }
}

pub(crate) async fn kept(
    store: &dyn Store,
    scope: KeyScope,
    key_number: u32,
    milliseconds: i64,
) -> Option<u8> {
    let kept = store.answer(scope, &key(key_number), at(milliseconds)).await;
    let kept = kept.unwrap()?;
    let number = kept.answer.body[0];
    let expected = KeptAnswer {
        fingerprint: fingerprint(number),
        answer: answer(number),
    };
    assert_eq!(kept, expected);
    Some(number)
}

fn day() -> i64 {
    i64::try_from(KEPT_FOR.as_millis()).unwrap()
}

pub(crate) async fn a_kept_answer_is_read_back_for_a_day(store: &dyn Store) {
    store.commit(keeping(of_cart(1), 1, 7, 0)).await.unwrap();
    assert_eq!(kept(store, of_cart(1), 1, 0).await, Some(7));
    assert_eq!(kept(store, of_cart(1), 1, day() - 1).await, Some(7));
    assert_eq!(kept(store, of_cart(1), 1, day()).await, None);
}

pub(crate) async fn a_key_belongs_to_its_scope(store: &dyn Store) {
    store.commit(keeping(of_cart(1), 1, 1, 0)).await.unwrap();
    for (scope, number) in [(of_cart(2), 1), (KeyScope::Creation, 1), (of_cart(1), 2)] {
        assert_eq!(kept(store, scope, number, 0).await, None);
    }
    store.commit(keeping(of_cart(2), 1, 2, 0)).await.unwrap();
    store.commit(keeping(KeyScope::Creation, 1, 3, 0)).await.unwrap();
    assert_eq!(kept(store, of_cart(1), 1, 0).await, Some(1));
    assert_eq!(kept(store, of_cart(2), 1, 0).await, Some(2));
    assert_eq!(kept(store, KeyScope::Creation, 1, 0).await, Some(3));
}

pub(crate) async fn a_key_that_has_an_answer_refuses_the_whole_change(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    store.commit(keeping(of_cart(1), 1, 1, 0)).await.unwrap();
    let again = Change {
        answer: Some(write(of_cart(1), 1, 2, 0)),
        ..update(&cart)
    };
    assert_eq!(store.commit(again).await, Err(StoreError::AlreadyAnswered));
    assert_eq!(store.cart(cart.id).await.unwrap().unwrap(), cart);
    assert_eq!(kept(store, of_cart(1), 1, 0).await, Some(1));
}

/// Two creations under one key are two carts to the store.
pub(crate) async fn a_creation_that_was_answered_makes_no_second_cart(store: &dyn Store) {
    let creation = |number: u128, answer| Change {
        answer: Some(write(KeyScope::Creation, 1, answer, 0)),
        ..insertion(cart(number))
    };
    store.commit(creation(1, 1)).await.unwrap();
    let again = store.commit(creation(2, 2)).await;
    assert_eq!(again, Err(StoreError::AlreadyAnswered));
    assert_eq!(store.cart(cart_id(2)).await.unwrap(), None);
    assert_eq!(stored_cart(store, 3).await.number, "C100002");
}

pub(crate) async fn a_refused_change_keeps_no_answer(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    store.commit(completion(1, &kustom_order)).await.unwrap();
    let collides = Change {
        answer: Some(write(of_cart(1), 1, 1, 0)),
        cart: update(&cart).cart,
        ..completion(2, &kustom_order)
    };
    assert_eq!(store.commit(collides).await, Err(StoreError::AlreadyCompleted));
    assert_eq!(kept(store, of_cart(1), 1, 0).await, None);
    store.commit(keeping(of_cart(1), 1, 2, 0)).await.unwrap();
    assert_eq!(kept(store, of_cart(1), 1, 0).await, Some(2));
}

/// Whoever planned on an older cart plans again in either case, and finds the answer first.
pub(crate) async fn a_conflict_is_told_before_an_answer_that_is_there(store: &dyn Store) {
    let cart = stored_cart(store, 1).await;
    let change = Change {
        answer: Some(write(of_cart(1), 1, 1, 0)),
        ..update(&cart)
    };
    store.commit(change.clone()).await.unwrap();
    assert_eq!(store.commit(change).await, Err(StoreError::Conflict));
}

pub(crate) async fn a_key_that_has_ended_can_be_used_again(store: &dyn Store) {
    // More than one write removes, all of them older than the one that comes again.
    for number in 2..30 {
        store.commit(keeping(of_cart(1), number, 1, -5)).await.unwrap();
    }
    store.commit(keeping(of_cart(1), 1, 1, 0)).await.unwrap();
    let early = store.commit(keeping(of_cart(1), 1, 2, day() - 1)).await;
    assert_eq!(early, Err(StoreError::AlreadyAnswered));
    store.commit(keeping(of_cart(1), 1, 2, day())).await.unwrap();
    assert_eq!(kept(store, of_cart(1), 1, day()).await, Some(2));
}

pub(crate) async fn a_cart_has_so_many_keys_and_no_more(store: &dyn Store) {
    let commits = (1..=MAX_KEYS_PER_CART).map(|number| store.commit(keeping(of_cart(1), number, 1, 0)));
    for outcome in join_all(commits).await {
        outcome.unwrap();
    }
    let one_more = MAX_KEYS_PER_CART + 1;
    let refused = store.commit(keeping(of_cart(1), one_more, 1, day() - 1)).await;
    assert_eq!(refused, Err(StoreError::TooManyKeys));
    assert_eq!(kept(store, of_cart(1), one_more, 0).await, None);
    store.commit(keeping(of_cart(2), one_more, 1, 0)).await.unwrap();
    store
        .commit(keeping(of_cart(1), one_more, 1, day()))
        .await
        .unwrap();
}

pub(crate) async fn carts_may_be_made_without_end(store: &dyn Store) {
    let numbers = 0..=MAX_KEYS_PER_CART;
    let commits = numbers.map(|number| store.commit(keeping(KeyScope::Creation, number, 1, 0)));
    for outcome in join_all(commits).await {
        outcome.unwrap();
    }
}

pub(crate) async fn of_many_changes_at_once_under_one_key_one_wins(store: &dyn Store) {
    let creations = (1..=50).map(|number: u128| {
        let answer = u8::try_from(number).unwrap();
        store.commit(Change {
            answer: Some(write(KeyScope::Creation, 1, answer, 0)),
            ..insertion(cart(number))
        })
    });
    for loser in losers(join_all(creations).await) {
        assert_eq!(loser, StoreError::AlreadyAnswered);
    }
    let winner = u128::from(kept(store, KeyScope::Creation, 1, 0).await.unwrap());
    for number in 1..=50 {
        let is_there = store.cart(cart_id(number)).await.unwrap().is_some();
        assert_eq!(is_there, number == winner);
    }
}
