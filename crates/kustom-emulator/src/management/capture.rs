//! Captures: money taken, in one piece or in several.
//!
//! Source: <https://docs.kustom.co/contents/api/order-management>. That lines are not compared with the captured amount is
//! our choice: no source says that Kustom does.

use super::{Created, Refused, Subject, expire};
use crate::ids::Ids;
use crate::message::Response;
use crate::order::{Change, Order};
use crate::validation;
use http::{HeaderName, StatusCode, header};
use jiff::Timestamp;
use kustom_api::{
    Capture, CaptureRequest, FraudStatus, ManagedOrder, ManagementStatus, ShippingInfo, ShippingInfoUpdate,
};

/// Shops search the messages of a refusal for this sentence, word for word.
pub(super) const HIGHER_THAN_REMAINING: &str =
    "Captured amount is higher than the remaining authorized amount.";

const CODE: &str = "CAPTURE_NOT_ALLOWED";
const CAPTURE_ID: HeaderName = HeaderName::from_static("capture-id");

/// More than anybody ships under one capture; the schema's limit for one call.
const SHIPPING_INFO_LIMIT: usize = 500;

/// Ours: more than anybody takes one order apart into. Each capture may hold a thousand lines.
const CAPTURE_LIMIT: usize = 200;

pub(super) fn read(subject: &Subject<'_>, id: &str) -> Response {
    match position(subject.managed, id).and_then(|index| subject.managed.captures.get(index)) {
        Some(capture) => Response::json(StatusCode::OK, capture),
        None => no_such_capture(subject),
    }
}

pub(super) fn create(subject: &mut Subject<'_>) -> Response {
    let sent: CaptureRequest = match validation::read_capture(&subject.call.request.body, subject.strictness)
    {
        Ok(sent) => sent,
        Err(findings) => return subject.call.bad_value(&findings),
    };
    if let Err(refused) = check(subject.managed, sent.captured_amount) {
        return subject.refuse(&refused);
    }
    let capture_id = book(subject.managed, subject.ids, sent, subject.now);
    let mut response = Response::empty(StatusCode::CREATED);
    response.set_header(header::LOCATION, &subject.location("captures", &capture_id));
    response.set_header(CAPTURE_ID, &capture_id);
    subject.created = Some(Created::Capture(capture_id));
    response
}

/// Takes all of it, if the order asks for that and nothing stands against it.
pub(super) fn whole(order: &mut Order, ids: &mut Ids, now: Timestamp) -> Option<Created> {
    let options = order.checkout.options.as_ref()?;
    let managed = order
        .managed
        .as_mut()
        .filter(|_| options.auto_capture == Some(true))?;
    expire(managed, now);
    let sent = CaptureRequest {
        captured_amount: managed.remaining_authorized_amount,
        order_lines: managed.order_lines.clone(),
        ..CaptureRequest::default()
    };
    let is_untouched = managed.status == ManagementStatus::Authorized;
    if !is_untouched || check(managed, sent.captured_amount).is_err() {
        return None;
    }
    let capture_id = book(managed, ids, sent, now);
    Some(Created::Capture(capture_id))
}

pub(super) fn add_shipping_info(subject: &mut Subject<'_>, id: &str) -> Response {
    if subject.managed.captures.is_empty() {
        return subject.refuse(&no_captures());
    }
    let Some(index) = position(subject.managed, id) else {
        return no_such_capture(subject);
    };
    let sent: ShippingInfoUpdate =
        match validation::read_shipping_info(&subject.call.request.body, subject.strictness) {
            Ok(sent) => sent,
            Err(findings) => return subject.call.bad_value(&findings),
        };
    let known = &mut subject.managed.captures[index].shipping_info;
    if let Err(refused) = append(known, sent.shipping_info) {
        return subject.refuse(&refused);
    }
    subject.done(Change::ShippingInfoAdded)
}

/// Kustom writes to the customer again. There is nobody to write to here, so only the history knows.
pub(super) fn send_out(subject: &mut Subject<'_>, id: &str) -> Response {
    if subject.managed.captures.is_empty() {
        return subject.refuse(&no_captures());
    }
    match position(subject.managed, id) {
        Some(_) => subject.done(Change::SentOut),
        None => no_such_capture(subject),
    }
}

/// What was said before stays. Source of the endpoints' "add":
/// <https://docs.kustom.co/contents/order-management/manage-orders-with-the-api/view-and-change-orders>.
pub(super) fn append(known: &mut Vec<ShippingInfo>, more: Vec<ShippingInfo>) -> Result<(), Refused> {
    if known.len() + more.len() > SHIPPING_INFO_LIMIT {
        let message = format!("At most {SHIPPING_INFO_LIMIT} entries of shipping info are kept.");
        return Err(Refused::new("NOT_ALLOWED", message));
    }
    known.extend(more);
    Ok(())
}

/// Nothing is taken before Kustom's verdict on the purchase, and no more than is reserved.
fn check(managed: &ManagedOrder, amount: i64) -> Result<(), Refused> {
    if managed.fraud_status != FraudStatus::Accepted {
        let message = format!(
            "Capture not possible: the fraud status is {}.",
            managed.fraud_status.as_str()
        );
        return Err(Refused::new(CODE, message));
    }
    if managed.captures.len() >= CAPTURE_LIMIT {
        let message = format!("At most {CAPTURE_LIMIT} captures of an order are kept.");
        return Err(Refused::new(CODE, message));
    }
    let remaining = managed.remaining_authorized_amount;
    if amount > remaining {
        let messages = vec![
            HIGHER_THAN_REMAINING.to_owned(),
            format!(
                "Captured amount {amount} is higher than the remaining authorized amount {remaining}. \
                 Capture not possible."
            ),
        ];
        return Err(Refused { code: CODE, messages });
    }
    // The request's schema lets zero be and the capture's own does not.
    if amount < 1 {
        return Err(Refused::new(CODE, "Captured amount must be at least 1."));
    }
    Ok(())
}

/// Writes a capture that was checked, and returns its id.
fn book(managed: &mut ManagedOrder, ids: &mut Ids, sent: CaptureRequest, now: Timestamp) -> String {
    let capture_id = ids.uuid().to_string();
    let number = managed.captures.len() + 1;
    let reference = managed.klarna_reference.as_ref();
    managed.captured_amount += sent.captured_amount;
    managed.remaining_authorized_amount -= sent.captured_amount;
    managed.status = match managed.remaining_authorized_amount {
        0 => ManagementStatus::Captured,
        _ => ManagementStatus::PartCaptured,
    };
    managed.captures.push(Capture {
        capture_id: capture_id.clone(),
        captured_amount: sent.captured_amount,
        captured_at: Some(now),
        description: sent.description,
        klarna_reference: reference.map(|reference| format!("{reference}-{number}")),
        reference: sent.reference,
        refunded_amount: 0,
        order_lines: sent.order_lines,
        billing_address: managed.billing_address.clone(),
        shipping_address: managed.shipping_address.clone(),
        shipping_info: sent.shipping_info,
    });
    capture_id
}

fn position(managed: &ManagedOrder, id: &str) -> Option<usize> {
    managed
        .captures
        .iter()
        .position(|capture| capture.capture_id == id)
}

fn no_captures() -> Refused {
    Refused::new("NOT_ALLOWED", "The order has no captures.")
}

fn no_such_capture(subject: &Subject<'_>) -> Response {
    subject
        .call
        .refuse(StatusCode::NOT_FOUND, "NO_SUCH_CAPTURE", "No such capture")
}
