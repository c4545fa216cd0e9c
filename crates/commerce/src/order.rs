//! Orders: what was bought, frozen as it was paid, and how far it is on its way.

mod cancel;
mod delivery;
mod number;
mod place;
#[cfg(test)]
mod tests;

pub use cancel::{CancelError, cancel};
pub use delivery::{Delivery, DeliveryLine, DeliveryState, MoveError, move_delivery};
pub use number::{NumberSeries, SeriesError, order_numbers};
pub use place::NewIds;
pub(crate) use place::{Sale, place};

use crate::address::Address;
use crate::id::{CartId, OrderId, PaymentId};
use crate::payment::{AuthorizationState, Payment};
use crate::pricing::Priced;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An order. What was bought never changes with the catalogue or the cart; only its deliveries move on, or all of it ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    /// The number people read. The store assigns it in the transaction that inserts the order, so none is skipped.
    #[serde(skip)]
    pub number: String,
    /// Grows by one with every change. A change that was planned on an older version is refused.
    #[serde(skip)]
    pub version: u64,
    /// Where its number was drawn.
    #[serde(default)]
    pub series: NumberSeries,
    pub cart_id: CartId,
    pub cart_number: String,
    /// The one that paid, if it was Kustom's.
    pub kustom_order_id: Option<KustomOrderId>,
    pub payment_id: PaymentId,
    pub profile_key: String,
    pub channel_key: String,
    pub locale: String,
    /// Which of the payloads made for Kustom was paid.
    pub payload_revision: Option<u64>,
    pub priced: Priced,
    pub deliveries: Vec<Delivery>,
    pub billing: Option<Contact>,
    pub shipping: Option<Contact>,
    pub organization_registration_id: Option<String>,
    pub vat_id: Option<String>,
    pub fields: BTreeMap<String, serde_json::Value>,
    pub placed_at: Timestamp,
    /// By its owner.
    #[serde(default)]
    pub cancelled_at: Option<Timestamp>,
}

/// A person or organisation at an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub address: Address,
    pub organization_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// The payment is still examined, or was declined: nothing may be sent.
    Pending,
    Confirmed,
    /// By its owner, for good.
    Cancelled,
}

impl OrderState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl Order {
    /// It follows from what is known of the payment each time, so that no state can be left standing.
    pub fn state(&self, payment: &Payment) -> OrderState {
        match payment.authorization.state {
            _ if self.cancelled_at.is_some() => OrderState::Cancelled,
            AuthorizationState::Successful => OrderState::Confirmed,
            AuthorizationState::Pending | AuthorizationState::Rejected | AuthorizationState::Released => {
                OrderState::Pending
            }
        }
    }

    /// Whether goods of it may leave the house.
    pub fn is_shippable(&self, payment: &Payment) -> bool {
        let amount = self.priced.amount_to_pay();
        self.cancelled_at.is_none() && amount.is_ok_and(|amount| payment.is_shippable(amount))
    }
}
