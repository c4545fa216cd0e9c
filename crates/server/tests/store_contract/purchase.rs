//! Purchases: a payment, an order and reviews. The uniqueness tested here is what makes a paid purchase one order.

use crate::data::{
    at, completion, kustom_order, kustom_order_id, losers, offered_cart, opening, order, payment, review,
    state_change, stored_cart, update,
};
use futures_util::future::join_all;
use kassa::store::{Store, StoreError};
use kassa_commerce::cart::CartOrder;
use kassa_commerce::change::{AuthorizationWrite, Change, ResolutionWrite};
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::order::{NumberSeries, Order, OrderState};
use kassa_commerce::payment::{AuthorizationState, Provider};
use kassa_commerce::review::{Resolution, Review, ReviewAction, ReviewReason};

pub(crate) async fn a_purchase_is_read_back(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    let committed = store.commit(completion(1, &kustom_order)).await.unwrap();
    assert_eq!(committed.order_number.as_deref(), Some("100001"));
    let expected = Order {
        number: "100001".to_owned(),
        version: 1,
        ..order(1, &kustom_order)
    };
    assert_eq!(
        store.order_of_cart(cart.id).await.unwrap().as_ref(),
        Some(&expected)
    );
    let by_kustom_order = store.order_of_kustom_order(&kustom_order.id).await.unwrap();
    assert_eq!(by_kustom_order, Some(expected));
    let payments = store.payments_of_cart(cart.id).await.unwrap();
    assert_eq!(payments, [payment(1, &kustom_order)]);
}

pub(crate) async fn a_cart_shows_the_order_it_became(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    offered_cart(store, 2).await;
    store.commit(completion(1, &kustom_order)).await.unwrap();
    let expected = CartOrder {
        id: order(1, &kustom_order).id,
        number: "100001".to_owned(),
        state: OrderState::Confirmed,
        provider: Provider::Kustom(kustom_order.id.clone()),
        reference: "kustom-1".to_owned(),
        amount: payment(1, &kustom_order).authorization.amount,
    };
    let bought = store.cart(cart.id).await.unwrap().unwrap();
    assert_eq!(bought.order, Some(expected));
    let by_number = store.cart_with_number(&bought.number).await.unwrap();
    assert_eq!(by_number, Some(bought));
    let other = store.cart(crate::data::cart_id(2)).await.unwrap().unwrap();
    assert_eq!(other.order, None);
}

pub(crate) async fn order_numbers_are_drawn_in_order(store: &dyn Store) {
    for (number, expected) in [(3, "100001"), (1, "100002"), (2, "100003")] {
        let (_, kustom_order) = offered_cart(store, number).await;
        let committed = store.commit(completion(number, &kustom_order)).await.unwrap();
        assert_eq!(committed.order_number.as_deref(), Some(expected));
    }
}

/// Series of different prefixes count apart, and one that is raised goes on from there.
pub(crate) async fn each_series_draws_its_own_numbers(store: &dyn Store) {
    let series = |prefix: &str, first| NumberSeries {
        key: prefix.to_owned(),
        prefix: prefix.to_owned(),
        first,
    };
    for (number, series, expected) in [
        (1, series("SE-", 500), "SE-500"),
        (2, NumberSeries::default(), "100001"),
        (3, series("SE-", 500), "SE-501"),
        (4, series("NO-", 1), "NO-1"),
        (5, series("SE-", 900), "SE-900"),
        (6, series("SE-", 500), "SE-901"),
        (7, NumberSeries::default(), "100002"),
    ] {
        let (_, kustom_order) = offered_cart(store, number).await;
        let mut change = completion(number, &kustom_order);
        change.order.as_mut().unwrap().series = series;
        let committed = store.commit(change).await.unwrap();
        assert_eq!(committed.order_number.as_deref(), Some(expected));
        let order = store.order_with_number(expected).await.unwrap().unwrap();
        assert_eq!(order.id, self::order(number, &kustom_order).id);
    }
    assert_eq!(store.order_with_number("100003").await.unwrap(), None);
    assert_eq!(store.cart_with_number("C1").await.unwrap(), None);
}

pub(crate) async fn a_refused_order_skips_no_number_of_its_series(store: &dyn Store) {
    let series = NumberSeries {
        key: "se".to_owned(),
        prefix: "SE-".to_owned(),
        first: 7,
    };
    let (_, kustom_order) = offered_cart(store, 1).await;
    let mut change = completion(1, &kustom_order);
    change.order.as_mut().unwrap().series = series;
    let refused = Change {
        order_update: Some(Box::new(order(9, &kustom_order))),
        ..change.clone()
    };
    assert_eq!(store.commit(refused).await, Err(StoreError::Conflict));
    let committed = store.commit(change).await.unwrap();
    assert_eq!(committed.order_number.as_deref(), Some("SE-7"));
}

pub(crate) async fn an_order_moves_on_from_the_version_it_was_planned_on(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    store.commit(completion(1, &kustom_order)).await.unwrap();
    let stored = store.order_of_cart(cart.id).await.unwrap().unwrap();
    let cancelled = |at_ms| {
        let mut order = stored.clone();
        order.cancelled_at = Some(at(at_ms));
        Change {
            order_update: Some(Box::new(order)),
            ..Change::default()
        }
    };
    let both = [store.commit(cancelled(1)), store.commit(cancelled(2))];
    assert_eq!(losers(join_all(both).await), [StoreError::Conflict]);
    let moved = store.order_of_cart(cart.id).await.unwrap().unwrap();
    assert_eq!((moved.version, moved.number.as_str()), (2, "100001"));
    assert!(moved.cancelled_at.is_some());
    let shown = store.cart(cart.id).await.unwrap().unwrap().order.unwrap();
    assert_eq!(shown.state, OrderState::Cancelled);
    // A part that is refused leaves the order as it was.
    let mut refused = cancelled(3);
    refused.order_update.as_mut().unwrap().version = 2;
    refused.payment = Some(payment(1, &kustom_order));
    assert_eq!(store.commit(refused).await, Err(StoreError::AlreadyCompleted));
    assert_eq!(store.order_of_cart(cart.id).await.unwrap(), Some(moved));
}

pub(crate) async fn an_order_needs_no_kustom_order(store: &dyn Store) {
    for number in [1, 2] {
        let cart = stored_cart(store, number).await;
        let mut change = completion(number, &kustom_order(number, cart.id));
        change.kustom_orders.clear();
        change.payment.as_mut().unwrap().provider = Provider::Demo;
        change.order.as_mut().unwrap().kustom_order_id = None;
        store.commit(change.clone()).await.unwrap();
        let shown = store.cart(cart.id).await.unwrap().unwrap().order.unwrap();
        assert_eq!(shown.provider, Provider::Demo);
        assert_eq!(shown.reference, change.payment.as_ref().unwrap().id.to_string());
        // The same reference again is the same payment.
        let again = Change {
            payment: change.payment,
            ..Change::default()
        };
        assert!(store.commit(again).await.is_err());
        assert_eq!(store.payments_of_cart(cart.id).await.unwrap().len(), 1);
    }
}

pub(crate) async fn a_second_order_of_a_kustom_order_is_refused(store: &dyn Store) {
    let (_, kustom_order) = offered_cart(store, 1).await;
    let (other_cart, _) = offered_cart(store, 2).await;
    store.commit(completion(1, &kustom_order)).await.unwrap();
    let second = Order {
        cart_id: other_cart.id,
        ..order(2, &kustom_order)
    };
    assert_eq!(
        insert_order(store, second).await,
        Err(StoreError::AlreadyCompleted)
    );
}

pub(crate) async fn a_second_order_of_a_cart_is_refused(store: &dyn Store) {
    let (cart, first) = offered_cart(store, 1).await;
    store.commit(completion(1, &first)).await.unwrap();
    let second = kustom_order(2, cart.id);
    store.commit(opening(&second)).await.unwrap();
    let refused = insert_order(store, order(2, &second)).await;
    assert_eq!(refused, Err(StoreError::AlreadyCompleted));
}

pub(crate) async fn a_second_payment_of_a_kustom_order_is_refused(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    store.commit(completion(1, &kustom_order)).await.unwrap();
    let second = Change {
        payment: Some(payment(2, &kustom_order)),
        ..Change::default()
    };
    assert_eq!(store.commit(second).await, Err(StoreError::AlreadyCompleted));
    assert_eq!(store.payments_of_cart(cart.id).await.unwrap().len(), 1);
}

/// Whoever did not hear the outcome of a commit may commit the same again, with the same ids.
pub(crate) async fn a_completion_that_is_committed_again_is_refused(store: &dyn Store) {
    let (_, kustom_order) = offered_cart(store, 1).await;
    store.commit(completion(1, &kustom_order)).await.unwrap();
    let again = store.commit(completion(1, &kustom_order)).await;
    assert_eq!(again, Err(StoreError::AlreadyCompleted));
    let order_again = insert_order(store, order(1, &kustom_order)).await;
    assert_eq!(order_again, Err(StoreError::AlreadyCompleted));
}

pub(crate) async fn an_order_for_an_unknown_kustom_order_is_refused(store: &dyn Store) {
    let (cart, _) = offered_cart(store, 1).await;
    let unknown = insert_order(store, order(1, &kustom_order(2, cart.id))).await;
    assert!(matches!(unknown, Err(StoreError::Internal(_))));
    assert_eq!(store.order_of_cart(cart.id).await.unwrap(), None);
}

pub(crate) async fn of_fifty_completions_at_once_one_wins(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    // Half of them also write the cart, as most callers do, and then hear of the conflict first.
    let changes = (1..=50).map(|number| Change {
        cart: (number % 2 == 0).then(|| update(&cart).cart).flatten(),
        ..completion(number, &kustom_order)
    });
    let outcomes = join_all(changes.map(|change| store.commit(change))).await;
    for error in losers(outcomes) {
        assert!(
            matches!(error, StoreError::AlreadyCompleted | StoreError::Conflict),
            "{error:?}"
        );
    }
    assert_eq!(store.payments_of_cart(cart.id).await.unwrap().len(), 1);
    let order = store.order_of_cart(cart.id).await.unwrap().unwrap();
    assert_eq!(order.number, "100001");
}

pub(crate) async fn of_two_kustom_orders_completing_one_cart_one_wins(store: &dyn Store) {
    let (cart, first) = offered_cart(store, 1).await;
    store
        .commit(state_change(1, KustomOrderState::Retired))
        .await
        .unwrap();
    let second = kustom_order(2, cart.id);
    store.commit(opening(&second)).await.unwrap();
    let outcomes = join_all([
        store.commit(completion(1, &first)),
        store.commit(completion(2, &second)),
    ])
    .await;
    assert_eq!(losers(outcomes), [StoreError::AlreadyCompleted]);
    // The loser's payment went with its order.
    assert_eq!(store.payments_of_cart(cart.id).await.unwrap().len(), 1);
}

pub(crate) async fn a_refused_completion_skips_no_order_number(store: &dyn Store) {
    let (_, first) = offered_cart(store, 1).await;
    store.commit(completion(1, &first)).await.unwrap();
    for number in 2..5 {
        insert_order(store, order(number, &first)).await.unwrap_err();
    }
    let (_, second) = offered_cart(store, 5).await;
    let committed = store.commit(completion(5, &second)).await.unwrap();
    assert_eq!(committed.order_number.as_deref(), Some("100002"));
}

pub(crate) async fn a_review_is_kept_once_per_purchase_and_reason(store: &dyn Store) {
    for (number, reason, detail) in [
        (1, ReviewReason::ContentMismatch, "first"),
        (1, ReviewReason::ContentMismatch, "again"),
        (1, ReviewReason::DuplicatePurchase, "another reason"),
        (2, ReviewReason::ContentMismatch, "another purchase"),
    ] {
        open_review(store, review(number, reason, detail)).await;
    }
    let details: Vec<_> = details(store).await;
    assert_eq!(details, ["first", "another reason", "another purchase"]);
}

pub(crate) async fn reviews_come_oldest_first(store: &dyn Store) {
    for (number, opened_at) in [(1, 300), (2, 100), (3, 200)] {
        let review = Review {
            opened_at: at(opened_at),
            ..review(number, ReviewReason::UnclearPurchase, &opened_at.to_string())
        };
        open_review(store, review).await;
    }
    assert_eq!(details(store).await, ["100", "200", "300"]);
}

pub(crate) async fn an_authorization_moves_on_until_it_is_rejected(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    let change = completion(1, &kustom_order);
    let payment_id = change.payment.as_ref().unwrap().id;
    store.commit(change).await.unwrap();
    for (wished, found) in [
        (AuthorizationState::Pending, AuthorizationState::Pending),
        (AuthorizationState::Successful, AuthorizationState::Successful),
        (AuthorizationState::Rejected, AuthorizationState::Rejected),
        (AuthorizationState::Successful, AuthorizationState::Rejected),
        (AuthorizationState::Released, AuthorizationState::Rejected),
    ] {
        let write = AuthorizationWrite {
            payment_id,
            state: wished,
        };
        let change = Change {
            authorization: Some(write),
            ..Change::default()
        };
        store.commit(change).await.unwrap();
        let payments = store.payments_of_cart(cart.id).await.unwrap();
        assert_eq!(payments[0].authorization.state, found, "{wished:?}");
    }
}

pub(crate) async fn a_released_authorization_stays_released(store: &dyn Store) {
    let (cart, kustom_order) = offered_cart(store, 1).await;
    store.commit(completion(1, &kustom_order)).await.unwrap();
    for state in [
        AuthorizationState::Released,
        AuthorizationState::Successful,
        AuthorizationState::Rejected,
    ] {
        let change = Change {
            authorization: Some(AuthorizationWrite {
                payment_id: payment(1, &kustom_order).id,
                state,
            }),
            ..Change::default()
        };
        store.commit(change).await.unwrap();
        let payments = store.payments_of_cart(cart.id).await.unwrap();
        assert_eq!(payments[0].authorization.state, AuthorizationState::Released);
    }
}

pub(crate) async fn a_review_is_resolved_once(store: &dyn Store) {
    for reason in [ReviewReason::ContentMismatch, ReviewReason::DuplicatePurchase] {
        open_review(store, review(1, reason, "why")).await;
    }
    let resolve = |reason, by: &str| Change {
        resolution: Some(ResolutionWrite {
            kustom_order_id: kustom_order_id(1),
            reason,
            resolution: Resolution {
                action: ReviewAction::Close,
                by: by.to_owned(),
                note: String::new(),
                at: at(600),
            },
        }),
        ..Change::default()
    };
    let anna = resolve(ReviewReason::ContentMismatch, "Anna");
    let bert = resolve(ReviewReason::ContentMismatch, "Bert");
    assert_eq!(
        losers(join_all([store.commit(anna), store.commit(bert)]).await),
        [StoreError::Conflict]
    );
    let unknown = store.commit(resolve(ReviewReason::UnclearPurchase, "Anna")).await;
    assert_eq!(unknown, Err(StoreError::Conflict));
    assert_eq!(open(store).await, [false, true]);
    // What was resolved and has come to pass once more must not pass unseen.
    open_review(store, review(1, ReviewReason::ContentMismatch, "again")).await;
    assert_eq!(open(store).await, [true, true]);
    assert_eq!(details(store).await, ["again", "why"]);
}

async fn open(store: &dyn Store) -> Vec<bool> {
    let reviews = store.reviews().await.unwrap();
    reviews.iter().map(Review::is_open).collect()
}

async fn insert_order(store: &dyn Store, order: Order) -> Result<(), StoreError> {
    let change = Change {
        order: Some(Box::new(order)),
        ..Change::default()
    };
    store.commit(change).await.map(drop)
}

async fn open_review(store: &dyn Store, review: Review) {
    let change = Change {
        reviews: vec![review],
        ..Change::default()
    };
    store.commit(change).await.unwrap();
}

async fn details(store: &dyn Store) -> Vec<String> {
    let reviews = store.reviews().await.unwrap();
    reviews.into_iter().map(|review| review.detail).collect()
}
