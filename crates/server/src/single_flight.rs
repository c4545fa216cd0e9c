//! One run of a piece of work at a time; whoever asks meanwhile gets the same answer.
//!
//! The work runs in a task of its own, because a browser that leaves must not stop money from being placed.

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex};

type Flight<V> = Shared<BoxFuture<'static, Option<V>>>;

pub struct SingleFlight<K, V> {
    flights: Arc<Mutex<HashMap<K, Flight<V>>>>,
}

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self {
            flights: Arc::default(),
        }
    }
}

impl<K, V> SingleFlight<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Joins the running flight for `key` or starts one. `None` if the work panicked.
    pub async fn join<F>(&self, key: K, work: impl FnOnce() -> F) -> Option<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let flight = {
            let mut flights = self
                .flights
                .lock()
                .expect("nothing panics while it holds the flights");
            match flights.get(&key) {
                Some(flight) => flight.clone(),
                None => {
                    let flight = self.start(key.clone(), work());
                    flights.insert(key, flight.clone());
                    flight
                }
            }
        };
        flight.await
    }

    fn start<F>(&self, key: K, work: F) -> Flight<V>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let flights = Arc::clone(&self.flights);
        let task = tokio::spawn(async move {
            let landed = Landed { flights, key };
            let value = work.await;
            drop(landed);
            value
        });
        task.map(Result::ok).boxed().shared()
    }
}

/// Removes the flight when its work ends, panics included.
struct Landed<K: Eq + Hash, V> {
    flights: Arc<Mutex<HashMap<K, Flight<V>>>>,
    key: K,
}

impl<K: Eq + Hash, V> Drop for Landed<K, V> {
    fn drop(&mut self) {
        self.flights
            .lock()
            .expect("nothing panics while it holds the flights")
            .remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tokio::sync::Notify;

    #[tokio::test]
    async fn whoever_asks_meanwhile_gets_the_same_answer() {
        let flights = Arc::new(SingleFlight::<u8, u32>::default());
        let runs = Arc::new(AtomicU32::new(0));
        let gate = Arc::new(Notify::new());
        let ask = || {
            let (flights, runs, gate) = (Arc::clone(&flights), Arc::clone(&runs), Arc::clone(&gate));
            async move {
                flights
                    .join(1, || async move {
                        gate.notified().await;
                        runs.fetch_add(1, Ordering::SeqCst)
                    })
                    .await
            }
        };
        gate.notify_one();
        let (first, second) = tokio::join!(ask(), ask());
        assert_eq!((first, second), (Some(0), Some(0)));
        gate.notify_one();
        assert_eq!(ask().await, Some(1));
    }

    #[tokio::test]
    async fn a_panic_ends_the_flight_and_the_next_one_starts() {
        let flights = SingleFlight::<u8, u32>::default();
        assert_eq!(flights.join(1, || async { panic!("as if by a bug") }).await, None);
        assert_eq!(flights.join(1, || async { 7 }).await, Some(7));
    }
}
