use super::*;
use crate::cart::Lock;
use crate::command::CartError;
use crate::fixture::{
    Opened, TIMING, answer, apply, cart_with, catalogue_without, edited, kustom_id, now, opened, priced,
    seconds_later, set_quantity, state, written,
};
use crate::kustom::offer::Offer;
use crate::kustom::sync::{self, SyncRequest};
use crate::pricing::price;

struct Scene {
    cart: Cart,
    kustom_order: KustomOrder,
    offer: Offer,
}

fn scene() -> Scene {
    let Opened {
        cart,
        snapshot,
        kustom_order,
    } = opened(&cart_with(&[("SHOE", 1)]));
    Scene {
        cart,
        kustom_order,
        offer: snapshot.offer,
    }
}

fn content(offer: &Offer) -> Content {
    Content::from_order(&offer.to_payload()).unwrap()
}

impl Scene {
    fn asked(&self, offer: Option<&Offer>, now: Timestamp) -> Verdict {
        validate(
            &self.cart,
            &self.kustom_order,
            &priced(&self.cart),
            false,
            offer.map(content).as_ref(),
            &TIMING,
            now,
        )
        .unwrap()
    }

    fn approve(&mut self, now: Timestamp) {
        let Verdict::Approved(change) = self.asked(Some(&self.offer), now) else {
            panic!("not approved");
        };
        self.cart = written(&change);
    }
}

fn check_denied(verdict: Verdict, expected: Denial) -> Change {
    match verdict {
        Verdict::Denied { denial, change } => {
            assert_eq!(denial, expected);
            *change
        }
        Verdict::Approved(_) => panic!("approved, wanted {expected:?}"),
    }
}

#[test]
fn what_the_cart_is_may_be_paid_and_freezes_it() {
    let scene = scene();
    let Verdict::Approved(change) = scene.asked(Some(&scene.offer), now()) else {
        panic!("not approved");
    };
    let frozen = written(&change);
    assert_eq!(
        frozen.lock(now()),
        Some(Lock::BeingPaid {
            until: seconds_later(120),
            seconds_left: 121
        })
    );
    let refused = apply(&frozen, set_quantity(1, 2)).unwrap_err();
    assert_eq!(
        refused,
        CartError::Locked(Lock::BeingPaid {
            until: seconds_later(120),
            seconds_left: 121
        })
    );
    assert_eq!(frozen.lock(seconds_later(120)), None);
    // Nothing but the approval has changed, and somebody will look whether the payment came about.
    let unfrozen = Cart {
        kustom: scene.cart.kustom.clone(),
        ..frozen
    };
    assert_eq!(unfrozen, scene.cart);
    assert_eq!(
        change.jobs,
        [JobRequest::at(
            JobKey::Reconcile(kustom_id("k1")),
            seconds_later(30)
        )]
    );
}

#[test]
fn every_difference_is_denied() {
    let scene = scene();
    let spoils: [fn(&mut Offer); 6] = [
        |offer| offer.order_amount += 1,
        |offer| offer.order_tax_amount -= 1,
        |offer| offer.purchase_currency = "EUR".into(),
        |offer| offer.purchase_country = "FI".into(),
        |offer| offer.lines[0].quantity += 1,
        |offer| offer.lines.clear(),
    ];
    for spoil in spoils {
        let mut offer = scene.offer.clone();
        spoil(&mut offer);
        check_denied(scene.asked(Some(&offer), now()), Denial::Changing);
    }
    check_denied(scene.asked(None, now()), Denial::Changing);
}

#[test]
fn nothing_may_be_paid_while_kustom_is_still_to_be_told() {
    let mut scene = scene();
    let (changed, second) = edited(&scene.cart, set_quantity(1, 2));
    scene.cart = changed;
    // Neither what Kustom holds nor what it is about to hold: the total on the page is changing.
    for offer in [&scene.offer, &second.offer] {
        let change = check_denied(scene.asked(Some(offer), now()), Denial::Changing);
        assert_eq!(change.jobs, [JobRequest::at(JobKey::Sync(scene.cart.id), now())]);
    }
    // A call of unknown outcome may still bring an older total back.
    let call = sync::plan(&scene.cart, Some(&second), now()).unwrap();
    assert!(matches!(call.request, SyncRequest::Update(_)));
    let told = sync::absorb(&scene.cart, &call, &Ok(answer(&second)), now(), now());
    scene.cart = written(&told.change);
    let doubted = sync::doubt_abandoned(&scene.cart, now()).unwrap();
    let doubted = Scene {
        cart: written(&doubted),
        ..scene
    };
    check_denied(doubted.asked(Some(&second.offer), now()), Denial::Changing);
}

#[test]
fn what_was_approved_stays_approved_for_the_question_after_the_bank() {
    let mut scene = scene();
    scene.approve(now());
    // The freeze has lapsed and another tab has edited the cart: money may be reserved for what was approved.
    let (changed, _) = {
        let change = crate::command::apply(
            &scene.cart,
            set_quantity(1, 3),
            &crate::fixture::catalogue(),
            &TIMING,
            seconds_later(121),
        );
        let change = change.unwrap();
        (written(&change), change)
    };
    scene.cart = changed;
    let again = scene.asked(Some(&scene.offer), seconds_later(14 * 60));
    assert!(matches!(again, Verdict::Approved(_)), "{again:?}");
    check_denied(
        scene.asked(Some(&scene.offer), seconds_later(15 * 60)),
        Denial::Changing,
    );
}

#[test]
fn a_new_price_is_for_the_shopper_to_see_first() {
    let scene = scene();
    let dearer = price(
        &Cart {
            items: cart_with(&[("SHOE", 2)]).items,
            ..scene.cart.clone()
        },
        &catalogue_without("BOOK"),
        now(),
    );
    let verdict = validate(
        &scene.cart,
        &scene.kustom_order,
        &dearer.unwrap(),
        false,
        Some(&content(&scene.offer)),
        &TIMING,
        now(),
    )
    .unwrap();
    let change = check_denied(verdict, Denial::Changing);
    let refreshed = written(&change);
    assert!(state(&refreshed).is_syncing());
    assert_eq!(change.snapshots.len(), 1);
}

#[test]
fn what_is_no_longer_the_carts_checkout_cannot_be_paid() {
    for (order_state, denial) in [
        (KustomOrderState::Retired, Denial::Replaced),
        (KustomOrderState::Completed, Denial::Finished),
        (KustomOrderState::Acknowledged, Denial::Finished),
        (KustomOrderState::InReview, Denial::Finished),
    ] {
        let mut scene = scene();
        scene.kustom_order.state = order_state;
        check_denied(scene.asked(Some(&scene.offer), now()), denial);
    }
    let mut other = scene();
    other.kustom_order.id = kustom_id("k2");
    check_denied(other.asked(Some(&other.offer), now()), Denial::Replaced);
    let mut reviewed = scene();
    reviewed.cart.in_review = Some(kustom_id("k0"));
    check_denied(reviewed.asked(Some(&reviewed.offer), now()), Denial::Finished);
    for cart_state in [CartState::Completed, CartState::Rejected] {
        let mut closed = scene();
        closed.cart.state = cart_state;
        check_denied(closed.asked(Some(&closed.offer), now()), Denial::Finished);
    }
}

#[test]
fn every_language_has_its_sentences() {
    let sentences = |locale| {
        [
            Denial::Finished,
            Denial::Replaced,
            Denial::Changing,
            Denial::Unsure,
        ]
        .map(|denial| denial.sentence(locale))
    };
    let english = sentences("en");
    for locale in ["sv-SE", "nb-NO", "da-DK", "fi-FI", "de_AT"] {
        assert!(
            sentences(locale)
                .iter()
                .all(|sentence| !english.contains(sentence)),
            "{locale}"
        );
    }
    assert_eq!(sentences("zh-CN"), english);
}

/// Each row: what is made of the price and of the stock, and what Kustom is told.
#[test]
fn what_cannot_be_delivered_or_is_sold_out_is_not_let_through() {
    let scene = scene();
    let decided = |is_unshippable, is_short| {
        let priced_now = Priced {
            is_unshippable,
            ..priced(&scene.cart)
        };
        let content = content(&scene.offer);
        validate(
            &scene.cart,
            &scene.kustom_order,
            &priced_now,
            is_short,
            Some(&content),
            &TIMING,
            now(),
        )
        .unwrap()
    };
    check_denied(decided(true, false), Denial::Unshippable);
    check_denied(decided(false, true), Denial::SoldOut);
    assert!(matches!(decided(false, false), Verdict::Approved(_)));
}

#[test]
fn a_payment_that_is_let_through_holds_what_runs_out_for_as_long_as_it_may_run() {
    let mut scene = scene();
    let Verdict::Approved(change) = scene.asked(Some(&scene.offer), now()) else {
        panic!("not approved");
    };
    let [hold] = change.holds.as_slice() else {
        panic!("one hold: {:?}", change.holds);
    };
    let until = HoldClaim::Until(seconds_later(15 * 60));
    assert_eq!(
        (hold.claim, hold.quantity, hold.resource.key()),
        (until, 1, "SHOE")
    );
    // Asked again after the bank's page: what is held is held until its time.
    scene.cart = written(&change);
    let Verdict::Approved(again) = scene.asked(Some(&scene.offer), seconds_later(60)) else {
        panic!("not approved");
    };
    assert_eq!(again.holds, []);
}

#[test]
fn every_denial_has_words_in_every_language() {
    let denials = [
        Denial::Finished,
        Denial::Replaced,
        Denial::Changing,
        Denial::NoShipping,
        Denial::Unshippable,
        Denial::SoldOut,
        Denial::Unsure,
    ];
    let mut seen = std::collections::BTreeSet::new();
    for locale in ["sv_SE", "nb-NO", "da", "fi", "de-AT", "en"] {
        for denial in denials {
            assert!(seen.insert(denial.sentence(locale)), "{denial:?} in {locale}");
        }
    }
    assert_eq!(Denial::SoldOut.sentence("no"), Denial::SoldOut.sentence("nb"));
    assert_eq!(Denial::SoldOut.sentence("fr"), Denial::SoldOut.sentence("en"));
}
