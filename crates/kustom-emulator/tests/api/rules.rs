//! The rules at run time, and what each switch switches.

use crate::support::{
    Answer, bought, call, call_with, create, emulator, lines, order, order_with, pay, serve,
};
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use kustom_emulator::Emulator;
use serde_json::{Value, json};

async fn set(emulator: &Emulator, name: &str, value: &str) -> Answer {
    call(
        emulator,
        "PATCH",
        "/_emulator/rules",
        Some(json!({ name: value })),
    )
    .await
}

/// What a create is refused for.
async fn messages(emulator: &Emulator, body: &Value) -> Vec<String> {
    let answer = call(emulator, "POST", "/checkout/v3/orders", Some(body.clone())).await;
    match answer.status {
        201 => Vec::new(),
        400 => serde_json::from_value(answer.json()["error_messages"].clone()).unwrap(),
        status => panic!("{status} {}", answer.text),
    }
}

fn line_with(members: Value) -> Value {
    let mut lines = lines(1);
    let Value::Object(members) = members else { panic!() };
    lines[0].as_object_mut().unwrap().extend(members);
    lines
}

fn with_url(name: &str, url: &str) -> Value {
    let mut order = order();
    order["merchant_urls"][name] = json!(url);
    order
}

fn option(price: i64) -> Value {
    json!({ "id": "post", "name": "Post", "price": price, "tax_amount": price / 5, "tax_rate": 2500 })
}

fn without_urls() -> Value {
    let mut order = order();
    order.as_object_mut().unwrap().remove("merchant_urls");
    order
}

fn with_fee_and_options() -> Value {
    let mut lines = lines(2);
    let fee = json!({
        "type": "shipping_fee", "name": "Post", "quantity": 1, "unit_price": 5000, "tax_rate": 2500,
        "total_amount": 5000, "total_tax_amount": 1000,
    });
    lines.as_array_mut().unwrap().push(fee);
    order_with(json!({
        "order_amount": 25_000, "order_tax_amount": 5000, "order_lines": lines, "shipping_options": [option(5000)],
    }))
}

/// The switch, a value under which the order is refused and for what, a value under which it is accepted.
type Row = (&'static str, Value, (&'static str, &'static str), &'static str);

async fn check(rows: impl IntoIterator<Item = Row>) {
    for (name, order, (strict, path), lenient) in rows {
        let emulator = emulator();
        assert_eq!(set(&emulator, name, strict).await.status, 200, "{name}");
        let told = messages(&emulator, &order).await;
        assert!(told.contains(&format!("Bad value: {path}")), "{name}: {told:?}");
        assert_eq!(set(&emulator, name, lenient).await.status, 200, "{name}");
        assert_eq!(messages(&emulator, &order).await, Vec::<String>::new(), "{name}");
    }
}

#[tokio::test]
async fn each_switch_of_the_sums_decides_about_an_order() {
    let three = line_with(json!({ "quantity": 3, "total_amount": 30_003, "total_tax_amount": 6001 }));
    check([
        (
            "line_total",
            order_with(json!({ "order_lines": three, "order_amount": 30_003, "order_tax_amount": 6001 })),
            ("exact", "order_lines[0].total_amount"),
            "within_quantity",
        ),
        (
            "order_amount",
            order_with(json!({ "order_amount": 9999 })),
            ("exact", "order_amount"),
            "unchecked",
        ),
        (
            "order_tax_amount",
            order_with(json!({ "order_tax_amount": 2001 })),
            ("exact", "order_tax_amount"),
            "within_lines",
        ),
        (
            "order_tax_amount",
            order_with(json!({ "order_tax_amount": 2002 })),
            ("within_lines", "order_tax_amount"),
            "unchecked",
        ),
        (
            "shipping_fee_beside_options",
            with_fee_and_options(),
            ("refused", "order_lines[1].type"),
            "charged",
        ),
    ])
    .await;
}

#[tokio::test]
async fn each_switch_of_the_members_decides_about_an_order() {
    let long = "x".repeat(65);
    check([
        (
            "unknown_members",
            order_with(json!({ "options": { "color_bottun": "#123456" } })),
            ("refused", "options.color_bottun"),
            "ignored",
        ),
        (
            "null_members",
            order_with(json!({ "options": null, "billing_address": { "email": null } })),
            ("refused", "options"),
            "ignored",
        ),
        (
            "read_only_members",
            order_with(json!({ "status": "checkout_complete" })),
            ("refused", "status"),
            "ignored",
        ),
        (
            "merchant_urls",
            without_urls(),
            ("required", "merchant_urls"),
            "optional",
        ),
        (
            "distinct_urls",
            with_url("terms", "https://shop.example/checkout"),
            ("all", "merchant_urls.checkout"),
            "push",
        ),
        (
            "callback_scheme",
            with_url("validation", "http://localhost/v"),
            ("https", "merchant_urls.validation (must be a valid https URI)"),
            "https_except_loopback",
        ),
        (
            "callback_scheme",
            with_url("address_update", "http://shop.example/v"),
            (
                "https_except_loopback",
                "merchant_urls.address_update (must be a valid https URI)",
            ),
            "any",
        ),
        (
            "line_reference",
            order_with(json!({ "order_lines": line_with(json!({ "reference": long })) })),
            ("short", "order_lines[0].reference"),
            "long",
        ),
        (
            "currency",
            order_with(json!({ "purchase_currency": "EUR" })),
            ("of_country", "purchase_currency"),
            "any",
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_chosen_way_to_ship_is_a_line_or_is_only_in_the_amounts() {
    for (value, lines) in [("fee_line", 2), ("amounts_only", 1)] {
        let emulator = emulator();
        set(&emulator, "chosen_shipping", value).await;
        let id = create(
            &emulator,
            order_with(json!({ "shipping_options": [option(5000)] })),
        )
        .await;
        let choose = format!("/_emulator/orders/{id}/shipping-option");
        let chosen = call(&emulator, "POST", &choose, Some(json!({ "id": "post" }))).await;
        assert_eq!(chosen.status, 200, "{}", chosen.text);
        let path = format!("/checkout/v3/orders/{id}");
        let totals = |order: &Value| {
            let lines = order["order_lines"].as_array().unwrap().len();
            (
                order["order_amount"].clone(),
                order["order_tax_amount"].clone(),
                lines,
            )
        };
        let read = call(&emulator, "GET", &path, None).await.json();
        assert_eq!(totals(&read), (json!(15_000), json!(3000), lines), "{value}");
        // An update without amounts, one with the amounts as they were read, and one with new prices.
        let echo = json!({
            "order_amount": read["order_amount"], "order_tax_amount": read["order_tax_amount"],
            "order_lines": read["order_lines"],
        });
        for (body, amount) in [
            (json!({ "merchant_reference1": "1" }), 15_000),
            (echo, 15_000),
            (crate::support::two_shoes(), 25_000),
            (json!({ "shipping_options": [option(100)] }), 20_100),
        ] {
            let updated = call(&emulator, "POST", &path, Some(body.clone())).await;
            assert_eq!(updated.status, 200, "{value} {body} {}", updated.text);
            assert_eq!(updated.json()["order_amount"], amount, "{value} {body}");
        }
        let dropped = call(&emulator, "POST", &path, Some(json!({ "shipping_options": [] })))
            .await
            .json();
        assert_eq!(totals(&dropped), (json!(20_000), json!(4000), 1), "{value}");
    }
}

#[tokio::test]
async fn countries_are_answered_in_the_chosen_case() {
    for (value, expected) in [
        ("as_sent", ["se", "No"]),
        ("upper", ["SE", "NO"]),
        ("lower", ["se", "no"]),
    ] {
        let emulator = emulator();
        set(&emulator, "country_case", value).await;
        let order = order_with(json!({ "purchase_country": "se", "billing_address": { "country": "No" } }));
        let answer = call(&emulator, "POST", "/checkout/v3/orders", Some(order))
            .await
            .json();
        let found = [&answer["purchase_country"], &answer["billing_address"]["country"]];
        assert_eq!(found, [expected[0], expected[1]]);
        assert_eq!(answer["shipping_address"]["country"], expected[1]);
    }
}

#[tokio::test]
async fn bodies_of_401_and_404_are_what_was_chosen() {
    let emulator = emulator();
    for (name, value, headers, member) in [
        ("unauthorized_body", "empty", [].as_slice(), None),
        ("unauthorized_body", "error", &[], Some("error_code")),
        ("unauthorized_body", "gateway", &[], Some("http_status_code")),
        ("gone_body", "empty", &[("authorization", "Basic x")], None),
        (
            "gone_body",
            "error",
            &[("authorization", "Basic x")],
            Some("error_messages"),
        ),
    ] {
        set(&emulator, name, value).await;
        let answer = call_with(&emulator, "GET", "/checkout/v3/orders/none", headers, None).await;
        assert_eq!(answer.status, if headers.is_empty() { 401 } else { 404 });
        match member {
            Some(member) => assert!(answer.json().get(member).is_some(), "{}", answer.text),
            None => assert_eq!(answer.text, ""),
        }
    }
}

#[tokio::test]
async fn an_aborted_order_is_read_only_or_gone() {
    for (value, read, written) in [("read_only", 200, 403), ("gone", 404, 404)] {
        let emulator = emulator();
        set(&emulator, "aborted_order", value).await;
        let id = create(&emulator, order()).await;
        let path = format!("/checkout/v3/orders/{id}");
        let abort = format!("{path}/abort");
        assert_eq!(call(&emulator, "POST", &abort, None).await.status, 200);
        assert_eq!(call(&emulator, "GET", &path, None).await.status, read);
        assert_eq!(
            call(&emulator, "POST", &path, Some(json!({}))).await.status,
            written
        );
        assert_eq!(call(&emulator, "POST", &abort, None).await.status, written);
    }
}

#[tokio::test]
async fn an_answer_that_is_none_approves_or_refuses() {
    let address = serve(Router::new().fallback(post(|| async { StatusCode::BAD_GATEWAY }))).await;
    for (value, url, status) in [
        ("as_none", address.as_str(), 200),
        ("as_refusal", &address, 409),
        // Nobody answers there, which is no answer under either.
        ("as_refusal", "http://127.0.0.1:1", 200),
    ] {
        let emulator = emulator();
        set(&emulator, "unusable_approval", value).await;
        let id = create(&emulator, with_url("validation", url)).await;
        assert_eq!(
            pay(&emulator, &id, json!({})).await.status,
            status,
            "{value} {url}"
        );
    }
}

#[tokio::test]
async fn rules_are_read_and_changed_by_name_and_outlive_a_reset() {
    let emulator = emulator();
    let before = call(&emulator, "GET", "/_emulator/rules", None).await.json();
    assert_eq!(before["line_total"], "exact");
    assert_eq!(before["first_push_after_ms"], 120_000);
    let wanted = json!({ "line_total": "within_quantity", "first_push_after_ms": 5000 });
    let changed = call(&emulator, "PATCH", "/_emulator/rules", Some(wanted))
        .await
        .json();
    assert_eq!(changed["line_total"], "within_quantity");
    assert_eq!(changed["currency"], before["currency"]);
    for bad in [
        json!({ "currency": "any", "line_total": "perhaps" }),
        json!({ "line_totals": "exact" }),
        json!({ "first_push_after_ms": -1 }),
        json!({ "first_push_after_ms": null }),
    ] {
        let refused = call(&emulator, "PATCH", "/_emulator/rules", Some(bad.clone())).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]["code"]),
            (400, &json!("BAD_RULE")),
            "{bad}"
        );
    }
    call(&emulator, "POST", "/_emulator/reset", None).await;
    assert_eq!(
        call(&emulator, "GET", "/_emulator/rules", None).await.json(),
        changed
    );
    let id = bought(&emulator).await;
    let details = call(&emulator, "GET", &format!("/_emulator/orders/{id}"), None)
        .await
        .json();
    assert_eq!(details["next_push_at"], "2026-11-23T08:00:05Z");
}
