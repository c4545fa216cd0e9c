//! Reading request bodies strictly: one JSON object, known members, each once, not too deep.

use super::MAX_BODY_BYTES;
use super::error::{ApiError, invalid_quantity};
use super::json::Object;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use kassa_commerce::command::Quantity;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Deeper JSON has no use here and costs stack.
const MAX_DEPTH: usize = 16;

/// The body as `T`, which derives `deny_unknown_fields`.
pub(super) struct StrictJson<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for StrictJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = read_json(request, state).await?;
        parse(&bytes).map(Self)
    }
}

/// Reads a bounded body that claims to be JSON. [`parse`] tells whether it is.
pub(super) async fn read_json<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, ApiError> {
    let is_json = request.headers().get(CONTENT_TYPE).is_some_and(|value| {
        let essence = value
            .to_str()
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/json")
    });
    let bytes = read(request, state, MAX_BODY_BYTES).await?;
    if !is_json && !bytes.is_empty() {
        return Err(not_claimed_json());
    }
    Ok(bytes)
}

/// Reads a bounded body of any kind.
pub(super) async fn read<S: Send + Sync>(
    request: Request,
    state: &S,
    max_bytes: usize,
) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection {
            BytesRejection::FailedToBufferBody(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                too_large(max_bytes)
            }
            _ => unreadable(),
        })
}

pub(super) fn not_claimed_json() -> ApiError {
    ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "UNSUPPORTED_MEDIA_TYPE",
        "The body must be application/json.",
    )
}

pub(super) fn too_large(max_bytes: usize) -> ApiError {
    let message = format!("The body exceeds {max_bytes} bytes.");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message)
}

pub(super) fn unreadable() -> ApiError {
    invalid("The body could not be read.")
}

pub(super) fn not_json(line: usize, column: usize) -> ApiError {
    invalid(format!("The body is not JSON: line {line}, column {column}."))
}

pub(super) fn unknown_member(member: &str) -> ApiError {
    ApiError::bad_request("UNKNOWN_FIELD", format!("`{member}` is not accepted here."))
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|_| invalid("The body is not UTF-8."))?;
    check_text(text)?;
    match serde_json::from_str(text) {
        Ok(Object(body)) => Ok(body),
        Err(error) => Err(explain::<T>(text, &error)),
    }
}

/// Says what is wrong in the reader's words. The texts of serde that are read here are pinned by tests.
fn explain<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> ApiError {
    let said = error.to_string();
    if let Some(member) = quoted_after(&said, "unknown field ") {
        return unknown_member(member);
    }
    if let Some(member) = quoted_after(&said, "duplicate field ") {
        return invalid(format!("`{member}` is there twice."));
    }
    if let Some(member) = quoted_after(&said, "missing field ") {
        return invalid(format!("`{member}` is missing."));
    }
    if error.is_syntax() || error.is_eof() {
        return not_a_number::<T>(text).unwrap_or_else(|| not_json(error.line(), error.column()));
    }
    invalid(format!(
        "The body has a wrong value: line {}, column {}.",
        error.line(),
        error.column()
    ))
}

/// `NaN` is not JSON, but hand-made clients write it. A number that is not one deserves the number's own error.
fn not_a_number<T: DeserializeOwned>(text: &str) -> Option<ApiError> {
    let corrected = text.replace("NaN", "null");
    let quantity_is_wrong = corrected != text
        && corrected.contains("\"quantity\"")
        && serde_json::from_str::<T>(&corrected).is_ok();
    quantity_is_wrong.then(invalid_quantity)
}

/// The name that serde quotes. Only the beginning is serde's own; further on its text may quote a value.
fn quoted_after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)?.strip_prefix('`')?.split('`').next()
}

fn invalid(message: impl Into<std::borrow::Cow<'static, str>>) -> ApiError {
    ApiError::bad_request("INVALID_MESSAGE_BODY", message)
}

/// Reads brackets and escapes, before anything is built from them.
fn check_text(text: &str) -> Result<(), ApiError> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            // No text of PostgreSQL holds a NUL, and what is written in C ends there.
            b'u' if escaped && text[place..].starts_with("u0000") => {
                return Err(invalid(format!("There is a NUL at byte {place}.")));
            }
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => (),
        }
        if depth > MAX_DEPTH {
            return Err(invalid(format!(
                "The body is nested deeper than {MAX_DEPTH} levels."
            )));
        }
    }
    Ok(())
}

/// A quantity as it was written: `2`, but not `"2"`, `2.0`, `1e3` or anything else.
pub(super) fn quantity(written: &RawValue) -> Result<Quantity, ApiError> {
    written
        .get()
        .parse()
        .ok()
        .and_then(Quantity::new)
        .ok_or_else(invalid_quantity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Body {
        #[expect(dead_code, reason = "read by serde only")]
        product_number: String,
        quantity: Box<RawValue>,
    }

    async fn answer(bytes: &[u8]) -> String {
        let error = match parse::<Body>(bytes) {
            Ok(body) => match quantity(&body.quantity) {
                Ok(quantity) => return format!("{quantity:?}"),
                Err(error) => error,
            },
            Err(error) => error,
        };
        let body = axum::body::to_bytes(error.into_response().into_body(), 4096)
            .await
            .unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        format!(
            "{} {}",
            body["error"]["code"].as_str().unwrap(),
            body["error"]["message"].as_str().unwrap()
        )
    }

    #[tokio::test]
    async fn quantities_are_whole_numbers_as_written() {
        assert_eq!(
            answer(br#"{"productNumber":"A","quantity":9999}"#).await,
            "Quantity(9999)"
        );
        let huge = "9007199254740993";
        for written in [
            "0", "-1", "1.5", "\"2\"", "null", "NaN", "1e400", huge, "10000", "[1]", "1.0", "true",
        ] {
            let body = format!(r#"{{"productNumber":"A","quantity":{written}}}"#);
            assert_eq!(
                answer(body.as_bytes()).await,
                "INVALID_QUANTITY `quantity` must be a whole number from 1 to 9999.",
                "{written}"
            );
        }
    }

    #[tokio::test]
    async fn every_other_mistake_is_named() {
        let deep = format!("{}{}", "[".repeat(17), "]".repeat(17));
        let rows: &[(&[u8], &str)] = &[
            (
                b"",
                "INVALID_MESSAGE_BODY The body is not JSON: line 1, column 0.",
            ),
            (
                b"nonsense",
                "INVALID_MESSAGE_BODY The body is not JSON: line 1, column 2.",
            ),
            (
                b"[]",
                "INVALID_MESSAGE_BODY The body has a wrong value: line 1, column 0.",
            ),
            (b"\xff\xfe", "INVALID_MESSAGE_BODY The body is not UTF-8."),
            (
                br#"["A",1]"#,
                "INVALID_MESSAGE_BODY The body has a wrong value: line 1, column 0.",
            ),
            (
                br#"{"quantity":1}"#,
                "INVALID_MESSAGE_BODY `productNumber` is missing.",
            ),
            (
                br#"{"productNumber":7,"quantity":1}"#,
                "INVALID_MESSAGE_BODY The body has a wrong value: line 1, column 18.",
            ),
            (
                br#"{"productNumber":"A","productNumber":"B","quantity":1}"#,
                "INVALID_MESSAGE_BODY `productNumber` is there twice.",
            ),
            (
                br#"{"productNumber":"A","quantity":1,"price":1}"#,
                "UNKNOWN_FIELD `price` is not accepted here.",
            ),
            (
                br#"{"productNumber":"A\\\u0000","quantity":1}"#,
                "INVALID_MESSAGE_BODY There is a NUL at byte 22.",
            ),
            (br#"{"productNumber":"A\\u0000","quantity":1}"#, "Quantity(1)"),
            (
                deep.as_bytes(),
                "INVALID_MESSAGE_BODY The body is nested deeper than 16 levels.",
            ),
        ];
        for (bytes, said) in rows {
            assert_eq!(answer(bytes).await, *said);
        }
    }
}
