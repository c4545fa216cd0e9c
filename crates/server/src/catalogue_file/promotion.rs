//! Promotions and coupons.

use super::node::{Fields, Kind, Member, Node};
use super::problem::{CatalogueProblem, Place};
use super::reading::{Named, Reading};
use super::shop::text;
use super::time::moment;
use super::value::{Text, amounts, each};
use jiff::Timestamp;
use kassa_commerce::money::Share;
use kassa_commerce::promotion::{Benefit, CouponCode, Promotion, Selection, Target};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn promotion(key: &Text<'_>, node: Node<'_>, reading: &mut Reading) -> Option<Promotion> {
    let place = node.place;
    let mut fields = Fields::of(node, reading)?;
    let description = text(&mut fields, "description", reading).and_then(|text| text.prose(reading));
    let code = fields.optional("code").and_then(|node| node.text(reading));
    let code = code.and_then(|text| coupon_code(&text, reading));
    let profiles = each(fields.optional("profiles"), reading, |text, reading| {
        Some(reading.needs(Named::Profile, text))
    });
    let (valid_from, valid_until) = validity(&mut fields, place, reading);
    let usage_limit = at_least_one(&mut fields, "usage_limit", reading);
    let limit_per_cart = at_least_one(&mut fields, "limit_per_cart", reading);
    let group = fields.optional("group").and_then(|node| node.text(reading));
    let group = group.and_then(|text| text.name(reading));
    let exclusive = fields.optional("exclusive").and_then(|node| node.truth(reading));
    let minimum = amounts(fields.optional("minimum"), reading);
    let target = target(&mut fields, place, reading);
    let benefit = benefit(&mut fields, place, reading);
    let message = message(fields.optional("message"), reading);
    fields.end(reading);
    let (target, benefit) = (target?, benefit?);
    if matches!((&target, &benefit), (Target::Shipping(_), Benefit::BuyGet { .. })) {
        reading.problem(place, CatalogueProblem::BuyGetOfShipping);
    }
    Some(Promotion {
        key: key.to_owned(),
        description: description?,
        code,
        profiles: profiles.into_iter().collect(),
        valid_from,
        valid_until,
        usage_limit,
        limit_per_cart,
        group,
        exclusive: exclusive.unwrap_or_default(),
        minimum,
        target,
        benefit,
        message,
    })
}

fn coupon_code(text: &Text<'_>, reading: &mut Reading) -> Option<CouponCode> {
    match CouponCode::parse(&text.text) {
        Ok(code) => Some(code),
        Err(_) => text.refused(CatalogueProblem::NotACode(text.to_owned()), reading),
    }
}

fn validity(
    fields: &mut Fields<'_>,
    place: Place,
    reading: &mut Reading,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let mut time = |key, reading: &mut Reading| {
        let text = fields.optional(key).and_then(|node| node.text(reading));
        text.and_then(|text| moment(&text, reading))
    };
    let (from, until) = (time("valid_from", reading), time("valid_until", reading));
    if let (Some(from), Some(until)) = (from, until)
        && from >= until
    {
        reading.problem(place, CatalogueProblem::NeverValid);
    }
    (from, until)
}

/// A limit of nothing would be a promotion that nobody can have.
fn at_least_one(fields: &mut Fields<'_>, key: &'static str, reading: &mut Reading) -> Option<u32> {
    let node = fields.optional(key)?;
    let place = node.place;
    let number = node.whole(reading)?;
    if number == 0 {
        reading.problem(place, CatalogueProblem::Zero(key));
    }
    Some(number)
}

fn target(fields: &mut Fields<'_>, place: Place, reading: &mut Reading) -> Option<Target> {
    let shipping = fields.optional("shipping");
    let methods = shipping.and_then(|node| methods(node, reading));
    let mut names = |key, reading: &mut Reading| -> BTreeSet<String> {
        each(fields.optional(key), reading, Text::name)
            .into_iter()
            .collect()
    };
    let selection = Selection {
        products: names("products", reading),
        categories: names("categories", reading),
        except_products: names("except_products", reading),
        except_categories: names("except_categories", reading),
    };
    match methods {
        None => Some(Target::Products(selection)),
        Some(methods) if selection == Selection::default() => Some(Target::Shipping(methods)),
        Some(_) => {
            reading.problem(place, CatalogueProblem::TwoTargets);
            None
        }
    }
}

/// `true` for every way to ship, or the keys of some. `None` for `false`.
fn methods(node: Node<'_>, reading: &mut Reading) -> Option<BTreeSet<String>> {
    if let Kind::List(methods) = &node.kind {
        if methods.is_empty() {
            reading.problem(node.place, CatalogueProblem::MissingMethod);
        }
        return Some(each(Some(node), reading, Text::name).into_iter().collect());
    }
    node.truth(reading)?.then(BTreeSet::new)
}

fn benefit(fields: &mut Fields<'_>, place: Place, reading: &mut Reading) -> Option<Benefit> {
    let percent = fields.optional("percent");
    let amount = fields.optional("amount");
    let (buys, gets) = (
        at_least_one(fields, "buy", reading),
        at_least_one(fields, "get", reading),
    );
    let is_percent = percent.is_some();
    let percent = percent.and_then(|node| node.text(reading));
    let percent = percent.and_then(|text| positive_share(&text, reading));
    match (is_percent, amount, buys, gets) {
        (true, None, None, None) => percent.map(Benefit::Percentage),
        (false, Some(amount), None, None) => {
            let amounts = amounts(Some(amount), reading);
            if amounts.is_empty() {
                reading.problem(place, CatalogueProblem::NotOneBenefit);
            }
            Some(Benefit::Fixed(amounts))
        }
        (_, None, Some(buy), Some(get)) => Some(Benefit::BuyGet {
            buy,
            get,
            off: percent.unwrap_or(Share::ALL),
        }),
        _ => {
            reading.problem(place, CatalogueProblem::NotOneBenefit);
            None
        }
    }
}

fn positive_share(text: &Text<'_>, reading: &mut Reading) -> Option<Share> {
    let share = text.share(reading)?;
    if share.basis_points() == 0 {
        return text.refused(CatalogueProblem::NotARate(text.to_owned()), reading);
    }
    Some(share)
}

/// By language. All Norwegian is filed under `nb`, where it is looked for.
fn message(table: Option<Node<'_>>, reading: &mut Reading) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for Member { key, value } in table.and_then(|node| node.table(reading)).into_iter().flatten() {
        let is_language = key.text.len() == 2 && key.text.bytes().all(|byte| byte.is_ascii_lowercase());
        if !is_language {
            reading.problem(key.place, CatalogueProblem::NotALocale(key.to_owned()));
        }
        let language = match key.text.as_ref() {
            "no" | "nn" => "nb",
            other => other,
        };
        let text = value.text(reading).and_then(|text| text.prose(reading));
        if let Some(text) = text
            && texts.insert(language.to_owned(), text).is_some()
        {
            reading.problem(key.place, CatalogueProblem::DefinedTwice(language.to_owned()));
        }
    }
    texts
}
