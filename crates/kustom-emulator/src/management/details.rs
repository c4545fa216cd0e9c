//! What a bought order says beside its amounts: that it is known to the merchant, its references, where it is sent and how.
//!
//! Source: <https://docs.kustom.co/contents/api/order-management>.

use super::{Refused, Subject, capture};
use crate::message::Response;
use crate::order::Change;
use crate::validation;
use http::StatusCode;
use kustom_api::{Address, FraudStatus, ShippingInfoUpdate};

/// A second acknowledge is a success that changes nothing.
pub(super) fn acknowledge(subject: &mut Subject<'_>) -> Response {
    if subject.order.acknowledged_at.is_some() {
        return Response::empty(StatusCode::NO_CONTENT);
    }
    subject.order.acknowledged_at = Some(subject.now);
    subject.done(Change::Acknowledged)
}

/// A reference that is not sent stays.
pub(super) fn set_references(subject: &mut Subject<'_>) -> Response {
    let sent = match validation::read_references(&subject.call.request.body, subject.strictness) {
        Ok(sent) => sent,
        Err(findings) => return subject.call.bad_value(&findings),
    };
    let managed = &mut *subject.managed;
    let before = (
        managed.merchant_reference1.clone(),
        managed.merchant_reference2.clone(),
    );
    let after = (
        sent.merchant_reference1.or(before.0.clone()),
        sent.merchant_reference2.or(before.1.clone()),
    );
    if before == after {
        return Response::empty(StatusCode::NO_CONTENT);
    }
    (managed.merchant_reference1, managed.merchant_reference2) = after;
    subject.done(Change::ReferencesSet)
}

/// Each member of the address is changed for itself and an empty one is removed, as at the API's earlier owner. Kustom's
/// own page says only that the shipping address is updated.
pub(super) fn update_customer(subject: &mut Subject<'_>) -> Response {
    let sent = match validation::read_customer_update(&subject.call.request.body, subject.strictness) {
        Ok(sent) => sent,
        Err(findings) => return subject.call.bad_value(&findings),
    };
    if let Err(refused) = check_customer(subject, sent.names_billing_address) {
        return subject.refuse(&refused);
    }
    let Some(address) = sent.update.shipping_address else {
        return Response::empty(StatusCode::NO_CONTENT);
    };
    let known = subject.managed.shipping_address.get_or_insert_default();
    let before = known.clone();
    overlay(known, address);
    if *known == before {
        return Response::empty(StatusCode::NO_CONTENT);
    }
    subject.done(Change::CustomerUpdated)
}

pub(super) fn add_shipping_info(subject: &mut Subject<'_>) -> Response {
    let sent: ShippingInfoUpdate =
        match validation::read_shipping_info(&subject.call.request.body, subject.strictness) {
            Ok(sent) => sent,
            Err(findings) => return subject.call.bad_value(&findings),
        };
    if let Err(refused) = capture::append(&mut subject.managed.shipping_info, sent.shipping_info) {
        return subject.refuse(&refused);
    }
    subject.done(Change::ShippingInfoAdded)
}

/// "Decision is based on order state and outcome of risk assessment": goods that must not be sent need no other address.
fn check_customer(subject: &Subject<'_>, names_billing_address: bool) -> Result<(), Refused> {
    let verdict = &subject.managed.fraud_status;
    if matches!(verdict, FraudStatus::Rejected | FraudStatus::Stopped) {
        let message = format!(
            "Update of customer details not possible: the fraud status is {}.",
            verdict.as_str()
        );
        return Err(Refused::new("NOT_ALLOWED", message));
    }
    match names_billing_address {
        true => Err(Refused::new(
            "NOT_ALLOWED",
            "The billing address cannot be updated.",
        )),
        false => Ok(()),
    }
}

macro_rules! overlay_members {
    ($old:ident, $new:ident, $($member:ident)+) => {
        $(if let Some(text) = $new.$member {
            $old.$member = Some(text).filter(|text| !text.is_empty());
        })+
    };
}

fn overlay(old: &mut Address, new: Address) {
    overlay_members!(old, new,
        given_name family_name email title organization_name attention street_address street_address2 postal_code
        city region phone country);
}
