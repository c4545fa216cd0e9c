//! What can be bought, by whom and at which price. The only source of prices and tax rates.
//!
//! A [`Shop`] is what is the same for every cart: markets, tax, shipping, promotions. It is small and kept in memory. A
//! [`Catalogue`] is a shop with the products that somebody needs right now, which may be two of a hundred thousand.

mod edit;
mod product;
mod profile;
mod shipping;
mod tax;

pub use edit::{Rest, ShopEdit, ShopParts};
pub use product::{Price, Product, ProductFacts};
pub use profile::{CustomerType, Profile, ShippingMode};
pub use shipping::{Parcel, ShippingMethod};
pub use tax::{RateFrom, TaxClass};

use crate::address::CountryCode;
use crate::money::{Currency, TaxRate};
use crate::order::{NumberSeries, SeriesError};
use crate::promotion::Promotion;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use thiserror::Error;

/// Profiles, tax classes and promotions, consistent: see [`Shop::new`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ShopParts", into = "ShopParts")]
pub struct Shop {
    /// In the order they were written: the first is what a storefront shows first.
    profiles: Vec<Profile>,
    tax_classes: BTreeMap<String, TaxClass>,
    /// In the order they were written, which settles ties.
    promotions: Vec<Promotion>,
}

/// A shop as one cart needs to see it.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    shop: Arc<Shop>,
    products: BTreeMap<String, Product>,
    /// Promotions whose last redemption somebody else has.
    used_up: BTreeSet<String>,
    /// How many pieces this cart may have of products whose stock is counted.
    available: BTreeMap<String, u32>,
}

/// A catalogue that would price something wrongly, found before anything is sold.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CatalogueError {
    #[error("`{0}` is defined twice")]
    Duplicate(String),
    #[error("`{user}` names the tax class `{tax_class}`, which does not exist")]
    UnknownTaxClass { user: String, tax_class: String },
    #[error("`{user}` names the profile `{profile}`, which does not exist")]
    UnknownProfile { user: String, profile: String },
    #[error("`{user}` has a negative price")]
    NegativePrice { user: String },
    #[error("`{user}` has two prices in {currency:?} for the same channel")]
    TwoPrices { user: String, currency: Currency },
    #[error("profile `{profile}` sells in {profile_currency:?} but ships in {shipping_currency:?}")]
    ShippingCurrency {
        profile: String,
        profile_currency: Currency,
        shipping_currency: Currency,
    },
    /// Carts and orders were made with what it was.
    #[error(
        "profile `{profile}` cannot change its currency, nor whether its prices include tax: make another profile"
    )]
    OtherMoney { profile: String },
    #[error("profile `{profile}` does not sell to its default country")]
    DefaultCountry { profile: String },
    #[error("the order numbers of profile `{profile}` cannot be used: {reason}")]
    OrderNumbers { profile: String, reason: SeriesError },
    #[error("the coupon code `{code}` belongs to `{first}` and to `{second}`")]
    CodeTaken {
        code: String,
        first: String,
        second: String,
    },
}

/// Why a product cannot be put into a cart.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProductError {
    #[error("no such product")]
    NotFound,
    #[error("the product has no price in {currency:?}")]
    NoPrice { currency: Currency },
}

/// For whom a product is priced.
#[derive(Clone, Copy, Debug)]
pub struct Market<'a> {
    pub channel_key: &'a str,
    pub currency: Currency,
    pub tax_included: bool,
    pub country: &'a CountryCode,
}

impl Shop {
    pub fn new(
        profiles: Vec<Profile>,
        tax_classes: Vec<TaxClass>,
        promotions: Vec<Promotion>,
    ) -> Result<Self, CatalogueError> {
        let shop = Self {
            profiles: distinct(profiles, |profile| &profile.key)?,
            tax_classes: by_key(tax_classes, |class| &class.key)?,
            promotions: distinct(promotions, |promotion| &promotion.key)?,
        };
        shop.profiles
            .iter()
            .try_for_each(|profile| shop.check_profile(profile))?;
        shop.check_order_numbers()?;
        shop.check_promotions()?;
        Ok(shop)
    }

    pub fn profile(&self, key: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.key == key)
    }

    pub fn profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    pub fn promotions(&self) -> &[Promotion] {
        &self.promotions
    }

    pub fn has_tax_class(&self, key: &str) -> bool {
        self.tax_classes.contains_key(key)
    }

    pub fn tax_classes(&self) -> impl Iterator<Item = &TaxClass> {
        self.tax_classes.values()
    }

    /// Whether a product can be sold by this shop.
    pub fn check_product(&self, product: &Product) -> Result<(), CatalogueError> {
        self.check_tax_class(&product.number, &product.tax_class)?;
        product.check_prices()
    }

    fn check_profile(&self, profile: &Profile) -> Result<(), CatalogueError> {
        self.check_tax_class(&profile.key, &profile.shipping_tax_class)?;
        if !profile.allowed_countries.contains(&profile.default_country) {
            return Err(CatalogueError::DefaultCountry {
                profile: profile.key.clone(),
            });
        }
        for method in &profile.shipping_methods {
            method.check(profile)?;
            if let Some(tax_class) = &method.tax_class {
                self.check_tax_class(&method.key, tax_class)?;
            }
        }
        Ok(())
    }

    /// The common series counts as well, because a profile that names none may come along any day.
    fn check_order_numbers(&self) -> Result<(), CatalogueError> {
        let mut known = vec![NumberSeries::default()];
        for profile in &self.profiles {
            let series = profile.number_series();
            series
                .check()
                .and_then(|()| known.iter().try_for_each(|other| series.check_beside(other)))
                .map_err(|reason| CatalogueError::OrderNumbers {
                    profile: profile.key.clone(),
                    reason,
                })?;
            known.push(series);
        }
        Ok(())
    }

    fn check_promotions(&self) -> Result<(), CatalogueError> {
        let mut codes: BTreeMap<&str, &str> = BTreeMap::new();
        for promotion in &self.promotions {
            for profile in &promotion.profiles {
                if self.profile(profile).is_none() {
                    return Err(CatalogueError::UnknownProfile {
                        user: promotion.key.clone(),
                        profile: profile.clone(),
                    });
                }
            }
            let Some(code) = &promotion.code else { continue };
            if let Some(first) = codes.insert(code.as_str(), &promotion.key) {
                return Err(CatalogueError::CodeTaken {
                    code: code.as_str().to_owned(),
                    first: first.to_owned(),
                    second: promotion.key.clone(),
                });
            }
        }
        Ok(())
    }

    fn check_tax_class(&self, user: &str, tax_class: &str) -> Result<(), CatalogueError> {
        if self.has_tax_class(tax_class) {
            return Ok(());
        }
        Err(CatalogueError::UnknownTaxClass {
            user: user.to_owned(),
            tax_class: tax_class.to_owned(),
        })
    }
}

impl CatalogueError {
    /// The key or number of what is wrong.
    pub fn user(&self) -> &str {
        match self {
            Self::Duplicate(user)
            | Self::UnknownTaxClass { user, .. }
            | Self::UnknownProfile { user, .. }
            | Self::NegativePrice { user }
            | Self::TwoPrices { user, .. } => user,
            Self::ShippingCurrency { profile, .. }
            | Self::OtherMoney { profile }
            | Self::DefaultCountry { profile }
            | Self::OrderNumbers { profile, .. } => profile,
            Self::CodeTaken { second, .. } => second,
        }
    }
}

impl Catalogue {
    /// A whole shop with all of its products, checked.
    pub fn new(shop: Shop, products: Vec<Product>) -> Result<Self, CatalogueError> {
        products
            .iter()
            .try_for_each(|product| shop.check_product(product))?;
        Ok(Self {
            shop: Arc::new(shop),
            products: by_key(products, |product| &product.number)?,
            ..Self::default()
        })
    }

    /// A shop with the products that are needed now. They were checked when they came in.
    pub fn view(shop: Arc<Shop>, products: impl IntoIterator<Item = Product>) -> Self {
        let products = products
            .into_iter()
            .map(|product| (product.number.clone(), product));
        Self {
            shop,
            products: products.collect(),
            ..Self::default()
        }
    }

    /// Says what others have left: promotions without a redemption to spare, and pieces in stock.
    #[must_use]
    pub fn with_left_over(
        self,
        used_up: impl IntoIterator<Item = String>,
        available: impl IntoIterator<Item = (String, u32)>,
    ) -> Self {
        Self {
            used_up: used_up.into_iter().collect(),
            available: available.into_iter().collect(),
            ..self
        }
    }

    pub fn shop(&self) -> &Arc<Shop> {
        &self.shop
    }

    /// The same shop with these products alone, of those that it has.
    #[must_use]
    pub fn only<'a>(&self, numbers: impl IntoIterator<Item = &'a str>) -> Self {
        let products = numbers.into_iter().filter_map(|number| self.products.get(number));
        Self::view(Arc::clone(&self.shop), products.cloned())
    }

    pub fn products(&self) -> impl Iterator<Item = &Product> {
        self.products.values()
    }

    pub fn profile(&self, key: &str) -> Option<&Profile> {
        self.shop.profile(key)
    }

    /// Whether somebody else has the last redemption.
    pub fn is_used_up(&self, promotion: &Promotion) -> bool {
        self.used_up.contains(&promotion.key)
    }

    /// How many pieces this cart may have. `None` where nobody counts.
    pub fn available(&self, product_number: &str) -> Option<u32> {
        self.available.get(product_number).copied()
    }

    /// What a cart of this market has to know of a product at this time.
    pub fn facts(
        &self,
        product_number: &str,
        market: Market<'_>,
        now: Timestamp,
    ) -> Result<ProductFacts, ProductError> {
        let product = self.products.get(product_number).ok_or(ProductError::NotFound)?;
        let unit_price = product.price_in(market).ok_or(ProductError::NoPrice {
            currency: market.currency,
        })?;
        Ok(ProductFacts {
            description: product.description.clone(),
            image: product.image.clone(),
            unit_price,
            tax_rate: self.tax_rate(&product.tax_class, market.country, now),
            categories: product.categories.clone(),
            weight_grams: product.weight_grams,
        })
    }

    pub fn shipping_tax_rate(
        &self,
        profile: &Profile,
        method: &ShippingMethod,
        country: &CountryCode,
        now: Timestamp,
    ) -> TaxRate {
        let class = method.tax_class.as_ref().unwrap_or(&profile.shipping_tax_class);
        self.tax_rate(class, country, now)
    }

    fn tax_rate(&self, tax_class: &str, country: &CountryCode, now: Timestamp) -> TaxRate {
        self.shop
            .tax_classes
            .get(tax_class)
            .expect("tax classes were checked when the catalogue was made")
            .rate(country, now)
    }
}

fn distinct<T>(items: Vec<T>, key: impl Fn(&T) -> &String) -> Result<Vec<T>, CatalogueError> {
    let mut keys = BTreeSet::new();
    match items.iter().find(|item| !keys.insert(key(item))) {
        Some(twin) => Err(CatalogueError::Duplicate(key(twin).clone())),
        None => Ok(items),
    }
}

fn by_key<T>(items: Vec<T>, key: impl Fn(&T) -> &String) -> Result<BTreeMap<String, T>, CatalogueError> {
    let items = distinct(items, &key)?;
    Ok(items.into_iter().map(|item| (key(&item).clone(), item)).collect())
}

#[cfg(test)]
mod tests;
