//! Order management: what becomes of an order once it is bought.
//!
//! Source: <https://docs.kustom.co/contents/api/order-management>. Checks come in this order: credentials, existence,
//! whether the order's status allows it, then the values, then the amounts. The endpoints about due dates are missing,
//! because it is not known which of them Kustom kept.

mod authorization;
mod capture;
mod details;
mod refund;
mod transition;

use crate::idempotency;
use crate::ids::Ids;
use crate::kustom::{Call, Kustom};
use crate::message::Response;
use crate::order::{Change, Order};
use crate::strictness::Strictness;
use crate::webhook::WebhookEvent;
use http::{Method, StatusCode};
use jiff::Timestamp;
use kustom_api::{KustomOrderId, ManagedOrder, ManagementStatus};
use transition::Action;

pub(crate) use authorization::AUTHORIZATION_LIFETIME;

/// One call about one bought order.
struct Subject<'a> {
    order: &'a mut Order,
    managed: &'a mut ManagedOrder,
    ids: &'a mut Ids,
    call: &'a Call<'a>,
    now: Timestamp,
    created: Option<Created>,
    strictness: Strictness,
}

/// Money that has just moved, by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    Capture(String),
    Refund(String),
}

/// Why the order's own numbers do not allow what its status does.
struct Refused {
    code: &'static str,
    messages: Vec<String>,
}

impl Refused {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        let messages = vec![message.into()];
        Self { code, messages }
    }
}

/// `rest` is what follows `/ordermanagement/v1/orders/{id}`.
pub(crate) fn answer(
    kustom: &mut Kustom,
    id: &str,
    rest: &[&str],
    call: &Call<'_>,
    now: Timestamp,
) -> Response {
    // A key remembers what a write was answered. What names no write cannot be one.
    match transition::action(rest, &call.request.method) {
        Ok(_) => idempotency::once(kustom, call, |kustom| act(kustom, id, rest, call, now)),
        Err(_) => act(kustom, id, rest, call, now),
    }
}

/// Captures the whole of an order that asks for it by `options.auto_capture`, once its purchase is accepted. Every other
/// order stays as it is, so this may follow every purchase and every verdict on one.
pub(crate) fn capture_automatically(kustom: &mut Kustom, id: &KustomOrderId, now: Timestamp) {
    let Kustom { orders, ids, .. } = kustom;
    let created = orders
        .get_mut(id)
        .and_then(|order| capture::whole(order, ids, now));
    tell(kustom, id, created, now);
}

fn act(kustom: &mut Kustom, id: &str, rest: &[&str], call: &Call<'_>, now: Timestamp) -> Response {
    let id = KustomOrderId(id.to_owned());
    let Kustom {
        orders, ids, rules, ..
    } = kustom;
    let Some(order) = orders.get_mut(&id) else {
        return no_such_order(call);
    };
    // A copy: whatever goes wrong in between, the order still is bought.
    let Some(mut managed) = order.managed.clone() else {
        return no_such_order(call);
    };
    expire(&mut managed, now);
    let mut subject = Subject {
        order,
        managed: &mut managed,
        ids,
        call,
        now,
        created: None,
        strictness: rules.strictness,
    };
    let response = subject.answer(rest);
    let created = subject.created.take();
    order.managed = Some(managed);
    if order.acknowledged_at.is_some()
        && let Some(next) = order.next_push_at.take()
    {
        kustom.due_pushes.remove(&(next, id.clone()));
    }
    tell(kustom, &id, created, now);
    response
}

/// The one place that learns of each capture and each refund, and of each once: a repeated call that is answered from its
/// idempotency key does not come here.
fn tell(kustom: &mut Kustom, order_id: &KustomOrderId, created: Option<Created>, now: Timestamp) {
    let (Some(created), Some(order)) = (created, kustom.orders.get_mut(order_id)) else {
        return;
    };
    let order_id = order_id.clone();
    let (change, event) = match created {
        Created::Capture(capture_id) => (
            Change::Captured,
            WebhookEvent::CaptureCreated { order_id, capture_id },
        ),
        Created::Refund(refund_id) => (
            Change::Refunded,
            WebhookEvent::RefundCreated { order_id, refund_id },
        ),
    };
    order.record(change, now);
    kustom.happened(&event, now);
}

fn no_such_order(call: &Call<'_>) -> Response {
    call.refuse(StatusCode::NOT_FOUND, "NO_SUCH_ORDER", "No such order")
}

/// An order that is not fully captured or cancelled by its date expires, and so does what is left of one that is captured
/// in part.
fn expire(managed: &mut ManagedOrder, now: Timestamp) {
    if has_expired(managed, now) {
        managed.status = ManagementStatus::Expired;
        managed.remaining_authorized_amount = 0;
    }
}

fn has_expired(managed: &ManagedOrder, now: Timestamp) -> bool {
    let is_over = managed.expires_at.is_some_and(|expires_at| expires_at <= now);
    let is_waiting = matches!(
        managed.status,
        ManagementStatus::Authorized | ManagementStatus::PartCaptured
    );
    is_over && is_waiting
}

/// The status as order management would tell it now. Time passes without a call, and nothing is written then.
pub(crate) fn status_at(managed: &ManagedOrder, now: Timestamp) -> &ManagementStatus {
    match has_expired(managed, now) {
        true => &ManagementStatus::Expired,
        false => &managed.status,
    }
}

/// The order as it would be read now.
pub(crate) fn as_of(managed: &ManagedOrder, now: Timestamp) -> ManagedOrder {
    let mut managed = managed.clone();
    expire(&mut managed, now);
    managed
}

impl Subject<'_> {
    fn answer(&mut self, rest: &[&str]) -> Response {
        match (rest, &self.call.request.method) {
            ([], &Method::GET) => Response::json(StatusCode::OK, self.managed),
            (["captures"], &Method::GET) => Response::json(StatusCode::OK, &self.managed.captures),
            (["captures", id], &Method::GET) => capture::read(self, id),
            (["refunds", id], &Method::GET) => refund::read(self, id),
            ([] | ["captures" | "refunds", _], _) => Response::empty(StatusCode::METHOD_NOT_ALLOWED),
            (_, method) => match transition::action(rest, method) {
                Ok(action) => self.act(action, rest),
                Err(status) => Response::empty(status),
            },
        }
    }

    fn act(&mut self, action: Action, rest: &[&str]) -> Response {
        if let Err(refused) = transition::check(action, &self.managed.status) {
            return self.refuse(&refused);
        }
        let capture_id = rest.get(1).copied().unwrap_or_default();
        match action {
            Action::Acknowledge => details::acknowledge(self),
            Action::UpdateAuthorization => authorization::update(self),
            Action::Capture => capture::create(self),
            Action::AddCaptureShippingInfo => capture::add_shipping_info(self, capture_id),
            Action::SendOut => capture::send_out(self, capture_id),
            Action::Refund => refund::create(self),
            Action::Cancel => authorization::cancel(self),
            Action::Release => authorization::release(self),
            Action::Extend => authorization::extend(self),
            Action::SetReferences => details::set_references(self),
            Action::UpdateCustomer => details::update_customer(self),
            Action::AddShippingInfo => details::add_shipping_info(self),
        }
    }

    fn refuse(&self, refused: &Refused) -> Response {
        Response::refusal(
            StatusCode::FORBIDDEN,
            refused.code,
            refused.messages.clone(),
            &self.call.correlation_id,
        )
    }

    /// A success whose documented answer has no body.
    fn done(&mut self, change: Change) -> Response {
        self.order.record(change, self.now);
        Response::empty(StatusCode::NO_CONTENT)
    }

    /// Where something of this order is read.
    fn location(&self, of: &str, id: &str) -> String {
        let base_url = &self.call.request.base_url;
        format!("{base_url}/ordermanagement/v1/orders/{}/{of}/{id}", self.order.id)
    }
}
