//! The clock of the tests.

use jiff::{SignedDuration, Timestamp};
use kassa::clock::Clock;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Time that passes only when a test says so.
#[derive(Debug)]
pub(crate) struct ManualClock {
    now: Mutex<Timestamp>,
    reads: AtomicUsize,
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.reads.fetch_add(1, Ordering::Relaxed);
        *self.now.lock().unwrap()
    }
}

impl ManualClock {
    pub(crate) fn new() -> Self {
        Self {
            now: Mutex::new("2026-11-22T12:00:00Z".parse().unwrap()),
            reads: AtomicUsize::new(0),
        }
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        *self.now.lock().unwrap() += by;
    }

    /// How often anybody has asked.
    pub(crate) fn reads(&self) -> usize {
        self.reads.load(Ordering::Relaxed)
    }
}
