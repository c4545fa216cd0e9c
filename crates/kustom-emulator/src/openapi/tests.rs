//! The document is whole: what it names is there, and what is an amount says in which unit.

use super::*;
use std::collections::BTreeSet;

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                found.insert(reference.to_owned());
            }
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(values) => values.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_schema_is_used() {
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for name in document["components"]["schemas"].as_object().unwrap().keys() {
        assert!(
            found.contains(&format!("#/components/schemas/{name}")),
            "nobody uses {name}"
        );
    }
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let ids: Vec<Value> = route::all()
        .map(|operation| operation.described()["operationId"].clone())
        .collect();
    let distinct: BTreeSet<String> = ids.iter().map(Value::to_string).collect();
    assert_eq!(distinct.len(), ids.len());
}

/// No two tables share a name, as the second would be lost.
#[test]
fn a_name_means_one_table() {
    let sources = ["order", "management", "hosted", "recurring", "shipping"].map(|file| {
        let path = format!("{}/src/validation/{file}_shape.rs", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    });
    let mut names = BTreeSet::new();
    for source in &sources {
        for rest in source.split("Shape::new(").skip(1) {
            let name = rest.split('"').nth(1).unwrap();
            assert!(names.insert(name.to_owned()), "{name} is there twice");
        }
    }
    let document = document();
    for name in names {
        assert!(
            document["components"]["schemas"][&name].is_object(),
            "{name} is not in the document"
        );
    }
}

#[test]
fn every_amount_has_a_description_and_every_description_a_member() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut members = BTreeSet::new();
    for (name, schema) in schemas {
        for (member, schema) in schema["properties"].as_object().into_iter().flatten() {
            members.insert(member.clone());
            members.insert(format!("{name}.{member}"));
            let needs_a_unit =
                member.ends_with("_amount") || member.ends_with("price") || member == "tax_rate";
            let is_described = schema["description"]
                .as_str()
                .is_some_and(|words| !words.is_empty());
            assert!(
                is_described || !needs_a_unit,
                "{name}.{member} does not say its unit"
            );
        }
    }
    for key in description::keys() {
        assert!(members.contains(key), "no schema has a member {key}");
    }
}

/// Of the limits in the document, some that are known from the pages of the API.
#[test]
fn limits_are_those_of_the_validation() {
    let document = document();
    for (pointer, limit) in [
        ("OrderLine/properties/name/maxLength", 255),
        ("OrderLine/properties/quantity_unit/maxLength", 8),
        ("OrderLine/properties/unit_price/maximum", 100_000_000),
        ("OrderLine/properties/tax_rate/maximum", 10_000),
        ("NewOrder/properties/order_lines/maxItems", 1000),
        ("NewOrder/properties/merchant_data/maxLength", 6000),
        ("CaptureRequest/properties/captured_amount/maximum", 200_000_000),
        ("ShippingInfoUpdate/properties/shipping_info/minItems", 1),
        ("ShippingInfoUpdate/properties/shipping_info/maxItems", 500),
        ("ClockAdvance/properties/seconds/maximum", 34_560_000),
    ] {
        let found = document.pointer(&format!("/components/schemas/{pointer}"));
        assert_eq!(found, Some(&json!(limit)), "{pointer}");
    }
}
