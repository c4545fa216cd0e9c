use super::*;
use crate::fixture::{cart_with, profile, seconds_later, shipping_method};
use crate::fixture::{catalogue, country, currency, now, products, profiles, rate, sek, tax_classes};
use crate::money::Money;

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

#[test]
fn a_rate_holds_from_its_time_on_until_the_next_one() {
    let mut class = tax_classes().remove(0);
    let from = |seconds, points| RateFrom {
        from: Some(seconds_later(seconds)),
        rate: rate(points),
    };
    let always = RateFrom {
        from: None,
        rate: rate(100),
    };
    class
        .rates
        .insert(country("NO"), vec![from(20, 300), always, from(10, 200)]);
    class.rates.insert(country("DK"), vec![from(10, 200)]);
    for (code, seconds, points) in [
        ("NO", 0, 100),
        ("NO", 9, 100),
        ("NO", 10, 200),
        ("NO", 19, 200),
        ("NO", 20, 300),
        ("DK", 9, 2500),
        ("DK", 10, 200),
        ("PL", 0, 2500),
    ] {
        assert_eq!(
            class.rate(&country(code), seconds_later(seconds)),
            rate(points),
            "{code} {seconds}"
        );
    }
}

#[test]
fn a_channels_own_price_comes_first() {
    let mut product = products().remove(0);
    let base = product.prices[0].clone();
    product.prices.push(Price {
        unit_price: sek(18_000),
        channel_key: Some("web".into()),
        ..base.clone()
    });
    let se = country("SE");
    let price_in = |channel_key| {
        let market = Market {
            channel_key,
            ..market("SEK", true, &se)
        };
        product.price_in(market)
    };
    assert_eq!(price_in("web"), Some(sek(18_000)));
    assert_eq!(price_in("app"), Some(sek(19_900)));
    assert_eq!(product.check_prices(), Ok(()));
    product.prices.push(base);
    let twice = CatalogueError::TwoPrices {
        user: "SHOE".into(),
        currency: currency("SEK"),
    };
    assert_eq!(product.check_prices(), Err(twice));
}

#[test]
fn a_shop_speaks_the_languages_that_it_names_in_every_form() {
    let mut shop = profile("se-webshop", "SEK", true, &["SE"]);
    assert!(shop.speaks("tlh"), "without a list, any");
    shop.locales = vec!["sv-SE".into(), "en".into()];
    for locale in ["sv_SE", "sv-se", "SV", "en_GB", "en"] {
        assert!(shop.speaks(locale), "{locale}");
    }
    for locale in ["de", "de-SE", "sv-FI"] {
        assert!(!shop.speaks(locale), "{locale}");
    }
}

/// Each row: country, weight in grams, product total; and whether the method serves it.
#[test]
fn a_method_serves_its_countries_weights_and_values() {
    let method = ShippingMethod {
        countries: vec![country("SE"), country("FI")],
        min_weight_grams: Some(100),
        max_weight_grams: Some(2000),
        min_total: Some(sek(5000)),
        max_total: Some(sek(50_000)),
        ..shipping_method("post", sek(4900), Some(sek(20_000)))
    };
    for (code, weight_grams, total, serves) in [
        ("SE", 500, 10_000, true),
        ("FI", 100, 5000, true),
        ("SE", 2000, 50_000, true),
        ("NO", 500, 10_000, false),
        ("SE", 99, 10_000, false),
        ("SE", 2001, 10_000, false),
        ("SE", 500, 4999, false),
        ("SE", 500, 50_001, false),
    ] {
        let parcel = Parcel {
            country: &country(code),
            weight_grams,
            product_total: sek(total),
        };
        assert_eq!(method.serves(parcel), serves, "{code} {weight_grams} {total}");
    }
    let anything = shipping_method("any", sek(1), None);
    let nowhere = country("JP");
    let parcel = Parcel {
        country: &nowhere,
        weight_grams: 0,
        product_total: sek(0),
    };
    assert!(anything.serves(parcel));
}

#[test]
fn methods_with_impossible_limits_are_refused() {
    let other_currency = |change: fn(&mut ShippingMethod, Money)| {
        refused(|_, all, _| change(&mut all[0].shipping_methods[0], Money::new(1, currency("EUR"))))
    };
    for error in [
        other_currency(|method, euro| method.min_total = Some(euro)),
        other_currency(|method, euro| method.max_total = Some(euro)),
    ] {
        assert!(
            matches!(error, CatalogueError::ShippingCurrency { .. }),
            "{error}"
        );
    }
    let twins = refused(|_, all, _| all[0].shipping_methods[0].key = "post".into());
    assert_eq!(twins, CatalogueError::Duplicate("post".into()));
    let class = refused(|_, all, _| all[0].shipping_methods[0].tax_class = Some("x".into()));
    assert!(matches!(class, CatalogueError::UnknownTaxClass { .. }), "{class}");
}

#[test]
fn promotions_name_what_exists_and_share_no_code() {
    use crate::promotion::tests::promotion;
    use crate::promotion::{Benefit, CouponCode, Promotion, Selection, Target};
    let coupon = |key: &str| Promotion {
        code: Some(CouponCode::parse("summer").unwrap()),
        ..promotion(
            key,
            Target::Products(Selection::default()),
            Benefit::Fixed(vec![sek(1)]),
        )
    };
    let shop = |promotions| Shop::new(profiles(), tax_classes(), promotions).map(|_| ());
    let taken = CatalogueError::CodeTaken {
        code: "SUMMER".into(),
        first: "A".into(),
        second: "B".into(),
    };
    assert_eq!(shop(vec![coupon("A"), coupon("B")]), Err(taken));
    assert_eq!(
        shop(vec![coupon("A"), coupon("A")]),
        Err(CatalogueError::Duplicate("A".into()))
    );
    let unknown = Promotion {
        profiles: ["x".to_owned()].into(),
        ..coupon("A")
    };
    assert!(matches!(
        shop(vec![unknown]),
        Err(CatalogueError::UnknownProfile { .. })
    ));
    assert_eq!(shop(vec![coupon("A")]), Ok(()));
}

#[test]
fn shipping_is_taxed_by_the_methods_own_class_where_it_has_one() {
    let mut shop_profiles = profiles();
    shop_profiles[0].shipping_methods[1].tax_class = Some("books".into());
    let shop = Shop::new(shop_profiles, tax_classes(), Vec::new()).unwrap();
    let catalogue = Catalogue::new(shop, products()).unwrap();
    let priced = crate::pricing::price(&cart_with(&[("SHOE", 1)]), &catalogue, now()).unwrap();
    assert_eq!(priced.shipping.unwrap().tax_rate, rate(600));
}

#[test]
fn a_price_of_nothing_is_a_price() {
    let mut free = products();
    free[0].prices[0].unit_price = sek(0);
    assert_eq!(free[0].check_prices(), Ok(()));
    let mut shop_profiles = profiles();
    shop_profiles[0].shipping_methods[0].price = sek(0);
    assert!(Shop::new(shop_profiles, tax_classes(), Vec::new()).is_ok());
}

#[test]
fn a_profile_that_does_not_say_so_sells_to_persons() {
    let mut text = serde_json::to_value(profile("se-webshop", "SEK", true, &["SE"])).unwrap();
    text.as_object_mut().unwrap().remove("customer_types");
    let read: Profile = serde_json::from_value(text).unwrap();
    assert_eq!(read.customer_types, [CustomerType::Person]);
    assert_eq!(CustomerType::Person.as_str(), "person");
    assert_eq!(CustomerType::Organization.as_str(), "organization");
}
