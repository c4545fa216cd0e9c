//! Where time and randomness come from, so that tests can say what they are.

use jiff::Timestamp;
use std::fmt::Debug;
use uuid::Uuid;

pub trait Clock: Debug + Send + Sync + 'static {
    fn now(&self) -> Timestamp;
}

/// The wall clock. Jumps of it change when retries happen and nothing else.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the wall clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

pub trait Ids: Debug + Send + Sync + 'static {
    /// An id that nobody can guess, for what its knowledge opens.
    fn secret(&self) -> Uuid;

    /// An id that sorts by time, for rows.
    fn row(&self) -> Uuid;
}

/// Random ids from the operating system.
#[derive(Debug)]
pub struct SystemIds;

impl Ids for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that makes random ids")]
    fn secret(&self) -> Uuid {
        Uuid::new_v4()
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that makes random ids")]
    fn row(&self) -> Uuid {
        Uuid::now_v7()
    }
}
