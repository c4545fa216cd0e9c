//! Our own books of a run: what shoppers were promised, and what went wrong.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::basket::Basket;
use crate::cart::{Amount, Cart};
use crate::chance::Chance;

/// One cart, from its making to its fate.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub(crate) cart_id: String,
    pub(crate) basket: Basket,
    pub(crate) paid: Vec<Paid>,
    /// The page was told `checkout_complete`.
    pub(crate) is_confirmed: bool,
    /// Once seen, it is the cart's for ever.
    pub(crate) order_number: Option<String>,
    /// An edit and a payment crossed, so the cart may hold more than what was paid.
    pub(crate) is_edited_late: bool,
}

/// A purchase that Kustom has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paid {
    pub(crate) kustom_order_id: String,
    pub(crate) amount: Amount,
}

#[derive(Debug, Default)]
pub(crate) struct Books {
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    /// Carts whose shoppers have left, of this round.
    entries: Vec<Entry>,
    violations: Vec<String>,
    counts: BTreeMap<&'static str, u64>,
}

impl Books {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn close(&self, entry: Entry) {
        self.pages().entries.push(entry);
    }

    /// The carts of the round that ends.
    pub(crate) fn take_entries(&self) -> Vec<Entry> {
        std::mem::take(&mut self.pages().entries)
    }

    /// Some cart that nobody changes any more.
    pub(crate) fn any_entry(&self, chance: &mut Chance) -> Option<Entry> {
        let pages = self.pages();
        (!pages.entries.is_empty()).then(|| chance.one_of(&pages.entries).clone())
    }

    pub(crate) fn violation(&self, text: String) {
        eprintln!("violation: {text}");
        self.pages().violations.push(text);
    }

    pub(crate) fn violations(&self) -> Vec<String> {
        self.pages().violations.clone()
    }

    pub(crate) fn count(&self, what: &'static str) {
        self.count_many(what, 1);
    }

    pub(crate) fn count_many(&self, what: &'static str, times: u64) {
        *self.pages().counts.entry(what).or_default() += times;
    }

    pub(crate) fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.pages().counts.clone()
    }
}

impl Entry {
    /// Compares the cart with what was promised about it.
    pub(crate) fn see(&mut self, cart: &Cart) -> Result<(), String> {
        if cart.is_completed && self.paid.is_empty() {
            return Err("it is completed, and nobody has paid".to_owned());
        }
        if self.is_confirmed && !cart.is_completed {
            return Err("its order was confirmed and is gone".to_owned());
        }
        if cart.is_completed {
            let number = self.order_number.get_or_insert_with(|| cart.order_number.clone());
            if *number != cart.order_number || number.is_empty() {
                return Err(format!("its order was `{number}` and is `{}`", cart.order_number));
            }
        } else if !cart.is_open || !cart.order_number.is_empty() {
            return Err("it is neither open nor completed".to_owned());
        }
        if self.is_edited_late {
            return Ok(());
        }
        self.basket.see(&cart.lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart(order_number: &str) -> Cart {
        Cart {
            is_open: order_number.is_empty(),
            is_completed: !order_number.is_empty(),
            order_number: order_number.to_owned(),
            lines: Vec::new(),
            to_pay: 0,
            kustom_order_id: None,
            is_synced: true,
            payments: Vec::new(),
        }
    }

    fn paid() -> Entry {
        Entry {
            paid: vec![Paid {
                kustom_order_id: "k".to_owned(),
                amount: 1,
            }],
            ..Entry::default()
        }
    }

    #[test]
    fn an_order_comes_of_a_payment_only() {
        assert!(Entry::default().see(&cart("1")).is_err());
        assert_eq!(paid().see(&cart("1")), Ok(()));
    }

    #[test]
    fn an_order_keeps_its_number_and_is_not_lost() {
        let mut entry = paid();
        assert_eq!(entry.see(&cart("")), Ok(()));
        assert_eq!(entry.see(&cart("1")), Ok(()));
        assert!(entry.see(&cart("2")).is_err());
        let mut confirmed = Entry {
            is_confirmed: true,
            ..paid()
        };
        assert!(confirmed.see(&cart("")).is_err());
    }
}
