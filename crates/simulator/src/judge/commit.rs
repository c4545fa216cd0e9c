//! What a commit may write.

use super::{CartLedger, Content, Judge, Shown};
use crate::report::Situation;
use crate::store::short;
use crate::store::tables::Tables;
use crate::world::World;
use jiff::{SignedDuration, Timestamp};
use kassa::store::StoreError;
use kassa_commerce::cart::{Cart, CartState};
use kassa_commerce::change::{CartWrite, Change, Committed, KustomOrderWrite};
use kassa_commerce::id::CartId;
use kassa_commerce::job::JobKey;
use kassa_commerce::kustom::{KustomOrder, KustomOrderState};
use kassa_commerce::review::ReviewReason;
use kustom_api::KustomOrderId;
use kustom_emulator::{Kustom, OrderState};
use std::collections::BTreeMap;

/// How long a cart stands still after a payment was let through.
const FREEZE: SignedDuration = SignedDuration::from_secs(120);

impl Judge {
    /// Looks at what was just written.
    pub fn committed(
        &mut self,
        change: &Change,
        committed: &Committed,
        node: usize,
        core: (&Tables, &Kustom),
        world: &World,
    ) {
        let (tables, kustom) = core;
        self.step += 1;
        // Only the contract of stores has others: no shopper of a world can pay in another way.
        let order = change
            .order
            .as_ref()
            .filter(|order| order.kustom_order_id.is_some());
        if let Some(order) = order {
            self.check_single(order);
        }
        if let Some(write) = &change.cart {
            self.cart_written(write, committed, world.now());
        }
        for snapshot in &change.snapshots {
            let content = Content {
                country: snapshot.offer.purchase_country.clone(),
                ..content_of_items(&snapshot.items)
            };
            if let Some(cart) = self.carts.get_mut(&snapshot.cart_id) {
                cart.offered.insert(snapshot.revision, content);
            }
        }
        if let Some(moved) = &change.order_update
            && let Some(id) = &moved.kustom_order_id
        {
            self.order_moved(moved, id, change, world);
        }
        for write in &change.kustom_orders {
            match write {
                KustomOrderWrite::Open(kustom_order) => self.bound(kustom_order, kustom, world),
                KustomOrderWrite::SetState { id, state } | KustomOrderWrite::Move { id, to: state, .. } => {
                    self.state_set(id, *state, change, tables, kustom, world);
                }
            }
        }
        if let Some(order) = order {
            self.order_made(order, change.payment.as_ref(), committed, kustom, world);
        }
        for review in &change.reviews {
            self.review_opened(review, kustom, world);
        }
        if let Some(write) = &change.resolution {
            let session = self.session(&write.kustom_order_id);
            session.resolutions.push(write.resolution.action);
            world.saw(Situation::ReviewResolved);
        }
        for job in &change.jobs {
            if let JobKey::Abort(id) = &job.key
                && self.session(id).state.is_none()
            {
                world.saw(Situation::LostOpeningRace);
            }
        }
        for job in &committed.claimed {
            if let JobKey::Sync(cart_id) = &job.key {
                self.turns.insert(*cart_id, (node, job.lease.until));
            }
            if job.abandoned_at.is_some() {
                world.saw(Situation::AbandonedRun);
            }
        }
        if let Some(CartWrite::Insert(cart) | CartWrite::Update(cart)) = &change.cart {
            self.check_offer(cart.id, tables);
            self.check_synchrony(cart.id, kustom, world);
        } else if let Some(JobKey::Sync(cart_id)) = change.settle.as_ref().map(|settle| &settle.key) {
            self.check_offer(*cart_id, tables);
        }
    }

    pub fn refused(&mut self, change: &Change, error: &StoreError, _node: usize, world: &World) {
        match error {
            StoreError::LeaseLost => world.saw(Situation::LeaseLost),
            StoreError::Conflict | StoreError::AlreadyCompleted if change.order.is_some() => {
                world.saw(Situation::LostCompletionRace);
            }
            StoreError::Internal(reason) => {
                self.violated("S9", || {
                    format!("the store was asked for what cannot be: {reason}")
                });
            }
            _ => (),
        }
    }

    fn cart_written(&mut self, write: &CartWrite, committed: &Committed, now: Timestamp) {
        match write {
            CartWrite::Insert(cart) => {
                let number = committed.cart_number.clone().unwrap_or_default();
                self.cart_numbers.insert(number.clone(), cart.id);
                let ledger = CartLedger {
                    number,
                    profile_key: cart.profile_key.clone(),
                    versions: vec![Shown::of(cart)],
                    openings: Vec::new(),
                    offered: BTreeMap::new(),
                    pending_hashes: Vec::new(),
                    edits: Vec::new(),
                    bought_by: None,
                    is_cancellation_wanted: false,
                    openings_under_way: 0,
                    was_shown: false,
                };
                self.carts.insert(cart.id, ledger);
            }
            CartWrite::Update(cart) => self.cart_updated(cart, now),
        }
    }

    fn cart_updated(&mut self, cart: &Cart, now: Timestamp) {
        let Some(ledger) = self.carts.get_mut(&cart.id) else {
            return self.violated("I8", || "a cart was changed that was never made".to_owned());
        };
        let (shown, number) = (Shown::of(cart), ledger.number.clone());
        let newest_version = ledger.versions.len() as u64;
        let Some(before) = ledger.versions.last().cloned() else {
            return;
        };
        let is_explained = is_explained(ledger, &before, &shown);
        let new_hash = shown
            .kustom
            .as_ref()
            .and_then(|kustom| kustom.pending_hash.clone());
        let is_new_revision = revision(&shown) > revision(&before) && same_order(&before, &shown);
        let is_hash_reused = is_new_revision
            && new_hash.as_ref().is_some_and(|hash| {
                ledger.pending_hashes.contains(hash)
                    || before
                        .kustom
                        .as_ref()
                        .is_some_and(|kustom| kustom.sync_hash == *hash)
            });
        if let Some(hash) = new_hash.filter(|hash| !ledger.pending_hashes.contains(hash)) {
            ledger.pending_hashes.push(hash);
        }
        ledger.versions.push(shown.clone());
        self.demand(cart.version == newest_version, "I8", || {
            format!(
                "{number}: a change planned on version {} overwrote version {newest_version}",
                cart.version
            )
        });
        self.demand(shown.payload_revision >= before.payload_revision, "I8", || {
            format!("{number}: the payload revision fell")
        });
        let fell = same_order(&before, &shown) && revision(&shown) < revision(&before);
        self.demand(!fell, "I8", || {
            format!("{number}: the revision of the offer fell")
        });
        let changed_when_final = before.state != CartState::Open
            && (before.content != shown.content || before.state != shown.state);
        self.demand(!changed_when_final, "I12", || {
            format!("{number} changed after it was bought")
        });
        let is_frozen = self.is_strict && is_frozen(&before, now);
        let thawed = is_frozen && shown.state == CartState::Open && before.content != shown.content;
        self.demand(!thawed, "D4", || {
            format!("{number} changed while it was being paid")
        });
        let waits_for_person = self.sessions.values().any(|session| {
            session.cart_id == Some(cart.id)
                && session.state == Some(KustomOrderState::InReview)
                && session.reviews.contains(&ReviewReason::UnclearPurchase)
                && session.resolutions.is_empty()
        });
        let changed_meanwhile =
            waits_for_person && shown.state == CartState::Open && before.content != shown.content;
        self.demand(!changed_meanwhile, "I12", || {
            format!("{number} changed while a person has to decide about a purchase of it")
        });
        self.demand(is_explained, "I7", || {
            format!(
                "{number} holds what no shopper asked for: {:?}",
                shown.content.quantities()
            )
        });
        self.demand(!is_hash_reused, "I6", || {
            format!("{number}: a new revision has the hash of an older one, so no page is suspended for it")
        });
    }

    /// A cart with a Kustom order: the newest revision is the cart, and somebody is under way to tell Kustom.
    fn check_offer(&mut self, cart_id: CartId, tables: &Tables) {
        let Some(ledger) = self.carts.get(&cart_id) else {
            return;
        };
        let Some(shown) = ledger.newest().filter(|shown| shown.state == CartState::Open) else {
            return;
        };
        let Some(kustom) = &shown.kustom else { return };
        let number = ledger.number.clone();
        let offers_cart = ledger.offered.get(&kustom.revision).is_some_and(|offered| {
            offered.country == shown.content.country && same_items(offered, &shown.content)
        });
        let is_open = tables
            .kustom_order(&kustom.id)
            .is_some_and(|order| order.state == KustomOrderState::Open);
        let is_told = kustom.looks_synced()
            || shown.content.items.is_empty()
            || !is_open
            || tables.has_job(&JobKey::Sync(cart_id))
            || tables.has_job(&JobKey::Complete(kustom.id.clone()));
        self.demand(offers_cart, "I7", || {
            format!("{number}: the cart was changed without what Kustom must hear of it")
        });
        self.demand(is_told, "I7", || {
            format!("{number}: a hash is pending and no job is left to tell Kustom")
        });
    }

    fn bound(&mut self, kustom_order: &KustomOrder, kustom: &Kustom, world: &World) {
        let (id, cart_id) = (&kustom_order.id, kustom_order.cart_id);
        let made_for = self.session(id).cart_id;
        self.demand(made_for == Some(cart_id), "I10", || {
            format!("{} was bound to a cart that it was not made for", short(id))
        });
        let now = world.now();
        let others = self.sessions.iter().filter(|(other, session)| {
            *other != id && session.cart_id == Some(cart_id) && session.state.is_some()
        });
        let live = others
            .filter(|(other, session)| {
                let at_kustom = kustom.order(other).map(|order| order.state(now));
                !session.was_gone && at_kustom == Some(OrderState::Open)
            })
            .map(|(other, _)| short(other).to_owned())
            .next();
        self.demand(live.is_none(), "D5", || {
            format!(
                "{} was bound although {} can still be paid",
                short(id),
                live.clone().unwrap_or_default()
            )
        });
        let step = self.step;
        self.session(id).state = Some(kustom_order.state);
        self.session(id).bound_at_step = step;
        if let Some(cart) = self.carts.get_mut(&cart_id) {
            cart.openings.push((step, Some(id.clone())));
        }
    }

    fn state_set(
        &mut self,
        id: &KustomOrderId,
        wanted: KustomOrderState,
        change: &Change,
        tables: &Tables,
        kustom: &Kustom,
        world: &World,
    ) {
        let Some(state) = tables.kustom_order(id).map(|order| order.state) else {
            return;
        };
        let at_kustom = kustom.order(id);
        let is_acknowledged = at_kustom.is_some_and(|order| order.acknowledged_at.is_some());
        let is_over = at_kustom.is_none_or(|order| {
            matches!(
                order.state(world.now()),
                OrderState::Aborted | OrderState::Expired
            )
        });
        let session = self.session(id);
        let before = session.state.replace(state);
        let may_retire = session.was_gone || is_over || change.order.is_some();
        let cart_id = session.cart_id;
        if state != KustomOrderState::Open && before == Some(KustomOrderState::Open) {
            let step = self.step;
            if let Some(cart) = cart_id.and_then(|cart_id| self.carts.get_mut(&cart_id))
                && cart.open_order() == Some(id)
            {
                cart.openings.push((step, None));
            }
        }
        let went_back = before.is_some_and(|before| rank(state) < rank(before));
        self.demand(!went_back, "I12", || {
            format!("{} went from {before:?} back to {state:?}", short(id))
        });
        let session = self.session(id);
        let is_kept = session.order_number.is_some() && !session.was_cancelled;
        self.demand(state != KustomOrderState::GivenBack || !is_kept, "I12", || {
            format!("{} is an order and is to be given back", short(id))
        });
        let retires = wanted == KustomOrderState::Retired && before == Some(KustomOrderState::Open);
        self.demand(!retires || may_retire, "D5", || {
            format!(
                "{} was retired although Kustom never said that it is gone",
                short(id)
            )
        });
        self.demand(
            state != KustomOrderState::Acknowledged || is_acknowledged,
            "I5",
            || {
                format!(
                    "{} counts as acknowledged, and Kustom has not heard so",
                    short(id)
                )
            },
        );
    }
}

fn rank(state: KustomOrderState) -> u8 {
    match state {
        KustomOrderState::Open => 0,
        KustomOrderState::Retired => 1,
        KustomOrderState::InReview => 2,
        KustomOrderState::Completed => 3,
        KustomOrderState::Acknowledged => 4,
        KustomOrderState::GivenBack => 5,
    }
}

fn content_of_items(items: &[kassa_commerce::cart::CartItem]) -> Content {
    let items = items.iter().map(|item| super::Item {
        id: item.id,
        product: item.product_number.clone(),
        quantity: item.quantity,
    });
    Content {
        country: String::new(),
        items: items.collect(),
    }
}

fn same_items(one: &Content, other: &Content) -> bool {
    one.items == other.items
}

/// No clock is off by a second in the worlds in which this counts.
fn is_frozen(shown: &Shown, now: Timestamp) -> bool {
    let approved_at = shown.kustom.as_ref().and_then(|kustom| kustom.approved_at);
    approved_at.is_some_and(|at| now.duration_since(at) < FREEZE - SignedDuration::from_secs(1))
}

fn revision(shown: &Shown) -> u64 {
    shown.kustom.as_ref().map_or(0, |kustom| kustom.revision)
}

fn same_order(before: &Shown, after: &Shown) -> bool {
    let id = |shown: &Shown| shown.kustom.as_ref().map(|kustom| kustom.id.clone());
    id(before).is_some() && id(before) == id(after)
}

/// A cart changes because a shopper asked for it, or because it becomes what was paid.
fn is_explained(ledger: &CartLedger, before: &Shown, after: &Shown) -> bool {
    if before.content == after.content {
        return true;
    }
    if after.state == CartState::Completed {
        // Which of the offers it was, the order says.
        return ledger
            .offered
            .values()
            .any(|offered| same_items(offered, &after.content));
    }
    let mut edits = ledger.edits.iter();
    edits.any(|edit| before.content.after(edit).as_ref() == Some(&after.content))
}
