//! What promotions take off, in worked examples.
//!
//! Shoes are 199 kr with 25 % tax, books 49.90 kr with 6 %, gift cards 100 kr without tax. Post is 49 kr and free from
//! 500 kr on, a courier 99 kr.

use super::*;
use crate::catalogue::Shop;
use crate::command::{CartCommand, CartError, CouponRefusal};
use crate::fixture::{
    cart_with, catalogue_with, currency, empty_cart, filled, now, products, profiles, sek, tax_classes,
    written,
};
use crate::kustom::offer::{Offer, assert_arithmetic};
use crate::money::Share;
use crate::promotion::tests::promotion;
use crate::promotion::{Benefit, CouponCode, Promotion, Selection, Target, Unusable};
use std::collections::BTreeSet;

pub(super) fn percent(basis_points: u16) -> Benefit {
    Benefit::Percentage(Share::from_basis_points(basis_points).unwrap())
}

pub(super) fn everything() -> Target {
    Target::Products(Selection::default())
}

pub(super) fn shipping() -> Target {
    Target::Shipping(BTreeSet::new())
}

fn category(name: &str) -> Target {
    Target::Products(Selection {
        categories: [name.to_owned()].into(),
        ..Selection::default()
    })
}

fn coupon(code: &str, target: Target, benefit: Benefit) -> Promotion {
    Promotion {
        code: Some(CouponCode::parse(code).unwrap()),
        ..promotion(code, target, benefit)
    }
}

pub(super) fn priced_with(cart: &Cart, promotions: Vec<Promotion>) -> Priced {
    let priced = price(cart, &catalogue_with(promotions), now()).unwrap();
    let offer = Offer::new(&priced, &cart.country).unwrap();
    assert_arithmetic(&offer);
    assert_eq!(offer.order_amount, priced.amount_to_pay().unwrap().amount_minor());
    priced
}

pub(super) fn with_codes(cart: &Cart, codes: &[&str]) -> Cart {
    let codes = codes.iter().map(|code| CouponCode::parse(code).unwrap());
    Cart {
        coupons: codes.collect(),
        ..cart.clone()
    }
}

pub(super) fn discounts(priced: &Priced) -> Vec<i64> {
    let lines = priced.lines.iter();
    lines.map(|line| line.discount.amount_minor()).collect()
}

fn saved(priced: &Priced) -> Vec<(&str, i64)> {
    let entries = priced.promotions.iter().filter(|entry| entry.message.is_none());
    entries
        .map(|entry| (entry.key.as_str(), entry.saved.amount_minor()))
        .collect()
}

#[test]
fn ten_percent_of_two_shoes() {
    let priced = priced_with(
        &cart_with(&[("SHOE", 2)]),
        vec![promotion("TEN", everything(), percent(1000))],
    );
    let line = &priced.lines[0];
    assert_eq!(
        (line.discount, line.total, line.tax),
        (sek(3980), sek(35_820), sek(7164))
    );
    assert_eq!(
        (priced.shipping_total, priced.shipping_tax),
        (sek(4900), sek(980))
    );
    assert_eq!(
        (priced.product_total, priced.order_total, priced.order_tax_total),
        (sek(35_820), sek(40_720), sek(8144))
    );
    assert_eq!(saved(&priced), [("TEN", 3980)]);
}

#[test]
fn an_amount_off_is_spread_over_all_rates_and_no_line_falls_below_zero() {
    let cart = cart_with(&[("SHOE", 1), ("BOOK", 1), ("GIFT", 1)]);
    let fifty = vec![promotion("FIFTY", everything(), Benefit::Fixed(vec![sek(5000)]))];
    let priced = priced_with(&cart, fifty);
    // 50 kr over 199 : 49.90 : 100 is 28.518 : 7.151 : 14.331; the missing öre goes to the shoe, which lost most.
    assert_eq!(discounts(&priced), [2852, 715, 1433]);
    assert_eq!(discounts(&priced).iter().sum::<i64>(), 5000);

    let more_than_all = vec![promotion(
        "ALL",
        everything(),
        Benefit::Fixed(vec![sek(1_000_000)]),
    )];
    let free = priced_with(&cart, more_than_all);
    assert_eq!(discounts(&free), [19_900, 4990, 10_000]);
    assert_eq!(
        (free.product_total, saved(&free)),
        (sek(0), vec![("ALL", 34_890)])
    );
    assert_eq!(free.order_total, sek(4900), "shipping is not free");
}

#[test]
fn prices_without_tax_are_reduced_before_tax() {
    let cart = filled(empty_cart("se-b2b"), &[("SHOE", 3), ("BOOK", 2)]);
    let priced = priced_with(&cart, vec![promotion("TEN", everything(), percent(1000))]);
    // 99.99 and 94.16 are 194.15; a tenth is 19.415, so 19.42: 10.00 and 9.42.
    assert_eq!(discounts(&priced), [1000, 942]);
    let lines: Vec<_> = priced.lines.iter().map(|line| (line.total, line.tax)).collect();
    assert_eq!(lines, [(sek(8999), sek(2250)), (sek(8474), sek(508))]);
    let offer = Offer::new(&priced, &cart.country).unwrap();
    let shoe = &offer.lines[0];
    // Kustom sees pieces at 41.66 with tax, and what is missing to 112.49 as their discount.
    assert_eq!(
        (
            shoe.quantity,
            shoe.unit_price,
            shoe.total_discount_amount,
            shoe.total_amount
        ),
        (3, 4166, 1249, 11_249)
    );
}

#[test]
fn a_reduced_line_whose_pieces_round_down_is_never_reduced_by_less_than_nothing() {
    let mut cart = filled(empty_cart("se-b2b"), &[("SHOE", 9999)]);
    cart.items[0].product_number = "gone".into();
    // 0.01 kr and a quarter on top is 0.0125 kr: a piece rounds down to 0.01, and 9999 of them come to 124.99.
    cart.items[0].last_known.unit_price = sek(1);
    let one_oere = vec![promotion("ONE", everything(), Benefit::Fixed(vec![sek(1)]))];
    let priced = priced_with(&cart, one_oere);
    let line = &Offer::new(&priced, &cart.country).unwrap().lines[0];
    assert_eq!((line.unit_price, line.total_amount), (2, 12_498));
    assert_eq!(line.total_discount_amount, 2 * 9999 - 12_498);
}

#[test]
fn a_category_is_reduced_before_everything_is() {
    let cart = cart_with(&[("SHOE", 1), ("BOOK", 2)]);
    let both = vec![
        promotion("TEN", everything(), percent(1000)),
        promotion("BOOKS", category("books"), percent(5000)),
    ];
    let priced = priced_with(&cart, both);
    // Books: half of 99.80 is 49.90; then a tenth of 199 + 49.90 is 24.89, of which the shoe bears 19.90.
    assert_eq!(saved(&priced), [("TEN", 2489), ("BOOKS", 4990)]);
    assert_eq!(discounts(&priced), [1990, 4990 + 499]);
}

#[test]
fn of_three_pieces_the_cheapest_is_given() {
    let three_for_two = |limit| Promotion {
        limit_per_cart: limit,
        ..promotion(
            "3FOR2",
            everything(),
            Benefit::BuyGet {
                buy: 2,
                get: 1,
                off: Share::ALL,
            },
        )
    };
    let cart = cart_with(&[("SHOE", 2), ("BOOK", 3), ("GIFT", 2)]);
    // Seven pieces are two sets: the two cheapest, both books, are given.
    let priced = priced_with(&cart, vec![three_for_two(None)]);
    assert_eq!(discounts(&priced), [0, 9980, 0]);
    let priced = priced_with(&cart, vec![three_for_two(Some(1))]);
    assert_eq!(discounts(&priced), [0, 4990, 0]);
    let two = cart_with(&[("SHOE", 2)]);
    assert_eq!(discounts(&priced_with(&two, vec![three_for_two(None)])), [0]);
    // Five sets of one line and one more piece.
    let many = cart_with(&[("BOOK", 16)]);
    assert_eq!(
        discounts(&priced_with(&many, vec![three_for_two(None)])),
        [5 * 4990]
    );
}

#[test]
fn the_second_piece_for_half_is_a_set_of_two() {
    let half = Promotion {
        ..promotion(
            "HALF",
            category("goods"),
            Benefit::BuyGet {
                buy: 1,
                get: 1,
                off: Share::from_basis_points(5000).unwrap(),
            },
        )
    };
    let priced = priced_with(&cart_with(&[("SHOE", 2), ("BOOK", 1)]), vec![half]);
    assert_eq!(discounts(&priced), [9950, 0]);
}

#[test]
fn a_discount_of_some_pieces_is_of_the_dearest() {
    let one_piece = Promotion {
        limit_per_cart: Some(3),
        ..promotion("PIECES", everything(), percent(1000))
    };
    let priced = priced_with(&cart_with(&[("BOOK", 2), ("SHOE", 2)]), vec![one_piece]);
    // Both shoes and one book: a tenth of 398 + 49.90 is 44.79.
    assert_eq!(discounts(&priced), [499, 3980]);
}

#[test]
fn of_a_group_the_one_that_saves_most_is_taken() {
    let grouped = |key: &str, benefit| Promotion {
        group: Some("season".into()),
        ..promotion(key, everything(), benefit)
    };
    let offers = || {
        vec![
            grouped("TEN", percent(1000)),
            grouped("FIFTY", Benefit::Fixed(vec![sek(5000)])),
            promotion("ALSO", category("books"), percent(1000)),
        ]
    };
    let small = priced_with(&cart_with(&[("SHOE", 1)]), offers());
    assert_eq!(saved(&small), [("FIFTY", 5000)]);
    let large = priced_with(&cart_with(&[("SHOE", 10), ("BOOK", 1)]), offers());
    let keys: Vec<_> = saved(&large).into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["TEN", "ALSO"]);
}

#[test]
fn the_first_of_equals_is_taken() {
    let equal = |key: &str| Promotion {
        group: Some("season".into()),
        ..promotion(key, everything(), percent(1000))
    };
    let priced = priced_with(&cart_with(&[("SHOE", 1)]), vec![equal("A"), equal("B")]);
    assert_eq!(saved(&priced), [("A", 1990)]);
    let alone = |key: &str| Promotion {
        exclusive: true,
        ..promotion(key, everything(), percent(1000))
    };
    let priced = priced_with(&cart_with(&[("SHOE", 1)]), vec![alone("A"), alone("B")]);
    assert_eq!(saved(&priced), [("A", 1990)]);
}

#[test]
fn an_exclusive_promotion_stands_against_all_others_together() {
    let offers = |exclusive: u16| {
        vec![
            Promotion {
                exclusive: true,
                ..promotion("ALONE", everything(), percent(exclusive))
            },
            promotion("TEN", everything(), percent(1000)),
            promotion("SHIP", shipping(), percent(10_000)),
        ]
    };
    let cart = cart_with(&[("SHOE", 1)]);
    // A tenth and shipping save 19.90 and 49.00: 34.6 % of the shoe.
    assert_eq!(
        saved(&priced_with(&cart, offers(3400))),
        [("TEN", 1990), ("SHIP", 4900)]
    );
    assert_eq!(saved(&priced_with(&cart, offers(3500))), [("ALONE", 6965)]);
    // Where both save the same, nobody is shut out.
    let equals = offers(1000).into_iter().take(2).collect();
    assert_eq!(saved(&priced_with(&cart, equals)), [("TEN", 1990)]);
}

#[test]
fn a_minimum_that_is_just_reached_is_reached() {
    let from = |minimum: i64| Promotion {
        minimum: vec![sek(minimum)],
        ..promotion("FROM", everything(), percent(1000))
    };
    let saved_by = |minimum| saved(&priced_with(&cart_with(&[("SHOE", 1)]), vec![from(minimum)])).len();
    assert_eq!((saved_by(19_900), saved_by(19_901)), (1, 0));
}

#[test]
fn an_automatic_promotion_that_saves_nothing_is_not_told() {
    let priced = priced_with(
        &cart_with(&[("SHOE", 3)]),
        vec![promotion("NOTHING", everything(), percent(0))],
    );
    assert_eq!(saved(&priced), []);
}

#[test]
fn of_seven_pieces_two_for_one_gives_four() {
    let two_for_one = promotion(
        "241",
        everything(),
        Benefit::BuyGet {
            buy: 1,
            get: 2,
            off: Share::ALL,
        },
    );
    let priced = priced_with(&cart_with(&[("BOOK", 7)]), vec![two_for_one]);
    assert_eq!(discounts(&priced), [4 * 4990]);
}

#[test]
fn a_minimum_is_counted_before_discounts_and_told_about_until_it_is_reached() {
    let from_500 = Promotion {
        minimum: vec![sek(50_000)],
        message: [("en", "{remaining} to go"), ("sv", "{remaining} kvar")]
            .map(|(language, text)| (language.to_owned(), text.to_owned()))
            .into(),
        ..promotion("FROM500", everything(), percent(1000))
    };
    let ten = promotion("TEN", category("goods"), percent(1000));
    let below = priced_with(&cart_with(&[("SHOE", 2)]), vec![from_500.clone(), ten.clone()]);
    assert_eq!(saved(&below), [("TEN", 3980)]);
    let told = below
        .promotions
        .iter()
        .find(|entry| entry.key == "FROM500")
        .unwrap();
    let message = told.message.as_ref().unwrap();
    assert_eq!((told.saved, message.rendered.as_str()), (sek(0), "102 kr kvar"));
    assert_eq!(message.template, "{remaining} kvar");
    let reached = priced_with(
        &cart_with(&[("SHOE", 2), ("GIFT", 1), ("BOOK", 1)]),
        vec![from_500, ten],
    );
    assert_eq!(saved(&reached).len(), 2);
}

#[test]
fn a_coupon_waits_to_be_entered_and_holds_only_for_carts_that_qualify() {
    let offers = || {
        vec![
            coupon("SUMMER", everything(), percent(1000)),
            Promotion {
                minimum: vec![sek(50_000)],
                ..coupon("BIG", everything(), Benefit::Fixed(vec![sek(5000)]))
            },
            coupon("BOOKS", category("books"), percent(5000)),
        ]
    };
    let cart = cart_with(&[("SHOE", 1)]);
    assert_eq!(discounts(&priced_with(&cart, offers())), [0]);
    let entered = with_codes(&cart, &["summer", "big", "books"]);
    let priced = priced_with(&entered, offers());
    assert_eq!(priced.coupons, ["SUMMER"]);
    assert_eq!(priced.invalid_coupons, ["BIG", "BOOKS"]);
    assert_eq!(saved(&priced), [("SUMMER", 1990)]);
    assert_eq!(priced.promotions[0].code.as_deref(), Some("SUMMER"));
}

#[test]
fn a_coupon_that_saves_nothing_holds_all_the_same() {
    let free = coupon("FREESHIP", shipping(), percent(10_000));
    let ships_free = with_codes(&cart_with(&[("SHOE", 3)]), &["freeship"]);
    let priced = priced_with(&ships_free, vec![free]);
    assert_eq!(
        (priced.coupons, saved_nothing(&priced.promotions)),
        (vec!["FREESHIP".to_owned()], true)
    );
}

pub(super) fn saved_nothing(entries: &[PromotionEntry]) -> bool {
    entries.iter().all(|entry| entry.saved.amount_minor() == 0)
}

#[test]
fn an_empty_cart_gets_nothing_and_keeps_its_codes() {
    let cart = with_codes(&empty_cart("se-webshop"), &["summer"]);
    let priced = priced_with(&cart, vec![coupon("SUMMER", everything(), percent(1000))]);
    assert_eq!((priced.promotions.len(), priced.coupons.len()), (0, 0));
    assert_eq!(priced.invalid_coupons, ["SUMMER"]);
    assert_eq!(priced.order_total, sek(0));
}

fn enter(cart: &Cart, code: &str, catalogue: &Catalogue) -> Result<Cart, CartError> {
    let code = CouponCode::parse(code).unwrap();
    let command = CartCommand::AddCoupon { code };
    let change = crate::command::apply(cart, command, catalogue, &crate::fixture::TIMING, now())?;
    Ok(written(&change))
}

#[test]
fn a_coupon_is_entered_once_removed_once_and_refused_where_it_can_never_help() {
    let expired = Promotion {
        valid_until: Some(now()),
        ..coupon("OLD", everything(), percent(1000))
    };
    let limited = Promotion {
        usage_limit: Some(3),
        ..coupon("FEW", everything(), percent(1000))
    };
    let catalogue = catalogue_with(vec![
        coupon("SUMMER", everything(), percent(1000)),
        expired,
        limited,
    ]);
    let cart = cart_with(&[("SHOE", 1)]);
    let once = enter(&cart, "summer", &catalogue).unwrap();
    assert_eq!(once.coupons.len(), 1);
    assert_eq!(enter(&once, "SUMMER", &catalogue).unwrap().coupons, once.coupons);
    assert_eq!(enter(&cart, "NOBODY", &catalogue), Err(CartError::CouponNotFound));
    let unusable = |unusable| Err(CartError::InvalidCoupon(CouponRefusal::Unusable(unusable)));
    assert_eq!(enter(&cart, "old", &catalogue), unusable(Unusable::Over));
    assert!(enter(&cart, "few", &catalogue).is_ok());
    let used_up = catalogue.clone().with_left_over(["FEW".to_owned()], []);
    assert_eq!(enter(&cart, "few", &used_up), unusable(Unusable::UsedUp));
    let code = CouponCode::parse("SUMMER").unwrap();
    let removed = CartCommand::RemoveCoupon { code };
    let change = crate::command::apply(&once, removed, &catalogue, &crate::fixture::TIMING, now());
    assert_eq!(written(&change.unwrap()).coupons, []);
}

#[test]
fn a_cart_has_ten_coupons_and_no_more() {
    let many: Vec<_> = (0..11)
        .map(|number| coupon(&format!("C{number}"), everything(), percent(1)))
        .collect();
    let catalogue = catalogue_with(many);
    let mut cart = cart_with(&[("SHOE", 1)]);
    for number in 0..10 {
        cart = enter(&cart, &format!("C{number}"), &catalogue).unwrap();
    }
    let refused = Err(CartError::InvalidCoupon(CouponRefusal::TooMany));
    assert_eq!(enter(&cart, "C10", &catalogue), refused);
    assert!(enter(&cart, "C9", &catalogue).is_ok(), "it is there already");
}

#[test]
fn what_is_used_up_by_others_is_withdrawn() {
    let limited = Promotion {
        usage_limit: Some(1),
        ..coupon("FEW", everything(), percent(1000))
    };
    let cart = with_codes(&cart_with(&[("SHOE", 1)]), &["few"]);
    let catalogue = catalogue_with(vec![limited]);
    assert_eq!(price(&cart, &catalogue, now()).unwrap().coupons, ["FEW"]);
    let used_up = catalogue.with_left_over(["FEW".to_owned()], []);
    let priced = price(&cart, &used_up, now()).unwrap();
    assert_eq!(
        (discounts(&priced), priced.invalid_coupons),
        (vec![0], vec!["FEW".to_owned()])
    );
}

#[test]
fn pieces_and_currencies_without_decimals_are_reduced_whole() {
    let yen = currency("JPY");
    let mut shop_products = products();
    shop_products[0].prices[0].unit_price = Money::new(1000, yen);
    let mut shop_profiles = profiles();
    shop_profiles[0].currency = yen;
    shop_profiles[0].shipping_methods.clear();
    let ten = promotion("TEN", everything(), percent(1050));
    let shop = Shop::new(shop_profiles, tax_classes(), vec![ten]).unwrap();
    let catalogue = Catalogue::new(shop, shop_products).unwrap();
    let cart = Cart {
        currency: yen,
        ..cart_with(&[("SHOE", 3)])
    };
    let priced = price(&cart, &catalogue, now()).unwrap();
    assert_eq!(priced.lines[0].total, Money::new(2685, yen));
    assert_eq!(priced.lines[0].tax, Money::new(537, yen));
}
