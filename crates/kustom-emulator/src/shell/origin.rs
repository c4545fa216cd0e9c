//! Which web pages may steer the emulator.
//!
//! The control routes need no credentials, and a page anywhere on the web can make a developer's browser send simple
//! requests to the developer's own machine. A browser says for which page it asks, so pages of strangers are refused. Pages
//! of this machine, on any port, are the developer's own, and those of the origins that the settings name are known; both may
//! also read the answers. The iframe's routes are for the shop's pages, wherever they are, and are not guarded by this.

use super::Emulator;
use super::host::Asked;
use crate::message::Response as Answer;
use crate::validation::is_loopback;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};
use url::{Origin, Url};

/// Lets pages of this machine and of the allowed origins read what the control routes answer.
pub(super) fn known_pages(emulator: Emulator) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(move |origin, _| {
            emulator.knows_page_of(origin)
        }))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
}

/// Programs send no `Origin`, and a page that hides its own sends `null`.
pub(super) async fn refuse_strangers(
    State(emulator): State<Emulator>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(origin) = request.headers().get(header::ORIGIN)
        && !emulator.knows_page_of(origin)
        && !is_our_own(origin, &request)
    {
        let message = "pages of other origins may not steer the emulator; those of localhost may, and those of \
                       `kassa emulator --allow-origin URL`";
        return Answer::problem(StatusCode::FORBIDDEN, "FOREIGN_ORIGIN", message).into_response();
    }
    next.run(request).await
}

impl Emulator {
    fn knows_page_of(&self, origin: &HeaderValue) -> bool {
        read(origin)
            .is_some_and(|url| is_loopback(&url) || self.inner.allowed_origins.contains(&url.origin()))
    }
}

/// An origin as browsers name it. `None` for whatever is none, or more than one: an address with a path.
pub fn read_origin(text: &str) -> Option<Origin> {
    let url = Url::parse(text).ok()?;
    let origin = url.origin();
    let is_origin = matches!(url.scheme(), "http" | "https")
        && url.as_str() == format!("{}/", origin.ascii_serialization());
    is_origin.then_some(origin)
}

/// The inspector under the name by which the emulator was reached. The scheme is left out: a proxy may have ended TLS.
fn is_our_own(origin: &HeaderValue, request: &Request) -> bool {
    let Some(origin) = read(origin) else { return false };
    let Some(Asked { host, port }) = Asked::of(request) else {
        return false;
    };
    origin.host_str() == Some(host.to_ascii_lowercase().as_str())
        && origin.port() == port.filter(|port| !is_usual(*port))
}

/// Browsers leave out the port that goes without saying, and so does [`Url`].
fn is_usual(port: u16) -> bool {
    matches!(port, 80 | 443)
}

fn read(origin: &HeaderValue) -> Option<Url> {
    Url::parse(origin.to_str().ok()?).ok()
}
