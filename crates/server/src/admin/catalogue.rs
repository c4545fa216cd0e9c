//! `POST /catalogue`: an import into the shop that runs.

use super::refused;
use crate::app::App;
use crate::catalogue_file::{FileProblems, Format, MAX_FILE_BYTES};
use crate::import::{Import, ImportError};
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::{IntoResponse, Response};
use bytes::{Buf, Bytes};
use http_body_util::BodyExt;
use kassa_commerce::catalogue::Rest;
use serde::Deserialize;
use serde_json::json;
use std::ops::Range;

/// More files than that are a folder that somebody has sent.
const MAX_FILES: usize = 100;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Asked {
    /// Of the only file.
    format: Option<String>,
    /// Of several files, one after the other in the body: `toml:1234,csv:999`, with the bytes of each.
    parts: Option<String>,
    /// Removes what is not named, of the kinds that the files speak of.
    replace: bool,
}

/// Why no catalogue could be taken from the request.
enum BadRequest {
    Malformed(&'static str),
    TooLarge,
    Interrupted,
}

pub(super) async fn import(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Response {
    let Ok(Query(asked)) = asked else {
        return bad(&BadRequest::Malformed(
            "`format` is toml, json or csv, and `replace` true or false",
        ));
    };
    // Before the body is read, because it may be large.
    let Ok(_one_at_a_time) = app.shelf.imports.try_acquire() else {
        let message = "another import is under way; try again when it is done";
        return refused(StatusCode::CONFLICT, "IMPORT_RUNNING", message);
    };
    let bytes = match body(request).await {
        Ok(bytes) => bytes,
        Err(error) => return bad(&error),
    };
    let files = match files(&asked, bytes.len()) {
        Ok(files) => files,
        Err(error) => return bad(&error),
    };
    let import = Import {
        bytes,
        files,
        rest: if asked.replace { Rest::Removed } else { Rest::Kept },
        start_file: None,
    };
    match app.import(import).await {
        Ok(counts) => Json(json!({
            "imported": counts.to_string(),
            "products": counts.products,
            "profiles": counts.profiles,
            "taxClasses": counts.tax_classes,
            "promotions": counts.promotions,
        }))
        .into_response(),
        Err(ImportError::Files(problems)) => wrong(&problems),
        Err(ImportError::Store(error)) => {
            tracing::error!(%error, "a catalogue was not imported");
            let message = "nothing can be saved at the moment";
            refused(StatusCode::SERVICE_UNAVAILABLE, "STORAGE_UNAVAILABLE", message)
        }
    }
}

/// Where each file is in the body.
fn files(asked: &Asked, length: usize) -> Result<Vec<(Format, Range<usize>)>, BadRequest> {
    const MALFORMED: BadRequest = BadRequest::Malformed(
        "wanted `format=csv`, or `parts=toml:1234,csv:999` with the bytes of each file",
    );
    let parts = match (&asked.format, &asked.parts) {
        (Some(format), None) => {
            let format = Format::from_name(format).ok_or(MALFORMED)?;
            return Ok(vec![(format, 0..length)]);
        }
        (None, Some(parts)) => parts,
        _ => return Err(MALFORMED),
    };
    let mut files = Vec::new();
    let mut begin = 0_usize;
    for part in parts.split(',').take(MAX_FILES + 1) {
        let (name, size) = part.split_once(':').ok_or(MALFORMED)?;
        let format = Format::from_name(name).ok_or(MALFORMED)?;
        let size: usize = size.parse().map_err(|_| MALFORMED)?;
        let end = begin.checked_add(size).ok_or(MALFORMED)?;
        files.push((format, begin..end));
        begin = end;
    }
    match files.len() <= MAX_FILES && begin == length {
        true => Ok(files),
        false => Err(MALFORMED),
    }
}

/// The body in one piece, each byte copied once.
async fn body(request: Request<Body>) -> Result<Bytes, BadRequest> {
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_FILE_BYTES) {
        return Err(BadRequest::TooLarge);
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    let mut body = request.into_body();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BadRequest::Interrupted)?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.remaining() > MAX_FILE_BYTES {
            return Err(BadRequest::TooLarge);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.into())
}

fn bad(error: &BadRequest) -> Response {
    match error {
        BadRequest::Malformed(message) => refused(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message),
        BadRequest::TooLarge => {
            let message = format!("the files exceed {MAX_FILE_BYTES} bytes");
            refused(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", &message)
        }
        BadRequest::Interrupted => {
            let message = "the body ended early";
            refused(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message)
        }
    }
}

fn wrong(problems: &FileProblems) -> Response {
    let shown = problems.shown.iter().map(|problem| {
        json!({
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "message": problem.problem.to_string(),
        })
    });
    let body = json!({
        "error": { "code": "INVALID_CATALOGUE", "message": "nothing was imported" },
        "problems": shown.collect::<Vec<_>>(),
        "more": problems.more,
    });
    (StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response()
}
