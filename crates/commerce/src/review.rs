//! Purchases that a person must look at. Money that we cannot place is shown, never dropped and never sent back by
//! itself.

use crate::id::CartId;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};

/// One thing to look at. A purchase has at most one review per reason, however often we stumble over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub kustom_order_id: KustomOrderId,
    pub cart_id: CartId,
    pub reason: ReviewReason,
    /// For the person who looks: amounts and revisions, no personal data.
    pub detail: String,
    pub opened_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// Paid, but for nothing that we ever offered. No order was made.
    ContentMismatch,
    /// Paid, but the answer does not say clearly enough what for. No order was made.
    UnclearPurchase,
    /// Kustom declined the purchase after the shopper had bought. No order was made.
    FraudRejected,
    /// The cart was already bought by another Kustom order. The second authorization is being cancelled.
    DuplicatePurchase,
    /// The cart changed after it was paid. The order is what was paid; the later edit was not bought.
    EditedAfterPayment,
}

impl ReviewReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContentMismatch => "content_mismatch",
            Self::UnclearPurchase => "unclear_purchase",
            Self::FraudRejected => "fraud_rejected",
            Self::DuplicatePurchase => "duplicate_purchase",
            Self::EditedAfterPayment => "edited_after_payment",
        }
    }
}
