//! What the API answered, and short ways to look into it.

use axum::http::{HeaderMap, StatusCode};
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error} in the answer {} {:?}", self.status, self.text))
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Status and code of a failure, which both shapes must agree on.
    #[track_caller]
    pub(crate) fn failure(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["errors"][0], body["error"], "{}", self.text);
        let content_type = self.header("content-type").unwrap_or_default();
        assert!(content_type.starts_with("application/json"), "{content_type}");
        let code = body["error"]["code"].as_str();
        (
            self.status.as_u16(),
            code.unwrap_or_else(|| panic!("no code in {}", self.text))
                .to_owned(),
        )
    }
}

impl Answer {
    /// The code of a refusal by the emulator's control routes.
    pub(crate) fn control_code(&self) -> String {
        self.json()["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

/// What holds of every answer: JSON that nobody stores, guesses the type of, or passes the address of on.
#[track_caller]
pub(crate) fn assert_headers(answer: &Answer) {
    for (name, value) in [
        ("content-type", "application/json; charset=utf-8"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name} of {}", answer.text);
    }
    let vary = answer.header("vary").unwrap_or_default();
    assert!(
        vary.contains("origin"),
        "answers differ by origin, vary is {vary:?}"
    );
}

/// The hashes of a rendered cart: what Kustom should hold, what it holds.
pub(crate) fn hashes(cart: &Value) -> (Option<&str>, Option<&str>) {
    (
        cart["fields"]["kustomPendingHash"].as_str(),
        cart["fields"]["kustomSyncHash"].as_str(),
    )
}

/// Whether a storefront would hold its iframe suspended.
pub(crate) fn is_syncing(cart: &Value) -> bool {
    let (pending, synced) = hashes(cart);
    pending.is_some() && pending != synced
}
