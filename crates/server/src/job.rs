//! Running jobs: plan, one call, absorb.
//!
//! A worker claims what is due under a lease, calls Kustom once and commits what came of it together with the end of
//! the run. No transaction is open during a call, and a commit that lost its lease changes nothing.

use crate::app::App;
use crate::checkout::LEASE;
use crate::completion::{CompletionError, Outcome, Purchase};
use crate::kustom::{Kustom, OrderAddress};
use crate::store::StoreError;
use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use kassa_commerce::change::{Change, Claim, KustomOrderWrite, Settle};
use kassa_commerce::id::CartId;
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, JobRequest, Lease};
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::kustom::completion::idempotency_key;
use kassa_commerce::kustom::sync::{self, Next, SyncCall, SyncRequest};
use kustom_api::{CheckoutOrder, Failure, KustomOrderId, MerchantReferences};
use std::time::Duration;
use tracing::{Instrument, debug, error, info_span, warn};

/// Jobs run side by side; each waits for Kustom most of its time.
const CLAIM_LIMIT: u32 = 32;

/// The worker looks at the store at least this often, because a hint to look sooner may be lost.
const LONGEST_REST: Duration = Duration::from_secs(5);

/// What is due stays due while nothing can be claimed, so the next due time is no reason to try again at once.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How often an order is looked at that was said to be bought, before the saying is believed to be wrong. With the
/// back-off between them the looks span a quarter of a minute, while Kustom's reads are behind by moments.
const LOOKS_FOR_PURCHASE: u32 = 5;

const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(300);

const MAX_PLANS: u32 = 20;

impl App {
    /// Runs jobs as they fall due, until the server stops. What is running then is finished.
    pub async fn work(&self) {
        let tasks = tokio_util::task::TaskTracker::new();
        while !self.stop.is_cancelled() {
            match self.claim_due().await {
                Ok(jobs) if jobs.is_empty() => self.rest().await,
                Ok(jobs) => {
                    for job in jobs {
                        let app = self.clone();
                        tasks.spawn(async move { app.run_job(job).await });
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
            let jobs = self.claim_due().await?;
            if jobs.is_empty() {
                return Ok(runs);
            }
            for job in jobs {
                runs += 1;
                self.run_job(job).await;
            }
        }
    }

    async fn claim_due(&self) -> Result<Vec<ClaimedJob>, StoreError> {
        let now = self.now();
        if self.store.next_job_at().await?.is_none_or(|at| at > now) {
            return Ok(Vec::new());
        }
        let claim = Claim::Due {
            now,
            until: now + LEASE,
            limit: CLAIM_LIMIT,
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
        let Some(kustom) = self.kustom.as_deref() else {
            return self.settle(job, self.retry_at(job), Change::default()).await;
        };
        match &job.key {
            JobKey::Sync(cart_id) => self.run_sync(kustom, job, *cart_id).await,
            JobKey::Complete(id) => {
                let outcome = self.complete(id).await;
                self.settle(job, self.after_look(job, &outcome), Change::default())
                    .await
            }
            JobKey::Acknowledge(id) => self.run_acknowledge(kustom, job, id).await,
            JobKey::SetReferences(id) => self.run_set_references(kustom, job, id).await,
            JobKey::Cancel(id) => {
                let answer = kustom.cancel(id, idempotency_key(&job.key)).await;
                self.settle(job, self.after_call(job, &answer), Change::default())
                    .await
            }
            JobKey::Abort(id) => self.run_abort(kustom, job, id).await,
        }
    }

    async fn run_sync(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        cart_id: CartId,
    ) -> Result<(), StoreError> {
        self.doubt_abandoned(job, cart_id).await?;
        let Some((call, location)) = self.plan_sync(cart_id).await? else {
            return self.settle(job, JobEnd::Done, Change::default()).await;
        };
        let address = OrderAddress {
            id: &call.kustom_order_id,
            location: location.as_deref(),
        };
        let sent_at = self.now();
        let answer = self.send(kustom, &job.lease, address, &call).await;
        if let Err(failure) = &answer {
            warn!(%failure, revision = call.revision, "Kustom did not take a cart's change");
        }
        let end_of = |next| match next {
            Next::Done => JobEnd::Done,
            Next::At(run_at) => JobEnd::Continue { run_at },
            Next::BackOff => self.retry_at(job),
        };
        for _ in 0..MAX_PLANS {
            let Some(cart) = self.store.cart(cart_id).await? else {
                return self.settle(job, JobEnd::Done, Change::default()).await;
            };
            let absorbed = sync::absorb(&cart, &call, &answer, sent_at, self.now());
            match self.settle(job, end_of(absorbed.next), absorbed.change).await {
                Err(error) if error.asks_to_plan_again() => (),
                result => return result,
            }
        }
        Err(StoreError::Busy)
    }

    /// Before anything is planned: whoever held the job before and never reported may have called Kustom.
    pub(crate) async fn doubt_abandoned(&self, job: &ClaimedJob, cart_id: CartId) -> Result<(), StoreError> {
        let Some(lease_ended_at) = job.abandoned_at else {
            return Ok(());
        };
        for _ in 0..MAX_PLANS {
            let cart = self.store.cart(cart_id).await?;
            let Some(change) = cart.and_then(|cart| sync::doubt_abandoned(&cart, lease_ended_at)) else {
                return Ok(());
            };
            match self.commit(change).await {
                Err(error) if error.asks_to_plan_again() => (),
                result => return result.map(|_| ()),
            }
        }
        Err(StoreError::Busy)
    }

    async fn plan_sync(&self, cart_id: CartId) -> Result<Option<(SyncCall, Option<String>)>, StoreError> {
        let Some(cart) = self.store.cart(cart_id).await? else {
            return Ok(None);
        };
        let Some(kustom) = &cart.kustom else {
            return Ok(None);
        };
        let snapshot = self.store.snapshot(cart_id, kustom.revision).await?;
        let Some(call) = sync::plan(&cart, snapshot.as_ref(), self.now()) else {
            return Ok(None);
        };
        let kustom_order = self.store.kustom_order(&call.kustom_order_id).await?;
        // What is paid and waits for a person is not to be changed, nor to be given up for a 404.
        Ok(kustom_order
            .filter(|kustom_order| kustom_order.state == KustomOrderState::Open)
            .map(|kustom_order| (call, kustom_order.location)))
    }

    pub(crate) async fn send(
        &self,
        kustom: &dyn Kustom,
        lease: &Lease,
        address: OrderAddress<'_>,
        call: &SyncCall,
    ) -> Result<CheckoutOrder, Failure> {
        self.check_turn(kustom, lease)?;
        match &call.request {
            SyncRequest::Read => kustom.read(address).await,
            SyncRequest::Update(payload) => kustom.update(address, payload).await,
        }
    }

    /// Whoever has the turn after us calls as well, so a call that could last beyond our turn must not begin.
    pub(crate) fn check_turn(&self, kustom: &dyn Kustom, lease: &Lease) -> Result<(), Failure> {
        if self.now() + kustom.longest_call() <= lease.until {
            return Ok(());
        }
        Err(Failure::Unreachable {
            reason: "too little was left of the turn to call".into(),
        })
    }

    /// Takes in the answer to a call that was made inline, under the sync job's lease.
    pub(crate) async fn absorb_sync(
        &self,
        cart_id: CartId,
        call: &SyncCall,
        answer: &Result<CheckoutOrder, Failure>,
        sent_at: Timestamp,
    ) -> Result<(), StoreError> {
        for _ in 0..MAX_PLANS {
            let Some(cart) = self.store.cart(cart_id).await? else {
                return Ok(());
            };
            let absorbed = sync::absorb(&cart, call, answer, sent_at, self.now());
            match self.commit(absorbed.change).await {
                Err(error) if error.asks_to_plan_again() => (),
                result => return result.map(|_| ()),
            }
        }
        Err(StoreError::Busy)
    }

    async fn run_acknowledge(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        id: &KustomOrderId,
    ) -> Result<(), StoreError> {
        let answer = kustom.acknowledge(id, idempotency_key(&job.key)).await;
        let acknowledged = KustomOrderWrite::SetState {
            id: id.clone(),
            state: KustomOrderState::Acknowledged,
        };
        let change = match answer {
            Ok(()) => Change {
                kustom_orders: vec![acknowledged],
                ..Change::default()
            },
            Err(_) => Change::default(),
        };
        self.settle(job, self.after_call(job, &answer), change).await
    }

    /// An order that is gone cannot be paid any more, which is all that an abort is for. One that cannot be aborted may
    /// have been paid.
    async fn run_abort(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        id: &KustomOrderId,
    ) -> Result<(), StoreError> {
        if !self.may_be_aborted(id).await? {
            return self.settle(job, JobEnd::Done, Change::default()).await;
        }
        let answer = kustom.abort(OrderAddress { id, location: None }).await;
        let maybe_paid = matches!(answer, Err(Failure::ReadOnly));
        let look = maybe_paid.then(|| JobRequest::at(JobKey::Complete(id.clone()), self.now()));
        let end = match &answer {
            Err(Failure::Gone | Failure::ReadOnly) => JobEnd::Done,
            answer => self.after_call(job, answer),
        };
        let change = Change {
            jobs: look.into_iter().collect(),
            ..Change::default()
        };
        self.settle(job, end, change).await
    }

    /// Only what nobody has seen or what was retired, and has not been bought since. What Kustom answers to a create is not
    /// proof that the order is new.
    async fn may_be_aborted(&self, id: &KustomOrderId) -> Result<bool, StoreError> {
        let kustom_order = self.store.kustom_order(id).await?;
        match kustom_order.map(|kustom_order| kustom_order.state) {
            None | Some(KustomOrderState::Retired) => Ok(true),
            Some(KustomOrderState::Open) => {
                error!("an order that is shown to a shopper was not aborted");
                Ok(false)
            }
            Some(
                KustomOrderState::Completed | KustomOrderState::Acknowledged | KustomOrderState::InReview,
            ) => Ok(false),
        }
    }

    async fn run_set_references(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        id: &KustomOrderId,
    ) -> Result<(), StoreError> {
        let Some(order) = self.store.order_of_kustom_order(id).await? else {
            return self.settle(job, JobEnd::Done, Change::default()).await;
        };
        let references = MerchantReferences {
            merchant_reference1: Some(order.cart_number),
            merchant_reference2: Some(order.number),
        };
        let answer = kustom
            .set_merchant_references(id, &references, idempotency_key(&job.key))
            .await;
        self.settle(job, self.after_call(job, &answer), Change::default())
            .await
    }

    /// Outgoing messages are sent until they are answered; a refusal will not change, but somebody may lift it.
    fn after_call(&self, job: &ClaimedJob, answer: &Result<(), Failure>) -> JobEnd {
        match answer {
            Ok(()) => JobEnd::Done,
            Err(failure) => {
                warn!(%failure, "Kustom did not take the message");
                self.retry_at(job)
            }
        }
    }

    /// Whoever asked for the look had a reason to believe in a purchase, so one look that shows none is not enough: it may
    /// have joined an earlier question, or Kustom's read may be behind.
    fn after_look(&self, job: &ClaimedJob, outcome: &Outcome) -> JobEnd {
        match outcome {
            Ok(Purchase::Completed | Purchase::InReview) => JobEnd::Done,
            Ok(Purchase::NotBought) if job.attempts + 1 < LOOKS_FOR_PURCHASE => self.retry_at(job),
            Ok(Purchase::NotBought) => {
                warn!("an order that seemed bought is not");
                JobEnd::Done
            }
            Err(error) => {
                warn!(%error, "could not find out whether an order is bought");
                match **error {
                    CompletionError::Unknown => JobEnd::Done,
                    _ => self.retry_at(job),
                }
            }
        }
    }

    fn retry_at(&self, job: &ClaimedJob) -> JobEnd {
        let run_at = self.now() + retry_delay(job);
        debug!(%run_at, "will try again");
        JobEnd::Retry { run_at }
    }

    async fn settle(&self, job: &ClaimedJob, end: JobEnd, change: Change) -> Result<(), StoreError> {
        let settle = Settle {
            key: job.key.clone(),
            lease: job.lease.clone(),
            end,
        };
        self.commit(Change {
            settle: Some(settle),
            ..change
        })
        .await
        .map(|_| ())
    }
}

/// Later and later, up to a limit, and never in step with others that failed at the same moment.
fn retry_delay(job: &ClaimedJob) -> Duration {
    let Lease {
        claim, generation, ..
    } = job.lease;
    let seed = claim ^ generation.rotate_left(32) ^ u64::from(job.attempts);
    ExponentialBuilder::default()
        .with_min_delay(FIRST_RETRY)
        .with_max_delay(LONGEST_RETRY)
        .without_max_times()
        .with_jitter()
        .with_jitter_seed(seed)
        .build()
        .nth(job.attempts.min(16) as usize)
        .unwrap_or(LONGEST_RETRY)
}
