//! Refusals of control routes that come from axum and not from us.
//!
//! A wrong method, a body that is too long and a path that is no text are refused before our handlers, with a sentence or
//! with nothing. Whoever reads our errors reads these, too.

use crate::message::Response as Answer;
use axum::body::to_bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Longer than any sentence of axum's.
const LONGEST_SENTENCE: usize = 1000;

/// Keeps the status and the headers, such as `Allow`.
pub(super) async fn as_problem(response: Response) -> Response {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) || is_json(&response) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let sentence = to_bytes(body, LONGEST_SENTENCE).await.unwrap_or_default();
    let sentence = match String::from_utf8_lossy(&sentence).trim() {
        "" => status
            .canonical_reason()
            .unwrap_or("refused")
            .to_ascii_lowercase(),
        said => said.to_owned(),
    };
    let problem = Answer::problem(status, code(status), &sentence).into_response();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.remove(header::CONTENT_TYPE);
    (parts.headers, problem).into_response()
}

fn is_json(response: &Response) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    media_type
        .map(HeaderValue::as_bytes)
        .is_some_and(|media_type| media_type.starts_with(b"application/json"))
}

fn code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::METHOD_NOT_ALLOWED => "METHOD_NOT_ALLOWED",
        StatusCode::PAYLOAD_TOO_LARGE => "BODY_TOO_LARGE",
        StatusCode::NOT_FOUND => "NO_SUCH_ROUTE",
        StatusCode::BAD_REQUEST => "BAD_REQUEST",
        _ => "REFUSED",
    }
}
