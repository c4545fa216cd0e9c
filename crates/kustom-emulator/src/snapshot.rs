//! The whole state as one JSON document, to be kept, sent around and gone back to.
//!
//! The document holds the state itself and no list of its parts, so nothing can be left out by mistake. It is for the
//! release that wrote it: another one refuses it, naming what it misses or does not know.

use crate::callback::{CallbackAnswer, CallbackKind, DueCallback};
use crate::clock::ClockReading;
use crate::kustom::{Kustom, ORDER_LIMIT};
use crate::order::{Change, Order};
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use thiserror::Error;

/// Grows when a document of before is read wrongly instead of being refused.
const VERSION: u64 = 1;

/// Why a question has no answer.
const BROKEN_OFF: &str = "the emulator went on from a snapshot before the answer came";

/// Why a document is not taken.
#[derive(Debug, Error)]
pub enum SnapshotError {
    #[error("the document is no snapshot: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the snapshot has version {found}, and this emulator reads version {VERSION}")]
    OtherVersion { found: u64 },
    #[error("the snapshot contradicts itself: {what}")]
    Contradictory { what: &'static str },
}

impl SnapshotError {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "BAD_SNAPSHOT",
            Self::OtherVersion { .. } => "OTHER_VERSION",
            Self::Contradictory { .. } => "CONTRADICTORY_SNAPSHOT",
        }
    }
}

#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    clock: &'a ClockReading,
    kustom: &'a Kustom,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[expect(dead_code, reason = "was looked at before the rest")]
    version: u64,
    clock: ClockReading,
    kustom: Kustom,
}

/// Read first: a document of another version says so, instead of naming a member that this one lacks.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

impl Kustom {
    /// All of it as JSON, with the clock that goes with it. Only credentials are left out.
    pub fn snapshot(&self, clock: &ClockReading) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(&Written {
            version: VERSION,
            clock,
            kustom: self,
        })
    }

    /// The emulator that a snapshot shows. It is equal to the one that wrote it, and answers equally from then on. What
    /// was under way is still under way: whoever sends the callbacks has to know them. If nobody does, see
    /// [`Kustom::replace`].
    pub fn restore(document: &[u8]) -> Result<(Self, ClockReading), SnapshotError> {
        let found = serde_json::from_slice::<Versioned>(document)?.version;
        if found != VERSION {
            return Err(SnapshotError::OtherVersion { found });
        }
        let read: Read = serde_json::from_slice(document)?;
        read.kustom.check()?;
        Ok((read.kustom, read.clock))
    }

    /// Goes on as the restored one. Nobody waits for the answers that were open in it, and the answers that are open here
    /// must not be taken for those: pushes are due again, and payments and questions have failed.
    pub fn replace(&mut self, restored: Self, now: Timestamp) {
        let previous = std::mem::replace(self, restored);
        self.rules.credentials = previous.rules.credentials;
        self.resets = previous.resets.max(self.resets) + 1;
        self.last_callback = previous.last_callback.max(self.last_callback);
        for callback in self.callbacks_under_way.clone().into_values() {
            self.break_off(callback, now);
        }
        self.callbacks_under_way.clear();
        for order in self.orders.values_mut() {
            // Whoever was at the bank's page was led there by what is gone now.
            if order.payment.take().is_some() {
                order.record(Change::PaymentAbandoned, now);
            }
        }
    }

    fn break_off(&mut self, callback: DueCallback, now: Timestamp) {
        let answer = CallbackAnswer::Failed {
            reason: BROKEN_OFF.to_owned(),
        };
        if callback.is_scheduled {
            return self.make_due_again(callback, answer, now);
        }
        if callback.repeats.is_some() {
            return self.callback_answered(callback.number, answer, now);
        }
        match callback.kind {
            CallbackKind::Push
            | CallbackKind::Notification
            | CallbackKind::Webhook
            | CallbackKind::HostedStatus => {
                self.callback_answered(callback.number, answer, now);
            }
            // The payment itself is ended with all others.
            CallbackKind::Validation => {
                if let Some(order) = self.orders.get_mut(&callback.order_id) {
                    order.record_answer(callback.number, answer, now);
                }
            }
            CallbackKind::ShippingOption | CallbackKind::Address | CallbackKind::Country => {
                if let Some(order) = self.orders.get_mut(&callback.order_id) {
                    order.record_answer(callback.number, answer, now);
                    order.asking = None;
                    order.record(Change::ChangeFailed, now);
                }
            }
        }
    }

    /// The push may have arrived or not. Two of them do no harm, and none would.
    fn make_due_again(&mut self, push: DueCallback, answer: CallbackAnswer, now: Timestamp) {
        let Some(order) = self.orders.get_mut(&push.order_id) else {
            return;
        };
        order.record_answer(push.number, answer, now);
        if order.acknowledged_at.is_none() {
            order.next_push_at = Some(push.due_at);
            self.due_pushes.insert((push.due_at, push.order_id));
        }
    }

    /// What the emulator relies on. A document may have been written by hand.
    fn check(&self) -> Result<(), SnapshotError> {
        let listed: BTreeSet<&KustomOrderId> = self.created.iter().collect();
        let is_listed_once = listed.len() == self.created.len() && listed.into_iter().eq(self.orders.keys());
        let facts = [
            (self.orders.len() <= ORDER_LIMIT, "it has too many orders"),
            (is_listed_once, "its list of orders is not that of its orders"),
            (
                self.orders.iter().all(|(id, order)| *id == order.id),
                "an order stands under another id than its own",
            ),
            (
                self.orders.values().all(Order::has_sound_amounts),
                "an order has amounts that no order can have",
            ),
            (
                self.due_pushes.iter().all(|(_, id)| self.orders.contains_key(id)),
                "a push is due of an order that is not there",
            ),
            (
                self.last_callback.0 < u64::MAX / 2 && self.resets < u64::MAX / 2,
                "its counters are at their end",
            ),
        ];
        match facts.into_iter().find(|(holds, _)| !holds) {
            Some((_, what)) => Err(SnapshotError::Contradictory { what }),
            None => Ok(()),
        }
    }
}
