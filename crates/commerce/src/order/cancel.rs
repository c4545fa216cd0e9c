//! An order cancelled at its owner's wish: all of it, once, and only before anybody has begun to send it.

use super::{DeliveryState, Order};
use crate::cart::Cart;
use crate::change::{AuthorizationWrite, CartWrite, Change, KustomOrderWrite};
use crate::job::{JobKey, JobRequest};
use crate::kustom::{KustomOrder, KustomOrderState};
use crate::payment::{AuthorizationState, Payment};
use crate::planted::{self, Bug};
use crate::reservation::{HoldClaim, claims};
use jiff::Timestamp;
use thiserror::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CancelError {
    #[error("the cart has no order")]
    NoOrder,
    #[error("the order is being sent, or was paid out")]
    TooLate,
}

/// Cancels the order, releases its payment and gives back what it used. The cart is written as well, so that whoever looks
/// at it hears of it. `kustom_order` is the one that paid. `None` if it was cancelled before.
///
/// This is a decision of the owner's and no doubt of ours, so the authorization may be given back without a person.
pub fn cancel(
    cart: &Cart,
    order: &Order,
    payment: &Payment,
    kustom_order: Option<&KustomOrder>,
    now: Timestamp,
) -> Result<Option<Change>, CancelError> {
    if order.cancelled_at.is_some() {
        return Ok(None);
    }
    let is_untouched = order
        .deliveries
        .iter()
        .all(|delivery| delivery.state.is_untouched());
    if !is_untouched || payment.captured.is_some() {
        return Err(CancelError::TooLate);
    }
    // What Kustom has declined holds nothing that could be given back.
    let kustom_order = kustom_order.filter(|_| payment.authorization.state != AuthorizationState::Rejected);
    let released = AuthorizationWrite {
        payment_id: payment.id,
        state: AuthorizationState::Released,
    };
    let given_back = kustom_order.map(|kustom_order| KustomOrderWrite::Move {
        id: kustom_order.id.clone(),
        from: kustom_order.state,
        to: KustomOrderState::GivenBack,
    });
    let told = kustom_order
        .filter(|_| !planted::is(Bug::CancellationForgotten))
        .map(|kustom_order| JobRequest::at(JobKey::Cancel(kustom_order.id.clone()), now));
    Ok(Some(Change {
        cart: Some(CartWrite::Update(Box::new(cart.clone()))),
        order_update: Some(Box::new(cancelled(order, now))),
        authorization: Some(released),
        kustom_orders: given_back.into_iter().collect(),
        jobs: told.into_iter().collect(),
        holds: claims(cart.id, &order.priced, HoldClaim::Returned, now),
        ..Change::default()
    }))
}

fn cancelled(order: &Order, now: Timestamp) -> Order {
    let mut order = order.clone();
    order.cancelled_at = Some(now);
    for delivery in &mut order.deliveries {
        if delivery.state == DeliveryState::Open {
            delivery.state = DeliveryState::CancelledByOrder;
        }
    }
    order
}
