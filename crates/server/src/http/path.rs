//! What stands in a path: a cart's id, a field's key.

use super::error::ApiError;
use axum::RequestPartsExt;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use kassa_commerce::field::{FieldError, FieldKey};
use kassa_commerce::id::CartId;
use std::collections::HashMap;

/// The cart id of the path. Whatever is not an id in its usual form is a cart that does not exist.
pub(super) struct CartIdPath(pub(super) CartId);

impl<S: Send + Sync> FromRequestParts<S> for CartIdPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let path: Result<Path<HashMap<String, String>>, _> = parts.extract().await;
        let Path(path) = path.map_err(|rejection| unreadable_path(&rejection))?;
        let text = path.get("cart_id").ok_or_else(ApiError::no_such_cart)?;
        let hyphenated = text.len() == uuid::fmt::Hyphenated::LENGTH;
        let id = text.parse().ok().filter(|_| hyphenated);
        id.map(Self).ok_or_else(ApiError::no_such_cart)
    }
}

/// A path is refused as a whole when one of its parts is not UTF-8, and the cart may not be to blame.
fn unreadable_path(rejection: &PathRejection) -> ApiError {
    if let PathRejection::FailedToDeserializePathParams(error) = rejection
        && let ErrorKind::InvalidUtf8InPathParam { key } = error.kind()
        && key == "key"
    {
        return FieldError::Key.into();
    }
    ApiError::no_such_cart()
}

/// The field's key in the path, decoded; without one, the empty key.
pub(super) struct FieldKeyPath(pub(super) FieldKey);

impl<S: Send + Sync> FromRequestParts<S> for FieldKeyPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let path: Result<Path<HashMap<String, String>>, _> = parts.extract().await;
        let Path(path) = path.map_err(|rejection| unreadable_path(&rejection))?;
        let key = path.get("key").map_or("", String::as_str);
        Ok(Self(FieldKey::parse(key)?))
    }
}
