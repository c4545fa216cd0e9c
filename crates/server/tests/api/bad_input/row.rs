//! One row of the table, and short ways to write it.

use crate::kustom_faults::Fault;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::Value;

/// Stands in values that must not come back in an answer.
pub(super) const MARKER: &str = "e-c-h-o";

pub(super) struct Row {
    pub(super) what: String,
    pub(super) request: Request<Body>,
    pub(super) status: u16,
    pub(super) code: &'static str,
    /// A part of the message.
    pub(super) says: String,
    pub(super) headers: Vec<&'static str>,
    pub(super) fault: Option<(Method, &'static str, Fault)>,
}

impl Row {
    pub(super) fn new(
        what: impl Into<String>,
        request: Request<Body>,
        status: u16,
        code: &'static str,
        says: impl Into<String>,
    ) -> Self {
        Self {
            what: what.into(),
            request,
            status,
            code,
            says: says.into(),
            headers: Vec::new(),
            fault: None,
        }
    }

    pub(super) fn with_header(mut self, header: &'static str) -> Self {
        self.headers.push(header);
        self
    }

    pub(super) fn when(self, method: Method, path_part: &'static str, fault: Fault) -> Self {
        Self {
            fault: Some((method, path_part, fault)),
            ..self
        }
    }
}

/// The path of a cart's method.
pub(super) fn of(cart_id: &str, method: &str) -> String {
    format!("/ingress/commerce/carts/{cart_id}/{method}")
}

pub(super) fn post(path: &str, body: &Value) -> Request<Body> {
    raw_post(path, body.to_string())
}

/// Claims JSON, whatever the bytes are.
pub(super) fn raw_post(path: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    request.body(body.into()).unwrap()
}

pub(super) fn bare(method: Method, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request.body(Body::empty()).unwrap()
}
