//! A payment that moves no money, for shops that are being built. It ends a cart like every other payment.

use super::{AuthorizationState, Provider};
use crate::address::Address;
use crate::cart::{Cart, CartState, Lock};
use crate::change::Change;
use crate::kustom::completion::close_open_order;
use crate::order::{Contact, NewIds, Sale, place};
use crate::pricing::{Priced, PricingError};
use crate::reservation::HoldClaim;
use jiff::Timestamp;
use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DemoError {
    #[error("the cart is not open")]
    NotOpen,
    /// A Kustom payment may be under way.
    #[error("the cart is being paid in another way")]
    Locked(Lock),
    #[error("there is nothing in the cart to pay for")]
    EmptyCart,
    #[error("none of the shop's ways to ship serves this cart")]
    Unshippable,
    #[error(transparent)]
    Pricing(#[from] PricingError),
}

/// Pays a cart at the price that it has now. `None` if it was paid like this before.
///
/// An open Kustom order is closed in the same commit. If it turns out to be paid after all, it is a second purchase.
pub fn pay(cart: &Cart, priced: Priced, ids: &NewIds, now: Timestamp) -> Result<Option<Change>, DemoError> {
    if cart.bought_by == Some(Provider::Demo) {
        return Ok(None);
    }
    check(cart, &priced, now)?;
    let (billing, shipping) = contacts(cart);
    let sale = Sale {
        provider: Provider::Demo,
        items: cart.items.clone(),
        country: None,
        payload_revision: None,
        amount: priced.amount_to_pay().map_err(PricingError::from)?,
        priced,
        authorization: AuthorizationState::Successful,
        expires_at: None,
        captured: None,
        method: None,
        billing,
        shipping,
        organization_registration_id: None,
        vat_id: cart
            .invoice_recipient
            .as_ref()
            .and_then(|recipient| recipient.tax_id.clone()),
        placed_at: now,
        claim: HoldClaim::Used { honoured: false },
    };
    let mut change = place(cart, sale, ids, now);
    close_open_order(cart, None, now, &mut change);
    Ok(Some(change))
}

fn check(cart: &Cart, priced: &Priced, now: Timestamp) -> Result<(), DemoError> {
    if cart.state != CartState::Open {
        return Err(DemoError::NotOpen);
    }
    if let Some(lock) = cart.lock(now) {
        return Err(DemoError::Locked(lock));
    }
    // Kustom refuses changes of an order from the moment that it is bought, before anybody has told us.
    let is_read_only = cart
        .kustom
        .as_ref()
        .is_some_and(|kustom| kustom.read_only_since.is_some());
    if is_read_only {
        return Err(DemoError::Locked(Lock::InReview));
    }
    if cart.items.is_empty() {
        return Err(DemoError::EmptyCart);
    }
    if priced.is_unshippable {
        return Err(DemoError::Unshippable);
    }
    Ok(priced.check_limits()?)
}

/// As far as the storefront has told: nothing of it is required.
fn contacts(cart: &Cart) -> (Option<Contact>, Option<Contact>) {
    let contact = |address: &Address| Contact {
        address: address.clone(),
        organization_name: None,
        email: cart.email.clone(),
        phone: cart.phone.clone(),
    };
    let recipient = cart
        .invoice_recipient
        .as_ref()
        .map(|recipient| &recipient.address);
    let nowhere = Address::default();
    let known = |contact: &Contact| *contact != Contact::default();
    let shipping = Some(contact(cart.address.as_ref().unwrap_or(&nowhere))).filter(known);
    let billing = recipient.map(contact).or_else(|| shipping.clone());
    (billing, shipping)
}
