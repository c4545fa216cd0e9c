//! What can be bought, by whom and at which price. The only source of prices and tax rates.

use crate::address::CountryCode;
use crate::cart::ProductFacts;
use crate::money::{Currency, Money, TaxRate};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Products, profiles, tax classes and shipping methods, complete and consistent: see [`Catalogue::new`].
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    products: BTreeMap<String, Product>,
    /// In the order they were written: the first is what a storefront shows first.
    profiles: Vec<Profile>,
    tax_classes: BTreeMap<String, TaxClass>,
}

#[derive(Clone, Debug)]
pub struct Product {
    pub number: String,
    pub description: String,
    pub image: Option<String>,
    pub tax_class: String,
    pub prices: Vec<Price>,
}

/// A unit price. A shop that sells with and without tax keeps a price for each, because neither rounds to the other.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    pub unit_price: Money,
    pub tax_included: bool,
}

/// Which rate a kind of goods has where.
#[derive(Clone, Debug)]
pub struct TaxClass {
    pub key: String,
    pub default_rate: TaxRate,
    pub rates: BTreeMap<CountryCode, TaxRate>,
}

/// A market: who may buy there, in which currency, and from which pages.
#[derive(Clone, Debug)]
pub struct Profile {
    pub key: String,
    pub channel_key: String,
    pub currency: Currency,
    pub tax_included: bool,
    pub default_country: CountryCode,
    /// Includes the default country.
    pub allowed_countries: Vec<CountryCode>,
    pub shipping_methods: Vec<ShippingMethod>,
    pub shipping_tax_class: String,
    /// Pages that may call the API and be returned to, as exact origins.
    pub origins: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct ShippingMethod {
    pub key: String,
    pub name: String,
    /// Including tax where the profile's prices do.
    pub price: Money,
    /// From this product total on, the method costs nothing.
    pub free_from: Option<Money>,
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
}

/// A catalogue that would price something wrongly, found before anything is sold.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum CatalogueError {
    #[error("`{0}` is defined twice")]
    Duplicate(String),
    #[error("`{user}` names the tax class `{tax_class}`, which does not exist")]
    UnknownTaxClass { user: String, tax_class: String },
    #[error("`{user}` has a negative price")]
    NegativePrice { user: String },
    #[error("profile `{profile}` sells in {profile_currency:?} but ships in {shipping_currency:?}")]
    ShippingCurrency {
        profile: String,
        profile_currency: Currency,
        shipping_currency: Currency,
    },
    #[error("profile `{profile}` does not sell to its default country")]
    DefaultCountry { profile: String },
}

/// Why a product cannot be put into a cart.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProductError {
    #[error("no such product")]
    NotFound,
    #[error("the product has no price in {currency:?}")]
    NoPrice { currency: Currency },
}

impl Catalogue {
    pub fn new(
        products: Vec<Product>,
        profiles: Vec<Profile>,
        tax_classes: Vec<TaxClass>,
    ) -> Result<Self, CatalogueError> {
        let catalogue = Self {
            products: by_key(products, |product| &product.number)?,
            profiles: distinct(profiles)?,
            tax_classes: by_key(tax_classes, |class| &class.key)?,
        };
        catalogue
            .products
            .values()
            .try_for_each(|product| catalogue.check_product(product))?;
        catalogue
            .profiles
            .iter()
            .try_for_each(|profile| catalogue.check_profile(profile))?;
        Ok(catalogue)
    }

    pub fn profile(&self, key: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.key == key)
    }

    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    /// What a cart of this currency, tax mode and country has to know of a product.
    pub fn facts(
        &self,
        product_number: &str,
        currency: Currency,
        tax_included: bool,
        country: &CountryCode,
    ) -> Result<ProductFacts, ProductError> {
        let product = self.products.get(product_number).ok_or(ProductError::NotFound)?;
        let price = product
            .prices
            .iter()
            .find(|price| price.unit_price.currency() == currency && price.tax_included == tax_included)
            .ok_or(ProductError::NoPrice { currency })?;
        Ok(ProductFacts {
            description: product.description.clone(),
            image: product.image.clone(),
            unit_price: price.unit_price,
            tax_rate: self.tax_rate(&product.tax_class, country),
        })
    }

    pub fn shipping_tax_rate(&self, profile: &Profile, country: &CountryCode) -> TaxRate {
        self.tax_rate(&profile.shipping_tax_class, country)
    }

    fn tax_rate(&self, tax_class: &str, country: &CountryCode) -> TaxRate {
        let class = self
            .tax_classes
            .get(tax_class)
            .expect("tax classes were checked when the catalogue was made");
        class.rates.get(country).copied().unwrap_or(class.default_rate)
    }

    fn check_product(&self, product: &Product) -> Result<(), CatalogueError> {
        self.check_tax_class(&product.number, &product.tax_class)?;
        let negative = product
            .prices
            .iter()
            .any(|price| price.unit_price.amount_minor() < 0);
        if negative {
            return Err(CatalogueError::NegativePrice {
                user: product.number.clone(),
            });
        }
        Ok(())
    }

    fn check_profile(&self, profile: &Profile) -> Result<(), CatalogueError> {
        self.check_tax_class(&profile.key, &profile.shipping_tax_class)?;
        if !profile.allowed_countries.contains(&profile.default_country) {
            return Err(CatalogueError::DefaultCountry {
                profile: profile.key.clone(),
            });
        }
        profile
            .shipping_methods
            .iter()
            .try_for_each(|method| check_shipping_method(profile, method))
    }

    fn check_tax_class(&self, user: &str, tax_class: &str) -> Result<(), CatalogueError> {
        if self.tax_classes.contains_key(tax_class) {
            return Ok(());
        }
        Err(CatalogueError::UnknownTaxClass {
            user: user.to_owned(),
            tax_class: tax_class.to_owned(),
        })
    }
}

fn check_shipping_method(profile: &Profile, method: &ShippingMethod) -> Result<(), CatalogueError> {
    for amount in std::iter::once(method.price).chain(method.free_from) {
        if amount.currency() != profile.currency {
            return Err(CatalogueError::ShippingCurrency {
                profile: profile.key.clone(),
                profile_currency: profile.currency,
                shipping_currency: amount.currency(),
            });
        }
    }
    if method.price.amount_minor() < 0 {
        return Err(CatalogueError::NegativePrice {
            user: method.key.clone(),
        });
    }
    Ok(())
}

fn distinct(profiles: Vec<Profile>) -> Result<Vec<Profile>, CatalogueError> {
    let mut keys = BTreeSet::new();
    match profiles.iter().find(|profile| !keys.insert(&profile.key)) {
        Some(twin) => Err(CatalogueError::Duplicate(twin.key.clone())),
        None => Ok(profiles),
    }
}

fn by_key<T>(items: Vec<T>, key: impl Fn(&T) -> &String) -> Result<BTreeMap<String, T>, CatalogueError> {
    let mut map = BTreeMap::new();
    for item in items {
        let key = key(&item).clone();
        if map.insert(key.clone(), item).is_some() {
            return Err(CatalogueError::Duplicate(key));
        }
    }
    Ok(map)
}

#[cfg(test)]
mod tests;
