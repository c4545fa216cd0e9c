//! Orders: what was bought, frozen as it was paid.

use crate::address::Address;
use crate::id::{CartId, OrderId, PaymentId};
use crate::pricing::Priced;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An order. It never changes with the catalogue or the cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    /// The number people read. The store assigns it in the transaction that inserts the order, so none is skipped.
    #[serde(skip)]
    pub number: String,
    pub cart_id: CartId,
    pub cart_number: String,
    pub kustom_order_id: KustomOrderId,
    pub payment_id: PaymentId,
    pub profile_key: String,
    pub channel_key: String,
    pub locale: String,
    /// Which of the payloads made for Kustom was paid.
    pub payload_revision: u64,
    pub priced: Priced,
    pub billing: Option<Contact>,
    pub shipping: Option<Contact>,
    pub organization_registration_id: Option<String>,
    pub vat_id: Option<String>,
    pub fields: BTreeMap<String, serde_json::Value>,
    pub placed_at: Timestamp,
}

/// A person or organisation at an address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub address: Address,
    pub organization_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}
