//! What `kassa dev` serves beside the API: the playground's pages, and what those need to know of this machine.
//!
//! None of it is there under `kassa serve`, and none of it is in the OpenAPI document.

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

pub fn router(pages: Pages) -> Router {
    let told = move || async move { ([(CACHE_CONTROL, "no-store")], Json(pages)).into_response() };
    playground::router().route("/_kassa/dev", get(told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    #[tokio::test]
    async fn the_pages_are_told_where_the_emulator_is() {
        let pages = Pages {
            emulator: "http://127.0.0.1:3301".to_owned(),
        };
        let request = Request::get("/_kassa/dev").body(Body::empty()).unwrap();
        let answer = router(pages).oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
        let body = to_bytes(answer.into_body(), 1000).await.unwrap();
        assert_eq!(body, r#"{"emulator":"http://127.0.0.1:3301"}"#);
    }
}
