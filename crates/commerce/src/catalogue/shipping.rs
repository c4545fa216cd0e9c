//! Ways for goods to travel, and which carts each of them serves.

use super::{CatalogueError, Profile};
use crate::address::CountryCode;
use crate::money::Money;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingMethod {
    pub key: String,
    pub name: String,
    /// Including tax where the profile's prices do.
    pub price: Money,
    /// From this product total on, the method costs nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_from: Option<Money>,
    /// Where the method goes. Empty: wherever the profile sells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<CountryCode>,
    /// The lightest and the heaviest cart, both included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_weight_grams: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_weight_grams: Option<u32>,
    /// The least and the greatest product total, both included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_total: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_total: Option<Money>,
    /// Other than the profile's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_class: Option<String>,
}

/// What a method is asked to carry.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    pub country: &'a CountryCode,
    pub weight_grams: u64,
    /// After discounts.
    pub product_total: Money,
}

impl ShippingMethod {
    pub fn price_for(&self, product_total: Money) -> Money {
        match self.free_from {
            Some(threshold) if product_total.amount_minor() >= threshold.amount_minor() => {
                Money::zero(self.price.currency())
            }
            _ => self.price,
        }
    }

    pub fn serves(&self, parcel: Parcel<'_>) -> bool {
        let total = parcel.product_total.amount_minor();
        let goes_there = self.countries.is_empty() || self.countries.contains(parcel.country);
        goes_there
            && self
                .min_weight_grams
                .is_none_or(|least| parcel.weight_grams >= u64::from(least))
            && self
                .max_weight_grams
                .is_none_or(|most| parcel.weight_grams <= u64::from(most))
            && self.min_total.is_none_or(|least| total >= least.amount_minor())
            && self.max_total.is_none_or(|most| total <= most.amount_minor())
    }

    pub(super) fn check(&self, profile: &Profile) -> Result<(), CatalogueError> {
        let amounts = [Some(self.price), self.free_from, self.min_total, self.max_total];
        for amount in amounts.into_iter().flatten() {
            if amount.currency() != profile.currency {
                return Err(CatalogueError::ShippingCurrency {
                    profile: profile.key.clone(),
                    profile_currency: profile.currency,
                    shipping_currency: amount.currency(),
                });
            }
            if amount.amount_minor() < 0 {
                return Err(CatalogueError::NegativePrice {
                    user: self.key.clone(),
                });
            }
        }
        let twins = profile
            .shipping_methods
            .iter()
            .filter(|other| other.key == self.key);
        if twins.count() > 1 {
            return Err(CatalogueError::Duplicate(self.key.clone()));
        }
        Ok(())
    }
}
