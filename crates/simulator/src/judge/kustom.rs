//! What may be done at Kustom, and what its state says of the carts.

use super::Judge;
use crate::report::Situation;
use crate::store::short;
use crate::store::tables::Tables;
use crate::world::World;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use kassa_commerce::cart::CartState;
use kassa_commerce::id::CartId;
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::review::ReviewAction;
use kustom_api::{CheckoutOrder, Failure, KustomOrderId, LineType, OrderLine};
use kustom_emulator::{Change, Kustom, OrderState, Response};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How long a call may take, and how much the nodes' clocks may differ.
const LONGEST_CALL: SignedDuration = SignedDuration::from_secs(9);
const SLACK: SignedDuration = SignedDuration::from_secs(1);

impl Judge {
    /// Looks at what a call has just done.
    pub fn kustom_handled(
        &mut self,
        name: &str,
        id: Option<&KustomOrderId>,
        response: &Response,
        tables: &Tables,
        kustom: &Kustom,
        world: &World,
    ) {
        self.step += 1;
        if name == "create" && response.status == StatusCode::CREATED {
            let Some(order) = kustom.orders().last() else {
                return;
            };
            let number = order.checkout.merchant_reference1.clone().unwrap_or_default();
            let cart_id = self.cart_numbers.get(&number).copied();
            let session = self.session(&order.id);
            session.cart_id = cart_id;
            session.events_seen = order.history.len();
            world.saw(Situation::KustomOrderMade);
            return;
        }
        if let Some(id) = id {
            self.look_at(id, tables, kustom, world);
        }
    }

    /// Judges every event of an order that has not been judged yet.
    pub fn look_at(&mut self, id: &KustomOrderId, tables: &Tables, kustom: &Kustom, world: &World) {
        let Some(order) = kustom.order(id) else {
            return;
        };
        let seen = self.session(id).events_seen;
        if seen == order.history.len() {
            return;
        }
        self.session(id).events_seen = order.history.len();
        for event in &order.history[seen..] {
            self.judge_event(id, &event.change, tables, world);
        }
        if let Some(cart_id) = self.session(id).cart_id {
            self.check_synchrony(cart_id, kustom, world);
        }
    }

    fn judge_event(&mut self, id: &KustomOrderId, change: &Change, tables: &Tables, world: &World) {
        let session = self.session(id);
        let (has_order, cart_id) = (session.order_number.is_some(), session.cart_id);
        let (has_fate, was_cancelled) = (session.has_fate(), session.was_cancelled);
        match change {
            Change::Acknowledged => self.demand(has_fate, "I5", || {
                format!("{} was acknowledged before its order was stored", short(id))
            }),
            Change::Cancelled => {
                let bought_by = cart_id
                    .and_then(|cart_id| self.carts.get(&cart_id))
                    .and_then(|cart| cart.bought_by.clone());
                let is_duplicate = bought_by.is_some_and(|other| other != *id);
                let was_decided = self.session(id).resolutions.contains(&ReviewAction::Cancel);
                let is_unplaced = (is_duplicate || was_decided) && !has_order;
                self.demand(was_cancelled || is_unplaced, "D2", || {
                    format!(
                        "{} was paid, is no duplicate, and was cancelled by nobody's wish",
                        short(id)
                    )
                });
                if !was_cancelled {
                    world.saw(Situation::DuplicateCancelled);
                }
            }
            Change::Aborted => {
                let is_shown = tables
                    .kustom_order(id)
                    .is_some_and(|order| order.state == KustomOrderState::Open);
                self.demand(!is_shown, "I9", || {
                    format!("{} was aborted while it is the cart's open order", short(id))
                });
            }
            Change::ReferencesSet => self.demand(has_order, "I5", || {
                format!("{} got an order number before its order was stored", short(id))
            }),
            _ => (),
        }
    }

    /// A node is about to change a checkout order: only whoever has the cart's turn may, and only if the turn is long enough.
    pub fn updates(&mut self, id: &KustomOrderId, node: usize, now: Timestamp) {
        let cart_id = self.session(id).cart_id;
        let turn = cart_id.and_then(|cart_id| self.turns.get(&cart_id)).copied();
        let has_turn = turn.is_some_and(|(holder, until)| {
            holder == node && now.duration_since(until) <= SLACK - LONGEST_CALL
        });
        self.demand(has_turn || !self.is_strict, "R4", || {
            format!(
                "{} is updated by a node whose turn may end before the call does",
                short(id)
            )
        });
    }

    /// A node sends a message with an idempotency key.
    pub fn message_sent(&mut self, name: &'static str, id: &KustomOrderId, key: Uuid) {
        let may_acknowledge = name != "acknowledge" || self.session(id).has_fate();
        self.demand(may_acknowledge, "I5", || {
            format!("{} is acknowledged before its order is stored", short(id))
        });
        let first = *self.session(id).keys.entry(name).or_insert(key);
        self.demand(first == key, "R10", || {
            format!(
                "{}: the same message, {name}, was sent with another key",
                short(id)
            )
        });
    }

    /// What a node was answered, true or not.
    pub fn answered(
        &mut self,
        name: &str,
        id: &KustomOrderId,
        answer: &Result<Response, Failure>,
        node: usize,
        world: &World,
    ) {
        let status = answer.as_ref().map(|response| response.status);
        let is_gone = matches!(answer, Err(Failure::Gone)) || status == Ok(StatusCode::NOT_FOUND);
        if is_gone && matches!(name, "read" | "update" | "abort") {
            self.session(id).was_gone = true;
        }
        if name == "update" && status == Ok(StatusCode::FORBIDDEN) {
            world.saw(Situation::ReadOnlyMet);
            let now = world.now();
            self.session(id).heard_read_only.push((node, now));
        }
    }

    pub fn told_of_creation(&mut self, id: &KustomOrderId, node: usize, now: Timestamp) {
        self.session(id).heard_created.push((node, now));
    }

    /// Invariant 6: what looks synced to a page is what Kustom holds.
    pub(super) fn check_synchrony(&mut self, cart_id: CartId, kustom: &Kustom, world: &World) {
        if !self.is_strict {
            return;
        }
        let Some(problem) = self.out_of_step(cart_id, kustom, world.now()) else {
            return;
        };
        self.violated("I6", || problem);
    }

    /// How the cart's open order differs from what pages believe it to be.
    pub(super) fn out_of_step(&self, cart_id: CartId, kustom: &Kustom, now: Timestamp) -> Option<String> {
        let ledger = self.carts.get(&cart_id)?;
        let shown = ledger.newest().filter(|shown| shown.state == CartState::Open)?;
        let known = shown.kustom.as_ref().filter(|known| known.looks_synced())?;
        let order = kustom.order(&known.id)?;
        let is_bound = self.sessions.get(&known.id)?.state == Some(KustomOrderState::Open);
        if !is_bound || order.state(now) != OrderState::Open {
            return None;
        }
        let offered = ledger.offered.get(&known.revision)?;
        let price = super::price::price(&ledger.profile_key, offered)?;
        let held = &order.checkout;
        let agrees = held.order_amount == Some(price.total)
            && quantities(held.order_lines.as_deref()?) == offered.quantities()
            && held.purchase_country.as_deref() == Some(offered.country.as_str());
        (!agrees).then(|| {
            format!(
                "{} looks synced at revision {} ({} {}), and Kustom holds {:?} in {}",
                ledger.number,
                known.revision,
                price.total,
                price.currency,
                held.order_amount,
                short(&known.id),
            )
        })
    }

    /// Whether what was paid is one of the offers, by the judge's own sums.
    pub(super) fn paid_as_offered(&self, cart_id: CartId, revision: u64, paid: &CheckoutOrder) -> bool {
        let Some(ledger) = self.carts.get(&cart_id) else {
            return false;
        };
        let Some(offered) = ledger.offered.get(&revision) else {
            return false;
        };
        let Some(price) = super::price::price(&ledger.profile_key, offered) else {
            return false;
        };
        let lines = paid.order_lines.as_deref().unwrap_or_default();
        paid.order_amount == Some(price.total)
            && paid.order_tax_amount == Some(price.tax)
            && paid.purchase_currency.as_deref() == Some(price.currency)
            && paid.purchase_country.as_deref() == Some(offered.country.as_str())
            && quantities(lines) == offered.quantities()
    }
}

/// How many of each product stand on an order of Kustom's.
pub(super) fn quantities(lines: &[OrderLine]) -> BTreeMap<&str, i64> {
    let mut quantities = BTreeMap::new();
    let goods = lines
        .iter()
        .filter(|line| line.line_type != Some(LineType::ShippingFee));
    for line in goods {
        let product = line.reference.as_deref().unwrap_or_default();
        *quantities.entry(product).or_insert(0) += line.quantity;
    }
    quantities
}
