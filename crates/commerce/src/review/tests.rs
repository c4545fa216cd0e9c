use super::*;
use crate::fixture::{Opened, cart_with, kustom_id, now, opened, seconds_later, written};

fn reviewed(reason: ReviewReason) -> (Review, Cart, KustomOrder) {
    let Opened {
        mut cart,
        mut kustom_order,
        ..
    } = opened(&cart_with(&[("SHOE", 1)]));
    kustom_order.state = KustomOrderState::InReview;
    if reason.locks_cart() {
        cart.in_review = Some(kustom_order.id.clone());
    }
    let review = Review::new(kustom_order.id.clone(), cart.id, reason, "why".into(), now());
    (review, cart, kustom_order)
}

fn by_anna(action: ReviewAction) -> Resolution {
    Resolution {
        action,
        by: "Anna".into(),
        note: "called the shopper".into(),
        at: seconds_later(60),
    }
}

#[test]
fn money_that_is_given_back_frees_the_cart() {
    let (review, cart, kustom_order) = reviewed(ReviewReason::ContentMismatch);
    let change = resolve(&review, &cart, &kustom_order, None, by_anna(ReviewAction::Cancel)).unwrap();
    assert_eq!(
        change.jobs,
        [JobRequest::at(JobKey::Cancel(kustom_id("k1")), seconds_later(60))]
    );
    let freed = written(&change);
    assert_eq!(
        (freed.in_review, freed.kustom, freed.state),
        (None, None, CartState::Open)
    );
    assert_eq!(
        change.resolution.unwrap().resolution,
        by_anna(ReviewAction::Cancel)
    );
}

#[test]
fn what_was_dealt_with_by_hand_is_told_to_kustom_and_never_sold_again() {
    let (review, cart, kustom_order) = reviewed(ReviewReason::UnclearPurchase);
    let change = resolve(&review, &cart, &kustom_order, None, by_anna(ReviewAction::Close)).unwrap();
    assert_eq!(
        change.jobs,
        [JobRequest::at(
            JobKey::Acknowledge(kustom_id("k1")),
            seconds_later(60)
        )]
    );
    assert_eq!(written(&change).state, CartState::Rejected);
}

#[test]
fn a_review_that_only_informs_is_closed_and_nothing_else_happens() {
    let (review, cart, mut kustom_order) = reviewed(ReviewReason::EditedAfterPayment);
    kustom_order.state = KustomOrderState::Acknowledged;
    let change = resolve(&review, &cart, &kustom_order, None, by_anna(ReviewAction::Close)).unwrap();
    let only = Change {
        resolution: change.resolution.clone(),
        ..Change::default()
    };
    assert_eq!(change, only);
}

#[test]
fn an_order_is_never_cancelled_by_way_of_its_review() {
    let (mut review, cart, mut kustom_order) = reviewed(ReviewReason::DuplicatePurchase);
    let cancel = || by_anna(ReviewAction::Cancel);
    kustom_order.state = KustomOrderState::Completed;
    review.reason = ReviewReason::EditedAfterPayment;
    assert_eq!(
        resolve(&review, &cart, &kustom_order, None, cancel()),
        Err(ResolveError::NotWaiting)
    );
    review.resolution = Some(cancel());
    assert_eq!(
        resolve(&review, &cart, &kustom_order, None, cancel()),
        Err(ResolveError::Resolved)
    );
}
