//! What a storefront may do to a cart.

use crate::address::{Address, CountryCode, InvoiceRecipient};
use crate::cart::{Cart, CartItem, CartState, Lock};
use crate::catalogue::{Catalogue, Market, ProductError, Profile, Shop};
use crate::change::{CartWrite, Change};
use crate::contact::{ContactError, Email, Phone, check_address, check_invoice_recipient};
use crate::field::{self, FieldError, FieldKey};
use crate::id::{CartId, CartItemId};
use crate::kustom::hook::{self, SyncTiming};
use crate::locale::Locale;
use crate::pricing::{PricingError, price};
use crate::promotion::{CouponCode, Unusable};
use jiff::Timestamp;
use std::collections::BTreeMap;
use thiserror::Error;

/// Kustom takes 1000 lines; nobody reads a hundred, and every mutation prices them all.
pub const MAX_ITEMS: usize = 100;
pub const MAX_QUANTITY: u32 = 9999;
pub const MAX_COUPONS: usize = 10;

#[derive(Clone, Debug, PartialEq)]
pub enum CartCommand {
    AddItem {
        item_id: CartItemId,
        product_number: String,
        quantity: Quantity,
    },
    RemoveItem {
        item_id: CartItemId,
    },
    SetQuantity {
        item_id: CartItemId,
        quantity: Quantity,
    },
    /// An absent part is left alone; a present one replaces what was stored.
    SetAddress {
        address: Option<Box<Address>>,
        invoice_recipient: Option<InvoiceChange>,
    },
    SetEmail {
        email: Email,
    },
    SetPhone {
        phone: Phone,
    },
    AddCoupon {
        code: CouponCode,
    },
    RemoveCoupon {
        code: CouponCode,
    },
    SetField {
        key: FieldKey,
        value: serde_json::Value,
    },
    RemoveField {
        key: FieldKey,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum InvoiceChange {
    Set(Box<InvoiceRecipient>),
    Unset,
}

impl CartCommand {
    /// The product that the command brings in.
    pub fn product_number(&self) -> Option<&str> {
        match self {
            Self::AddItem { product_number, .. } => Some(product_number),
            _ => None,
        }
    }

    /// The coupon that the command enters.
    pub fn coupon_code(&self) -> Option<&CouponCode> {
        match self {
            Self::AddCoupon { code } => Some(code),
            _ => None,
        }
    }
}

/// A whole number from 1 to [`MAX_QUANTITY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantity(u32);

impl Quantity {
    pub fn new(quantity: u32) -> Option<Self> {
        (1..=MAX_QUANTITY).contains(&quantity).then_some(Self(quantity))
    }
}

/// Why a cart refused. The cart is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CartError {
    #[error("the cart is not open")]
    NotOpen { state: CartState },
    #[error("the cart cannot be changed at the moment")]
    Locked(Lock),
    #[error("no such profile")]
    UnknownProfile,
    #[error("the profile does not sell to this country")]
    CountryNotAllowed,
    #[error("no such item in this cart")]
    ItemNotFound,
    #[error("the item's id belongs to another product in this cart")]
    ItemIdReused,
    #[error("a cart holds at most {MAX_ITEMS} items")]
    TooManyItems,
    #[error("there is no such coupon")]
    CouponNotFound,
    #[error("the coupon cannot be used: {0:?}")]
    InvalidCoupon(CouponRefusal),
    #[error("there are only {available} left")]
    OutOfStock { available: u32 },
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error(transparent)]
    Pricing(#[from] PricingError),
    #[error(transparent)]
    Contact(#[from] ContactError),
    #[error(transparent)]
    Field(#[from] FieldError),
}

/// Why a coupon that exists is no good here, whatever is in the cart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CouponRefusal {
    Unusable(Unusable),
    TooMany,
}

/// Makes an empty cart. `country` overrides the profile's default.
pub fn create(
    id: CartId,
    profile_key: &str,
    locale: &Locale,
    country: Option<CountryCode>,
    shop: &Shop,
    now: Timestamp,
) -> Result<Change, CartError> {
    let profile = shop.profile(profile_key).ok_or(CartError::UnknownProfile)?;
    let country = country.unwrap_or_else(|| profile.default_country.clone());
    check_country(profile, &country)?;
    let cart = Cart {
        id,
        number: String::new(),
        version: 0,
        order: None,
        state: CartState::Open,
        profile_key: profile.key.clone(),
        channel_key: profile.channel_key.clone(),
        currency: profile.currency,
        tax_included: profile.tax_included,
        locale: locale.as_given().to_owned(),
        country,
        items: Vec::new(),
        coupons: Vec::new(),
        shipping_choice: None,
        address: None,
        invoice_recipient: None,
        email: None,
        phone: None,
        fields: BTreeMap::new(),
        kustom: None,
        payload_revision: 0,
        frozen: None,
        bought_by: None,
        in_review: None,
        used_at: now,
        created_at: now,
    };
    Ok(Change {
        cart: Some(CartWrite::Insert(Box::new(cart))),
        ..Change::default()
    })
}

/// Applies one command to a cart.
///
/// Returns everything the transaction must write; the caller commits all of it or none. A completed cart never changes
/// again: the shopper has paid for exactly what it says. Every command fires the hook, so whoever sees the new cart
/// also sees that Kustom has yet to hear of it.
pub fn apply(
    cart: &Cart,
    command: CartCommand,
    catalogue: &Catalogue,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<Change, CartError> {
    if cart.state != CartState::Open {
        return Err(CartError::NotOpen { state: cart.state });
    }
    if let Some(lock) = cart.lock(now) {
        return Err(CartError::Locked(lock));
    }
    let profile = catalogue
        .profile(&cart.profile_key)
        .ok_or(PricingError::ProfileGone)?;
    let grows = matches!(
        command,
        CartCommand::AddItem { .. } | CartCommand::SetQuantity { .. }
    );
    let before = cart;
    let mut cart = cart.clone();
    match command {
        CartCommand::AddItem {
            item_id,
            product_number,
            quantity,
        } => {
            add_item(&mut cart, item_id, product_number, quantity, catalogue, now)?;
        }
        CartCommand::RemoveItem { item_id } => remove_item(&mut cart, item_id)?,
        CartCommand::SetQuantity { item_id, quantity } => item_mut(&mut cart, item_id)?.quantity = quantity.0,
        CartCommand::SetAddress {
            address,
            invoice_recipient,
        } => {
            set_address(&mut cart, address, invoice_recipient, profile)?;
        }
        CartCommand::SetEmail { email } => cart.email = Some(email.into_string()),
        CartCommand::SetPhone { phone } => cart.phone = Some(phone.into_string()),
        CartCommand::AddCoupon { code } => add_coupon(&mut cart, code, catalogue, now)?,
        CartCommand::RemoveCoupon { code } => cart.coupons.retain(|known| *known != code),
        CartCommand::SetField { key, value } => field::set(&mut cart.fields, key, value)?,
        CartCommand::RemoveField { key } => field::remove(&mut cart.fields, &key),
    }
    cart.used_at = now;
    refresh_facts(&mut cart, catalogue, now);
    let priced = price(&cart, catalogue, now)?;
    if grows {
        check_stock(before, &cart, catalogue, now)?;
        priced.check_limits()?;
    }
    let effects = hook::on_cart_mutation(&mut cart, &priced, timing, now)?;
    Ok(Change {
        cart: Some(CartWrite::Update(Box::new(cart))),
        snapshots: effects.snapshot.into_iter().collect(),
        jobs: effects.job.into_iter().collect(),
        ..Change::default()
    })
}

/// Adds an item under an id of the caller's choice. A repeated request finds its item and adds nothing.
fn add_item(
    cart: &mut Cart,
    item_id: CartItemId,
    product_number: String,
    quantity: Quantity,
    catalogue: &Catalogue,
    now: Timestamp,
) -> Result<(), CartError> {
    if let Some(item) = cart.items.iter().find(|item| item.id == item_id) {
        return if item.product_number == product_number {
            Ok(())
        } else {
            Err(CartError::ItemIdReused)
        };
    }
    let last_known = catalogue.facts(&product_number, cart.market(), now)?;
    if cart.items.len() >= MAX_ITEMS {
        return Err(CartError::TooManyItems);
    }
    cart.items.push(CartItem {
        id: item_id,
        product_number,
        quantity: quantity.0,
        last_known,
    });
    Ok(())
}

fn remove_item(cart: &mut Cart, item_id: CartItemId) -> Result<(), CartError> {
    item_mut(cart, item_id)?;
    cart.items.retain(|item| item.id != item_id);
    Ok(())
}

fn item_mut(cart: &mut Cart, item_id: CartItemId) -> Result<&mut CartItem, CartError> {
    cart.items
        .iter_mut()
        .find(|item| item.id == item_id)
        .ok_or(CartError::ItemNotFound)
}

fn set_address(
    cart: &mut Cart,
    address: Option<Box<Address>>,
    invoice_recipient: Option<InvoiceChange>,
    profile: &Profile,
) -> Result<(), CartError> {
    if let Some(address) = address {
        check_address(&address)?;
        if let Some(country) = &address.country_code {
            check_country(profile, country)?;
            cart.country = country.clone();
        }
        cart.address = Some(*address);
    }
    match invoice_recipient {
        Some(InvoiceChange::Set(recipient)) => {
            check_invoice_recipient(&recipient)?;
            cart.invoice_recipient = Some(*recipient);
        }
        Some(InvoiceChange::Unset) => cart.invoice_recipient = None,
        None => (),
    }
    Ok(())
}

fn check_country(profile: &Profile, country: &CountryCode) -> Result<(), CartError> {
    if profile.allowed_countries.contains(country) {
        Ok(())
    } else {
        Err(CartError::CountryNotAllowed)
    }
}

/// Enters a code. One that helps no cart of this market is refused; one that only this cart does not qualify for is kept, for
/// the cart may yet become one that does. Entering a code twice changes nothing.
fn add_coupon(
    cart: &mut Cart,
    code: CouponCode,
    catalogue: &Catalogue,
    now: Timestamp,
) -> Result<(), CartError> {
    if cart.coupons.contains(&code) {
        return Ok(());
    }
    let refused = |refusal| Err(CartError::InvalidCoupon(refusal));
    let mut promotions = catalogue.shop().promotions().iter();
    let promotion = promotions
        .find(|promotion| promotion.code.as_ref() == Some(&code))
        .ok_or(CartError::CouponNotFound)?;
    if let Err(unusable) = promotion.check_usable(&cart.profile_key, cart.currency, now) {
        return refused(CouponRefusal::Unusable(unusable));
    }
    if catalogue.is_used_up(promotion) {
        return refused(CouponRefusal::Unusable(Unusable::UsedUp));
    }
    if cart.coupons.len() >= MAX_COUPONS {
        return refused(CouponRefusal::TooMany);
    }
    cart.coupons.push(code);
    Ok(())
}

/// Nobody may put more into a cart than there is, nor more of what is not sold any more. What is in it already is looked at
/// again before it is paid.
fn check_stock(before: &Cart, cart: &Cart, catalogue: &Catalogue, now: Timestamp) -> Result<(), CartError> {
    let before = pieces(before);
    for (number, wanted) in pieces(cart) {
        let more = wanted > before.get(number).copied().unwrap_or(0);
        if !more {
            continue;
        }
        catalogue.facts(number, cart.market(), now)?;
        match catalogue.available(number) {
            Some(available) if wanted > u64::from(available) => {
                return Err(CartError::OutOfStock { available });
            }
            _ => (),
        }
    }
    Ok(())
}

/// Whether the cart wants something that is not sold any more, or more of something than it can have.
pub fn is_short(cart: &Cart, catalogue: &Catalogue, now: Timestamp) -> bool {
    pieces(cart).into_iter().any(|(number, wanted)| {
        let available = catalogue.available(number);
        let too_few = available.is_some_and(|available| wanted > u64::from(available));
        too_few || catalogue.facts(number, cart.market(), now).is_err()
    })
}

fn pieces(cart: &Cart) -> BTreeMap<&str, u64> {
    let mut pieces = BTreeMap::new();
    for item in &cart.items {
        *pieces.entry(item.product_number.as_str()).or_default() += u64::from(item.quantity);
    }
    pieces
}

/// Remembers what the catalogue says today, for the day it no longer knows the product.
pub(crate) fn refresh_facts(cart: &mut Cart, catalogue: &Catalogue, now: Timestamp) {
    let market = (cart.channel_key.clone(), cart.country.clone());
    for item in &mut cart.items {
        let market = Market {
            channel_key: &market.0,
            currency: cart.currency,
            tax_included: cart.tax_included,
            country: &market.1,
        };
        if let Ok(facts) = catalogue.facts(&item.product_number, market, now) {
            item.last_known = facts;
        }
    }
}

#[cfg(test)]
mod tests;
