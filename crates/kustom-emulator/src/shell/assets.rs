//! The files that browsers load. They are part of the program, so the emulator runs from a single file.

use super::Emulator;
use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;

pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const CSS: &str = "text/css; charset=utf-8";
pub(super) const SCRIPT: &str = "text/javascript; charset=utf-8";

pub(super) struct Asset {
    pub(super) path: &'static str,
    pub(super) media_type: &'static str,
    pub(super) content: &'static str,
}

macro_rules! asset {
    ($path:literal, $media_type:ident, $file:literal) => {
        $crate::shell::assets::Asset {
            path: $path,
            media_type: $crate::shell::assets::$media_type,
            content: include_str!(concat!("../../assets/", $file)),
        }
    };
}

pub(super) use asset;

const ASSETS: &[Asset] = &[
    asset!("/browser/checkout", HTML, "checkout.html"),
    asset!("/browser/checkout.css", CSS, "checkout.css"),
    asset!("/browser/checkout.js", SCRIPT, "checkout.js"),
    asset!("/browser/form.js", SCRIPT, "form.js"),
    asset!("/browser/summary.js", SCRIPT, "summary.js"),
    asset!("/browser/texts.js", SCRIPT, "texts.js"),
    asset!("/browser/checkout.bootstrap.js", SCRIPT, "checkout.bootstrap.js"),
];

pub(super) fn router() -> Router<Emulator> {
    routes(ASSETS)
}

pub(super) fn routes(assets: &'static [Asset]) -> Router<Emulator> {
    assets.iter().fold(Router::new(), |router, asset| {
        router.route(asset.path, get(|| async { serve(asset) }))
    })
}

/// Not cached: a developer who updates the emulator wants the new form.
pub(super) fn serve(asset: &Asset) -> impl IntoResponse + use<> {
    let headers = [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, asset.content)
}
