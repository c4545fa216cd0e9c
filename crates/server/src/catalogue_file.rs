//! The catalogue as a merchant writes it, read into the one that prices carts.
//!
//! A wrong price is worse than no price, so nothing is guessed: amounts are exact decimals, names must exist, and what
//! is wrong is named with its line.

mod decimal;
mod raw;
#[cfg(test)]
mod tests;

use decimal::{amount_minor, basis_points};
use kassa_commerce::address::CountryCode;
use kassa_commerce::catalogue::{
    Catalogue, CatalogueError, CustomerType, Price, Product, Profile, RateFrom, ShippingMethod, ShippingMode,
    Shop, TaxClass,
};
use kassa_commerce::money::{Currency, Money, TaxRate};
use raw::{RawCatalogue, RawOrderNumbers, RawPrices, RawProduct, RawProfile, RawShippingMethod, RawTaxClass};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use toml::Spanned;
use url::Url;

#[derive(Debug, PartialEq, Eq, Error)]
#[error("line {line}: {problem}")]
pub struct CatalogueFileError {
    /// Counted from one.
    pub line: usize,
    pub problem: CatalogueProblem,
}

#[derive(Debug, PartialEq, Eq, Error)]
pub enum CatalogueProblem {
    /// Not TOML, a member that does not exist, or one of the wrong type.
    #[error("{0}")]
    Shape(String),
    #[error("`{0}` is not an amount such as `1299.00`")]
    NotAnAmount(String),
    #[error("`{text}` has more decimals than {currency:?} has, which is {}", currency.exponent())]
    TooManyDecimals { text: String, currency: Currency },
    #[error("`{0}` is not a percentage from 0 to 100 with at most two decimals, such as `25` or `5.5`")]
    NotARate(String),
    #[error("`{0}` is not a currency in use")]
    UnknownCurrency(String),
    #[error("`{0}` is not a country")]
    UnknownCountry(String),
    #[error("there is no tax class `{0}`")]
    UnknownTaxClass(String),
    #[error("`{0}` is not among the profile's countries")]
    DefaultCountryNotListed(String),
    #[error("`{0}` is not an origin such as `https://shop.example`, without path or slash")]
    NotAnOrigin(String),
    #[error("the shipping method `{0}` is defined twice")]
    DuplicateShippingMethod(String),
    #[error("{0}")]
    Catalogue(CatalogueError),
}

/// Reads a whole catalogue, or names the first line that is wrong.
pub fn parse(text: &str) -> Result<Catalogue, CatalogueFileError> {
    read(text).map_err(|(offset, problem)| CatalogueFileError {
        line: line_at(text, offset),
        problem,
    })
}

/// The line of a byte, counted from one.
pub(crate) fn line_at(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// A problem and the byte at which it stands.
type Fault = (usize, CatalogueProblem);

fn at<T>(place: &Spanned<T>, problem: CatalogueProblem) -> Fault {
    (place.span().start, problem)
}

fn read(text: &str) -> Result<Catalogue, Fault> {
    let raw: RawCatalogue = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        (
            offset,
            CatalogueProblem::Shape(error.message().replace('\n', " ")),
        )
    })?;
    let RawCatalogue {
        tax_classes,
        profiles,
        products,
    } = raw;
    let tax_classes = each(tax_classes, tax_class)?;
    let known: BTreeSet<String> = tax_classes.iter().map(|class| class.key.clone()).collect();
    let profiles = each(in_written_order(profiles), |key, raw| profile(key, raw, &known))?;
    let products = each(products, |number, raw| product(number, raw, &known))?;
    Shop::new(profiles, tax_classes, Vec::new())
        .and_then(|shop| Catalogue::new(shop, products))
        .map_err(|error| (0, CatalogueProblem::Catalogue(error)))
}

fn each<Raw, T>(
    table: impl IntoIterator<Item = (String, Raw)>,
    read: impl Fn(String, Raw) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    table.into_iter().map(|(key, raw)| read(key, raw)).collect()
}

/// Storefronts show profiles in this order, so the merchant's own is kept.
fn in_written_order(profiles: BTreeMap<String, RawProfile>) -> Vec<(String, RawProfile)> {
    let mut profiles: Vec<_> = profiles.into_iter().collect();
    profiles.sort_by_key(|(_, profile)| profile.currency.span().start);
    profiles
}

fn tax_class(key: String, raw: RawTaxClass) -> Result<TaxClass, Fault> {
    let rates = raw.rates.into_iter();
    let rates = rates.map(|(code, text)| {
        let country =
            CountryCode::from_code(&code).ok_or_else(|| at(&text, CatalogueProblem::UnknownCountry(code)))?;
        let rate = RateFrom {
            from: None,
            rate: rate(&text)?,
        };
        Ok((country, vec![rate]))
    });
    Ok(TaxClass {
        key,
        default_rate: rate(&raw.default)?,
        rates: rates.collect::<Result<_, Fault>>()?,
    })
}

fn rate(text: &Spanned<String>) -> Result<TaxRate, Fault> {
    basis_points(text.get_ref())
        .and_then(TaxRate::from_basis_points)
        .ok_or_else(|| at(text, CatalogueProblem::NotARate(text.get_ref().clone())))
}

fn profile(key: String, raw: RawProfile, tax_classes: &BTreeSet<String>) -> Result<Profile, Fault> {
    let currency = currency(raw.currency.get_ref(), &raw.currency)?;
    let allowed_countries = raw.countries.iter().map(country).collect::<Result<Vec<_>, _>>()?;
    let default_country = country(&raw.default_country)?;
    if !allowed_countries.contains(&default_country) {
        let problem = CatalogueProblem::DefaultCountryNotListed(raw.default_country.get_ref().clone());
        return Err(at(&raw.default_country, problem));
    }
    Ok(Profile {
        key,
        channel_key: raw.channel,
        currency,
        tax_included: raw.tax_included,
        default_country,
        allowed_countries,
        locales: Vec::new(),
        shipping_mode: ShippingMode::Cart,
        customer_types: vec![CustomerType::Person],
        kustom_account: None,
        order_numbers: raw.order_numbers.map(RawOrderNumbers::into_series),
        shipping_methods: shipping_methods(&raw.shipping_methods, currency)?,
        shipping_tax_class: existing(&raw.shipping_tax_class, tax_classes)?,
        origins: raw.origins.iter().map(origin).collect::<Result<_, _>>()?,
    })
}

fn shipping_methods(raw: &[RawShippingMethod], currency: Currency) -> Result<Vec<ShippingMethod>, Fault> {
    let mut keys = BTreeSet::new();
    let methods = raw.iter().map(|raw| {
        if !keys.insert(raw.key.get_ref()) {
            let problem = CatalogueProblem::DuplicateShippingMethod(raw.key.get_ref().clone());
            return Err(at(&raw.key, problem));
        }
        Ok(ShippingMethod {
            key: raw.key.get_ref().clone(),
            name: raw.name.clone(),
            price: money(&raw.price, currency)?,
            free_from: raw
                .free_from
                .as_ref()
                .map(|text| money(text, currency))
                .transpose()?,
            countries: Vec::new(),
            min_weight_grams: None,
            max_weight_grams: None,
            min_total: None,
            max_total: None,
            tax_class: None,
        })
    });
    methods.collect()
}

fn product(number: String, raw: RawProduct, tax_classes: &BTreeSet<String>) -> Result<Product, Fault> {
    let mut all = prices(&raw.prices_including_tax, TaxMode::Included)?;
    all.extend(prices(&raw.prices_excluding_tax, TaxMode::Excluded)?);
    Ok(Product {
        number,
        description: raw.description,
        image: raw.image,
        tax_class: existing(&raw.tax_class, tax_classes)?,
        categories: BTreeSet::new(),
        weight_grams: None,
        is_counted: false,
        prices: all,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TaxMode {
    Included,
    Excluded,
}

fn prices(raw: &RawPrices, mode: TaxMode) -> Result<Vec<Price>, Fault> {
    let prices = raw.iter().map(|(code, text)| {
        Ok(Price {
            unit_price: money(text, currency(code, text)?)?,
            tax_included: mode == TaxMode::Included,
            channel_key: None,
        })
    });
    prices.collect()
}

/// An amount that somebody pays, so never below zero.
fn money(text: &Spanned<String>, currency: Currency) -> Result<Money, Fault> {
    match amount_minor(text.get_ref(), currency) {
        Ok(amount_minor) => Ok(Money::new(amount_minor, currency)),
        Err(problem) => Err(at(text, problem)),
    }
}

fn currency<T>(code: &str, place: &Spanned<T>) -> Result<Currency, Fault> {
    Currency::from_code(code).ok_or_else(|| at(place, CatalogueProblem::UnknownCurrency(code.to_owned())))
}

fn country(code: &Spanned<String>) -> Result<CountryCode, Fault> {
    CountryCode::from_code(code.get_ref())
        .ok_or_else(|| at(code, CatalogueProblem::UnknownCountry(code.get_ref().clone())))
}

fn existing(key: &Spanned<String>, tax_classes: &BTreeSet<String>) -> Result<String, Fault> {
    if tax_classes.contains(key.get_ref()) {
        return Ok(key.get_ref().clone());
    }
    Err(at(key, CatalogueProblem::UnknownTaxClass(key.get_ref().clone())))
}

/// Exactly as browsers write it, because it is compared with what they send.
fn origin(text: &Spanned<String>) -> Result<String, Fault> {
    let is_origin = Url::parse(text.get_ref()).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == *text.get_ref()
    });
    if is_origin {
        return Ok(text.get_ref().clone());
    }
    Err(at(text, CatalogueProblem::NotAnOrigin(text.get_ref().clone())))
}
