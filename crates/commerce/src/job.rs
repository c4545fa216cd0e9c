//! Work that outlives a request: what is to be done, for what, and when. A job carries ids, never payloads; whoever
//! runs it reads what is true by then.

use crate::id::CartId;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use std::fmt;

/// What a job does and for what. There is one row per key, however often it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JobKey {
    /// Tells Kustom the cart's newest payload. Its lease is also the turn to call Kustom about this cart's open order.
    Sync(CartId),
    /// Asks Kustom about an order and, if it is bought, makes ours.
    Complete(KustomOrderId),
    /// Tells Kustom that we have the order, until Kustom has heard it.
    Acknowledge(KustomOrderId),
    /// Writes our order number onto Kustom's order.
    SetReferences(KustomOrderId),
    /// Gives a duplicate's authorization back.
    Cancel(KustomOrderId),
    /// Closes a Kustom order that lost the race for its cart and that nobody has seen.
    Abort(KustomOrderId),
    /// Asks Kustom about an order on a schedule, for as long as its fate or its fraud verdict is open.
    Reconcile(KustomOrderId),
}

impl JobKey {
    /// The kind as it is stored and logged.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sync(_) => "sync",
            Self::Complete(_) => "complete",
            Self::Acknowledge(_) => "acknowledge",
            Self::SetReferences(_) => "set_references",
            Self::Cancel(_) => "cancel",
            Self::Abort(_) => "abort",
            Self::Reconcile(_) => "reconcile",
        }
    }

    /// The Kustom order that the job is about. A sync is about whichever is the cart's.
    pub fn kustom_order_id(&self) -> Option<&KustomOrderId> {
        match self {
            Self::Sync(_) => None,
            Self::Complete(id)
            | Self::Acknowledge(id)
            | Self::SetReferences(id)
            | Self::Cancel(id)
            | Self::Abort(id)
            | Self::Reconcile(id) => Some(id),
        }
    }

    pub fn subject(&self) -> String {
        match self {
            Self::Sync(cart_id) => cart_id.to_string(),
            Self::Complete(id)
            | Self::Acknowledge(id)
            | Self::SetReferences(id)
            | Self::Cancel(id)
            | Self::Abort(id)
            | Self::Reconcile(id) => id.to_string(),
        }
    }

    /// Reads a key back from its stored form.
    pub fn from_parts(kind: &str, subject: String) -> Option<Self> {
        let kustom_order_id = KustomOrderId(subject);
        match kind {
            "sync" => kustom_order_id.0.parse().ok().map(Self::Sync),
            "complete" => Some(Self::Complete(kustom_order_id)),
            "acknowledge" => Some(Self::Acknowledge(kustom_order_id)),
            "set_references" => Some(Self::SetReferences(kustom_order_id)),
            "cancel" => Some(Self::Cancel(kustom_order_id)),
            "abort" => Some(Self::Abort(kustom_order_id)),
            "reconcile" => Some(Self::Reconcile(kustom_order_id)),
            _ => None,
        }
    }
}

impl fmt::Display for JobKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.kind())
    }
}

/// A wish that a job run. If the job exists already, the wish renews it: attempts start again from zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRequest {
    pub key: JobKey,
    /// When the job should run, unless wishes keep coming.
    pub run_at: Timestamp,
    /// However many wishes come, the job that they renew runs by the first wish's latest time.
    pub latest_at: Timestamp,
}

impl JobRequest {
    pub fn at(key: JobKey, run_at: Timestamp) -> Self {
        Self {
            key,
            run_at,
            latest_at: run_at,
        }
    }
}

/// A job in the hands of one worker until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    pub key: JobKey,
    /// How many runs have failed since the job was last asked for.
    pub attempts: u32,
    /// When the lease of an earlier run ended that never reported back. Its call may still take effect.
    pub abandoned_at: Option<Timestamp>,
    pub lease: Lease,
}

/// Proof of being the one who runs a job. A commit that shows an old lease is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Grows with every claim of the job, so that an earlier holder is told apart.
    pub claim: u64,
    /// Grows with every wish; a wish that came during the run keeps the job alive after it.
    pub generation: u64,
    /// Whoever runs the job must have stopped calling by then.
    pub until: Timestamp,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEnd {
    /// Nothing is left to do, unless the job was asked for again meanwhile.
    Done,
    /// Progress was made; there is more to do then.
    Continue { run_at: Timestamp },
    /// The run failed; try again then.
    Retry { run_at: Timestamp },
}

#[cfg(test)]
mod tests;
