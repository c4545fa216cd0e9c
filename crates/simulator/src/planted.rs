//! Faults put back in, one at a time, to see whether they are found.

use crate::judge::Violation;
use crate::report::Counts;
use crate::run::run_many;
use kassa_commerce::catalogue::Catalogue;
use kassa_commerce::planted::{Bug, plant};

/// How a planted fault came to light.
#[derive(Clone, Debug)]
pub struct Found {
    pub seed: u64,
    /// How many checkouts had been played by then.
    pub checkouts: u64,
    pub violation: Violation,
}

/// Plays worlds with the fault until one of them breaks an invariant. `None` if none does.
pub fn find(bug: Bug, seeds: impl Iterator<Item = u64>, catalogue: &Catalogue) -> Option<Found> {
    plant(Some(bug));
    let mut counts = Counts::default();
    let verdict = run_many(seeds, catalogue, &mut counts);
    plant(None);
    verdict.and_then(|verdict| {
        Some(Found {
            seed: verdict.seed,
            checkouts: counts.checkouts,
            violation: verdict.violation?,
        })
    })
}
