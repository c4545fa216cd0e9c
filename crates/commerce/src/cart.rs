//! The cart: what a shopper has put together, and what Kustom has been told of it.

use crate::address::{Address, CountryCode, InvoiceRecipient};
use crate::catalogue::{Market, ProductFacts};
use crate::id::{CartId, CartItemId, OrderId};
use crate::kustom::{KustomState, hook, validation};
use crate::money::{Currency, Money};
use crate::order::{Order, OrderState};
use crate::payment::{Payment, Provider};
use crate::planted::{self, Bug};
use crate::pricing::Priced;
use crate::promotion::CouponCode;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A cart as it is stored. Custom fields are the storefront's; what Kustom knows lives in `kustom`, out of its reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cart {
    pub id: CartId,
    /// The number people read, such as `C100042`. The store assigns it when the cart is inserted.
    #[serde(skip)]
    pub number: String,
    /// Grows by one with every commit. A commit that was planned on an older version is refused.
    #[serde(skip)]
    pub version: u64,
    /// The order this cart became. The store fills it in from the order itself, so the two cannot disagree.
    #[serde(skip)]
    pub order: Option<CartOrder>,
    pub state: CartState,
    pub profile_key: String,
    pub channel_key: String,
    pub currency: Currency,
    pub tax_included: bool,
    /// As the storefront gave it: `sv_SE`, `sv-SE` and `sv_se` are all in use.
    pub locale: String,
    /// Decides tax rates and shipping. Follows the address once that names a country.
    pub country: CountryCode,
    pub items: Vec<CartItem>,
    /// Codes that the shopper has entered, whether or not they hold for the cart as it is now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<CouponCode>,
    /// The shipping method that the shopper has chosen in Kustom's checkout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_choice: Option<String>,
    pub address: Option<Address>,
    pub invoice_recipient: Option<InvoiceRecipient>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub fields: BTreeMap<String, serde_json::Value>,
    pub kustom: Option<KustomState>,
    /// Counts the payloads ever made for Kustom. It outlives a replaced Kustom order and never falls.
    pub payload_revision: u64,
    /// Set at completion: a bought cart is rendered from what was paid, never priced again.
    pub frozen: Option<Priced>,
    /// Set at completion. A second purchase is told from the same one heard of twice by it.
    #[serde(default)]
    pub bought_by: Option<Provider>,
    /// A purchase of this cart waits for a person. Until it has found its fate, nothing more may be bought.
    #[serde(default)]
    pub in_review: Option<KustomOrderId>,
    /// The last time a shopper did something with the cart.
    #[serde(default)]
    pub used_at: Timestamp,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CartState {
    Open,
    Completed,
    Rejected,
}

/// Why nothing may change about a cart that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// A payment was let through and may still come about.
    BeingPaid { until: Timestamp, seconds_left: u32 },
    /// A purchase waits for a person.
    InReview,
}

impl Cart {
    /// For whom the cart's products are priced.
    pub fn market(&self) -> Market<'_> {
        Market {
            channel_key: &self.channel_key,
            currency: self.currency,
            tax_included: self.tax_included,
            country: &self.country,
        }
    }

    pub fn lock(&self, now: Timestamp) -> Option<Lock> {
        if self.in_review.is_some() {
            return Some(Lock::InReview);
        }
        let approval = self.kustom.as_ref()?.approval.as_ref()?;
        let until = hook::after(approval.at, validation::FREEZE);
        let left = until.duration_since(now).as_secs();
        // A last fraction of a second counts as one.
        let seconds_left = u32::try_from(left).unwrap_or(u32::MAX).saturating_add(1);
        (now < until && !planted::is(Bug::FreezeIgnored)).then_some(Lock::BeingPaid { until, seconds_left })
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CartOrder {
    pub id: OrderId,
    pub number: String,
    pub state: OrderState,
    pub provider: Provider,
    /// The provider's name for the payment.
    pub reference: String,
    pub amount: Money,
}

impl CartOrder {
    pub fn new(order: &Order, payment: &Payment) -> Self {
        Self {
            id: order.id,
            number: order.number.clone(),
            state: order.state(payment),
            provider: payment.provider.clone(),
            reference: payment.reference(),
            amount: payment.authorization.amount,
        }
    }
}

/// One line of a cart. Adding a product twice makes two items, because an item's id is the shopper's to keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CartItem {
    pub id: CartItemId,
    pub product_number: String,
    pub quantity: u32,
    /// What the catalogue said last. It prices the item only if the product leaves the catalogue.
    pub last_known: ProductFacts,
}
