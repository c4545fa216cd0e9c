//! Products and their prices.

use super::{CatalogueError, Market};
use crate::money::{Money, TaxRate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    pub number: String,
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    pub tax_class: String,
    /// Groups of products that shipping and promotions speak of.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<u32>,
    /// Whether there are only so many. The store knows how many are left.
    #[serde(default)]
    pub is_counted: bool,
    pub prices: Vec<Price>,
}

/// A unit price. A shop that sells with and without tax keeps a price for each, because neither rounds to the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub unit_price: Money,
    pub tax_included: bool,
    /// Where this price holds. Without one it holds wherever no channel's own price does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_key: Option<String>,
}

/// What a cart needs to know of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductFacts {
    pub description: String,
    pub image: Option<String>,
    pub unit_price: Money,
    pub tax_rate: TaxRate,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_grams: Option<u32>,
}

impl Product {
    /// The channel's own price, else the one for everybody.
    pub(super) fn price_in(&self, market: Market<'_>) -> Option<Money> {
        let of_channel = |channel_key: Option<&str>| {
            let fits = |price: &&Price| {
                price.unit_price.currency() == market.currency
                    && price.tax_included == market.tax_included
                    && price.channel_key.as_deref() == channel_key
            };
            self.prices.iter().find(fits).map(|price| price.unit_price)
        };
        of_channel(Some(market.channel_key)).or_else(|| of_channel(None))
    }

    pub(super) fn check_prices(&self) -> Result<(), CatalogueError> {
        let mut seen = BTreeSet::new();
        for price in &self.prices {
            let user = self.number.clone();
            if price.unit_price.amount_minor() < 0 {
                return Err(CatalogueError::NegativePrice { user });
            }
            let currency = price.unit_price.currency();
            if !seen.insert((currency.code(), price.tax_included, &price.channel_key)) {
                return Err(CatalogueError::TwoPrices { user, currency });
            }
        }
        Ok(())
    }
}
