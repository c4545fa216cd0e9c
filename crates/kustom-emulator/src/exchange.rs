//! The log of what the emulator was asked and what it answered, bounded and without credentials.

use crate::fault::FaultEffect;
use crate::message::{Request, Response};
use http::HeaderMap;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// A checkout makes about ten calls, so this covers the last fifty checkouts.
const CAPACITY: usize = 500;

/// Bodies beyond this are only measured: the log must not hold hundreds of megabytes.
const BODY_LIMIT_BYTES: usize = 64 * 1024;

/// One request with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    pub number: u64,
    pub at: Timestamp,
    /// What went wrong on purpose. It also says how much of the answer the caller has seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<FaultEffect>,
    pub request: LoggedRequest,
    /// `None` when a fault kept the request from being answered at all.
    pub response: Option<LoggedResponse>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedRequest {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

/// `reasons` says why values were refused; Kustom itself only names them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoggedResponse {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct ExchangeLog {
    entries: VecDeque<Exchange>,
    next_number: u64,
}

impl ExchangeLog {
    pub(crate) fn record(
        &mut self,
        request: &Request,
        response: Option<&Response>,
        fault: Option<FaultEffect>,
        at: Timestamp,
    ) {
        while self.entries.len() >= CAPACITY {
            self.entries.pop_front();
        }
        self.next_number += 1;
        self.entries.push_back(Exchange {
            number: self.next_number,
            at,
            fault,
            request: LoggedRequest {
                method: request.method.to_string(),
                path: request.path.clone(),
                headers: readable_headers(&request.headers),
                body: readable_body(&request.body),
            },
            response: response.map(|response| LoggedResponse {
                status: response.status.as_u16(),
                headers: readable_headers(&response.headers),
                body: readable_body(&response.body),
                reasons: response.reasons.clone(),
            }),
        });
    }

    /// The newest entries, looked for from their end: most callers have seen all but the last.
    pub(crate) fn entries_after(&self, number: u64) -> impl Iterator<Item = &Exchange> {
        let seen = self.entries.iter().rev().position(|entry| entry.number <= number);
        let first = seen.map_or(0, |new| self.entries.len() - new);
        self.entries.range(first..)
    }

    pub(crate) fn last_number(&self) -> u64 {
        self.next_number
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Exchange> {
        self.entries.iter()
    }
}

fn readable_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let value = match name.as_str() {
                "authorization" | "cookie" => "(redacted)".to_owned(),
                _ => String::from_utf8_lossy(value.as_bytes()).into_owned(),
            };
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// JSON as JSON, other text as text, nothing as null.
pub(crate) fn readable_body(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    if body.len() > BODY_LIMIT_BYTES {
        return Value::String(format!("({} bytes)", body.len()));
    }
    serde_json::from_slice(body).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(body).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{Method, StatusCode};

    fn request(body: &'static [u8]) -> Request {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Basic c2VjcmV0".parse().unwrap());
        Request {
            method: Method::POST,
            path: "/checkout/v3/orders".to_owned(),
            headers,
            body: body.into(),
            base_url: String::new(),
        }
    }

    #[test]
    fn credentials_never_reach_the_log() {
        let mut log = ExchangeLog::default();
        log.record(
            &request(b"{}"),
            Some(&Response::empty(StatusCode::OK)),
            None,
            Timestamp::UNIX_EPOCH,
        );
        let entry = serde_json::to_string(log.entries().next().unwrap()).unwrap();
        assert!(!entry.contains("c2VjcmV0"), "{entry}");
        assert!(entry.contains("(redacted)"), "{entry}");
    }

    #[test]
    fn the_log_forgets_its_oldest_entries() {
        let mut log = ExchangeLog::default();
        for _ in 0..CAPACITY + 3 {
            log.record(
                &request(b""),
                Some(&Response::empty(StatusCode::OK)),
                None,
                Timestamp::UNIX_EPOCH,
            );
        }
        let numbers: Vec<u64> = log.entries().map(|entry| entry.number).collect();
        assert_eq!(numbers.len(), CAPACITY);
        assert_eq!((numbers[0], numbers[CAPACITY - 1]), (4, 503));
    }

    #[test]
    fn bodies_are_readable_whatever_they_are() {
        assert_eq!(readable_body(b""), Value::Null);
        assert_eq!(readable_body(b"{\"a\":1}"), serde_json::json!({"a": 1}));
        assert_eq!(readable_body(b"hello"), Value::String("hello".to_owned()));
        assert_eq!(
            readable_body(&[b'x'; 70_000]),
            Value::String("(70000 bytes)".to_owned())
        );
    }
}
