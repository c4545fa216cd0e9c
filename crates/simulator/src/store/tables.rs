//! What a store holds, in memory, with the keys and versions that every store must enforce.
//!
//! A change is applied part by part; what was there before is noted down, and put back when a part is refused.

mod order;

use super::answer::Answers;
use super::catalogue::Shelves;
use super::hold::Holds;
use super::job::{self, Job};
use jiff::Timestamp;
use kassa::store::{MAX_SNAPSHOTS, StoreError};
use kassa_commerce::cart::{Cart, CartOrder};
use kassa_commerce::change::{
    AuthorizationWrite, CartWrite, CatalogueWrite, Change, Committed, KustomOrderWrite, ResolutionWrite,
    StockWrite,
};
use kassa_commerce::id::CartId;
use kassa_commerce::job::JobKey;
use kassa_commerce::kustom::{KustomOrder, KustomOrderState};
use kassa_commerce::order::Order;
use kassa_commerce::payment::{AuthorizationState, Payment};
use kassa_commerce::planted::{self, Bug};
use kassa_commerce::review::Review;
use kassa_commerce::snapshot::Snapshot;
use kustom_api::KustomOrderId;
use std::collections::BTreeMap;

/// Numbers start above this one, so that they have six digits from the first.
const FIRST_NUMBER: u64 = 100_000;

#[derive(Debug)]
pub struct Tables {
    carts: BTreeMap<CartId, Cart>,
    kustom_orders: BTreeMap<KustomOrderId, KustomOrderRow>,
    snapshots: BTreeMap<(CartId, u64), Snapshot>,
    payments: Vec<Payment>,
    orders: Vec<Order>,
    reviews: Vec<Review>,
    pub(super) jobs: BTreeMap<JobKey, Job>,
    pub(super) holds: Holds,
    pub(super) shelves: Shelves,
    pub(super) answers: Answers,
    counters: Counters,
    /// The last number drawn, by prefix.
    order_counters: BTreeMap<String, u64>,
    undo: Vec<Undo>,
    callback_key: [u8; 32],
}

#[derive(Clone, Debug)]
struct KustomOrderRow {
    row: usize,
    kustom_order: KustomOrder,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Counters {
    cart: u64,
    pub(super) claim: u64,
}

/// How to put back what a refused change has overwritten.
#[derive(Debug)]
enum Undo {
    Cart(CartId, Box<Option<Cart>>),
    KustomOrder(KustomOrderId, Option<KustomOrderRow>),
    Snapshot((CartId, u64)),
    Payment,
    Authorization(usize, AuthorizationState),
    Order,
    OrderCounter(String, Option<u64>),
    OrderRow(usize, Box<Order>),
    Review,
    ReviewRow(usize, Box<Review>),
    Resolution(usize),
    Job(JobKey, Option<Job>),
}

impl Tables {
    pub fn new(callback_key: [u8; 32], shelves: Shelves) -> Self {
        Self {
            carts: BTreeMap::new(),
            kustom_orders: BTreeMap::new(),
            snapshots: BTreeMap::new(),
            payments: Vec::new(),
            orders: Vec::new(),
            reviews: Vec::new(),
            jobs: BTreeMap::new(),
            holds: Holds::default(),
            shelves,
            answers: Answers::default(),
            counters: Counters {
                cart: FIRST_NUMBER,
                claim: 0,
            },
            order_counters: BTreeMap::new(),
            undo: Vec::new(),
            callback_key,
        }
    }

    /// All of the change or none of it.
    pub fn commit(&mut self, change: &Change) -> Result<Committed, StoreError> {
        let counters = self.counters;
        let holds = (!change.holds.is_empty() || change.catalogue.is_some()).then(|| self.holds.clone());
        let shelves = self.shelves.clone();
        let answers = change.answer.is_some().then(|| self.answers.clone());
        self.undo.clear();
        let result = self.apply(change);
        if result.is_err() {
            if let Some(holds) = holds {
                self.holds = holds;
            }
            self.shelves = shelves;
            if let Some(answers) = answers {
                self.answers = answers;
            }
            self.counters = counters;
            self.put_back();
        }
        result
    }

    /// In the order that the contract tests ask for: what was lost is told before what collides.
    fn apply(&mut self, change: &Change) -> Result<Committed, StoreError> {
        let mut committed = Committed::default();
        if let Some(now) = change.abandon_leases {
            job::abandon_leases(self, now);
        }
        if let Some(settle) = &change.settle {
            job::settle(self, settle)?;
        }
        match &change.cart {
            Some(CartWrite::Insert(cart)) => committed.cart_number = Some(self.insert_cart(cart)?),
            Some(CartWrite::Update(cart)) => self.update_cart(cart, change.order.is_some())?,
            None => (),
        }
        if let Some(write) = &change.answer {
            self.answers.keep(write)?;
        }
        for write in &change.kustom_orders {
            match write {
                KustomOrderWrite::Open(kustom_order) => self.open(kustom_order)?,
                KustomOrderWrite::SetState { id, state } => self.set_state(id, *state)?,
                KustomOrderWrite::Move { id, from, to } => self.move_state(id, *from, *to)?,
            }
        }
        for snapshot in &change.snapshots {
            self.insert_snapshot(snapshot)?;
        }
        if let Some(payment) = &change.payment {
            self.insert_payment(payment)?;
        }
        if let Some(write) = &change.authorization {
            self.move_authorization(write)?;
        }
        if let Some(order) = &change.order {
            committed.order_number = Some(self.insert_order(order)?);
        }
        if let Some(order) = &change.order_update {
            self.update_order(order)?;
        }
        for review in &change.reviews {
            self.insert_review(review);
        }
        if let Some(write) = &change.resolution {
            self.resolve_review(write)?;
        }
        if planted::is(Bug::UndoDropsJob)
            && change.jobs.is_empty()
            && let [snapshot] = change.snapshots.as_slice()
        {
            self.write_job(&JobKey::Sync(snapshot.cart_id), None);
        }
        if let Some(write) = &change.catalogue {
            self.import(write)?;
        }
        for write in &change.stock {
            self.holds.set_stock(write);
        }
        for write in &change.holds {
            self.holds.write(write)?;
        }
        for request in &change.jobs {
            job::request(self, request);
        }
        if let Some(claim) = &change.claim {
            committed.claimed = job::claim(self, claim);
        }
        Ok(committed)
    }

    fn import(&mut self, write: &CatalogueWrite) -> Result<(), StoreError> {
        let (shelves, gone) = self.shelves.after(write)?;
        for product_number in gone {
            self.holds.set_stock(&StockWrite {
                product_number,
                on_hand: None,
            });
        }
        self.shelves = shelves;
        Ok(())
    }

    fn put_back(&mut self) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Cart(id, before) => restore(&mut self.carts, id, *before),
                Undo::KustomOrder(id, before) => restore(&mut self.kustom_orders, id, before),
                Undo::Snapshot(key) => restore(&mut self.snapshots, key, None),
                Undo::Job(key, before) => restore(&mut self.jobs, key, before),
                Undo::Payment => drop(self.payments.pop()),
                Undo::Authorization(row, before) => self.payments[row].authorization.state = before,
                Undo::ReviewRow(row, before) => self.reviews[row] = *before,
                Undo::Resolution(row) => self.reviews[row].resolution = None,
                Undo::Order => drop(self.orders.pop()),
                Undo::OrderCounter(prefix, before) => restore(&mut self.order_counters, prefix, before),
                Undo::OrderRow(row, before) => self.orders[row] = *before,
                Undo::Review => drop(self.reviews.pop()),
            }
        }
    }

    pub(super) fn write_job(&mut self, key: &JobKey, job: Option<Job>) {
        let before = match job {
            Some(job) => self.jobs.insert(key.clone(), job),
            None => self.jobs.remove(key),
        };
        self.undo.push(Undo::Job(key.clone(), before));
    }

    pub(super) fn next_claim(&mut self) -> u64 {
        self.counters.claim += 1;
        self.counters.claim
    }

    fn insert_cart(&mut self, cart: &Cart) -> Result<String, StoreError> {
        if self.carts.contains_key(&cart.id) {
            return Err(StoreError::Conflict);
        }
        self.counters.cart += 1;
        let number = format!("C{}", self.counters.cart);
        self.write_cart(Cart {
            number: number.clone(),
            version: 1,
            order: None,
            ..cart.clone()
        });
        Ok(number)
    }

    fn update_cart(&mut self, cart: &Cart, makes_order: bool) -> Result<(), StoreError> {
        let stored = self.carts.get(&cart.id).ok_or(StoreError::Conflict)?;
        let unchecked =
            planted::is(Bug::StaleCartOverwrites) || (planted::is(Bug::NoUniqueOrder) && makes_order);
        if stored.version != cart.version && !unchecked {
            return Err(StoreError::Conflict);
        }
        let written = Cart {
            number: stored.number.clone(),
            version: stored.version + 1,
            order: None,
            ..cart.clone()
        };
        self.write_cart(written);
        Ok(())
    }

    fn write_cart(&mut self, cart: Cart) {
        let id = cart.id;
        let before = self.carts.insert(id, cart);
        self.undo.push(Undo::Cart(id, Box::new(before)));
    }

    fn open(&mut self, kustom_order: &KustomOrder) -> Result<(), StoreError> {
        if !self.carts.contains_key(&kustom_order.cart_id) {
            return Err(StoreError::Internal("there is no such cart".to_owned()));
        }
        let is_open = kustom_order.state == KustomOrderState::Open;
        let taken = self.kustom_orders.contains_key(&kustom_order.id)
            || (is_open && self.open_order_of(kustom_order.cart_id).is_some());
        if taken {
            return Err(StoreError::AlreadyOpen);
        }
        let row = KustomOrderRow {
            row: self.kustom_orders.len(),
            kustom_order: kustom_order.clone(),
        };
        self.write_kustom_order(row);
        Ok(())
    }

    fn set_state(&mut self, id: &KustomOrderId, state: KustomOrderState) -> Result<(), StoreError> {
        let known = self.kustom_orders.get(id).cloned().ok_or_else(|| {
            StoreError::Internal("a Kustom order that was never opened cannot change its state".to_owned())
        })?;
        if known.kustom_order.state.may_become(state) || planted::is(Bug::StateGoesBack) {
            let mut row = known;
            row.kustom_order.state = state;
            self.write_kustom_order(row);
        }
        Ok(())
    }

    fn move_state(
        &mut self,
        id: &KustomOrderId,
        from: KustomOrderState,
        to: KustomOrderState,
    ) -> Result<(), StoreError> {
        let known = self.kustom_orders.get(id).cloned();
        let is_there = |row: &KustomOrderRow| {
            row.kustom_order.state == from
                || planted::is(Bug::StateGoesBack)
                || planted::is(Bug::NoUniqueOrder)
        };
        let mut row = known.filter(is_there).ok_or(StoreError::Conflict)?;
        row.kustom_order.state = to;
        self.write_kustom_order(row);
        Ok(())
    }

    fn write_kustom_order(&mut self, row: KustomOrderRow) {
        let id = row.kustom_order.id.clone();
        let before = self.kustom_orders.insert(id.clone(), row);
        self.undo.push(Undo::KustomOrder(id, before));
    }

    fn insert_snapshot(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        let key = (snapshot.cart_id, snapshot.revision);
        if self.snapshots.contains_key(&key) {
            return Err(StoreError::Internal(
                "the revision has a snapshot already".to_owned(),
            ));
        }
        self.snapshots.insert(key, snapshot.clone());
        self.undo.push(Undo::Snapshot(key));
        Ok(())
    }

    fn insert_payment(&mut self, payment: &Payment) -> Result<(), StoreError> {
        if let Some(id) = payment.provider.kustom_order_id() {
            self.check_bound(id)?;
        }
        let key = (payment.provider.key(), payment.reference());
        let same = |other: &Payment| (other.provider.key(), other.reference()) == key;
        if self.payments.iter().any(same) && !planted::is(Bug::NoUniqueOrder) {
            return Err(StoreError::AlreadyCompleted);
        }
        self.payments.push(payment.clone());
        self.undo.push(Undo::Payment);
        Ok(())
    }

    fn move_authorization(&mut self, write: &AuthorizationWrite) -> Result<(), StoreError> {
        let row = self
            .payments
            .iter()
            .position(|payment| payment.id == write.payment_id);
        let row = row.ok_or_else(|| {
            StoreError::Internal("a payment that was never made cannot change its state".to_owned())
        })?;
        let state = &mut self.payments[row].authorization.state;
        if state.may_become(write.state) {
            self.undo.push(Undo::Authorization(row, *state));
            *state = write.state;
        }
        Ok(())
    }

    fn resolve_review(&mut self, write: &ResolutionWrite) -> Result<(), StoreError> {
        let open = |review: &Review| {
            review.is_open()
                && review.kustom_order_id == write.kustom_order_id
                && review.reason == write.reason
        };
        let row = self.reviews.iter().position(open).ok_or(StoreError::Conflict)?;
        self.reviews[row].resolution = Some(write.resolution.clone());
        self.undo.push(Undo::Resolution(row));
        Ok(())
    }

    fn check_bound(&self, id: &KustomOrderId) -> Result<(), StoreError> {
        if self.kustom_orders.contains_key(id) {
            return Ok(());
        }
        Err(StoreError::Internal("there is no such Kustom order".to_owned()))
    }

    fn insert_review(&mut self, review: &Review) {
        let same =
            |other: &Review| other.kustom_order_id == review.kustom_order_id && other.reason == review.reason;
        match self.reviews.iter().position(same) {
            None => {
                self.reviews.push(review.clone());
                self.undo.push(Undo::Review);
            }
            // One that was resolved opens again.
            Some(row) if !self.reviews[row].is_open() => {
                let before = std::mem::replace(&mut self.reviews[row], review.clone());
                self.undo.push(Undo::ReviewRow(row, Box::new(before)));
            }
            Some(_) => (),
        }
    }
}

/// What is read, each at one moment.
impl Tables {
    pub fn cart(&self, id: CartId) -> Option<Cart> {
        let cart = self.carts.get(&id)?;
        Some(Cart {
            order: self.order_of_cart(id).and_then(|order| {
                let of_order = |payment: &&Payment| payment.id == order.payment_id;
                let payment = self.payments.iter().find(of_order)?;
                Some(CartOrder::new(order, payment))
            }),
            ..cart.clone()
        })
    }

    /// As it was written, without the order that it became.
    pub fn cart_row(&self, id: CartId) -> Option<&Cart> {
        self.carts.get(&id)
    }

    pub fn kustom_order(&self, id: &KustomOrderId) -> Option<&KustomOrder> {
        self.kustom_orders.get(id).map(|row| &row.kustom_order)
    }

    pub fn kustom_orders_of(&self, cart_id: CartId) -> Vec<KustomOrder> {
        let of_cart = |row: &&KustomOrderRow| row.kustom_order.cart_id == cart_id;
        let mut rows: Vec<_> = self.kustom_orders.values().filter(of_cart).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.kustom_order.opened_at, row.row)));
        rows.into_iter().map(|row| row.kustom_order.clone()).collect()
    }

    fn open_order_of(&self, cart_id: CartId) -> Option<&KustomOrder> {
        let mut kustom_orders = self.kustom_orders.values().map(|row| &row.kustom_order);
        kustom_orders.find(|order| order.cart_id == cart_id && order.state == KustomOrderState::Open)
    }

    pub fn snapshot(&self, cart_id: CartId, revision: u64) -> Option<&Snapshot> {
        self.snapshots.get(&(cart_id, revision))
    }

    pub fn snapshots_with_goods(&self, cart_id: CartId, goods_hash: &str) -> Vec<Snapshot> {
        let of_cart = self.snapshots.range((cart_id, 0)..=(cart_id, u64::MAX)).rev();
        of_cart
            .map(|(_, snapshot)| snapshot)
            .filter(|snapshot| snapshot.goods_hash() == goods_hash)
            .take(MAX_SNAPSHOTS)
            .cloned()
            .collect()
    }

    pub fn cart_with_number(&self, number: &str) -> Option<Cart> {
        let cart = self.carts.values().find(|cart| cart.number == number)?;
        self.cart(cart.id)
    }

    pub fn payments_of_cart(&self, cart_id: CartId) -> Vec<Payment> {
        let of_cart = |payment: &&Payment| payment.cart_id == cart_id;
        self.payments.iter().filter(of_cart).cloned().collect()
    }

    pub fn reviews(&self) -> Vec<Review> {
        let mut reviews = self.reviews.clone();
        reviews.sort_by_key(|review| review.opened_at);
        reviews
    }

    pub fn next_job_at(&self) -> Option<Timestamp> {
        self.jobs.values().map(Job::due_at).min()
    }

    pub fn job_keys(&self) -> impl Iterator<Item = &JobKey> {
        self.jobs.keys()
    }

    pub fn has_job(&self, key: &JobKey) -> bool {
        self.jobs.contains_key(key)
    }

    pub fn callback_key(&self) -> [u8; 32] {
        self.callback_key
    }
}

fn restore<K: Ord, V>(rows: &mut BTreeMap<K, V>, key: K, before: Option<V>) {
    match before {
        Some(before) => drop(rows.insert(key, before)),
        None => drop(rows.remove(&key)),
    }
}
