//! What shipping costs after promotions, and what the shopper is told of it.

use crate::cart::Cart;
use crate::catalogue::{Catalogue, ShippingMode, Shop};
use crate::fixture::{cart_with, empty_cart, filled, now, products, profiles, sek, tax_classes};
use crate::kustom::offer::Offer;
use crate::pricing::promotion_tests::{
    everything, percent, priced_with, saved_nothing, shipping, with_codes,
};
use crate::pricing::{Priced, price};
use crate::promotion::tests::promotion;
use crate::promotion::{Benefit, CouponCode, Promotion, Target};
use crate::reservation::{HoldClaim, claims};

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

#[test]
fn a_discount_that_would_make_the_cart_dearer_is_not_taken() {
    // Five gift cards are 500 kr, from which on post costs nothing instead of 49 kr.
    let cart = cart_with(&[("GIFT", 5)]);
    let off = |minor| promotion("OFF", everything(), Benefit::Fixed(vec![sek(minor)]));
    let paid = |promotions: Vec<Promotion>| priced_with(&cart, promotions).order_total;
    assert_eq!(paid(vec![off(4899)]), sek(50_000));
    assert_eq!(paid(vec![off(4901)]), sek(49_999));
    // One of the two is enough to lose it, and none of them is worth that. A third one that ships for nothing makes both so.
    let other = promotion("OTHER", everything(), Benefit::Fixed(vec![sek(100)]));
    assert_eq!(paid(vec![off(100), other.clone()]), sek(50_000));
    let free = promotion("FREE", shipping(), percent(10_000));
    assert_eq!(paid(vec![off(100), other, free]), sek(49_800));
    let coupon = Promotion {
        code: Some(CouponCode::parse("OFF").unwrap()),
        exclusive: true,
        ..off(100)
    };
    let priced = priced_with(&with_codes(&cart, &["OFF"]), vec![coupon]);
    assert_eq!(
        (priced.order_total, priced.invalid_coupons),
        (sek(50_000), vec!["OFF".to_owned()])
    );
}

#[test]
fn only_the_discount_that_makes_the_cart_dearer_is_left_out() {
    let off = |key: &str, minor| promotion(key, everything(), Benefit::Fixed(vec![sek(minor)]));
    // 547.70 kr ship for nothing from 500 kr on. 48 kr off would cost 49 kr of shipping; 1 kr off costs nothing.
    let cart = cart_with(&[("SHOE", 2), ("BOOK", 3)]);
    let priced = priced_with(&cart, vec![off("BIG", 4800), off("SMALL", 100)]);
    assert_eq!(priced.order_total, sek(54_670));
}

#[test]
fn what_saves_on_a_way_that_nobody_would_take_counts_for_nothing() {
    // The courier for nothing saves 99 kr on paper, and 49 kr to whoever would have taken the post.
    let courier = |exclusive| Promotion {
        exclusive,
        ..promotion(
            "COURIER",
            Target::Shipping(["courier".to_owned()].into()),
            percent(10_000),
        )
    };
    let off = promotion("SIXTY", everything(), Benefit::Fixed(vec![sek(6000)]));
    let cart = cart_with(&[("SHOE", 1)]);
    assert_eq!(
        priced_with(&cart, vec![off, courier(true)]).order_total,
        sek(18_800)
    );
    let tenth = promotion(
        "TENTH",
        Target::Shipping(["post".to_owned()].into()),
        percent(1000),
    );
    let priced = priced_with(&cart, vec![tenth, courier(false)]);
    let entries = priced
        .promotions
        .iter()
        .map(|entry| (entry.key.as_str(), entry.saved));
    assert_eq!(entries.collect::<Vec<_>>(), [("COURIER", sek(9900))]);
    assert_eq!(priced.shipping_discount, sek(9900));
}

#[test]
fn the_way_that_is_chosen_decides_what_was_saved_and_used() {
    let half = Promotion {
        code: Some(CouponCode::parse("HALF").unwrap()),
        usage_limit: Some(1),
        ..promotion(
            "HALF",
            Target::Shipping(["courier".to_owned()].into()),
            percent(5000),
        )
    };
    let all = promotion("ALL", shipping(), percent(1000));
    let cart = with_codes(&cart_with(&[("SHOE", 1)]), &["HALF"]);
    let by_post = priced_with(&cart, vec![half, all]);
    let saved = |priced: &Priced| {
        let entries = priced.promotions.iter().filter(|entry| entry.message.is_none());
        entries
            .map(|entry| (entry.key.clone(), entry.saved))
            .collect::<Vec<_>>()
    };
    let used = |priced: &Priced| {
        let claims = claims(cart.id, priced, HoldClaim::Used { honoured: false }, now());
        let keys = claims.into_iter().map(|claim| claim.resource.key().to_owned());
        keys.collect::<Vec<_>>()
    };
    assert_eq!(
        saved(&by_post),
        [("HALF".to_owned(), sek(0)), ("ALL".to_owned(), sek(490))]
    );
    assert_eq!(used(&by_post), ["ALL", "SHOE"]);
    let courier = by_post.option("courier").cloned();
    let by_courier = by_post.clone().shipped_by(courier).unwrap();
    assert_eq!(
        saved(&by_courier),
        [("HALF".to_owned(), sek(4950)), ("ALL".to_owned(), sek(495))]
    );
    assert_eq!(used(&by_courier), ["HALF", "ALL", "SHOE"]);
    let post = by_post.option("post").cloned();
    assert_eq!(by_courier.shipped_by(post).unwrap(), by_post);
}
