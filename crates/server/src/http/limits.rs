//! How often one address may do what costs us storage.

use super::error::ApiError;
use crate::app::App;
use axum::http::request::Parts;

/// Opening carts is free for a shopper and not for us.
pub(super) fn creation(app: &App, parts: &Parts) -> Result<(), ApiError> {
    let _ = (app, parts);
    Ok(())
}
