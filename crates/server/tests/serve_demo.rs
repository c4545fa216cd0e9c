//! The demo catalogue is what everybody relies on. That the playground shows its prices is a test of the playground.

use jiff::Timestamp;
use kassa::demo;
use kassa_commerce::address::CountryCode;
use kassa_commerce::catalogue::Market;
use kassa_commerce::money::Currency;

#[test]
fn every_profile_is_a_market_in_the_order_of_the_file() {
    let catalogue = demo::catalogue();
    let profiles = catalogue.shop().profiles().map(|profile| {
        let countries: Vec<_> = profile
            .allowed_countries
            .iter()
            .map(CountryCode::as_str)
            .collect();
        let market = (
            profile.currency.code(),
            profile.tax_included,
            profile.default_country.as_str(),
        );
        (profile.key.as_str(), market, countries.join(" "))
    });
    let expected = [
        ("se-webshop", ("SEK", true, "SE"), "SE"),
        ("no-webshop", ("NOK", true, "NO"), "NO"),
        ("de-webshop", ("EUR", true, "DE"), "DE AT"),
        ("se-b2b", ("SEK", false, "SE"), "SE"),
    ];
    let expected = expected.map(|(key, market, countries)| (key, market, countries.to_owned()));
    assert_eq!(profiles.collect::<Vec<_>>(), expected);
}

#[test]
fn goods_are_taxed_as_where_they_are_bought() {
    let catalogue = demo::catalogue();
    for (number, rates) in [
        ("SH005-BLK-10", [2500, 2500, 1900, 2000]),
        ("SH006-WHT-09", [2500, 2500, 1900, 2000]),
        ("BOOK-001", [600, 0, 700, 1000]),
        ("FOOD-001", [1200, 1500, 700, 1000]),
        ("GIFT-100", [0, 0, 0, 0]),
    ] {
        for ((country, currency), rate) in [("SE", "SEK"), ("NO", "NOK"), ("DE", "EUR"), ("AT", "EUR")]
            .into_iter()
            .zip(rates)
        {
            let country = CountryCode::from_code(country).unwrap();
            let currency = Currency::from_code(currency).unwrap();
            let market = Market {
                channel_key: "se",
                currency,
                tax_included: true,
                country: &country,
            };
            let facts = catalogue.facts(number, market, Timestamp::UNIX_EPOCH).unwrap();
            assert_eq!(facts.tax_rate.basis_points(), rate, "{number} in {country:?}");
        }
    }
}

#[test]
fn one_of_two_shipping_methods_is_free_above_a_threshold() {
    for profile in demo::catalogue().shop().profiles() {
        let [standard, express] = profile.shipping_methods.as_slice() else {
            panic!("{} has two methods", profile.key)
        };
        let threshold = standard.free_from.expect("standard delivery can be free");
        assert_eq!(standard.price_for(threshold).amount_minor(), 0);
        assert!(standard.price.amount_minor() > 0);
        assert!(express.free_from.is_none() && express.price.amount_minor() > standard.price.amount_minor());
    }
}
