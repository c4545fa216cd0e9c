//! What a run has done, as a table, and the verdict.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::books::Books;
use crate::killer::Killer;

/// More of the same would hide the first ones.
const VIOLATIONS_SHOWN: usize = 50;

#[derive(Debug, Default)]
pub(crate) struct Report {
    struck: BTreeMap<String, u64>,
}

impl Report {
    pub(crate) fn add_struck(&mut self, struck: BTreeMap<String, u64>) {
        for (effect, times) in struck {
            *self.struck.entry(effect).or_default() += times;
        }
    }

    pub(crate) fn progress(&self, round: u32, killer: &Killer, books: &Books) {
        let counts = books.counts();
        let count = |what| counts.get(what).copied().unwrap_or(0);
        println!(
            "round {round}: so far {} kills, {} purchases, {} faults, {} violations",
            killer.kill_count(),
            count("purchases"),
            self.struck.values().sum::<u64>(),
            books.violations().len()
        );
    }

    /// Answers whether nothing was violated.
    pub(crate) fn print(&self, killer: &Killer, books: &Books, seed: u64) -> bool {
        println!();
        for (what, times) in books.counts() {
            row(times, what);
        }
        row(killer.kill_count(), "kills, of these:");
        for (kind, times) in &killer.kills {
            row(*times, &format!("  {kind}"));
        }
        print_starts(&killer.starts);
        row(self.struck.values().sum(), "faults that struck, of these:");
        for (effect, times) in &self.struck {
            row(*times, &format!("  {effect}"));
        }
        let violations = books.violations();
        println!("\nseed {seed}: {} violations", violations.len());
        for violation in violations.iter().take(VIOLATIONS_SHOWN) {
            println!("  {violation}");
        }
        violations.is_empty()
    }
}

fn row(times: u64, what: &str) {
    println!("{times:>9}  {what}");
}

fn print_starts(starts: &[Duration]) {
    let mut sorted = starts.to_vec();
    sorted.sort();
    let (Some(median), Some(slowest)) = (sorted.get(sorted.len() / 2), sorted.last()) else {
        return;
    };
    println!(
        "{:>9}  starts until healthy: half within {} ms, all within {} ms",
        sorted.len(),
        median.as_millis(),
        slowest.as_millis()
    );
}
