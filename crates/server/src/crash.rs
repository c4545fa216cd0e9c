//! Places at which the process can be made to die, for a test that wants to know what is left.
//!
//! Without the feature `crash-points`, which no build for use has, all of this is nothing. With it, the variable
//! `KASSA_CRASH_POINT=name` kills the process the first time it comes to that place, and `name:3` the third time. It dies
//! as by `kill -9`: nothing gets to tidy up.

use hyper::Method;
use kassa_commerce::change::Change;

/// Here the process may die.
#[cfg_attr(
    not(feature = "crash-points"),
    expect(unused_variables, reason = "a point is nothing without the feature")
)]
pub fn point(name: &str) {
    #[cfg(feature = "crash-points")]
    armed::point(name);
}

/// Something with a point before it and one after it.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    #[cfg(feature = "crash-points")]
    points: armed::Points,
}

#[cfg_attr(
    not(feature = "crash-points"),
    expect(unused_variables, reason = "an act has no points without the feature")
)]
impl Act {
    /// A commit, named by the most important thing in it.
    pub fn commit(change: &Change) -> Self {
        Self {
            #[cfg(feature = "crash-points")]
            points: armed::commit(change),
        }
    }

    /// A call to Kustom.
    pub fn call(method: &Method, route: &str) -> Self {
        Self {
            #[cfg(feature = "crash-points")]
            points: armed::call(method, route),
        }
    }

    pub fn before(self) {
        #[cfg(feature = "crash-points")]
        point(self.points.0);
    }

    pub fn after(self) {
        #[cfg(feature = "crash-points")]
        point(self.points.1);
    }
}

#[cfg(feature = "crash-points")]
mod armed {
    use hyper::Method;
    use kassa_commerce::change::{CartWrite, Change, KustomOrderWrite};
    use rustix::process::{Signal, getpid, kill_process};
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    static PLAN: OnceLock<Option<Plan>> = OnceLock::new();

    struct Plan {
        name: String,
        /// How often the place may still be passed.
        passes_left: AtomicU32,
    }

    impl Plan {
        fn read() -> Option<Self> {
            let text = std::env::var("KASSA_CRASH_POINT").ok()?;
            let (name, nth) = text.split_once(':').unwrap_or((&text, "1"));
            let nth: u32 = nth
                .parse()
                .expect("KASSA_CRASH_POINT has a number after the colon");
            Some(Self {
                name: name.to_owned(),
                passes_left: AtomicU32::new(nth.saturating_sub(1)),
            })
        }

        fn is_met(&self, name: &str) -> bool {
            let take_one = |left: u32| left.checked_sub(1);
            let (set, read) = (Ordering::SeqCst, Ordering::SeqCst);
            self.name == name && self.passes_left.fetch_update(set, read, take_one).is_err()
        }
    }

    pub(super) fn point(name: &str) {
        let plan = PLAN.get_or_init(Plan::read);
        if plan.as_ref().is_some_and(|plan| plan.is_met(name)) {
            kill_process(getpid(), Signal::KILL).expect("a process may kill itself");
            loop {
                std::thread::park();
            }
        }
    }

    /// Before and after.
    pub(super) type Points = (&'static str, &'static str);

    pub(super) fn commit(change: &Change) -> Points {
        let opens = |write: &KustomOrderWrite| matches!(write, KustomOrderWrite::Open(_));
        if change.order.is_some() {
            ("completion.before_commit", "completion.after_commit")
        } else if change.kustom_orders.iter().any(opens) {
            ("binding.before_commit", "binding.after_commit")
        } else if change.settle.is_some() {
            ("settle.before_commit", "settle.after_commit")
        } else if change.claim.is_some() {
            ("turn.before_commit", "turn.after_commit")
        } else if matches!(change.cart, Some(CartWrite::Insert(_))) {
            ("creation.before_commit", "creation.after_commit")
        } else {
            ("mutation.before_commit", "mutation.after_commit")
        }
    }

    pub(super) fn call(method: &Method, route: &str) -> Points {
        let end = route.rsplit('/').next().unwrap_or_default();
        let is_managed = route.starts_with("/ordermanagement/");
        match (end, is_managed) {
            ("orders", _) => ("create.before_call", "create.after_call"),
            ("abort", _) => ("abort.before_call", "abort.after_call"),
            ("acknowledge", _) => ("acknowledge.before_call", "acknowledge.after_call"),
            ("cancel", _) => ("cancel.before_call", "cancel.after_call"),
            ("merchant-references", _) => ("references.before_call", "references.after_call"),
            (_, true) => ("read_managed.before_call", "read_managed.after_call"),
            (_, false) if method == Method::GET => ("read.before_call", "read.after_call"),
            (_, false) => ("update.before_call", "update.after_call"),
        }
    }
}
