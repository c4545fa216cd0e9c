//! A run: rounds of fire, and after each one the verdict.

use anyhow::{Context as _, Result};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::books::Entry;
use crate::cart::Cart;
use crate::chance::Chance;
use crate::faults;
use crate::http::Client;
use crate::killer::Killer;
use crate::program::{Program, Recipe, free_address};
use crate::report::Report;
use crate::shopper::shop;
use crate::verdict::{Facts, Fate, Numbers};
use crate::world::World;

/// The emulator forgets the oldest of 20,000 orders, and no round makes as many.
const ROUND: Duration = Duration::from_secs(120);

/// Every second of ours is twenty of the emulator's, so the first push comes after six of ours.
const CLOCK_TICK: Duration = Duration::from_secs(1);
const CLOCK_SECONDS: u64 = 20;

/// After the fire: longer than the longest back-off, which is five minutes. A run that a kill breaks off counts as one
/// that failed, so some come there.
const LONGEST_SETTLING: Duration = Duration::from_secs(420);
const SETTLING_PAUSE: Duration = Duration::from_secs(1);
const SETTLING_SECONDS: u64 = 150;

/// Our own pace is no shopper's.
const SETTINGS: &str = "[limits]
create_per_minute = 1000000
mutate_per_minute = 1000000
init_per_minute = 1000000
confirm_per_minute = 1000000
miss_per_minute = 1000000
";

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// The program `kassa`, built with the feature `crash-points`.
    #[arg(long)]
    kassa: PathBuf,
    /// How long the fire burns; the verdict takes its own time.
    #[arg(long)]
    minutes: f64,
    /// For the same choices as another run.
    #[arg(long)]
    seed: Option<u64>,
    /// How many shop at the same time.
    #[arg(long, default_value_t = 24)]
    shoppers: usize,
    /// How long a start may take, from the process to the first healthy answer.
    #[arg(long, default_value_t = 2000)]
    slowest_start_ms: u64,
    /// The fire goes out after so many kills, even if time is left.
    #[arg(long, default_value_t = u64::MAX)]
    kills: u64,
}

struct Run {
    world: Arc<World>,
    killer: Killer,
    /// Killed when dropped, after the last look at it.
    _emulator: Program,
    chance: Chance,
    numbers: Numbers,
    report: Report,
}

/// Whether everything was as promised.
pub(crate) async fn run(options: &Options) -> Result<bool> {
    let seed = options.seed.unwrap_or_else(Chance::fresh_seed);
    println!("seed {seed}");
    let folder = tempfile::Builder::new().prefix("kassa-torture-").tempdir()?;
    let mut run = Run::set_up(options, folder.path(), seed).await?;
    let mut left = Duration::try_from_secs_f64(options.minutes * 60.0)?;
    let mut round = 0;
    while !left.is_zero() && run.killer.kill_count() < options.kills {
        round += 1;
        let length = left.min(ROUND);
        left -= length;
        // Faults excuse some reviews, so there are rounds without them as well, and the first one is such.
        let with_faults = round % 2 == 0 && faults::are_there(&run.world).await;
        run.round(options, length, with_faults).await?;
        run.report.progress(round, &run.killer, &run.world.books);
        if !run.world.books.violations().is_empty() {
            break;
        }
    }
    let is_well = run.report.print(&run.killer, &run.world.books, seed);
    drop(run);
    keep_evidence(folder, is_well);
    Ok(is_well)
}

fn keep_evidence(folder: TempDir, is_well: bool) {
    if !is_well {
        println!("data and logs are kept in {}", folder.keep().display());
    }
}

impl Run {
    async fn set_up(options: &Options, folder: &Path, seed: u64) -> Result<Self> {
        let mut chance = Chance::new(seed);
        fs::write(folder.join("kassa.toml"), SETTINGS)?;
        let kassa = fs::canonicalize(&options.kassa)
            .with_context(|| format!("cannot find {}", options.kassa.display()))?;
        let [server, admin, emulator] = [
            free_address(&mut chance)?,
            free_address(&mut chance)?,
            free_address(&mut chance)?,
        ];
        let recipe = |command: &str| Recipe {
            program: kassa.clone(),
            arguments: vec![command.to_owned()],
            variables: vec![
                ("KASSA_LISTEN", server.to_string()),
                ("KASSA_ADMIN_LISTEN", admin.to_string()),
                ("KASSA_EMULATOR_LISTEN", emulator.to_string()),
                ("KASSA_KUSTOM_ENVIRONMENT", "emulator".to_owned()),
                (
                    "KASSA_DATABASE_URL",
                    format!("sqlite://{}/kassa.db", folder.display()),
                ),
                ("KASSA_LOG", "warn".to_owned()),
            ],
            folder: folder.to_owned(),
            log: folder.join(format!("{command}.log")),
        };
        let world = World::new(Client::new(server), Client::new(admin), Client::new(emulator));
        let mut emulator = Program::start(&recipe("emulator"))?;
        emulator
            .until_healthy(&world.emulator, "/_emulator/orders")
            .await?;
        let slowest_start = Duration::from_millis(options.slowest_start_ms);
        let killer = Killer::new(recipe("serve"), chance.fork(), slowest_start);
        Ok(Self {
            world: Arc::new(world),
            killer,
            _emulator: emulator,
            chance,
            numbers: Numbers::default(),
            report: Report::default(),
        })
    }

    async fn round(&mut self, options: &Options, length: Duration, with_faults: bool) -> Result<()> {
        let kills_left = options.kills.saturating_sub(self.killer.kill_count());
        self.burn(options.shoppers, length, kills_left, with_faults)
            .await?;
        let entries = self.world.books.take_entries();
        self.settle(&entries).await?;
        self.judge(entries, with_faults).await?;
        if let Some(status) = self.killer.ended()? {
            self.world
                .books
                .violation(format!("the server ended by itself ({status})"));
        }
        self.world
            .emulator
            .post("/_emulator/reset", &json!({}))
            .await?
            .ok()?;
        Ok(())
    }

    async fn burn(&mut self, shoppers: usize, length: Duration, kills: u64, with_faults: bool) -> Result<()> {
        let world = Arc::clone(&self.world);
        self.killer.start_first(&world).await?;
        world.light_fire();
        let mut shopping = JoinSet::new();
        for _ in 0..shoppers {
            shopping.spawn(shop(Arc::clone(&world), self.chance.fork()));
        }
        let struck = {
            let (world, chance) = (Arc::clone(&world), self.chance.fork());
            tokio::spawn(async move {
                match with_faults {
                    true => faults::strike(&world, chance).await,
                    false => Ok(BTreeMap::new()),
                }
            })
        };
        let clock = tokio::spawn(put_out(Arc::clone(&world), length));
        let raged = self.killer.rage(&world, kills).await;
        world.put_fire_out();
        raged?;
        clock.await??;
        self.report.add_struck(struck.await??);
        while let Some(shopped) = shopping.join_next().await {
            shopped.context("a shopper broke down")?;
        }
        Ok(())
    }

    /// Lets the emulator's time pass until every purchase has its fate, or none comes any more.
    async fn settle(&self, entries: &[Entry]) -> Result<()> {
        let started = Instant::now();
        let mut waiting: Vec<&Entry> = entries.iter().filter(|entry| !entry.paid.is_empty()).collect();
        while !waiting.is_empty() && started.elapsed() < LONGEST_SETTLING {
            let facts = Facts::ask(&self.world).await?;
            let mut still_waiting = Vec::new();
            for entry in waiting {
                if let Some(cart) = self.world.cart(&entry.cart_id).await
                    && !self.problems(entry, &cart, &facts).await?.is_empty()
                {
                    still_waiting.push(entry);
                }
            }
            waiting = still_waiting;
            self.world.let_time_pass(SETTLING_SECONDS).await?;
            tokio::time::sleep(SETTLING_PAUSE).await;
        }
        Ok(())
    }

    /// What is wrong, or not yet right, with a cart's purchases.
    async fn problems(&self, entry: &Entry, cart: &Cart, facts: &Facts) -> Result<Vec<String>> {
        let fates = entry.paid.iter().map(|paid| facts.fate(paid, cart));
        let mut problems: Vec<String> = fates.filter_map(Result::err).collect();
        for (kustom_order_id, _) in cart.payments.iter().filter(|_| cart.is_completed) {
            let path = format!("/_emulator/orders/{kustom_order_id}");
            let order = self.world.emulator.get(&path).await?.ok()?;
            let told = &order["management"]["merchant_reference2"];
            if *told != *cart.order_number {
                problems.push(format!("Kustom knows order {} as {told}", cart.order_number));
            }
        }
        Ok(problems)
    }

    async fn judge(&mut self, entries: Vec<Entry>, were_faults: bool) -> Result<()> {
        let facts = Facts::ask(&self.world).await?;
        for stranger in facts.strangers(&entries, were_faults) {
            self.world.books.violation(stranger);
        }
        for mut entry in entries {
            let Some(cart) = self.world.cart(&entry.cart_id).await else {
                continue;
            };
            let mut problems = self.problems(&entry, &cart, &facts).await?;
            problems.extend(entry.see(&cart).err());
            if cart.is_completed {
                problems.extend(self.numbers.add(&cart.order_number).err());
            }
            for problem in problems {
                let cart_id = &entry.cart_id;
                self.world.books.violation(format!("cart {cart_id}: {problem}"));
            }
            let fates = entry.paid.iter().filter_map(|paid| facts.fate(paid, &cart).ok());
            fates.for_each(|fate| self.world.books.count(name_of(fate)));
        }
        Ok(())
    }
}

fn name_of(fate: Fate) -> &'static str {
    match fate {
        Fate::Order => "purchases that became an order",
        Fate::Review => "purchases in review",
        Fate::GivenBack => "second purchases given back",
    }
}

/// Lets the emulator's clock run, and ends the fire.
async fn put_out(world: Arc<World>, length: Duration) -> Result<()> {
    let started = Instant::now();
    while world.is_on_fire() && started.elapsed() < length {
        world.let_time_pass(CLOCK_SECONDS).await?;
        tokio::time::sleep(CLOCK_TICK).await;
    }
    world.put_fire_out();
    Ok(())
}
