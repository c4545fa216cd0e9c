//! What `kassa dev` serves beside the API: the playground's pages, and what those need to know of this machine.
//!
//! None of it is there under `kassa serve`, and none of it is in the OpenAPI document.

use crate::app::App;
use crate::http::{self, CartsBy};
use crate::playground;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;

/// What the playground's pages are told.
#[derive(Clone, Debug, Serialize)]
pub struct Pages {
    /// Where a browser reaches the emulator, without a trailing slash.
    pub emulator: String,
}

/// Whoever has a cart's id may look at its timeline here, and nobody else: a page of a stranger's site has none.
pub fn router(app: App, pages: Pages) -> Router {
    let told = move || async move { ([(CACHE_CONTROL, "no-store")], Json(pages)).into_response() };
    playground::router()
        .route("/_kassa/dev", get(told))
        .nest("/_kassa", http::timeline(app, CartsBy::Id))
}
