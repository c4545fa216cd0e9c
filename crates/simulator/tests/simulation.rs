//! Worlds from seeds, as many as a test may take. `cargo xtask simulate` plays more of them.

use kassa_simulator::report::{Counts, Situation};
use kassa_simulator::run::{run, run_many};
use kassa_simulator::world::Trace;
use std::process::Command;
use std::thread;

/// Enough for every situation to come up, and few enough for a build without optimizations.
const WORLDS: u64 = 400;

/// Seeds that once found a fault, each with its story. They are played again and again.
const FOUND: [(u64, &str); 3] = [
    (
        3_508,
        "a cart moved to another country after the payment and showed it beside the prices that were paid",
    ),
    (
        501_806,
        "an opening lost an update and then its store, gave the turn back, and the update came over a newer one",
    ),
    (
        513_882,
        "an opening whose turn was over found Kustom behind, said so to the pages and left nobody to tell Kustom",
    ),
];

#[test]
fn every_promise_is_kept_and_every_situation_is_reached() {
    let halves = [1..=WORLDS / 2, WORLDS / 2 + 1..=WORLDS];
    let threads = halves.map(|seeds| {
        thread::spawn(move || {
            let mut counts = Counts::default();
            let verdict = run_many(seeds, &kassa::demo::catalogue(), &mut counts);
            (verdict, counts)
        })
    });
    let mut sum = Counts::default();
    for thread in threads {
        let (verdict, counts) = thread.join().unwrap();
        assert!(verdict.is_none(), "{verdict:?}");
        sum.add(&counts);
    }
    let missing: Vec<_> = Situation::ALL
        .into_iter()
        .filter(|situation| sum.times(*situation) == 0)
        .collect();
    assert!(missing.is_empty(), "never reached: {missing:?}");
}

#[test]
fn what_was_found_once_stays_fixed() {
    for (seed, story) in FOUND {
        let verdict = run(seed, &kassa::demo::catalogue(), Trace::Off);
        assert_eq!(verdict.violation, None, "seed {seed}: {story}");
    }
}

#[test]
fn the_same_seed_gives_the_same_world() {
    let catalogue = kassa::demo::catalogue();
    for seed in 1..=12 {
        let (first, second) = (
            run(seed, &catalogue, Trace::Kept),
            run(seed, &catalogue, Trace::Kept),
        );
        let differs = first
            .trace
            .iter()
            .zip(&second.trace)
            .find(|(one, other)| one != other);
        assert_eq!(differs, None, "seed {seed}");
        assert_eq!(first, second, "seed {seed}");
    }
}

#[test]
fn another_process_gives_the_same_world() {
    for seed in [3, 8, 21] {
        let here = run(seed, &kassa::demo::catalogue(), Trace::Kept).trace.join("\n");
        let there = Command::new(env!("CARGO_BIN_EXE_simulator"))
            .args(["--trace", "--seed", &seed.to_string()])
            .output()
            .unwrap();
        let there = String::from_utf8(there.stdout).unwrap();
        assert!(
            there.starts_with(&here),
            "seed {seed} is another world in another process"
        );
    }
}
