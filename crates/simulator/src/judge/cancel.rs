//! Orders that their owners cancel: only at their wish, wholly, and not without Kustom.

use super::Judge;
use crate::report::Situation;
use crate::store::short;
use crate::world::World;
use kassa::app::PricedCart;
use kassa_commerce::change::Change;
use kassa_commerce::id::CartId;
use kassa_commerce::order::{Order, OrderState};
use kassa_commerce::payment::AuthorizationState;
use kustom_api::KustomOrderId;

impl Judge {
    /// A shopper wants the order of this cart to be cancelled.
    pub fn wants_cancelled(&mut self, cart_id: CartId) {
        if let Some(cart) = self.carts.get_mut(&cart_id) {
            cart.is_cancellation_wanted = true;
        }
    }

    /// In these worlds nobody sends anything, so an order moves on once: when it is cancelled.
    pub(super) fn order_moved(&mut self, order: &Order, id: &KustomOrderId, change: &Change, world: &World) {
        let cart = self.carts.get(&order.cart_id);
        let is_wanted = cart.is_some_and(|cart| cart.is_cancellation_wanted);
        let session = self.session(id);
        let is_first = session.order_number.is_some() && !session.was_cancelled;
        session.was_cancelled = true;
        self.demand(is_wanted && order.cancelled_at.is_some(), "D2", || {
            format!("the order of {} moved on by nobody's wish", short(id))
        });
        self.demand(is_first, "I12", || {
            format!("the order of {} was cancelled twice", short(id))
        });
        let released = change.authorization.as_ref().map(|write| write.state);
        self.demand(released == Some(AuthorizationState::Released), "I11", || {
            format!("the order of {} was cancelled and its money kept", short(id))
        });
        world.saw(Situation::OrderCancelled);
    }

    /// A shopper is told that the order is cancelled.
    pub fn told_cancelled(&mut self, told: &PricedCart) {
        let cart = self.carts.get(&told.cart.id);
        let bought_by = cart.and_then(|cart| cart.bought_by.as_ref());
        let session = bought_by.and_then(|id| self.sessions.get(id));
        let is_stored = session.is_some_and(|session| session.was_cancelled);
        let is_shown = told.cart.order.as_ref().map(|order| order.state) == Some(OrderState::Cancelled);
        let number = told.cart.number.clone();
        self.demand(is_stored && is_shown, "I4", || {
            format!("{number}: a shopper was told of a cancellation that is not stored")
        });
    }
}
