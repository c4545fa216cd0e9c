//! The judge: what must never happen, and what must have happened in the end.
//!
//! It keeps ledgers of its own: what shoppers asked for and were told, what the store was made to write, what Kustom did.
//! It never asks the code under test, and its sums are its own.

mod cancel;
mod commit;
mod end;
mod kustom;
mod price;
mod purchase;
mod told;

pub use end::Settled;

use crate::weather::{Fault, Weather};
use crate::world::World;
use jiff::Timestamp;
use kassa_commerce::cart::{Cart, CartState};
use kassa_commerce::id::{CartId, CartItemId};
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::review::{ReviewAction, ReviewReason};
use kustom_api::KustomOrderId;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An invariant that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its short name, such as `I1`.
    pub invariant: &'static str,
    pub sentence: String,
}

pub struct Judge {
    violation: Option<Violation>,
    /// Grows with every commit and every effect at Kustom.
    step: u64,
    is_strict: bool,
    /// When the storage failed which node: what was to be written may not have been.
    store_failures: Vec<(usize, Timestamp)>,
    carts: BTreeMap<CartId, CartLedger>,
    cart_numbers: BTreeMap<String, CartId>,
    sessions: BTreeMap<KustomOrderId, Session>,
    last_death: BTreeMap<usize, Timestamp>,
    /// Who may call Kustom about a cart, and until when.
    turns: BTreeMap<CartId, (usize, Timestamp)>,
}

/// What is known of one cart.
struct CartLedger {
    number: String,
    profile_key: String,
    /// The cart as each of its versions had it; the first is version 1.
    versions: Vec<Shown>,
    /// Since which step which Kustom order is durably the cart's open one.
    openings: Vec<(u64, Option<KustomOrderId>)>,
    /// What each revision offered to Kustom.
    offered: BTreeMap<u64, Content>,
    /// Every hash that was ever made pending.
    pending_hashes: Vec<String>,
    /// What shoppers asked for.
    edits: Vec<Edit>,
    bought_by: Option<KustomOrderId>,
    /// A shopper wanted the order to be cancelled.
    is_cancellation_wanted: bool,
    openings_under_way: u32,
    /// Some page has shown its checkout.
    was_shown: bool,
}

/// What a version of a cart shows.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    content: Content,
    state: CartState,
    payload_revision: u64,
    kustom: Option<ShownKustom>,
}

#[derive(Clone, Debug, PartialEq)]
struct ShownKustom {
    id: KustomOrderId,
    pending_hash: Option<String>,
    sync_hash: String,
    revision: u64,
    /// When a payment was last let through.
    approved_at: Option<Timestamp>,
}

/// What a shopper would be sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    country: String,
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    id: CartItemId,
    product: String,
    quantity: u32,
}

/// One wish of a shopper, as it was put.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    Add {
        id: CartItemId,
        product: String,
        quantity: u32,
    },
    Remove {
        id: CartItemId,
    },
    Set {
        id: CartItemId,
        quantity: u32,
    },
    Country(String),
    /// An e-mail address, a field: nothing that is sold.
    Aside,
}

/// One order at Kustom, bound to a cart or not.
#[derive(Default)]
struct Session {
    cart_id: Option<CartId>,
    /// How much of the order's history the judge has seen.
    events_seen: usize,
    state: Option<KustomOrderState>,
    /// Somebody was told that it is gone.
    was_gone: bool,
    /// Which nodes heard of the creation, and when.
    heard_created: Vec<(usize, Timestamp)>,
    /// Which nodes heard that it can no longer be changed, and when.
    heard_read_only: Vec<(usize, Timestamp)>,
    is_paid: bool,
    paid_at_step: u64,
    /// A shopper asked about the cart after the payment.
    was_asked_about: bool,
    was_pushed: bool,
    /// Not zero if order management tells strange things of it.
    strangeness: u8,
    order_number: Option<String>,
    /// The order that it became was cancelled by its owner.
    was_cancelled: bool,
    reviews: Vec<ReviewReason>,
    /// The idempotency key of each message that Kustom was sent about it.
    keys: BTreeMap<&'static str, Uuid>,
    /// Since when a shopper has asked about it without any trouble in the way.
    asked_in_peace_at: Option<Timestamp>,
    /// It is a second payment, and the first one is being examined still: a person decides which to keep.
    is_second_to_doubtful: bool,
    bound_at_step: u64,
    reviewed_at_step: u64,
    /// What a person has decided.
    resolutions: Vec<ReviewAction>,
    /// What was let through, as Kustom showed it.
    approved: Vec<Approved>,
}

/// The sums and quantities that a payment was let through for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Approved {
    amount: Option<i64>,
    quantities: BTreeMap<String, i64>,
}

impl Judge {
    pub fn new(weather: &Weather) -> Self {
        Self {
            violation: None,
            step: 0,
            is_strict: weather.is_strict,
            store_failures: Vec::new(),
            carts: BTreeMap::new(),
            cart_numbers: BTreeMap::new(),
            sessions: BTreeMap::new(),
            last_death: BTreeMap::new(),
            turns: BTreeMap::new(),
        }
    }

    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// The first finding counts; what follows from it says less.
    fn violated(&mut self, invariant: &'static str, sentence: impl FnOnce() -> String) {
        if self.violation.is_none() {
            self.violation = Some(Violation {
                invariant,
                sentence: sentence(),
            });
        }
    }

    fn demand(&mut self, holds: bool, invariant: &'static str, sentence: impl FnOnce() -> String) {
        if !holds {
            self.violated(invariant, sentence);
        }
    }

    /// The moment by which later findings can be told from earlier ones.
    pub fn step(&self) -> u64 {
        self.step
    }

    pub fn store_failed(&mut self, node: usize, now: Timestamp) {
        self.store_failures.push((node, now));
    }

    pub fn died(&mut self, node: usize, now: Timestamp) {
        self.last_death.insert(node, now);
    }

    fn session(&mut self, id: &KustomOrderId) -> &mut Session {
        self.sessions.entry(id.clone()).or_default()
    }

    pub fn strangeness_of(&self, id: &KustomOrderId) -> u8 {
        self.sessions.get(id).map_or(0, |session| session.strangeness)
    }

    /// Whether the node has lived on since then, so that it can have acted on what it heard.
    fn has_lived_since(&self, node: usize, then: Timestamp) -> bool {
        self.last_death.get(&node).is_none_or(|death| *death < then)
    }

    /// A shopper is about to ask for an edit.
    pub fn asked(&mut self, cart_id: CartId, edit: Edit) {
        if let Some(cart) = self.carts.get_mut(&cart_id) {
            cart.edits.push(edit);
        }
    }

    pub fn saw_payment(&mut self, id: &KustomOrderId, world: &World) {
        let strangeness = match world.strikes(Fault::StrangePurchase) {
            true => u8::try_from(1 + world.below(3)).unwrap_or(1),
            false => 0,
        };
        let step = self.step;
        let session = self.session(id);
        session.is_paid = true;
        session.paid_at_step = step;
        session.strangeness = strangeness;
    }
}

impl Session {
    /// Whether the purchase has become a review that stands for its fate. Some reviews only tell of trouble.
    fn is_put_aside(&self) -> bool {
        self.reviews.iter().any(|reason| {
            matches!(
                reason,
                ReviewReason::ContentMismatch
                    | ReviewReason::UnclearPurchase
                    | ReviewReason::FraudRejected
                    | ReviewReason::DuplicatePurchase
            )
        })
    }

    fn has_fate(&self) -> bool {
        self.order_number.is_some() || self.is_put_aside()
    }
}

impl Shown {
    fn of(cart: &Cart) -> Self {
        Self {
            content: Content::of(cart),
            state: cart.state,
            payload_revision: cart.payload_revision,
            kustom: cart.kustom.as_ref().map(|kustom| ShownKustom {
                id: kustom.kustom_order_id.clone(),
                pending_hash: kustom.pending_hash.clone(),
                sync_hash: kustom.sync_hash.clone(),
                revision: kustom.revision,
                approved_at: kustom.approval.as_ref().map(|approval| approval.at),
            }),
        }
    }
}

impl ShownKustom {
    /// What a page goes by: it may show the iframe while no hash is pending or the pending one is synced.
    fn looks_synced(&self) -> bool {
        self.pending_hash
            .as_ref()
            .is_none_or(|pending| *pending == self.sync_hash)
    }
}

impl Content {
    pub fn of(cart: &Cart) -> Self {
        let items = cart.items.iter().map(|item| Item {
            id: item.id,
            product: item.product_number.clone(),
            quantity: item.quantity,
        });
        Self {
            country: cart.country.as_str().to_owned(),
            items: items.collect(),
        }
    }

    /// How many of each product.
    fn quantities(&self) -> BTreeMap<&str, i64> {
        let mut quantities = BTreeMap::new();
        for item in &self.items {
            *quantities.entry(item.product.as_str()).or_insert(0) += i64::from(item.quantity);
        }
        quantities
    }

    /// The content after an edit, or `None` where the edit does not fit.
    fn after(&self, edit: &Edit) -> Option<Self> {
        let mut after = self.clone();
        let position = |wanted: &CartItemId| self.items.iter().position(|item| item.id == *wanted);
        match edit {
            Edit::Add {
                id,
                product,
                quantity,
            } => {
                if position(id).is_none() {
                    after.items.push(Item {
                        id: *id,
                        product: product.clone(),
                        quantity: *quantity,
                    });
                }
            }
            Edit::Remove { id } => drop(after.items.remove(position(id)?)),
            Edit::Set { id, quantity } => after.items[position(id)?].quantity = *quantity,
            Edit::Country(country) => after.country.clone_from(country),
            Edit::Aside => (),
        }
        Some(after)
    }

    /// Whether the edit has been made, as far as anybody can see.
    fn shows(&self, edit: &Edit) -> bool {
        let find = |wanted: &CartItemId| self.items.iter().find(|item| item.id == *wanted);
        match edit {
            Edit::Add { id, .. } => find(id).is_some(),
            Edit::Remove { id } => find(id).is_none(),
            Edit::Set { id, quantity } => find(id).is_some_and(|item| item.quantity == *quantity),
            Edit::Country(country) => self.country == *country,
            Edit::Aside => true,
        }
    }
}

impl CartLedger {
    fn newest(&self) -> Option<&Shown> {
        self.versions.last()
    }

    fn open_order(&self) -> Option<&KustomOrderId> {
        self.openings.last().and_then(|(_, id)| id.as_ref())
    }
}
