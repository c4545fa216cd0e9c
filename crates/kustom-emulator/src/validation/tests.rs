use super::*;
use crate::strictness::CallbackScheme;
use serde_json::json;

fn order() -> Value {
    json!({
        "purchase_country": "SE",
        "purchase_currency": "SEK",
        "locale": "sv-SE",
        "order_amount": 10_000,
        "order_tax_amount": 2000,
        "order_lines": [{
            "name": "Shoe", "quantity": 1, "unit_price": 10_000, "tax_rate": 2500,
            "total_amount": 10_000, "total_tax_amount": 2000,
        }],
        "merchant_urls": {
            "terms": "https://shop.example/terms",
            "checkout": "https://shop.example/checkout",
            "confirmation": "https://shop.example/done?id={checkout.order.id}",
            "push": "https://shop.example/push/{checkout.order.id}",
        },
    })
}

fn rules(callback_scheme: CallbackScheme) -> Rules {
    Rules {
        strictness: Strictness {
            callback_scheme,
            ..Strictness::default()
        },
        ..Rules::default()
    }
}

/// The messages about a new order in which the value at `pointer` is replaced, or removed when there is none.
fn messages(pointer: &str, value: Option<Value>) -> Vec<String> {
    let mut order = order();
    change(&mut order, pointer, value);
    messages_about(&order, &rules(CallbackScheme::Https))
}

fn change(order: &mut Value, pointer: &str, value: Option<Value>) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = order.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    match value {
        Some(value) => parent.insert(name.to_owned(), value),
        None => parent.remove(name),
    };
}

fn messages_about(order: &Value, rules: &Rules) -> Vec<String> {
    let findings = match read_new_order(order.to_string().as_bytes(), rules) {
        Ok(sent) => {
            let whole = sent.order.clone();
            sent.findings_with(&whole)
        }
        Err(findings) => findings,
    };
    findings.iter().map(Finding::message).collect()
}

#[test]
fn a_documented_order_is_accepted() {
    assert_eq!(
        messages_about(&order(), &rules(CallbackScheme::Https)),
        Vec::<String>::new()
    );
}

#[test]
fn each_required_member_is_missed_by_name() {
    for name in order_shape::REQUIRED_ON_CREATE {
        let messages = messages(&format!("/{name}"), None);
        assert!(messages.contains(&format!("Bad value: {name}")), "{messages:?}");
    }
    for name in [
        "name",
        "quantity",
        "unit_price",
        "tax_rate",
        "total_amount",
        "total_tax_amount",
    ] {
        let messages = messages(&format!("/order_lines/0/{name}"), None);
        assert_eq!(messages, [format!("Bad value: order_lines[0].{name}")]);
    }
    for name in ["terms", "checkout", "confirmation", "push"] {
        let messages = messages(&format!("/merchant_urls/{name}"), None);
        assert_eq!(messages, [format!("Bad value: merchant_urls.{name}")]);
    }
}

/// Each row: what is replaced, by what, and the path that the answer must name.
fn check_refused(rows: &[(&str, Value, &str)]) {
    for (pointer, value, path) in rows {
        let messages = messages(pointer, Some(value.clone()));
        assert!(
            messages.contains(&format!("Bad value: {path}")),
            "{pointer} {value}: {messages:?}"
        );
    }
}

#[test]
fn wrong_types_and_lengths_are_refused_by_path() {
    check_refused(&[
        ("/locale", json!("sv_SE"), "locale"),
        ("/locale", json!(null), "locale"),
        ("/purchase_country", json!("SWE"), "purchase_country"),
        ("/purchase_currency", json!("EUR"), "purchase_currency"),
        ("/purchase_currency", json!("QQQ"), "purchase_currency"),
        ("/order_amount", json!("10000"), "order_amount"),
        ("/order_amount", json!(100.5), "order_amount"),
        ("/order_lines", json!({}), "order_lines"),
        ("/billing_address", json!([]), "billing_address"),
        ("/billing_address", json!({"phone": 1}), "billing_address.phone"),
        (
            "/shipping_address",
            json!({"country": "SWE"}),
            "shipping_address.country",
        ),
        ("/customer", json!({"type": "robot"}), "customer.type"),
        (
            "/customer",
            json!({"date_of_birth": "1941-02-30"}),
            "customer.date_of_birth",
        ),
        (
            "/merchant_reference1",
            json!("x".repeat(256)),
            "merchant_reference1",
        ),
        ("/merchant_data", json!("x".repeat(6001)), "merchant_data"),
        ("/options", json!({"color_button": "red"}), "options.color_button"),
        ("/options", json!({"auto_capture": 1}), "options.auto_capture"),
        (
            "/options",
            json!({"additional_checkboxes": [{}]}),
            "options.additional_checkboxes[0].text",
        ),
        ("/attachment", json!({"body": "{}"}), "attachment.content_type"),
        (
            "/shipping_options",
            json!([{"id": "a", "name": "A", "price": 1, "tax_amount": 0}]),
            "shipping_options[0].tax_rate",
        ),
    ]);
}

#[test]
fn wrong_lines_and_unknown_members_are_refused_by_path() {
    check_refused(&[
        ("/order_lines/0/name", json!(""), "order_lines[0].name"),
        ("/order_lines/0/type", json!("boat"), "order_lines[0].type"),
        (
            "/order_lines/0/tax_rate",
            json!(10_001),
            "order_lines[0].tax_rate",
        ),
        (
            "/order_lines/0/reference",
            json!("x".repeat(256)),
            "order_lines[0].reference",
        ),
        (
            "/order_lines/0/quantity_unit",
            json!("kilograms"),
            "order_lines[0].quantity_unit",
        ),
        (
            "/order_lines/0/total_discount_amount",
            json!(-1),
            "order_lines[0].total_discount_amount",
        ),
        ("/order_lines/0/colour", json!("red"), "order_lines[0].colour"),
        ("/colour", json!("red"), "colour"),
    ]);
}

#[test]
fn lengths_at_their_limits_are_accepted() {
    for (pointer, value) in [
        ("/merchant_data", json!("å".repeat(6000))),
        ("/merchant_reference1", json!("å".repeat(255))),
        ("/order_lines/0/name", json!("å".repeat(255))),
        ("/order_lines/0/quantity_unit", json!("8letters")),
        ("/tags", json!([])),
        ("/shipping_options", json!([])),
        ("/billing_address", json!({"country": "se"})),
    ] {
        assert_eq!(messages(pointer, Some(value)), Vec::<String>::new(), "{pointer}");
    }
}

#[test]
fn more_than_a_thousand_lines_are_refused_as_a_whole() {
    let line = order()["order_lines"][0].clone();
    let lines = vec![line; 1001];
    assert_eq!(
        messages("/order_lines", Some(json!(lines))),
        ["Bad value: order_lines"]
    );
}

#[test]
fn all_mistakes_of_a_body_are_reported_in_one_answer() {
    let mut order = order();
    change(&mut order, "/locale", Some(json!("x")));
    change(&mut order, "/order_amount", Some(json!(9999)));
    change(&mut order, "/order_lines/0/total_tax_amount", Some(json!(1)));
    change(&mut order, "/merchant_urls/terms", Some(json!("shop.example")));
    change(&mut order, "/invented", Some(json!(1)));
    let mut messages = messages_about(&order, &rules(CallbackScheme::Https));
    messages.sort();
    assert_eq!(
        messages,
        [
            "Bad value: invented",
            "Bad value: locale",
            "Bad value: merchant_urls.terms (must be a valid http or https URI)",
            "Bad value: order_amount",
            "Bad value: order_lines[0].total_tax_amount",
            "Bad value: order_tax_amount",
        ]
    );
}

#[test]
fn merchant_urls_must_be_addresses_of_the_web() {
    let told = "Bad value: merchant_urls.checkout (must be a valid http or https URI)";
    for url in [
        "",
        "/checkout",
        "ftp://shop.example/",
        "javascript:alert(1)",
        "https://",
    ] {
        assert_eq!(
            messages("/merchant_urls/checkout", Some(json!(url))),
            [told],
            "{url}"
        );
    }
    let long = format!("https://shop.example/{}", "x".repeat(2000));
    assert_eq!(
        messages("/merchant_urls/checkout", Some(json!(long))),
        ["Bad value: merchant_urls.checkout"]
    );
}

#[test]
fn the_push_address_differs_from_the_pages_of_the_shopper() {
    for page in [
        "https://shop.example/checkout",
        "https://shop.example/done?id={checkout.order.id}",
    ] {
        let messages = messages("/merchant_urls/push", Some(json!(page)));
        assert_eq!(messages, ["Bad value: merchant_urls.push"]);
    }
}

#[test]
fn callbacks_during_checkout_need_https_except_on_an_excused_loopback() {
    let told = ["Bad value: merchant_urls.validation (must be a valid https URI)"];
    let with = |url: &str| {
        let mut order = order();
        change(&mut order, "/merchant_urls/validation", Some(json!(url)));
        order
    };
    assert_eq!(
        messages_about(
            &with("http://shop.example/v"),
            &rules(CallbackScheme::HttpsExceptLoopback)
        ),
        told
    );
    assert_eq!(
        messages_about(&with("http://127.0.0.1:3300/v"), &rules(CallbackScheme::Https)),
        told
    );
    assert_eq!(
        messages_about(
            &with("http://127.0.0.1:3300/v"),
            &rules(CallbackScheme::HttpsExceptLoopback)
        ),
        Vec::<String>::new()
    );
    assert_eq!(
        messages_about(&with("https://shop.example/v"), &rules(CallbackScheme::Https)),
        Vec::<String>::new()
    );
}

#[test]
fn members_that_kustom_owns_are_ignored_whatever_they_hold() {
    for name in order_shape::SERVER_OWNED {
        assert_eq!(
            messages(&format!("/{name}"), Some(json!([1]))),
            Vec::<String>::new(),
            "{name}"
        );
    }
    let mut order = order();
    change(&mut order, "/status", Some(json!("checkout_complete")));
    let sent = read_new_order(order.to_string().as_bytes(), &rules(CallbackScheme::Https)).unwrap();
    assert_eq!(sent.order.status, None);
}

#[test]
fn an_update_needs_no_member() {
    assert!(
        read_update(b"{}", &rules(CallbackScheme::Https))
            .unwrap()
            .members
            .is_empty()
    );
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    for body in ["", "[]", "{", "null"] {
        assert!(
            read_update(body.as_bytes(), &rules(CallbackScheme::Https)).is_err(),
            "{body}"
        );
    }
}

#[test]
fn references_are_checked_like_the_order() {
    let references = |body: &[u8]| read_references(body, Strictness::default());
    assert!(references(br#"{"merchant_reference1":"A","merchant_reference2":"B"}"#).is_ok());
    assert!(references(br#"{"merchant_reference3":"A"}"#).is_err());
    assert!(references(br#"{"merchant_reference1":1}"#).is_err());
    let lenient = Strictness {
        unknown_members: UnknownMembers::Ignored,
        null_members: NullMembers::Ignored,
        ..Strictness::default()
    };
    let body = br#"{"merchant_reference1":null,"merchant_reference3":"A"}"#;
    assert_eq!(read_references(body, lenient).unwrap().merchant_reference1, None);
}

/// Otherwise a member would pass the check here and be lost when it is read.
#[test]
fn the_wire_types_know_every_member_of_the_schema() {
    check_wire_type::<CheckoutOrder>(&order_shape::ORDER);
    check_wire_type::<kustom_api::ShippingServiceResponse>(&order_shape::ANSWER);
    // An answer is read as a part of an order.
    check_wire_type::<CheckoutOrder>(&order_shape::ANSWER);
    check_wire_type::<kustom_api::CaptureRequest>(&management_shape::CAPTURE);
    check_wire_type::<kustom_api::RefundRequest>(&management_shape::REFUND);
    check_wire_type::<kustom_api::AuthorizationUpdate>(&management_shape::AUTHORIZATION);
    check_wire_type::<kustom_api::ShippingInfoUpdate>(&management_shape::SHIPPING_INFOS);
}

fn check_wire_type<T: DeserializeOwned + serde::Serialize>(shape: &shape::Shape) {
    let sample = shape::sample(shape);
    let mut ignored = Vec::new();
    let read: T = serde_ignored::deserialize(&sample, |path| ignored.push(path.to_string())).unwrap();
    assert_eq!(ignored, Vec::<String>::new());
    assert_eq!(serde_json::to_value(&read).unwrap(), sample);
}

#[test]
fn a_missing_amount_is_reported_once() {
    for name in ["order_amount", "order_tax_amount"] {
        assert_eq!(
            messages(&format!("/{name}"), None),
            [format!("Bad value: {name}")]
        );
    }
}

#[test]
fn forms_are_no_laxer_than_the_schema() {
    check_refused(&[
        (
            "/customer",
            json!({"date_of_birth": "19410321"}),
            "customer.date_of_birth",
        ),
        (
            "/customer",
            json!({"date_of_birth": "1941-03-21T08:00"}),
            "customer.date_of_birth",
        ),
        (
            "/options",
            json!({"radius_border": "NaN"}),
            "options.radius_border",
        ),
        (
            "/options",
            json!({"radius_border": "-5"}),
            "options.radius_border",
        ),
        (
            "/options",
            json!({"allowed_customer_types": []}),
            "options.allowed_customer_types",
        ),
    ]);
}

#[test]
fn a_shipping_option_costs_no_more_than_a_line_may() {
    let option =
        |price: i64| json!([{ "id": "a", "name": "A", "price": price, "tax_amount": 0, "tax_rate": 0 }]);
    assert_eq!(
        messages("/shipping_options", Some(option(100_000_000))),
        Vec::<String>::new()
    );
    check_refused(&[
        (
            "/shipping_options",
            option(100_000_001),
            "shipping_options[0].price",
        ),
        ("/shipping_options", option(i64::MAX), "shipping_options[0].price"),
    ]);
}

#[test]
fn an_address_with_white_space_is_no_uri() {
    for url in [
        " https://shop.example/done",
        "https://shop.example/my page",
        "ht\ntps://shop.example/",
    ] {
        assert_eq!(
            messages("/merchant_urls/confirmation", Some(json!(url))),
            ["Bad value: merchant_urls.confirmation (must be a valid http or https URI)"]
        );
    }
}

#[test]
fn external_payments_are_reached_over_https() {
    let provider =
        |url: &str, image: &str| json!([{ "name": "PayPal", "redirect_url": url, "image_url": image }]);
    let (page, image) = (
        "https://shop.example/{checkout.order.id}",
        "https://shop.example/a.png",
    );
    let methods = "/external_payment_methods";
    for accepted in [provider(page, image), provider("http://localhost:3000/p", image)] {
        assert_eq!(messages(methods, Some(accepted)), Vec::<String>::new());
    }
    check_refused(&[
        (
            methods,
            provider("javascript:alert(1)", image),
            "external_payment_methods[0].redirect_url",
        ),
        (
            methods,
            provider("http://shop.example/", image),
            "external_payment_methods[0].redirect_url",
        ),
        (
            methods,
            provider(page, "http://shop.example/a.png"),
            "external_payment_methods[0].image_url",
        ),
        (
            "/external_checkouts",
            json!([{ "name": "PayPal", "redirect_url": page }]),
            "external_checkouts[0].image_url",
        ),
    ]);
}
