//! The page at `/`: what the emulator knows, as it happens, for a person to look at and to steer.

use super::Emulator;
use super::assets::{self, Asset};
use axum::Router;
use axum::http::{HeaderName, header};
use axum::response::IntoResponse;
use axum::routing::get;

/// Orders carry what shops and shoppers have typed. Should any of it ever become markup, it can still run nothing, load
/// nothing and send nothing away.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: Asset = assets::asset!("/", HTML, "inspector.html");

const FILES: &[Asset] = &[
    assets::asset!("/browser/inspector.css", CSS, "inspector.css"),
    assets::asset!("/browser/inspector/content.css", CSS, "inspector/content.css"),
    assets::asset!("/browser/inspector/forms.css", CSS, "inspector/forms.css"),
    assets::asset!("/browser/inspector/call.js", SCRIPT, "inspector/call.js"),
    assets::asset!(
        "/browser/inspector/callbacks.js",
        SCRIPT,
        "inspector/callbacks.js"
    ),
    assets::asset!("/browser/inspector/clock.js", SCRIPT, "inspector/clock.js"),
    assets::asset!("/browser/inspector/curl.js", SCRIPT, "inspector/curl.js"),
    assets::asset!("/browser/inspector/faults.js", SCRIPT, "inspector/faults.js"),
    assets::asset!("/browser/inspector/first.js", SCRIPT, "inspector/first.js"),
    assets::asset!("/browser/inspector/format.js", SCRIPT, "inspector/format.js"),
    assets::asset!("/browser/inspector/history.js", SCRIPT, "inspector/history.js"),
    assets::asset!("/browser/inspector/list.js", SCRIPT, "inspector/list.js"),
    assets::asset!("/browser/inspector/main.js", SCRIPT, "inspector/main.js"),
    assets::asset!("/browser/inspector/make.js", SCRIPT, "inspector/make.js"),
    assets::asset!("/browser/inspector/orders.js", SCRIPT, "inspector/orders.js"),
    assets::asset!("/browser/inspector/requests.js", SCRIPT, "inspector/requests.js"),
    assets::asset!("/browser/inspector/store.js", SCRIPT, "inspector/store.js"),
];

pub(super) fn router() -> Router<Emulator> {
    assets::routes(FILES).route("/", get(page))
}

async fn page() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("referrer-policy"), "no-referrer"),
    ];
    (headers, assets::serve(&PAGE))
}
