//! The log of one cart: append-only, bounded in entries and bytes, oldest dropped.

use super::committed::Facts;
use super::{Excerpt, MAX_BYTES_PER_CART, MAX_ENTRIES_PER_CART};
use kustom_api::KustomOrderId;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::sync::watch;

#[derive(Debug, Default)]
pub(super) struct Log {
    /// Of sequences without a gap, oldest first.
    entries: VecDeque<Arc<str>>,
    bytes: usize,
    /// How many there ever were.
    newest_sequence: u64,
    exchanges: u64,
    pub(super) newest: watch::Sender<u64>,
    pub(super) touched: u64,
    pub(super) number: String,
    pub(super) orders: Vec<KustomOrderId>,
    /// As far as they were told: what is compared with what a commit brings.
    pub(super) facts: Facts,
}

impl Log {
    pub(super) fn new_exchange(&mut self) -> u64 {
        self.exchanges += 1;
        self.exchanges
    }

    /// `text` is what [`super::Draft::text`] has written.
    pub(super) fn add(&mut self, exchange: Option<u64>, text: &str) {
        self.newest_sequence += 1;
        let sequence = self.newest_sequence;
        let entry = match exchange {
            Some(exchange) => format!(r#"{{"sequence":{sequence},"exchange":{exchange},{text}"#),
            None => format!(r#"{{"sequence":{sequence},{text}"#),
        };
        self.bytes += entry.len();
        self.entries.push_back(entry.into());
        while self.entries.len() > MAX_ENTRIES_PER_CART || self.bytes > MAX_BYTES_PER_CART {
            let Some(dropped) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= dropped.len();
        }
        self.newest.send_replace(sequence);
    }

    pub(super) fn after(&self, sequence: u64) -> Excerpt {
        let sequence = if sequence > self.newest_sequence {
            0
        } else {
            sequence
        };
        let kept = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        let gone = self.newest_sequence - kept;
        let dropped = gone.saturating_sub(sequence);
        let entries = (gone + 1..).zip(&self.entries);
        Excerpt {
            entries: entries
                .filter(|(number, _)| *number > sequence)
                .map(|(number, entry)| (number, Arc::clone(entry)))
                .collect(),
            dropped,
        }
    }
}
