//! A distance in time between questions about the same thing.
//!
//! Pages ask again and again, and so does Kustom's push. However often they do, the other side is asked at a pace of ours.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

pub struct Pace<K> {
    distance: Duration,
    /// When each thing may be asked about again. What may be asked at once is not kept.
    free_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Eq + Hash> Pace<K> {
    pub fn new(distance: Duration) -> Self {
        Self {
            distance,
            free_at: Mutex::default(),
        }
    }

    /// Waits for the caller's turn to ask about `key`.
    pub async fn wait(&self, key: K) {
        sleep_until(self.turn(key, Instant::now())).await;
    }

    fn turn(&self, key: K, now: Instant) -> Instant {
        let mut free_at = self
            .free_at
            .lock()
            .expect("nothing panics while it holds the pace");
        free_at.retain(|_, free_at| *free_at > now);
        let turn = free_at.get(&key).copied().unwrap_or(now);
        free_at.insert(key, turn + self.distance);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_asked_about_once_in_a_while_and_then_forgotten() {
        let second = Duration::from_secs(1);
        let pace = Pace::new(second);
        let start = Instant::now();
        assert_eq!(pace.turn("a", start), start);
        assert_eq!(pace.turn("a", start), start + second);
        assert_eq!(pace.turn("a", start + second), start + second * 2);
        assert_eq!(pace.turn("b", start + second), start + second);
        assert_eq!(pace.turn("a", start + second * 9), start + second * 9);
        assert_eq!(pace.free_at.lock().unwrap().len(), 1);
    }
}
