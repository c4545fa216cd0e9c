//! The examples of the document: everywhere, valid, and what the server really says.

use super::{UPDATE, document, object, operations, script};
use crate::shop::Shop;
use serde_json::{Value, json};
use std::path::Path;

/// A redirect has no body.
const NO_BODY: &str = "redirectToDocs";

/// Where the document keeps what it refers to.
const IN_DOCUMENT: &str = "urn:openapi";

#[tokio::test]
async fn the_examples_are_what_the_demo_shop_answers() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http/openapi/examples.json");
    let exchanges = script::exchanges().await;
    let mut text = serde_json::to_string_pretty(&exchanges).unwrap();
    text.push('\n');
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    if std::env::var_os(UPDATE).is_some() && kept != text {
        std::fs::write(&file, &text).unwrap();
        panic!("the examples were written: the same command again writes the document with them");
    }
    let hint = format!("{UPDATE}=1 cargo test -p kassa --test api openapi");
    let kept: Vec<super::record::Exchange> = serde_json::from_str(&kept).unwrap();
    for (kept, exchange) in kept.iter().zip(&exchanges) {
        assert_eq!(
            kept, exchange,
            "the answers have changed; if they were meant to: {hint}"
        );
    }
    assert_eq!(
        kept.len(),
        exchanges.len(),
        "if the examples were meant to change: {hint}"
    );
}

/// Every media type of every request and answer, with where it is.
fn contents(document: &Value) -> Vec<(String, &Value)> {
    let mut all = Vec::new();
    for (_, _, operation) in operations(document) {
        let id = operation["operationId"].as_str().unwrap();
        if let Some(body) = operation.get("requestBody") {
            all.extend(media_types(&format!("{id} request"), body));
        }
        for (status, response) in object(&operation["responses"]) {
            if id != NO_BODY || status.as_str() >= "400" {
                all.extend(media_types(&format!("{id} {status}"), response));
            }
        }
    }
    all
}

fn media_types<'a>(at: &str, body: &'a Value) -> Vec<(String, &'a Value)> {
    let types = object(&body["content"]).iter();
    types
        .map(|(name, content)| (format!("{at} {name}"), content))
        .collect()
}

pub(super) fn examples<'a>(document: &'a Value, content: &'a Value) -> Vec<(&'a str, &'a Value)> {
    let named = content["examples"].as_object().into_iter().flatten();
    named
        .map(|(name, example)| match example["$ref"].as_str() {
            Some(reference) => (
                name.as_str(),
                document.pointer(reference.trim_start_matches('#')).unwrap(),
            ),
            None => (name.as_str(), example),
        })
        .collect()
}

#[tokio::test]
async fn every_request_and_every_answer_has_an_example() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let contents = contents(&document);
    assert!(contents.len() > 150, "{} are looked at", contents.len());
    for (at, content) in contents {
        let examples = examples(&document, content);
        assert!(!examples.is_empty(), "{at}: no example");
        for (name, example) in examples {
            assert!(
                example["summary"]
                    .as_str()
                    .is_some_and(|summary| !summary.is_empty()),
                "{at} {name}"
            );
        }
    }
}

#[tokio::test]
async fn every_error_code_has_an_example_of_that_code() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    for (_, _, operation) in operations(&document) {
        for (status, response) in object(&operation["responses"]) {
            let Some(codes) = response["x-codes"].as_array() else {
                continue;
            };
            let at = format!("{} {status}", operation["operationId"]);
            let examples = examples(&document, &response["content"]["application/json"]);
            let shown: Vec<_> = examples
                .iter()
                .map(|(_, example)| &example["value"]["error"]["code"])
                .collect();
            for code in codes {
                assert!(shown.contains(&code), "{at}: {code}");
            }
            assert_eq!(shown.len(), codes.len(), "{at}");
            for (name, example) in examples {
                let value = &example["value"];
                assert_eq!(value["error"]["code"], name, "{at}");
                assert_eq!(value["errors"], json!([value["error"]]), "{at}");
            }
        }
    }
}

#[tokio::test]
async fn every_example_is_valid() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    for (at, content) in contents(&document) {
        let valid = validator(&document, &content["schema"]);
        for (name, example) in examples(&document, content) {
            let problems: Vec<_> = valid
                .iter_errors(&example["value"])
                .map(|error| error.to_string())
                .collect();
            assert!(problems.is_empty(), "{at} {name}: {problems:?}");
        }
    }
}

/// A validator that has never said no proves nothing.
#[tokio::test]
async fn an_example_that_is_wrong_would_be_noticed() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let valid = validator(
        &document,
        &json!({ "$ref": "#/components/schemas/AddItemRequest" }),
    );
    assert!(valid.is_valid(&json!({ "productNumber": "BOOK-001", "quantity": 1 })));
    assert!(!valid.is_valid(&json!({ "productNumber": "BOOK-001", "quantity": 0 })));
    assert!(!valid.is_valid(&json!({ "productNumber": "BOOK-001", "quantity": 1, "price": 1 })));
    assert!(!valid.is_valid(&json!({ "quantity": 1 })));
}

/// A schema as the document means it: its references lead into the document.
fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let schema = json!({
        "$id": IN_DOCUMENT,
        "allOf": [schema],
        "components": document["components"],
    });
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}
