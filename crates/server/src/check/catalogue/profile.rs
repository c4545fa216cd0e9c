//! One market after the other: prices, tax, ways to ship, pages.

use super::{CATALOGUE_ORIGINS, CATALOGUE_PRICES, CATALOGUE_SHIPPING, CATALOGUE_TAX, Report, Sold};
use crate::config::KustomEnvironment;
use kassa_commerce::address::CountryCode;
use kassa_commerce::catalogue::{Catalogue, Market, Parcel, Profile};
use kassa_commerce::money::Money;
use std::sync::Arc;
use url::{Host, Url};

/// As many numbers as help to find the others.
const NAMED: usize = 3;

pub(super) fn check(report: &mut Report, sold: &Sold) {
    let catalogue = Catalogue::view(Arc::new(sold.shop.clone()), sold.products.iter().cloned());
    let before = report.findings.len();
    for profile in sold.shop.profiles() {
        check_prices(report, sold, &catalogue, profile);
    }
    say_if_nothing(
        report,
        before,
        CATALOGUE_PRICES,
        "every product has a price in every profile",
    );
    let before = report.findings.len();
    check_tax(report, sold);
    say_if_nothing(
        report,
        before,
        CATALOGUE_TAX,
        "every country of a profile has its own rates",
    );
    let before = report.findings.len();
    for profile in sold.shop.profiles() {
        check_shipping(report, sold, &catalogue, profile);
    }
    say_if_nothing(
        report,
        before,
        CATALOGUE_SHIPPING,
        "every product can be sent to every country of its profile",
    );
    let pages = match sold.environment {
        Some(KustomEnvironment::Emulator) => {
            "in the environment `emulator`, pages of this machine need not be named"
        }
        _ => "every profile has pages that may call and be returned to",
    };
    let before = report.findings.len();
    for profile in sold.shop.profiles() {
        check_origins(report, sold.environment, profile);
    }
    say_if_nothing(report, before, CATALOGUE_ORIGINS, pages);
}

fn say_if_nothing(report: &mut Report, before: usize, code: super::super::code::Code, message: &str) {
    if report.findings.len() == before {
        report.ok(code, message);
    }
}

fn price(sold: &Sold, catalogue: &Catalogue, profile: &Profile, number: &str) -> Option<Money> {
    let market = Market {
        channel_key: &profile.channel_key,
        currency: profile.currency,
        tax_included: profile.tax_included,
        country: &profile.default_country,
    };
    catalogue
        .facts(number, market, sold.now)
        .ok()
        .map(|facts| facts.unit_price)
}

fn check_prices(report: &mut Report, sold: &Sold, catalogue: &Catalogue, profile: &Profile) {
    let numbers = || sold.products.iter().map(|product| product.number.as_str());
    let without: Vec<&str> = numbers()
        .filter(|number| price(sold, catalogue, profile, number).is_none())
        .collect();
    let (key, currency) = (&profile.key, profile.currency.code());
    let tax = if profile.tax_included { "with" } else { "without" };
    if without.len() == sold.products.len() {
        report.problem(
            CATALOGUE_PRICES,
            format!("profile `{key}`: no product has a price in {currency} {tax} tax, so nothing can be bought; add prices"),
        );
    } else if !without.is_empty() {
        let named = without.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        report.warning(
            CATALOGUE_PRICES,
            format!(
                "profile `{key}`: {} of {} products have no price in {currency} {tax} tax and cannot be bought there ({named}); add \
                 prices, if they are sold there",
                without.len(),
                sold.products.len()
            ),
        );
    }
}

/// A rate that holds everywhere is right in one country. Elsewhere it is more likely forgotten than meant.
fn check_tax(report: &mut Report, sold: &Sold) {
    let countries: std::collections::BTreeSet<&CountryCode> = sold
        .shop
        .profiles()
        .flat_map(|profile| &profile.allowed_countries)
        .collect();
    for class in sold.shop.tax_classes() {
        let missing: Vec<&str> = countries
            .iter()
            .filter(|country| !class.rates.contains_key(*country))
            .map(|country| country.as_str())
            .collect();
        // One default for all is a decision; for some of several countries it is a gap.
        if !missing.is_empty() && !class.rates.is_empty() {
            report.warning(
                CATALOGUE_TAX,
                format!(
                    "tax class `{}` has rates for some countries and none for {}, where its default holds; add their rates",
                    class.key,
                    missing.join(", ")
                ),
            );
        }
    }
}

fn check_shipping(report: &mut Report, sold: &Sold, catalogue: &Catalogue, profile: &Profile) {
    let key = &profile.key;
    for country in &profile.allowed_countries {
        let goes = |method: &&kassa_commerce::catalogue::ShippingMethod| {
            method.countries.is_empty() || method.countries.contains(country)
        };
        if !profile.shipping_methods.iter().any(|method| goes(&method)) {
            report.problem(
                CATALOGUE_SHIPPING,
                format!(
                    "profile `{key}` sells to {} and has no way to ship there; add a shipping method",
                    country.as_str()
                ),
            );
            continue;
        }
        let stranded: Vec<&str> = sold
            .products
            .iter()
            .filter(|product| {
                let Some(product_total) = price(sold, catalogue, profile, &product.number) else {
                    return false;
                };
                let weight_grams = u64::from(product.weight_grams.unwrap_or(0));
                let parcel = Parcel {
                    country,
                    weight_grams,
                    product_total,
                };
                !profile
                    .shipping_methods
                    .iter()
                    .any(|method| method.serves(parcel))
            })
            .map(|product| product.number.as_str())
            .collect();
        if !stranded.is_empty() {
            let named = stranded
                .iter()
                .take(NAMED)
                .copied()
                .collect::<Vec<_>>()
                .join(", ");
            report.warning(
                CATALOGUE_SHIPPING,
                format!(
                    "profile `{key}`: one piece alone of {} products cannot be sent to {} ({named}): too light, too heavy, too cheap \
                     or too dear for each method; add one that serves them",
                    stranded.len(),
                    country.as_str()
                ),
            );
        }
    }
}

fn check_origins(report: &mut Report, environment: Option<KustomEnvironment>, profile: &Profile) {
    let key = &profile.key;
    // With the emulator, pages of this machine are trusted and need not be named.
    let is_emulator = environment == Some(KustomEnvironment::Emulator);
    if profile.origins.is_empty() && !is_emulator {
        report.problem(
            CATALOGUE_ORIGINS,
            format!("profile `{key}` has no origins, so no page may call or be returned to; add the storefront's, such as \
                     \"https://shop.example\""),
        );
    }
    for origin in &profile.origins {
        let Ok(url) = Url::parse(origin) else { continue };
        let is_local = match url.host() {
            Some(Host::Domain(domain)) => domain == "localhost" || domain.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let plain = url.scheme() != "https";
        match environment {
            Some(KustomEnvironment::Live) if is_local || plain => report.problem(
                CATALOGUE_ORIGINS,
                format!("profile `{key}`: found {origin}, wanted a public https page in the environment `live`; correct or remove it"),
            ),
            Some(KustomEnvironment::Playground) if plain && !is_local => report.warning(
                CATALOGUE_ORIGINS,
                format!("profile `{key}`: found {origin}, which the environment `live` will refuse; wanted https; correct it"),
            ),
            _ => {}
        }
    }
}
