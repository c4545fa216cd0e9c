//! Every error that the document lists for an operation is one that the operation answers with, word for word.

use super::ask::{Ask, asks};
use super::example::examples;
use super::provoke::provoke;
use super::{document, object, operations};
use crate::shop::Shop;
use futures_util::{StreamExt, stream};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is not provoked here, for an operation or for all (`*`), and why.
#[rustfmt::skip]
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("*", "REQUEST_IN_PROGRESS", "two requests run at once: idempotency.rs"),
    ("payByDemo", "INVALID_COUPON", "another cart takes the last one in the same moment"),
    ("payByDemo", "OUT_OF_STOCK", "another cart takes the last one in the same moment"),
    // What asks no store, or answers its trouble otherwise, fails only by a bug.
    ("listCartProfiles", "INTERNAL", "asks no store"),
    ("getHealth", "INTERNAL", "asks no store"),
    ("getOpenApi", "INTERNAL", "asks no store"),
    ("redirectToDocs", "INTERNAL", "asks no store"),
    ("showDocs", "INTERNAL", "asks no store"),
    ("getDocsFile", "INTERNAL", "asks no store"),
    ("streamCartEvents", "INTERNAL", "asks the browser to come back"),
    ("confirmKustomCheckout", "INTERNAL", "answers `checkout_incomplete`"),
];

/// Shops mostly wait for disks.
const AT_ONCE: usize = 12;

/// Whose words depend on what was sent.
const IN_OTHER_WORDS: [&str; 2] = ["INVALID_COUPON", "KUSTOM_ERROR"];

fn is_elsewhere(operation_id: &str, code: &str) -> bool {
    let mut known = ELSEWHERE.iter();
    known.any(|(of, listed, _)| (*of == "*" || *of == operation_id) && *listed == code)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_error_that_is_listed_is_one_that_is_answered() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let provoked = listed(&document)
        .into_iter()
        .filter(|(ask, _, code)| !is_elsewhere(&ask.operation_id, code));
    let problems = stream::iter(provoked)
        .map(|(ask, status, code)| problem(&document, ask, status, code))
        .buffer_unordered(AT_ONCE);
    let problems: Vec<_> = problems.collect().await;
    assert!(problems.len() > 250, "{} are provoked", problems.len());
    let failed: Vec<_> = problems.into_iter().flatten().collect();
    assert!(
        failed.is_empty(),
        "{} are wrong:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

/// How the answer differs from what the document says.
async fn problem(document: &Value, ask: Ask, status: u16, code: String) -> Option<String> {
    let id = ask.operation_id.clone();
    let answer = provoke(&code, ask).await;
    let body: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let said = body["error"]["code"].as_str().unwrap_or("no error");
    if (answer.status.as_u16(), said) != (status, code.as_str()) {
        return Some(format!("{id}: {status} {code} is {} {said}", answer.status));
    }
    let is_in_other_words =
        !IN_OTHER_WORDS.contains(&code.as_str()) && body != shown(document, &id, status, &code);
    is_in_other_words.then(|| format!("{id}: {status} {code} says {}", answer.text))
}

#[tokio::test]
async fn what_is_proven_elsewhere_is_listed() {
    let shop = Shop::open().await;
    let document = document(&shop).await;
    let listed: BTreeSet<_> = listed(&document)
        .into_iter()
        .map(|(ask, _, code)| (ask.operation_id, code))
        .collect();
    for (of, code, _) in ELSEWHERE {
        let is_listed = |(id, listed): &(String, String)| (*of == "*" || of == id) && code == listed;
        assert!(listed.iter().any(is_listed), "{of} {code}");
    }
}

fn listed(document: &Value) -> Vec<(Ask, u16, String)> {
    let mut listed = Vec::new();
    for ask in asks(document) {
        let (_, _, operation) = operations(document)
            .find(|(_, _, it)| it["operationId"] == ask.operation_id)
            .unwrap();
        for (status, response) in object(&operation["responses"]) {
            for code in response["x-codes"].as_array().into_iter().flatten() {
                listed.push((
                    ask.clone(),
                    status.parse().unwrap(),
                    code.as_str().unwrap().to_owned(),
                ));
            }
        }
    }
    listed
}

fn shown(document: &Value, operation_id: &str, status: u16, code: &str) -> Value {
    let (_, _, operation) = operations(document)
        .find(|(_, _, it)| it["operationId"] == operation_id)
        .unwrap();
    let content = &operation["responses"][status.to_string()]["content"]["application/json"];
    let examples = examples(document, content);
    let (_, example) = examples.iter().find(|(name, _)| *name == code).unwrap();
    example["value"].clone()
}
