//! A finished HTTP answer, and how far it can be trusted.

use super::observer::Told;
use bytes::Bytes;
use kustom_api::Failure;
use serde::de::DeserializeOwned;

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) retry_after: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn told(&self) -> Told<'_> {
        let headers = [
            ("location", self.location.as_deref()),
            ("retry-after", self.retry_after.as_deref()),
        ];
        Told::Answer {
            status: self.status,
            headers: headers
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
            body: &self.body,
        }
    }

    /// Any other success is not in Kustom's documentation, so nobody knows what was done.
    pub(super) fn expect_status(self, expected: u16) -> Result<Self, Failure> {
        if self.status == expected {
            return Ok(self);
        }
        Err(Failure::from_answer(
            self.status,
            self.retry_after.as_deref(),
            &self.body,
        ))
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // The error's own text quotes the body, and a body holds names and addresses.
            let (kind, line, column) = (error.classify(), error.line(), error.column());
            self.distrust(&format!("unreadable body: {kind:?} at {line}:{column}"))
        })
    }

    /// The call was answered with success, but not with what success looks like.
    pub(super) fn distrust(&self, reason: &str) -> Failure {
        Failure::Ambiguous {
            status: Some(self.status),
            reason: reason.to_owned(),
        }
    }
}
