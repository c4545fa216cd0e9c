//! Which status allows what, as one table.
//!
//! Sources: <https://docs.kustom.co/contents/api/order-management> for the refusals of each endpoint and
//! <https://help.kustom.co/en/articles/272002-order-status> for the statuses. An action is allowed where neither refuses
//! it, and that is inferred for:
//!
//! * acknowledging an order that is over: nothing else ends its pushes,
//! * references of an order that is over: only the cancelled one is documented to refuse them,
//! * shipping information of an order in any status: its endpoint documents no refusal,
//! * releasing what is left of a fully captured order: nothing happens.

use super::Refused;
use http::{Method, StatusCode};
use kustom_api::ManagementStatus;

/// What can be done with a bought order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Acknowledge,
    UpdateAuthorization,
    Capture,
    AddCaptureShippingInfo,
    SendOut,
    Refund,
    Cancel,
    Release,
    Extend,
    SetReferences,
    UpdateCustomer,
    AddShippingInfo,
}

struct Row {
    action: Action,
    /// What the refusal speaks of.
    name: &'static str,
    /// The code of the refusal.
    code: &'static str,
    /// One letter for each of [`COLUMNS`]: `+` where it is allowed.
    allowed: &'static str,
}

const COLUMNS: [ManagementStatus; 6] = [
    ManagementStatus::Authorized,
    ManagementStatus::PartCaptured,
    ManagementStatus::Captured,
    ManagementStatus::Cancelled,
    ManagementStatus::Expired,
    ManagementStatus::Closed,
];

/// An order that expired with captures may still be told where those goods are; that it has some is checked with them.
#[rustfmt::skip]
const TABLE: [Row; 12] = [
    //                                                                                               authorized
    //                                                                                               |part captured
    //                                                                                               ||captured
    //                                                                                               |||cancelled
    //                                                                                               ||||expired
    //                                                                                               |||||closed
    row(Action::Acknowledge,            "Acknowledgement",             "NOT_ALLOWED",         "++++++"),
    row(Action::UpdateAuthorization,    "Update of authorization",     "NOT_ALLOWED",         "++----"),
    row(Action::Capture,                "Capture",                     "CAPTURE_NOT_ALLOWED", "++----"),
    row(Action::AddCaptureShippingInfo, "Update of shipping info",     "NOT_ALLOWED",         "-++-++"),
    row(Action::SendOut,                "Customer communication",      "NOT_ALLOWED",         "-++-++"),
    row(Action::Refund,                 "Refund",                      "REFUND_NOT_ALLOWED",  "-++---"),
    row(Action::Cancel,                 "Cancel",                      "CANCEL_NOT_ALLOWED",  "+-----"),
    row(Action::Release,                "Release",                     "NOT_ALLOWED",         "-++---"),
    row(Action::Extend,                 "Extension of authorization",  "NOT_ALLOWED",         "++----"),
    row(Action::SetReferences,          "Update of references",        "NOT_ALLOWED",         "+++-++"),
    row(Action::UpdateCustomer,         "Update of customer details",  "NOT_ALLOWED",         "++----"),
    row(Action::AddShippingInfo,        "Update of shipping info",     "NOT_ALLOWED",         "++++++"),
];

const fn row(action: Action, name: &'static str, code: &'static str, allowed: &'static str) -> Row {
    Row {
        action,
        name,
        code,
        allowed,
    }
}

/// What a call asks for, or the status of the answer to a call that asks for nothing known.
pub(super) fn action(rest: &[&str], method: &Method) -> Result<Action, StatusCode> {
    let (wanted, action) = match rest {
        ["acknowledge"] => (Method::POST, Action::Acknowledge),
        ["authorization"] => (Method::PATCH, Action::UpdateAuthorization),
        ["captures"] => (Method::POST, Action::Capture),
        ["captures", _, "shipping-info"] => (Method::POST, Action::AddCaptureShippingInfo),
        ["captures", _, "trigger-send-out"] => (Method::POST, Action::SendOut),
        ["refunds"] => (Method::POST, Action::Refund),
        ["cancel"] => (Method::POST, Action::Cancel),
        ["release-remaining-authorization"] => (Method::POST, Action::Release),
        ["extend-authorization-time"] => (Method::POST, Action::Extend),
        ["merchant-references"] => (Method::PATCH, Action::SetReferences),
        ["customer-details"] => (Method::PATCH, Action::UpdateCustomer),
        ["shipping-info"] => (Method::POST, Action::AddShippingInfo),
        _ => return Err(StatusCode::NOT_FOUND),
    };
    match *method == wanted {
        true => Ok(action),
        false => Err(StatusCode::METHOD_NOT_ALLOWED),
    }
}

/// Whether the table allows it. A status that the documentation does not name allows nothing.
pub(super) fn check(action: Action, status: &ManagementStatus) -> Result<(), Refused> {
    let column = COLUMNS.iter().position(|column| column == status);
    let row = TABLE.iter().find(|row| row.action == action);
    let row = row.expect("each action has its row, as a test makes sure");
    let is_allowed = column.is_some_and(|column| row.allowed.as_bytes().get(column) == Some(&b'+'));
    if is_allowed {
        return Ok(());
    }
    let mut refused = Refused::new(
        row.code,
        format!("{} not possible: the order is {}.", row.name, status.as_str()),
    );
    if (action, status) == (Action::Capture, &ManagementStatus::Captured) {
        // Whatever is asked for is more than the nothing that is left.
        refused
            .messages
            .insert(0, super::capture::HIGHER_THAN_REMAINING.to_owned());
    }
    Err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_action_has_one_row_and_each_row_a_letter_for_each_status() {
        for row in &TABLE {
            let rows = TABLE.iter().filter(|other| other.action == row.action);
            assert_eq!(rows.count(), 1, "{:?}", row.action);
            assert_eq!(row.allowed.len(), COLUMNS.len(), "{:?}", row.action);
        }
        // The compiler asks for the new action here, and this for its row.
        let last = match Action::Acknowledge {
            Action::Acknowledge
            | Action::UpdateAuthorization
            | Action::Capture
            | Action::AddCaptureShippingInfo
            | Action::SendOut
            | Action::Refund
            | Action::Cancel
            | Action::Release
            | Action::Extend
            | Action::SetReferences
            | Action::UpdateCustomer
            | Action::AddShippingInfo => 12,
        };
        assert_eq!(TABLE.len(), last);
    }

    #[test]
    fn a_status_that_nobody_documented_allows_nothing() {
        let status = ManagementStatus::from("IN_LIMBO".to_owned());
        for row in &TABLE {
            assert!(check(row.action, &status).is_err(), "{:?}", row.action);
        }
    }
}
