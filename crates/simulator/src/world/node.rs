//! A node: an [`App`] of its own with a clock of its own, which may stand still, die and start again.
//!
//! Every wait of a node for its store or for Kustom passes [`Incarnation::pass`]. There a dead incarnation stops for ever,
//! before or after the effect, exactly as the tasks of a killed process do; and a paused one stands still.

use super::World;
use crate::kustom::NodeKustom;
use crate::report::Situation;
use crate::store::NodeStore;
use crate::weather::{Fault, Weather};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use kassa::app::{App, Options, Parts};
use kassa::clock::{Clock, Ids};
use kassa::shelf::Shelf;
use kassa::store::Store;
use kassa::token::CallbackTokens;
use kassa_commerce::change::Change;
use kassa_commerce::id::CartId;
use kassa_commerce::kustom::hook::SyncTiming;
use std::fmt;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

/// A place where one incarnation after the other lives.
pub struct Node {
    pub number: usize,
    clock_offset_ms: AtomicI64,
    paused_until: Mutex<Option<Instant>>,
    living: Mutex<Option<Living>>,
}

/// What shoppers and pushes reach.
#[derive(Clone)]
pub struct Living {
    pub app: App,
    pub incarnation: Arc<Incarnation>,
}

/// One life of a node.
pub struct Incarnation {
    pub world: Arc<World>,
    pub node: usize,
    is_dead: AtomicBool,
    died: Notify,
}

impl Node {
    pub fn new(number: usize, weather: &Weather, random: &mut Rng) -> Self {
        let spread = weather.clock_spread_ms;
        Self {
            number,
            clock_offset_ms: AtomicI64::new(random.i64(-spread..=spread)),
            paused_until: Mutex::new(None),
            living: Mutex::new(None),
        }
    }

    pub fn living(&self) -> Option<Living> {
        self.living.lock().expect("nothing panics while it looks").clone()
    }

    fn set_living(&self, living: Option<Living>) {
        *self.living.lock().expect("nothing panics while it writes") = living;
    }

    /// A hint from another node.
    pub fn hear(&self, changed: Option<(CartId, u64)>, wants_jobs: bool) {
        let Some(Living { app, .. }) = self.living() else {
            return;
        };
        if let Some((cart_id, version)) = changed {
            app.bus.announce(cart_id, version);
        }
        if wants_jobs {
            app.jobs_wanted.notify_one();
        }
    }

    pub fn jump(&self, by_ms: i64) {
        self.clock_offset_ms.fetch_add(by_ms, Ordering::Relaxed);
    }

    fn pause_until(&self, until: Option<Instant>) {
        *self.paused_until.lock().expect("nothing panics while it writes") = until;
    }

    fn paused_until(&self) -> Option<Instant> {
        *self.paused_until.lock().expect("nothing panics while it looks")
    }
}

impl World {
    /// Begins a new life of a node: a fresh [`App`] over the store that all share, and its worker.
    pub async fn start(self: &Arc<Self>, node: usize) {
        let incarnation = Incarnation::new(self, node);
        let store = Arc::new(NodeStore {
            node: Arc::clone(&incarnation),
        });
        if self.nodes.len() == 1 {
            abandon_leases(&store, self, node).await;
        }
        let shelf = shelf(&store).await;
        let app = App::new(parts(&incarnation, store, shelf));
        self.tell(format_args!("node {node}"), || "starts".to_owned());
        self.nodes[node].set_living(Some(Living {
            app: app.clone(),
            incarnation,
        }));
        tokio::spawn(async move { app.work().await });
    }

    /// Lets go of what lives on the nodes. Without it no world would ever leave the memory.
    pub fn forget_nodes(&self) {
        for node in &self.nodes {
            node.set_living(None);
        }
    }

    /// Ends all trouble at the nodes as well.
    pub fn wake_nodes(&self) {
        for node in &self.nodes {
            node.pause_until(None);
        }
    }

    pub fn clock_of(&self, node: usize) -> Timestamp {
        let offset = self.nodes[node].clock_offset_ms.load(Ordering::Relaxed);
        self.now() + SignedDuration::from_millis(offset)
    }
}

/// The store says that we are the only one, so whoever held a lease is dead.
async fn abandon_leases(store: &NodeStore, world: &World, node: usize) {
    loop {
        let change = Change {
            abandon_leases: Some(world.clock_of(node)),
            ..Change::default()
        };
        if store.commit(change).await.is_ok() {
            return;
        }
        sleep(Duration::from_secs(1)).await;
    }
}

/// A server that cannot read its shop does not start, and whatever watches over it tries again.
async fn shelf(store: &NodeStore) -> Arc<Shelf> {
    loop {
        if let Ok(shelf) = Shelf::open(store).await {
            return shelf;
        }
        sleep(Duration::from_secs(1)).await;
    }
}

fn parts(incarnation: &Arc<Incarnation>, store: Arc<NodeStore>, shelf: Arc<Shelf>) -> Parts {
    let outside = Outside(Arc::clone(incarnation));
    Parts::new(
        store,
        shelf,
        Some(Arc::new(NodeKustom::new(Arc::clone(incarnation)))),
        Arc::new(outside.clone()),
        Arc::new(outside),
        CallbackTokens::new([7; 32]),
        Options {
            public_url: "https://shop.example".to_owned(),
            timing: SyncTiming::default(),
            trust_loopback_pages: false,
            https_pages_only: true,
            demo_payment: false,
        },
    )
}

impl Incarnation {
    pub fn new(world: &Arc<World>, node: usize) -> Arc<Self> {
        Arc::new(Self {
            world: Arc::clone(world),
            node,
            is_dead: AtomicBool::new(false),
            died: Notify::new(),
        })
    }

    pub fn is_dead(&self) -> bool {
        self.is_dead.load(Ordering::Relaxed)
    }

    /// Resolves when this life ends.
    pub async fn death(&self) {
        let died = self.died.notified();
        if !self.is_dead() {
            died.await;
        }
    }

    /// One await of a node. It may be its last.
    pub async fn pass(self: &Arc<Self>) {
        if self.is_dead() {
            return pending().await;
        }
        if self.world.strikes(Fault::Crash) {
            self.crash();
            return pending().await;
        }
        if self.world.strikes(Fault::Pause) {
            let pause = self.world.between_ms(5_000, 60_000);
            self.node().pause_until(Some(Instant::now() + pause));
            self.tell(|| format!("stands still for {pause:?}"));
        }
        if self.world.strikes(Fault::ClockJump) {
            let jump = *self
                .world
                .pick(&[-3_600_000, -40_000, -5_000, 5_000, 40_000, 3_600_000]);
            self.node().jump(jump);
            self.tell(|| format!("its clock jumps by {jump} ms"));
        }
        while let Some(until) = self.node().paused_until().filter(|until| *until > Instant::now()) {
            sleep_until(until).await;
            if self.is_dead() {
                return pending().await;
            }
        }
    }

    fn node(&self) -> &Node {
        &self.world.nodes[self.node]
    }

    pub fn tell(&self, what: impl FnOnce() -> String) {
        self.world.tell(format_args!("node {}", self.node), what);
    }

    /// Ends this life at once. The node comes back after a while.
    pub fn crash(self: &Arc<Self>) {
        if self.is_dead.swap(true, Ordering::Relaxed) {
            return;
        }
        self.tell(|| "dies".to_owned());
        self.world.saw(Situation::Crash);
        let now = self.world.now();
        self.world.core().judge.died(self.node, now);
        self.node().set_living(None);
        self.node().pause_until(None);
        self.died.notify_waiters();
        let (world, node) = (Arc::clone(&self.world), self.node);
        tokio::spawn(async move {
            world.rest(200, 20_000).await;
            world.start(node).await;
        });
    }
}

/// The node's clock and its source of ids.
#[derive(Clone)]
struct Outside(Arc<Incarnation>);

impl fmt::Debug for Outside {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Outside({})", self.0.node)
    }
}

impl Clock for Outside {
    fn now(&self) -> Timestamp {
        self.0.world.clock_of(self.0.node)
    }
}

impl Ids for Outside {
    fn secret(&self) -> Uuid {
        self.0.world.uuid()
    }

    fn row(&self) -> Uuid {
        self.0.world.uuid()
    }
}
