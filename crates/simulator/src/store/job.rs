//! Jobs in memory: wishes, claims and the ends of runs, as the contract tests have them.

use super::tables::Tables;
use jiff::Timestamp;
use kassa::store::StoreError;
use kassa_commerce::change::{Claim, Settle};
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, JobRequest, Lease};
use kassa_commerce::planted::{self, Bug};

#[derive(Clone, Debug)]
pub(super) struct Job {
    run_at: Timestamp,
    latest_at: Timestamp,
    generation: u64,
    attempts: u32,
    claim: u64,
    /// Set while the job is claimed and not settled, even when the time has passed.
    lease_until: Option<Timestamp>,
}

impl Job {
    fn new(run_at: Timestamp, latest_at: Timestamp) -> Self {
        Self {
            run_at,
            latest_at,
            generation: 1,
            attempts: 0,
            claim: 0,
            lease_until: None,
        }
    }

    pub(super) fn due_at(&self) -> Timestamp {
        self.lease_until
            .map_or(self.run_at, |until| until.max(self.run_at))
    }

    fn is_waiting(&self) -> bool {
        self.lease_until.is_none() && self.attempts == 0
    }
}

pub(super) fn request(tables: &mut Tables, request: &JobRequest) {
    let job = match tables.jobs.get(&request.key) {
        None => Job::new(request.run_at.min(request.latest_at), request.latest_at),
        Some(job) => {
            let limit = if job.is_waiting() {
                job.latest_at
            } else {
                Timestamp::MAX
            };
            Job {
                run_at: request.run_at.min(request.latest_at).min(limit),
                latest_at: request.latest_at.min(limit),
                generation: job.generation + 1,
                attempts: 0,
                ..job.clone()
            }
        }
    };
    tables.write_job(&request.key, Some(job));
}

pub(super) fn claim(tables: &mut Tables, claim: &Claim) -> Vec<ClaimedJob> {
    match claim {
        Claim::Due { now, until, limit } => {
            let due = tables.jobs.iter().filter(|(_, job)| job.due_at() <= *now);
            let mut due: Vec<_> = due.map(|(key, job)| (job.due_at(), key.clone())).collect();
            due.sort();
            due.truncate(*limit as usize);
            let keys = due.into_iter().map(|(_, key)| key);
            keys.filter_map(|key| take(tables, key, *now, *until)).collect()
        }
        Claim::One { key, now, until } => {
            if !tables.jobs.contains_key(key) {
                tables.write_job(key, Some(Job::new(*now, *now)));
            }
            take(tables, key.clone(), *now, *until).into_iter().collect()
        }
    }
}

fn take(tables: &mut Tables, key: JobKey, now: Timestamp, until: Timestamp) -> Option<ClaimedJob> {
    let claim = tables.next_claim();
    let job = tables.jobs.get(&key)?;
    let abandoned_at = job.lease_until;
    if abandoned_at.is_some_and(|lease_until| lease_until > now) {
        return None;
    }
    let taken = Job {
        claim,
        attempts: job.attempts + u32::from(abandoned_at.is_some()),
        lease_until: Some(until),
        ..job.clone()
    };
    let lease = Lease {
        claim,
        generation: taken.generation,
        until,
    };
    let attempts = taken.attempts;
    tables.write_job(&key, Some(taken));
    Some(ClaimedJob {
        key,
        attempts,
        abandoned_at,
        lease,
    })
}

pub(super) fn abandon_leases(tables: &mut Tables, now: Timestamp) {
    let held: Vec<_> = tables
        .jobs
        .iter()
        .filter(|(_, job)| job.lease_until.is_some_and(|until| until > now))
        .map(|(key, job)| (key.clone(), job.clone()))
        .collect();
    for (key, job) in held {
        let ended = Job {
            lease_until: Some(now),
            ..job
        };
        tables.write_job(&key, Some(ended));
    }
}

pub(super) fn settle(tables: &mut Tables, settle: &Settle) -> Result<(), StoreError> {
    let holds = |job: &&Job| {
        planted::is(Bug::SettleWithoutLease) || (job.claim == settle.lease.claim && job.lease_until.is_some())
    };
    let Some(job) = tables.jobs.get(&settle.key).filter(holds).cloned() else {
        return match planted::is(Bug::SettleWithoutLease) {
            true => Ok(()),
            false => Err(StoreError::LeaseLost),
        };
    };
    let was_renewed = job.generation != settle.lease.generation && !planted::is(Bug::WishDuringRunLost);
    let ended = Job {
        lease_until: None,
        ..job
    };
    let left = match (&settle.end, was_renewed) {
        (JobEnd::Done, false) => None,
        (JobEnd::Continue { run_at }, false) => Some(Job {
            attempts: 0,
            run_at: *run_at,
            latest_at: *run_at,
            ..ended
        }),
        (JobEnd::Retry { run_at }, false) => Some(Job {
            attempts: ended.attempts + 1,
            run_at: *run_at,
            ..ended
        }),
        (JobEnd::Continue { run_at }, true) => Some(Job {
            run_at: ended.run_at.min(*run_at),
            ..ended
        }),
        (JobEnd::Done | JobEnd::Retry { .. }, true) => Some(ended),
    };
    tables.write_job(&settle.key, left);
    Ok(())
}
