use super::*;
use crate::cart::{Cart, CartOrder, CartState, Lock};
use crate::catalogue::{CatalogueError, Shop};
use crate::change::{AuthorizationWrite, Change, KustomOrderWrite};
use crate::fixture::{
    Opened, cart_with, empty_cart, evidence, kustom_id, new_ids, now, opened, priced, profile, seconds_later,
    sek, tax_classes, written,
};
use crate::job::{JobKey, JobRequest};
use crate::kustom::completion::{Evidence, Fate, complete};
use crate::kustom::state::Approval;
use crate::kustom::{KustomOrder, KustomOrderState};
use crate::payment::Provider;
use crate::payment::demo::{self, DemoError};
use crate::reservation::{HoldClaim, Resource};
use crate::review::ReviewReason;
use jiff::SignedDuration;

/// A purchase after its commit.
struct Bought {
    cart: Cart,
    kustom_order: KustomOrder,
    order: Order,
    payment: Payment,
    evidence: Evidence,
}

/// What a store makes of a completion.
fn stored(change: &Change) -> (Cart, Order, Payment) {
    let mut order = change.order.clone().unwrap();
    order.number = "100001".into();
    (written(change), *order, change.payment.clone().unwrap())
}

fn bought() -> Bought {
    let Opened {
        cart,
        snapshot,
        mut kustom_order,
    } = opened(&cart_with(&[("SHOE", 1), ("BOOK", 2)]));
    let evidence = evidence(&snapshot);
    let ids = new_ids();
    let fate = complete(
        &cart,
        &kustom_order,
        Some(&snapshot),
        &evidence,
        None,
        &ids,
        now(),
    );
    let Fate::Order(change) = fate else {
        panic!("{fate:?}")
    };
    let (cart, order, payment) = stored(&change);
    kustom_order.state = KustomOrderState::Acknowledged;
    Bought {
        cart,
        kustom_order,
        order,
        payment,
        evidence,
    }
}

impl Bought {
    fn cancel(&self) -> Result<Option<Change>, CancelError> {
        let later = seconds_later(60);
        cancel(
            &self.cart,
            &self.order,
            &self.payment,
            Some(&self.kustom_order),
            later,
        )
    }

    fn move_to(&mut self, state: DeliveryState) -> Result<(), MoveError> {
        let change = move_delivery(&self.order, &self.payment, "D100001", state, now())?;
        if let Some(change) = change {
            self.order = *change.order_update.unwrap();
        }
        Ok(())
    }
}

#[test]
fn an_order_has_one_delivery_of_everything() {
    let bought = bought();
    let deliveries: Vec<_> = bought.order.numbered_deliveries().collect();
    let [(number, delivery)] = deliveries.as_slice() else {
        panic!("{deliveries:?}")
    };
    assert_eq!(
        (number.as_str(), delivery.state),
        ("D100001", DeliveryState::Open)
    );
    let lines: Vec<_> = delivery
        .lines
        .iter()
        .map(|line| (line.product_number.as_str(), line.quantity))
        .collect();
    assert_eq!(lines, [("SHOE", 1), ("BOOK", 2)]);
    assert_eq!(delivery.shipping, bought.order.priced.shipping);
    assert_eq!(delivery.shipping.as_ref().unwrap().price, sek(4900));
    let city = delivery.address.as_ref().unwrap().address.city.as_deref();
    assert_eq!(city, Some("Ankeborg"));
}

#[test]
fn the_state_of_an_order_follows_its_payment_until_it_is_cancelled() {
    use AuthorizationState::{Pending, Rejected, Successful};
    let mut bought = bought();
    for (authorization, state) in [
        (Pending, OrderState::Pending),
        (Rejected, OrderState::Pending),
        (Successful, OrderState::Confirmed),
    ] {
        bought.payment.authorization.state = authorization;
        assert_eq!(bought.order.state(&bought.payment), state);
    }
    let shown = CartOrder::new(&bought.order, &bought.payment);
    assert_eq!(
        (shown.state, shown.reference.as_str()),
        (OrderState::Confirmed, "k1")
    );
    bought.order.cancelled_at = Some(now());
    assert_eq!(bought.order.state(&bought.payment), OrderState::Cancelled);
    assert!(!bought.order.is_shippable(&bought.payment));
}

#[test]
fn a_cancelled_order_is_one_change_of_everything_about_it() {
    let bought = bought();
    let change = bought.cancel().unwrap().unwrap();
    let order = change.order_update.clone().unwrap();
    assert_eq!(order.cancelled_at, Some(seconds_later(60)));
    assert_eq!(order.deliveries[0].state, DeliveryState::CancelledByOrder);
    assert_eq!(order.version, bought.order.version, "the store counts");
    let released = AuthorizationWrite {
        payment_id: bought.payment.id,
        state: AuthorizationState::Released,
    };
    assert_eq!(change.authorization, Some(released));
    let given_back = KustomOrderWrite::Move {
        id: kustom_id("k1"),
        from: KustomOrderState::Acknowledged,
        to: KustomOrderState::GivenBack,
    };
    assert_eq!(change.kustom_orders, [given_back]);
    let cancel = JobRequest::at(JobKey::Cancel(kustom_id("k1")), seconds_later(60));
    assert_eq!(change.jobs, [cancel]);
    assert_eq!(written(&change), bought.cart, "the cart stays what was bought");
    assert_eq!(written(&change).state, CartState::Completed);
    assert_eq!(change.reviews, [], "nobody need look at it");
}

#[test]
fn what_the_order_used_is_given_back_and_nothing_else() {
    let change = bought().cancel().unwrap().unwrap();
    let holds: Vec<_> = change
        .holds
        .iter()
        .map(|hold| (hold.resource.clone(), hold.claim))
        .collect();
    let stock = |number: &str| (Resource::Stock(number.into()), HoldClaim::Returned);
    assert_eq!(holds, [stock("BOOK"), stock("SHOE")]);
}

#[test]
fn an_order_is_cancelled_once() {
    let mut bought = bought();
    bought.order = *bought.cancel().unwrap().unwrap().order_update.unwrap();
    assert_eq!(bought.cancel(), Ok(None));
}

#[test]
fn an_order_that_is_on_its_way_or_was_captured_is_not_cancelled() {
    for (state, outcome) in [
        (DeliveryState::Open, true),
        (DeliveryState::Cancelled, true),
        (DeliveryState::Processing, false),
        (DeliveryState::Completed, false),
    ] {
        let mut bought = bought();
        bought.order.deliveries[0].state = state;
        assert_eq!(bought.cancel().is_ok(), outcome, "{state:?}");
    }
    let mut captured = bought();
    captured.payment.captured = Some(sek(1));
    assert_eq!(captured.cancel(), Err(CancelError::TooLate));
}

#[test]
fn news_of_a_cancelled_purchase_changes_nothing() {
    let bought = bought();
    let mut kustom_order = bought.kustom_order.clone();
    for state in [KustomOrderState::Acknowledged, KustomOrderState::GivenBack] {
        kustom_order.state = state;
        let released = Some(AuthorizationState::Released);
        let ids = new_ids();
        let fate = complete(
            &bought.cart,
            &kustom_order,
            None,
            &bought.evidence,
            released,
            &ids,
            now(),
        );
        assert_eq!(fate, Fate::Finished);
    }
    assert!(!KustomOrderState::GivenBack.may_become(KustomOrderState::Acknowledged));
    assert!(KustomOrderState::Completed.may_become(KustomOrderState::GivenBack));
    assert!(!AuthorizationState::Released.may_become(AuthorizationState::Successful));
}

/// Each row: a state, and all that it may become.
#[test]
fn deliveries_move_as_the_table_says() {
    use DeliveryState::{Cancelled, CancelledByOrder, Completed, Open, Processing};
    let all = [Open, Processing, Completed, Cancelled, CancelledByOrder];
    for (from, allowed) in [
        (Open, &[Processing, Cancelled][..]),
        (Processing, &[Open, Completed, Cancelled]),
        (Completed, &[]),
        (Cancelled, &[]),
        (CancelledByOrder, &[]),
    ] {
        for to in all {
            let mut bought = bought();
            bought.order.deliveries[0].state = from;
            let expected = match allowed.contains(&to) || from == to {
                true => Ok(()),
                false => Err(MoveError::NotAllowed { from, to }),
            };
            assert_eq!(bought.move_to(to), expected, "{from:?} to {to:?}");
            let found = bought.order.deliveries[0].state;
            assert_eq!(found, if expected.is_ok() { to } else { from });
        }
    }
}

#[test]
fn nothing_is_sent_that_is_not_paid_for() {
    for state in [AuthorizationState::Pending, AuthorizationState::Rejected] {
        let mut bought = bought();
        bought.payment.authorization.state = state;
        assert_eq!(
            bought.move_to(DeliveryState::Processing),
            Err(MoveError::NotShippable)
        );
        assert_eq!(bought.move_to(DeliveryState::Cancelled), Ok(()));
    }
    let bought = bought();
    let unknown = move_delivery(
        &bought.order,
        &bought.payment,
        "D100001-2",
        DeliveryState::Processing,
        now(),
    );
    assert_eq!(unknown, Err(MoveError::NoSuchDelivery));
}

fn paid_by_demo(cart: &Cart) -> Result<Option<Change>, DemoError> {
    demo::pay(cart, priced(cart), &new_ids(), seconds_later(60))
}

#[test]
fn a_demo_payment_completes_a_cart_over_its_amount() {
    let mut cart = cart_with(&[("SHOE", 2)]);
    cart.email = Some("a@shop.example".into());
    let change = paid_by_demo(&cart).unwrap().unwrap();
    let (completed, order, payment) = stored(&change);
    assert_eq!(completed.state, CartState::Completed);
    assert_eq!(completed.frozen, Some(priced(&cart).without_messages()));
    assert_eq!(
        (completed.address.clone(), completed.email.clone()),
        (None, cart.email.clone())
    );
    assert_eq!(payment.provider, Provider::Demo);
    assert_eq!(payment.reference(), new_ids().payment_id.to_string());
    assert_eq!(
        payment.authorization.amount,
        priced(&cart).amount_to_pay().unwrap()
    );
    assert_eq!(order.state(&payment), OrderState::Confirmed);
    assert!(order.is_shippable(&payment));
    assert_eq!((order.kustom_order_id, order.payload_revision), (None, None));
    assert_eq!(change.jobs, [], "Kustom knows nothing of it");
    assert_eq!(paid_by_demo(&completed), Ok(None), "once is enough");
}

#[test]
fn a_demo_payment_closes_the_kustom_order_which_is_a_second_purchase_if_paid() {
    let Opened {
        cart,
        snapshot,
        mut kustom_order,
    } = opened(&cart_with(&[("SHOE", 1)]));
    let change = paid_by_demo(&cart).unwrap().unwrap();
    let retired = KustomOrderWrite::SetState {
        id: kustom_id("k1"),
        state: KustomOrderState::Retired,
    };
    assert_eq!(change.kustom_orders, [retired]);
    let abort = JobRequest::at(JobKey::Abort(kustom_id("k1")), seconds_later(60));
    assert_eq!(change.jobs, [abort]);
    let (completed, _, payment) = stored(&change);
    kustom_order.state = KustomOrderState::Retired;
    let first = Some(payment.authorization.state);
    let evidence = evidence(&snapshot);
    let ids = new_ids();
    let fate = complete(
        &completed,
        &kustom_order,
        Some(&snapshot),
        &evidence,
        first,
        &ids,
        now(),
    );
    let Fate::Review { reason, change } = fate else {
        panic!("{fate:?}")
    };
    assert_eq!(reason, ReviewReason::DuplicatePurchase);
    assert_eq!(
        change.jobs,
        [JobRequest::at(JobKey::Cancel(kustom_id("k1")), now())]
    );
    assert_eq!(change.order, None);
}

#[test]
fn what_cannot_be_paid_is_not_paid_by_demo() {
    assert_eq!(paid_by_demo(&empty_cart("se-webshop")), Err(DemoError::EmptyCart));
    let mut closed = cart_with(&[("SHOE", 1)]);
    closed.state = CartState::Rejected;
    assert_eq!(paid_by_demo(&closed), Err(DemoError::NotOpen));
    assert_eq!(paid_by_demo(&bought().cart), Err(DemoError::NotOpen));
    let cart = cart_with(&[("SHOE", 1)]);
    let mut unshippable = priced(&cart);
    unshippable.is_unshippable = true;
    let refused = demo::pay(&cart, unshippable, &new_ids(), now());
    assert_eq!(refused, Err(DemoError::Unshippable));
}

#[test]
fn while_a_kustom_payment_may_run_nothing_is_paid_by_demo() {
    let opened = opened(&cart_with(&[("SHOE", 1)])).cart;
    let mut approved = opened.clone();
    approved.kustom.as_mut().unwrap().approval = Some(Approval {
        content_hash: String::new(),
        first_at: now(),
        at: now(),
    });
    assert!(matches!(
        paid_by_demo(&approved),
        Err(DemoError::Locked(Lock::BeingPaid { .. }))
    ));
    let much_later = now() + SignedDuration::from_mins(5);
    let lapsed = demo::pay(&approved, priced(&approved), &new_ids(), much_later);
    assert!(lapsed.is_ok_and(|change| change.is_some()));
    let mut reviewed = opened.clone();
    reviewed.in_review = Some(kustom_id("k1"));
    let mut read_only = opened;
    read_only.kustom.as_mut().unwrap().read_only_since = Some(now());
    for cart in [reviewed, read_only] {
        assert_eq!(paid_by_demo(&cart), Err(DemoError::Locked(Lock::InReview)));
    }
}

#[test]
fn a_completion_uses_what_runs_out_and_only_a_paid_one_is_honoured() {
    let cart = cart_with(&[("SHOE", 1)]);
    let change = paid_by_demo(&cart).unwrap().unwrap();
    let claims: Vec<_> = change.holds.iter().map(|hold| hold.claim).collect();
    assert_eq!(claims, [HoldClaim::Used { honoured: false }]);
}

#[test]
fn the_order_carries_its_series_and_profiles_agree_on_it() {
    let series = |key: &str, prefix: &str, first| NumberSeries {
        key: key.into(),
        prefix: prefix.into(),
        first,
    };
    let shop = |left: Option<NumberSeries>, right: Option<NumberSeries>| {
        let mut profiles = vec![
            profile("se", "SEK", true, &["SE"]),
            profile("de", "EUR", true, &["DE"]),
        ];
        profiles[0].order_numbers = left;
        profiles[1].order_numbers = right;
        Shop::new(profiles, tax_classes(), Vec::new())
    };
    let se = series("se", "SE-", 100_001);
    assert!(shop(None, None).is_ok());
    assert!(shop(Some(se.clone()), None).is_ok());
    assert!(shop(Some(se.clone()), Some(se.clone())).is_ok());
    for other in [
        series("se", "SE-", 1),
        series("de", "SE-", 100_001),
        series("de", "", 1),
    ] {
        let refused = shop(Some(se.clone()), Some(other.clone())).unwrap_err();
        assert!(
            matches!(refused, CatalogueError::OrderNumbers { profile, .. } if profile == "de"),
            "{other:?}"
        );
    }
    let ids = NewIds {
        series: se.clone(),
        ..new_ids()
    };
    let cart = cart_with(&[("SHOE", 1)]);
    let change = demo::pay(&cart, priced(&cart), &ids, now()).unwrap().unwrap();
    assert_eq!(change.order.unwrap().series, se);
}
