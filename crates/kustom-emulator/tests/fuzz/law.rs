//! What holds whatever happens.

use http::StatusCode;
use jiff::Timestamp;
use kustom_api::{KustomOrderId, ManagedOrder, ManagementStatus};
use kustom_emulator::{DueCallback, Kustom, Order, OrderState, Request, Response};
use serde_json::Value;
use std::collections::BTreeMap;

/// Which status may follow which, written down once more from
/// <https://help.kustom.co/en/articles/272002-order-status>. Every status may stay.
const FOLLOWS: [(ManagementStatus, &[ManagementStatus]); 3] = [
    (
        ManagementStatus::Authorized,
        &[
            ManagementStatus::PartCaptured,
            ManagementStatus::Captured,
            ManagementStatus::Cancelled,
            ManagementStatus::Expired,
        ],
    ),
    (
        ManagementStatus::PartCaptured,
        &[
            ManagementStatus::Captured,
            ManagementStatus::Expired,
            ManagementStatus::Closed,
        ],
    ),
    (ManagementStatus::Captured, &[ManagementStatus::Closed]),
];

/// How every order stood before a step.
pub(crate) struct Standing(BTreeMap<KustomOrderId, (OrderState, Option<ManagementStatus>)>);

impl Standing {
    pub(crate) fn of(kustom: &Kustom, now: Timestamp) -> Self {
        let standing = |order: &Order| {
            let status = order.managed.as_ref().map(|managed| managed.status.clone());
            (order.id.clone(), (order.state(now), status))
        };
        Self(kustom.orders().map(standing).collect())
    }

    pub(crate) fn check(&self, kustom: &Kustom, now: Timestamp, was_reset: bool) {
        for order in kustom.orders() {
            if let Some(managed) = &order.managed {
                check_sums(managed);
                assert_eq!(order.state(now), OrderState::Complete);
            }
            let Some((state, status)) = self.0.get(&order.id) else {
                continue;
            };
            check_state_change(*state, order.state(now));
            let now_is = order.managed.as_ref().map(|managed| &managed.status);
            check_status_change(status.as_ref(), now_is);
        }
        let is_lost = self.0.keys().any(|id| kustom.order(id).is_none());
        assert!(was_reset || !is_lost, "an order is gone");
    }
}

fn check_state_change(before: OrderState, after: OrderState) {
    let may = match before {
        OrderState::Open => true,
        OrderState::Aborted => matches!(after, OrderState::Aborted | OrderState::Expired),
        OrderState::Expired => after == OrderState::Expired,
        OrderState::Complete => after == OrderState::Complete,
    };
    assert!(may, "{before:?} became {after:?}");
}

fn check_status_change(before: Option<&ManagementStatus>, after: Option<&ManagementStatus>) {
    let Some(before) = before else { return };
    let after = after.expect("what is bought stays bought");
    let may = FOLLOWS.iter().find(|(from, _)| from == before);
    let may = before == after || may.is_some_and(|(_, followers)| followers.contains(after));
    assert!(may, "{before:?} became {after:?}");
}

fn check_sums(order: &ManagedOrder) {
    let captured: i64 = order.captures.iter().map(|capture| capture.captured_amount).sum();
    let refunded: i64 = order.refunds.iter().map(|refund| refund.refunded_amount).sum();
    let shared: i64 = order.captures.iter().map(|capture| capture.refunded_amount).sum();
    assert_eq!(order.captured_amount, captured, "{order:?}");
    assert_eq!(order.refunded_amount, refunded, "{order:?}");
    assert_eq!(shared, refunded, "the captures know what is refunded: {order:?}");
    assert!(
        captured >= 0 && refunded >= 0 && refunded <= captured,
        "{order:?}"
    );
    assert!(
        captured <= order.order_amount.max(order.original_order_amount),
        "{order:?}"
    );
    for capture in &order.captures {
        assert!(
            (0..=capture.captured_amount).contains(&capture.refunded_amount),
            "{order:?}"
        );
    }
    let remaining = match order.status {
        ManagementStatus::Authorized | ManagementStatus::PartCaptured => order.order_amount - captured,
        _ => 0,
    };
    assert_eq!(order.remaining_authorized_amount, remaining, "{order:?}");
}

/// No answer is a failure of the emulator's own, and a merchant can ask about each.
pub(crate) fn check_answer(request: &Request, answer: &Response) {
    assert!(
        answer.status < StatusCode::INTERNAL_SERVER_ERROR,
        "{request:?} {answer:?}"
    );
    if request.path.starts_with("/_emulator") || request.path.starts_with("/browser") {
        return;
    }
    let id = answer.headers.get("klarna-correlation-id");
    let id = id
        .expect("every answer to a merchant has an id")
        .to_str()
        .unwrap();
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.status.is_client_error() && !answer.body.is_empty() {
        assert_eq!(body["correlation_id"], id, "{body}");
        assert!(body["error_code"].is_string(), "{body}");
    }
}

/// What is over can be read at most.
pub(crate) fn check_state(state: OrderState, is_write: bool, answer: &Response) {
    match (state, is_write) {
        (OrderState::Expired, _) => assert_eq!(answer.status, StatusCode::NOT_FOUND),
        (OrderState::Complete | OrderState::Aborted, true) => {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
        }
        (_, false) => assert_eq!(answer.status, StatusCode::OK),
        (OrderState::Open, true) => {}
    }
}

/// Nothing is sent before its time.
pub(crate) fn check_due(due: &[DueCallback], now: Timestamp) {
    assert!(due.iter().all(|callback| callback.due_at <= now), "{due:?}");
}
