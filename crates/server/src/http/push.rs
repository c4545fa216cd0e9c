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
use axum::Json;
use axum::extract::{Path, Query, Request, State};
use kassa_commerce::change::Change;
use kassa_commerce::job::{JobKey, JobRequest};
use kassa_commerce::kustom::KustomOrderState;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PushQuery {
    /// The id of the Kustom order.
    #[param(nullable = false)]
    order_id: Option<String>,
    /// Proves that the caller is Kustom. It is part of the URL that Kustom was given.
    #[param(nullable = false)]
    token: Option<String>,
}

#[derive(Default, Deserialize, ToSchema)]
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
    Query(query): Query<PushQuery>,
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
    Path(order_id): Path<String>,
    Query(query): Query<PushQuery>,
    request: Request,
) -> PushAnswer {
    answer(&app, Some(order_id), query, request).await
}

async fn answer(app: &App, in_path: Option<String>, query: PushQuery, request: Request) -> PushAnswer {
    let bytes = body::read(request, &(), MAX_PUSH_BYTES).await?;
    let ids = [in_path, query.order_id, read_body(&bytes).order_id];
    let token = query.token.unwrap_or_default();
    for id in ids.into_iter().flatten().map(KustomOrderId) {
        let Some(kustom_order) = app.store.kustom_order(&id).await? else {
            continue;
        };
        if app.tokens.is_push(kustom_order.session_id, &token) {
            return ring(app, &id, kustom_order.state).await;
        }
    }
    tracing::error!("a push named no order of ours, or its token was wrong");
    Err(ApiError::new(
        axum::http::StatusCode::NOT_FOUND,
        "NOT_FOUND",
        "No such order.",
    ))
}

/// Answers only what is durable: the order, or the job that will find out.
async fn ring(app: &App, id: &KustomOrderId, state: KustomOrderState) -> PushAnswer {
    if state == KustomOrderState::Acknowledged {
        return Ok(Json(Received { status: "completed" }));
    }
    match app.complete_or_try_later(id).await {
        Ok(crate::completion::Purchase::Completed) => Ok(Json(Received { status: "completed" })),
        Ok(crate::completion::Purchase::InReview) => Ok(Json(Received { status: "in_review" })),
        Ok(crate::completion::Purchase::NotBought) => {
            // Kustom pushes after a purchase. If a read does not show it yet, look once more by ourselves.
            let job = JobRequest::at(JobKey::Complete(id.clone()), app.now() + LOOK_AGAIN);
            app.commit(Change {
                jobs: vec![job],
                ..Change::default()
            })
            .await?;
            Ok(Json(Received { status: "accepted" }))
        }
        Err(error) => {
            tracing::warn!(%error, "a push could not be looked into yet; will try again");
            Ok(Json(Received { status: "accepted" }))
        }
    }
}

const LOOK_AGAIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

fn read_body(bytes: &[u8]) -> PushBody {
    serde_json::from_slice(bytes)
        .or_else(|_| serde_urlencoded::from_bytes(bytes))
        .unwrap_or_default()
}
