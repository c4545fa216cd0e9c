//! Which web pages may steer the emulator.
//!
//! The control routes need no credentials, and a page anywhere on the web can make a developer's browser send simple
//! requests to the developer's own machine. A browser says for which page it asks, so pages of strangers are refused. Pages
//! of this machine, on any port, are the developer's own and may also read the answers. The iframe's routes are for the
//! shop's pages, wherever they are, and are not guarded by this.

use crate::message::Response as Answer;
use crate::validation::is_loopback;
use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};
use url::Url;

/// Lets pages of this machine read what the control routes answer.
pub(super) fn loopback_pages() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::predicate(|origin, _| is_of_this_machine(origin)))
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
}

/// Programs send no `Origin`, and a page that hides its own sends `null`.
pub(super) async fn refuse_strangers(request: Request, next: Next) -> Response {
    if let Some(origin) = request.headers().get(header::ORIGIN)
        && !is_of_this_machine(origin)
        && !is_our_own(origin, &request)
    {
        let message = "pages of other origins may not steer the emulator; those of localhost may";
        return Answer::problem(StatusCode::FORBIDDEN, "FOREIGN_ORIGIN", message).into_response();
    }
    next.run(request).await
}

fn is_of_this_machine(origin: &HeaderValue) -> bool {
    read(origin).is_some_and(|origin| is_loopback(&origin))
}

/// The inspector under whatever name the emulator is reached. The scheme is left out: a proxy may have ended TLS.
fn is_our_own(origin: &HeaderValue, request: &Request) -> bool {
    let Some(origin) = read(origin) else { return false };
    let host = request.uri().host().map(str::to_owned);
    let port = request.uri().port_u16();
    let asked = host
        .map(|host| (host, port))
        .or_else(|| host_of(request.headers()));
    let Some((host, port)) = asked else { return false };
    origin.host_str() == Some(host.to_ascii_lowercase().as_str())
        && origin.port() == port.filter(|port| !is_usual(*port))
}

/// Browsers leave out the port that goes without saying, and so does [`Url`].
fn is_usual(port: u16) -> bool {
    matches!(port, 80 | 443)
}

fn host_of(headers: &HeaderMap) -> Option<(String, Option<u16>)> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let authority: Authority = host.parse().ok()?;
    Some((authority.host().to_owned(), authority.port_u16()))
}

fn read(origin: &HeaderValue) -> Option<Url> {
    Url::parse(origin.to_str().ok()?).ok()
}
