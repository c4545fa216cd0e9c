//! What was offered to Kustom, kept for ever: an order is built from the offer that was paid.

use crate::cart::CartItem;
use crate::id::CartId;
use crate::kustom::Offer;
use crate::pricing::Priced;
use serde::{Deserialize, Serialize};

/// One payload as it was made for Kustom, with everything of ours that an order built from it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub cart_id: CartId,
    /// Unique per cart.
    pub revision: u64,
    /// Hash of `offer` alone. A paid Kustom order is matched by it.
    pub content_hash: String,
    pub offer: Offer,
    pub priced: Priced,
    pub items: Vec<CartItem>,
}
