//! The page that shows the document of the API. Its files travel inside the program: it asks no other host for anything.

use super::error::ApiError;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::{Config, SwaggerFile};

/// The page sets styles on its elements, and some of its pictures are data URLs. Scripts are files only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The names of the files stay when a new version of Kassa brings new ones.
const CACHE: &str = "public, max-age=3600";

/// The files are stored compressed, and every browser reads that.
static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // Relative to the page, so that it also works behind a proxy that adds a prefix. Without `none`, the page would
    // send the document to a validator on the internet.
    let config = Config::from("../openapi.json").validator_url("none");
    Arc::new(config.use_base_layout().display_operation_id(true))
});

#[utoipa::path(
    get, path = "/docs", operation_id = "redirectToDocs", tag = "about",
    summary = "The documentation as a page", description = "",
    responses((status = 308, description = "It is at `docs/`.")),
)]
pub(super) async fn redirect() -> impl IntoResponse {
    (StatusCode::PERMANENT_REDIRECT, [(LOCATION, "docs/")])
}

#[utoipa::path(
    get, path = "/docs/", operation_id = "showDocs", tag = "about",
    summary = "The documentation as a page", description = "",
    responses((status = 200, description = "A page for browsers.", body = String, content_type = "text/html")),
)]
pub(super) async fn page() -> Result<Response, ApiError> {
    serve("index.html")
}

#[utoipa::path(
    get, path = "/docs/{file}", operation_id = "getDocsFile", tag = "about",
    summary = "A file of the documentation page", description = "",
    params(("file" = String, Path, description = "Its name.")),
    responses((status = 200, description = "The file, compressed with gzip.", body = String, content_type = "*/*")),
)]
pub(super) async fn file(name: Result<Path<String>, PathRejection>) -> Result<Response, ApiError> {
    let Path(name) = name.map_err(|_| no_such_file())?;
    serve(&name)
}

fn serve(name: &str) -> Result<Response, ApiError> {
    let file = utoipa_swagger_ui::serve(name, Arc::clone(&CONFIG))
        .map_err(|error| ApiError::internal(&error.to_string()))?;
    file.map(answer).ok_or_else(no_such_file)
}

pub(super) fn no_such_file() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "No such file.")
}

fn answer(file: SwaggerFile<'static>) -> Response {
    let content_type = HeaderValue::from_str(&file.content_type).expect("a media type is plain text");
    let mut answer = Body::from(file.bytes.into_owned()).into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHE));
    if file.gzpipped {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    answer
}
