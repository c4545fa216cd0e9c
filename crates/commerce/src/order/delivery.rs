//! What leaves the house in one parcel, and how far it is.

use super::{Contact, Order, number};
use crate::change::Change;
use crate::id::CartItemId;
use crate::payment::Payment;
use crate::pricing::{Priced, PricedShipping};
use crate::reservation::{HoldClaim, claims};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A part of an order that is sent in one go. Its number follows from its place in the order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub state: DeliveryState,
    pub lines: Vec<DeliveryLine>,
    /// How it is sent, what that costs and the tax of it.
    pub shipping: Option<PricedShipping>,
    pub address: Option<Contact>,
}

/// So many pieces of an order's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryLine {
    pub item_id: CartItemId,
    pub product_number: String,
    pub quantity: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryState {
    /// Nobody has begun: the order can still be cancelled by its owner.
    Open,
    Processing,
    Completed,
    /// By the shop.
    Cancelled,
    /// With its order, by the owner.
    CancelledByOrder,
}

/// Why a delivery stays where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoveError {
    #[error("the order has no such delivery")]
    NoSuchDelivery,
    #[error("a delivery that is {} cannot become {}", from.as_str(), to.as_str())]
    NotAllowed { from: DeliveryState, to: DeliveryState },
    #[error("the payment of the order does not hold, so nothing of it may be shipped")]
    NotShippable,
}

impl Delivery {
    /// All of an order at once.
    pub(super) fn of_all(priced: &Priced, address: Option<Contact>) -> Self {
        let line = |line: &crate::pricing::PricedLine| DeliveryLine {
            item_id: line.item_id,
            product_number: line.product_number.clone(),
            quantity: line.quantity,
        };
        Self {
            state: DeliveryState::Open,
            lines: priced.lines.iter().map(line).collect(),
            shipping: priced.shipping.clone(),
            address,
        }
    }
}

impl DeliveryState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
            Self::CancelledByOrder => "cancelledByOrder",
        }
    }

    /// What an operator may do. What was begun can be put back, what has left or was given up stays so, and
    /// `cancelledByOrder` is the owner's alone.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Open => matches!(next, Self::Processing | Self::Cancelled),
            Self::Processing => matches!(next, Self::Open | Self::Completed | Self::Cancelled),
            Self::Completed | Self::Cancelled | Self::CancelledByOrder => false,
        }
    }

    /// Whether the order's owner may still change their mind.
    pub(super) fn is_untouched(self) -> bool {
        matches!(self, Self::Open | Self::Cancelled | Self::CancelledByOrder)
    }
}

impl Order {
    /// The deliveries with their numbers.
    pub fn numbered_deliveries(&self) -> impl Iterator<Item = (String, &Delivery)> {
        let numbered = self.deliveries.iter().enumerate();
        numbered.map(|(position, delivery)| (number::delivery_number(&self.number, position), delivery))
    }
}

/// Moves a delivery on. `None` if it is there already.
pub fn move_delivery(
    order: &Order,
    payment: &Payment,
    delivery_number: &str,
    to: DeliveryState,
    now: Timestamp,
) -> Result<Option<Change>, MoveError> {
    let mut numbers = order.numbered_deliveries();
    let position = numbers
        .position(|(number, _)| number == delivery_number)
        .ok_or(MoveError::NoSuchDelivery)?;
    let from = order.deliveries[position].state;
    if from == to {
        return Ok(None);
    }
    if !from.may_become(to) {
        return Err(MoveError::NotAllowed { from, to });
    }
    let ships = matches!(to, DeliveryState::Processing | DeliveryState::Completed);
    if ships && !order.is_shippable(payment) {
        return Err(MoveError::NotShippable);
    }
    let mut moved = order.clone();
    moved.deliveries[position].state = to;
    // Nothing of it leaves the house, so all of it can be sold again.
    let is_given_up = moved
        .deliveries
        .iter()
        .all(|delivery| delivery.state == DeliveryState::Cancelled);
    let claim = is_given_up.then_some(HoldClaim::Returned);
    let holds = claim.map(|claim| claims(order.cart_id, &order.priced, claim, now));
    Ok(Some(Change {
        holds: holds.unwrap_or_default(),
        order_update: Some(Box::new(moved)),
        ..Change::default()
    }))
}
