//! Every documented limit of the checkout order, at its last good value and one beyond.

use super::*;
use serde_json::json;

const FULL_ORDER: &str = include_str!("../../tests/api/full_order.json");

fn full_order() -> Value {
    serde_json::from_str(FULL_ORDER).unwrap()
}

fn messages_about(order: &Value) -> Vec<String> {
    let findings = match read_new_order(order.to_string().as_bytes(), &Rules::default()) {
        Ok(sent) => {
            let whole = sent.order.clone();
            sent.findings_with(&whole)
        }
        Err(findings) => findings,
    };
    findings.iter().map(Finding::message).collect()
}

fn with(pointer: &str, value: &Value) -> Value {
    let mut order = full_order();
    *order
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("there is no {pointer}")) = value.clone();
    order
}

/// `/order_lines/0/name` as the answer writes it.
fn path_of(pointer: &str) -> String {
    let mut path = String::new();
    for part in pointer.split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(index) => path += &format!("[{index}]"),
            Err(_) if path.is_empty() => path = part.to_owned(),
            Err(_) => path += &format!(".{part}"),
        }
    }
    path
}

fn check(pointer: &str, good: &Value, bad: &Value) {
    assert_eq!(
        messages_about(&with(pointer, good)),
        Vec::<String>::new(),
        "{pointer} {good}"
    );
    let path = path_of(pointer);
    let told = messages_about(&with(pointer, bad));
    let message = format!("Bad value: {path}");
    let is_named = told
        .iter()
        .any(|told| *told == message || told.starts_with(&format!("{message} (")));
    assert!(is_named, "{pointer} {bad}: {told:?}");
}

#[test]
fn the_full_order_has_every_member_of_the_schema() {
    assert_eq!(messages_about(&full_order()), Vec::<String>::new());
    check_completeness(&order_shape::ORDER, &full_order(), "");
}

fn check_completeness(shape: &shape::Shape, value: &Value, path: &str) {
    for member in shape.0 {
        // The second address is like the first one; so is that of a place to fetch a parcel.
        if path.ends_with("shipping_address") || path.ends_with("pickup_location.address") {
            return;
        }
        let path = format!("{path}.{}", member.name);
        let found = value
            .get(member.name)
            .unwrap_or_else(|| panic!("there is no {path}"));
        match &member.rule {
            shape::Rule::Object(shape) => check_completeness(shape, found, &path),
            shape::Rule::List {
                item: shape::Rule::Object(shape),
                ..
            } => {
                check_completeness(shape, &found[0], &path);
            }
            _ => {}
        }
    }
}

/// Lengths, from the schema.
#[test]
fn texts_have_their_documented_lengths() {
    for (pointer, max) in [
        ("/merchant_reference1", 255),
        ("/merchant_reference2", 255),
        ("/merchant_data", 6000),
        ("/recurring_description", 255),
        ("/order_lines/0/reference", 255),
        ("/order_lines/0/name", 255),
        ("/order_lines/0/quantity_unit", 8),
        ("/order_lines/0/merchant_data", 1024),
        ("/order_lines/0/product_url", 1024),
        ("/order_lines/0/image_url", 1024),
        ("/order_lines/0/product_identifiers/brand", 70),
        ("/order_lines/0/product_identifiers/color", 64),
        ("/order_lines/0/product_identifiers/category_path", 750),
        ("/order_lines/0/product_identifiers/global_trade_item_number", 50),
        ("/order_lines/0/product_identifiers/manufacturer_part_number", 70),
        ("/order_lines/0/product_identifiers/size", 64),
        ("/options/shipping_details", 255),
        ("/options/additional_checkbox/text", 1000),
        ("/options/additional_checkboxes/0/text", 1000),
        ("/external_payment_methods/0/name", 255),
        ("/external_payment_methods/0/description", 500),
        ("/external_checkouts/0/name", 255),
        ("/external_checkouts/0/description", 500),
        ("/shipping_options/0/name", 255),
    ] {
        // Characters are counted, not bytes.
        check(pointer, &json!("ö".repeat(max)), &json!("ö".repeat(max + 1)));
        check(pointer, &json!("x"), &json!(7));
    }
    for pointer in [
        "/order_lines/0/name",
        "/order_lines/0/quantity_unit",
        "/shipping_options/0/name",
    ] {
        check(pointer, &json!("x"), &json!(""));
    }
}

#[test]
fn addresses_of_the_web_have_their_documented_lengths() {
    let url = |length: usize| {
        let start = "https://shop.example/";
        json!(format!("{start}{}", "x".repeat(length - start.len())))
    };
    for name in [
        "terms",
        "checkout",
        "confirmation",
        "push",
        "validation",
        "notification",
        "cancellation_terms",
        "shipping_option_update",
        "address_update",
        "country_change",
        "upsell",
        "upsell_validation",
    ] {
        check(&format!("/merchant_urls/{name}"), &url(2000), &url(2001));
    }
    for list in ["external_payment_methods", "external_checkouts"] {
        for name in ["redirect_url", "image_url"] {
            check(&format!("/{list}/0/{name}"), &url(2000), &url(2001));
            check(
                &format!("/{list}/0/{name}"),
                &url(100),
                &json!("http://shop.example/"),
            );
        }
    }
}

#[test]
fn numbers_have_their_documented_limits() {
    for (pointer, good, bad) in [
        ("/order_lines/0/subscription/interval_count", 1, 0),
        ("/order_lines/0/shipping_attributes/weight", 0, -1),
        ("/order_lines/0/shipping_attributes/dimensions/height", 0, -1),
        ("/order_lines/0/shipping_attributes/dimensions/width", 0, -1),
        ("/order_lines/0/shipping_attributes/dimensions/length", 0, -1),
        ("/shipping_options/0/price", 0, -1),
        ("/shipping_options/0/tax_amount", 0, -1),
        ("/shipping_options/0/tax_rate", 0, -1),
        ("/shipping_options/0/tax_rate", 10_000, 10_001),
    ] {
        check(pointer, &json!(good), &json!(bad));
        check(pointer, &json!(good), &json!(1.5));
        check(pointer, &json!(good), &json!("1"));
    }
    for (pointer, bad) in [
        ("/order_amount", -1),
        ("/order_tax_amount", -1),
        ("/order_lines/0/quantity", -1),
        ("/order_lines/0/unit_price", 100_000_001),
        ("/order_lines/0/total_amount", 100_000_001),
        ("/order_lines/0/tax_rate", 10_001),
        ("/order_lines/0/tax_rate", -1),
        ("/order_lines/0/total_discount_amount", -1),
    ] {
        check(
            pointer,
            &full_order().pointer(pointer).unwrap().clone(),
            &json!(bad),
        );
    }
}

#[test]
fn values_of_a_kind_are_the_documented_ones() {
    for (pointer, good, bad) in [
        ("/purchase_country", json!("se"), json!("SWE")),
        ("/purchase_currency", json!("sek"), json!("SE")),
        ("/locale", json!("sv"), json!("swe")),
        ("/order_lines/0/type", json!("digital"), json!("return_fee")),
        ("/order_lines/0/subscription/interval", json!("DAY"), json!("day")),
        ("/billing_address/country", json!("no"), json!("NOR")),
        ("/shipping_address/country", json!("no"), json!("NOR")),
        ("/customer/type", json!("person"), json!("company")),
        ("/customer/gender", json!("male"), json!("M")),
        (
            "/customer/date_of_birth",
            json!("2000-02-29"),
            json!("2001-02-29"),
        ),
        (
            "/options/acquiring_channel",
            json!("IN_STORE"),
            json!("ecommerce"),
        ),
        ("/options/color_background", json!("#abcdef"), json!("#abc")),
        ("/options/color_button", json!("#abcdef"), json!("abcdef")),
        ("/options/color_button_text", json!("#abcdef"), json!("white")),
        ("/options/color_checkbox", json!("#abcdef"), json!("#abcdeg")),
        (
            "/options/color_checkbox_checkmark",
            json!("#abcdef"),
            json!("#abcdef0"),
        ),
        ("/options/color_header", json!("#abcdef"), json!("")),
        ("/options/color_link", json!("#abcdef"), json!(0)),
        ("/options/radius_border", json!("0"), json!("5px")),
        ("/options/allowed_customer_types", json!(["person"]), json!([])),
        (
            "/options/allowed_customer_types/0",
            json!("person"),
            json!("robot"),
        ),
    ] {
        check(pointer, &good, &bad);
    }
}

#[test]
fn values_of_a_kind_besides_who_buys_are_the_documented_ones() {
    for (pointer, good, bad) in [
        (
            "/external_payment_methods/0/label",
            json!("complete"),
            json!("Complete"),
        ),
        (
            "/external_payment_methods/0/countries/0",
            json!("de"),
            json!("DEU"),
        ),
        ("/external_checkouts/0/label", json!("continue"), json!("go")),
        ("/shipping_countries/0", json!("de"), json!("DEU")),
        ("/billing_countries/0", json!("de"), json!("DEU")),
        (
            "/shipping_options/0/shipping_method",
            json!("Home"),
            json!("home"),
        ),
        ("/shipping_options/0/preselected", json!(false), json!("false")),
        (
            "/shipping_options/0/delivery_details/timeslot/start",
            json!("8"),
            json!(8),
        ),
        (
            "/shipping_options/0/delivery_details/pickup_location/address/city",
            json!("A"),
            json!(1),
        ),
        (
            "/shipping_options/0/selected_addons/0/price",
            json!(-5),
            json!("5"),
        ),
        ("/attachment/body", json!(""), json!({})),
        ("/gui/options", json!([]), json!("minimal_confirmation")),
        ("/recurring", json!(false), json!("false")),
        ("/tags/0", json!(""), json!(1)),
    ] {
        check(pointer, &good, &bad);
    }
}

#[test]
fn every_flag_of_the_options_is_true_or_false() {
    let options = full_order()["options"].clone();
    let flags = options
        .as_object()
        .unwrap()
        .iter()
        .filter(|(_, value)| value.is_boolean());
    let mut count = 0;
    for (name, _) in flags {
        check(&format!("/options/{name}"), &json!(true), &json!("true"));
        check(&format!("/options/{name}"), &json!(false), &json!(0));
        count += 1;
    }
    assert_eq!(count, 15);
}

#[test]
fn members_that_an_object_cannot_do_without_are_missed_by_path() {
    for (parent, names) in [
        ("", ["purchase_country", "order_lines"].as_slice()),
        ("/attachment", &["body", "content_type"]),
        (
            "/order_lines/0",
            &[
                "name",
                "quantity",
                "unit_price",
                "tax_rate",
                "total_amount",
                "total_tax_amount",
            ],
        ),
        ("/order_lines/0/subscription", &["interval", "interval_count"]),
        ("/options/additional_checkbox", &["text", "checked", "required"]),
        (
            "/options/additional_checkboxes/0",
            &["id", "text", "checked", "required"],
        ),
        ("/external_payment_methods/0", &["name", "redirect_url"]),
        ("/external_checkouts/0", &["name", "redirect_url", "image_url"]),
        (
            "/shipping_options/0",
            &["id", "name", "price", "tax_amount", "tax_rate"],
        ),
        ("/merchant_urls", &["terms", "checkout", "confirmation", "push"]),
    ] {
        for name in names {
            let mut order = full_order();
            order
                .pointer_mut(parent)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .remove(*name);
            let path = path_of(&format!("{parent}/{name}"));
            let told = messages_about(&order);
            assert!(told.contains(&format!("Bad value: {path}")), "{path}: {told:?}");
        }
    }
}

#[test]
fn a_member_that_the_schema_lacks_is_refused_at_every_depth() {
    for parent in [
        "",
        "/order_lines/0",
        "/order_lines/0/product_identifiers",
        "/order_lines/0/shipping_attributes/dimensions",
        "/merchant_urls",
        "/billing_address",
        "/customer",
        "/options",
        "/options/additional_checkbox",
        "/attachment",
        "/external_payment_methods/0",
        "/shipping_options/0",
        "/shipping_options/0/delivery_details/product",
        "/shipping_options/0/delivery_details/timeslot",
        "/shipping_options/0/selected_addons/0",
        "/gui",
    ] {
        let mut order = full_order();
        let members = order.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        members.insert("invented".to_owned(), json!(1));
        let path = path_of(&format!("{parent}/invented"));
        assert_eq!(messages_about(&order), [format!("Bad value: {path}")]);
    }
}
