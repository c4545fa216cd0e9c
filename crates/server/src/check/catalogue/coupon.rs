//! Promotions that can never take anything off.

use super::{CATALOGUE_COUPONS, Report, Sold};
use kassa_commerce::promotion::{Promotion, Selection, Target, Unusable};

pub(super) fn check(report: &mut Report, sold: &Sold) {
    let before = report.findings.len();
    for promotion in sold.shop.promotions() {
        if let Some(reason) = useless(sold, promotion) {
            let what = match &promotion.code {
                Some(code) => format!("coupon `{}`", code.as_str()),
                None => format!("promotion `{}`", promotion.key),
            };
            report.warning(
                CATALOGUE_COUPONS,
                format!("{what} never applies: {reason}; correct or remove it"),
            );
        }
    }
    if report.findings.len() == before {
        report.ok(
            CATALOGUE_COUPONS,
            format!(
                "{} promotions and coupons, which can all apply",
                sold.shop.promotions().len()
            ),
        );
    }
}

fn useless(sold: &Sold, promotion: &Promotion) -> Option<&'static str> {
    if promotion.usage_limit == Some(0) || promotion.limit_per_cart == Some(0) {
        return Some("it may be used zero times");
    }
    let mut profiles = sold.shop.profiles();
    let unusable: Vec<Unusable> = profiles
        .by_ref()
        .filter_map(|profile| {
            promotion
                .check_usable(&profile.key, profile.currency, sold.now)
                .err()
        })
        .collect();
    // One that has not begun will.
    let is_useless = unusable.len() == sold.shop.profiles().count() && !unusable.contains(&Unusable::NotYet);
    if is_useless {
        return Some(match unusable.contains(&Unusable::Over) {
            true => "its time is over",
            false => "it has no amount in the currency of its profiles",
        });
    }
    match &promotion.target {
        Target::Products(selection) if !selects_something(sold, selection) => {
            Some("no product is among those it is for")
        }
        Target::Shipping(keys) if !keys.is_empty() && !is_a_method(sold, keys) => {
            Some("no way to ship is among those it is for")
        }
        _ => None,
    }
}

fn selects_something(sold: &Sold, selection: &Selection) -> bool {
    let everything = selection.products.is_empty() && selection.categories.is_empty();
    sold.products.iter().any(|product| {
        let named = selection.products.contains(&product.number)
            || !selection.categories.is_disjoint(&product.categories);
        let excepted = selection.except_products.contains(&product.number)
            || !selection.except_categories.is_disjoint(&product.categories);
        (everything || named) && !excepted
    })
}

fn is_a_method(sold: &Sold, keys: &std::collections::BTreeSet<String>) -> bool {
    let mut methods = sold.shop.profiles().flat_map(|profile| &profile.shipping_methods);
    methods.any(|method| keys.contains(&method.key))
}
