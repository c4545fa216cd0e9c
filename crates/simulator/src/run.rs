//! A seed in, a verdict out.

use crate::judge::{Settled, Violation};
use crate::operator;
use crate::push::deliver_pushes;
use crate::report::{Counts, Situation};
use crate::shopper;
use crate::weather::Weather;
use crate::world::{Core, Trace, World};
use fastrand::Rng;
use kassa_commerce::catalogue::Catalogue;
use kassa_commerce::id::CartId;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep};

/// After all trouble has ended, everything must have found its end within this time. The last regular push but the
/// four-hourly ones comes an hour after the purchase.
pub const LIVENESS_HORIZON: Duration = Duration::from_hours(5);

/// What became of one world.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub seed: u64,
    pub violation: Option<Violation>,
    pub counts: Counts,
    /// Empty unless it was asked for.
    pub trace: Vec<String>,
}

/// Plays one world to its end, on this thread and in no time.
pub fn run(seed: u64, catalogue: &Catalogue, trace: Trace) -> Verdict {
    let mut random = Rng::with_seed(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let weather = Weather::of(&mut random);
    let runtime = runtime();
    let world = runtime.block_on(async {
        let world = World::new(weather, random, catalogue, trace);
        play(&world).await;
        world
    });
    // Tasks of dead nodes wait for ever; they end with the runtime, and with them their hold on the world.
    drop(runtime);
    // A node holds its world, and its world holds it.
    world.forget_nodes();
    let mut counts = world.count().clone();
    counts.worlds = 1;
    let violation = world.core().judge.violation().cloned();
    Verdict {
        seed,
        violation,
        counts,
        trace: world.take_trace(),
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O asks the system for nothing")
}

async fn play(world: &Arc<World>) {
    world.tell("world", || format!("{:?}", world.weather));
    for node in 0..world.nodes.len() {
        let world = Arc::clone(world);
        tokio::spawn(async move { world.start(node).await });
    }
    tokio::spawn(deliver_pushes(Arc::clone(world)));
    tokio::spawn(shopper::let_checkouts_expire(Arc::clone(world)));
    tokio::spawn(operator::decide(Arc::clone(world)));
    tokio::select! {
        biased;
        () = world.ended.notified() => (),
        () = story(world) => (),
    }
    if let Some(violation) = world.core().judge.violation() {
        world.tell("judge", || {
            format!("{}: {}", violation.invariant, violation.sentence)
        });
    }
}

async fn story(world: &Arc<World>) {
    let shoppers: Vec<_> = (0..world.weather.carts)
        .map(|number| tokio::spawn(shopper::shop(Arc::clone(world), number)))
        .collect();
    for shopper in shoppers {
        // A shopper that panics is a fault of the simulation, which its message tells of.
        let _ = shopper.await;
    }
    world.rest(0, 20_000).await;
    world.calm_down();
    world.wake_nodes();
    world.tell("world", || "is at peace".to_owned());
    come_to_rest(world).await;
}

/// Lets time pass until everything that must happen has happened, or until it is too late.
async fn come_to_rest(world: &Arc<World>) {
    let deadline = Instant::now() + LIVENESS_HORIZON;
    let mut askers = askers(world);
    let mut pause = Duration::from_secs(1);
    loop {
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(60));
        let mut still_asking = Vec::new();
        for cart_id in askers {
            if !shopper::ask_again(world, cart_id).await {
                still_asking.push(cart_id);
            }
        }
        askers = still_asking;
        let settled = settled(world, &askers);
        world.core().judge.check_haste(world.now());
        if matches!(settled, Settled::Yes) || Instant::now() >= deadline {
            world.core().judge.must_be_settled(settled);
            return;
        }
    }
}

/// Those who come back to see what became of their money. Not all do.
fn askers(world: &World) -> Vec<CartId> {
    let mut paid = world.core().judge.paid_carts();
    paid.retain(|_| world.chance(60));
    paid
}

fn settled(world: &World, askers: &[CartId]) -> Settled {
    let now = world.now();
    let core = &*world.core();
    let Core {
        tables,
        kustom,
        judge,
        ..
    } = core;
    let settled = judge.settled(tables, kustom, now);
    let untold = askers.iter().find(|cart_id| judge.bought_by(**cart_id).is_some());
    match (settled, untold) {
        (Settled::Yes, Some(_)) => {
            Settled::No("I3", "a shopper who asks is not told of the order".to_owned())
        }
        (settled, _) => settled,
    }
}

/// Worlds one after the other, until one of them breaks an invariant.
pub fn run_many(
    seeds: impl Iterator<Item = u64>,
    catalogue: &Catalogue,
    counts: &mut Counts,
) -> Option<Verdict> {
    for seed in seeds {
        let verdict = run(seed, catalogue, Trace::Off);
        counts.add(&verdict.counts);
        if verdict.violation.is_some() {
            return Some(verdict);
        }
    }
    None
}

impl Verdict {
    pub fn saw(&self, situation: Situation) -> bool {
        self.counts.times(situation) > 0
    }
}
