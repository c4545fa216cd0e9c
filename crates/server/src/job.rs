//! Running jobs: plan, one call, absorb.
//!
//! A worker claims what is due under a lease, calls Kustom once and commits what came of it together with the end of
//! the run. No transaction is open during a call, and a commit that lost its lease changes nothing.

mod look;
mod outbox;
mod sync;

use crate::app::App;
use crate::checkout::LEASE;
use crate::kustom::Kustom;
use crate::store::StoreError;
use backon::{BackoffBuilder, ExponentialBuilder};
use kassa_commerce::change::{Change, Claim, Settle};
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, Lease};
use kustom_api::Failure;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tracing::{Instrument, debug, info_span, warn};

/// Jobs run side by side; each waits for Kustom most of its time.
const CLAIM_LIMIT: usize = 32;

/// The worker looks at the store at least this often, because a hint to look sooner may be lost.
const LONGEST_REST: Duration = Duration::from_secs(5);

/// What is due stays due while nothing can be claimed, so the next due time is no reason to try again at once.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(300);

/// A shopper waits in front of a suspended checkout.
const LONGEST_SYNC_RETRY: Duration = Duration::from_secs(15);

const MAX_PLANS: u32 = 20;

impl App {
    /// Runs jobs as they fall due, until the server stops. What is running then is finished.
    pub async fn work(&self) {
        let tasks = tokio_util::task::TaskTracker::new();
        while !self.stop.is_cancelled() {
            // Whoever claims a job must run it before its lease ends, so only as many are claimed as can run.
            let Some(mut places) = self.free_places().await else {
                continue;
            };
            match self.claim_due(places.num_permits()).await {
                Ok(jobs) if jobs.is_empty() => {
                    drop(places);
                    self.rest().await;
                }
                Ok(jobs) => {
                    for job in jobs {
                        let app = self.clone();
                        let place = places.split(1);
                        tasks.spawn(async move {
                            app.run_job(job).await;
                            drop(place);
                        });
                    }
                }
                Err(error) => {
                    warn!(%error, "failed to claim jobs");
                    self.rest_for(PAUSE_AFTER_FAILURE).await;
                }
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    /// Runs everything that is due now, one after the other, and answers how many runs that took. For tests.
    pub async fn run_due_jobs(&self) -> Result<usize, StoreError> {
        let mut runs = 0;
        loop {
            let jobs = self.claim_due(CLAIM_LIMIT).await?;
            if jobs.is_empty() {
                return Ok(runs);
            }
            for job in jobs {
                runs += 1;
                self.run_job(job).await;
            }
        }
    }

    /// Waits until at least one job can run. `None` when the server stops.
    async fn free_places(&self) -> Option<OwnedSemaphorePermit> {
        let free = self.job_places.available_permits().clamp(1, CLAIM_LIMIT);
        let wanted = u32::try_from(free).ok()?;
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            places = Arc::clone(&self.job_places).acquire_many_owned(wanted) => places.ok(),
        }
    }

    async fn claim_due(&self, at_most: usize) -> Result<Vec<ClaimedJob>, StoreError> {
        let now = self.now();
        if self.store.next_job_at().await?.is_none_or(|at| at > now) {
            return Ok(Vec::new());
        }
        let claim = Claim::Due {
            now,
            until: now + LEASE,
            limit: u32::try_from(at_most).unwrap_or(u32::MAX),
        };
        Ok(self
            .store
            .commit(Change {
                claim: Some(claim),
                ..Change::default()
            })
            .await?
            .claimed)
    }

    /// Waits for the next due time, a hint, or the end.
    async fn rest(&self) {
        let next = self.store.next_job_at().await.ok().flatten();
        let until_next = next.map_or(LONGEST_REST, |at| {
            Duration::try_from(at.duration_since(self.now()))
                .unwrap_or_default()
                .min(LONGEST_REST)
        });
        tokio::select! {
            biased;
            () = self.jobs_wanted.notified() => (),
            () = self.rest_for(until_next) => (),
        }
    }

    /// Waits, whatever is due, but not for longer than the server runs.
    async fn rest_for(&self, time: Duration) {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => (),
            () = tokio::time::sleep(time) => (),
        }
    }

    async fn run_job(&self, job: ClaimedJob) {
        let span = info_span!("job", job.kind = job.key.kind(), job.attempts = job.attempts);
        async {
            if let Err(error) = self.try_job(&job).await {
                warn!(%error, "failed to finish a job; its lease will end and it will run again");
            }
        }
        .instrument(span)
        .await;
    }

    async fn try_job(&self, job: &ClaimedJob) -> Result<(), StoreError> {
        self.record_start(job).await;
        let Some(kustom) = self.kustom_of(&job.key).await? else {
            return self.settle(job, self.retry_at(job), Change::default()).await;
        };
        let kustom = kustom.as_ref();
        match &job.key {
            JobKey::Sync(cart_id) => self.run_sync(kustom, job, *cart_id).await,
            JobKey::Complete(id) => self.run_complete(job, id).await,
            JobKey::Acknowledge(id) => self.run_acknowledge(kustom, job, id).await,
            JobKey::SetReferences(id) => self.run_set_references(kustom, job, id).await,
            JobKey::Cancel(id) => self.run_cancel(kustom, job, id).await,
            JobKey::Abort(id) => self.run_abort(kustom, job, id).await,
            JobKey::Reconcile(id) => self.run_reconcile(kustom, job, id).await,
        }
    }

    /// Kustom as the account in which the job's order was made. An order that nobody has bound is looked for in all of
    /// them where it is aborted.
    async fn kustom_of(&self, key: &JobKey) -> Result<Option<Arc<dyn Kustom>>, StoreError> {
        if self.kustom_accounts.is_empty() {
            return Ok(self.kustom.clone());
        }
        let id = match key {
            JobKey::Sync(cart_id) => {
                let cart = self.store.cart(*cart_id).await?;
                cart.and_then(|cart| cart.kustom)
                    .map(|kustom| kustom.kustom_order_id)
            }
            key => key.kustom_order_id().cloned(),
        };
        let kustom_order = match id {
            Some(id) => self.store.kustom_order(&id).await?,
            None => None,
        };
        let account = kustom_order.and_then(|kustom_order| kustom_order.account);
        Ok(self.kustom_as(account.as_deref()))
    }

    fn retry_at(&self, job: &ClaimedJob) -> JobEnd {
        let run_at = self.now() + retry_delay(job);
        debug!(%run_at, "will try again");
        JobEnd::Retry { run_at }
    }

    /// Not before Kustom wants to be called again, if it has said so.
    fn retry_after(&self, job: &ClaimedJob, failure: &Failure) -> JobEnd {
        let wanted = match failure {
            Failure::TooManyRequests { retry_after_seconds } => retry_after_seconds.unwrap_or(0).into(),
            _ => 0,
        };
        let delay = retry_delay(job).max(Duration::from_secs(wanted).min(LONGEST_RETRY));
        JobEnd::Retry {
            run_at: self.now() + delay,
        }
    }

    async fn settle(&self, job: &ClaimedJob, end: JobEnd, change: Change) -> Result<(), StoreError> {
        let ended = self.timeline.as_ref().map(|_| end.clone());
        let settle = Settle {
            key: job.key.clone(),
            lease: job.lease.clone(),
            end,
        };
        self.commit(Change {
            settle: Some(settle),
            ..change
        })
        .await?;
        if let (Some(timeline), Some(end)) = (&self.timeline, ended) {
            timeline.job_ended(job, &end);
        }
        Ok(())
    }
}

/// Later and later, up to a limit, and never in step with others that failed at the same moment.
fn retry_delay(job: &ClaimedJob) -> Duration {
    let Lease {
        claim, generation, ..
    } = job.lease;
    let seed = claim ^ generation.rotate_left(32) ^ u64::from(job.attempts);
    let longest = match job.key {
        JobKey::Sync(_) => LONGEST_SYNC_RETRY,
        _ => LONGEST_RETRY,
    };
    ExponentialBuilder::default()
        .with_min_delay(FIRST_RETRY)
        .with_max_delay(longest)
        .without_max_times()
        .with_jitter()
        .with_jitter_seed(seed)
        .build()
        .nth(job.attempts.min(16) as usize)
        .unwrap_or(longest)
}
