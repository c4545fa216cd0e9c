//! The demo shop's pages, as the web build left them. Only `kassa dev` serves them.
//!
//! A release carries the files inside the program; a debug build reads them from disk, so that a new web build shows at
//! once.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

/// One page for every address: its script looks at the address itself.
const PAGES: [&str; 5] = ["/", "/checkout", "/confirmation", "/orders", "/terms"];

/// The name of an asset has a hash of its content, so it never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

const ASK_AGAIN: &str = "no-cache";

const NOT_BUILT: &str = "<!doctype html>
<html lang=\"en\">
  <meta charset=\"utf-8\">
  <title>Kassa playground</title>
  <p>The playground is not built. Run <code>cargo xtask dev</code>, which builds it and starts Kassa.</p>
</html>
";

#[derive(RustEmbed)]
#[folder = "../../web/playground/dist"]
#[allow_missing = true]
struct Built;

pub fn router() -> Router {
    PAGES
        .into_iter()
        .fold(Router::new(), |router, path| router.route(path, get(page)))
        .route("/assets/{*file}", get(asset))
}

async fn page() -> Response {
    let page = Built::get("index.html").map_or_else(
        || (StatusCode::SERVICE_UNAVAILABLE, Html(NOT_BUILT)).into_response(),
        |page| Html(Body::from(page.data)).into_response(),
    );
    secured(page, ASK_AGAIN)
}

async fn asset(Path(file): Path<String>) -> Response {
    let path = format!("assets/{file}");
    let climbs = file.split(['/', '\\']).any(|segment| segment == "..");
    let Some(asset) = Built::get(&path).filter(|_| !climbs) else {
        return secured(StatusCode::NOT_FOUND.into_response(), ASK_AGAIN);
    };
    let content_type = mime_guess::from_path(&path).first_or_octet_stream();
    let content_type = HeaderValue::from_str(content_type.as_ref()).expect("a media type is plain text");
    let answer = ([(CONTENT_TYPE, content_type)], Body::from(asset.data));
    secured(answer.into_response(), FOR_EVER)
}

fn secured(mut answer: Response, cache: &'static str) -> Response {
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The address of a page holds the id of a cart, which is the key to it.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{Method, Request};
    use tower::ServiceExt;

    async fn ask(method: Method, path: &str) -> Response {
        let request = Request::builder().method(method).uri(path);
        router()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap()
    }

    fn header(answer: &Response, name: &str) -> String {
        answer.headers()[name].to_str().unwrap().to_owned()
    }

    /// Whether the web build is there or not.
    #[tokio::test]
    async fn every_page_is_html_that_is_asked_for_again() {
        for path in PAGES {
            let answer = ask(Method::GET, path).await;
            assert_eq!(
                header(&answer, "content-type"),
                "text/html; charset=utf-8",
                "{path}"
            );
            assert_eq!(header(&answer, "cache-control"), "no-cache");
            assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
            assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
            let built = Built::get("index.html").is_some();
            assert_eq!(answer.status(), if built { 200 } else { 503 });
        }
    }

    #[tokio::test]
    async fn a_built_asset_is_kept_for_ever() {
        for path in Built::iter().filter(|path| path.starts_with("assets/")) {
            let answer = ask(Method::GET, &format!("/{path}")).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(header(&answer, "cache-control"), FOR_EVER);
            assert_ne!(
                header(&answer, "content-type"),
                "application/octet-stream",
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn nothing_outside_of_the_build_is_served() {
        for path in [
            "/assets/none.js",
            "/assets/../index.html",
            "/assets/..%2f..%2fpackage.json",
            "/index.html",
        ] {
            assert_eq!(ask(Method::GET, path).await.status(), 404, "{path}");
        }
    }

    #[tokio::test]
    async fn pages_are_only_read() {
        assert_eq!(ask(Method::POST, "/").await.status(), 405);
        assert_eq!(ask(Method::DELETE, "/assets/a.js").await.status(), 405);
        assert_eq!(
            ask(Method::HEAD, "/checkout").await.status(),
            ask(Method::GET, "/checkout").await.status()
        );
    }
}
