//! Markets.

use super::ShippingMethod;
use crate::address::CountryCode;
use crate::money::Currency;
use crate::order::NumberSeries;
use serde::{Deserialize, Serialize};

/// A market: who may buy there, in which currency, and from which pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub key: String,
    pub channel_key: String,
    pub currency: Currency,
    pub tax_included: bool,
    pub default_country: CountryCode,
    /// Includes the default country.
    pub allowed_countries: Vec<CountryCode>,
    /// Languages that the shop speaks, as `sv` or `sv-SE`. Empty: any.
    #[serde(default)]
    pub locales: Vec<String>,
    #[serde(default)]
    pub shipping_mode: ShippingMode,
    pub shipping_methods: Vec<ShippingMethod>,
    pub shipping_tax_class: String,
    /// Who may buy; the first is what the checkout begins with.
    #[serde(default = "persons")]
    pub customer_types: Vec<CustomerType>,
    /// Pages that may call the API and be returned to, as exact origins.
    pub origins: Vec<String>,
    /// Which of the configured Kustom accounts is paid. `None`: the common one.
    #[serde(default)]
    pub kustom_account: Option<String>,
    /// Where the numbers of its orders come from. `None`: the common series.
    #[serde(default)]
    pub order_numbers: Option<NumberSeries>,
}

/// Who chooses how the goods travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShippingMode {
    /// The shopper, in Kustom's iframe.
    #[default]
    Iframe,
    /// The shop: the cheapest method that serves the cart.
    Cart,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CustomerType {
    Person,
    Organization,
}

fn persons() -> Vec<CustomerType> {
    vec![CustomerType::Person]
}

impl CustomerType {
    /// As Kustom writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Organization => "organization",
        }
    }
}

impl Profile {
    pub fn number_series(&self) -> NumberSeries {
        self.order_numbers.clone().unwrap_or_default()
    }

    /// Whether the shop speaks this language. `sv` covers `sv_SE`, in whatever form a storefront writes it.
    pub fn speaks(&self, locale: &str) -> bool {
        let normal = |text: &str| text.replace('_', "-").to_ascii_lowercase();
        let wanted = normal(locale);
        let language = wanted.split('-').next().unwrap_or_default();
        self.locales.is_empty()
            || self.locales.iter().any(|known| {
                let known = normal(known);
                known == wanted || known == language || known.split('-').next() == Some(wanted.as_str())
            })
    }
}
