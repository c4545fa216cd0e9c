//! Hints that a cart has changed.
//!
//! A hint says where to look and never what to see: whoever hears it reads the store. A lost hint costs time, never
//! truth. The hub also keeps the count of open streams per cart, because a shopper's tabs are bounded.

use kassa_commerce::id::CartId;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// Chromium opens six connections per origin; a seventh stream on a cart is a leak somewhere.
pub const MAX_STREAMS_PER_CART: usize = 6;

/// Sends hints within this process.
#[derive(Debug, Default)]
pub struct LocalBus {
    carts: Mutex<HashMap<CartId, Channel>>,
    /// Never repeats, so that a stream that closes late cannot close another one.
    streams_opened: AtomicU64,
}

#[derive(Debug)]
struct Channel {
    version: watch::Sender<u64>,
    /// Oldest first. Dropping a sender tells its stream to close.
    streams: Vec<(u64, watch::Sender<()>)>,
}

/// One stream's ear on a cart.
#[derive(Debug)]
pub struct Subscription {
    bus: Arc<LocalBus>,
    cart_id: CartId,
    stream: u64,
    version: watch::Receiver<u64>,
    evicted: watch::Receiver<()>,
}

/// Why a stream woke up.
#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    /// The cart is at least at this version.
    Changed { version: u64 },
    /// A newer stream took this one's place.
    Evicted,
}

impl LocalBus {
    /// Tells whoever listens. Versions only grow; an older hint that comes late is dropped.
    pub fn announce(&self, cart_id: CartId, version: u64) {
        if let Some(channel) = self.lock().get(&cart_id) {
            channel.version.send_if_modified(|newest| {
                let newer = version > *newest;
                *newest = version.max(*newest);
                newer
            });
        }
    }

    /// The newest version that was announced to anybody who still listens.
    pub fn announced_version(&self, cart_id: CartId) -> Option<u64> {
        self.lock().get(&cart_id).map(|channel| *channel.version.borrow())
    }

    /// Starts to listen. Register first and read the cart after, or a change in between is missed.
    pub fn subscribe(self: &Arc<Self>, cart_id: CartId) -> Subscription {
        let mut carts = self.lock();
        let channel = carts.entry(cart_id).or_insert_with(|| Channel {
            version: watch::Sender::new(0),
            streams: Vec::new(),
        });
        if channel.streams.len() >= MAX_STREAMS_PER_CART {
            channel.streams.remove(0);
        }
        let stream = self.streams_opened.fetch_add(1, Ordering::Relaxed);
        let (keep, evicted) = watch::channel(());
        channel.streams.push((stream, keep));
        Subscription {
            bus: Arc::clone(self),
            cart_id,
            stream,
            version: channel.version.subscribe(),
            evicted,
        }
    }

    fn unsubscribe(&self, cart_id: CartId, stream: u64) {
        let mut carts = self.lock();
        if let Some(channel) = carts.get_mut(&cart_id) {
            channel.streams.retain(|(id, _)| *id != stream);
            if channel.streams.is_empty() {
                carts.remove(&cart_id);
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<CartId, Channel>> {
        self.carts.lock().expect("nothing panics while it holds the hub")
    }
}

impl Subscription {
    pub async fn heard(&mut self) -> Heard {
        tokio::select! {
            biased;
            _ = self.evicted.changed() => Heard::Evicted,
            changed = self.version.changed() => match changed {
                Ok(()) => Heard::Changed { version: *self.version.borrow_and_update() },
                Err(_) => Heard::Evicted,
            },
        }
    }

    /// The last hint is heard once more: what it spoke of could not be read.
    pub fn hear_again(&mut self) {
        self.version.mark_changed();
    }

    /// The stream shows this version, which its commit may not have announced yet. Whoever answers an older one from now
    /// on must know.
    pub fn shows(&self, version: u64) {
        self.bus.announce(self.cart_id, version);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.bus.unsubscribe(self.cart_id, self.stream);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart_id() -> CartId {
        CartId(uuid::Uuid::from_u128(1))
    }

    #[tokio::test]
    async fn the_newest_hint_wins_and_an_older_one_is_dropped() {
        let bus = Arc::new(LocalBus::default());
        let mut subscription = bus.subscribe(cart_id());
        bus.announce(cart_id(), 3);
        bus.announce(cart_id(), 5);
        bus.announce(cart_id(), 4);
        assert_eq!(subscription.heard().await, Heard::Changed { version: 5 });
        assert_eq!(bus.announced_version(cart_id()), Some(5));
    }

    #[tokio::test]
    async fn a_seventh_stream_takes_the_oldest_ones_place() {
        let bus = Arc::new(LocalBus::default());
        let mut streams: Vec<_> = (0..=MAX_STREAMS_PER_CART)
            .map(|_| bus.subscribe(cart_id()))
            .collect();
        assert_eq!(streams[0].heard().await, Heard::Evicted);
        bus.announce(cart_id(), 1);
        assert_eq!(streams[1].heard().await, Heard::Changed { version: 1 });
    }

    #[test]
    fn nothing_is_kept_for_carts_that_nobody_watches() {
        let bus = Arc::new(LocalBus::default());
        let subscription = bus.subscribe(cart_id());
        drop(subscription);
        assert_eq!(bus.announced_version(cart_id()), None);
        assert!(bus.lock().is_empty());
    }
}
