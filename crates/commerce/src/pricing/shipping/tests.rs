//! What shipping costs after promotions, and what the shopper is told of it.

use crate::cart::Cart;
use crate::catalogue::{Catalogue, ShippingMode, Shop};
use crate::fixture::{cart_with, empty_cart, filled, now, products, profiles, sek, tax_classes};
use crate::kustom::offer::Offer;
use crate::pricing::price;
use crate::pricing::promotion_tests::{everything, percent, priced_with, saved_nothing, shipping};
use crate::promotion::tests::promotion;
use crate::promotion::{Benefit, Target};

#[test]
fn shipping_is_reduced_and_taxed_on_what_is_left() {
    let free = promotion("FREESHIP", shipping(), percent(10_000));
    let priced = priced_with(&cart_with(&[("SHOE", 1)]), vec![free]);
    assert_eq!(
        (
            priced.shipping_total,
            priced.shipping_discount,
            priced.shipping_tax
        ),
        (sek(0), sek(4900), sek(0))
    );
    let twenty = promotion("TWENTY", shipping(), Benefit::Fixed(vec![sek(2000)]));
    let priced = priced_with(&cart_with(&[("SHOE", 1)]), vec![twenty.clone()]);
    assert_eq!(
        (
            priced.shipping_total,
            priced.shipping_discount,
            priced.shipping_tax
        ),
        (sek(2900), sek(2000), sek(580))
    );
    let b2b = filled(empty_cart("se-b2b"), &[("SHOE", 1)]);
    let priced = priced_with(&b2b, vec![twenty]);
    assert_eq!(
        (priced.shipping_total, priced.shipping_tax),
        (sek(2900), sek(725))
    );
    // 36.25 with tax, of a price that is 61.25 with tax.
    let line = &Offer::new(&priced, &b2b.country).unwrap().lines[1];
    assert_eq!((line.unit_price, line.total_discount_amount), (6125, 2500));
}

#[test]
fn a_promotion_may_speak_of_some_ways_to_ship_only() {
    let courier = Target::Shipping(["courier".to_owned()].into());
    let cart = cart_with(&[("SHOE", 1)]);
    let free = priced_with(
        &cart,
        vec![promotion("COURIER", courier.clone(), percent(10_000))],
    );
    let chosen = free.shipping.as_ref().unwrap();
    assert_eq!((chosen.method_key.as_str(), chosen.total()), ("courier", sek(0)));
    let a_bit = priced_with(&cart, vec![promotion("COURIER", courier, percent(1000))]);
    assert_eq!(
        (a_bit.shipping_total, saved_nothing(&a_bit.promotions)),
        (sek(4900), true)
    );
}

#[test]
fn a_discount_can_bring_shipping_back() {
    // Three shoes are 597 kr and ship for nothing; a fifth off leaves 477.60.
    let fifth = promotion("FIFTH", everything(), percent(2000));
    let cart = cart_with(&[("SHOE", 3)]);
    assert_eq!(priced_with(&cart, Vec::new()).shipping_total, sek(0));
    let priced = priced_with(&cart, vec![fifth]);
    assert_eq!(
        (priced.product_total, priced.shipping_total),
        (sek(47_760), sek(4900))
    );
}

#[test]
fn how_far_free_shipping_is_is_told_until_it_is_free() {
    let message = |contents| {
        let priced = priced_with(&cart_with(contents), Vec::new());
        let message = priced.promotions.first().and_then(|entry| entry.message.clone());
        message.map(|message| message.rendered)
    };
    assert_eq!(
        message(&[("SHOE", 1)]).as_deref(),
        Some("301 kr kvar till fri frakt")
    );
    assert_eq!(message(&[("SHOE", 3)]), None);
    assert_eq!(message(&[]), None);
}

/// Each row: the language, and what a shopper reads who lacks 301 kr.
#[test]
fn free_shipping_is_promised_in_every_language() {
    for (locale, text) in [
        ("sv_SE", "301 kr kvar till fri frakt"),
        ("no-NO", "301 kr igjen til gratis frakt"),
        ("da-DK", "301 kr mere for gratis fragt"),
        ("fi", "301 kr puuttuu ilmaisesta toimituksesta"),
        ("de-AT", "Noch 301 kr bis zum kostenlosen Versand"),
        ("en", "301 kr more for free shipping"),
        ("pl", "301 kr more for free shipping"),
    ] {
        let cart = Cart {
            locale: locale.into(),
            ..cart_with(&[("SHOE", 1)])
        };
        let told = priced_with(&cart, Vec::new()).promotions.remove(0);
        assert_eq!(told.message.unwrap().rendered, text);
    }
}

#[test]
fn at_the_threshold_nothing_is_missing_any_more() {
    // Two shoes, a book and half of another: exactly 500 kr would be free.
    let mut cart = cart_with(&[("GIFT", 5)]);
    assert_eq!(priced_with(&cart, Vec::new()).promotions, []);
    cart.items[0].quantity = 4;
    assert_eq!(priced_with(&cart, Vec::new()).promotions.len(), 1);
}

#[test]
fn a_reduction_of_nothing_is_no_discount() {
    let nothing = promotion("NOTHING", shipping(), percent(0));
    let priced = priced_with(&cart_with(&[("SHOE", 1)]), vec![nothing]);
    assert_eq!(priced.shipping.unwrap().discount, None);
}

/// Three shoes of half a kilogram each.
#[test]
fn the_weight_of_all_pieces_decides_what_serves_the_cart() {
    for (lightest, heaviest, serves) in [(1500, 1500, true), (1501, 9999, false), (0, 1499, false)] {
        let mut shop_profiles = profiles();
        let method = &mut shop_profiles[0].shipping_methods[0];
        (method.min_weight_grams, method.max_weight_grams) = (Some(lightest), Some(heaviest));
        shop_profiles[0].shipping_methods.truncate(1);
        let shop = Shop::new(shop_profiles, tax_classes(), Vec::new()).unwrap();
        let catalogue = Catalogue::new(shop, products()).unwrap();
        let priced = price(&cart_with(&[("SHOE", 3)]), &catalogue, now()).unwrap();
        assert_eq!(priced.shipping.is_some(), serves, "{lightest} to {heaviest}");
        assert_eq!(priced.is_unshippable, !serves);
    }
}

#[test]
fn a_shopper_who_may_choose_gets_the_cheapest_until_she_does() {
    let mut shop_profiles = profiles();
    shop_profiles[0].shipping_mode = ShippingMode::Iframe;
    let shop = Shop::new(shop_profiles, tax_classes(), Vec::new()).unwrap();
    let catalogue = Catalogue::new(shop, products()).unwrap();
    let mut cart = cart_with(&[("SHOE", 1)]);
    for (choice, expected) in [
        (None, "post"),
        (Some("courier"), "courier"),
        (Some("gone"), "post"),
    ] {
        cart.shipping_choice = choice.map(str::to_owned);
        let priced = price(&cart, &catalogue, now()).unwrap();
        assert_eq!(priced.shipping.unwrap().method_key, expected, "{choice:?}");
        let keys: Vec<_> = priced
            .shipping_options
            .iter()
            .map(|option| option.method_key.as_str())
            .collect();
        assert_eq!(keys, ["post", "courier"], "the cheapest comes first");
    }
}
