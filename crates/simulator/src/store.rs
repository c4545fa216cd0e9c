//! A store that keeps the contract of every store, and every promise but speed and health.

mod answer;
pub mod catalogue;
mod hold;
mod job;
pub mod tables;

use crate::report::Situation;
use crate::weather::{Fault, Weather};
use crate::world::node::Incarnation;
use crate::world::{Core, Trace, World};
use async_trait::async_trait;
use fastrand::Rng;
use jiff::Timestamp;
use kassa::store::{LeftOver, Scarce, Store, StoreError, StoredProducts, StoredShop};
use kassa_commerce::answer::{IdempotencyKey, KeptAnswer, KeyScope};
use kassa_commerce::cart::Cart;
use kassa_commerce::catalogue::Catalogue;
use kassa_commerce::change::{CartWrite, Change, Committed};
use kassa_commerce::id::CartId;
use kassa_commerce::kustom::KustomOrder;
use kassa_commerce::order::Order;
use kassa_commerce::payment::Payment;
use kassa_commerce::planted::{self, Bug};
use kassa_commerce::review::Review;
use kassa_commerce::snapshot::Snapshot;
use kustom_api::KustomOrderId;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tables::Tables;

/// The one store of a world, as one life of a node reaches it.
pub struct NodeStore {
    pub node: Arc<Incarnation>,
}

impl NodeStore {
    /// A store of its own in a world without trouble, for the tests that every store must pass.
    pub fn healthy() -> Self {
        static STORES: AtomicU64 = AtomicU64::new(0);
        let random = Rng::with_seed(STORES.fetch_add(1, Ordering::Relaxed));
        let world = World::new(Weather::fair(), random, &Catalogue::default(), Trace::Off);
        Self {
            node: Incarnation::new(&world, 0),
        }
    }

    /// The same store, as another process finds it.
    pub fn in_another_life(self) -> Self {
        Self {
            node: Incarnation::new(&self.node.world, 0),
        }
    }

    async fn read<T>(&self, look: impl FnOnce(&Tables) -> T + Send) -> Result<T, StoreError> {
        let world = &self.node.world;
        world.hop().await;
        self.node.pass().await;
        if world.strikes(Fault::ReadFailed) {
            return Err(self.failed(StoreError::Unavailable(
                "the simulated disk cannot be read".to_owned(),
            )));
        }
        let seen = look(&world.core().tables);
        if world.strikes(Fault::StaleRead) {
            world.dawdle().await;
        } else {
            world.hop().await;
        }
        self.node.pass().await;
        Ok(seen)
    }

    /// The judge asks nothing of a node whose storage has just failed it.
    fn failed(&self, error: StoreError) -> StoreError {
        let world = &self.node.world;
        world.core().judge.store_failed(self.node.node, world.now());
        error
    }

    /// Writes, judges and tells, all in one moment.
    fn write(&self, change: &Change) -> Result<Committed, StoreError> {
        let world = &self.node.world;
        let result = {
            let core = &mut *world.core();
            let result = core.tables.commit(change);
            let node = self.node.node;
            match &result {
                Ok(committed) => {
                    let Core {
                        tables,
                        kustom,
                        judge,
                        ..
                    } = core;
                    judge.committed(change, committed, node, (tables, kustom), world);
                }
                Err(error) => core.judge.refused(change, error, node, world),
            }
            world.end_if_judged(core);
            result
        };
        self.node.tell(|| outline(change, &result));
        if result.is_ok() {
            let changed = match &change.cart {
                Some(CartWrite::Update(cart)) => Some((cart.id, cart.version + 1)),
                _ => None,
            };
            let wants_jobs = !change.jobs.is_empty() || change.settle.is_some();
            world.hint(self.node.node, changed, wants_jobs);
        }
        result
    }
}

#[async_trait]
impl Store for NodeStore {
    async fn cart(&self, id: CartId) -> Result<Option<Cart>, StoreError> {
        self.read(|tables| tables.cart(id)).await
    }

    async fn kustom_order(&self, id: &KustomOrderId) -> Result<Option<KustomOrder>, StoreError> {
        self.read(|tables| tables.kustom_order(id).cloned()).await
    }

    async fn kustom_orders_of(&self, cart_id: CartId) -> Result<Vec<KustomOrder>, StoreError> {
        self.read(|tables| tables.kustom_orders_of(cart_id)).await
    }

    async fn snapshot(&self, cart_id: CartId, revision: u64) -> Result<Option<Snapshot>, StoreError> {
        self.read(|tables| tables.snapshot(cart_id, revision).cloned())
            .await
    }

    async fn snapshots_with_goods(
        &self,
        cart_id: CartId,
        goods_hash: &str,
    ) -> Result<Vec<Snapshot>, StoreError> {
        self.read(|tables| tables.snapshots_with_goods(cart_id, goods_hash))
            .await
    }

    async fn left_over(
        &self,
        cart_id: CartId,
        scarce: &Scarce,
        now: Timestamp,
    ) -> Result<LeftOver, StoreError> {
        self.read(|tables| tables.holds.left_over(cart_id, scarce, now))
            .await
    }

    async fn shop(&self) -> Result<StoredShop, StoreError> {
        self.read(|tables| tables.shelves.shop()).await
    }

    async fn products(&self, numbers: &[String]) -> Result<StoredProducts, StoreError> {
        self.read(|tables| tables.shelves.products(numbers)).await
    }

    async fn answer(
        &self,
        scope: KeyScope,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        self.read(|tables| tables.answers.kept(scope, key, now)).await
    }

    async fn order_of_cart(&self, cart_id: CartId) -> Result<Option<Order>, StoreError> {
        self.read(|tables| tables.order_of_cart(cart_id).cloned()).await
    }

    async fn order_of_kustom_order(&self, id: &KustomOrderId) -> Result<Option<Order>, StoreError> {
        self.read(|tables| tables.order_of_kustom_order(id).cloned())
            .await
    }

    async fn order_with_number(&self, number: &str) -> Result<Option<Order>, StoreError> {
        self.read(|tables| tables.order_with_number(number).cloned())
            .await
    }

    async fn cart_with_number(&self, number: &str) -> Result<Option<Cart>, StoreError> {
        self.read(|tables| tables.cart_with_number(number)).await
    }

    async fn payments_of_cart(&self, cart_id: CartId) -> Result<Vec<Payment>, StoreError> {
        self.read(|tables| tables.payments_of_cart(cart_id)).await
    }

    async fn reviews(&self) -> Result<Vec<Review>, StoreError> {
        self.read(Tables::reviews).await
    }

    async fn next_job_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(Tables::next_job_at).await
    }

    async fn callback_key(&self) -> Result<[u8; 32], StoreError> {
        self.read(Tables::callback_key).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        let world = &self.node.world;
        match world.strikes(Fault::SlowCommit) {
            true => world.dawdle().await,
            false => world.hop().await,
        }
        self.node.pass().await;
        if world.strikes(Fault::StoreBusy) {
            return Err(self.failed(StoreError::Busy));
        }
        if world.strikes(Fault::StoreUnavailable) {
            return Err(self.failed(StoreError::Unavailable("the simulated disk is full".to_owned())));
        }
        if world.strikes(Fault::CommitUnknownLost) {
            world.saw(Situation::CommitLost);
            self.node.tell(|| "a commit is lost, and nobody knows".to_owned());
            return Err(self.failed(StoreError::Unknown));
        }
        let detour = planted_detour(&change, &world.core().tables);
        let result = match detour {
            None => self.write(&change),
            Some((first, second)) => {
                self.write(&first)?;
                world.hop().await;
                self.node.pass().await;
                self.write(&second)
            }
        };
        world.hop().await;
        self.node.pass().await;
        if result.is_ok() && world.strikes(Fault::CommitUnknownApplied) {
            world.saw(Situation::CommitUnheard);
            self.node.tell(|| "does not hear that it was written".to_owned());
            return Err(self.failed(StoreError::Unknown));
        }
        result
    }
}

/// `None`, unless a fault is planted that writes in two transactions what belongs into one.
fn planted_detour(change: &Change, tables: &Tables) -> Option<(Change, Change)> {
    let Some(CartWrite::Update(cart)) = change.cart.as_ref().filter(|_| change.settle.is_none()) else {
        return None;
    };
    if planted::is(Bug::JobInAnotherTransaction) && !change.jobs.is_empty() {
        let first = Change {
            jobs: Vec::new(),
            ..change.clone()
        };
        let second = Change {
            jobs: change.jobs.clone(),
            ..Change::default()
        };
        return Some((first, second));
    }
    if planted::is(Bug::PendingHashLate) && !change.snapshots.is_empty() && change.kustom_orders.is_empty() {
        let (mut early, mut late) = (cart.clone(), cart.clone());
        early.kustom = tables.cart_row(cart.id)?.kustom.clone();
        late.version += 1;
        let first = Change {
            cart: Some(CartWrite::Update(early)),
            ..Change::default()
        };
        let second = Change {
            cart: Some(CartWrite::Update(late)),
            ..change.clone()
        };
        return Some((first, second));
    }
    None
}

/// One line about a change, without what it holds.
fn outline(change: &Change, result: &Result<Committed, StoreError>) -> String {
    use std::fmt::Write;
    let mut line = String::from("commits");
    match &change.cart {
        Some(CartWrite::Insert(_)) => line.push_str(" a new cart"),
        Some(CartWrite::Update(cart)) => {
            let number = &cart.number;
            let _ = write!(line, " {number} v{} r{}", cart.version + 1, cart.payload_revision);
            if let Some(kustom) = &cart.kustom {
                let synced = if kustom.is_syncing() { "syncing" } else { "synced" };
                let _ = write!(line, " {synced}");
            }
        }
        None => (),
    }
    for write in &change.kustom_orders {
        let _ = match write {
            kassa_commerce::change::KustomOrderWrite::Open(order) => {
                write!(line, ", binds {}", short(&order.id))
            }
            kassa_commerce::change::KustomOrderWrite::SetState { id, state } => {
                write!(line, ", {} is {}", short(id), state.as_str())
            }
            kassa_commerce::change::KustomOrderWrite::Move { id, to, .. } => {
                write!(line, ", {} becomes {}", short(id), to.as_str())
            }
        };
    }
    if change.order.is_some() {
        line.push_str(", an order");
    }
    if change.order_update.is_some() {
        line.push_str(", moves an order on");
    }
    for review in &change.reviews {
        let _ = write!(line, ", a review: {}", review.reason.as_str());
    }
    for job in &change.jobs {
        let _ = write!(line, ", wants {} {}", job.key, short_subject(&job.key.subject()));
    }
    if let Some(settle) = &change.settle {
        let subject = settle.key.subject();
        let _ = write!(
            line,
            ", ends {} {}: {}",
            settle.key,
            short_subject(&subject),
            end(&settle.end)
        );
    }
    if change.claim.is_some() {
        line.push_str(", claims");
    }
    match result {
        Ok(committed) => {
            for job in &committed.claimed {
                let _ = write!(line, " {} {}", job.key, short_subject(&job.key.subject()));
            }
        }
        Err(error) => {
            let _ = write!(line, " -> {error}");
        }
    }
    line
}

fn end(end: &kassa_commerce::job::JobEnd) -> &'static str {
    match end {
        kassa_commerce::job::JobEnd::Done => "done",
        kassa_commerce::job::JobEnd::Continue { .. } => "goes on",
        kassa_commerce::job::JobEnd::Retry { .. } => "again",
    }
}

/// Enough of an id to tell two of them apart in a world.
pub fn short(id: &KustomOrderId) -> &str {
    short_subject(&id.0)
}

fn short_subject(subject: &str) -> &str {
    subject.get(..8).unwrap_or(subject)
}
