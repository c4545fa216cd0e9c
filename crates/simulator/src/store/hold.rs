//! Claims on what runs out, in memory.

use jiff::Timestamp;
use kassa::store::{LeftOver, Scarce, StoreError};
use kassa_commerce::change::StockWrite;
use kassa_commerce::id::CartId;
use kassa_commerce::reservation::{HoldClaim, HoldWrite, Resource};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub(super) struct Holds {
    held: BTreeMap<(Resource, CartId), (u32, Timestamp)>,
    used: BTreeMap<(Resource, CartId), u32>,
    stock: BTreeMap<String, i64>,
}

impl Holds {
    pub(super) fn set_stock(&mut self, write: &StockWrite) {
        match write.on_hand {
            Some(on_hand) => self
                .stock
                .insert(write.product_number.clone(), i64::from(on_hand)),
            None => self.stock.remove(&write.product_number),
        };
    }

    pub(super) fn write(&mut self, write: &HoldWrite) -> Result<(), StoreError> {
        let key = (write.resource.clone(), write.cart_id);
        let is_used = self.used.contains_key(&key);
        if let Resource::Stock(number) = &write.resource
            && !is_used
            && !self.stock.contains_key(number)
        {
            return Ok(());
        }
        match write.claim {
            HoldClaim::Until(_) | HoldClaim::Used { .. } if is_used => (),
            HoldClaim::Until(until) => {
                self.check(write)?;
                self.held.insert(key, (write.quantity, until));
            }
            HoldClaim::Used { honoured } => {
                if !honoured {
                    self.check(write)?;
                }
                self.held.remove(&key);
                self.used.insert(key, write.quantity);
                self.count(&write.resource, i64::from(write.quantity));
            }
            HoldClaim::Returned => {
                self.held.remove(&key);
                if let Some(quantity) = self.used.remove(&key) {
                    self.count(&write.resource, -i64::from(quantity));
                }
            }
        }
        Ok(())
    }

    pub(super) fn left_over(&self, cart_id: CartId, scarce: &Scarce, now: Timestamp) -> LeftOver {
        let used_up = scarce.promotions.iter().filter(|(key, limit)| {
            let resource = Resource::Promotion(key.clone());
            let free = self.free(&resource, Some(*limit), cart_id, now);
            !self.used.contains_key(&(resource, cart_id)) && free.is_some_and(|free| free < 1)
        });
        let available = scarce.products.iter().filter_map(|number| {
            let free = self.free(&Resource::Stock(number.clone()), None, cart_id, now)?;
            Some((number.clone(), u32::try_from(free.max(0)).unwrap_or(u32::MAX)))
        });
        LeftOver {
            used_up: used_up.map(|(key, _)| key.clone()).collect(),
            available: available.collect(),
        }
    }

    fn check(&self, write: &HoldWrite) -> Result<(), StoreError> {
        match self.free(&write.resource, write.limit, write.cart_id, write.now) {
            Some(free) if free < i64::from(write.quantity) => {
                Err(StoreError::Exhausted(write.resource.clone()))
            }
            _ => Ok(()),
        }
    }

    fn free(&self, resource: &Resource, limit: Option<u32>, cart_id: CartId, now: Timestamp) -> Option<i64> {
        let total = match resource {
            Resource::Promotion(_) => {
                let used = self.used.iter().filter(|((known, _), _)| known == resource);
                i64::from(limit?) - used.map(|(_, quantity)| i64::from(*quantity)).sum::<i64>()
            }
            Resource::Stock(number) => *self.stock.get(number)?,
        };
        let held = self
            .held
            .iter()
            .filter(|((known, cart), (_, until))| known == resource && *cart != cart_id && *until > now)
            .map(|(_, (quantity, _))| i64::from(*quantity));
        Some(total - held.sum::<i64>())
    }

    fn count(&mut self, resource: &Resource, used: i64) {
        if let Resource::Stock(number) = resource
            && let Some(on_hand) = self.stock.get_mut(number)
        {
            *on_hand -= used;
        }
    }
}
