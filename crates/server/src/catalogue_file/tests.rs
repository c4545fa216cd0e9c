use super::*;

mod csv;
mod docs;
mod json;
mod promotion;
use jiff::Timestamp;
use kassa_commerce::address::CountryCode;
use kassa_commerce::catalogue::{CustomerType, Market, ShippingMode};

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
        "line 18: missing field `description`\nline 19: unknown field `descripton`, expected one of `description`, \
         `image`, `tax_class`, `categories`, `weight_grams`, `stock`, `prices_including_tax`, `prices_excluding_tax`, \
         `channel_prices`",
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

#[test]
fn every_problem_is_named_up_to_twenty() {
    let wrong = CATALOGUE
        .replace("\"25\"", "\"x\"")
        .replace("129.50", "-1")
        .replace("currency = \"SEK\"", "currency = \"DEM\"");
    assert_eq!(
        parse(&wrong).unwrap_err().to_string(),
        "line 2: `x` is not a percentage from 0 to 100 with at most two decimals, such as `25` or `5.5`\n\
         line 7: `DEM` is not a currency in use\n\
         line 21: `-1` is not an amount such as `1299.00`",
        "and whoever uses what is wrong is not blamed as well"
    );
    let mut many = CATALOGUE.to_owned();
    for number in 0..25 {
        many.push_str(&format!("[products.P{number}]\ntax_class = \"goods\"\n"));
    }
    let problems = parse(&many).unwrap_err();
    assert_eq!((problems.shown.len(), problems.more), (MAX_SHOWN, 5));
    let text = problems.to_string();
    assert!(
        text.starts_with("line 23: missing field `description`\nline 25: "),
        "{text}"
    );
    assert!(text.ends_with("\nand 5 more"), "{text}");
    assert_eq!(
        parse("x = \"\n\ny = '").unwrap_err().shown[0].line,
        Some(1),
        "what is no TOML at all"
    );
    let not_text = Source {
        format: Format::Toml,
        bytes: b"# a\n# \xff",
    };
    let refused = read(&[not_text], &Context::default()).unwrap_err();
    assert_eq!(refused.to_string(), "line 2: this is not UTF-8");
}

#[test]
fn rates_change_at_midnight_where_the_shop_is() {
    let dated = CATALOGUE.replace(
        "NO = \"15\"",
        "NO = [ { rate = \"25\" }, { from = \"2026-07-01\", rate = \"15\" }, { from = 2027-01-01T12:00:00Z, rate = \"12\" } ]",
    );
    let rate = |text: &str, time: &str| {
        let catalogue = parse(text).unwrap();
        let class = catalogue.shop().tax_classes().next().unwrap();
        let norway = CountryCode::from_code("NO").unwrap();
        class.rate(&norway, time.parse().unwrap()).basis_points()
    };
    let zoned = format!("time_zone = \"Europe/Oslo\"\n{dated}");
    assert_eq!(rate(&zoned, "2026-06-30T21:59:59Z"), 2500);
    assert_eq!(rate(&zoned, "2026-06-30T22:00:00Z"), 1500);
    assert_eq!(
        rate(&dated, "2026-06-30T22:00:00Z"),
        2500,
        "UTC unless said otherwise"
    );
    assert_eq!(rate(&zoned, "2027-01-01T12:00:00Z"), 1200);
    let refused = |from: &str, to: &str| parse(&zoned.replace(from, to)).unwrap_err().to_string();
    assert_eq!(
        refused("Europe/Oslo", "Europe/Lund"),
        "line 1: `Europe/Lund` is not a time zone such as `Europe/Stockholm`"
    );
    assert_eq!(
        refused("\"2026-07-01\"", "\"2026-07-32\""),
        "line 4: `2026-07-32` is not a date such as `2026-04-01`, or a time such as `2026-04-01T12:00:00Z`"
    );
    assert_eq!(
        refused("2027-01-01T12:00:00Z", "\"2026-07-01\""),
        "line 4: two rates begin at the same time"
    );
}

#[test]
fn profiles_say_who_buys_in_which_language_and_who_chooses_the_shipping() {
    let with = |members: &str| CATALOGUE.replace("channel = \"se\"", &format!("channel = \"se\"\n{members}"));
    let plain = parse(CATALOGUE).unwrap();
    let plain = plain.profile("shop").unwrap();
    assert_eq!(plain.shipping_mode, ShippingMode::Iframe);
    assert_eq!(plain.customer_types, [CustomerType::Person]);
    let text = with(
        "locales = [\"sv-SE\", \"en\"]\nshipping_mode = \"cart\"\ncustomer_types = [\"organization\", \"person\"]",
    );
    let catalogue = parse(&text).unwrap();
    let profile = catalogue.profile("shop").unwrap();
    assert_eq!(profile.locales, ["sv-SE", "en"]);
    assert_eq!(profile.shipping_mode, ShippingMode::Cart);
    assert_eq!(
        profile.customer_types,
        [CustomerType::Organization, CustomerType::Person]
    );
    for (members, problem) in [
        (
            "locales = [\"swedish\"]",
            "`swedish` is not a locale such as `sv` or `sv-SE`",
        ),
        ("shipping_mode = \"post\"", "`post` is none of `iframe`, `cart`"),
        (
            "customer_types = [\"robot\"]",
            "`robot` is none of `person`, `organization`",
        ),
        (
            "kustom_account = \"norway\"",
            "there is no account `norway` in `kustom.accounts` of the settings",
        ),
    ] {
        let refused = parse(&with(members)).unwrap_err().to_string();
        assert_eq!(refused, format!("line 7: {problem}"));
    }
    let source = with("kustom_account = \"norway\"");
    let context = Context {
        accounts: BTreeSet::from(["norway".to_owned()]),
        ..Context::default()
    };
    let source = Source {
        format: Format::Toml,
        bytes: source.as_bytes(),
    };
    assert!(read(&[source], &context).is_ok());
}

#[test]
fn a_way_to_ship_says_what_it_carries() {
    let with =
        |members: &str| CATALOGUE.replace("price = \"99\" }", &format!("price = \"99\", {members} }}"));
    let text = with(
        "countries = [\"NO\"], min_weight_grams = 1, max_weight_grams = 2000, min_total = \"10\", max_total = \"500.50\", \
         tax_class = \"goods\"",
    );
    let catalogue = parse(&text).unwrap();
    let bike = &catalogue.profile("shop").unwrap().shipping_methods[1];
    assert_eq!(bike.countries[0].as_str(), "NO");
    assert_eq!(
        (bike.min_weight_grams, bike.max_weight_grams),
        (Some(1), Some(2000))
    );
    assert_eq!(bike.max_total.unwrap().amount_minor(), 50_050);
    assert_eq!(bike.tax_class.as_deref(), Some("goods"));
    for (members, problem) in [
        (
            "countries = [\"DE\"]",
            "`DE` is not among the profile's countries",
        ),
        ("tax_class = \"x\"", "there is no tax class `x`"),
        (
            "max_weight_grams = -1",
            "`-1` is not a whole number from 0 to 4294967295",
        ),
        (
            "min_weight_grams = 2, max_weight_grams = 1",
            "`min_weight_grams` is greater than `max_weight_grams`",
        ),
        (
            "min_total = \"2\", max_total = \"1\"",
            "`min_total` is greater than `max_total`",
        ),
    ] {
        let refused = parse(&with(members)).unwrap_err().to_string();
        assert_eq!(refused, format!("line 15: {problem}"));
    }
}

#[test]
fn a_product_has_categories_a_weight_a_count_and_prices_of_channels() {
    let text = CATALOGUE.replace(
        "tax_class = \"goods\"\nprices",
        "tax_class = \"goods\"\ncategories = [\"cups\", \"gifts\"]\nweight_grams = 400\nstock = 12\n\
         channel_prices.se.including_tax = { SEK = \"119\" }\nprices",
    );
    let source = Source {
        format: Format::Toml,
        bytes: text.as_bytes(),
    };
    let incoming = read(&[source], &Context::default()).unwrap();
    let [mug] = incoming.products.as_slice() else {
        panic!("one product")
    };
    assert_eq!(
        mug.categories,
        BTreeSet::from(["cups".to_owned(), "gifts".to_owned()])
    );
    assert_eq!((mug.weight_grams, mug.is_counted), (Some(400), true));
    assert_eq!(
        incoming.stock,
        [StockWrite {
            product_number: "MUG".to_owned(),
            on_hand: Some(12),
        }]
    );
    let of_channel = mug
        .prices
        .iter()
        .find(|price| price.channel_key.is_some())
        .unwrap();
    assert_eq!(of_channel.channel_key.as_deref(), Some("se"));
    assert_eq!(of_channel.unit_price.amount_minor(), 11_900);
    let long = "x".repeat(65);
    let name = text.replace("products.MUG", &format!("products.{long}"));
    assert_eq!(
        parse(&name).unwrap_err().to_string(),
        format!("line 18: `{long}` is not a name of 1 to 64 characters, without space around it")
    );
}

#[test]
fn files_of_one_import_know_each_other_and_the_shop_that_there_is() {
    let (shop, products) = CATALOGUE.split_once("[products").unwrap();
    let products = format!("[products{products}");
    let toml = |text| Source {
        format: Format::Toml,
        bytes: str::as_bytes(text),
    };
    let together = read(&[toml(&products), toml(shop)], &Context::default()).unwrap();
    assert_eq!(together.counts.to_string(), "1 product, 1 profile, 1 tax class");
    let alone = read(&[toml(&products)], &Context::default()).unwrap_err();
    assert_eq!(alone.to_string(), "line 3: there is no tax class `goods`");
    let stored = Context {
        stored: together.shop.unwrap(),
        rest: Rest::Removed,
        ..Context::default()
    };
    let later = read(&[toml(&products)], &stored).unwrap();
    assert_eq!((later.shop, later.other_products), (None, Rest::Removed));
    let twice = read(&[toml(&products), toml(&products)], &stored).unwrap_err();
    assert_eq!(
        (twice.shown[0].file, twice.shown[0].to_string()),
        (1, "line 1: `MUG` is defined twice".to_owned())
    );
    // Replaced are the kinds that are spoken of, so a file of promotions leaves the profiles.
    let promotion = "[promotions.x]\ndescription = \"x\"\npercent = \"5\"\nprofiles = [\"shop\"]";
    let promoted = read(&[toml(promotion)], &stored).unwrap();
    assert_eq!(promoted.shop.unwrap().profiles().count(), 1);
    let emptied = read(&[toml("[tax_classes]")], &stored).unwrap_err();
    assert_eq!(
        emptied.to_string(),
        "`shop` names the tax class `goods`, which does not exist"
    );
}

#[test]
fn a_profile_may_number_its_orders_itself() {
    let with = |numbers: &str| {
        let text = CATALOGUE.replace(
            "tax_included =",
            &format!("order_numbers = {numbers}\ntax_included ="),
        );
        parse(&text)
    };
    let catalogue = with("{ series = \"se\", prefix = \"SE-\", first = 100001 }").unwrap();
    let series = catalogue.profile("shop").unwrap().number_series();
    assert_eq!(
        (series.key.as_str(), series.number(100_001).as_str()),
        ("se", "SE-100001")
    );
    let refused = with("{ series = \"se\", prefix = \"se\", first = 1 }").unwrap_err();
    assert!(refused.to_string().contains("order numbers"), "{refused}");
    assert!(with("{ series = \"se\", prefix = \"SE-\", first = \"x\" }").is_err());
}
