//! Opening the checkout: one live Kustom order per cart.
//!
//! The first storefront page to ask creates the Kustom order, every later one gets the same. A snippet leaves only for
//! the order that is durably bound to the cart.

mod prefill;

use crate::cart::{Cart, CartState, Lock};
use crate::catalogue::Profile;
use crate::change::{CartWrite, Change, KustomOrderWrite};
use crate::id::SessionId;
use crate::kustom::hook::{self, HookEffects, SyncTiming};
use crate::kustom::offer::Offer;
use crate::kustom::reconcile;
use crate::kustom::state::{KustomOrder, KustomOrderState, KustomState, StorefrontUrls};
use crate::kustom::sync::{self, SyncCall, SyncRequest};
use crate::planted::{self, Bug};
use crate::pricing::{Priced, PricingError};
use crate::snapshot::Snapshot;
use jiff::Timestamp;
use kustom_api::CheckoutOrder;
use prefill::{customer, locale_for, merchant_urls, options, prefill};
use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    #[error("the cart is not open")]
    NotOpen { state: CartState },
    /// Another checkout would be paid as well.
    #[error("a purchase of the cart is being looked into")]
    InReview,
    #[error("there is nothing in the cart to pay for")]
    EmptyCart,
    #[error("none of the shop's ways to ship serves this cart")]
    Unshippable,
    #[error(transparent)]
    Pricing(#[from] PricingError),
    /// Nothing was bound, so nobody will ever see what Kustom made.
    #[error("Kustom's answer is not the order that was asked for")]
    UnexpectedAnswer,
    #[error("the cart has another open Kustom order")]
    AlreadyOpen,
}

/// Where Kustom reaches us about one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackUrls {
    pub push: String,
    /// For news about a purchase that Kustom has examined.
    pub notification: String,
    pub validation: String,
    pub shipping_option_update: String,
    pub address_update: String,
    pub country_change: String,
}

/// A Kustom order about to be created.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub session_id: SessionId,
    /// The profile's, by which it is made.
    pub account: Option<String>,
    pub urls: StorefrontUrls,
    pub snapshot: Snapshot,
    pub payload: Box<CheckoutOrder>,
}

/// Whether a cart may be paid at all.
pub fn check(cart: &Cart) -> Result<(), OpenError> {
    if cart.state != CartState::Open {
        return Err(OpenError::NotOpen { state: cart.state });
    }
    if cart.in_review.is_some() {
        return Err(OpenError::InReview);
    }
    if cart.items.is_empty() {
        return Err(OpenError::EmptyCart);
    }
    Ok(())
}

/// Plans the creation of the cart's Kustom order.
pub fn plan_create(
    cart: &Cart,
    priced: Priced,
    profile: &Profile,
    session_id: SessionId,
    urls: StorefrontUrls,
    callbacks: CallbackUrls,
) -> Result<Draft, OpenError> {
    check(cart)?;
    priced.check_limits()?;
    if priced.is_unshippable {
        return Err(OpenError::Unshippable);
    }
    let offer = Offer::new(&priced, &cart.country).map_err(PricingError::from)?;
    let countries: Vec<_> = profile
        .allowed_countries
        .iter()
        .map(|country| country.as_str().to_owned())
        .collect();
    let payload = CheckoutOrder {
        locale: Some(locale_for(cart, profile)),
        merchant_reference1: Some(cart.number.clone()),
        merchant_urls: Some(merchant_urls(&urls, callbacks, priced.shipping_in_checkout)),
        options: Some(options(profile)),
        customer: customer(cart, profile),
        billing_address: prefill(cart, profile),
        billing_countries: Some(countries.clone()),
        shipping_countries: Some(countries),
        ..offer.to_payload()
    };
    let snapshot = Snapshot {
        cart_id: cart.id,
        revision: cart.payload_revision + 1,
        content_hash: offer.content_hash(),
        offer,
        priced,
        items: cart.items.clone(),
    };
    Ok(Draft {
        session_id,
        account: profile.kustom_account.clone(),
        urls,
        snapshot,
        payload: Box::new(payload),
    })
}

/// Makes pending what has changed without the shopper: a price, a tax rate. `None` if Kustom was told the same already.
pub fn refresh(
    cart: &Cart,
    priced_now: &Priced,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<Option<Change>, OpenError> {
    priced_now.check_limits()?;
    let mut cart = cart.clone();
    let effects = hook::on_cart_mutation(&mut cart, priced_now, timing, now)?;
    let changed = effects.snapshot.is_some();
    Ok(changed.then(|| refreshed(cart, effects)))
}

pub(super) fn refreshed(cart: Cart, effects: HookEffects) -> Change {
    Change {
        cart: Some(CartWrite::Update(Box::new(cart))),
        snapshots: effects.snapshot.into_iter().collect(),
        jobs: effects.job.into_iter().collect(),
        ..Change::default()
    }
}

/// Plans the call for a cart whose Kustom order exists: an update where Kustom lacks something, else a read, because
/// only an answer carries a snippet. `snapshot` is the cart's newest revision. Nothing is changed under a payment.
pub fn plan_reuse(
    kustom: &KustomState,
    snapshot: &Snapshot,
    urls: StorefrontUrls,
    callbacks: CallbackUrls,
    lock: Option<Lock>,
) -> SyncCall {
    let lacks_nothing = kustom.urls == urls && !kustom.is_syncing();
    if lacks_nothing || lock.is_some() {
        return sync::call(kustom, snapshot, SyncRequest::Read);
    }
    let payload = CheckoutOrder {
        merchant_urls: Some(merchant_urls(
            &urls,
            callbacks,
            snapshot.priced.shipping_in_checkout,
        )),
        ..snapshot.offer.to_payload()
    };
    SyncCall {
        urls: Some(urls),
        ..sync::call(kustom, snapshot, SyncRequest::Update(Box::new(payload)))
    }
}

/// Binds a created Kustom order to its cart.
///
/// `cart` is the cart as it is now. What was sent becomes the synced revision; where the cart has moved on since, the
/// hook makes the difference pending in the same transaction.
pub fn absorb_created(
    cart: &Cart,
    priced_now: &Priced,
    draft: Draft,
    created: &CheckoutOrder,
    location: Option<String>,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<Change, OpenError> {
    if cart.state != CartState::Open {
        return Err(OpenError::NotOpen { state: cart.state });
    }
    if cart.kustom.is_some() || cart.payload_revision >= draft.snapshot.revision {
        return Err(OpenError::AlreadyOpen);
    }
    let kustom_order_id = created.order_id.clone().ok_or(OpenError::UnexpectedAnswer)?;
    // Its purchase would be refused as another cart's. Better not to sell it.
    let names_another_cart = created
        .merchant_reference1
        .as_ref()
        .is_some_and(|reference| *reference != cart.number);
    if names_another_cart {
        return Err(OpenError::UnexpectedAnswer);
    }
    let held = Offer::from_order(created).ok_or(OpenError::UnexpectedAnswer)?;
    if held.content_hash() != draft.snapshot.content_hash {
        return Err(OpenError::UnexpectedAnswer);
    }
    let kustom_order = KustomOrder {
        id: kustom_order_id.clone(),
        cart_id: cart.id,
        session_id: draft.session_id,
        location,
        account: draft.account,
        state: KustomOrderState::Open,
        opened_at: now,
    };
    let mut cart = cart.clone();
    cart.payload_revision = draft.snapshot.revision;
    cart.kustom = Some(KustomState {
        sync_hash: draft
            .snapshot
            .offer
            .sync_hash(&kustom_order_id, draft.snapshot.revision),
        kustom_order_id,
        synced_revision: draft.snapshot.revision,
        pending_hash: None,
        revision: draft.snapshot.revision,
        content_hash: draft.snapshot.content_hash.clone(),
        ambiguous_until: None,
        urls: draft.urls,
        approval: None,
        read_only_since: None,
    });
    cart.used_at = now;
    let effects = hook::on_cart_mutation(&mut cart, priced_now, timing, now)?;
    let watch = (!planted::is(Bug::NobodyAsks)).then(|| reconcile::watch(&kustom_order));
    Ok(Change {
        cart: Some(CartWrite::Update(Box::new(cart))),
        kustom_orders: vec![KustomOrderWrite::Open(kustom_order)],
        snapshots: std::iter::once(draft.snapshot).chain(effects.snapshot).collect(),
        jobs: effects.job.into_iter().chain(watch).collect(),
        ..Change::default()
    })
}

#[cfg(test)]
mod tests;
