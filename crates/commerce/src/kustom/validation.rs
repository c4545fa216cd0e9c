//! The gate before a payment: may the shopper pay what the checkout shows?
//!
//! Kustom asks when the shopper presses the pay button, and takes no money without our yes. The answer compares the
//! whole content with the cart and, with a yes, freezes the cart while the payment runs. Nothing rests on the freeze: an
//! order is built from what was paid, whatever the cart has become.
//!
//! Source: <https://docs.kustom.co/contents/checkout/use-cases/validate-order>.

mod sentence;

use crate::cart::{Cart, CartState};
use crate::change::{CartWrite, Change};
use crate::job::{JobKey, JobRequest};
use crate::kustom::hook::{self, SyncTiming};
use crate::kustom::offer::Content;
use crate::kustom::state::{Approval, KustomOrder, KustomOrderState, KustomState};
use crate::kustom::{open, reconcile, sync};
use crate::planted::{self, Bug};
use crate::pricing::{Priced, PricingError};
use crate::reservation::{self, HoldClaim, HoldWrite};
use jiff::{SignedDuration, Timestamp};

/// A card payment with its detour to a bank takes less. The freeze ends by itself, because nobody tells us of a payment
/// that came to nothing.
pub const FREEZE: SignedDuration = SignedDuration::from_secs(120);

/// With 3-D Secure Kustom asks again after the bank has answered. By then money may be reserved, and what was approved
/// stays approved.
pub const APPROVAL_LIFETIME: SignedDuration = SignedDuration::from_mins(15);

/// What Kustom is told, and what must be durable before it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Approved(Box<Change>),
    Denied { denial: Denial, change: Box<Change> },
}

/// Why the shopper may not pay now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// The cart is bought, or its payment is being looked into.
    Finished,
    /// The cart has another checkout by now; this one is of a page that was left open.
    Replaced,
    /// Kustom does not hold what the cart is: it is being told.
    Changing,
    /// The shopper has not chosen how to get the goods.
    NoShipping,
    /// Nobody delivers this cart to this place.
    Unshippable,
    /// Somebody else has bought the last one.
    SoldOut,
    /// We could not find out in time.
    Unsure,
}

/// Decides about the content that Kustom is about to sell. `asked` is that content as Kustom sent it, and `is_short` says
/// that the cart wants more pieces than it can have.
pub fn validate(
    cart: &Cart,
    kustom_order: &KustomOrder,
    priced_now: &Priced,
    is_short: bool,
    asked: Option<&Content>,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<Verdict, PricingError> {
    if cart.state != CartState::Open || cart.in_review.is_some() {
        return Ok(denied(Denial::Finished));
    }
    match kustom_order.state {
        KustomOrderState::Open => (),
        KustomOrderState::Retired => return Ok(denied(Denial::Replaced)),
        KustomOrderState::Completed
        | KustomOrderState::Acknowledged
        | KustomOrderState::InReview
        | KustomOrderState::GivenBack => return Ok(denied(Denial::Finished)),
    }
    let Some(kustom) = cart
        .kustom
        .as_ref()
        .filter(|kustom| kustom.kustom_order_id == kustom_order.id)
    else {
        return Ok(denied(Denial::Replaced));
    };
    let Some(asked) = asked else {
        return Ok(denied(Denial::Changing));
    };
    let asked_hash = asked.offer.content_hash();
    if planted::is(Bug::GateAlwaysOpen) {
        return Ok(approved(cart, kustom, asked, Vec::new(), now));
    }
    if !asked.is_charged || !asked.offer.accepts(asked.shipping.as_ref()) {
        return Ok(denied(Denial::NoShipping));
    }
    if was_approved(kustom, &asked_hash, now) {
        return Ok(approved(cart, kustom, asked, Vec::new(), now));
    }
    if let Some(change) = price_change(cart, priced_now, timing, now)? {
        return Ok(Verdict::Denied {
            denial: Denial::Changing,
            change: Box::new(change),
        });
    }
    if kustom.is_syncing() {
        return Ok(still_changing(cart, kustom.clone(), now));
    }
    if asked_hash != kustom.content_hash {
        return Ok(still_changing(
            cart,
            sync::doubted(kustom, Some(&asked.offer)),
            now,
        ));
    }
    if priced_now.is_unshippable {
        return Ok(denied(Denial::Unshippable));
    }
    if is_short {
        return Ok(denied(Denial::SoldOut));
    }
    let holds = holds(cart, priced_now, asked, now)?;
    Ok(approved(cart, kustom, asked, holds, now))
}

/// What the payment needs of what runs out, for as long as its approval lasts. The way to ship that was chosen in
/// Kustom's checkout decides which promotions are used.
fn holds(
    cart: &Cart,
    priced_now: &Priced,
    asked: &Content,
    now: Timestamp,
) -> Result<Vec<HoldWrite>, PricingError> {
    let until = hook::after(now, APPROVAL_LIFETIME);
    let chosen = asked
        .shipping
        .as_ref()
        .and_then(|shipping| priced_now.option(&shipping.id))
        .cloned();
    let priced = match chosen {
        Some(chosen) => &priced_now.clone().shipped_by(Some(chosen))?,
        None => priced_now,
    };
    Ok(reservation::claims(cart.id, priced, HoldClaim::Until(until), now))
}

fn was_approved(kustom: &KustomState, asked_hash: &str, now: Timestamp) -> bool {
    kustom
        .approval
        .as_ref()
        .is_some_and(|approval| approval.content_hash == asked_hash && approval.is_alive(now))
}

/// A price or a tax rate may have changed since the checkout was opened. Then the new total is for the shopper to see
/// first.
fn price_change(
    cart: &Cart,
    priced_now: &Priced,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<Option<Change>, PricingError> {
    let mut cart = cart.clone();
    let effects = hook::on_cart_mutation(&mut cart, priced_now, timing, now)?;
    let changed = effects.snapshot.is_some();
    Ok(changed.then(|| open::refreshed(cart, effects)))
}

impl Approval {
    /// Whether a payment that was let through may still come about.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        now < hook::after(self.first_at, APPROVAL_LIFETIME)
    }
}

fn approved(
    cart: &Cart,
    kustom: &KustomState,
    asked: &Content,
    holds: Vec<HoldWrite>,
    now: Timestamp,
) -> Verdict {
    let content_hash = asked.offer.content_hash();
    let earlier = kustom
        .approval
        .as_ref()
        .filter(|approval| approval.content_hash == content_hash && approval.is_alive(now));
    let first_at = earlier.map_or(now, |approval| approval.first_at);
    let mut cart = cart.clone();
    let id = kustom.kustom_order_id.clone();
    cart.used_at = now;
    if let Some(shipping) = &asked.shipping {
        cart.shipping_choice = Some(shipping.id.clone());
    }
    cart.kustom = Some(KustomState {
        approval: Some(Approval {
            content_hash,
            first_at,
            at: now,
        }),
        ..kustom.clone()
    });
    Verdict::Approved(Box::new(Change {
        cart: Some(CartWrite::Update(Box::new(cart))),
        // Whether the payment came about is looked into, however it ends.
        jobs: vec![JobRequest::at(
            JobKey::Reconcile(id),
            reconcile::first_look_after_approval(now),
        )],
        holds,
        ..Change::default()
    }))
}

/// Kustom does not hold what the cart is. Where that is a surprise, `kustom` says so from now on, and the pages suspend
/// their checkout until Kustom has been told. A job that tells it exists, unless it has been lost: ask for it again.
fn still_changing(cart: &Cart, kustom: KustomState, now: Timestamp) -> Verdict {
    let changed = cart.kustom.as_ref() != Some(&kustom);
    let mut cart = cart.clone();
    cart.kustom = Some(kustom);
    let change = Change {
        jobs: vec![JobRequest::at(JobKey::Sync(cart.id), now)],
        cart: changed.then(|| CartWrite::Update(Box::new(cart))),
        ..Change::default()
    };
    Verdict::Denied {
        denial: Denial::Changing,
        change: Box::new(change),
    }
}

fn denied(denial: Denial) -> Verdict {
    Verdict::Denied {
        denial,
        change: Box::default(),
    }
}

#[cfg(test)]
mod tests;
