//! What Kustom does by itself at a time, besides pushes.

use crate::decision::Decision;
use crate::hosted::HostedStatus;
use crate::webhook::Delivery;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A merchant that is never reached must not fill the machine.
const TASK_LIMIT: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Of a purchase that is pending.
    Decide {
        order_id: KustomOrderId,
        decision: Decision,
    },
    Deliver(Delivery),
    TellHostedStatus {
        session_id: String,
        status: HostedStatus,
    },
}

/// Tasks by their time; of equal times the one that was planned first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Agenda {
    tasks: BTreeSet<(Timestamp, u64, Task)>,
    planned: u64,
}

impl Agenda {
    /// What is beyond the limit never happens.
    pub(crate) fn plan(&mut self, at: Timestamp, task: Task) {
        if self.tasks.len() < TASK_LIMIT {
            self.planned += 1;
            self.tasks.insert((at, self.planned, task));
        }
    }

    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        self.tasks.first().map(|(at, ..)| *at)
    }

    /// The first task, if its time has come.
    pub(crate) fn take_due(&mut self, now: Timestamp) -> Option<Task> {
        self.next_at().filter(|at| *at <= now)?;
        self.tasks.pop_first().map(|(.., task)| task)
    }
}
