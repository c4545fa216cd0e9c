use super::*;
use crate::cart::CartState;
use crate::catalogue::ShippingMethod;
use crate::fixture::{
    cart_with, catalogue, catalogue_of, changed, empty_cart, filled, now, priced, products, profiles, remove,
    sek, set_quantity, shipping_method, tax_classes,
};

fn b2b(contents: &[(&str, u32)]) -> Cart {
    filled(empty_cart("se-b2b"), contents)
}

/// The shop with other shipping methods in its first profile.
fn shop_with(methods: Vec<ShippingMethod>) -> Catalogue {
    let mut profiles = profiles();
    profiles[0].shipping_methods = methods;
    catalogue_of(products(), profiles, tax_classes())
}

fn method(key: &str, price: i64, free_from: Option<i64>) -> ShippingMethod {
    shipping_method(key, sek(price), free_from.map(sek))
}

fn check_shipping(contents: &[(&str, u32)], methods: &[ShippingMethod], expected: Option<(&str, i64)>) {
    let priced = price(&cart_with(contents), &shop_with(methods.to_vec()), now()).unwrap();
    let shipping = priced
        .shipping
        .map(|shipping| (shipping.method_key, shipping.price));
    assert_eq!(
        shipping,
        expected.map(|(key, minor)| (key.to_owned(), sek(minor)))
    );
}

#[test]
fn two_lines_and_shipping_with_tax_included() {
    let priced = priced(&cart_with(&[("SHOE", 2), ("BOOK", 1)]));
    let lines: Vec<_> = priced.lines.iter().map(|line| (line.total, line.tax)).collect();
    assert_eq!(lines, [(sek(39_800), sek(7960)), (sek(4990), sek(282))]);
    assert_eq!(priced.product_total, sek(44_790));
    assert_eq!(
        (priced.shipping_total, priced.shipping_tax),
        (sek(4900), sek(980))
    );
    assert_eq!(
        (priced.order_total, priced.order_tax_total),
        (sek(49_690), sek(9222))
    );
    assert_eq!(priced.amount_to_pay(), Ok(sek(49_690)));
    assert_eq!(priced.shipping_discount, sek(0));
}

#[test]
fn two_lines_and_shipping_with_tax_on_top() {
    let priced = priced(&b2b(&[("SHOE", 3), ("BOOK", 1)]));
    let lines: Vec<_> = priced.lines.iter().map(|line| (line.total, line.tax)).collect();
    assert_eq!(lines, [(sek(9999), sek(2500)), (sek(4708), sek(282))]);
    assert_eq!(
        (priced.shipping_total, priced.shipping_tax),
        (sek(4900), sek(1225))
    );
    assert_eq!(
        (priced.order_total, priced.order_tax_total),
        (sek(19_607), sek(4007))
    );
    assert_eq!(priced.amount_to_pay(), Ok(sek(23_614)));
}

#[test]
fn goods_without_tax_have_none() {
    let line = priced(&cart_with(&[("GIFT", 2)])).lines[0].clone();
    assert_eq!(
        (line.total, line.tax, line.discount),
        (sek(20_000), sek(0), sek(0))
    );
}

#[test]
fn shipping_is_free_from_the_threshold_on() {
    let methods = [method("post", 4900, Some(19_900))];
    check_shipping(&[("BOOK", 1)], &methods, Some(("post", 4900)));
    check_shipping(&[("SHOE", 1)], &methods, Some(("post", 0)));
    check_shipping(&[("SHOE", 1), ("BOOK", 1)], &methods, Some(("post", 0)));
    let just_above = [method("post", 4900, Some(19_901))];
    check_shipping(&[("SHOE", 1)], &just_above, Some(("post", 4900)));
}

#[test]
fn the_cheapest_method_for_this_cart_is_taken() {
    let methods = [method("fast", 2000, None), method("slow", 3000, Some(19_900))];
    check_shipping(&[("BOOK", 1)], &methods, Some(("fast", 2000)));
    check_shipping(&[("SHOE", 1)], &methods, Some(("slow", 0)));
    let equal = [method("first", 2000, None), method("second", 2000, None)];
    check_shipping(&[("BOOK", 1)], &equal, Some(("first", 2000)));
    check_shipping(&[("BOOK", 1)], &[], None);
}

#[test]
fn an_empty_cart_costs_and_ships_nothing() {
    let cart = changed(&cart_with(&[("SHOE", 1)]), remove(1));
    let priced = priced(&cart);
    assert_eq!((priced.shipping.is_none(), priced.lines.len()), (true, 0));
    assert_eq!((priced.order_total, priced.order_tax_total), (sek(0), sek(0)));
}

fn within_limits(cart: &Cart, catalogue: &Catalogue) -> Result<Priced, PricingError> {
    let priced = price(cart, catalogue, now())?;
    priced.check_limits()?;
    Ok(priced)
}

#[test]
fn a_cart_that_has_become_too_large_is_still_shown_and_can_be_made_smaller() {
    let dearer = shop_with(vec![method("ship", 100_000_001, None)]);
    let cart = cart_with(&[("BOOK", 1), ("SHOE", 1)]);
    assert!(price(&cart, &dearer, now()).is_ok());
    let apply = |command| crate::command::apply(&cart, command, &dearer, &crate::fixture::TIMING, now());
    assert!(apply(remove(2)).is_ok());
    let refused = crate::command::CartError::Pricing(PricingError::TotalTooLarge);
    assert_eq!(apply(set_quantity(2, 2)), Err(refused));
}

#[test]
fn a_line_of_the_largest_amount_is_the_last_that_fits() {
    let check = |cart: &Cart, unit_price: i64| {
        let mut cart = cart.clone();
        cart.items[0].product_number = "gone".into();
        cart.items[0].last_known.unit_price = sek(unit_price);
        within_limits(&cart, &catalogue()).map(|priced| priced.lines[0].total)
    };
    let included = cart_with(&[("SHOE", 1)]);
    assert_eq!(check(&included, 100_000_000), Ok(sek(100_000_000)));
    assert_eq!(check(&included, 100_000_001), Err(PricingError::TotalTooLarge));
    // With 25 % on top, Kustom sees a quarter more.
    let on_top = b2b(&[("SHOE", 1)]);
    assert_eq!(check(&on_top, 80_000_000), Ok(sek(80_000_000)));
    assert_eq!(check(&on_top, 80_000_001), Err(PricingError::TotalTooLarge));
    assert_eq!(check(&included, i64::MAX), Err(PricingError::TotalTooLarge));
    assert_eq!(check(&on_top, i64::MAX), Err(PricingError::TotalTooLarge));
}

#[test]
fn sums_that_do_not_fit_are_errors_and_not_panics() {
    let mut cart = cart_with(&[("SHOE", 2)]);
    cart.items[0].product_number = "gone".into();
    cart.items[0].last_known.unit_price = sek(i64::MAX / 2 + 1);
    assert_eq!(
        within_limits(&cart, &catalogue()),
        Err(PricingError::TotalTooLarge)
    );
}

#[test]
fn the_largest_order_is_the_last_that_fits() {
    let two_statues = cart_with(&[("STATUE", 1), ("STATUE", 1)]);
    assert_eq!(priced(&two_statues).amount_to_pay(), Ok(sek(200_000_000)));
    let methods = shop_with(vec![method("post", 1, None)]);
    assert_eq!(
        within_limits(&two_statues, &methods),
        Err(PricingError::TotalTooLarge)
    );
}

#[test]
fn a_bought_cart_keeps_the_price_it_was_bought_for() {
    let bought = cart_with(&[("SHOE", 1)]);
    let frozen = priced(&bought);
    let cart = Cart {
        frozen: Some(frozen.clone()),
        state: CartState::Completed,
        profile_key: "gone".into(),
        ..changed(&bought, set_quantity(1, 5))
    };
    assert_eq!(price(&cart, &catalogue(), now()), Ok(frozen));
}

#[test]
fn a_profile_that_is_gone_is_said_so() {
    let cart = Cart {
        profile_key: "gone".into(),
        ..cart_with(&[("SHOE", 1)])
    };
    assert_eq!(price(&cart, &catalogue(), now()), Err(PricingError::ProfileGone));
}

#[test]
fn shipping_is_a_line_and_has_the_limit_of_one() {
    let book = cart_with(&[("BOOK", 1)]);
    let shipped_for = |minor| within_limits(&book, &shop_with(vec![method("ship", minor, None)]));
    assert!(shipped_for(100_000_000).is_ok());
    assert_eq!(shipped_for(100_000_001), Err(PricingError::TotalTooLarge));
}
