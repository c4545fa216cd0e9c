//! One world: a store, a Kustom, nodes and shoppers, and the one generator that decides everything about them.
//!
//! Nothing here reads a clock or draws a number that does not come from the seed, and all of it runs on one thread, so
//! the same seed gives the same world, step by step.

pub mod node;

use crate::judge::Judge;
use crate::kustom::Behind;
use crate::report::{Counts, Situation};
use crate::store::catalogue::Shelves;
use crate::store::tables::Tables;
use crate::weather::{Fault, Hints, Weather};
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use kassa_commerce::catalogue::{Catalogue, Profile, ShippingMode, Shop};
use kassa_commerce::id::CartId;
use kustom_api::KustomOrderId;
use kustom_emulator::{Kustom, Rules};
use node::Node;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// When every world begins.
const BEGINNING_SECONDS: i64 = 1_800_000_000;

/// Any number that is not zero.
const REGRETS: u64 = 0xC0FF_EE00_D15E_A5ED;

pub struct World {
    pub weather: Weather,
    pub nodes: Vec<Node>,
    began: Instant,
    random: Mutex<Rng>,
    /// What people regret. A stream of its own, so that worlds without regrets are what they were.
    regrets: Mutex<Rng>,
    core: Mutex<Core>,
    counts: Mutex<Counts>,
    trace: Option<Mutex<Vec<String>>>,
    /// Faults have stopped.
    is_calm: AtomicBool,
    /// The judge has seen enough, or a story came to its end.
    pub ended: Notify,
    pub kustom_stirred: Notify,
}

/// What the judge looks at, so that it sees all of it at one moment.
pub struct Core {
    pub tables: Tables,
    pub kustom: Kustom,
    pub judge: Judge,
    pub behind: BTreeMap<KustomOrderId, Behind>,
}

/// Whether a world writes down what happens in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    Off,
    Kept,
}

/// A shop without anything in it has never been imported.
///
/// The judge's own sums know the cheapest way to ship and no other, so in these worlds the shop chooses, and not the shopper.
fn shelves(catalogue: &Catalogue) -> Shelves {
    let shop = catalogue.shop();
    if shop.profiles().next().is_none() {
        return Shelves::default();
    }
    let profiles = shop.profiles().cloned().map(|profile| Profile {
        shipping_mode: ShippingMode::Cart,
        ..profile
    });
    let tax_classes = shop.tax_classes().cloned().collect();
    let shop = Shop::new(profiles.collect(), tax_classes, shop.promotions().to_vec());
    let shop = shop.expect("the way to ship has no part in whether a shop is consistent");
    Shelves::of(&Catalogue::view(Arc::new(shop), catalogue.products().cloned()))
}

impl World {
    pub fn new(weather: Weather, random: Rng, catalogue: &Catalogue, trace: Trace) -> Arc<Self> {
        let mut random = random;
        let rules = Rules {
            seed: random.u64(..),
            first_push_after: SignedDuration::from_secs(weather.first_push_seconds),
            ..Rules::default()
        };
        let core = Core {
            tables: Tables::new(std::array::from_fn(|_| random.u8(..)), shelves(catalogue)),
            kustom: Kustom::new(rules),
            judge: Judge::new(&weather),
            behind: BTreeMap::new(),
        };
        let nodes = (0..weather.nodes).map(|number| Node::new(number, &weather, &mut random));
        Arc::new(Self {
            nodes: nodes.collect(),
            weather,
            began: Instant::now(),
            regrets: Mutex::new(Rng::with_seed(random.get_seed() ^ REGRETS)),
            random: Mutex::new(random),
            core: Mutex::new(core),
            counts: Mutex::default(),
            trace: (trace == Trace::Kept).then(Mutex::default),
            is_calm: AtomicBool::new(false),
            ended: Notify::new(),
            kustom_stirred: Notify::new(),
        })
    }

    pub fn core(&self) -> MutexGuard<'_, Core> {
        self.core.lock().expect("nothing panics while it holds the core")
    }

    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// The true time, which no node's clock shows exactly.
    pub fn now(&self) -> Timestamp {
        let elapsed = SignedDuration::try_from(self.elapsed()).unwrap_or(SignedDuration::ZERO);
        let beginning = Timestamp::from_second(BEGINNING_SECONDS).expect("the number is a time");
        beginning + elapsed
    }

    /// Ends all trouble. What is under way goes on.
    pub fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
    }

    pub fn is_calm(&self) -> bool {
        self.is_calm.load(Ordering::Relaxed)
    }

    fn random(&self) -> MutexGuard<'_, Rng> {
        self.random.lock().expect("nothing panics while it draws")
    }

    /// Whether a fault strikes now.
    pub fn strikes(&self, fault: Fault) -> bool {
        let rate = self.weather.rate(fault);
        if rate == 0 || self.is_calm() || self.random().u16(..10_000) >= rate {
            return false;
        }
        self.count().fault(fault);
        true
    }

    pub fn chance(&self, percent: u8) -> bool {
        self.random().u8(..100) < percent
    }

    /// Whether somebody regrets what was done.
    pub fn regrets(&self, percent: u8) -> bool {
        let mut regrets = self.regrets.lock().expect("nothing panics while it draws");
        regrets.u8(..100) < percent
    }

    pub fn below(&self, limit: usize) -> usize {
        self.random().usize(..limit)
    }

    pub fn pick<'a, T>(&self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.random().u128(..).to_be_bytes()).into_uuid()
    }

    pub fn between_ms(&self, from: u64, to: u64) -> Duration {
        Duration::from_millis(self.random().u64(from..=to))
    }

    pub async fn rest(&self, from_ms: u64, to_ms: u64) {
        sleep(self.between_ms(from_ms, to_ms)).await;
    }

    /// Takes its time, as a busy disk does.
    pub async fn dawdle(&self) {
        match self.chance(25) {
            true => self.rest(3_000, 8_000).await,
            false => self.rest(1, 3_000).await,
        }
    }

    /// Lets others go first, or not. Most steps take no time worth mentioning.
    pub async fn hop(&self) {
        let hops = self.random().u8(..4);
        for _ in 1..hops {
            tokio::task::yield_now().await;
        }
    }

    pub fn count(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().expect("nothing panics while it counts")
    }

    pub fn saw(&self, situation: Situation) {
        self.count().situation(situation);
    }

    /// Writes a line of the trace, if there is one.
    pub fn tell(&self, actor: impl fmt::Display, what: impl FnOnce() -> String) {
        if let Some(trace) = &self.trace {
            let line = format!("{:>12.3} {actor}: {}", self.elapsed().as_secs_f64(), what());
            trace.lock().expect("nothing panics while it writes").push(line);
        }
    }

    pub fn take_trace(&self) -> Vec<String> {
        match &self.trace {
            Some(trace) => std::mem::take(&mut *trace.lock().expect("nothing panics while it writes")),
            None => Vec::new(),
        }
    }

    /// Ends the world as soon as the judge has found something.
    pub fn end_if_judged(&self, core: &Core) {
        if core.judge.violation().is_some() {
            self.ended.notify_one();
        }
    }

    /// Tells the other nodes of a commit, as a cluster's bus would: perhaps, perhaps twice, perhaps late.
    pub fn hint(self: &Arc<Self>, from: usize, changed: Option<(CartId, u64)>, wants_jobs: bool) {
        if self.weather.hints == Hints::Off || (changed.is_none() && !wants_jobs) {
            return;
        }
        for to in (0..self.nodes.len()).filter(|to| *to != from) {
            if self.strikes(Fault::HintLost) {
                continue;
            }
            let times = 1 + u8::from(self.strikes(Fault::HintDoubled));
            for _ in 0..times {
                match self.strikes(Fault::HintLate) {
                    true => self.hint_later(to, changed, wants_jobs),
                    false => self.nodes[to].hear(changed, wants_jobs),
                }
            }
            if self.strikes(Fault::HintInvented) {
                self.nodes[to].hear(changed.map(|(id, version)| (id, version.saturating_sub(1))), true);
            }
        }
    }

    fn hint_later(self: &Arc<Self>, to: usize, changed: Option<(CartId, u64)>, wants_jobs: bool) {
        let world = Arc::clone(self);
        let delay = self.between_ms(1, 20_000);
        tokio::spawn(async move {
            sleep(delay).await;
            world.nodes[to].hear(changed, wants_jobs);
        });
    }
}
