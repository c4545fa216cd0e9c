//! The shape of the catalogue file. Whatever can be wrong keeps its place.

use kassa_commerce::order::NumberSeries;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

type Text = Spanned<String>;

/// By currency code.
pub(super) type RawPrices = BTreeMap<String, Text>;

/// Tables by key, so that TOML itself refuses a key that is there twice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCatalogue {
    pub tax_classes: BTreeMap<String, RawTaxClass>,
    pub profiles: BTreeMap<String, RawProfile>,
    pub products: BTreeMap<String, RawProduct>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTaxClass {
    pub default: Text,
    /// By country code.
    #[serde(default)]
    pub rates: BTreeMap<String, Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProfile {
    pub channel: String,
    pub currency: Text,
    pub tax_included: bool,
    pub default_country: Text,
    pub countries: Vec<Text>,
    pub origins: Vec<Text>,
    pub shipping_tax_class: Text,
    /// A list and no table, because shoppers see it in this order.
    #[serde(default)]
    pub shipping_methods: Vec<RawShippingMethod>,
    pub order_numbers: Option<RawOrderNumbers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOrderNumbers {
    pub series: String,
    pub prefix: String,
    pub first: u64,
}

impl RawOrderNumbers {
    pub(super) fn into_series(self) -> NumberSeries {
        NumberSeries {
            key: self.series,
            prefix: self.prefix,
            first: self.first,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawShippingMethod {
    pub key: Text,
    pub name: String,
    pub price: Text,
    pub free_from: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawProduct {
    pub description: String,
    pub image: Option<String>,
    pub tax_class: Text,
    #[serde(default)]
    pub prices_including_tax: RawPrices,
    #[serde(default)]
    pub prices_excluding_tax: RawPrices,
}
