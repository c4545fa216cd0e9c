//! Mistakes in what is sold.

use crate::shop::Shop;

#[test]
fn every_fault_of_the_file_is_named_with_its_line() {
    let shop = Shop::healthy()
        .with_catalogue("\"1299.00\"", "\"1 299 kr\"")
        .with_catalogue("https://shop.example", "https://shop.example/");
    let verdict = shop.finds(&[("problem", "catalogue.file"), ("problem", "catalogue.file")]);
    verdict.says("without path or slash");
    verdict.says("is not an amount");
}

#[test]
fn a_shop_without_a_profile_is_found() {
    let shop = Shop::healthy().with_setting("catalogue = \"shop.toml\"", "");
    shop.finds(&[("problem", "catalogue.profiles")]);
}

#[test]
fn a_profile_that_nothing_can_be_bought_from_is_found() {
    let shop = Shop::healthy().with_catalogue("{ SEK = ", "{ NOK = ");
    shop.finds(&[("problem", "catalogue.prices")])
        .says("no product has a price in SEK");
}

#[test]
fn a_product_that_one_profile_cannot_sell_is_found() {
    let mug = "[products.MUG]\ndescription = \"Mug\"\ntax_class = \"standard\"\nprices_including_tax = { NOK = \"99.00\" }\n\n";
    let shop = Shop::healthy().with_catalogue("[promotions.summer]", &format!("{mug}[promotions.summer]"));
    shop.finds(&[("warning", "catalogue.prices")]).says("(MUG)");
}

#[test]
fn a_country_whose_tax_was_forgotten_is_found() {
    let shop = Shop::healthy().with_catalogue("countries = [\"SE\"]", "countries = [\"SE\", \"DE\"]");
    shop.finds(&[("warning", "catalogue.tax")]).says("none for DE");
}

#[test]
fn a_country_that_nothing_is_sent_to_is_found() {
    let shop = Shop::healthy()
        .with_catalogue("countries = [\"SE\"]", "countries = [\"SE\", \"NO\"]")
        .with_catalogue("price = \"49.00\"", "price = \"49.00\", countries = [\"SE\"]");
    shop.finds(&[("problem", "catalogue.shipping")])
        .says("sells to NO");
}

#[test]
fn a_product_that_no_method_carries_is_found() {
    let shop =
        Shop::healthy().with_catalogue("price = \"49.00\"", "price = \"49.00\", max_weight_grams = 500");
    shop.finds(&[("warning", "catalogue.shipping")]).says("(SHOE)");
}

#[test]
fn a_profile_without_pages_is_found() {
    let shop = Shop::healthy().with_catalogue("[\"https://shop.example\"]", "[]");
    shop.finds(&[("problem", "catalogue.origins")]);
}

#[test]
fn pages_that_live_refuses_are_found() {
    let mut shop = Shop::healthy()
        .with_catalogue("https://shop.example", "http://localhost:5173")
        .with_setting("\"playground\"", "\"live\"");
    shop.write("password", "kco_live_api_other");
    shop.live = |asked| crate::shop::knows(&asked, "kco_live_api_other");
    shop.finds(&[("problem", "catalogue.origins")])
        .says("http://localhost:5173");
}

#[test]
fn coupons_that_never_apply_are_found() {
    for (wrong, says) in [
        (
            "categories = [\"boots\"]\npercent = \"10\"",
            "no product is among those it is for",
        ),
        (
            "valid_until = \"2020-01-01T00:00:00Z\"\npercent = \"10\"",
            "its time is over",
        ),
        (
            "amount = { NOK = \"50.00\" }",
            "no amount in the currency of its profiles",
        ),
    ] {
        let shop = Shop::healthy().with_catalogue("categories = [\"shoes\"]\npercent = \"10\"", wrong);
        shop.finds(&[("warning", "catalogue.coupons")]).says(says);
    }
}

/// Nobody can change them later without explaining it to customers.
#[test]
fn order_numbers_are_shown() {
    let shop = Shop::healthy().with_catalogue(
        "channel = \"se\"",
        "channel = \"se\"\norder_numbers = { series = \"se\", prefix = \"SE-\", first = 5000 }",
    );
    shop.finds(&[]).says("catalogue.order_numbers   se from SE-5000");
    let shop = Shop::healthy().with_catalogue(
        "channel = \"se\"",
        "channel = \"se\"\norder_numbers = { series = \"se\", prefix = \"se9\", first = 1 }",
    );
    shop.finds(&[("problem", "catalogue.file")]);
}
