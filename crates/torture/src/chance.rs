//! Chance from a seed, so that a run makes the same choices again. What the machine does in between is another matter.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::ops::Range;
use std::time::Duration;

/// The generator `SplitMix64`: its quality is enough for choosing where to kill.
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed for whoever named none.
    pub(crate) fn fresh_seed() -> u64 {
        // The standard library seeds its hash maps from the system; short, so that people can type it again.
        RandomState::new().build_hasher().finish() % 1_000_000
    }

    /// A stream of its own for one of many.
    pub(crate) fn fork(&mut self) -> Self {
        Self(self.next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn within(&mut self, range: Range<u64>) -> u64 {
        range.start + self.next() % (range.end - range.start)
    }

    pub(crate) fn of_a_hundred(&mut self, share: u64) -> bool {
        self.within(0..100) < share
    }

    pub(crate) fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let last = u64::try_from(list.len()).expect("a list fits into memory");
        let index = usize::try_from(self.within(0..last)).expect("an index of the list");
        &list[index]
    }

    pub(crate) fn millis(&mut self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.within(range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_choices() {
        let choices = |seed| {
            let mut chance = Chance::new(seed);
            (0..20).map(|_| chance.within(3..9)).collect::<Vec<_>>()
        };
        assert_eq!(choices(7), choices(7));
        assert_ne!(choices(7), choices(8));
        assert!(choices(7).iter().all(|choice| (3..9).contains(choice)));
    }
}
