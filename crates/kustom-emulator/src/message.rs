//! What goes into the core and what comes out: HTTP without a connection.

use crate::rendering;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use kustom_api::ErrorBody;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Kustom's order management answers 413 to a body of more than about one megabyte.
pub(crate) const BODY_LIMIT_BYTES: usize = 1_000_000;

/// Kustom's support asks for this value; it also stands in every error body.
const CORRELATION_ID: HeaderName = HeaderName::from_static("klarna-correlation-id");

/// One request. `base_url` is the address under which the caller reached the emulator, without a slash at its end.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub base_url: String,
}

impl Request {
    /// What stands between the slashes of the path, which begins with one. A path with an empty part names nothing: guards and
    /// fault rules compare paths as they are written, so a second spelling of a path would be a way around them.
    pub(crate) fn segments(&self) -> Vec<&str> {
        let path = self.path.strip_prefix('/').unwrap_or_default();
        let segments: Vec<&str> = path.split('/').collect();
        if segments.contains(&"") {
            Vec::new()
        } else {
            segments
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// One answer, and the reasons for a refusal. Kustom names only the path of a bad value, so reasons stay off the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Response {
    #[serde(with = "http_serde::status_code")]
    pub status: StatusCode,
    #[serde(with = "http_serde::header_map")]
    pub headers: HeaderMap,
    #[serde(with = "body_as_text")]
    pub body: Bytes,
    pub reasons: Vec<String>,
}

/// Why a control or browser route does nothing. These routes are ours and not Kustom's.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn bad_body(error: &serde_json::Error) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "BAD_BODY",
            message: error.to_string(),
        }
    }
}

impl From<Problem> for Response {
    fn from(problem: Problem) -> Self {
        Self::problem(problem.status, problem.code, &problem.message)
    }
}

impl Response {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            reasons: Vec::new(),
        }
    }

    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        let mut response = Self::empty(status);
        response.body = rendering::bytes(body);
        response.set_header(header::CONTENT_TYPE, "application/json;charset=utf-8");
        response
    }

    /// An error as the checkout API and order management write it.
    pub(crate) fn refusal(
        status: StatusCode,
        code: &str,
        messages: Vec<String>,
        correlation_id: &str,
    ) -> Self {
        let body = ErrorBody {
            error_code: code.to_owned(),
            error_messages: messages,
            correlation_id: correlation_id.to_owned(),
        };
        Self::json(status, &body)
    }

    /// An error of the control and browser routes, which are ours and not Kustom's.
    pub(crate) fn problem(status: StatusCode, code: &str, message: &str) -> Self {
        Self::json(status, &json!({ "error": { "code": code, "message": message } }))
    }

    pub(crate) fn set_header(&mut self, name: HeaderName, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// An answer that is sent again keeps the id of its first time, as its body does.
    pub(crate) fn correlated(mut self, correlation_id: &str) -> Self {
        if !self.headers.contains_key(&CORRELATION_ID) {
            self.set_header(CORRELATION_ID, correlation_id);
        }
        self
    }
}

/// Bodies in a snapshot. All of the emulator's own are text; text is what a person can read there.
pub(crate) mod body_as_text {
    use bytes::Bytes;
    use serde::{Deserialize, Deserializer, Serializer, ser};

    pub(crate) fn serialize<S: Serializer>(body: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(body).map_err(ser::Error::custom)?)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        String::deserialize(deserializer).map(Bytes::from)
    }
}
