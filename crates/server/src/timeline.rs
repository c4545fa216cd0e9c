//! What happened to each cart lately: requests, calls to Kustom, events, hashes, states and jobs, in one order.
//!
//! It is for people who look, never for the server to decide by: nothing reads it back, and all of it is gone with the process.
//! Everything is redacted before it is kept. It exists where somebody can look, so that elsewhere nothing is spent on it.

mod committed;
mod entry;
mod following;
mod log;
mod observer;
pub mod redact;

pub use committed::Noted;
pub use entry::{Draft, Kind, Party};
pub use observer::CallsToKustom;

use crate::clock::Clock;
use jiff::Timestamp;
use kassa_commerce::cart::Cart;
use kassa_commerce::id::CartId;
use kustom_api::KustomOrderId;
use log::Log;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// A developer works on one cart and an operator looks at one; with the bound on bytes of each, this is 64 MiB at the very most.
pub const MAX_CARTS: usize = 128;

/// A whole purchase with some changes of mind is about a hundred.
pub const MAX_ENTRIES_PER_CART: usize = 500;

/// A request and its answer with a whole Kustom order are ten thousand bytes each.
pub const MAX_BYTES_PER_CART: usize = 512 * 1024;

/// Kustom orders of one cart that its calls and callbacks are known by. Each is a checkout that had to be opened anew.
const MAX_ORDERS_PER_CART: usize = 16;

/// A pane in some windows, and an operator or two.
pub const MAX_STREAMS: usize = 32;

/// The recorder. One for the server, shared by all that happens in it.
#[derive(Debug)]
pub struct Timeline {
    /// Held for as long as an entry takes to be put in its place, and never across an await.
    carts: Mutex<Carts>,
    clock: Arc<dyn Clock>,
    streams: Arc<Semaphore>,
}

#[derive(Debug, Default)]
struct Carts {
    logs: HashMap<CartId, Log>,
    by_number: HashMap<String, CartId>,
    by_order: HashMap<KustomOrderId, CartId>,
    /// Grows with each touch of a log, so that the one that nobody has touched for longest is known.
    touches: u64,
}

/// What follows in a log.
#[derive(Debug, Default)]
pub struct Excerpt {
    /// Each as JSON, with its sequence.
    pub entries: Vec<(u64, Arc<str>)>,
    /// How many were dropped that would have come before them.
    pub dropped: u64,
}

impl Timeline {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            carts: Mutex::default(),
            clock,
            streams: Arc::new(Semaphore::new(MAX_STREAMS)),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Puts down what happened to a cart.
    pub fn note(&self, cart_id: CartId, draft: &Draft) {
        let text = draft.text(cart_id);
        self.lock().log(cart_id).add(None, &text);
    }

    /// Puts down a request, and answers by which number its answer will be known to belong to it.
    pub fn request(&self, cart_id: CartId, draft: &Draft) -> u64 {
        let text = draft.text(cart_id);
        let mut carts = self.lock();
        let log = carts.log(cart_id);
        let exchange = log.new_exchange();
        log.add(Some(exchange), &text);
        exchange
    }

    pub fn answer(&self, cart_id: CartId, exchange: u64, draft: &Draft) {
        let text = draft.text(cart_id);
        self.lock().log(cart_id).add(Some(exchange), &text);
    }

    pub fn knows(&self, cart_id: CartId) -> bool {
        self.lock().logs.contains_key(&cart_id)
    }

    /// Begins to follow a cart that was there before, as after a start. Its present state is no news.
    pub fn meet(&self, cart: &Cart, orders: impl IntoIterator<Item = KustomOrderId>) {
        let mut carts = self.lock();
        if carts.logs.contains_key(&cart.id) {
            return;
        }
        carts.log(cart.id).facts = committed::Facts::of(cart);
        carts.name(cart.id, &cart.number);
        for order in orders {
            carts.bind(cart.id, &order);
        }
    }

    pub fn cart_of_order(&self, id: &KustomOrderId) -> Option<CartId> {
        self.lock().by_order.get(id).copied()
    }

    pub fn cart_of_number(&self, number: &str) -> Option<CartId> {
        self.lock().by_number.get(number).copied()
    }

    /// What was recorded after this sequence. Whoever has seen more than there is followed a log that is forgotten, and begins
    /// anew.
    pub fn after(&self, cart_id: CartId, sequence: u64) -> Excerpt {
        let carts = self.lock();
        carts
            .logs
            .get(&cart_id)
            .map(|log| log.after(sequence))
            .unwrap_or_default()
    }

    /// Wakes whoever follows a cart, with the newest sequence. It ends when the cart is forgotten.
    pub fn follow(&self, cart_id: CartId) -> watch::Receiver<u64> {
        self.lock().log(cart_id).newest.subscribe()
    }

    /// `None` while as many follow as may.
    pub fn place_for_stream(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.streams).try_acquire_owned().ok()
    }

    fn lock(&self) -> MutexGuard<'_, Carts> {
        self.carts
            .lock()
            .expect("nothing panics while it holds the timeline")
    }
}

impl Carts {
    /// The log of a cart, which has been touched now.
    fn log(&mut self, cart_id: CartId) -> &mut Log {
        if !self.logs.contains_key(&cart_id) && self.logs.len() >= MAX_CARTS {
            self.forget_one();
        }
        self.touches += 1;
        let log = self.logs.entry(cart_id).or_default();
        log.touched = self.touches;
        log
    }

    /// The one that nobody has touched for longest, with all that it was known by.
    fn forget_one(&mut self) {
        let idle = self.logs.iter().min_by_key(|(_, log)| log.touched);
        let Some(cart_id) = idle.map(|(id, _)| *id) else {
            return;
        };
        if let Some(log) = self.logs.remove(&cart_id) {
            self.by_number.remove(&log.number);
            for order in &log.orders {
                self.by_order.remove(order);
            }
        }
    }

    fn name(&mut self, cart_id: CartId, number: &str) {
        number.clone_into(&mut self.log(cart_id).number);
        self.by_number.insert(number.to_owned(), cart_id);
    }

    fn bind(&mut self, cart_id: CartId, order: &KustomOrderId) {
        let log = self.log(cart_id);
        if log.orders.len() < MAX_ORDERS_PER_CART && !log.orders.contains(order) {
            log.orders.push(order.clone());
            self.by_order.insert(order.clone(), cart_id);
        }
    }
}

#[cfg(test)]
mod tests;
