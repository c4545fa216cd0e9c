//! Three books are compared: ours, Kustom's, and the server's own as its public routes show it.

use anyhow::{Context as _, Result};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};

use crate::books::{Entry, Paid};
use crate::cart::{Amount, Cart};
use crate::world::World;

/// An order as Kustom has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct KustomOrder {
    pub(crate) is_bought: bool,
    pub(crate) is_acknowledged: bool,
    pub(crate) is_cancelled: bool,
    pub(crate) amount: Amount,
}

/// What became of a purchase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fate {
    Order,
    Review,
    GivenBack,
}

/// Everything that Kustom and the operators' listener tell at one moment.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) kustom_orders: BTreeMap<String, KustomOrder>,
    /// Reasons, by Kustom order.
    pub(crate) reviews: HashMap<String, Vec<String>>,
}

/// What only faults can bring about: Kustom denies an order that it has, or does not take a message.
const REASONS_OF_FAULTS: [&str; 3] = ["duplicate_purchase", "message_refused", "unclear_purchase"];

const EDITED_AFTER_PAYMENT: &str = "edited_after_payment";

impl Facts {
    pub(crate) async fn ask(world: &World) -> Result<Self> {
        let orders = world.emulator.get("/_emulator/orders").await?.ok()?;
        let orders = orders["orders"].as_array().context("the emulator lists orders")?;
        let reviews = world.admin.get("/reviews?all=true").await?.ok()?;
        let mut facts = Self::default();
        for order in orders {
            let id = order["order_id"].as_str().context("an order has an id")?;
            facts
                .kustom_orders
                .insert(id.to_owned(), KustomOrder::read(order));
        }
        for review in reviews.as_array().context("reviews are a list")? {
            let text = |name: &str| review[name].as_str().unwrap_or_default().to_owned();
            let of_order = facts.reviews.entry(text("kustomOrderId")).or_default();
            of_order.push(text("reason"));
        }
        Ok(facts)
    }

    fn reasons(&self, kustom_order_id: &str) -> &[String] {
        self.reviews.get(kustom_order_id).map_or(&[], Vec::as_slice)
    }

    /// The fate of one purchase, or why it has none yet.
    pub(crate) fn fate(&self, paid: &Paid, cart: &Cart) -> Result<Fate, String> {
        let id = &paid.kustom_order_id;
        let known = self.kustom_orders.get(id);
        let order = known.ok_or_else(|| format!("Kustom has no order {id}"))?;
        let payment = cart.payments.iter().find(|(reference, _)| reference == id);
        if let Some((_, amount)) = payment.filter(|_| cart.is_completed) {
            let amounts = [*amount, paid.amount, order.amount, cart.to_pay];
            if amounts.iter().any(|other| *other != *amount) {
                return Err(format!("amounts differ for {id}: {amounts:?}"));
            }
            if order.is_cancelled {
                return Err(format!("{id} is an order and was cancelled"));
            }
            return match order.is_acknowledged {
                true => Ok(Fate::Order),
                false => Err(format!("{id} is an order and was not acknowledged")),
            };
        }
        match self.reasons(id) {
            [] => Err(format!("{id} is paid and has no fate")),
            reasons if reasons.iter().any(|reason| reason == "duplicate_purchase") => {
                match order.is_cancelled {
                    true if cart.is_completed => Ok(Fate::GivenBack),
                    _ => Err(format!("{id} is a duplicate and was not given back")),
                }
            }
            _ if order.is_cancelled => Err(format!("{id} was cancelled by nobody's word")),
            _ => Ok(Fate::Review),
        }
    }

    /// What no purchase of our books explains.
    pub(crate) fn strangers(&self, entries: &[Entry], were_faults: bool) -> Vec<String> {
        let paid: HashMap<&str, &Entry> = entries
            .iter()
            .flat_map(|entry| {
                let ids = entry.paid.iter().map(|paid| paid.kustom_order_id.as_str());
                ids.map(move |id| (id, entry))
            })
            .collect();
        let mut strangers = Vec::new();
        for (id, order) in &self.kustom_orders {
            let is_ours = paid.contains_key(id.as_str());
            if order.is_bought && !is_ours {
                strangers.push(format!("{id} was sold, and nobody has paid"));
            }
            if !is_ours && (order.is_acknowledged || order.is_cancelled) {
                strangers.push(format!("{id} was acknowledged or cancelled, and nobody has paid"));
            }
            for reason in self.reasons(id) {
                let is_explained = match reason.as_str() {
                    EDITED_AFTER_PAYMENT => paid.get(id.as_str()).is_some_and(|entry| entry.is_edited_late),
                    reason => were_faults && REASONS_OF_FAULTS.contains(&reason),
                };
                if !is_explained {
                    strangers.push(format!("{id} has a review for no reason of ours: {reason}"));
                }
            }
        }
        strangers
    }
}

impl KustomOrder {
    fn read(order: &Value) -> Self {
        Self {
            is_bought: order["state"] == "complete",
            is_acknowledged: !order["acknowledged_at"].is_null(),
            is_cancelled: order["management_status"] == "CANCELLED",
            amount: order["order_amount"].as_i64().unwrap_or(0),
        }
    }
}

/// Order numbers of all carts; one that comes twice is two purchases in one order.
#[derive(Debug, Default)]
pub(crate) struct Numbers(HashSet<String>);

impl Numbers {
    pub(crate) fn add(&mut self, number: &str) -> Result<(), String> {
        match self.0.insert(number.to_owned()) {
            true => Ok(()),
            false => Err(format!("order {number} belongs to two carts")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid() -> Paid {
        Paid {
            kustom_order_id: "k1".to_owned(),
            amount: 100,
        }
    }

    fn completed(reference: &str) -> Cart {
        Cart {
            is_open: false,
            is_completed: true,
            order_number: "1".to_owned(),
            lines: Vec::new(),
            to_pay: 100,
            kustom_order_id: Some(reference.to_owned()),
            is_synced: true,
            payments: vec![(reference.to_owned(), 100)],
        }
    }

    fn order() -> KustomOrder {
        KustomOrder {
            is_bought: true,
            is_acknowledged: true,
            is_cancelled: false,
            amount: 100,
        }
    }

    fn facts(order: KustomOrder, reasons: &[&str]) -> Facts {
        let reasons = reasons.iter().map(ToString::to_string).collect();
        Facts {
            kustom_orders: BTreeMap::from([("k1".to_owned(), order)]),
            reviews: HashMap::from([("k1".to_owned(), reasons)]),
        }
    }

    #[test]
    fn an_order_is_what_was_paid_acknowledged_and_not_cancelled() {
        let fate = |order, cart: &Cart| facts(order, &[]).fate(&paid(), cart);
        assert_eq!(fate(order(), &completed("k1")), Ok(Fate::Order));
        let unacknowledged = KustomOrder {
            is_acknowledged: false,
            ..order()
        };
        assert!(fate(unacknowledged, &completed("k1")).is_err());
        let cancelled = KustomOrder {
            is_cancelled: true,
            ..order()
        };
        assert!(fate(cancelled, &completed("k1")).is_err());
        let other_amount = KustomOrder {
            amount: 101,
            ..order()
        };
        assert!(fate(other_amount, &completed("k1")).is_err());
    }

    #[test]
    fn a_purchase_that_is_no_order_needs_a_review() {
        assert!(facts(order(), &[]).fate(&paid(), &completed("k2")).is_err());
        let reviewed = facts(order(), &["content_mismatch"]);
        assert_eq!(reviewed.fate(&paid(), &completed("k2")), Ok(Fate::Review));
    }

    #[test]
    fn a_second_purchase_is_given_back_and_nothing_else_is() {
        let cancelled = KustomOrder {
            is_cancelled: true,
            ..order()
        };
        let cart = completed("k2");
        let duplicate = facts(cancelled.clone(), &["duplicate_purchase"]);
        assert_eq!(duplicate.fate(&paid(), &cart), Ok(Fate::GivenBack));
        let kept = facts(order(), &["duplicate_purchase"]);
        assert!(kept.fate(&paid(), &cart).is_err());
        let other = facts(cancelled, &["content_mismatch"]);
        assert!(other.fate(&paid(), &cart).is_err());
    }

    #[test]
    fn what_nobody_has_paid_must_not_be_sold() {
        assert_eq!(facts(order(), &[]).strangers(&[], false).len(), 2);
        let entry = Entry {
            paid: vec![paid()],
            ..Entry::default()
        };
        let entries = [entry];
        assert!(facts(order(), &[]).strangers(&entries, false).is_empty());
        let refused = facts(order(), &["message_refused"]);
        assert_eq!(refused.strangers(&entries, false).len(), 1);
        assert!(refused.strangers(&entries, true).is_empty());
    }

    #[test]
    fn an_order_number_is_given_once() {
        let mut numbers = Numbers::default();
        assert_eq!(numbers.add("1"), Ok(()));
        assert!(numbers.add("1").is_err());
    }
}
