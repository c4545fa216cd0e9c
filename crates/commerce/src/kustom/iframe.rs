//! What the shopper changes inside Kustom's checkout: the way to ship, the address, the country.
//!
//! Kustom asks before it takes such a change, and takes over what we answer: our lines, our amounts, our ways to ship. So
//! the price that the shopper sees there stays ours. The cart remembers what was chosen; whatever changes what we offer
//! goes through the same hook as every change of a cart.
//!
//! Source: <https://docs.kustom.co/contents/checkout/additional-resources/server-side-callbacks>.

use crate::address::CountryCode;
use crate::cart::{Cart, CartState};
use crate::catalogue::{Catalogue, Profile};
use crate::change::{CartWrite, Change};
use crate::command::refresh_facts;
use crate::kustom::hook::{self, SyncTiming};
use crate::kustom::offer::{Offer, OfferOption};
use crate::kustom::state::{KustomOrder, KustomOrderState};
use crate::kustom::validation::Denial;
use crate::pricing::{PricingError, price};
use jiff::Timestamp;

/// What the shopper has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IframeChange {
    /// Chosen a way to ship, by the id under which we offered it.
    Shipping { option_id: String },
    /// Entered an address, or another country. `None` where Kustom does not say which country.
    Place { country: Option<CountryCode> },
}

/// What Kustom is answered.
#[derive(Clone, Debug, PartialEq)]
pub enum IframeAnswer {
    /// The order is this from now on.
    Updated {
        offer: Box<Offer>,
        choice: Option<OfferOption>,
        change: Box<Change>,
    },
    /// The shopper cannot have that.
    Refused(IframeRefusal),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IframeRefusal {
    /// Nothing is delivered to that place.
    Place,
    Other(Denial),
}

/// Decides about a change inside the checkout of this Kustom order.
pub fn absorb(
    cart: &Cart,
    kustom_order: &KustomOrder,
    wish: &IframeChange,
    catalogue: &Catalogue,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<IframeAnswer, PricingError> {
    if let Some(denial) = closed(cart, kustom_order) {
        return Ok(refused(denial));
    }
    let profile = catalogue
        .profile(&cart.profile_key)
        .ok_or(PricingError::ProfileGone)?;
    let mut wanted = cart.clone();
    match wish {
        IframeChange::Shipping { option_id } => wanted.shipping_choice = Some(option_id.clone()),
        IframeChange::Place { country } => {
            if let Some(refusal) = country.as_ref().and_then(|country| foreign(profile, country)) {
                return Ok(IframeAnswer::Refused(refusal));
            }
            wanted.country = country.clone().unwrap_or(wanted.country);
            refresh_facts(&mut wanted, catalogue, now);
        }
    }
    if wanted.items.is_empty() {
        return Ok(refused(Denial::Changing));
    }
    // What is being paid stays as it is. A repeated question about it gets the same answer.
    let is_another = wanted.country != cart.country || wanted.shipping_choice != cart.shipping_choice;
    if is_another && cart.lock(now).is_some() {
        return Ok(refused(Denial::Changing));
    }
    let priced = price(&wanted, catalogue, now)?;
    if priced.is_unshippable {
        return Ok(IframeAnswer::Refused(IframeRefusal::Place));
    }
    let offer = Offer::new(&priced, &wanted.country)?;
    let choice = wanted
        .shipping_choice
        .as_ref()
        .and_then(|id| offer.shipping_options.iter().find(|option| option.id == *id))
        .cloned();
    if matches!(wish, IframeChange::Shipping { .. }) && choice.is_none() {
        return Ok(refused(Denial::NoShipping));
    }
    let mut change = Change::default();
    if is_another || cart.lock(now).is_none() {
        wanted.used_at = now;
        // Prices may have changed since the last offer. What Kustom is told here is an offer as well.
        let effects = hook::on_cart_mutation(&mut wanted, &priced, timing, now)?;
        if !is_another && effects.snapshot.is_none() {
            return Ok(updated(offer, choice, change));
        }
        change.snapshots = effects.snapshot.into_iter().collect();
        change.jobs = effects.job.into_iter().collect();
        change.cart = Some(CartWrite::Update(Box::new(wanted)));
    }
    Ok(updated(offer, choice, change))
}

fn updated(offer: Offer, choice: Option<OfferOption>, change: Change) -> IframeAnswer {
    IframeAnswer::Updated {
        offer: Box::new(offer),
        choice,
        change: Box::new(change),
    }
}

/// Why nothing can be changed any more in this checkout.
fn closed(cart: &Cart, kustom_order: &KustomOrder) -> Option<Denial> {
    if cart.state != CartState::Open || cart.in_review.is_some() {
        return Some(Denial::Finished);
    }
    let is_bound = cart
        .kustom
        .as_ref()
        .is_some_and(|kustom| kustom.kustom_order_id == kustom_order.id);
    match kustom_order.state {
        KustomOrderState::Open if is_bound => None,
        KustomOrderState::Open | KustomOrderState::Retired => Some(Denial::Replaced),
        _ => Some(Denial::Finished),
    }
}

fn foreign(profile: &Profile, country: &CountryCode) -> Option<IframeRefusal> {
    (!profile.allowed_countries.contains(country)).then_some(IframeRefusal::Place)
}

fn refused(denial: Denial) -> IframeAnswer {
    IframeAnswer::Refused(IframeRefusal::Other(denial))
}

#[cfg(test)]
mod tests;
