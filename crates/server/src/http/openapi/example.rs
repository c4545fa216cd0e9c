//! Adds to each operation the requests and answers of `examples.json`.
//!
//! They are real: a test makes these requests of a demo shop and compares what it is answered. So nobody writes that file
//! by hand; the test does when it is told to.

use super::operations;
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, OpenApi, RefOr};

/// A request and what it was answered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    operation_id: String,
    /// What it is an example of. Request and answer have the same name.
    name: String,
    /// Left out where the operation takes no body.
    request: Option<Value>,
    status: u16,
    answer: Value,
}

pub(super) fn add_to(document: &mut OpenApi) {
    let exchanges: Vec<Exchange> =
        serde_json::from_str(include_str!("examples.json")).expect("a test has written the file");
    for operation in operations(document) {
        let id = operation.operation_id.clone();
        let of_operation = exchanges
            .iter()
            .filter(|exchange| id.as_ref() == Some(&exchange.operation_id));
        for exchange in of_operation {
            add_to_operation(operation, exchange);
        }
    }
}

fn add_to_operation(operation: &mut Operation, exchange: &Exchange) {
    if let (Some(RefOr::T(body)), Some(request)) = (&mut operation.request_body, &exchange.request) {
        for content in body.content.values_mut() {
            add_to_content(content, &exchange.name, request);
        }
    }
    let status = exchange.status.to_string();
    if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(&status) {
        for content in response.content.values_mut() {
            add_to_content(content, &exchange.name, &exchange.answer);
        }
    }
}

/// Tools that try every example are spared trying one twice.
fn add_to_content(content: &mut RefOr<Content>, name: &str, value: &Value) {
    let RefOr::T(content) = content else { return };
    let is_known = content.examples.values().any(|other| is_same(other, value));
    if !is_known {
        let example = RefOr::T(named(name, value.clone()));
        content.examples.insert(key(name), example);
    }
}

fn is_same(example: &RefOr<Example>, value: &Value) -> bool {
    matches!(example, RefOr::T(example) if example.value.as_ref() == Some(value))
}

/// Keys are for programs: words of letters and digits, joined by underscores.
fn key(name: &str) -> String {
    let words = name.split(|character: char| !character.is_ascii_alphanumeric());
    let words: Vec<_> = words
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    words.join("_")
}

pub(super) fn named(summary: &str, value: Value) -> Example {
    ExampleBuilder::new().summary(summary).value(Some(value)).build()
}
