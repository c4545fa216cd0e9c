//! The command line of the simulator.

use clap::Parser;
use kassa_simulator::report::Counts;
use kassa_simulator::run::{Verdict, run, run_many};
use kassa_simulator::world::Trace;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Worlds that a thread plays between two looks at whether it should stop.
const BATCH: u64 = 16;

#[derive(Parser)]
#[command(name = "simulator", about = "Plays worlds from seeds and judges them")]
struct Arguments {
    /// How many worlds to play.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first seed; with `--trace` the only one.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Plays one world and prints every step of it.
    #[arg(long)]
    trace: bool,
    /// Worlds played side by side; as many as the machine has processors unless set.
    #[arg(long)]
    threads: Option<usize>,
    /// Goes on with further seeds until this time has passed.
    #[arg(long)]
    minutes: Option<u64>,
    /// Puts faults back in, one after the other, and tells how long each of them stays hidden.
    #[arg(long)]
    #[cfg(feature = "planted-bugs")]
    planted: bool,
    /// Goes on after a violation and lists all of them.
    #[arg(long)]
    keep_going: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.trace {
        return trace(arguments.seed);
    }
    #[cfg(feature = "planted-bugs")]
    if arguments.planted {
        return planted(&arguments);
    }
    simulate(&arguments)
}

fn trace(seed: u64) -> ExitCode {
    let verdict = run(seed, &kassa::demo::catalogue(), Trace::Kept);
    for line in &verdict.trace {
        println!("{line}");
    }
    report(&verdict)
}

fn report(verdict: &Verdict) -> ExitCode {
    let seed = verdict.seed;
    match &verdict.violation {
        None => {
            println!("seed {seed}: no violation");
            ExitCode::SUCCESS
        }
        Some(violation) => {
            println!(
                "seed {seed}: {} violated: {}",
                violation.invariant, violation.sentence
            );
            println!("play it again: cargo xtask simulate --seed {seed} --trace");
            ExitCode::FAILURE
        }
    }
}

/// What the threads share.
struct Shared {
    next_seed: AtomicU64,
    end: u64,
    until: Option<Instant>,
    is_over: AtomicBool,
    keep_going: bool,
    counts: Mutex<Counts>,
    violated: Mutex<Vec<Verdict>>,
}

fn simulate(arguments: &Arguments) -> ExitCode {
    let began = Instant::now();
    let shared = Shared {
        next_seed: AtomicU64::new(arguments.seed),
        end: match arguments.minutes {
            Some(_) => u64::MAX,
            None => arguments.seed.saturating_add(arguments.seeds),
        },
        until: arguments
            .minutes
            .map(|minutes| began + Duration::from_secs(minutes * 60)),
        is_over: AtomicBool::new(false),
        keep_going: arguments.keep_going,
        counts: Mutex::default(),
        violated: Mutex::default(),
    };
    let threads = arguments
        .threads
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| play_batches(&shared));
        }
    });
    summary(&shared, began.elapsed())
}

#[cfg(feature = "planted-bugs")]
fn planted(arguments: &Arguments) -> ExitCode {
    use kassa_commerce::planted::Bug;
    let (next, hidden) = (AtomicU64::new(0), AtomicU64::new(0));
    let seeds = arguments.seed..arguments.seed.saturating_add(arguments.seeds);
    let work = || {
        let catalogue = kassa::demo::catalogue();
        loop {
            let index = usize::try_from(next.fetch_add(1, Ordering::Relaxed)).unwrap_or(usize::MAX);
            let Some(bug) = Bug::ALL.get(index) else { return };
            match kassa_simulator::planted::find(*bug, seeds.clone(), &catalogue) {
                Some(found) => println!(
                    "{bug:?}: found after {} checkouts, seed {}: {} {}",
                    found.checkouts, found.seed, found.violation.invariant, found.violation.sentence
                ),
                None => {
                    hidden.fetch_add(1, Ordering::Relaxed);
                    println!("{bug:?}: NOT found in {} worlds", arguments.seeds);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..arguments.threads.unwrap_or(2) {
            scope.spawn(work);
        }
    });
    let hidden = hidden.into_inner();
    println!("{} faults planted, {hidden} not found", Bug::ALL.len());
    match hidden {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn play_batches(shared: &Shared) {
    let catalogue = kassa::demo::catalogue();
    let mut counts = Counts::default();
    while !shared.is_over.load(Ordering::Relaxed) && shared.until.is_none_or(|until| Instant::now() < until) {
        let first = shared.next_seed.fetch_add(BATCH, Ordering::Relaxed);
        if first >= shared.end {
            break;
        }
        let mut seeds = first..first.saturating_add(BATCH).min(shared.end);
        while let Some(verdict) = run_many(&mut seeds, &catalogue, &mut counts) {
            shared
                .violated
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(verdict);
            if !shared.keep_going {
                shared.is_over.store(true, Ordering::Relaxed);
                break;
            }
        }
    }
    shared
        .counts
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .add(&counts);
}

fn summary(shared: &Shared, took: Duration) -> ExitCode {
    let counts = shared.counts.lock().unwrap_or_else(PoisonError::into_inner);
    let mut violated = shared.violated.lock().unwrap_or_else(PoisonError::into_inner);
    violated.sort_by_key(|verdict| verdict.seed);
    print!("{}", counts.table());
    let per_second = |number: u64| {
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1);
        number.saturating_mul(1_000) / milliseconds
    };
    println!(
        "{} worlds, {} checkouts, {} purchases, {} orders and {} reviews in {:.1} s: {} checkouts and {} purchases per second",
        counts.worlds,
        counts.checkouts,
        counts.purchases,
        counts.orders,
        counts.reviews,
        took.as_secs_f64(),
        per_second(counts.checkouts),
        per_second(counts.purchases),
    );
    for verdict in violated.iter() {
        report(verdict);
    }
    println!("{} worlds, {} violations", counts.worlds, violated.len());
    match violated.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}
