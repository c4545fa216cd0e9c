//! Promotions: what may be taken off, for whom, when and how often.
//!
//! A promotion with a code is a coupon and waits to be asked for; one without applies by itself. What a promotion is worth
//! for a cart is decided in [`crate::pricing`].

mod code;
mod message;

pub use code::{CodeError, CouponCode, MAX_CODE_CHARS};
pub(crate) use message::in_language;
pub use message::{MessageKind, PromotionMessage, show_amount};

use crate::catalogue::ProductFacts;
use crate::money::{Currency, Money, Share};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    pub key: String,
    /// For the shopper: `Ten percent off`.
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CouponCode>,
    /// In which markets. Empty: in all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub profiles: BTreeSet<String>,
    /// The first moment at which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Timestamp>,
    /// The first moment at which it holds no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// How many purchases may use it, all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_limit: Option<u32>,
    /// How many pieces of one cart it applies to. With [`Benefit::BuyGet`]: how many pieces are given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_per_cart: Option<u32>,
    /// Of the promotions of one group, a cart gets the one that saves most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Combines with nothing: a cart gets either this one or the others, whichever saves more.
    #[serde(default)]
    pub exclusive: bool,
    /// What the cart's products must come to before any discount, in the profile's prices. One amount for each currency;
    /// where a currency has none, the promotion does not hold in it. Empty: no minimum.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub minimum: Vec<Money>,
    pub target: Target,
    pub benefit: Benefit,
    /// What a shopper reads who is not there yet, for each language: `{remaining} more for free shipping`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub message: BTreeMap<String, String>,
}

/// What a promotion takes something off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    Products(Selection),
    /// The methods of these keys. Empty: every method.
    Shipping(BTreeSet<String>),
}

/// Some products. The default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    pub products: BTreeSet<String>,
    pub categories: BTreeSet<String>,
    pub except_products: BTreeSet<String>,
    pub except_categories: BTreeSet<String>,
}

/// How much is taken off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Benefit {
    Percentage(Share),
    /// One amount for each currency; in another currency the promotion does not hold.
    Fixed(Vec<Money>),
    /// Of every `buy + get` pieces, the `get` cheapest cost `off` less.
    BuyGet {
        buy: u32,
        get: u32,
        off: Share,
    },
}

/// Why a promotion cannot help a cart of this market now, whatever is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    OtherProfile,
    OtherCurrency,
    NotYet,
    Over,
    UsedUp,
}

impl Selection {
    pub fn includes(&self, product_number: &str, facts: &ProductFacts) -> bool {
        let in_categories = |categories: &BTreeSet<String>| !categories.is_disjoint(&facts.categories);
        let everything = self.products.is_empty() && self.categories.is_empty();
        let included =
            everything || self.products.contains(product_number) || in_categories(&self.categories);
        included && !self.except_products.contains(product_number) && !in_categories(&self.except_categories)
    }
}

impl Promotion {
    pub fn check_usable(
        &self,
        profile_key: &str,
        currency: Currency,
        now: Timestamp,
    ) -> Result<(), Unusable> {
        if !self.profiles.is_empty() && !self.profiles.contains(profile_key) {
            return Err(Unusable::OtherProfile);
        }
        let speaks_currency = (self.minimum.is_empty() || self.minimum_in(currency).is_some())
            && match &self.benefit {
                Benefit::Fixed(amounts) => amount_in(amounts, currency).is_some(),
                Benefit::Percentage(_) | Benefit::BuyGet { .. } => true,
            };
        if !speaks_currency {
            return Err(Unusable::OtherCurrency);
        }
        if self.valid_from.is_some_and(|from| now < from) {
            return Err(Unusable::NotYet);
        }
        if self.valid_until.is_some_and(|until| now >= until) {
            return Err(Unusable::Over);
        }
        Ok(())
    }

    pub fn minimum_in(&self, currency: Currency) -> Option<Money> {
        amount_in(&self.minimum, currency)
    }
}

pub(crate) fn amount_in(amounts: &[Money], currency: Currency) -> Option<Money> {
    amounts
        .iter()
        .copied()
        .find(|amount| amount.currency() == currency)
}

#[cfg(test)]
pub(crate) mod tests;
