//! Mistakes about Kustom.

use crate::neighbour::{Then, answer, rfc7231_now};
use crate::shop::{PASSWORD, Shop, knows};

#[test]
fn a_wrong_password_is_found() {
    let shop = Shop::healthy();
    shop.write("password", "kco_test_api_an-old-one");
    shop.finds(&[("problem", "kustom.credentials")])
        .says("the common account");
}

#[test]
fn a_wrong_password_of_one_account_is_found() {
    let norway = "[kustom.accounts.norway]\nkey_id = \"PK1_user\"\npassword_file = \"norway\"\n\n[admin]";
    let shop = Shop::healthy().with_setting("[admin]", norway);
    shop.write("norway", "kco_test_api_an-old-one");
    shop.finds(&[("problem", "kustom.credentials")])
        .says("account `norway`");
}

/// Credentials from Klarna's time do not say for which environment they are.
#[test]
fn a_key_of_the_other_environment_is_found() {
    let mut shop = Shop::healthy();
    shop.write("password", "from-klarnas-time");
    shop.live = |asked| knows(&asked, "from-klarnas-time");
    shop.finds(&[("problem", "kustom.environment")])
        .says("this key belongs to `live`");
}

#[test]
fn a_key_that_names_the_other_environment_is_found() {
    let shop = Shop::healthy().with_setting("\"playground\"", "\"live\"");
    shop.finds(&[("problem", "kustom.environment")])
        .says("found a test key");
}

#[test]
fn an_emulator_in_the_place_of_kustom_is_found() {
    let shop = Shop::healthy().with_setting("key_id = ", "url = \"http://127.0.0.1:3301\"\nkey_id = ");
    shop.finds(&[("problem", "kustom.url")]);
}

#[test]
fn somebody_else_in_the_place_of_kustom_is_found() {
    let mut shop = Shop::healthy();
    shop.playground = |_| Then::Answer(answer(404, "text/html", "no such page"));
    shop.finds(&[("problem", "kustom.url")])
        .says("404 to a read without credentials");
}

#[test]
fn a_merchant_that_is_not_activated_is_found() {
    let mut shop = Shop::healthy();
    shop.playground = |asked| match asked.header("authorization") {
        Some(_) => Then::Answer(answer(403, "application/json", "{}")),
        None => Then::Answer(answer(401, "application/json", "{}")),
    };
    shop.finds(&[("problem", "kustom.blocked")]).says("not activated");
}

#[test]
fn a_firewall_in_front_of_kustom_is_found() {
    let mut shop = Shop::healthy();
    shop.playground = |_| Then::Answer(answer(403, "text/html", "<h1>Forbidden</h1>"));
    shop.finds(&[("problem", "kustom.blocked")]).says("firewall");
}

#[test]
fn a_kustom_in_trouble_is_found() {
    let mut shop = Shop::healthy();
    shop.playground = |_| Then::Answer(answer(503, "application/json", "{}"));
    shop.finds(&[("problem", "kustom.reachable")]);
}

#[test]
fn a_network_without_a_way_to_kustom_is_found() {
    let shop = Shop::healthy()
        .with_setting("\"playground\"", "\"emulator\"")
        .with_setting("key_id = ", "url = \"http://127.0.0.1:1\"\nkey_id = ");
    shop.finds(&[("problem", "kustom.reachable")])
        .says("start `kassa emulator`");
}

#[test]
fn a_clock_that_is_wrong_is_found() {
    let mut shop = Shop::healthy();
    shop.playground = |asked| match knows(&asked, PASSWORD) {
        Then::Answer(answer) => {
            Then::Answer(answer.replacen("date: ", &format!("date: {}\r\nx-date: ", rfc7231_now(3600)), 1))
        }
        other => other,
    };
    shop.finds(&[("problem", "kustom.clock")]).says("behind Kustom's");
}
