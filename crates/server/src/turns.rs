//! Taking turns on a cart.
//!
//! Two changes of one cart at once would both be right to plan and one of them wrong to commit. The store refuses the
//! later one; taking turns only saves planning it twice. Nothing depends on it.

use kassa_commerce::id::CartId;
use tokio::sync::{Mutex, MutexGuard};

/// Enough that two busy carts rarely share one.
const STRIPES: usize = 1024;

pub struct Turns {
    stripes: Vec<Mutex<()>>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(),
        }
    }
}

impl Turns {
    pub async fn take(&self, cart_id: CartId) -> MutexGuard<'_, ()> {
        // Cart ids are random, so any two of their bytes spread evenly.
        let [first, second, ..] = *cart_id.0.as_bytes();
        let stripe = usize::from(u16::from_le_bytes([first, second])) % STRIPES;
        self.stripes[stripe].lock().await
    }
}
