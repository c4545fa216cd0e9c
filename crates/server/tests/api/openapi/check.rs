//! Whether an answer is one that the document names.

use super::operations;
use crate::answer::Answer;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

#[track_caller]
pub(super) fn check(document: &Value, operation_id: &str, answer: &Answer) {
    let (_, _, operation) = operations(document)
        .find(|(_, _, it)| it["operationId"] == operation_id)
        .unwrap();
    let status = answer.status.as_str();
    let response = &operation["responses"][status];
    assert!(
        response.is_object(),
        "{operation_id}: {status} is not documented: {}",
        answer.text
    );
    check_value(
        document,
        &response["content"]["application/json"]["schema"],
        &answer.json(),
        operation_id,
    );
    if answer.status.as_u16() >= 400 {
        let code = answer.failure().1;
        assert!(
            response["x-codes"].as_array().unwrap().contains(&json!(code)),
            "{operation_id}: {status} {code}"
        );
    }
}

/// Types, members and words; the rest of what a schema can say is left to tools that read all of it.
#[track_caller]
fn check_value(document: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).unwrap();
        return check_value(document, schema, value, at);
    }
    let fits = match schema["type"].as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_u64(),
        Some("number") => value.is_number(),
        _ => schema["allOf"].is_array(),
    };
    assert!(fits, "{at}: {value} is not of {schema}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value}");
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        check_value(document, &schema["items"], item, &format!("{at}[{index}]"));
    }
    let Some(members) = value.as_object() else { return };
    let (known, required) = members_of(document, schema);
    for name in required {
        assert!(members.contains_key(&name), "{at}: {name} is missing");
    }
    for (name, member) in members {
        match known.get(name) {
            Some(schema) => check_value(document, schema, member, &format!("{at}.{name}")),
            None => assert!(
                schema.get("additionalProperties").is_some(),
                "{at}: {name} is not documented"
            ),
        }
    }
}

/// The members that a schema knows, and the names of those that are always there.
fn members_of(document: &Value, schema: &Value) -> (Map<String, Value>, BTreeSet<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return members_of(
            document,
            document.pointer(reference.trim_start_matches('#')).unwrap(),
        );
    }
    let mut known = schema["properties"].as_object().cloned().unwrap_or_default();
    let required = schema["required"].as_array().into_iter().flatten();
    let mut required: BTreeSet<_> = required.map(|name| name.as_str().unwrap().to_owned()).collect();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        let (more, more_required) = members_of(document, part);
        known.extend(more);
        required.extend(more_required);
    }
    (known, required)
}
