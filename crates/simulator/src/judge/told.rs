//! What may be told to shoppers and to Kustom: nothing before it is stored.

use super::kustom::quantities;
use super::price::price;
use super::{Approved, Edit, Judge, Shown};
use crate::report::Situation;
use crate::store::short;
use crate::store::tables::Tables;
use jiff::Timestamp;
use kassa::app::PricedCart;
use kassa_commerce::cart::CartState;
use kassa_commerce::id::CartId;
use kassa_commerce::job::JobKey;
use kustom_api::{CheckoutOrder, KustomOrderId};

impl Judge {
    /// A page was shown a cart.
    pub fn told_cart(&mut self, told: &PricedCart) {
        let (id, version) = (told.cart.id, told.cart.version);
        let stored = self
            .carts
            .get(&id)
            .and_then(|cart| version_of(&cart.versions, version));
        let is_stored = stored == Some(&Shown::of(&told.cart));
        let is_priced_right = self.is_priced_right(id, told);
        let number = &told.cart.number;
        self.demand(is_stored, "I4", || {
            format!("{number}: a page was shown version {version} as it is not stored")
        });
        self.demand(is_priced_right, "I16", || {
            format!("{number}: a page was shown a wrong price")
        });
    }

    /// The answer to an edit that was asked for when the cart had `since` versions.
    pub fn told_edited(&mut self, edit: &Edit, told: &PricedCart, since: u64) {
        self.told_cart(told);
        let was_made = self.carts.get(&told.cart.id).is_some_and(|cart| {
            let mut versions =
                (since.max(1)..=told.cart.version).filter_map(|version| version_of(&cart.versions, version));
            versions.any(|shown| shown.content.shows(edit))
        });
        self.demand(was_made, "I4", || {
            format!(
                "{}: a shopper was told of an edit that was never stored",
                told.cart.number
            )
        });
    }

    /// A stream showed a cart after another one.
    pub fn streamed(&mut self, told: &PricedCart, before: u64) {
        self.told_cart(told);
        self.demand(told.cart.version >= before, "I8", || {
            format!(
                "{}: a stream went back to version {}",
                told.cart.number, told.cart.version
            )
        });
    }

    /// How many versions of the cart are stored.
    pub fn versions_of(&self, id: CartId) -> u64 {
        self.carts.get(&id).map_or(0, |cart| cart.versions.len() as u64)
    }

    /// A tab begins to open the checkout. Whether it is the only one.
    pub fn begin_opening(&mut self, cart_id: CartId) -> bool {
        self.carts.get_mut(&cart_id).is_none_or(|cart| {
            cart.openings_under_way += 1;
            cart.openings_under_way == 1
        })
    }

    pub fn end_opening(&mut self, cart_id: CartId) {
        if let Some(cart) = self.carts.get_mut(&cart_id) {
            cart.openings_under_way = cart.openings_under_way.saturating_sub(1);
        }
    }

    /// A page was given a snippet for a request that began at `since`. Whether it is the cart's first.
    pub fn told_snippet(&mut self, cart_id: CartId, shown: Option<&KustomOrderId>, since: u64) -> bool {
        let Some(cart) = self.carts.get_mut(&cart_id) else {
            return false;
        };
        let is_first = !std::mem::replace(&mut cart.was_shown, true);
        let number = cart.number.clone();
        let mut during = cart.openings.iter().enumerate().filter(|(index, _)| {
            let ended_at = cart.openings.get(index + 1).map_or(u64::MAX, |next| next.0);
            ended_at > since
        });
        let was_open = shown.is_some() && during.any(|(_, (_, open))| open.as_ref() == shown);
        self.demand(was_open, "I9", || {
            let shown = shown.map_or("none", short);
            format!("{number}: a page was given {shown}, which is not the cart's open order")
        });
        is_first
    }

    /// A shopper was told that the purchase is complete.
    pub fn told_complete(&mut self, cart_id: CartId) {
        let Some(cart) = self.carts.get(&cart_id) else {
            return;
        };
        let number = cart.number.clone();
        let is_stored = cart.bought_by.is_some();
        self.demand(is_stored, "I4", || {
            format!("{number}: a shopper was told of an order that is not stored")
        });
    }

    /// A shopper asks what became of a payment.
    pub fn asks_about(&mut self, cart_id: CartId) {
        for session in self.sessions.values_mut() {
            if session.cart_id == Some(cart_id) && session.is_paid {
                session.was_asked_about = true;
            }
        }
    }

    /// The same, when nothing stands in the way of an answer any more.
    pub fn asked_in_peace(&mut self, cart_id: CartId, now: Timestamp) {
        for session in self.sessions.values_mut() {
            if session.cart_id == Some(cart_id) && session.is_paid {
                session.asked_in_peace_at.get_or_insert(now);
            }
        }
    }

    /// How many versions the order's cart has.
    pub fn versions_behind(&self, id: &KustomOrderId) -> u64 {
        let cart_id = self.sessions.get(id).and_then(|session| session.cart_id);
        cart_id.map_or(0, |cart_id| self.versions_of(cart_id))
    }

    /// A payment was let through. `since` is the cart's version when Kustom asked.
    pub fn approved(&mut self, id: &KustomOrderId, asked: &CheckoutOrder, since: u64) {
        let lines = asked.order_lines.as_deref().unwrap_or_default();
        let quantities = quantities(lines);
        let owned = quantities
            .iter()
            .map(|(product, quantity)| ((*product).to_owned(), *quantity));
        let approved = Approved {
            amount: asked.order_amount,
            quantities: owned.collect(),
        };
        let session = self.session(id);
        let was_approved = session.approved.contains(&approved);
        let Some(cart) = session.cart_id.and_then(|cart_id| self.carts.get(&cart_id)) else {
            return;
        };
        let number = cart.number.clone();
        let newest = cart.versions.len() as u64;
        let approved_at = |version: u64| {
            let kustom = version_of(&cart.versions, version)?.kustom.as_ref();
            kustom.filter(|kustom| kustom.id == *id)?.approved_at
        };
        let is_asked = |version: u64| {
            version_of(&cart.versions, version).is_some_and(|shown| {
                price(&cart.profile_key, &shown.content)
                    .is_some_and(|price| Some(price.total) == asked.order_amount)
                    && shown.content.quantities() == quantities
            })
        };
        let frozen: Vec<u64> = (since.max(1)..=newest)
            .filter(|version| approved_at(*version).is_some())
            .collect();
        let is_durable = !frozen.is_empty();
        // A yes may be written and never heard by Kustom. It holds nevertheless, for what the cart was when it was written.
        let mut written = (1..=newest).filter(|version| {
            let approval = approved_at(*version);
            approval.is_some() && approval != approved_at(version - 1)
        });
        let is_cart = frozen.iter().any(|version| is_asked(*version)) || written.any(is_asked);
        self.demand(is_durable, "D4", || {
            format!("{number}: a payment was let through before the cart stood still")
        });
        self.demand(is_cart || was_approved, "D4", || {
            format!("{number}: a payment was let through for something else than the cart")
        });
        self.session(id).approved.push(approved);
    }

    /// Kustom's push was answered with success.
    pub fn push_accepted(&mut self, id: &KustomOrderId, tables: &Tables, wishes_before: bool) {
        let session = self.session(id);
        session.was_pushed = true;
        let is_durable = session.has_fate() || wishes_before || tables.has_job(&JobKey::Complete(id.clone()));
        self.demand(is_durable, "I4", || {
            format!("a push for {} was accepted before anything was stored", short(id))
        });
    }

    /// Notes what a payment meets.
    pub fn situation_at_payment(&self, id: &KustomOrderId, tables: &Tables) -> Vec<Situation> {
        let mut situations = Vec::new();
        let Some(session) = self.sessions.get(id) else {
            return situations;
        };
        let cart = session.cart_id.and_then(|cart_id| self.carts.get(&cart_id));
        let Some(cart) = cart else { return situations };
        if cart.open_order() != Some(id) {
            situations.push(Situation::RetiredThenPaid);
        }
        if cart.bought_by.is_some() {
            situations.push(Situation::PaidAfterPurchase);
        }
        let Some(kustom) = cart.newest().and_then(|shown| shown.kustom.as_ref()) else {
            return situations;
        };
        if kustom.id == *id && !kustom.looks_synced() {
            situations.push(Situation::PaidWhilePending);
        }
        let stored = session.cart_id.and_then(|cart_id| tables.cart_row(cart_id));
        if stored
            .and_then(|cart| cart.kustom.as_ref())
            .is_some_and(|kustom| kustom.ambiguous_until.is_some())
        {
            situations.push(Situation::PaidWhileAmbiguous);
        }
        situations
    }

    pub fn is_open(&self, cart_id: CartId) -> bool {
        let newest = self.carts.get(&cart_id).and_then(super::CartLedger::newest);
        newest.is_some_and(|shown| shown.state == CartState::Open)
    }
}

fn version_of(versions: &[Shown], version: u64) -> Option<&Shown> {
    let index = usize::try_from(version.checked_sub(1)?).ok()?;
    versions.get(index)
}
