//! Messages that Kustom must hear about an order, sent after the commit that makes them true and until they are answered.
//!
//! Each carries an idempotency key made of its intent, so that a message whose answer was lost takes effect once.

use crate::app::App;
use crate::kustom::{Kustom, OrderAddress};
use crate::store::StoreError;
use kassa_commerce::change::{Change, KustomOrderWrite};
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, JobRequest};
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::kustom::idempotency::idempotency_key;
use kassa_commerce::planted::{self, Bug};
use kassa_commerce::review::ReviewReason;
use kustom_api::{Failure, KustomOrderId, ManagementStatus, MerchantReferences};
use tracing::{error, warn};
use uuid::Uuid;

/// A refusal may come of a moment in which Kustom's own parts do not agree yet. The third one is for a person to know.
const REFUSALS_UNTIL_REVIEW: u32 = 2;

/// Some ten minutes, whatever the failures are.
const FAILURES_UNTIL_REVIEW: u32 = 9;

impl App {
    pub(super) async fn run_acknowledge(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        id: &KustomOrderId,
    ) -> Result<(), StoreError> {
        if self.was_cancelled(id).await? {
            return self.settle(job, JobEnd::Done, Change::default()).await;
        }
        let key = self.key(job, id).await?;
        let answer = kustom.acknowledge(id, key).await;
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
        self.settle_message(job, id, &answer, change).await
    }

    pub(super) async fn run_set_references(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        id: &KustomOrderId,
    ) -> Result<(), StoreError> {
        let order = self.store.order_of_kustom_order(id).await?;
        let Some(order) = order.filter(|order| order.cancelled_at.is_none()) else {
            return self.settle(job, JobEnd::Done, Change::default()).await;
        };
        let references = MerchantReferences {
            merchant_reference1: Some(order.cart_number),
            merchant_reference2: Some(order.number),
        };
        let key = self.key(job, id).await?;
        let answer = kustom.set_merchant_references(id, &references, key).await;
        self.settle_message(job, id, &answer, Change::default()).await
    }

    /// An order that its owner has cancelled is nothing any more that Kustom must hear of, but the cancellation.
    async fn was_cancelled(&self, id: &KustomOrderId) -> Result<bool, StoreError> {
        let order = self.store.order_of_kustom_order(id).await?;
        Ok(order.is_some_and(|order| order.cancelled_at.is_some()))
    }

    /// Gives an authorization back. It was decided in the transaction that asked for this, and can become no order since.
    pub(super) async fn run_cancel(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        id: &KustomOrderId,
    ) -> Result<(), StoreError> {
        let state = self
            .store
            .kustom_order(id)
            .await?
            .map(|kustom_order| kustom_order.state);
        if state != Some(KustomOrderState::GivenBack) {
            error!("a purchase that nobody has decided to give back was not cancelled");
            return self.settle(job, JobEnd::Done, Change::default()).await;
        }
        let key = self.key(job, id).await?;
        let answer = match kustom.cancel(id, key).await {
            Err(Failure::Refused(_)) if is_given_back(kustom, id).await => Ok(()),
            answer => answer,
        };
        self.settle_message(job, id, &answer, Change::default()).await
    }

    /// An order that is gone cannot be paid any more, which is all that an abort is for. One that cannot be aborted may
    /// have been paid.
    pub(super) async fn run_abort(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        id: &KustomOrderId,
    ) -> Result<(), StoreError> {
        if !self.may_be_aborted(id).await? {
            return self.settle(job, JobEnd::Done, Change::default()).await;
        }
        let mut answer = kustom.abort(OrderAddress { id, location: None }).await;
        // Nobody has bound it, so nobody knows in which account it was made.
        for other in self.kustom_accounts.values() {
            if answer == Err(Failure::Gone) {
                answer = other.abort(OrderAddress { id, location: None }).await;
            }
        }
        let answer = match answer {
            Err(Failure::Gone) => Ok(()),
            Err(Failure::ReadOnly) => {
                let look = JobRequest::at(JobKey::Complete(id.clone()), self.now());
                let change = Change {
                    jobs: vec![look],
                    ..Change::default()
                };
                return self.settle(job, JobEnd::Done, change).await;
            }
            answer => answer,
        };
        self.settle_message(job, id, &answer, Change::default()).await
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
                KustomOrderState::Completed
                | KustomOrderState::Acknowledged
                | KustomOrderState::InReview
                | KustomOrderState::GivenBack,
            ) => Ok(false),
        }
    }

    /// Messages are sent until they are answered. A refusal will not change by itself: somebody is told, and somebody may
    /// lift it.
    async fn settle_message(
        &self,
        job: &ClaimedJob,
        id: &KustomOrderId,
        answer: &Result<(), Failure>,
        mut change: Change,
    ) -> Result<(), StoreError> {
        let Err(failure) = answer else {
            return self.settle(job, JobEnd::Done, change).await;
        };
        let is_about_order = matches!(job.key, JobKey::Acknowledge(_) | JobKey::SetReferences(_));
        if planted::is(Bug::OutboxGivesUp) || (is_about_order && self.was_cancelled(id).await?) {
            return self.settle(job, JobEnd::Done, change).await;
        }
        warn!(%failure, "Kustom did not take the message");
        let is_hopeless = is_refusal(failure) && job.attempts >= REFUSALS_UNTIL_REVIEW;
        if is_hopeless || job.attempts >= FAILURES_UNTIL_REVIEW {
            let detail = format!("{}: {failure}", job.key.kind());
            let review = self.review_of(id, ReviewReason::MessageUnheard, detail).await?;
            change.reviews.extend(review);
        }
        self.settle(job, self.retry_after(job, failure), change).await
    }

    /// The same message has the same key for as long as Kustom can be trusted to remember it. Then the key changes: a key
    /// that was refused once may be refused for ever.
    async fn key(&self, job: &ClaimedJob, id: &KustomOrderId) -> Result<Uuid, StoreError> {
        if planted::is(Bug::KeyPerAttempt) {
            return Ok(self.ids.row());
        }
        let kustom_order = self.store.kustom_order(id).await?;
        let since = kustom_order.map(|kustom_order| kustom_order.opened_at);
        Ok(idempotency_key(&job.key, since.unwrap_or_default(), self.now()))
    }
}

/// Kustom read the message and will say the same to the next one.
fn is_refusal(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused(_) | Failure::Gone | Failure::ReadOnly)
}

/// A refused cancel is done if somebody else has cancelled, or if time has.
async fn is_given_back(kustom: &dyn Kustom, id: &KustomOrderId) -> bool {
    let managed = kustom.read_managed(id).await;
    managed.is_ok_and(|managed| {
        matches!(
            managed.status,
            ManagementStatus::Cancelled | ManagementStatus::Expired
        )
    })
}
