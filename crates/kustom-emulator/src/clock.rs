//! The virtual clock: a time that follows the wall clock, faster or slower, or stands still until it is moved.
//!
//! It is told what the wall clock says and reads none itself. It never goes back, also when the wall clock is set; only a
//! restored snapshot brings its own time, because a state and its time belong together.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use thiserror::Error;

/// How many virtual seconds pass in one of the wall clock, kept in thousandths so that no time is lost to rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Speed {
    thousandths: u32,
}

/// At ten thousand a day takes nine seconds; beyond that, moving the clock is the better tool. Ten times slower than the
/// wall is enough to watch what happens too fast.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
#[error("the speed must be from 0.1 to 10000, not {0}")]
pub struct BadSpeed(pub f64);

/// What the clock shows, and how it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockReading {
    pub now: Timestamp,
    /// A frozen clock stands still until it is moved or let run.
    pub frozen: bool,
    /// While it is frozen: how fast it will run again.
    pub speed: Speed,
}

/// The clock between two readings of the wall clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualClock {
    shown: ClockReading,
    /// What the wall clock said when `shown` was right.
    wall: Timestamp,
}

impl Default for Speed {
    fn default() -> Self {
        Self::NORMAL
    }
}

impl Speed {
    pub const NORMAL: Self = Self { thousandths: 1000 };

    /// Virtual time for the time that has passed on the wall.
    fn stretch(self, passed: SignedDuration) -> SignedDuration {
        let nanoseconds = passed.as_nanos() * i128::from(self.thousandths) / 1000;
        // Nobody looks at an emulator again after three hundred years.
        SignedDuration::from_nanos(i64::try_from(nanoseconds).unwrap_or(i64::MAX))
    }

    /// Time on the wall for virtual time, rounded up: whoever waits for it must not wake too early.
    fn shrink(self, missing: SignedDuration) -> Duration {
        let nanoseconds = u128::try_from(missing.as_nanos()).unwrap_or(0);
        let wanted = (nanoseconds * 1000).div_ceil(u128::from(self.thousandths));
        Duration::from_nanos(u64::try_from(wanted).unwrap_or(u64::MAX))
    }
}

impl TryFrom<f64> for Speed {
    type Error = BadSpeed;

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is between 100 and 10,000,000"
    )]
    fn try_from(factor: f64) -> Result<Self, BadSpeed> {
        if !(0.1..=10_000.0).contains(&factor) {
            return Err(BadSpeed(factor));
        }
        let thousandths = (factor * 1000.0).round() as u32;
        Ok(Self { thousandths })
    }
}

impl From<Speed> for f64 {
    fn from(speed: Speed) -> Self {
        Self::from(speed.thousandths) / 1000.0
    }
}

impl VirtualClock {
    /// Shows the same as the wall clock, and goes on as it says.
    pub fn new(wall: Timestamp, speed: Speed, frozen: bool) -> Self {
        let shown = ClockReading {
            now: wall,
            frozen,
            speed,
        };
        Self { shown, wall }
    }

    /// Shows what another clock showed.
    pub fn restored(shown: ClockReading, wall: Timestamp) -> Self {
        Self { shown, wall }
    }

    pub fn read(&mut self, wall: Timestamp) -> ClockReading {
        let passed = wall.duration_since(self.wall);
        if !self.shown.frozen && passed.is_positive() {
            self.shown.now = later(self.shown.now, self.shown.speed.stretch(passed));
        }
        // A wall clock that was set back goes on from where it is now.
        self.wall = wall;
        self.shown
    }

    pub fn freeze(&mut self, wall: Timestamp) {
        self.read(wall);
        self.shown.frozen = true;
    }

    pub fn run(&mut self, wall: Timestamp) {
        self.read(wall);
        self.shown.frozen = false;
    }

    /// A frozen clock stays frozen.
    pub fn set_speed(&mut self, speed: Speed, wall: Timestamp) {
        self.read(wall);
        self.shown.speed = speed;
    }

    /// Moves it on to a time. One that has passed already changes nothing.
    pub fn move_to(&mut self, time: Timestamp, wall: Timestamp) {
        let now = self.read(wall).now;
        self.shown.now = now.max(time);
    }

    /// How long the wall clock takes until this one shows `time`. `None` while it stands still, unless it is there already.
    pub fn wait_until(&mut self, time: Timestamp, wall: Timestamp) -> Option<Duration> {
        let reading = self.read(wall);
        let missing = time.duration_since(reading.now);
        if !missing.is_positive() {
            return Some(Duration::ZERO);
        }
        (!reading.frozen).then(|| reading.speed.shrink(missing))
    }
}

/// The end of time is as late as it gets.
fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).unwrap()
    }

    fn running(factor: f64) -> VirtualClock {
        VirtualClock::new(at(0), Speed::try_from(factor).unwrap(), false)
    }

    #[test]
    fn the_speed_decides_how_far_it_goes() {
        for (factor, shown) in [(0.1, 100), (1.0, 1000), (2.5, 2500), (10_000.0, 10_000_000)] {
            assert_eq!(running(factor).read(at(1000)).now, at(shown), "{factor}");
        }
    }

    #[test]
    fn speeds_out_of_range_are_refused() {
        for factor in [0.0, 0.0999, -1.0, 10_000.1, f64::NAN, f64::INFINITY] {
            assert!(Speed::try_from(factor).is_err(), "{factor}");
        }
    }

    #[test]
    fn a_frozen_clock_moves_only_when_it_is_moved() {
        let mut clock = running(1.0);
        clock.freeze(at(10));
        assert_eq!(clock.read(at(5000)).now, at(10));
        assert_eq!(clock.wait_until(at(11), at(5000)), None);
        clock.move_to(at(70), at(5000));
        assert_eq!(clock.wait_until(at(70), at(6000)), Some(Duration::ZERO));
        clock.run(at(7000));
        assert_eq!(clock.read(at(7001)).now, at(71));
    }

    #[test]
    fn a_wall_clock_that_is_set_back_does_not_turn_it_back() {
        let mut clock = running(1.0);
        assert_eq!(clock.read(at(5000)).now, at(5000));
        assert_eq!(clock.read(at(1000)).now, at(5000));
        assert_eq!(clock.read(at(1001)).now, at(5001));
        clock.move_to(at(3), at(1001));
        assert_eq!(clock.read(at(1001)).now, at(5001));
    }

    #[test]
    fn the_wait_shrinks_with_the_speed() {
        assert_eq!(
            running(60.0).wait_until(at(120_000), at(0)),
            Some(Duration::from_secs(2))
        );
        assert_eq!(
            running(0.5).wait_until(at(1000), at(0)),
            Some(Duration::from_secs(2))
        );
    }

    proptest! {
        #[test]
        fn whoever_waits_as_told_is_there(
            thousandths in 100_u32..=10_000_000,
            missing in 0_i64..10_000_000_000,
            parts in prop::collection::vec(1_u64..1000, 0..20),
        ) {
            let mut clock = VirtualClock::new(at(0), Speed { thousandths }, false);
            let wait = clock.wait_until(at(missing), at(0)).unwrap();
            let mut wall = at(0);
            let end = wall.checked_add(SignedDuration::try_from(wait).unwrap()).unwrap();
            let mut shown = clock.read(wall).now;
            for part in parts {
                wall = wall.checked_add(SignedDuration::from_micros(i64::try_from(part).unwrap())).unwrap().min(end);
                let now = clock.read(wall).now;
                prop_assert!(now >= shown);
                shown = now;
            }
            // Each reading may round down to the nanosecond before.
            let reached = clock.read(end).now.checked_add(SignedDuration::from_nanos(20)).unwrap();
            prop_assert!(reached >= at(missing));
        }
    }
}
