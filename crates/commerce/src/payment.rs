//! Payments: one per purchase, holding what was reserved.

use crate::id::{CartId, PaymentId};
use crate::money::Money;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};

/// The payment of one purchase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    pub id: PaymentId,
    pub cart_id: CartId,
    /// The reference at the payment provider, unique among all payments.
    pub kustom_order_id: KustomOrderId,
    pub authorization: Authorization,
    /// How the shopper chose to pay, in Kustom's words.
    pub method: Option<String>,
    pub created_at: Timestamp,
}

/// Money reserved for us.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authorization {
    pub number: String,
    pub amount: Money,
    pub state: AuthorizationState,
    /// When the reservation lapses unless it is captured.
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationState {
    /// Kustom still examines the purchase: nothing may be shipped.
    Pending,
    Successful,
}
