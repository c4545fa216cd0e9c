//! What was offered to Kustom, kept for ever: an order is built from the offer that was paid.

use crate::cart::CartItem;
use crate::id::CartId;
use crate::kustom::{Content, Offer};
use crate::pricing::Priced;
use serde::{Deserialize, Serialize};

/// One payload as it was made for Kustom, with everything of ours that an order built from it needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    pub cart_id: CartId,
    /// Unique per cart.
    pub revision: u64,
    /// Hash of `offer` alone.
    pub content_hash: String,
    pub offer: Offer,
    pub priced: Priced,
    pub items: Vec<CartItem>,
}

impl Snapshot {
    /// A paid Kustom order is matched by it.
    pub fn goods_hash(&self) -> String {
        self.offer.goods_hash()
    }

    /// The snapshot as it was bought: what the shopper chose in Kustom's checkout is part of its price. `None` if this is
    /// not what was bought.
    pub fn bought_as(&self, content: &Content) -> Option<Self> {
        let shipping = content.bought_of(&self.offer)?;
        let mut bought = self.clone();
        if bought.priced.shipping_in_checkout {
            let chosen = match shipping {
                Some(option) => Some(bought.priced.option(&option.id)?.clone()),
                None => None,
            };
            bought.priced = bought.priced.shipped_by(chosen).ok()?;
        }
        Some(bought)
    }
}
