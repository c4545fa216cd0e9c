//! The orders by id, and which of them somebody has had in hand since they were last asked after.
//!
//! Whoever changes an order has to come through here, so that nobody who watches the emulator misses a change, whatever
//! part of the emulator made it.

use crate::order::Order;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use std::collections::btree_map::ValuesMut;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Orders {
    by_id: BTreeMap<KustomOrderId, Order>,
    /// No more than there are orders. Who has looked is not part of what the emulator knows, so it is neither kept nor
    /// compared.
    #[serde(skip)]
    handled: BTreeSet<KustomOrderId>,
}

impl PartialEq for Orders {
    fn eq(&self, other: &Self) -> bool {
        self.by_id == other.by_id
    }
}

/// Reading leaves no trace; there is no way to write but those below.
impl Deref for Orders {
    type Target = BTreeMap<KustomOrderId, Order>;

    fn deref(&self) -> &Self::Target {
        &self.by_id
    }
}

impl Orders {
    /// An order that may be changed. It counts as changed even when it is not.
    pub(crate) fn get_mut(&mut self, id: &KustomOrderId) -> Option<&mut Order> {
        let order = self.by_id.get_mut(id)?;
        if !self.handled.contains(id) {
            self.handled.insert(id.clone());
        }
        Some(order)
    }

    pub(crate) fn values_mut(&mut self) -> ValuesMut<'_, KustomOrderId, Order> {
        self.handled = self.by_id.keys().cloned().collect();
        self.by_id.values_mut()
    }

    pub(crate) fn insert(&mut self, order: Order) {
        self.handled.insert(order.id.clone());
        self.by_id.insert(order.id.clone(), order);
    }

    pub(crate) fn remove(&mut self, id: &KustomOrderId) {
        self.handled.remove(id);
        self.by_id.remove(id);
    }

    /// The orders that were in somebody's hands since this was last asked.
    pub(crate) fn take_handled(&mut self) -> BTreeSet<KustomOrderId> {
        std::mem::take(&mut self.handled)
    }
}
