//! What is new since somebody last looked: the one place that notices changes, for everybody who wants to see them as
//! they happen.

use crate::callback::{Attempt, CallbackNumber};
use crate::control;
use crate::kustom::Kustom;
use crate::rendering;
use bytes::Bytes;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;

/// How far somebody has watched.
#[derive(Debug, Default)]
pub(crate) struct Watched {
    exchange: u64,
    callback: CallbackNumber,
    /// Callbacks whose answer has not been seen.
    unanswered: BTreeSet<CallbackNumber>,
    faults: u64,
    resets: u64,
}

/// Something that is to be seen, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) kind: &'static str,
    pub(crate) data: Bytes,
}

#[derive(Serialize)]
struct CallbackOfOrder<'a> {
    order_id: &'a KustomOrderId,
    #[serde(flatten)]
    attempt: &'a Attempt,
}

impl Sight {
    pub(crate) fn new(kind: &'static str, data: &impl Serialize) -> Self {
        let data = rendering::bytes(data);
        Self { kind, data }
    }
}

impl Kustom {
    /// What is new, in this order: everything forgotten, requests, callbacks, orders, rules for faults.
    pub(crate) fn look(&mut self, watched: &mut Watched, now: Timestamp) -> Vec<Sight> {
        let handled = self.orders.take_handled();
        let mut sights = Vec::new();
        if self.resets != watched.resets {
            sights.push(Sight::new("reset", &json!({})));
            // The log counts from the start again.
            watched.exchange = 0;
        }
        let exchanges = self.exchanges_after(watched.exchange);
        sights.extend(exchanges.map(|exchange| Sight::new("request", exchange)));
        for id in &handled {
            let Some(order) = self.orders.get(id) else {
                continue;
            };
            let is_new = |attempt: &&Attempt| {
                attempt.number > watched.callback || watched.unanswered.contains(&attempt.number)
            };
            let attempts = order.attempts.iter().filter(is_new);
            sights.extend(attempts.map(|attempt| {
                let order_id = &order.id;
                Sight::new("callback", &CallbackOfOrder { order_id, attempt })
            }));
            sights.push(Sight::new("order", &control::summary(order, now)));
        }
        if self.faults.changes() != watched.faults {
            sights.push(Sight::new("faults", &json!({ "faults": self.fault_rules() })));
        }
        self.look_away(watched);
        sights
    }

    /// Counts everything as seen.
    pub(crate) fn look_away(&mut self, watched: &mut Watched) {
        self.orders.take_handled();
        *watched = Watched {
            exchange: self.last_exchange(),
            callback: self.last_callback,
            unanswered: self.callbacks_under_way.keys().copied().collect(),
            faults: self.faults.changes(),
            resets: self.resets,
        };
    }
}
