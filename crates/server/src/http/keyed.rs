//! Requests that bear a key, and answers that can be kept under one.

use super::body;
use super::error::ApiError;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use kassa_commerce::answer::{Answer, Fingerprint, IdempotencyKey, InvalidKey, KeyedRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// The second one is what some clients call it.
const HEADERS: [&str; 2] = ["idempotency-key", "x-idempotency-key"];

/// A body as [`body::StrictJson`] reads it, and the request's key if it has one.
pub(super) struct KeyedJson<T> {
    pub(super) body: T,
    pub(super) key: Option<KeyedRequest>,
}

/// The key of a request whose body says nothing.
pub(super) struct Keyed(pub(super) Option<KeyedRequest>);

/// An answer that is the same whether it was just made or kept.
pub(super) struct Rendered(pub(super) Answer);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for KeyedJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let key = key(request.headers())?;
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let bytes = body::read_json(request, state).await?;
        Ok(Self {
            body: body::parse(&bytes)?,
            key: key.map(|key| keyed(key, &method, &uri, &bytes)),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Keyed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let key = key(&parts.headers)?;
        Ok(Self(key.map(|key| keyed(key, &parts.method, &parts.uri, b""))))
    }
}

/// Whoever sends both headers, or one of them twice, must mean one key.
fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, ApiError> {
    let mut values = HEADERS.iter().flat_map(|name| headers.get_all(*name));
    let Some(first) = values.next() else {
        return Ok(None);
    };
    if values.any(|other| other != first) {
        return Err(InvalidKey.into());
    }
    let text = first.to_str().map_err(|_| InvalidKey)?;
    Ok(Some(IdempotencyKey::parse(text)?))
}

/// The path names the cart and, for some routes, more. It holds no NUL, so no two requests have the same bytes.
fn keyed(key: IdempotencyKey, method: &Method, uri: &Uri, body: &[u8]) -> KeyedRequest {
    let mut digest = Sha256::new();
    for part in [method.as_str(), " ", uri.path(), "\0"] {
        digest.update(part);
    }
    digest.update(body);
    KeyedRequest {
        key,
        fingerprint: Fingerprint(digest.finalize().into()),
    }
}

/// What a success is answered.
pub(super) fn rendered(view: &impl Serialize) -> Answer {
    Answer {
        status: StatusCode::OK.as_u16(),
        body: serde_json::to_vec(view).expect("every map in a view has texts for keys"),
    }
}

impl IntoResponse for Rendered {
    fn into_response(self) -> Response {
        let Ok(status) = StatusCode::from_u16(self.0.status) else {
            return ApiError::internal("a kept answer has no status of HTTP").into_response();
        };
        let json = HeaderValue::from_static("application/json");
        (status, [(CONTENT_TYPE, json)], self.0.body).into_response()
    }
}
