//! Purchases that become no order, and those that did already.

use super::*;
use uuid::Uuid;

/// A purchase that waits for a person: one review, no order, and nothing is cancelled.
fn check_review(purchase: &Purchase, reason: ReviewReason) {
    let expected = Change {
        reviews: vec![review_of(purchase, reason)],
        kustom_orders: vec![moved(&purchase.kustom_order, KustomOrderState::InReview)],
        ..Change::default()
    };
    let change = Box::new(Change {
        cart: cart_in_review(purchase, reason),
        ..expected
    });
    assert_eq!(purchase.fate(), Fate::Review { reason, change });
}

/// A purchase that nobody understands locks its cart. One that was declined lets the shopper try again.
fn cart_in_review(purchase: &Purchase, reason: ReviewReason) -> Option<CartWrite> {
    let cart = purchase.cart.clone();
    if cart.state != CartState::Open {
        return None;
    }
    let cart = match reason {
        ReviewReason::FraudRejected => Cart { kustom: None, ..cart },
        _ => Cart {
            in_review: Some(kustom_id("k1")),
            ..cart
        },
    };
    Some(CartWrite::Update(Box::new(cart)))
}

/// The review that a purchase came to, whatever its detail says, so long as it says something.
fn review_of(purchase: &Purchase, reason: ReviewReason) -> Review {
    let Fate::Review { change, .. } = purchase.fate() else {
        panic!("no review: {:?}", purchase.fate());
    };
    let detail = change.reviews[0].detail.clone();
    assert!(!detail.is_empty());
    Review::new(kustom_id("k1"), cart_id(), reason, detail, seconds_later(60))
}

#[test]
fn what_was_never_offered_waits_for_a_person() {
    check_review(
        &spoiled(|purchase| purchase.snapshot = None),
        ReviewReason::ContentMismatch,
    );
}

#[test]
fn answers_that_disagree_or_name_something_else_wait_for_a_person() {
    let spoils: [fn(&mut Evidence); 11] = [
        |evidence| evidence.checkout.status = None,
        |evidence| evidence.checkout.status = Some(CheckoutStatus::Incomplete),
        |evidence| evidence.checkout.status = Some(CheckoutStatus::Other("checkout_odd".into())),
        |evidence| evidence.checkout.order_id = None,
        |evidence| evidence.checkout.order_id = Some(kustom_id("k2")),
        |evidence| evidence.managed.order_id = kustom_id("k2"),
        |evidence| evidence.checkout.merchant_reference1 = None,
        |evidence| evidence.checkout.merchant_reference1 = Some("C100043".into()),
        |evidence| evidence.managed.purchase_currency = "EUR".into(),
        |evidence| evidence.managed.order_amount += 1,
        |evidence| evidence.checkout.order_amount = None,
    ];
    for spoil in spoils {
        check_review(
            &spoiled(|purchase| spoil(&mut purchase.evidence)),
            ReviewReason::UnclearPurchase,
        );
    }
}

#[test]
fn statuses_that_do_not_say_paid_wait_for_a_person() {
    for status in ["CANCELLED", "EXPIRED", "CLOSED", "FROZEN"] {
        let status = ManagementStatus::from(status.to_owned());
        let purchase = spoiled(|purchase| purchase.evidence.managed.status = status.clone());
        check_review(&purchase, ReviewReason::UnclearPurchase);
    }
    let odd = FraudStatus::Other("PERHAPS".into());
    let purchase = spoiled(|purchase| purchase.evidence.managed.fraud_status = odd.clone());
    check_review(&purchase, ReviewReason::UnclearPurchase);
}

#[test]
fn a_rejected_purchase_waits_for_a_person() {
    for fraud_status in [FraudStatus::Rejected, FraudStatus::Stopped] {
        let purchase = spoiled(|purchase| purchase.evidence.managed.fraud_status = fraud_status.clone());
        check_review(&purchase, ReviewReason::FraudRejected);
    }
}

#[test]
fn a_second_purchase_of_a_bought_cart_is_given_back_and_shown() {
    let second = spoiled(|purchase| {
        purchase.cart.state = CartState::Completed;
        purchase.cart.bought_by = Some(Provider::Kustom(kustom_id("k0")));
        purchase.first = Some(AuthorizationState::Successful);
    });
    let Fate::Review { reason, change } = second.fate() else {
        panic!("no review: {:?}", second.fate());
    };
    assert_eq!(reason, ReviewReason::DuplicatePurchase);
    let expected = Change {
        reviews: vec![review_of(&second, ReviewReason::DuplicatePurchase)],
        kustom_orders: vec![moved(&second.kustom_order, KustomOrderState::GivenBack)],
        jobs: vec![JobRequest::at(JobKey::Cancel(kustom_id("k1")), seconds_later(60))],
        ..Change::default()
    };
    assert_eq!(*change, expected);
}

#[test]
fn of_two_purchases_a_person_chooses_while_the_first_one_may_not_hold() {
    for first in [
        None,
        Some(AuthorizationState::Pending),
        Some(AuthorizationState::Rejected),
    ] {
        let second = spoiled(|purchase| {
            purchase.cart.state = CartState::Completed;
            purchase.cart.bought_by = Some(Provider::Kustom(kustom_id("k0")));
            purchase.first = first;
        });
        check_review(&second, ReviewReason::DuplicatePurchase);
    }
}

#[test]
fn a_second_purchase_that_waits_does_not_hide_the_first() {
    let purchase = spoiled(|purchase| {
        purchase.cart.in_review = Some(kustom_id("k0"));
        purchase.snapshot = None;
    });
    let Fate::Review { change, .. } = purchase.fate() else {
        panic!("no review");
    };
    assert!(change.cart.is_none(), "it waits for k0 first");
}

#[test]
fn the_purchase_that_made_the_order_is_never_its_own_duplicate() {
    let first = purchase();
    let bought = written(&first.change());
    assert_eq!(bought.bought_by, Some(Provider::Kustom(kustom_id("k1"))));
    // Confirm and push at once: the slower one read the Kustom order before the faster one wrote it.
    let stale = spoiled(|purchase| purchase.cart = bought.clone());
    assert_eq!(stale.fate(), Fate::Finished);
    let completed = spoiled(|purchase| purchase.kustom_order.state = KustomOrderState::Completed);
    assert_eq!(completed.fate(), Fate::Finished);
    let acknowledged = spoiled(|purchase| purchase.kustom_order.state = KustomOrderState::Acknowledged);
    assert_eq!(acknowledged.fate(), Fate::Finished);
}

#[test]
fn an_order_that_the_merchant_cancelled_since_is_still_finished() {
    let cancelled = spoiled(|purchase| {
        purchase.kustom_order.state = KustomOrderState::Acknowledged;
        purchase.evidence.managed.status = ManagementStatus::Cancelled;
    });
    assert_eq!(cancelled.fate(), Fate::Finished);
}

#[test]
fn a_purchase_of_a_cart_that_was_closed_unbought_is_not_called_a_duplicate() {
    for state in [CartState::Rejected, CartState::Completed] {
        let purchase = spoiled(|purchase| purchase.cart.state = state);
        check_review(&purchase, ReviewReason::UnclearPurchase);
    }
}

#[test]
fn a_snapshot_of_other_content_or_of_another_cart_is_not_what_was_paid() {
    let newest = spoiled(|purchase| {
        let (cart, snapshot) = edited(&purchase.cart, set_quantity(1, 9));
        (purchase.cart, purchase.snapshot) = (cart, Some(snapshot));
    });
    check_review(&newest, ReviewReason::ContentMismatch);
    let foreign = spoiled(|purchase| {
        purchase.snapshot.as_mut().unwrap().cart_id = CartId(Uuid::from_u128(1));
    });
    check_review(&foreign, ReviewReason::ContentMismatch);
}

#[test]
fn an_answer_that_does_not_say_what_was_bought_is_unclear() {
    let silent = spoiled(|purchase| {
        purchase.evidence.checkout.order_lines = None;
        purchase.snapshot = None;
    });
    check_review(&silent, ReviewReason::UnclearPurchase);
}

#[test]
fn taxes_that_do_not_fit_are_no_content_and_no_panic() {
    let mut managed = purchase().evidence.managed;
    managed.order_lines[0].total_tax_amount = i64::MAX;
    managed.order_lines[1].total_tax_amount = 1;
    let evidence = Evidence::from_managed(managed);
    assert_eq!(paid_content(&evidence), None);
    let purchase = spoiled(|purchase| purchase.evidence = evidence.clone());
    check_review(&purchase, ReviewReason::UnclearPurchase);
}
