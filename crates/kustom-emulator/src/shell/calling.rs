//! Callbacks that are asked for: a push, a decision about a pending purchase, and anything once more.

use super::Emulator;
use crate::callback::{CallbackAnswer, CallbackNumber, DueCallback};
use crate::callback_control::{self, DecideBody, PushBody};
use crate::control;
use crate::decision::DecisionRefusal;
use crate::message::{Problem, Response};
use axum::extract::{Path, State};
use bytes::Bytes;
use http::StatusCode;
use kustom_api::KustomOrderId;
use serde_json::{Value, json};

/// `POST /_emulator/orders/{id}/push`: a push now, beside the schedule.
pub(super) async fn push(State(emulator): State<Emulator>, Path(id): Path<String>, body: Bytes) -> Response {
    let id = KustomOrderId(id);
    let body: PushBody = match callback_control::read(&body) {
        Ok(body) => body,
        Err(problem) => return problem.into(),
    };
    let Some(callback) = emulator.act(|kustom, now| kustom.push_as(&id, body.shape, now)) else {
        return match emulator.inspect(|kustom| kustom.order(&id).is_some()) {
            true => callback_control::not_bought().into(),
            false => control::no_such_order().into(),
        };
    };
    answer_of(emulator.deliver_to_the_end(callback).await)
}

/// `POST /_emulator/orders/{id}/decide`: what becomes of a pending purchase. A merchant that cannot be told of it does not
/// change it.
pub(super) async fn decide(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    let id = KustomOrderId(id);
    let body: DecideBody = match callback_control::read_required(&body) {
        Ok(body) => body,
        Err(problem) => return problem.into(),
    };
    let callback = match emulator.act(|kustom, now| kustom.decide(&id, body.decision, now)) {
        Ok(callback) => callback,
        Err(refusal) => return refused(refusal).into(),
    };
    let notification = match callback {
        Some(callback) => emulator
            .deliver_to_the_end(callback)
            .await
            .unwrap_or_else(|reason| json!({ "reason": reason })),
        None => Value::Null,
    };
    emulator.inspect(|kustom| {
        let managed = kustom.order(&id).and_then(|order| order.managed.as_ref());
        let fraud_status = managed.map(|managed| &managed.fraud_status);
        Response::json(
            StatusCode::OK,
            &json!({ "order_id": id, "fraud_status": fraud_status, "notification": notification }),
        )
    })
}

/// `POST /_emulator/callbacks/{number}/repeat`.
pub(super) async fn repeat(State(emulator): State<Emulator>, Path(number): Path<String>) -> Response {
    let number = number.parse().ok().map(CallbackNumber);
    let Some(callback) = number.and_then(|number| emulator.act(|kustom, now| kustom.repeat(number, now)))
    else {
        return Response::problem(StatusCode::NOT_FOUND, "NO_SUCH_CALLBACK", "no such callback");
    };
    answer_of(emulator.deliver_to_the_end(callback).await)
}

fn refused(refusal: DecisionRefusal) -> Problem {
    Problem {
        status: match refusal {
            DecisionRefusal::NoSuchOrder => StatusCode::NOT_FOUND,
            DecisionRefusal::NotBought | DecisionRefusal::NotPending => StatusCode::CONFLICT,
        },
        code: refusal.code(),
        message: refusal.to_string(),
    }
}

fn answer_of(said: Result<Value, String>) -> Response {
    match said {
        Ok(said) => Response::json(StatusCode::OK, &said),
        Err(reason) => Response::problem(StatusCode::BAD_GATEWAY, "MERCHANT_UNREACHABLE", &reason),
    }
}

impl Emulator {
    /// What the merchant said, or why it said nothing.
    async fn deliver_to_the_end(&self, callback: DueCallback) -> Result<Value, String> {
        let (number, url) = (callback.number, callback.url.clone());
        let emulator = self.clone();
        // Spawned, because axum drops a handler when its caller leaves and the answer would stay open for ever.
        let delivery = tokio::spawn(async move { emulator.deliver(callback).await });
        match delivery.await {
            Ok(CallbackAnswer::Answered { status, body, .. }) => {
                Ok(json!({ "number": number, "url": url, "status": status, "body": body }))
            }
            Ok(CallbackAnswer::Failed { reason }) => Err(reason),
            Err(_) => Err("the callback broke off".to_owned()),
        }
    }
}
