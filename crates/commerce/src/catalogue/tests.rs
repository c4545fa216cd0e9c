use super::*;
use crate::fixture::{catalogue, country, currency, now, products, profiles, rate, sek, tax_classes};

fn refused(change: impl Fn(&mut Vec<Product>, &mut Vec<Profile>, &mut Vec<TaxClass>)) -> CatalogueError {
    let (mut products, mut profiles, mut classes) = (products(), profiles(), tax_classes());
    change(&mut products, &mut profiles, &mut classes);
    Shop::new(profiles, classes, Vec::new())
        .and_then(|shop| Catalogue::new(shop, products))
        .expect_err("the catalogue is refused")
}

#[test]
fn what_is_defined_twice_is_refused() {
    let duplicate = |key: &str| CatalogueError::Duplicate(key.into());
    assert_eq!(refused(|all, _, _| all.push(all[0].clone())), duplicate("SHOE"));
    assert_eq!(
        refused(|_, all, _| all.push(all[0].clone())),
        duplicate("se-webshop")
    );
    assert_eq!(refused(|_, _, all| all.push(all[0].clone())), duplicate("goods"));
}

#[test]
fn unknown_tax_classes_are_refused() {
    let unknown = |user: &str| CatalogueError::UnknownTaxClass {
        user: user.into(),
        tax_class: "x".into(),
    };
    assert_eq!(
        refused(|all, _, _| all[0].tax_class = "x".into()),
        unknown("SHOE")
    );
    assert_eq!(
        refused(|_, all, _| all[0].shipping_tax_class = "x".into()),
        unknown("se-webshop")
    );
}

#[test]
fn negative_prices_are_refused() {
    let negative = |user: &str| CatalogueError::NegativePrice { user: user.into() };
    assert_eq!(
        refused(|all, _, _| all[0].prices[0].unit_price = sek(-1)),
        negative("SHOE")
    );
    assert_eq!(
        refused(|_, all, _| all[0].shipping_methods[0].price = sek(-1)),
        negative("courier")
    );
}

#[test]
fn shipping_in_another_currency_is_refused() {
    let expected = CatalogueError::ShippingCurrency {
        profile: "de-webshop".into(),
        profile_currency: currency("EUR"),
        shipping_currency: currency("SEK"),
    };
    assert_eq!(
        refused(|_, all, _| all[1].shipping_methods[0].price = sek(1)),
        expected
    );
}

fn market<'a>(code: &str, tax_included: bool, country: &'a CountryCode) -> Market<'a> {
    Market {
        channel_key: "web",
        currency: currency(code),
        tax_included,
        country,
    }
}

#[test]
fn facts_follow_currency_tax_mode_and_country() {
    let shop = catalogue();
    let facts = |code, tax_included, land| {
        let facts = shop
            .facts("SHOE", market(code, tax_included, &country(land)), now())
            .unwrap();
        (facts.unit_price.amount_minor(), facts.tax_rate)
    };
    assert_eq!(facts("SEK", true, "SE"), (19_900, rate(2500)));
    assert_eq!(facts("SEK", false, "SE"), (3333, rate(2500)));
    assert_eq!(facts("EUR", true, "DE"), (1999, rate(1900)));
    assert_eq!(facts("EUR", true, "AT"), (1999, rate(2000)));
}

#[test]
fn a_free_shipping_threshold_in_another_currency_is_refused() {
    let expected = CatalogueError::ShippingCurrency {
        profile: "de-webshop".into(),
        profile_currency: currency("EUR"),
        shipping_currency: currency("SEK"),
    };
    assert_eq!(
        refused(|_, all, _| all[1].shipping_methods[1].free_from = Some(sek(50_000))),
        expected
    );
}

#[test]
fn a_profile_that_does_not_sell_to_its_own_country_is_refused() {
    let expected = CatalogueError::DefaultCountry {
        profile: "de-webshop".into(),
    };
    assert_eq!(
        refused(|_, all, _| all[1].default_country = country("SE")),
        expected
    );
}
