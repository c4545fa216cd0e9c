//! Rows about what a well-formed body or path says.

use super::World;
use super::row::{MARKER, Row, bare, of, post, raw_post};
use axum::http::Method;
use serde_json::{Value, json};

pub(super) fn rows(world: &World) -> Vec<Row> {
    let mut rows = creation();
    rows.extend(quantities(world));
    rows.extend(items(world));
    rows.extend(contacts(world));
    rows.extend(addresses(world));
    rows.extend(field_keys(world));
    rows.extend(field_values(world));
    rows.extend(completed(world));
    rows
}

fn creation() -> Vec<Row> {
    let create = |what: &str, change: Value, code, says| {
        let mut body = json!({ "profileKey": "se-webshop", "locale": "sv_SE" });
        for (member, value) in change.as_object().unwrap() {
            body[member] = value.clone();
        }
        let request = post("/ingress/commerce/carts", &body);
        Row::new(format!("create with {what}"), request, 400, code, says)
    };
    let mut rows = Vec::new();
    for profile in [MARKER, "", "SE-WEBSHOP", "se-webshop "] {
        rows.push(create(
            "unknown profile",
            json!({ "profileKey": profile }),
            "INVALID_PROFILE",
            "",
        ));
    }
    let long = "s".repeat(1000);
    for locale in ["", "swedish", "sv-SE-x", "sv SE", "s1", "sv_SWE", MARKER, &long] {
        rows.push(create(
            locale,
            json!({ "locale": locale }),
            "INVALID_LOCALE",
            "`locale`",
        ));
    }
    for country in ["NO", "DE", "XX", "SWE", "", "S\u{0130}", MARKER] {
        rows.push(create(
            country,
            json!({ "countryCode": country }),
            "COUNTRY_NOT_ALLOWED",
            "",
        ));
    }
    rows
}

fn quantities(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    for written in [
        "0",
        "-1",
        "-0",
        "1.5",
        "1.0",
        "1e0",
        "\"2\"",
        "null",
        "NaN",
        "1e400",
        "9007199254740993",
        "10000",
        "true",
        "[1]",
        "{}",
        "4294967297",
        "18446744073709551617",
    ] {
        for (method, member, value) in [
            ("add-item", "productNumber", "BOOK-001"),
            ("set-quantity", "cartItemId", &world.item),
        ] {
            let body = format!(r#"{{"{member}":"{value}","quantity":{written}}}"#);
            let what = format!("{method} with quantity {written}");
            let says = "whole number from 1 to 9999";
            let request = raw_post(&of(&world.cart, method), body);
            rows.push(Row::new(what, request, 400, "INVALID_QUANTITY", says));
        }
    }
    rows
}

fn items(world: &World) -> Vec<Row> {
    let add = |cart: &str, product: &str, quantity: u32| {
        post(
            &of(cart, "add-item"),
            &json!({ "productNumber": product, "quantity": quantity }),
        )
    };
    let set = |item: &str, quantity: u32| {
        post(
            &of(&world.cart, "set-quantity"),
            &json!({ "cartItemId": item, "quantity": quantity }),
        )
    };
    let mut rows = vec![
        Row::new(
            "a total above the limit",
            set(&world.item, 9999),
            400,
            "CART_TOTAL_TOO_LARGE",
            "",
        ),
        Row::new(
            "an item above the limit",
            add(&world.cart, "SH005-BLK-10", 9999),
            400,
            "CART_TOTAL_TOO_LARGE",
            "",
        ),
        Row::new(
            "a 101st line",
            add(&world.full, "GIFT-100", 1),
            409,
            "TOO_MANY_ITEMS",
            "100",
        ),
    ];
    for product in [
        "",
        MARKER,
        "sh006-wht-09",
        "SH006-WHT-09 ",
        "' OR 1=1 --",
        &"A".repeat(5000),
    ] {
        let request = add(&world.cart, product, 1);
        rows.push(Row::new(
            format!("product {product}"),
            request,
            400,
            "PRODUCT_NOT_FOUND",
            "",
        ));
    }
    let other = &world.item_of_completed;
    for item in [other.as_str(), super::UNKNOWN_CART, MARKER, "", &"a".repeat(5000)] {
        let body = json!({ "cartItemId": item });
        let remove = post(&of(&world.cart, "remove-item"), &body);
        for request in [remove, set(item, 1)] {
            let what = format!("{} with item {item}", request.uri());
            rows.push(Row::new(what, request, 404, "CART_ITEM_NOT_FOUND", ""));
        }
    }
    rows
}

fn contacts(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    let long = format!("{}@example.test", "a".repeat(250));
    for email in [
        "",
        " ",
        MARKER,
        "e-c-h-o.example.test",
        "@example.test",
        "e-c-h-o@",
        "a@b@c.test",
        "e-c-h-o@example.test,b@example.test",
        "e-c-h-o@example.test b@example.test",
        "e-c-h-o@example.test\r\nBcc: b@example.test",
        "e-c-h-o@example.test\n",
        "e-c-h-o@exa\tmple.test",
        &long,
    ] {
        let request = post(&of(&world.cart, "email"), &json!({ "email": email }));
        rows.push(Row::new(
            format!("e-mail {email:?}"),
            request,
            400,
            "INVALID_EMAIL",
            "`email`",
        ));
    }
    let long = "1".repeat(41);
    for phone in [
        "",
        "+",
        "12",
        MARKER,
        "070 123 45 67x1",
        "070-call-me",
        "070\r\n123",
        "070123;456",
        &long,
    ] {
        let request = post(&of(&world.cart, "phone"), &json!({ "phone": phone }));
        rows.push(Row::new(
            format!("phone {phone:?}"),
            request,
            400,
            "INVALID_PHONE",
            "`phone`",
        ));
    }
    rows
}

fn addresses(world: &World) -> Vec<Row> {
    let path = of(&world.cart, "address");
    let mut rows = address_texts(&path);
    rows.extend(address_shapes(&path));
    rows.extend(address_countries(&path));
    rows
}

fn address_texts(path: &str) -> Vec<Row> {
    let long = format!("{MARKER}{}", "x".repeat(100));
    let refused = |part: &str, member: &str, text: &str| {
        let request = post(path, &json!({ part: { "city": "Kept out", member: text } }));
        let what = format!("{part} {member} {text:?}");
        Row::new(what, request, 400, "INVALID_ADDRESS", format!("`{member}`"))
    };
    let members = [
        "name",
        "careOf",
        "attention",
        "addressLine1",
        "addressLine2",
        "city",
        "state",
        "postalCode",
    ];
    let mut rows = Vec::new();
    for part in ["address", "invoiceRecipient"] {
        for member in members {
            for text in [&long, "e-c-h-o\u{7}", "e-c-h-o\r\nb", "e-c-h-o\u{85}"] {
                rows.push(refused(part, member, text));
            }
        }
        for code in ["§§", "11122;", "<b>", "12345678901", "111\u{a0}22"] {
            rows.push(refused(part, "postalCode", code));
        }
    }
    for member in ["taxId", "taxIdType"] {
        rows.push(refused("invoiceRecipient", member, &long));
    }
    rows
}

fn address_shapes(path: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for part in ["address", "invoiceRecipient"] {
        let body = json!({ part: { "name": "A", "price": MARKER } });
        let says = "`price` is not accepted here";
        let what = format!("{part} price");
        rows.push(Row::new(what, post(path, &body), 400, "UNKNOWN_FIELD", says));
        let body = format!(r#"{{"{part}":{{"name":"A","name":"B"}}}}"#);
        let what = format!("{part} with two names");
        let request = raw_post(path, body);
        rows.push(Row::new(what, request, 400, "INVALID_MESSAGE_BODY", "`name`"));
        for wrong in [
            json!([]),
            json!(["A"]),
            json!(vec![Value::Null; 9]),
            json!(vec![Value::Null; 12]),
            json!(format!("unknown field `{MARKER}`, expected nothing")),
            json!(7),
            json!(true),
            json!(MARKER),
            json!({ "name": 7 }),
        ] {
            let what = format!("{part} {wrong}");
            let request = post(path, &json!({ part: wrong }));
            rows.push(Row::new(what, request, 400, "INVALID_MESSAGE_BODY", "line 1"));
        }
    }
    rows
}

fn address_countries(path: &str) -> Vec<Row> {
    let bodies = [
        json!({ "address": { "countryCode": "NO" } }),
        json!({ "address": { "countryCode": MARKER } }),
        json!({ "invoiceRecipient": { "countryCode": "XX" } }),
        json!({ "invoiceRecipient": { "taxCountryCode": "XX" } }),
        // The good half is not kept either.
        json!({ "invoiceRecipient": { "name": "Kept out" }, "address": { "countryCode": "NO" } }),
    ];
    let row = |body: &Value| Row::new(body.to_string(), post(path, body), 400, "COUNTRY_NOT_ALLOWED", "");
    bodies.iter().map(row).collect()
}

fn field_keys(world: &World) -> Vec<Row> {
    let long = format!("{MARKER}{}", "k".repeat(122));
    let keys = [
        ("kustomOrderId", "RESERVED_FIELD"),
        ("KUSTOMSyncHash", "RESERVED_FIELD"),
        ("kustom%4FrderId", "RESERVED_FIELD"),
        ("%6B%75%73%74%6F%6D", "RESERVED_FIELD"),
        ("%20kustomOrderId", "RESERVED_FIELD"),
        // Full-width letters, and the Kelvin sign.
        (
            "%EF%BD%8B%EF%BD%95%EF%BD%93%EF%BD%94%EF%BD%8F%EF%BD%8DOrderId",
            "RESERVED_FIELD",
        ),
        ("%E2%84%AAustomOrderId", "RESERVED_FIELD"),
        ("kustom-e-c-h-o", "RESERVED_FIELD"),
        (long.as_str(), "INVALID_FIELD_KEY"),
        ("e-c-h-o%00", "INVALID_FIELD_KEY"),
        ("e-c-h-o%0D%0A", "INVALID_FIELD_KEY"),
        ("e-c-h-o%C2%85", "INVALID_FIELD_KEY"),
        ("e-c-h-o%FF", "INVALID_FIELD_KEY"),
        ("", "INVALID_FIELD_KEY"),
    ];
    let mut rows = Vec::new();
    for (key, code) in keys {
        let set = of(&world.cart, &format!("set-field/{key}"));
        let remove = of(&world.cart, &format!("remove-field/{key}"));
        rows.push(Row::new(
            format!("set {key:?}"),
            post(&set, &json!({ "value": 1 })),
            400,
            code,
            "",
        ));
        rows.push(Row::new(
            format!("remove {key:?}"),
            bare(Method::POST, &remove),
            400,
            code,
            "",
        ));
    }
    rows
}

fn field_values(world: &World) -> Vec<Row> {
    let path = of(&world.cart, "set-field/note");
    // With its two quotes a byte more than fits.
    let long = json!({ "value": format!("{MARKER}{}", "x".repeat(4096 - 1 - MARKER.len())) });
    let broad = json!({ "value": vec![MARKER; 1000] });
    let thirty_third = of(&world.full, "set-field/one-more");
    let mut rows = vec![
        Row::new("a long value", post(&path, &long), 400, "FIELD_TOO_LARGE", "4096"),
        Row::new(
            "a broad value",
            post(&path, &broad),
            400,
            "FIELD_TOO_LARGE",
            "4096",
        ),
        Row::new(
            "a 33rd field",
            post(&thirty_third, &json!({ "value": MARKER })),
            400,
            "TOO_MANY_FIELDS",
            "32",
        ),
    ];
    // No database text can hold it, and readers in C stop there.
    for (what, body) in [
        ("NUL in a value", r#"{"value":"e-c-h-o\u0000"}"#),
        ("NUL in a nested key", r#"{"value":{"e-c-h-o\u0000":1}}"#),
        ("NUL behind a backslash", r#"{"value":"e-c-h-o\\\u0000"}"#),
        ("a nested member twice", r#"{"value":{"note":{"a":1,"a":2}}}"#),
        ("a number that is none", r#"{"value":1e400}"#),
    ] {
        rows.push(Row::new(
            what,
            raw_post(&path, body),
            400,
            "INVALID_MESSAGE_BODY",
            "",
        ));
    }
    rows
}

/// Every change of a completed cart.
fn completed(world: &World) -> Vec<Row> {
    let item = &world.item_of_completed;
    let changes = [
        ("add-item", json!({ "productNumber": "BOOK-001", "quantity": 1 })),
        ("remove-item", json!({ "cartItemId": item })),
        ("set-quantity", json!({ "cartItemId": item, "quantity": 1 })),
        ("address", json!({ "address": { "name": MARKER } })),
        ("address", json!({ "invoiceRecipient": "unset" })),
        ("email", json!({ "email": "a@example.test" })),
        ("phone", json!({ "phone": "0701234567" })),
        ("set-field/note", json!({ "value": 1 })),
        ("remove-field/note", json!({})),
        ("payment/kustom", crate::shop::pages("")),
    ];
    let row = |(method, body): (&str, Value)| {
        let request = post(&of(&world.completed, method), &body);
        Row::new(
            format!("{method} of a completed cart"),
            request,
            409,
            "CART_NOT_OPEN",
            "",
        )
    };
    changes.into_iter().map(row).collect()
}
