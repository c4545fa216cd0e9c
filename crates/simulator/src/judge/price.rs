//! What a cart costs, computed a second time: the judge does not trust the shop's own sums.
//!
//! The table repeats the demo catalogue by hand, in minor units.

use super::Content;

/// What Kustom must have been asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Price {
    pub(super) currency: &'static str,
    /// Including tax, as Kustom has it.
    pub(super) total: i64,
    pub(super) tax: i64,
}

struct Market {
    profile: &'static str,
    currency: &'static str,
    tax_included: bool,
    shipping: i64,
    free_from: i64,
    dearer_shipping: i64,
}

#[rustfmt::skip]
const MARKETS: [Market; 4] = [
    Market { profile: "se-webshop", currency: "SEK", tax_included: true, shipping: 4900, free_from: 100_000, dearer_shipping: 9900 },
    Market { profile: "no-webshop", currency: "NOK", tax_included: true, shipping: 5900, free_from: 100_000, dearer_shipping: 11_900 },
    Market { profile: "de-webshop", currency: "EUR", tax_included: true, shipping: 490, free_from: 10_000, dearer_shipping: 990 },
    Market { profile: "se-b2b", currency: "SEK", tax_included: false, shipping: 3920, free_from: 80_000, dearer_shipping: 7920 },
];

/// Product, tax class, prices in SEK, NOK and EUR with tax, price in SEK without.
#[rustfmt::skip]
const PRODUCTS: [(&str, Class, [i64; 3], i64); 5] = [
    ("SH005-BLK-10", Class::Standard, [129_900, 129_900, 11_900], 103_920),
    ("SH006-WHT-09", Class::Standard, [89_900, 89_900, 8490], 71_920),
    ("BOOK-001", Class::Books, [24_900, 25_900, 2490], 23_491),
    ("FOOD-001", Class::Food, [9900, 11_900, 990], 8839),
    ("GIFT-100", Class::Zero, [10_000, 10_000, 1000], 10_000),
];

#[derive(Clone, Copy)]
enum Class {
    Standard,
    Books,
    Food,
    Zero,
}

/// In percent.
fn rate(class: Class, country: &str) -> i64 {
    match (class, country) {
        (Class::Standard, "DE") => 19,
        (Class::Standard, "AT") => 20,
        (Class::Standard, _) => 25,
        (Class::Books, "NO") => 0,
        (Class::Books | Class::Food, "DE") => 7,
        (Class::Books | Class::Food, "AT") => 10,
        (Class::Books, _) => 6,
        (Class::Food, "NO") => 15,
        (Class::Food, _) => 12,
        (Class::Zero, _) => 0,
    }
}

/// `None` for what the demo catalogue does not sell.
pub(super) fn price(profile_key: &str, content: &Content) -> Option<Price> {
    let market = MARKETS.iter().find(|market| market.profile == profile_key)?;
    let (mut products, mut tax) = (0, 0);
    for item in &content.items {
        let (_, class, with_tax, without_tax) = PRODUCTS.iter().find(|product| product.0 == item.product)?;
        let unit = match (market.tax_included, market.currency) {
            (false, _) => *without_tax,
            (true, "SEK") => with_tax[0],
            (true, "NOK") => with_tax[1],
            (true, _) => with_tax[2],
        };
        let line = unit * i64::from(item.quantity);
        products += line;
        tax += tax_of(market, rate(*class, &content.country), line);
    }
    let shipping = match () {
        () if content.items.is_empty() => 0,
        () if products >= market.free_from => 0,
        () => market.shipping.min(market.dearer_shipping),
    };
    tax += tax_of(market, rate(Class::Standard, &content.country), shipping);
    let on_top = if market.tax_included { 0 } else { tax };
    Some(Price {
        currency: market.currency,
        total: products + shipping + on_top,
        tax,
    })
}

/// Half a unit is rounded up; no amount here is negative.
fn tax_of(market: &Market, percent: i64, amount: i64) -> i64 {
    let divisor = if market.tax_included { 100 + percent } else { 100 };
    (2 * amount * percent + divisor) / (2 * divisor)
}
