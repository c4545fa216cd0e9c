//! What it costs to send a cart, by every method that serves it.

use super::{PricedShipping, tax_of};
use crate::cart::Cart;
use crate::catalogue::{Catalogue, Parcel, Profile, ShippingMethod, ShippingMode};
use crate::locale::language;
use crate::money::{Money, MoneyError};
use crate::pricing::PromotionEntry;
use crate::promotion::{Benefit, Promotion, PromotionMessage, amount_in};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// The methods that serve a cart, and the one that counts.
#[derive(Clone, Debug)]
pub(super) struct Shipping {
    /// In the profile's order.
    pub options: Vec<PricedShipping>,
    /// What the shopper has chosen, where she may.
    choice: Option<String>,
    tax_included: bool,
    /// How much more must be bought for a method to cost nothing, by its key. Without those that do, or never will.
    until_free: BTreeMap<String, Money>,
}

impl Shipping {
    /// Of a cart that needs none.
    pub(super) fn none() -> Self {
        Self {
            options: Vec::new(),
            choice: None,
            tax_included: true,
            until_free: BTreeMap::new(),
        }
    }

    pub(super) fn of(
        cart: &Cart,
        profile: &Profile,
        weight_grams: u64,
        product_total: Money,
        catalogue: &Catalogue,
        now: Timestamp,
    ) -> Self {
        let parcel = Parcel {
            country: &cart.country,
            weight_grams,
            product_total,
        };
        let serving = || {
            profile
                .shipping_methods
                .iter()
                .filter(|method| method.serves(parcel))
        };
        let until_free = |method: &ShippingMethod| {
            let missing = method.free_from?.minus(product_total).ok()?;
            (missing.amount_minor() > 0).then(|| (method.key.clone(), missing))
        };
        let option = |method: &ShippingMethod| {
            let price = method.price_for(product_total);
            let tax_rate = catalogue.shipping_tax_rate(profile, method, &cart.country, now);
            PricedShipping {
                method_key: method.key.clone(),
                name: method.name.clone(),
                price,
                discount: None,
                promotions: Vec::new(),
                tax: tax_of(cart.tax_included, tax_rate, price),
                tax_rate,
            }
        };
        let may_choose = profile.shipping_mode == ShippingMode::Iframe;
        Self {
            options: serving().map(option).collect(),
            until_free: serving().filter_map(until_free).collect(),
            choice: cart.shipping_choice.clone().filter(|_| may_choose),
            tax_included: cart.tax_included,
        }
    }

    /// The shopper's choice while it serves the cart, else the cheapest method. Of equals the one that is the cheapest by
    /// itself, so that free shipping is not the dearest way, and then the first.
    pub(super) fn chosen(&self) -> Option<&PricedShipping> {
        let wanted = self.choice.as_ref();
        let by_choice = self
            .options
            .iter()
            .find(|option| Some(&option.method_key) == wanted);
        by_choice.or_else(|| {
            let options = self.options.iter();
            options.min_by_key(|option| (option.total().amount_minor(), option.price.amount_minor()))
        })
    }

    /// The methods as the shopper is shown them: what she gets unless she chooses is the first.
    pub(super) fn cheapest_first(&self) -> Vec<PricedShipping> {
        let mut options = self.options.clone();
        options.sort_by_key(|option| (option.total().amount_minor(), option.price.amount_minor()));
        options
    }

    /// Takes something off these methods, or off every one if none is named. Each remembers what was taken off it and why,
    /// because the shopper may choose another one later.
    pub(super) fn take_off(
        &mut self,
        methods: &BTreeSet<String>,
        promotion: &Promotion,
        zero: Money,
    ) -> Result<(), MoneyError> {
        let reduced =
            |option: &&mut PricedShipping| methods.is_empty() || methods.contains(&option.method_key);
        for option in self.options.iter_mut().filter(reduced) {
            let total = option.total();
            let taken = match &promotion.benefit {
                Benefit::Percentage(share) | Benefit::BuyGet { off: share, .. } => share.of(total),
                Benefit::Fixed(amounts) => {
                    amount_in(amounts, zero.currency()).map_or(zero, |amount| amount.at_most(total))
                }
            };
            if taken.amount_minor() > 0 {
                option.discount = Some(option.discount().plus(taken)?);
                option.promotions.push(PromotionEntry::of(promotion, taken, None));
                option.tax = tax_of(self.tax_included, option.tax_rate, option.total());
            }
        }
        Ok(())
    }

    /// What a promotion takes off the method that counts.
    pub(super) fn saved_by(&self, promotion: &Promotion, zero: Money) -> Money {
        let mut taken = self.chosen().into_iter().flat_map(|option| &option.promotions);
        let entry = taken.find(|entry| entry.key == promotion.key);
        entry.map_or(zero, |entry| entry.saved)
    }
}

impl Shipping {
    /// How far the shopper is from free shipping by the method that counts.
    pub(super) fn free_from_message(&self, locale: &str, zero: Money) -> Option<PromotionEntry> {
        let chosen = self.chosen()?;
        if chosen.total().amount_minor() == 0 {
            return None;
        }
        let remaining = *self.until_free.get(&chosen.method_key)?;
        let template = match language(locale).as_str() {
            "sv" => "{remaining} kvar till fri frakt",
            "nb" => "{remaining} igjen til gratis frakt",
            "da" => "{remaining} mere for gratis fragt",
            "fi" => "{remaining} puuttuu ilmaisesta toimituksesta",
            "de" => "Noch {remaining} bis zum kostenlosen Versand",
            _ => "{remaining} more for free shipping",
        };
        Some(PromotionEntry {
            key: format!("shipping:{}", chosen.method_key),
            description: chosen.name.clone(),
            code: None,
            saved: zero,
            usage_limit: None,
            message: Some(PromotionMessage::progress(template, remaining, locale)),
        })
    }
}

#[cfg(test)]
mod tests;
