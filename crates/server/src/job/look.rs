//! Looking whether an order is bought: at somebody's word, and by ourselves on a schedule.

use super::MAX_PLANS;
use crate::app::App;
use crate::completion::{CompletionError, Outcome, Purchase};
use crate::kustom::Kustom;
use crate::store::StoreError;
use kassa_commerce::change::Change;
use kassa_commerce::job::{ClaimedJob, JobEnd};
use kassa_commerce::kustom::reconcile::{self, Seen};
use kassa_commerce::kustom::{KustomOrder, KustomOrderState, sync};
use kassa_commerce::payment::{AuthorizationState, absorb_verdict};
use kassa_commerce::review::{Review, ReviewReason};
use kustom_api::KustomOrderId;
use tracing::{error, warn};

/// How often an order is looked at that was said to be bought, before the saying is believed to be wrong. With the
/// back-off between them the looks span a minute, while Kustom's reads are behind by moments.
const LOOKS_FOR_PURCHASE: u32 = 7;

/// A purchase reaches order management moments after the checkout. Some minutes of failed reads are no such moment.
const UNREADABLE_UNTIL_REVIEW: u32 = 7;

impl App {
    pub(super) async fn run_complete(&self, job: &ClaimedJob, id: &KustomOrderId) -> Result<(), StoreError> {
        let outcome = self.complete(id).await;
        for _ in 0..MAX_PLANS {
            let (end, change) = self.after_look(job, id, &outcome).await?;
            match self.settle(job, end, change).await {
                Err(error) if error.asks_to_plan_again() => (),
                result => return result,
            }
        }
        Err(StoreError::Busy)
    }

    /// Whoever asked for the look had a reason to believe in a purchase, so one look that shows none is not enough: it may
    /// have joined an earlier question, or Kustom's read may be behind.
    async fn after_look(
        &self,
        job: &ClaimedJob,
        id: &KustomOrderId,
        outcome: &Outcome,
    ) -> Result<(JobEnd, Change), StoreError> {
        match outcome {
            Ok(Purchase::Completed | Purchase::InReview | Purchase::GivenBack) => {
                Ok((JobEnd::Done, Change::default()))
            }
            Ok(Purchase::NotBought | Purchase::Gone) if job.attempts + 1 < LOOKS_FOR_PURCHASE => {
                Ok((self.retry_at(job), Change::default()))
            }
            Ok(Purchase::NotBought | Purchase::Gone) => {
                warn!("an order that seemed bought is not");
                Ok((JobEnd::Done, self.give_up(id).await?))
            }
            Err(error) => {
                warn!(%error, "could not find out whether an order is bought");
                self.after_failed_look(job, id, error).await
            }
        }
    }

    /// The question is asked until it is answered. A purchase that is known and cannot be read is for a person to know.
    async fn after_failed_look(
        &self,
        job: &ClaimedJob,
        id: &KustomOrderId,
        error: &CompletionError,
    ) -> Result<(JobEnd, Change), StoreError> {
        let mut change = Change::default();
        let end = match error {
            CompletionError::Unknown => JobEnd::Done,
            CompletionError::Kustom(failure) => self.retry_after(job, failure),
            CompletionError::Unreadable(failure) => {
                if job.attempts >= UNREADABLE_UNTIL_REVIEW {
                    let detail = format!("{failure}");
                    let reason = ReviewReason::UnreadablePurchase;
                    change.reviews.extend(self.review_of(id, reason, detail).await?);
                }
                self.retry_after(job, failure)
            }
            _ => self.retry_at(job),
        };
        Ok((end, change))
    }

    pub(super) async fn review_of(
        &self,
        id: &KustomOrderId,
        reason: ReviewReason,
        detail: String,
    ) -> Result<Option<Review>, StoreError> {
        let kustom_order = self.store.kustom_order(id).await?;
        Ok(kustom_order
            .map(|kustom_order| Review::new(id.clone(), kustom_order.cart_id, reason, detail, self.now())))
    }

    /// An order that Kustom will not change and that nobody has bought was closed elsewhere: the cart needs another one.
    async fn give_up(&self, id: &KustomOrderId) -> Result<Change, StoreError> {
        let Some(kustom_order) = self.store.kustom_order(id).await? else {
            return Ok(Change::default());
        };
        let cart = self.store.cart(kustom_order.cart_id).await?;
        let change = cart.and_then(|cart| sync::give_up(&cart, id, self.now()));
        if change.is_some() {
            warn!("a checkout that can be neither changed nor paid was given up");
        }
        Ok(change.unwrap_or_default())
    }

    /// Asks by ourselves, because a browser may never return and a push may never come.
    pub(super) async fn run_reconcile(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        id: &KustomOrderId,
    ) -> Result<(), StoreError> {
        let Some(kustom_order) = self.store.kustom_order(id).await? else {
            return self.settle(job, JobEnd::Done, Change::default()).await;
        };
        match kustom_order.state {
            KustomOrderState::Open | KustomOrderState::Retired => {
                self.look_by_schedule(job, &kustom_order).await
            }
            KustomOrderState::Completed | KustomOrderState::Acknowledged => {
                self.examine(kustom, job, &kustom_order).await
            }
            KustomOrderState::InReview | KustomOrderState::GivenBack => {
                self.settle(job, JobEnd::Done, Change::default()).await
            }
        }
    }

    async fn look_by_schedule(&self, job: &ClaimedJob, kustom_order: &KustomOrder) -> Result<(), StoreError> {
        let seen = match self.complete(&kustom_order.id).await {
            Ok(Purchase::Completed | Purchase::InReview | Purchase::GivenBack) => {
                return self.settle(job, JobEnd::Done, Change::default()).await;
            }
            Ok(Purchase::NotBought) => Seen::Unpaid,
            Ok(Purchase::Gone) => Seen::Gone,
            Err(error) => {
                warn!(%error, "could not ask about an unfinished order");
                let (end, change) = self.after_failed_look(job, &kustom_order.id, &error).await?;
                return self.settle(job, end, change).await;
            }
        };
        let cart = self.store.cart(kustom_order.cart_id).await?;
        let next = cart.and_then(|cart| reconcile::next_look(&cart, kustom_order, seen, self.now()));
        let end = next.map_or(JobEnd::Done, |run_at| JobEnd::Continue { run_at });
        self.settle(job, end, Change::default()).await
    }

    /// A purchase that Kustom still examines must not be shipped, and nobody tells us of the verdict. One that was accepted
    /// is looked at as well, whenever somebody has a reason to.
    async fn examine(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        kustom_order: &KustomOrder,
    ) -> Result<(), StoreError> {
        let payments = self.store.payments_of_cart(kustom_order.cart_id).await?;
        let payment = payments
            .into_iter()
            .find(|payment| payment.provider.kustom_order_id() == Some(&kustom_order.id));
        let Some(payment) = payment else {
            return self.settle(job, JobEnd::Done, Change::default()).await;
        };
        let managed = match kustom.read_managed(&kustom_order.id).await {
            Ok(managed) => managed,
            Err(failure) => {
                warn!(%failure, "could not ask about an examined purchase");
                return self
                    .settle(job, self.retry_after(job, &failure), Change::default())
                    .await;
            }
        };
        if let Some(change) = absorb_verdict(&payment, &managed, self.now()) {
            if !change.reviews.is_empty() {
                error!("a purchase was declined after its order was made");
            }
            return self.settle(job, JobEnd::Done, change).await;
        }
        if let Some(run_at) = reconcile::next_examination(&payment, self.now()) {
            let end = JobEnd::Continue { run_at };
            return self.settle(job, end, Change::default()).await;
        }
        let mut change = Change::default();
        if payment.authorization.state == AuthorizationState::Pending {
            let detail = "Kustom has not decided for a month".to_owned();
            let reason = ReviewReason::UnclearPurchase;
            change
                .reviews
                .extend(self.review_of(&kustom_order.id, reason, detail).await?);
        }
        self.settle(job, JobEnd::Done, change).await
    }
}
