//! Why nothing was bought, and how the control and browser routes say so.

use crate::message::Response;
use http::StatusCode;
use serde_json::{Map, Value, json};
use thiserror::Error;

/// Why nothing was bought.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PurchaseRefusal {
    #[error("no such order, or it has expired")]
    NoSuchOrder,
    #[error("the order was aborted")]
    Aborted,
    #[error("the order is already complete")]
    AlreadyComplete,
    /// Two purchases of one order would be two payments.
    #[error("the order is being paid at this moment")]
    PaymentUnderWay,
    /// Its answer would change what is being paid.
    #[error("the merchant is being asked about a change at this moment")]
    ChangeUnderWay,
    #[error("no change of this order waits for that")]
    NoChangeUnderWay,
    #[error("no payment of this order waits for that")]
    NoPaymentUnderWay,
    #[error("these fields are missing or wrong: {}", .fields.join(", "))]
    Incomplete { fields: Vec<&'static str> },
    #[error("the order does not offer this shipping option")]
    UnknownShippingOption,
    /// Whoever drives the core itself has left out [`crate::Kustom::change`].
    #[error("the merchant wants to be asked about the way to ship first")]
    ShippingNotAgreed,
    #[error("the shopper saw {shown} and the order is {actual}")]
    AmountChanged { shown: i64, actual: i64 },
    /// The merchant's text is empty where Kustom lets it be.
    #[error("the merchant denied the purchase ({error_type}): {error_text}")]
    Denied { error_type: String, error_text: String },
    #[error("the merchant denied the purchase and sends the shopper to {location}")]
    SentAway { location: String },
    #[error("the merchant did not approve the purchase: {reason}")]
    ValidationFailed { reason: String },
    /// Nothing was taken over of what the shopper wanted to change.
    #[error("the merchant was asked about a change and gave no usable answer: {reason}")]
    ChangeFailed { reason: String },
    #[error("the payment was rejected")]
    Rejected,
}

impl PurchaseRefusal {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchOrder => "NO_SUCH_ORDER",
            Self::Aborted => "ORDER_ABORTED",
            Self::AlreadyComplete => "ORDER_COMPLETE",
            Self::PaymentUnderWay => "PAYMENT_UNDER_WAY",
            Self::NoPaymentUnderWay => "NO_PAYMENT_UNDER_WAY",
            Self::ChangeUnderWay => "CHANGE_UNDER_WAY",
            Self::NoChangeUnderWay => "NO_CHANGE_UNDER_WAY",
            Self::Incomplete { .. } => "INCOMPLETE_ADDRESS",
            Self::UnknownShippingOption => "UNKNOWN_SHIPPING_OPTION",
            Self::ShippingNotAgreed => "SHIPPING_NOT_AGREED",
            Self::AmountChanged { .. } => "ORDER_CHANGED",
            Self::Denied { .. } => "PURCHASE_DENIED",
            Self::SentAway { .. } => "PURCHASE_SENT_AWAY",
            Self::ValidationFailed { .. } => "VALIDATION_FAILED",
            Self::ChangeFailed { .. } => "CHANGE_FAILED",
            Self::Rejected => "PAYMENT_REJECTED",
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchOrder => StatusCode::NOT_FOUND,
            Self::Incomplete { .. } | Self::UnknownShippingOption => StatusCode::BAD_REQUEST,
            Self::Rejected => StatusCode::PAYMENT_REQUIRED,
            Self::Aborted
            | Self::AlreadyComplete
            | Self::PaymentUnderWay
            | Self::NoPaymentUnderWay
            | Self::ChangeUnderWay
            | Self::NoChangeUnderWay
            | Self::ShippingNotAgreed
            | Self::AmountChanged { .. }
            | Self::Denied { .. }
            | Self::SentAway { .. }
            | Self::ValidationFailed { .. }
            | Self::ChangeFailed { .. } => StatusCode::CONFLICT,
        }
    }

    /// The refusal with all its data. These routes are ours, so the form is, too.
    pub(crate) fn response(&self) -> Response {
        let mut error = Map::from_iter([
            ("code".to_owned(), json!(self.code())),
            ("message".to_owned(), json!(self.to_string())),
        ]);
        error.extend(
            self.details()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value)),
        );
        Response::json(self.status(), &json!({ "error": error }))
    }

    fn details(&self) -> Vec<(&'static str, Value)> {
        match self {
            Self::Incomplete { fields } => vec![("fields", json!(fields))],
            Self::Denied {
                error_type,
                error_text,
            } => vec![
                ("error_type", json!(error_type)),
                ("error_text", json!(error_text)),
            ],
            Self::SentAway { location } => vec![("location", json!(location))],
            _ => Vec::new(),
        }
    }
}
