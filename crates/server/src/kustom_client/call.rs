//! One request to Kustom, before it is sent.

use super::observer::Asked;
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT,
};
use hyper::{Method, Request, Uri};
use kustom_api::IDEMPOTENCY_KEY_HEADER;
use serde::Serialize;
use uuid::Uuid;

const JSON: &str = "application/json";
const USER_AGENT_VALUE: &str = concat!("kassa/", env!("CARGO_PKG_VERSION"));

pub(super) struct Call {
    pub(super) method: Method,
    /// The path without ids, for the log.
    pub(super) route: &'static str,
    uri: Uri,
    /// As text, which is what a header and an observer need.
    key: Option<String>,
    body: Option<Bytes>,
}

impl Call {
    pub(super) fn get(route: &'static str, uri: Uri) -> Self {
        Self::new(Method::GET, route, uri)
    }

    pub(super) fn post(route: &'static str, uri: Uri) -> Self {
        Self::new(Method::POST, route, uri)
    }

    pub(super) fn patch(route: &'static str, uri: Uri) -> Self {
        Self::new(Method::PATCH, route, uri)
    }

    fn new(method: Method, route: &'static str, uri: Uri) -> Self {
        Self {
            method,
            route,
            uri,
            key: None,
            body: None,
        }
    }

    pub(super) fn with_json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("wire types have text keys and finite numbers");
        Self {
            body: Some(Bytes::from(body)),
            ..self
        }
    }

    pub(super) fn with_key(self, key: Uuid) -> Self {
        Self {
            key: Some(key.to_string()),
            ..self
        }
    }

    /// What is told of it before it is sent.
    pub(super) fn asked(&self) -> Asked<'_> {
        let key = self.key.as_deref();
        let content_type = self.body.as_ref().map(|_| JSON);
        let headers = [
            ("authorization", Some("")),
            ("accept", Some(JSON)),
            ("user-agent", Some(USER_AGENT_VALUE)),
            ("content-type", content_type),
            (IDEMPOTENCY_KEY_HEADER, key),
        ];
        Asked {
            method: &self.method,
            url: &self.uri,
            headers: headers
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?)))
                .collect(),
            body: self.body.as_deref().unwrap_or_default(),
        }
    }

    pub(super) fn into_request(self, authorization: HeaderValue) -> Request<Full<Bytes>> {
        let is_bare_post = self.method == Method::POST && self.body.is_none();
        let has_body = self.body.is_some();
        let mut request = Request::new(Full::new(self.body.unwrap_or_default()));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, authorization);
        headers.insert(ACCEPT, HeaderValue::from_static(JSON));
        headers.insert(USER_AGENT, HeaderValue::from_static(USER_AGENT_VALUE));
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
        }
        if is_bare_post {
            // Some gateways answer 411 to a POST that does not state its length.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(key) = self.key {
            let key = HeaderValue::from_str(&key).expect("a UUID is hexadecimal");
            headers.insert(HeaderName::from_static(IDEMPOTENCY_KEY_HEADER), key);
        }
        request
    }
}
