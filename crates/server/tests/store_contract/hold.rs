//! Claims on what runs out: however many ask at once, no more is given than there is.

use crate::data::{at, cart_id, stored_cart};
use futures_util::future::join_all;
use kassa::store::{LeftOver, Scarce, Store, StoreError};
use kassa_commerce::change::{Change, StockWrite};
use kassa_commerce::id::CartId;
use kassa_commerce::reservation::{HoldClaim, HoldWrite, Resource};

fn until_900() -> HoldClaim {
    HoldClaim::Until(at(900))
}

const USED: HoldClaim = HoldClaim::Used { honoured: false };

fn coupon() -> Resource {
    Resource::Promotion("SUMMER".to_owned())
}

fn shoe() -> Resource {
    Resource::Stock("SHOE".to_owned())
}

fn claim(resource: Resource, cart: u128, quantity: u32, claim: HoldClaim) -> HoldWrite {
    HoldWrite {
        limit: matches!(resource, Resource::Promotion(_)).then_some(2),
        resource,
        cart_id: cart_id(cart),
        quantity,
        claim,
        now: at(0),
    }
}

async fn write(store: &dyn Store, holds: Vec<HoldWrite>) -> Result<(), StoreError> {
    let change = Change {
        holds,
        ..Change::default()
    };
    store.commit(change).await.map(drop)
}

async fn count_stock(store: &dyn Store, on_hand: Option<u32>) {
    let change = Change {
        stock: vec![StockWrite {
            product_number: "SHOE".to_owned(),
            on_hand,
        }],
        ..Change::default()
    };
    store.commit(change).await.unwrap();
}

async fn left_over(store: &dyn Store, cart: u128, second: i64) -> LeftOver {
    let scarce = Scarce {
        promotions: vec![("SUMMER".to_owned(), 2)],
        products: vec!["SHOE".to_owned(), "UNCOUNTED".to_owned()],
    };
    store.left_over(cart_id(cart), &scarce, at(second)).await.unwrap()
}

async fn carts(store: &dyn Store, count: u128) -> Vec<CartId> {
    let mut ids = Vec::new();
    for number in 1..=count {
        ids.push(stored_cart(store, number).await.id);
    }
    ids
}

pub(crate) async fn a_limit_of_redemptions_holds(store: &dyn Store) {
    carts(store, 3).await;
    write(store, vec![claim(coupon(), 1, 1, until_900())])
        .await
        .unwrap();
    write(store, vec![claim(coupon(), 2, 1, USED)]).await.unwrap();
    for refused in [until_900(), USED] {
        let third = write(store, vec![claim(coupon(), 3, 1, refused)]).await;
        assert_eq!(third, Err(StoreError::Exhausted(coupon())));
    }
    // Who has it may say so again, and use it.
    write(store, vec![claim(coupon(), 1, 1, until_900())])
        .await
        .unwrap();
    write(store, vec![claim(coupon(), 1, 1, USED)]).await.unwrap();
    write(store, vec![claim(coupon(), 1, 1, USED)]).await.unwrap();
    let left = [left_over(store, 1, 0).await, left_over(store, 3, 0).await];
    assert_eq!(left[0].used_up, [] as [String; 0]);
    assert_eq!(left[1].used_up, ["SUMMER"]);
}

pub(crate) async fn what_is_held_and_not_used_comes_back(store: &dyn Store) {
    carts(store, 3).await;
    for cart in 1..=2 {
        write(store, vec![claim(coupon(), cart, 1, until_900())])
            .await
            .unwrap();
    }
    assert_eq!(left_over(store, 3, 899).await.used_up, ["SUMMER"]);
    assert_eq!(left_over(store, 3, 900).await.used_up, [] as [String; 0]);
    let late = HoldWrite {
        now: at(900),
        ..claim(coupon(), 3, 1, HoldClaim::Until(at(1800)))
    };
    write(store, vec![late]).await.unwrap();
}

pub(crate) async fn what_is_given_back_is_there_again_once(store: &dyn Store) {
    carts(store, 3).await;
    count_stock(store, Some(5)).await;
    let both = |cart, quantity, how| vec![claim(coupon(), cart, 1, how), claim(shoe(), cart, quantity, how)];
    write(store, both(1, 2, USED)).await.unwrap();
    write(store, both(2, 3, USED)).await.unwrap();
    assert_eq!(left_over(store, 3, 0).await.available, [("SHOE".to_owned(), 0)]);
    for _ in 0..2 {
        write(store, both(2, 3, HoldClaim::Returned)).await.unwrap();
        let left = left_over(store, 3, 0).await;
        assert_eq!(left.available, [("SHOE".to_owned(), 3)]);
        assert_eq!(left.used_up, [] as [String; 0]);
    }
    write(store, both(3, 3, until_900())).await.unwrap();
    assert_eq!(left_over(store, 1, 0).await.available, [("SHOE".to_owned(), 0)]);
    write(store, both(3, 3, HoldClaim::Returned)).await.unwrap();
    assert_eq!(left_over(store, 1, 0).await.available, [("SHOE".to_owned(), 3)]);
}

pub(crate) async fn stock_counts_pieces_and_a_cart_may_change_its_mind(store: &dyn Store) {
    carts(store, 2).await;
    count_stock(store, Some(10)).await;
    write(store, vec![claim(shoe(), 1, 7, until_900())])
        .await
        .unwrap();
    let too_many = write(store, vec![claim(shoe(), 2, 4, until_900())]).await;
    assert_eq!(too_many, Err(StoreError::Exhausted(shoe())));
    write(store, vec![claim(shoe(), 1, 10, until_900())])
        .await
        .unwrap();
    write(store, vec![claim(shoe(), 1, 6, until_900())])
        .await
        .unwrap();
    write(store, vec![claim(shoe(), 2, 4, until_900())])
        .await
        .unwrap();
    assert_eq!(left_over(store, 1, 0).await.available, [("SHOE".to_owned(), 6)]);
}

pub(crate) async fn what_nobody_counts_has_no_end(store: &dyn Store) {
    carts(store, 1).await;
    write(store, vec![claim(shoe(), 1, 9999, until_900())])
        .await
        .unwrap();
    write(store, vec![claim(shoe(), 1, 9999, USED)]).await.unwrap();
    assert_eq!(left_over(store, 1, 0).await.available, []);
    count_stock(store, Some(3)).await;
    assert_eq!(left_over(store, 1, 0).await.available, [("SHOE".to_owned(), 3)]);
    count_stock(store, None).await;
    assert_eq!(left_over(store, 1, 0).await.available, []);
}

pub(crate) async fn what_is_paid_is_honoured_and_counted(store: &dyn Store) {
    carts(store, 4).await;
    count_stock(store, Some(1)).await;
    write(store, vec![claim(shoe(), 1, 1, USED)]).await.unwrap();
    let refused = write(store, vec![claim(shoe(), 2, 2, USED)]).await;
    assert_eq!(refused, Err(StoreError::Exhausted(shoe())));
    write(
        store,
        vec![claim(shoe(), 2, 2, HoldClaim::Used { honoured: true })],
    )
    .await
    .unwrap();
    assert_eq!(left_over(store, 3, 0).await.available, [("SHOE".to_owned(), 0)]);
    // Two pieces more than there were have been sold: the next two that come in are theirs.
    write(store, vec![claim(shoe(), 1, 1, HoldClaim::Returned)])
        .await
        .unwrap();
    assert_eq!(left_over(store, 3, 0).await.available, [("SHOE".to_owned(), 0)]);
    write(store, vec![claim(shoe(), 2, 2, HoldClaim::Returned)])
        .await
        .unwrap();
    assert_eq!(left_over(store, 3, 0).await.available, [("SHOE".to_owned(), 1)]);
}

pub(crate) async fn a_refused_claim_refuses_the_whole_change(store: &dyn Store) {
    carts(store, 3).await;
    count_stock(store, Some(1)).await;
    write(store, vec![claim(shoe(), 1, 1, until_900())])
        .await
        .unwrap();
    let half = write(
        store,
        vec![claim(coupon(), 2, 1, USED), claim(shoe(), 2, 1, USED)],
    )
    .await;
    assert_eq!(half, Err(StoreError::Exhausted(shoe())));
    for cart in [1, 3] {
        write(store, vec![claim(coupon(), cart, 1, USED)]).await.unwrap();
    }
}

pub(crate) async fn of_fifty_at_once_as_many_win_as_there_are(store: &dyn Store) {
    let ids = carts(store, 50).await;
    count_stock(store, Some(7)).await;
    let asks = (1..=50).flat_map(|cart| {
        [shoe(), coupon()].map(|resource| write(store, vec![claim(resource, cart, 1, until_900())]))
    });
    let results = join_all(asks).await;
    let won = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!((won, ids.len()), (7 + 2, 50));
    let lost = results.into_iter().filter_map(Result::err);
    assert!(
        lost.into_iter()
            .all(|error| matches!(error, StoreError::Exhausted(_)))
    );
}
