//! The tables of a file: tax classes, profiles with their ways to ship, and where promotions and products begin.

use super::Draft;
use super::node::{Fields, Kind, Member, Node};
use super::problem::{CatalogueProblem, Place};
use super::product::product;
use super::promotion::promotion;
use super::reading::{Named, Reading};
use super::time::{moment, zone};
use super::value::{Text, each};
use kassa_commerce::address::CountryCode;
use kassa_commerce::catalogue::{CustomerType, Profile, RateFrom, ShippingMethod, ShippingMode, TaxClass};
use kassa_commerce::locale::Locale;
use kassa_commerce::money::{Currency, Money};
use kassa_commerce::order::NumberSeries;
use std::collections::{BTreeMap, BTreeSet};

const SHIPPING_MODES: [(&str, ShippingMode); 2] =
    [("iframe", ShippingMode::Iframe), ("cart", ShippingMode::Cart)];

const CUSTOMER_TYPES: [(&str, CustomerType); 2] = [
    ("person", CustomerType::Person),
    ("organization", CustomerType::Organization),
];

pub(super) fn draft(tree: Node<'_>, reading: &mut Reading) -> Option<Draft> {
    let mut fields = Fields::of(tree, reading)?;
    let named = fields.optional("time_zone").and_then(|node| node.text(reading));
    if let Some(zone) = named.and_then(|name| zone(&name, reading)) {
        reading.zone = zone;
    }
    let draft = Draft {
        tax_classes: all(
            fields.optional("tax_classes"),
            Some(Named::TaxClass),
            reading,
            tax_class,
        ),
        profiles: all(
            fields.optional("profiles"),
            Some(Named::Profile),
            reading,
            profile,
        ),
        promotions: all(
            fields.optional("promotions"),
            Some(Named::Promotion),
            reading,
            promotion,
        ),
        products: all(fields.optional("products"), None, reading, product),
    };
    fields.end(reading);
    Some(draft)
}

/// A table of things by their names. `None` if it is not there.
fn all<T>(
    table: Option<Node<'_>>,
    named: Option<Named>,
    reading: &mut Reading,
    read: impl Fn(&Text<'_>, Node<'_>, &mut Reading) -> Option<T>,
) -> Option<Vec<T>> {
    let members = table?.table(reading)?;
    let mut things = Vec::with_capacity(members.len());
    for Member { key, value } in members {
        if let Some(named) = named {
            reading.define(named, &key);
        }
        let is_named = key.name(reading).is_some();
        things.extend(read(&key, value, reading).filter(|_| is_named));
    }
    Some(things)
}

fn tax_class(key: &Text<'_>, node: Node<'_>, reading: &mut Reading) -> Option<TaxClass> {
    let mut fields = Fields::of(node, reading)?;
    let default = fields
        .required("default", reading)
        .and_then(|node| node.text(reading));
    let default_rate = default.and_then(|text| text.rate(reading));
    let rates = fields.optional("rates").and_then(|node| node.table(reading));
    let mut by_country = BTreeMap::new();
    for Member { key, value } in rates.into_iter().flatten() {
        let country = key.country(reading);
        let rates = rates_from(value, reading);
        if let (Some(country), Some(rates)) = (country, rates) {
            by_country.insert(country, rates);
        }
    }
    fields.end(reading);
    Some(TaxClass {
        key: key.to_owned(),
        default_rate: default_rate?,
        rates: by_country,
    })
}

/// One rate for ever, or several that take over from each other.
fn rates_from(node: Node<'_>, reading: &mut Reading) -> Option<Vec<RateFrom>> {
    if !matches!(node.kind, Kind::List(_)) {
        let rate = node.text(reading)?.rate(reading)?;
        return Some(vec![RateFrom { from: None, rate }]);
    }
    let mut begun = BTreeSet::new();
    let mut rates = Vec::new();
    for node in node.list(reading)? {
        let place = node.place;
        let mut fields = Fields::of(node, reading)?;
        let from = fields.optional("from").map(|node| {
            let text = node.text(reading)?;
            moment(&text, reading)
        });
        let rate = fields
            .required("rate", reading)
            .and_then(|node| node.text(reading));
        let rate = rate.and_then(|text| text.rate(reading));
        fields.end(reading);
        // Wrong is not the same as left out, which means always.
        let from = match from {
            Some(from) => Some(from?),
            None => None,
        };
        if !begun.insert(from) {
            reading.problem(place, CatalogueProblem::TwoRates);
        }
        rates.push(RateFrom { from, rate: rate? });
    }
    Some(rates)
}

fn profile(key: &Text<'_>, node: Node<'_>, reading: &mut Reading) -> Option<Profile> {
    let mut fields = Fields::of(node, reading)?;
    let channel = text(&mut fields, "channel", reading);
    let channel_key = channel.and_then(|text| text.name(reading));
    let currency = text(&mut fields, "currency", reading).and_then(|text| text.currency(reading));
    let tax_included = fields
        .required("tax_included", reading)
        .and_then(|node| node.truth(reading));
    let default = text(&mut fields, "default_country", reading);
    let default_country = default.as_ref().and_then(|text| text.country(reading));
    let countries = fields.required("countries", reading);
    let allowed_countries = each(countries, reading, Text::country);
    let origins = fields.required("origins", reading);
    let origins = each(origins, reading, Text::origin);
    let tax_class = text(&mut fields, "shipping_tax_class", reading);
    let shipping_tax_class = tax_class.map(|text| reading.needs(Named::TaxClass, &text));
    let locales = each(fields.optional("locales"), reading, locale);
    let mode = fields
        .optional("shipping_mode")
        .and_then(|node| node.text(reading));
    let shipping_mode = mode.and_then(|text| text.choice(&SHIPPING_MODES, reading));
    let customer_types = customer_types(fields.optional("customer_types"), reading);
    let account = fields
        .optional("kustom_account")
        .and_then(|node| node.text(reading));
    let kustom_account = account.map(|text| reading.needs(Named::Account, &text));
    let methods = fields.optional("shipping_methods");
    let numbers = fields.optional("order_numbers");
    let order_numbers = numbers.and_then(|node| order_numbers(node, reading));
    fields.end(reading);
    let currency = currency?;
    if let (Some(country), Some(text)) = (&default_country, &default)
        && !allowed_countries.contains(country)
    {
        reading.problem(text.place, CatalogueProblem::CountryNotListed(text.to_owned()));
    }
    Some(Profile {
        key: key.to_owned(),
        channel_key: channel_key?,
        currency,
        tax_included: tax_included?,
        default_country: default_country?,
        locales,
        shipping_mode: shipping_mode.unwrap_or_default(),
        shipping_methods: shipping_methods(methods, currency, &allowed_countries, reading),
        shipping_tax_class: shipping_tax_class?,
        customer_types,
        origins,
        kustom_account,
        order_numbers,
        allowed_countries,
    })
}

pub(super) fn text<'t>(
    fields: &mut Fields<'t>,
    key: &'static str,
    reading: &mut Reading,
) -> Option<Text<'t>> {
    fields.required(key, reading).and_then(|node| node.text(reading))
}

/// Whether series fit each other is looked at when all of them are known.
fn order_numbers(node: Node<'_>, reading: &mut Reading) -> Option<NumberSeries> {
    let mut fields = Fields::of(node, reading)?;
    let key = text(&mut fields, "series", reading).and_then(|text| text.name(reading));
    let prefix = text(&mut fields, "prefix", reading);
    let first = fields.required("first", reading);
    let first = first.and_then(|node| node.number(u64::MAX, reading));
    fields.end(reading);
    Some(NumberSeries {
        key: key?,
        prefix: prefix?.to_owned(),
        first: first?,
    })
}

fn locale(text: &Text<'_>, reading: &mut Reading) -> Option<String> {
    match Locale::parse(&text.text) {
        Ok(_) => Some(text.to_owned()),
        Err(_) => text.refused(CatalogueProblem::NotALocale(text.to_owned()), reading),
    }
}

/// Somebody must be able to buy, so an empty list means nobody has thought about it.
fn customer_types(list: Option<Node<'_>>, reading: &mut Reading) -> Vec<CustomerType> {
    let mut seen = Vec::new();
    let types = each(list, reading, |text, reading| {
        text.choice(&CUSTOMER_TYPES, reading)
            .map(|kind| (text.clone(), kind))
    });
    for (text, kind) in types {
        match seen.contains(&kind) {
            true => reading.problem(text.place, CatalogueProblem::DefinedTwice(text.to_owned())),
            false => seen.push(kind),
        }
    }
    if seen.is_empty() {
        seen.push(CustomerType::Person);
    }
    seen
}

fn shipping_methods(
    list: Option<Node<'_>>,
    currency: Currency,
    countries: &[CountryCode],
    reading: &mut Reading,
) -> Vec<ShippingMethod> {
    let mut keys = BTreeSet::new();
    let mut methods = Vec::new();
    for node in list.and_then(|node| node.list(reading)).into_iter().flatten() {
        let place = node.place;
        let Some((key_place, method)) = shipping_method(node, currency, countries, reading) else {
            continue;
        };
        if !keys.insert(method.key.clone()) {
            let problem = CatalogueProblem::DuplicateShippingMethod(method.key.clone());
            reading.problem(key_place, problem);
        }
        check_ranges(&method, place, reading);
        methods.push(method);
    }
    methods
}

fn shipping_method(
    node: Node<'_>,
    currency: Currency,
    allowed: &[CountryCode],
    reading: &mut Reading,
) -> Option<(Place, ShippingMethod)> {
    let mut fields = Fields::of(node, reading)?;
    let key = text(&mut fields, "key", reading);
    let name = text(&mut fields, "name", reading).and_then(|text| text.prose(reading));
    let price = text(&mut fields, "price", reading).and_then(|text| text.money(currency, reading));
    let mut amount = |key, reading: &mut Reading| -> Option<Money> {
        fields
            .optional(key)
            .and_then(|node| node.text(reading))
            .and_then(|text| text.money(currency, reading))
    };
    let free_from = amount("free_from", reading);
    let min_total = amount("min_total", reading);
    let max_total = amount("max_total", reading);
    let mut weight = |key, reading: &mut Reading| fields.optional(key).and_then(|node| node.whole(reading));
    let min_weight_grams = weight("min_weight_grams", reading);
    let max_weight_grams = weight("max_weight_grams", reading);
    let countries = each(fields.optional("countries"), reading, |text, reading| {
        let country = text.country(reading)?;
        match allowed.contains(&country) {
            true => Some(country),
            false => text.refused(CatalogueProblem::CountryNotListed(text.to_owned()), reading),
        }
    });
    let tax_class = fields.optional("tax_class").and_then(|node| node.text(reading));
    let tax_class = tax_class.map(|text| reading.needs(Named::TaxClass, &text));
    fields.end(reading);
    let key = key?;
    let method = ShippingMethod {
        key: key.name(reading)?,
        name: name?,
        price: price?,
        free_from,
        countries,
        min_weight_grams,
        max_weight_grams,
        min_total,
        max_total,
        tax_class,
    };
    Some((key.place, method))
}

/// A method that no cart can meet was meant otherwise.
fn check_ranges(method: &ShippingMethod, place: Place, reading: &mut Reading) {
    let total = |amount: Option<Money>| amount.map(Money::amount_minor);
    let is_reversed = |least: Option<i64>, most: Option<i64>| least > most && most.is_some();
    let weights = (method.min_weight_grams, method.max_weight_grams);
    if is_reversed(weights.0.map(i64::from), weights.1.map(i64::from)) {
        let (least, most) = ("min_weight_grams", "max_weight_grams");
        reading.problem(place, CatalogueProblem::Reversed { least, most });
    }
    if is_reversed(total(method.min_total), total(method.max_total)) {
        let (least, most) = ("min_total", "max_total");
        reading.problem(place, CatalogueProblem::Reversed { least, most });
    }
}
