//! The scripts of the iframe, run by Node with as much of a browser as they touch.

use std::process::Command;

fn run(script: &str) {
    let path = format!("{}/tests/scripts/{script}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new("node")
        .arg(path)
        .output()
        .expect("node is installed");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
}

#[test]
fn a_resume_before_the_iframe_listens_is_made_up_for() {
    run("bootstrap.mjs");
}

#[test]
fn the_chosen_country_survives_what_the_merchant_does() {
    run("form.mjs");
}

#[test]
fn every_answer_to_the_pressed_button_is_told_to_the_shopper() {
    run("payment.mjs");
}

#[test]
fn what_the_shop_says_to_a_change_is_shown_and_told() {
    run("changes.mjs");
}

#[test]
fn text_on_the_merchants_colours_can_be_read() {
    run("appearance.mjs");
}

#[test]
fn every_locale_has_a_language() {
    run("languages.mjs");
}
