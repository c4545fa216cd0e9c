//! Mistakes in what is written.

use crate::shop::{PASSWORD, Shop};

#[test]
fn a_shop_that_is_ready_gets_nothing_but_ok() {
    let verdict = Shop::healthy().serve().check();
    assert!(
        verdict.lines().iter().all(|(level, _)| *level == "ok"),
        "{}",
        verdict.text
    );
    assert_eq!(verdict.code, Some(0));
}

#[test]
fn before_the_first_start_only_what_needs_the_server_is_skipped() {
    let verdict = Shop::healthy().finds(&[]);
    let skipped: Vec<_> = verdict
        .lines()
        .into_iter()
        .filter(|(level, _)| *level == "skipped")
        .collect();
    let expected = ["admin.server", "admin.reviews", "storefront.origins"].map(|code| ("skipped", code));
    assert_eq!(skipped, expected);
}

#[test]
fn the_answer_is_json_for_scripts() {
    let verdict = Shop::healthy().check_with(&["--json"]);
    let document: serde_json::Value = serde_json::from_str(&verdict.text).unwrap();
    assert_eq!(document["ok"], true);
    assert_eq!(document["findings"][0]["code"], "settings.file");
    assert_eq!(document["findings"][0]["level"], "ok");
}

#[test]
fn all_unknown_settings_are_found_at_once() {
    let shop = Shop::healthy()
        .with_setting("public_url = ", "listn = 1\npublic_url = ")
        .with_setting(
            "[limits]",
            "[limits]\nper_minute = 3\ncreate_per_minute = \"many\"",
        );
    let verdict = shop.check();
    let found = verdict
        .lines()
        .into_iter()
        .filter(|finding| *finding == ("problem", "settings.file"));
    assert!(found.count() >= 3, "{}", verdict.text);
    verdict.says("kassa.toml:2: found unknown field `listn`");
    verdict.says("per_minute");
    verdict.says("expected u64");
}

#[test]
fn a_file_that_is_not_there_is_one_problem() {
    let verdict = Shop::healthy().check_with(&["--config=elsewhere.toml"]);
    let problems: Vec<_> = verdict
        .lines()
        .into_iter()
        .filter(|(level, _)| *level == "problem")
        .collect();
    assert_eq!(problems, [("problem", "settings.file")], "{}", verdict.text);
}

#[test]
fn values_that_serve_refuses_are_found_all_at_once() {
    let shop = Shop::healthy()
        .with_setting("[limits]", "[sync]\ndelay_ms = 90000\n\n[limits]")
        .with_variable("KASSA_LOG", "loud=very=much");
    shop.finds(&[("problem", "settings.value"), ("problem", "settings.value")]);
}

#[test]
fn a_misspelt_variable_is_named_with_the_one_that_was_meant() {
    let shop = Shop::healthy().with_variable("KASSA_LISTENS", "127.0.0.1:80");
    shop.finds(&[("warning", "settings.variable")])
        .says("perhaps KASSA_LISTEN was meant");
}

#[test]
fn a_space_around_a_password_is_found() {
    let shop = Shop::healthy();
    shop.write("password", &format!(" {PASSWORD} \n"));
    shop.finds(&[("problem", "settings.secret")]);
}

#[test]
fn a_password_that_everybody_reads_is_found() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::healthy();
    shop.write("password", PASSWORD);
    std::fs::set_permissions(shop.path("password"), std::fs::Permissions::from_mode(0o644)).unwrap();
    shop.finds(&[("warning", "settings.secret_file")])
        .says("chmod 600 password");
}

#[test]
fn a_demo_payment_where_money_is_real_is_found() {
    let shop = Shop::healthy().with_setting("catalogue = ", "demo_payment = true\ncatalogue = ");
    let mut shop = shop.with_setting("\"playground\"", "\"live\"");
    shop.write("password", "kco_live_api_other");
    shop.live = |asked| crate::shop::knows(&asked, "kco_live_api_other");
    shop.finds(&[("problem", "settings.demo_payment")]);
}

#[test]
fn an_operators_listener_without_a_token_is_found() {
    let shop = Shop::healthy();
    let port = shop.admin_listen.port();
    let shop = shop.with_setting(&format!("127.0.0.1:{port}"), &format!("0.0.0.0:{port}"));
    shop.finds(&[("problem", "admin.token")]);
}

/// Where nobody pays, http and this machine will do, and the answer says so.
#[test]
fn a_developer_checks_against_the_emulator() {
    use std::io::{BufRead, BufReader};
    let mut shop = Shop::healthy();
    let mut emulator = std::process::Command::new(env!("CARGO_BIN_EXE_kassa"));
    emulator.args(["emulator", "--json", "--listen=127.0.0.1:0", "--stop-with-stdin"]);
    let mut emulator = emulator
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(emulator.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let hello: serde_json::Value = serde_json::from_str(&line).unwrap();
    let listen = shop.listen;
    shop.settings = format!(
        "listen = \"{listen}\"\n[kustom]\nenvironment = \"emulator\"\nurl = \"{}\"\n",
        hello["url"].as_str().unwrap()
    );
    let verdict = shop.finds(&[]);
    verdict.says("in the environment `emulator`, http and this machine will do");
    drop(emulator.stdin.take());
    emulator.wait().unwrap();
}
