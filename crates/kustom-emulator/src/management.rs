//! Order management, as far as a checkout needs it: read, acknowledge, cancel, references.
//!
//! Source: <https://docs.kustom.co/contents/api/order-management>. An order exists here once it is bought.

use crate::kustom::{Call, Kustom};
use crate::message::Response;
use crate::order::{Change, Order};
use crate::validation;
use http::{Method, StatusCode};
use jiff::Timestamp;
use kustom_api::{IDEMPOTENCY_KEY_HEADER, KustomOrderId, ManagedOrder, ManagementStatus};

/// `rest` is what follows `/ordermanagement/v1/orders/{id}`.
pub(crate) fn answer(
    kustom: &mut Kustom,
    id: &str,
    rest: &[&str],
    call: &Call<'_>,
    now: Timestamp,
) -> Response {
    let key = match call.request.method {
        Method::GET => None,
        _ => call.request.header(IDEMPOTENCY_KEY_HEADER),
    };
    if let Some(first) = key.and_then(|key| kustom.first_answers.find(key)) {
        return first;
    }
    let response = act(kustom, id, rest, call, now);
    if let Some(key) = key {
        kustom.first_answers.keep(key, &response);
    }
    response
}

fn act(kustom: &mut Kustom, id: &str, rest: &[&str], call: &Call<'_>, now: Timestamp) -> Response {
    let id = KustomOrderId(id.to_owned());
    let Some(order) = kustom.orders.get_mut(&id) else {
        return no_such_order(call);
    };
    let Some(mut managed) = order.managed.take() else {
        return no_such_order(call);
    };
    expire(&mut managed, now);
    let response = match (rest, &call.request.method) {
        ([], &Method::GET) => Response::json(StatusCode::OK, &managed),
        (["acknowledge"], &Method::POST) => acknowledge(order, now),
        (["cancel"], &Method::POST) => cancel(order, &mut managed, call, now),
        (["merchant-references"], &Method::PATCH) => set_references(order, &mut managed, call, now),
        ([] | ["acknowledge" | "cancel" | "merchant-references"], _) => {
            Response::empty(StatusCode::METHOD_NOT_ALLOWED)
        }
        _ => Response::empty(StatusCode::NOT_FOUND),
    };
    order.managed = Some(managed);
    if order.acknowledged_at.is_some()
        && let Some(next) = order.next_push_at.take()
    {
        kustom.due_pushes.remove(&(next, id));
    }
    response
}

fn no_such_order(call: &Call<'_>) -> Response {
    call.refuse(StatusCode::NOT_FOUND, "NO_SUCH_ORDER", "No such order")
}

fn expire(managed: &mut ManagedOrder, now: Timestamp) {
    let is_over = managed.expires_at.is_some_and(|expires_at| expires_at <= now);
    if is_over && managed.status == ManagementStatus::Authorized {
        managed.status = ManagementStatus::Expired;
        managed.remaining_authorized_amount = 0;
    }
}

/// A second acknowledge is a success that changes nothing. A cancelled order may be acknowledged, because nothing
/// else ends its pushes.
fn acknowledge(order: &mut Order, now: Timestamp) -> Response {
    if order.acknowledged_at.is_none() {
        order.acknowledged_at = Some(now);
        order.record(Change::Acknowledged, now);
    }
    Response::empty(StatusCode::NO_CONTENT)
}

fn cancel(order: &mut Order, managed: &mut ManagedOrder, call: &Call<'_>, now: Timestamp) -> Response {
    if managed.status != ManagementStatus::Authorized {
        let message = format!("An order that is {} cannot be cancelled", managed.status.as_str());
        return call.refuse(StatusCode::FORBIDDEN, "CANCEL_NOT_ALLOWED", &message);
    }
    managed.status = ManagementStatus::Cancelled;
    managed.remaining_authorized_amount = 0;
    order.record(Change::Cancelled, now);
    Response::empty(StatusCode::NO_CONTENT)
}

fn set_references(
    order: &mut Order,
    managed: &mut ManagedOrder,
    call: &Call<'_>,
    now: Timestamp,
) -> Response {
    if managed.status == ManagementStatus::Cancelled {
        return call.refuse(StatusCode::FORBIDDEN, "NOT_ALLOWED", "The order is cancelled");
    }
    let sent = match validation::read_references(&call.request.body) {
        Ok(sent) => sent,
        Err(findings) => return call.bad_value(&findings),
    };
    let before = (
        managed.merchant_reference1.clone(),
        managed.merchant_reference2.clone(),
    );
    if sent.merchant_reference1.is_some() {
        managed.merchant_reference1 = sent.merchant_reference1;
    }
    if sent.merchant_reference2.is_some() {
        managed.merchant_reference2 = sent.merchant_reference2;
    }
    if before
        != (
            managed.merchant_reference1.clone(),
            managed.merchant_reference2.clone(),
        )
    {
        order.record(Change::ReferencesSet, now);
    }
    Response::empty(StatusCode::NO_CONTENT)
}
