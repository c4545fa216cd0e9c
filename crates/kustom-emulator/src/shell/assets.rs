//! The files that browsers load. They are part of the program, so the emulator runs from a single file.

use super::Emulator;
use axum::Router;
use axum::http::header;
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::get;

pub(super) const HTML: &str = "text/html; charset=utf-8";
pub(super) const CSS: &str = "text/css; charset=utf-8";
pub(super) const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Merchants write names, texts and colours of what these pages show: none of it may run, or load more than a picture.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    img-src http: https: data:; base-uri 'none'; form-action 'none'";

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
    asset!("/browser/controls.css", CSS, "controls.css"),
    asset!("/browser/bank", HTML, "bank.html"),
    asset!("/browser/checkout.js", SCRIPT, "checkout.js"),
    asset!("/browser/form.js", SCRIPT, "form.js"),
    asset!("/browser/summary.js", SCRIPT, "summary.js"),
    asset!("/browser/texts.js", SCRIPT, "texts.js"),
    asset!("/browser/appearance.js", SCRIPT, "appearance.js"),
    asset!("/browser/bank.js", SCRIPT, "bank.js"),
    asset!("/browser/changes.js", SCRIPT, "changes.js"),
    asset!("/browser/choices.js", SCRIPT, "choices.js"),
    asset!("/browser/markdown.js", SCRIPT, "markdown.js"),
    asset!("/browser/order.js", SCRIPT, "order.js"),
    asset!("/browser/payment.js", SCRIPT, "payment.js"),
    asset!("/browser/receiver.js", SCRIPT, "receiver.js"),
    asset!("/browser/session.js", SCRIPT, "session.js"),
    asset!("/browser/shop.js", SCRIPT, "shop.js"),
    asset!("/browser/texts.da.js", SCRIPT, "texts.da.js"),
    asset!("/browser/texts.de.js", SCRIPT, "texts.de.js"),
    asset!("/browser/texts.en.js", SCRIPT, "texts.en.js"),
    asset!("/browser/texts.fi.js", SCRIPT, "texts.fi.js"),
    asset!("/browser/texts.nb.js", SCRIPT, "texts.nb.js"),
    asset!("/browser/texts.sv.js", SCRIPT, "texts.sv.js"),
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
    let is_in_iframe = asset.path.starts_with("/browser/");
    let policy = is_in_iframe.then_some([(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)]);
    (headers, policy.map(AppendHeaders), asset.content)
}
