//! The limits of each body, by what the answer names.

use super::manage;
use crate::support::{bought, emulator};
use serde_json::{Value, json};

fn line(member: &str, value: Value) -> Value {
    let mut line = json!({ "name": "Shoe", "quantity": 1, "unit_price": 10, "total_amount": 10 });
    line[member] = value;
    line
}

fn text(length: usize) -> Value {
    json!("å".repeat(length))
}

/// Each row: the body's member and its value, and what the answer names; nothing where it is accepted.
async fn check((method, path): (&str, &str), base: Value, rows: Vec<(&str, Value, &str)>) {
    for (member, value, named) in rows {
        let emulator = emulator();
        let id = bought(&emulator).await;
        if path.starts_with("/refunds") {
            super::capture(&emulator, &id, 10_000).await;
        }
        let mut body = base.clone();
        body[member] = value;
        let answer = manage(&emulator, &id, method, path, Some(body)).await;
        if named.is_empty() {
            assert!(answer.status < 300, "{path} {member}: {}", answer.text);
            continue;
        }
        assert_eq!(answer.status, 400, "{path} {member}");
        let body = answer.json();
        assert_eq!(body["error_code"], "BAD_VALUE");
        assert_eq!(body["error_messages"], json!([format!("Bad value: {named}")]));
        assert_eq!(body["correlation_id"], answer.header("klarna-correlation-id"));
    }
}

fn lines_of(line: &Value, count: usize) -> Value {
    Value::Array(vec![line.clone(); count])
}

fn line_rows() -> Vec<(&'static str, Value, &'static str)> {
    let lines = |member: &str, value: Value| lines_of(&line(member, value), 1);
    let plain = line("name", json!("Shoe"));
    vec![
        ("order_lines", lines_of(&plain, 1000), ""),
        ("order_lines", lines_of(&plain, 1001), "order_lines"),
        ("order_lines", lines("name", text(256)), "order_lines[0].name"),
        ("order_lines", lines("name", text(255)), ""),
        ("order_lines", lines("type", json!("return_fee")), ""),
        ("order_lines", lines("type", json!("boat")), "order_lines[0].type"),
        (
            "order_lines",
            lines("quantity", json!(-1)),
            "order_lines[0].quantity",
        ),
        (
            "order_lines",
            lines("quantity", json!(1.5)),
            "order_lines[0].quantity",
        ),
        ("order_lines", lines("quantity_unit", text(10)), ""),
        (
            "order_lines",
            lines("quantity_unit", text(11)),
            "order_lines[0].quantity_unit",
        ),
        ("order_lines", lines("unit_price", json!(200_000_000)), ""),
        (
            "order_lines",
            lines("unit_price", json!(200_000_001)),
            "order_lines[0].unit_price",
        ),
        (
            "order_lines",
            lines("total_tax_amount", json!(null)),
            "order_lines[0].total_tax_amount",
        ),
        (
            "order_lines",
            lines("invented", json!(1)),
            "order_lines[0].invented",
        ),
    ]
}

#[tokio::test]
async fn captures_have_limits() {
    let mut rows = vec![
        ("captured_amount", json!(-1), "captured_amount"),
        ("captured_amount", json!(200_000_001), "captured_amount"),
        ("captured_amount", json!("1"), "captured_amount"),
        ("description", text(255), ""),
        ("description", text(256), "description"),
        ("reference", text(256), "reference"),
        ("shipping_delay", json!(-1), "shipping_delay"),
        ("shipping_info", json!([]), ""),
        ("shipping_info", json!(vec![json!({}); 501]), "shipping_info"),
        (
            "shipping_info",
            json!([{ "shipping_method": "Pigeon" }]),
            "shipping_info[0].shipping_method",
        ),
        ("shipping_info", json!([{ "tracking_uri": "a".repeat(1024) }]), ""),
        (
            "shipping_info",
            json!([{ "tracking_number": "a".repeat(101) }]),
            "shipping_info[0].tracking_number",
        ),
        ("invented", json!(1), "invented"),
    ];
    rows.extend(line_rows());
    check(("POST", "/captures"), json!({ "captured_amount": 1 }), rows).await;
}

#[tokio::test]
async fn refunds_have_limits() {
    let mut rows = vec![
        ("refunded_amount", json!(-1), "refunded_amount"),
        ("refunded_amount", json!(200_000_001), "refunded_amount"),
        ("description", text(256), "description"),
        ("reference", text(256), "reference"),
        ("reference", text(255), ""),
        ("captured_amount", json!(1), "captured_amount"),
    ];
    rows.extend(line_rows());
    check(("POST", "/refunds"), json!({ "refunded_amount": 1 }), rows).await;
}

#[tokio::test]
async fn authorizations_have_limits() {
    let mut rows = vec![
        ("order_amount", json!(200_000_000), ""),
        ("order_amount", json!(200_000_001), "order_amount"),
        ("order_amount", json!(-1), "order_amount"),
        ("description", text(256), "description"),
        ("order_tax_amount", json!(1), "order_tax_amount"),
    ];
    rows.extend(line_rows());
    check(("PATCH", "/authorization"), json!({ "order_amount": 1 }), rows).await;
}

#[tokio::test]
async fn details_have_limits() {
    let address = |member: &str, value: Value| json!({ member: value });
    check(
        ("PATCH", "/customer-details"),
        json!({}),
        vec![
            ("shipping_address", address("given_name", text(100)), ""),
            (
                "shipping_address",
                address("given_name", text(101)),
                "shipping_address.given_name",
            ),
            (
                "shipping_address",
                address("postal_code", text(11)),
                "shipping_address.postal_code",
            ),
            (
                "shipping_address",
                address("title", text(21)),
                "shipping_address.title",
            ),
            (
                "shipping_address",
                address("country", json!("SWE")),
                "shipping_address.country",
            ),
            (
                "shipping_address",
                address("care_of", text(1)),
                "shipping_address.care_of",
            ),
            ("customer", json!({}), "customer"),
        ],
    )
    .await;
    check(
        ("POST", "/shipping-info"),
        json!({}),
        vec![
            ("shipping_info", json!([]), "shipping_info"),
            ("shipping_info", json!(vec![json!({}); 500]), ""),
            ("shipping_info", json!(vec![json!({}); 501]), "shipping_info"),
        ],
    )
    .await;
}

#[tokio::test]
async fn each_required_member_is_missed_by_name() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    for (method, path, named) in [
        ("POST", "/captures", "captured_amount"),
        ("PATCH", "/authorization", "order_amount"),
        ("POST", "/shipping-info", "shipping_info"),
    ] {
        let answer = manage(&emulator, &id, method, path, Some(json!({}))).await;
        let messages = answer.json()["error_messages"].clone();
        assert_eq!(
            (answer.status, messages),
            (400, json!([format!("Bad value: {named}")])),
            "{path}"
        );
    }
}
