//! What there is only so much of: the redemptions of a promotion, the pieces in stock.
//!
//! A purchase that is about to be paid holds what it needs, for as long as its payment may run; a purchase that has become
//! an order has used it. The store counts inside the transaction that writes, so a limit holds whoever else writes at the
//! same time. What is held and never used comes back by itself.

use crate::catalogue::Shop;
use crate::id::CartId;
use crate::pricing::Priced;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something that runs out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// The redemptions of the promotion of this key.
    Promotion(String),
    /// The pieces of the product of this number. Where nobody counts them, there is no limit.
    Stock(String),
}

/// One cart's claim on a resource. A newer claim of the same cart takes the place of the older one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldWrite {
    pub resource: Resource,
    pub cart_id: CartId,
    pub quantity: u32,
    /// Of a promotion. The limit of a stock is kept by the store.
    pub limit: Option<u32>,
    pub claim: HoldClaim,
    /// Holds that have ended by this time are nobody's.
    pub now: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldClaim {
    /// Refused when others hold too much.
    Until(Timestamp),
    /// Used for good. Refused when others hold too much, unless the purchase is paid already: then it is honoured.
    Used { honoured: bool },
    /// Given back, whether held or used.
    Returned,
}

impl Resource {
    /// A text that names the resource in a store.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Promotion(_) => "promotion",
            Self::Stock(_) => "stock",
        }
    }

    pub fn key(&self) -> &str {
        match self {
            Self::Promotion(key) | Self::Stock(key) => key,
        }
    }
}

/// What a cart takes of everything that may run out, at this price. What is used is noted down without
/// a limit as well, for the day there is one; pieces of what nobody counts are the store's to leave out.
pub fn claims(cart_id: CartId, priced: &Priced, claim: HoldClaim, now: Timestamp) -> Vec<HoldWrite> {
    let write = |resource, quantity, limit| HoldWrite {
        resource,
        cart_id,
        quantity,
        limit,
        claim,
        now,
    };
    let promotions = priced
        .promotions
        .iter()
        .filter(|entry| entry.saved.amount_minor() > 0)
        .filter(|entry| entry.usage_limit.is_some() || !matches!(claim, HoldClaim::Until(_)))
        .map(|entry| write(Resource::Promotion(entry.key.clone()), 1, entry.usage_limit));
    let mut pieces: BTreeMap<&str, u32> = BTreeMap::new();
    for line in &priced.lines {
        let count = pieces.entry(&line.product_number).or_default();
        *count = count.saturating_add(line.quantity);
    }
    let stock = pieces
        .into_iter()
        .map(|(number, quantity)| write(Resource::Stock(number.to_owned()), quantity, None));
    promotions.chain(stock).collect()
}

/// Sets the limits that the shop has today: a purchase may be older than they are.
pub fn limit_as_in(shop: &Shop, holds: &mut [HoldWrite]) {
    for hold in holds {
        if let Resource::Promotion(key) = &hold.resource {
            let mut promotions = shop.promotions().iter();
            let promotion = promotions.find(|promotion| promotion.key == *key);
            hold.limit = promotion.and_then(|promotion| promotion.usage_limit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{cart_id, cart_with, now, priced, sek};
    use crate::pricing::PromotionEntry;

    fn entry(key: &str, saved: i64, usage_limit: Option<u32>) -> PromotionEntry {
        PromotionEntry {
            key: key.into(),
            description: String::new(),
            code: None,
            saved: sek(saved),
            usage_limit,
            message: None,
        }
    }

    #[test]
    fn what_runs_out_is_claimed_once_and_nothing_else_is() {
        let cart = cart_with(&[("SHOE", 2), ("BOOK", 1), ("SHOE", 3)]);
        let mut priced = priced(&cart);
        priced.promotions = vec![
            entry("FEW", 100, Some(3)),
            entry("MANY", 100, None),
            entry("USELESS", 0, Some(3)),
        ];
        let write = |claim, resource, quantity, limit| HoldWrite {
            resource,
            cart_id: cart_id(),
            quantity,
            limit,
            claim,
            now: now(),
        };
        let until = HoldClaim::Until(now());
        let stock = |claim| {
            [
                write(claim, Resource::Stock("BOOK".into()), 1, None),
                write(claim, Resource::Stock("SHOE".into()), 5, None),
            ]
        };
        let few = |claim| write(claim, Resource::Promotion("FEW".into()), 1, Some(3));
        let held = claims(cart_id(), &priced, until, now());
        assert_eq!(held[0], few(until));
        assert_eq!(held[1..], stock(until));
        // Used is also what has no limit yet.
        let used = HoldClaim::Used { honoured: false };
        let claims = claims(cart_id(), &priced, used, now());
        let many = write(used, Resource::Promotion("MANY".into()), 1, None);
        assert_eq!(claims[..2], [few(used), many]);
        assert_eq!(claims[2..], stock(used));
        let names = claims
            .iter()
            .map(|claim| (claim.resource.kind(), claim.resource.key()));
        assert_eq!(
            names.collect::<Vec<_>>(),
            [
                ("promotion", "FEW"),
                ("promotion", "MANY"),
                ("stock", "BOOK"),
                ("stock", "SHOE")
            ]
        );
    }
}
