//! Products and their prices.

use super::DraftProduct;
use super::node::{Fields, Member, Node};
use super::problem::CatalogueProblem;
use super::reading::Reading;
use super::shop::text;
use super::value::{Text, amounts, each};
use kassa_commerce::catalogue::{Price, Product};
use std::collections::BTreeSet;

/// Each of them is compared with every promotion.
pub(super) const MAX_CATEGORIES: usize = 50;

pub(super) fn product(number: &Text<'_>, node: Node<'_>, reading: &mut Reading) -> Option<DraftProduct> {
    let mut fields = Fields::of(node, reading)?;
    let description = text(&mut fields, "description", reading).and_then(|text| text.prose(reading));
    let image = fields.optional("image").and_then(|node| node.text(reading));
    let image = image.and_then(|text| text.prose(reading));
    let tax_class = text(&mut fields, "tax_class", reading);
    let categories = fields.optional("categories");
    let categories = categories_of(categories, reading);
    let weight_grams = fields
        .optional("weight_grams")
        .and_then(|node| node.whole(reading));
    let stock = fields.optional("stock").and_then(|node| node.whole(reading));
    let mut prices = Vec::new();
    let including = fields.optional("prices_including_tax");
    add(&mut prices, including, true, None, reading);
    let excluding = fields.optional("prices_excluding_tax");
    add(&mut prices, excluding, false, None, reading);
    let channels = fields
        .optional("channel_prices")
        .and_then(|node| node.table(reading));
    for Member { key, value } in channels.into_iter().flatten() {
        channel_prices(&mut prices, &key, value, reading);
    }
    fields.end(reading);
    let tax_class = tax_class?;
    Some(DraftProduct {
        place: number.place,
        tax_class_place: tax_class.place,
        product: Product {
            number: number.to_owned(),
            description: description?,
            image,
            tax_class: tax_class.to_owned(),
            categories,
            weight_grams,
            is_counted: stock.is_some(),
            prices,
        },
        stock,
    })
}

fn categories_of(list: Option<Node<'_>>, reading: &mut Reading) -> BTreeSet<String> {
    let place = list.as_ref().map(|node| node.place);
    let categories: BTreeSet<_> = each(list, reading, Text::name).into_iter().collect();
    if let Some(place) = place.filter(|_| categories.len() > MAX_CATEGORIES) {
        reading.problem(place, CatalogueProblem::TooMany(MAX_CATEGORIES));
    }
    categories
}

fn channel_prices(prices: &mut Vec<Price>, channel: &Text<'_>, node: Node<'_>, reading: &mut Reading) {
    let Some(channel_key) = channel.name(reading) else {
        return;
    };
    let Some(mut fields) = Fields::of(node, reading) else {
        return;
    };
    let including = fields.optional("including_tax");
    add(prices, including, true, Some(&channel_key), reading);
    let excluding = fields.optional("excluding_tax");
    add(prices, excluding, false, Some(&channel_key), reading);
    fields.end(reading);
}

fn add(
    prices: &mut Vec<Price>,
    table: Option<Node<'_>>,
    tax_included: bool,
    channel_key: Option<&str>,
    reading: &mut Reading,
) {
    let amounts = amounts(table, reading);
    prices.extend(amounts.into_iter().map(|unit_price| Price {
        unit_price,
        tax_included,
        channel_key: channel_key.map(str::to_owned),
    }));
}
