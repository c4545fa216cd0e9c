//! Kustom's push: a doorbell.
//!
//! It is known to ring with the id in the query, in the path or in the body, and with an empty body, `{}` or a form.
//! Whatever it brings, only the id is taken from it, and the order is read from Kustom. A token that only Kustom can
//! know keeps others from making us ask.

use super::MAX_PUSH_BYTES;
use super::body;
use super::error::ApiError;
use super::openapi;
use crate::app::App;
use crate::checkout::CheckoutError;
use crate::crash;
use crate::push::{Heard, PushError};
use crate::token::Callback;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;
use kassa_commerce::change::Change;
use kassa_commerce::job::{JobKey, JobRequest};
use kassa_commerce::kustom::KustomOrder;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Nobody has a reason to name more, and each one that is named is looked up.
const MAX_IDS: usize = 4;

/// Kustom declares order ids with at most 255 characters.
const MAX_ID_CHARS: usize = 255;

/// What the query is read for, by hand, because a name that stands there twice must not stop a push.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the document")]
pub(super) struct PushQuery {
    /// The id of the Kustom order.
    #[param(nullable = false)]
    order_id: Option<String>,
    /// Proves that the caller is Kustom. It is part of the URL that Kustom was given.
    #[param(nullable = false)]
    token: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = PushRequest)]
struct PushBody {
    /// The id of the Kustom order. Other members are not looked at.
    order_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PushReceived)]
pub(super) struct Received {
    #[schema(schema_with = openapi::push_states)]
    status: &'static str,
}

type PushAnswer = Result<Json<Received>, ApiError>;

#[utoipa::path(
    post, path = "/ingress/kustom/webhook/push", operation_id = "receiveKustomPush", tag = "kustom",
    summary = "Called by Kustom after a purchase", description = openapi::PUSH,
    params(PushQuery),
    request_body(content((Option<PushBody> = "application/json"), (Option<PushBody> = "application/x-www-form-urlencoded")),
        description = "Not needed: an empty body, `{}` and a form are all in use."),
    responses((status = 200, description = "What is known now is stored.", body = Received)),
)]
pub(super) async fn receive(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    request: Request,
) -> PushAnswer {
    answer(&app, None, query, request).await
}

#[utoipa::path(
    post, path = "/ingress/kustom/webhook/push/{order_id}", operation_id = "receiveKustomPushWithPath", tag = "kustom",
    summary = "Called by Kustom after a purchase, with the id in the path", description = openapi::PUSH,
    params(("order_id" = String, Path, description = "The id of the Kustom order."), PushQuery),
    request_body(content((Option<PushBody> = "application/json"), (Option<PushBody> = "application/x-www-form-urlencoded")),
        description = "Not needed: an empty body, `{}` and a form are all in use."),
    responses((status = 200, description = "What is known now is stored.", body = Received)),
)]
pub(super) async fn receive_with_path(
    State(app): State<App>,
    order_id: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    request: Request,
) -> PushAnswer {
    let order_id = order_id.ok().map(|Path(order_id)| order_id);
    answer(&app, order_id, query, request).await
}

async fn answer(app: &App, in_path: Option<String>, query: Option<String>, request: Request) -> PushAnswer {
    let bytes = body::read(request, &(), MAX_PUSH_BYTES).await?;
    let query = query.unwrap_or_default();
    let ids = in_path
        .into_iter()
        .chain(values(query.as_bytes(), "order_id"))
        .chain(read_body(&bytes));
    let tokens: Vec<String> = values(query.as_bytes(), "token").take(MAX_IDS).collect();
    let is_notification = values(query.as_bytes(), "event").any(|event| event == NOTIFICATION);
    for id in ids
        .filter(|id| could_be_an_id(id))
        .take(MAX_IDS)
        .map(KustomOrderId)
    {
        let Some(kustom_order) = app.store.kustom_order(&id).await? else {
            continue;
        };
        let session_id = kustom_order.session_id;
        if tokens
            .iter()
            .any(|token| app.tokens.fits(Callback::Push, session_id, token))
        {
            let answer = match is_notification && kustom_order.state.is_order() {
                true => examine(app, &id).await,
                false => ring(app, &kustom_order).await,
            };
            crash::point("push.before_answer");
            return answer;
        }
    }
    // Anybody can make us say this, so it is no alarm.
    tracing::warn!("a push named no order of ours, or its token was wrong");
    Err(no_such_order())
}

pub(super) fn no_such_order() -> ApiError {
    ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "No such order.")
}

/// Kustom has news of a purchase that is our order: its verdict on it, which it may also change. The body would say which,
/// and is not believed.
async fn examine(app: &App, id: &KustomOrderId) -> PushAnswer {
    let job = JobRequest::at(JobKey::Reconcile(id.clone()), app.now());
    app.commit(Change {
        jobs: vec![job],
        ..Change::default()
    })
    .await?;
    Ok(Json(Received { status: "completed" }))
}

async fn ring(app: &App, kustom_order: &KustomOrder) -> PushAnswer {
    let status = match app.hear_push(kustom_order).await {
        Ok(Heard::Completed) => "completed",
        Ok(Heard::InReview) => "in_review",
        Ok(Heard::Accepted) => "accepted",
        Err(PushError::Store(error)) => return Err(error.into()),
        Err(PushError::NotConfigured) => return Err(CheckoutError::NotConfigured.into()),
        Err(PushError::Unknown) => return Err(no_such_order()),
    };
    Ok(Json(Received { status }))
}

/// Marks the URL at which Kustom tells of a purchase that it has examined.
pub(crate) const NOTIFICATION: &str = "notification";

/// Every value of a name in a query or form. Kustom may append to a query that has the name already.
pub(super) fn values(form: &[u8], name: &'static str) -> impl Iterator<Item = String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(form).unwrap_or_default();
    pairs
        .into_iter()
        .filter_map(move |(key, value)| (key == name).then_some(value))
}

fn read_body(bytes: &[u8]) -> Vec<String> {
    match serde_json::from_slice::<PushBody>(bytes) {
        Ok(body) => body.order_id.into_iter().collect(),
        Err(_) => values(bytes, "order_id").collect(),
    }
}

/// What no id can be is not worth a look, and not every store could look for it.
pub(super) fn could_be_an_id(text: &str) -> bool {
    (1..=MAX_ID_CHARS).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
