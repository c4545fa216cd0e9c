//! One request to Kustom, before it is sent.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT,
};
use hyper::{Method, Request, Uri};
use kustom_api::IDEMPOTENCY_KEY_HEADER;
use serde::Serialize;
use uuid::Uuid;

const USER_AGENT_VALUE: &str = concat!("kassa/", env!("CARGO_PKG_VERSION"));

pub(super) struct Call {
    pub(super) method: Method,
    /// The path without ids, for the log.
    pub(super) route: &'static str,
    uri: Uri,
    key: Option<Uuid>,
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
            key: Some(key),
            ..self
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
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(USER_AGENT, HeaderValue::from_static(USER_AGENT_VALUE));
        if has_body {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if is_bare_post {
            // Some gateways answer 411 to a POST that does not state its length.
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        if let Some(key) = self.key {
            let key = HeaderValue::from_str(&key.to_string()).expect("a UUID is hexadecimal");
            headers.insert(HeaderName::from_static(IDEMPOTENCY_KEY_HEADER), key);
        }
        request
    }
}
