//! When to ask Kustom again by ourselves.
//!
//! A browser that never returns and a push that never comes must not leave a paid order without its fate. Kustom is asked
//! about every order that could still turn out to be paid, often while a payment may be under way and seldom later. These
//! times only say when to look: a clock that jumps moves a look and loses nothing.

use crate::cart::Cart;
use crate::job::{JobKey, JobRequest};
use crate::kustom::hook::after;
use crate::kustom::state::KustomOrder;
use crate::payment::{AuthorizationState, Payment};
use jiff::{SignedDuration, Timestamp};
use kustom_api::KustomOrderId;

/// After an approved validation: most payments take seconds, those with a bank minutes.
const AFTER_APPROVAL: [SignedDuration; 6] = [
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(1),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(4),
    SignedDuration::from_mins(8),
    SignedDuration::from_mins(15),
];

/// While the cart was used within [`RECENTLY`].
const OFTEN: SignedDuration = SignedDuration::from_mins(15);
const RECENTLY: SignedDuration = SignedDuration::from_hours(2);
const SELDOM: SignedDuration = SignedDuration::from_hours(4);

/// An order at Kustom expires 48 hours after it was last touched. Twice that, so that nothing hangs on whose touch counted.
const WATCHED: SignedDuration = SignedDuration::from_hours(96);

/// A fraud verdict comes within a day or so, and the reservation ends some time.
const PENDING_WATCHED: SignedDuration = SignedDuration::from_hours(24 * 30);
const PENDING_SELDOM: SignedDuration = SignedDuration::from_hours(24);

/// The wish that comes with a new Kustom order.
pub fn watch(kustom_order: &KustomOrder) -> JobRequest {
    let key = JobKey::Reconcile(kustom_order.id.clone());
    JobRequest::at(key, after(kustom_order.opened_at, OFTEN))
}

pub(super) fn first_look_after_approval(approved_at: Timestamp) -> Timestamp {
    after(approved_at, AFTER_APPROVAL[0])
}

/// The wish that comes with a purchase that Kustom still examines.
pub fn examine(payment: &Payment, now: Timestamp) -> Option<JobRequest> {
    let key = JobKey::Reconcile(payment.provider.kustom_order_id()?.clone());
    next_examination(payment, now).map(|at| JobRequest::at(key, at))
}

/// What a look at an order that is not bought has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Kustom knows it, so it may still be paid.
    Unpaid,
    /// Kustom knows it no more, in neither of its APIs.
    Gone,
}

/// When to look again at an order that was not bought at `now`. `None` when it can no longer be bought: Kustom has
/// forgotten it, and our time for it is over. Neither of the two alone will do: clocks jump, and a 404 may pass.
pub fn next_look(cart: &Cart, kustom_order: &KustomOrder, seen: Seen, now: Timestamp) -> Option<Timestamp> {
    let approved_at = cart
        .kustom
        .as_ref()
        .filter(|kustom| kustom.kustom_order_id == kustom_order.id)
        .and_then(|kustom| kustom.approval.as_ref())
        .map(|approval| approval.at);
    let soon = approved_at.and_then(|at| {
        let looks = AFTER_APPROVAL.iter().map(|wait| after(at, *wait));
        looks.into_iter().find(|look| *look > now)
    });
    let used_at = cart.used_at.max(kustom_order.opened_at);
    let is_over = now >= after(used_at, WATCHED) && seen == Seen::Gone;
    let wait = if now < after(used_at, RECENTLY) {
        OFTEN
    } else {
        SELDOM
    };
    soon.or_else(|| (!is_over).then(|| after(now, spread(&kustom_order.id, wait))))
}

/// Up to a tenth sooner, by the order's id: what was opened in one rush, or waited through one outage, is not asked about
/// in one rush for ever.
fn spread(id: &KustomOrderId, wait: SignedDuration) -> SignedDuration {
    let sum: i32 = id.0.bytes().map(i32::from).sum();
    wait - wait / 1000 * (sum % 100)
}

/// When to ask again whether a purchase that Kustom examines is accepted. `None` when that was decided, or when there is
/// nothing left to wait for.
pub fn next_examination(payment: &Payment, now: Timestamp) -> Option<Timestamp> {
    if payment.authorization.state != AuthorizationState::Pending
        || now >= after(payment.created_at, PENDING_WATCHED)
    {
        return None;
    }
    let is_recent = now < after(payment.created_at, RECENTLY);
    Some(after(now, if is_recent { OFTEN } else { PENDING_SELDOM }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{cart_with, evidence, new_ids, now, opened, seconds_later, written};
    use crate::kustom::completion::{self, Fate};
    use crate::kustom::state::Approval;
    use kustom_api::FraudStatus;

    const HOUR: i64 = 3600;

    /// All looks from the opening on, in seconds after it, when nothing is ever bought.
    fn looks(cart: &Cart, kustom_order: &KustomOrder, first: i64) -> Vec<i64> {
        let mut looks = vec![first];
        while let Some(next) = next_look(
            cart,
            kustom_order,
            Seen::Gone,
            seconds_later(looks[looks.len() - 1]),
        ) {
            looks.push(next.duration_since(now()).as_secs());
        }
        looks
    }

    #[test]
    fn an_order_that_nobody_touches_is_asked_about_for_four_days() {
        let opened = opened(&cart_with(&[("SHOE", 1)]));
        let first = watch(&opened.kustom_order).run_at.duration_since(now()).as_secs();
        let looks = looks(&opened.cart, &opened.kustom_order, first);
        // Each wait is up to a tenth shorter, by the order's id.
        let waits: Vec<_> = looks.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(
            waits[..7].iter().all(|wait| (810..=900).contains(wait)),
            "{waits:?}"
        );
        let later = &waits[8..];
        assert!(
            later.iter().all(|wait| (12_960..=14_400).contains(wait)),
            "{waits:?}"
        );
        let last = looks[looks.len() - 1];
        assert!((96 * HOUR..=100 * HOUR).contains(&last), "{last}");
    }

    #[test]
    fn after_an_approval_the_looks_are_close_at_first() {
        let mut opened = opened(&cart_with(&[("SHOE", 1)]));
        let content_hash = String::new();
        opened.cart.kustom.as_mut().unwrap().approval = Some(Approval {
            content_hash,
            first_at: now(),
            at: now(),
        });
        let looks = looks(&opened.cart, &opened.kustom_order, 30);
        assert_eq!(looks[..6], [30, 60, 120, 240, 480, 900]);
    }

    #[test]
    fn a_used_cart_is_watched_from_its_last_use() {
        let mut opened = opened(&cart_with(&[("SHOE", 1)]));
        opened.cart.used_at = seconds_later(50 * HOUR);
        let look = |hours, seen| {
            let now = seconds_later(hours * HOUR);
            let next = next_look(&opened.cart, &opened.kustom_order, seen, now);
            next.map(|next| next.duration_since(now).as_secs())
        };
        assert!(look(51, Seen::Gone).is_some_and(|wait| wait <= 900));
        assert!(look(140, Seen::Gone).is_some_and(|wait| wait > 900));
        assert_eq!(look(147, Seen::Gone), None);
        // A clock that has jumped ahead, and what Kustom still knows, end no watch.
        assert!(look(100_000, Seen::Unpaid).is_some());
    }

    #[test]
    fn a_pending_purchase_is_asked_about_until_its_reservation_must_be_over() {
        let opened = opened(&cart_with(&[("SHOE", 1)]));
        let mut evidence = evidence(&opened.snapshot);
        evidence.managed.fraud_status = FraudStatus::Pending;
        let fate = completion::complete(
            &opened.cart,
            &opened.kustom_order,
            Some(&opened.snapshot),
            &evidence,
            None,
            &new_ids(),
            now(),
        );
        let Fate::Order(change) = fate else {
            panic!("{fate:?}")
        };
        assert_eq!(written(&change).order, None);
        let mut payment = change.payment.unwrap();
        assert_eq!(next_examination(&payment, now()), Some(seconds_later(900)));
        let day = 24 * HOUR;
        assert_eq!(
            next_examination(&payment, seconds_later(day)),
            Some(seconds_later(2 * day))
        );
        assert_eq!(next_examination(&payment, seconds_later(31 * day)), None);
        payment.authorization.state = AuthorizationState::Successful;
        assert_eq!(next_examination(&payment, now()), None);
    }
}
