//! The control routes around callbacks: which were sent, who has subscribed to webhooks, and disputes on demand.

use crate::callback::Attempt;
use crate::decision::Decision;
use crate::kustom::Kustom;
use crate::message::{Problem, Request, Response};
use crate::push::PushShape;
use crate::webhook::WebhookEvent;
use http::{Method, StatusCode};
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Serialize)]
struct Sent<'a> {
    order_id: &'a KustomOrderId,
    #[serde(flatten)]
    attempt: &'a Attempt,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct PushBody {
    pub(crate) shape: PushShape,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecideBody {
    pub(crate) decision: Decision,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DisputeBody {
    /// An update of this one; without it a dispute begins.
    dispute_id: Option<String>,
}

/// `GET callbacks`.
pub(crate) fn list(kustom: &Kustom) -> Response {
    let sent: Vec<Sent<'_>> = kustom
        .attempts()
        .into_iter()
        .map(|(order_id, attempt)| Sent { order_id, attempt })
        .collect();
    Response::json(StatusCode::OK, &json!({ "callbacks": sent }))
}

/// `GET`, `PUT` and `DELETE webhooks`.
pub(crate) fn webhooks(kustom: &mut Kustom, request: &Request, now: Timestamp) -> Response {
    match request.method {
        Method::GET => {}
        Method::PUT => {
            if let Err(message) = kustom.set_webhooks(&request.body, now) {
                return Response::problem(StatusCode::BAD_REQUEST, "BAD_WEBHOOKS", &message);
            }
        }
        Method::DELETE => kustom.remove_webhooks(),
        _ => return Response::empty(StatusCode::METHOD_NOT_ALLOWED),
    }
    Response::json(StatusCode::OK, kustom.webhooks())
}

/// `POST orders/{id}/dispute`. Disputes themselves are settled in Kustom's portal and no API shows them, so there is nothing
/// of one here but the message.
pub(crate) fn dispute(kustom: &mut Kustom, id: &str, body: &[u8], now: Timestamp) -> Response {
    let body: DisputeBody = match read(body) {
        Ok(body) => body,
        Err(problem) => return problem.into(),
    };
    let order_id = KustomOrderId(id.to_owned());
    match kustom.order(&order_id).map(|order| order.managed.is_some()) {
        None => return crate::control::no_such_order().into(),
        Some(false) => return not_bought().into(),
        Some(true) => {}
    }
    let is_new = body.dispute_id.is_none();
    let dispute_id = body.dispute_id.unwrap_or_else(|| kustom.ids.uuid().to_string());
    let answer = Response::json(StatusCode::OK, &json!({ "dispute_id": dispute_id }));
    let event = match is_new {
        true => WebhookEvent::DisputeCreated { order_id, dispute_id },
        false => WebhookEvent::DisputeUpdated { order_id, dispute_id },
    };
    kustom.happened(&event, now);
    answer
}

pub(crate) fn not_bought() -> Problem {
    Problem {
        status: StatusCode::CONFLICT,
        code: "ORDER_NOT_BOUGHT",
        message: "the order is not bought".to_owned(),
    }
}

/// A body that may be left out.
pub(crate) fn read<T: DeserializeOwned + Default>(body: &[u8]) -> Result<T, Problem> {
    if body.is_empty() {
        return Ok(T::default());
    }
    read_required(body)
}

pub(crate) fn read_required<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::bad_body(&error))
}
