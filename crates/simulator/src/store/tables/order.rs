//! Orders: numbers from their series, versions, and the keys that make a purchase one order.

use super::{Tables, Undo};
use kassa::store::StoreError;
use kassa_commerce::id::CartId;
use kassa_commerce::order::{NumberSeries, Order};
use kassa_commerce::planted::{self, Bug};
use kustom_api::KustomOrderId;

impl Tables {
    pub(super) fn insert_order(&mut self, order: &Order) -> Result<String, StoreError> {
        let same = |other: &Order| {
            let is_same_purchase =
                order.kustom_order_id.is_some() && other.kustom_order_id == order.kustom_order_id;
            is_same_purchase || other.cart_id == order.cart_id
        };
        if self.orders.iter().any(same) && !planted::is(Bug::NoUniqueOrder) {
            return Err(StoreError::AlreadyCompleted);
        }
        if let Some(id) = &order.kustom_order_id {
            self.check_bound(id)?;
        }
        let number = order.series.number(self.draw(&order.series));
        self.orders.push(Order {
            number: number.clone(),
            version: 1,
            ..order.clone()
        });
        self.undo.push(Undo::Order);
        Ok(number)
    }

    /// By its prefix, which makes its numbers what they are.
    fn draw(&mut self, series: &NumberSeries) -> u64 {
        let before = self.order_counters.get(&series.prefix).copied();
        let next = before.unwrap_or(0).max(series.before_first()) + 1;
        self.order_counters.insert(series.prefix.clone(), next);
        self.undo.push(Undo::OrderCounter(series.prefix.clone(), before));
        next
    }

    pub(super) fn update_order(&mut self, order: &Order) -> Result<(), StoreError> {
        let same = |known: &Order| known.id == order.id && known.version == order.version;
        let row = self.orders.iter().position(same).ok_or(StoreError::Conflict)?;
        let moved = Order {
            number: self.orders[row].number.clone(),
            version: order.version + 1,
            ..order.clone()
        };
        let before = std::mem::replace(&mut self.orders[row], moved);
        self.undo.push(Undo::OrderRow(row, Box::new(before)));
        Ok(())
    }

    pub fn order_of_cart(&self, cart_id: CartId) -> Option<&Order> {
        self.orders.iter().find(|order| order.cart_id == cart_id)
    }

    pub fn order_of_kustom_order(&self, id: &KustomOrderId) -> Option<&Order> {
        self.orders
            .iter()
            .find(|order| order.kustom_order_id.as_ref() == Some(id))
    }

    pub fn order_with_number(&self, number: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.number == number)
    }
}
