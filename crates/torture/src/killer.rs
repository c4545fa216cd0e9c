//! The server's lives and deaths.

use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::{Duration, Instant};
use tokio::time::sleep;

use crate::chance::Chance;
use crate::program::{Program, Recipe};
use crate::world::World;

/// Where the program may be told to die, as `crates/server/src/crash.rs` and its callers name the places. A test of the
/// house rules compares.
pub(crate) const CRASH_POINTS: [&str; 33] = [
    "writer.before_commit",
    "writer.after_commit",
    "creation.before_commit",
    "creation.after_commit",
    "mutation.before_commit",
    "mutation.after_commit",
    "turn.before_commit",
    "turn.after_commit",
    "binding.before_commit",
    "binding.after_commit",
    "settle.before_commit",
    "settle.after_commit",
    "completion.before_commit",
    "completion.after_commit",
    "create.before_call",
    "create.after_call",
    "read.before_call",
    "read.after_call",
    "update.before_call",
    "update.after_call",
    "abort.before_call",
    "abort.after_call",
    "read_managed.before_call",
    "read_managed.after_call",
    "acknowledge.before_call",
    "acknowledge.after_call",
    "references.before_call",
    "references.after_call",
    "cancel.before_call",
    "cancel.after_call",
    "push.before_answer",
    "confirm.before_answer",
    "validation.before_answer",
];

const SIGKILL: i32 = 9;

const LOOK_EVERY: Duration = Duration::from_millis(3);

/// A life without a named death, in milliseconds. With starts and named deaths, a kill comes about every second.
const LIFE_MS: std::ops::Range<u64> = 200..2200;

/// Some servers do not live to see a request.
const INFANCY_MS: std::ops::Range<u64> = 0..120;

/// After each start. All of them are compared at the end of the round.
const CARTS_COMPARED: u32 = 3;

const MOST_PASSES: u64 = 6;

/// How this life is to end.
enum Death {
    Infant(Duration),
    At(Duration),
    /// Where, or after a while if it never comes there.
    Point(&'static str, u64, Duration),
}

pub(crate) struct Killer {
    recipe: Recipe,
    chance: Chance,
    program: Option<Program>,
    slowest_start_allowed: Duration,
    pub(crate) starts: Vec<Duration>,
    pub(crate) kills: BTreeMap<String, u64>,
}

impl Killer {
    pub(crate) fn new(recipe: Recipe, chance: Chance, slowest_start_allowed: Duration) -> Self {
        Self {
            recipe,
            chance,
            program: None,
            slowest_start_allowed,
            starts: Vec::new(),
            kills: BTreeMap::new(),
        }
    }

    pub(crate) fn kill_count(&self) -> u64 {
        self.kills.values().sum()
    }

    /// Starts and kills until the fire is out, or so many times, and leaves a server that lives.
    pub(crate) async fn rage(&mut self, world: &World, kills: u64) -> Result<()> {
        let enough = self.kill_count().saturating_add(kills);
        while world.is_on_fire() && self.kill_count() < enough {
            let death = self.choose();
            self.live(world, death).await?;
        }
        self.start(world, None).await?;
        Ok(())
    }

    /// Starts a server that nobody kills.
    pub(crate) async fn start_first(&mut self, world: &World) -> Result<()> {
        self.start(world, None).await?;
        Ok(())
    }

    /// How the server ended, if it has ended and nobody was to kill it.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.program.as_mut().map_or(Ok(None), Program::ended)
    }

    fn choose(&mut self) -> Death {
        match self.chance.within(0..100) {
            0..8 => Death::Infant(self.chance.millis(INFANCY_MS)),
            8..40 => Death::At(self.chance.millis(LIFE_MS)),
            _ => {
                let name = self.chance.one_of(&CRASH_POINTS);
                Death::Point(
                    name,
                    self.chance.within(1..MOST_PASSES),
                    self.chance.millis(LIFE_MS),
                )
            }
        }
    }

    async fn live(&mut self, world: &World, death: Death) -> Result<()> {
        if let Some(mut running) = self.program.take() {
            // The first one of a round, which was left alive.
            running.kill()?;
        }
        match death {
            Death::Infant(life) => {
                let mut program = Program::start(&self.recipe)?;
                sleep(life).await;
                program.kill()?;
                self.record("while starting");
            }
            Death::At(life) => {
                self.start(world, None).await?;
                self.until(life, "at random", "at random").await?;
            }
            Death::Point(name, nth, life) => {
                if self.start(world, Some((name, nth))).await? {
                    self.until(life, name, "at random").await?;
                } else {
                    self.record(name);
                }
            }
        }
        Ok(())
    }

    /// Whether the server came to be healthy: it may meet its crash point before.
    async fn start(&mut self, world: &World, crash_point: Option<(&str, u64)>) -> Result<bool> {
        let mut recipe = self.recipe.clone();
        if let Some((name, nth)) = crash_point {
            recipe
                .variables
                .push(("KASSA_CRASH_POINT", format!("{name}:{nth}")));
        }
        let started = Instant::now();
        let mut program = Program::start(&recipe)?;
        let healthy = program.until_healthy(&world.server, "/health").await;
        if let Err(error) = healthy {
            return match program.ended()? {
                Some(status) if crash_point.is_some() && is_killed(status) => Ok(false),
                _ => Err(error),
            };
        }
        let took = started.elapsed();
        self.starts.push(took);
        if took > self.slowest_start_allowed {
            let took = took.as_millis();
            world.books.violation(format!("a start took {took} ms"));
        }
        self.program = Some(program);
        for _ in 0..CARTS_COMPARED {
            self.look_back(world).await;
        }
        Ok(true)
    }

    /// What was promised before the last death still holds after it.
    async fn look_back(&mut self, world: &World) {
        let Some(mut entry) = world.books.any_entry(&mut self.chance) else {
            return;
        };
        let path = format!("{}/{}", crate::world::CARTS, entry.cart_id);
        // It may be dying already.
        let Ok(answer) = world.server.get(&path).await else {
            return;
        };
        let seen = match crate::cart::Cart::read(&answer.body) {
            Ok(cart) => entry.see(&cart),
            Err(_) if answer.status >= 500 => return,
            Err(error) => Err(error.to_string()),
        };
        if let Err(problem) = seen {
            let cart_id = entry.cart_id;
            world
                .books
                .violation(format!("cart {cart_id} after a restart: {problem}"));
        }
        world.books.count("carts compared after a restart");
    }

    /// Waits for the server's own end, or makes one.
    async fn until(&mut self, life: Duration, own: &str, made: &str) -> Result<()> {
        let Some(mut program) = self.program.take() else {
            return Ok(());
        };
        let started = Instant::now();
        while started.elapsed() < life {
            if let Some(status) = program.ended()? {
                if !is_killed(status) {
                    bail!("the server ended by itself ({status})");
                }
                self.record(own);
                return Ok(());
            }
            sleep(LOOK_EVERY).await;
        }
        program.kill()?;
        self.record(made);
        Ok(())
    }

    fn record(&mut self, kind: &str) {
        *self.kills.entry(kind.to_owned()).or_default() += 1;
    }
}

fn is_killed(status: ExitStatus) -> bool {
    status.signal() == Some(SIGKILL)
}
