use super::*;
use jiff::Timestamp;
use kassa_commerce::catalogue::Market;

const CATALOGUE: &str = r#"[tax_classes.goods]
default = "25"
rates = { NO = "15" }

[profiles.shop]
channel = "se"
currency = "SEK"
tax_included = true
default_country = "SE"
countries = ["SE", "NO"]
origins = ["https://shop.example"]
shipping_tax_class = "goods"
shipping_methods = [
  { key = "post", name = "Post", price = "49.00", free_from = "1000" },
  { key = "bike", name = "Bike", price = "99" },
]

[products.MUG]
description = "Mug"
tax_class = "goods"
prices_including_tax = { SEK = "129.50" }
prices_excluding_tax = { SEK = "103.60" }
"#;

/// The example with one text replaced is refused like this.
#[track_caller]
fn check(found: &str, replacement: &str, expect: &str) {
    assert!(CATALOGUE.contains(found), "{found}");
    let text = CATALOGUE.replacen(found, replacement, 1);
    assert_eq!(parse(&text).unwrap_err().to_string(), expect);
}

#[test]
fn what_is_written_is_what_is_sold() {
    let catalogue = parse(CATALOGUE).unwrap();
    let profile = catalogue.profile("shop").unwrap();
    assert_eq!(profile.channel_key, "se");
    assert_eq!(profile.origins, ["https://shop.example"]);
    let methods: Vec<_> = profile
        .shipping_methods
        .iter()
        .map(|method| method.key.as_str())
        .collect();
    assert_eq!(methods, ["post", "bike"], "in the order of the file");
    let post = &profile.shipping_methods[0];
    assert_eq!(
        (post.price.amount_minor(), post.free_from.unwrap().amount_minor()),
        (4900, 100_000)
    );

    let facts = |tax_included, country: &str| {
        let country = CountryCode::from_code(country).unwrap();
        let market = Market {
            channel_key: &profile.channel_key,
            currency: profile.currency,
            tax_included,
            country: &country,
        };
        catalogue.facts("MUG", market, Timestamp::UNIX_EPOCH).unwrap()
    };
    assert_eq!(facts(true, "SE").unit_price.amount_minor(), 12_950);
    assert_eq!(facts(false, "SE").unit_price.amount_minor(), 10_360);
    assert_eq!(facts(true, "SE").tax_rate.basis_points(), 2500);
    assert_eq!(facts(true, "NO").tax_rate.basis_points(), 1500);
}

#[test]
fn wrong_amounts_are_named_with_their_line() {
    check(
        "129.50",
        "129.505",
        "line 21: `129.505` has more decimals than SEK has, which is 2",
    );
    check("103.60", "-1", "line 22: `-1` is not an amount such as `1299.00`");
    check(
        "\"99\"",
        "99",
        "line 15: invalid type: integer `99`, expected a string",
    );
    check(
        "\"15\"",
        "\"15 %\"",
        "line 3: `15 %` is not a percentage from 0 to 100 with at most two decimals, such as `25` or `5.5`",
    );
    check(
        "\"25\"",
        "\"101\"",
        "line 2: `101` is not a percentage from 0 to 100 with at most two decimals, such as `25` or `5.5`",
    );
}

#[test]
fn names_must_exist() {
    check(
        "{ SEK = \"129",
        "{ SKE = \"129",
        "line 21: `SKE` is not a currency in use",
    );
    check(
        "currency = \"SEK\"",
        "currency = \"DEM\"",
        "line 7: `DEM` is not a currency in use",
    );
    check("NO = \"15\"", "UK = \"15\"", "line 3: `UK` is not a country");
    check("\"NO\"]", "\"XX\"]", "line 10: `XX` is not a country");
    check(
        "tax_class = \"goods\"\nprices",
        "tax_class = \"food\"\nprices",
        "line 20: there is no tax class `food`",
    );
    check(
        "shipping_tax_class = \"goods\"",
        "shipping_tax_class = \"x\"",
        "line 12: there is no tax class `x`",
    );
    check(
        "default_country = \"SE\"",
        "default_country = \"DE\"",
        "line 9: `DE` is not among the profile's countries",
    );
}

#[test]
fn what_is_there_twice_is_refused() {
    check(
        "key = \"bike\"",
        "key = \"post\"",
        "line 15: the shipping method `post` is defined twice",
    );
    check(
        "[products.MUG]",
        "[products.MUG]\n[products.MUG]",
        "line 19: duplicate key",
    );
}

#[test]
fn the_shape_is_strict() {
    check(
        "description",
        "descripton",
        "line 19: unknown field `descripton`, expected one of `description`, `image`, `tax_class`, \
         `prices_including_tax`, `prices_excluding_tax`",
    );
    check("channel = \"se\"\n", "", "line 5: missing field `channel`");
}

#[test]
fn origins_are_written_as_browsers_write_them() {
    for origin in [
        "https://shop.example/",
        "HTTPS://shop.example",
        "https://shop.example:443",
        "ftp://shop.example",
        "shop.example",
    ] {
        check(
            "https://shop.example",
            origin,
            &format!(
                "line 11: `{origin}` is not an origin such as `https://shop.example`, without path or slash"
            ),
        );
    }
}
