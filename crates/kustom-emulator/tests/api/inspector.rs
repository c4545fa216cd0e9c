//! The page at `/`: that all of it is there, and that nothing in it needs a weaker policy.

use crate::support::{bought, call, create, emulator, order, state};
use kustom_emulator::Emulator;
use serde_json::json;
use std::collections::BTreeSet;

/// Every address that follows one of these words in double quotes, relative to the folder of the file.
fn addresses(text: &str, word: &str) -> Vec<String> {
    text.split(word)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(str::to_owned)
        .collect()
}

async fn script(emulator: &Emulator, path: &str) -> String {
    let answer = call(emulator, "GET", path, None).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
    answer.text
}

#[tokio::test]
async fn every_script_that_the_page_imports_is_served() {
    let emulator = emulator();
    let mut open = vec!["/browser/inspector/main.js".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(path) = open.pop() {
        if seen.insert(path.clone()) {
            let text = script(&emulator, &path).await;
            let imported = addresses(&text, "from \"./");
            open.extend(imported.iter().map(|name| format!("/browser/inspector/{name}")));
        }
    }
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/inspector");
    let scripts = std::fs::read_dir(folder).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".js")
    });
    assert_eq!(seen.len(), scripts.count(), "a script that nobody imports");
}

#[tokio::test]
async fn the_page_loads_what_is_served_and_runs_nothing_inline() {
    let emulator = emulator();
    let page = call(&emulator, "GET", "/", None).await;
    assert_eq!(page.status, 200);
    for path in addresses(&page.text, "\"browser/") {
        let served = call(&emulator, "GET", &format!("/browser/{path}"), None).await;
        assert_eq!(served.status, 200, "{path}");
    }
    for inline in ["<style", "style=", " onclick", " onload", "javascript:"] {
        assert!(!page.text.contains(inline), "{inline}");
    }
    assert_eq!(page.text.matches("<script").count(), 1);
    assert!(page.text.contains("TEST"));
}

#[tokio::test]
async fn the_policy_lets_the_page_run_its_own_scripts_only() {
    let page = call(&emulator(), "GET", "/", None).await;
    let policies = page.headers.get_all("content-security-policy");
    assert_eq!(policies.iter().count(), 1);
    let policy = page.header("content-security-policy");
    for rule in [
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(rule), "{policy}");
    }
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn no_script_of_the_page_makes_markup_of_text() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/inspector");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for word in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
        ] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}

#[tokio::test]
async fn capture_takes_what_is_left_of_a_bought_order() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let path = format!("/_emulator/orders/{id}/capture");
    let captured = call(&emulator, "POST", &path, None).await;
    assert_eq!(captured.status, 200, "{}", captured.text);
    assert_eq!(captured.json()["management"]["captured_amount"], 10_000);
    let managed = state(&emulator, &id).managed.unwrap();
    assert_eq!(
        (managed.captured_amount, managed.remaining_authorized_amount),
        (10_000, 0)
    );
    let again = call(&emulator, "POST", &path, None).await;
    assert_eq!(
        (again.status, &again.json()["error"]["code"]),
        (409, &json!("CAPTURE_REFUSED"))
    );
    assert_eq!(state(&emulator, &id).managed.unwrap().captures.len(), 1);
}

#[tokio::test]
async fn the_details_have_the_token_that_opens_the_iframes_routes() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let details = call(&emulator, "GET", &format!("/_emulator/orders/{id}"), None).await;
    let bearer = format!("Bearer {}", details.json()["browser_token"].as_str().unwrap());
    let path = format!("/browser/orders/{id}");
    let read = crate::support::call_with(&emulator, "GET", &path, &[("authorization", &bearer)], None).await;
    assert_eq!(read.status, 200);
}
