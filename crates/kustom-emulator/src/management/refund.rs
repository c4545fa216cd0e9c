//! Refunds: captured money given back.
//!
//! Source: <https://docs.kustom.co/contents/api/order-management>. A refund is the order's and names no capture. Each
//! capture says all the same how much of it was given back; that the oldest gives first is inferred.

use super::{Created, Refused, Subject};
use crate::message::Response;
use crate::validation;
use http::{HeaderName, StatusCode, header};
use kustom_api::{ManagedOrder, ManagementStatus, Refund, RefundRequest};

const CODE: &str = "REFUND_NOT_ALLOWED";

/// Ours, as of captures.
const REFUND_LIMIT: usize = 200;
const REFUND_ID: HeaderName = HeaderName::from_static("refund-id");

/// The code for an unknown refund is its endpoint's own, and another than that of an unknown capture.
pub(super) fn read(subject: &Subject<'_>, id: &str) -> Response {
    let mut refunds = subject.managed.refunds.iter();
    match refunds.find(|refund| refund.refund_id == id) {
        Some(refund) => Response::json(StatusCode::OK, refund),
        None => subject
            .call
            .refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "No such refund"),
    }
}

pub(super) fn create(subject: &mut Subject<'_>) -> Response {
    let sent: RefundRequest = match validation::read_refund(&subject.call.request.body, subject.strictness) {
        Ok(sent) => sent,
        Err(findings) => return subject.call.bad_value(&findings),
    };
    if let Err(refused) = check(subject.managed, sent.refunded_amount) {
        return subject.refuse(&refused);
    }
    let refund_id = subject.ids.uuid().to_string();
    give_back(subject.managed, sent.refunded_amount);
    subject.managed.refunds.push(Refund {
        refund_id: refund_id.clone(),
        refunded_amount: sent.refunded_amount,
        refunded_at: Some(subject.now),
        description: sent.description,
        reference: sent.reference,
        order_lines: sent.order_lines,
        credit_invoice: None,
    });
    let mut response = Response::empty(StatusCode::CREATED);
    response.set_header(header::LOCATION, &subject.location("refunds", &refund_id));
    response.set_header(REFUND_ID, &refund_id);
    subject.created = Some(Created::Refund(refund_id));
    response
}

/// Nothing is left to do for an order of which all is given back and nothing is left to take.
/// Source: <https://help.kustom.co/en/articles/272002-order-status>.
pub(super) fn close_if_settled(managed: &mut ManagedOrder) {
    let is_given_back = managed.captured_amount > 0 && managed.refunded_amount == managed.captured_amount;
    if is_given_back && managed.remaining_authorized_amount == 0 {
        managed.status = ManagementStatus::Closed;
    }
}

fn check(managed: &ManagedOrder, amount: i64) -> Result<(), Refused> {
    if managed.refunds.len() >= REFUND_LIMIT {
        let message = format!("At most {REFUND_LIMIT} refunds of an order are kept.");
        return Err(Refused::new(CODE, message));
    }
    let refundable = managed.captured_amount - managed.refunded_amount;
    if amount > refundable {
        let message = format!(
            "Refunded amount {amount} is higher than the captured amount {refundable} that is not refunded. \
             Refund not possible."
        );
        return Err(Refused::new(CODE, message));
    }
    // The schema lets it be; that nothing cannot be given back is inferred.
    if amount < 1 {
        return Err(Refused::new(CODE, "Refunded amount must be at least 1."));
    }
    Ok(())
}

fn give_back(managed: &mut ManagedOrder, amount: i64) {
    let mut left = amount;
    for capture in &mut managed.captures {
        let part = left.min(capture.captured_amount - capture.refunded_amount);
        capture.refunded_amount += part;
        left -= part;
    }
    managed.refunded_amount += amount;
    close_if_settled(managed);
}
