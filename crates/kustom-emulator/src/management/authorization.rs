//! The authorization: another amount, more time, or an end.
//!
//! Source: <https://docs.kustom.co/contents/api/order-management>.

use super::{Refused, Subject, refund};
use crate::message::Response;
use crate::order::Change;
use crate::validation;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use kustom_api::{AuthorizationUpdate, FraudStatus, ManagedOrder, ManagementStatus};

/// The usual reservation time; Kustom agrees on another with some merchants.
pub(crate) const AUTHORIZATION_LIFETIME: SignedDuration = SignedDuration::from_hours(28 * 24);

/// No extension leads beyond this time from the purchase. After it the order has expired, so none begins there either.
/// Source: <https://help.kustom.co/en/articles/377654-reservation-time>.
const EXTENSION_LIMIT: SignedDuration = SignedDuration::from_hours(180 * 24);

/// What is paid at once has nothing to extend.
const PAID_BY_CARD: [&str; 2] = ["CARD", "PAY_BY_CARD"];

const CODE: &str = "NOT_ALLOWED";

/// Lines that are sent replace those of the order, and an update without lines leaves none: the amount would contradict
/// them. That comes from the API's earlier owner; Kustom's own page asks for the full set and says no more.
pub(super) fn update(subject: &mut Subject<'_>) -> Response {
    let sent: AuthorizationUpdate =
        match validation::read_authorization(&subject.call.request.body, subject.strictness) {
            Ok(sent) => sent,
            Err(findings) => return subject.call.bad_value(&findings),
        };
    if let Err(refused) = check(subject.managed, sent.order_amount) {
        return subject.refuse(&refused);
    }
    let managed = &mut *subject.managed;
    managed.order_amount = sent.order_amount;
    managed.order_lines = sent.order_lines;
    managed.remaining_authorized_amount = sent.order_amount - managed.captured_amount;
    settle(managed);
    subject.done(Change::AuthorizationUpdated)
}

pub(super) fn cancel(subject: &mut Subject<'_>) -> Response {
    subject.managed.status = ManagementStatus::Cancelled;
    subject.managed.remaining_authorized_amount = 0;
    subject.done(Change::Cancelled)
}

/// Which status a release leaves is not documented: nothing is left to take, as after the last capture.
pub(super) fn release(subject: &mut Subject<'_>) -> Response {
    if subject.managed.remaining_authorized_amount == 0 {
        return Response::empty(StatusCode::NO_CONTENT);
    }
    subject.managed.remaining_authorized_amount = 0;
    settle(subject.managed);
    subject.done(Change::AuthorizationReleased)
}

/// The new date counts from today, so that a second call on one day changes nothing.
/// Source: <https://help.kustom.co/en/articles/377654-reservation-time>. That it never comes sooner than the old one, and
/// keeps its time of day, is inferred.
pub(super) fn extend(subject: &mut Subject<'_>) -> Response {
    let extended = match extended(subject.managed, subject.now) {
        Ok(extended) => extended,
        Err(refused) => return subject.refuse(&refused),
    };
    if Some(extended) <= subject.managed.expires_at {
        return Response::empty(StatusCode::NO_CONTENT);
    }
    subject.managed.expires_at = Some(extended);
    subject.done(Change::AuthorizationExtended)
}

/// An order of which everything that is left was taken is captured; a part of it was taken before.
fn settle(managed: &mut ManagedOrder) {
    if managed.captured_amount > 0 && managed.remaining_authorized_amount == 0 {
        managed.status = ManagementStatus::Captured;
        refund::close_if_settled(managed);
    }
}

fn check(managed: &ManagedOrder, amount: i64) -> Result<(), Refused> {
    if amount < managed.captured_amount {
        let message = format!(
            "Order amount {amount} is lower than the captured amount {}.",
            managed.captured_amount
        );
        return Err(Refused::new(CODE, message));
    }
    // Kustom judges the risk of an increase. Here it says yes to whom it said yes before, unless a fault says no.
    if amount > managed.order_amount && managed.fraud_status != FraudStatus::Accepted {
        let message = format!(
            "Order amount cannot grow: the fraud status is {}.",
            managed.fraud_status.as_str()
        );
        return Err(Refused::new(CODE, message));
    }
    Ok(())
}

fn extended(managed: &ManagedOrder, now: Timestamp) -> Result<Timestamp, Refused> {
    let method = managed.initial_payment_method.as_ref();
    if method.is_some_and(|method| PAID_BY_CARD.contains(&method.method_type.as_str())) {
        return Err(Refused::new(CODE, "What was paid by card cannot be extended."));
    }
    let created_at = managed.created_at.unwrap_or(now);
    let last = later(created_at, EXTENSION_LIMIT);
    let time_of_day = created_at.to_zoned(TimeZone::UTC).time();
    let today = now.to_zoned(TimeZone::UTC).date().to_datetime(time_of_day);
    let today = today
        .to_zoned(TimeZone::UTC)
        .map_or(now, |today| today.timestamp());
    Ok(later(today, AUTHORIZATION_LIFETIME).min(last))
}

/// A clock that was moved to the end of time has nothing later.
fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}
