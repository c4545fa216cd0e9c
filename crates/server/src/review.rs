//! Ending reviews at a person's word: the driver behind `kassa review` and the admin routes.

use crate::app::App;
use crate::completion::{CompletionError, Purchase};
use crate::store::StoreError;
use kassa_commerce::kustom::{KustomOrder, KustomOrderState};
use kassa_commerce::review::{self, Resolution, ResolveError, Review, ReviewAction, ReviewReason};
use kustom_api::KustomOrderId;
use std::sync::Arc;
use thiserror::Error;
use tracing::info;

const MAX_PLANS: u32 = 20;

/// A person's decision about one purchase.
#[derive(Clone, Debug)]
pub struct Decision {
    pub kustom_order_id: KustomOrderId,
    /// Which review, where a purchase has several.
    pub reason: Option<ReviewReason>,
    pub action: ReviewAction,
    pub by: String,
    pub note: String,
}

/// Why a review stays open.
#[derive(Debug, Error)]
pub enum ReviewError {
    #[error("no open review of this purchase")]
    NotFound,
    #[error("the purchase has several open reviews: name the reason, one of {}", list_of(.reasons))]
    SeveralReasons { reasons: Vec<ReviewReason> },
    #[error(transparent)]
    Refused(#[from] ResolveError),
    #[error("Kustom was asked again, and the purchase still cannot be placed")]
    StillInReview,
    #[error("Kustom was asked again, and says that nothing was bought")]
    NotBought,
    #[error("Kustom could not be asked: {0}")]
    Unknown(Arc<CompletionError>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn list_of(reasons: &[ReviewReason]) -> String {
    reasons
        .iter()
        .map(|reason| reason.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

impl App {
    /// Ends a review as a person has decided. Runs to its end even if the caller leaves.
    pub async fn resolve_review(&self, decision: Decision) -> Result<Review, ReviewError> {
        let app = self.clone();
        self.to_the_end(async move { app.resolve(decision).await })
            .await
            .unwrap_or_else(|| Err(StoreError::Internal("the resolution stopped unexpectedly".into()).into()))
    }

    async fn resolve(&self, decision: Decision) -> Result<Review, ReviewError> {
        let review = self.open_review(&decision).await?;
        let mut maybe_written = None;
        if decision.action == ReviewAction::Retry {
            self.look_again(&review).await?;
        }
        for _ in 0..MAX_PLANS {
            if let Some(resolution) = &maybe_written
                && let Some(review) = self.resolved_review(&review, resolution).await?
            {
                return Ok(review);
            }
            let review = self.open_review(&decision).await?;
            let cart = self
                .store
                .cart(review.cart_id)
                .await?
                .ok_or(ReviewError::NotFound)?;
            let kustom_order = self.store.kustom_order(&review.kustom_order_id).await?;
            let kustom_order = kustom_order.ok_or(ReviewError::NotFound)?;
            let resolution = Resolution {
                action: decision.action,
                by: decision.by.clone(),
                note: decision.note.clone(),
                at: self.now(),
            };
            let another = self.another_in_review(&kustom_order).await?;
            let change = review::resolve(
                &review,
                &cart,
                &kustom_order,
                another.as_ref(),
                resolution.clone(),
            )?;
            match self.commit(change).await {
                Ok(_) => {
                    info!(
                        review.reason = review.reason.as_str(),
                        review.action = decision.action.as_str(),
                        cart.number = cart.number,
                        "a review was resolved"
                    );
                    return Ok(Review {
                        resolution: Some(resolution),
                        ..review
                    });
                }
                Err(error) if error.asks_to_plan_again() => maybe_written = Some(resolution),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    /// The review, if it is resolved in just this way: then our own commit of unknown outcome was written.
    async fn resolved_review(
        &self,
        review: &Review,
        resolution: &Resolution,
    ) -> Result<Option<Review>, StoreError> {
        let all = self.store.reviews().await?;
        Ok(all.into_iter().find(|stored| {
            stored.kustom_order_id == review.kustom_order_id
                && stored.reason == review.reason
                && stored.resolution.as_ref() == Some(resolution)
        }))
    }

    /// Another purchase of the same cart that waits for a decision.
    async fn another_in_review(
        &self,
        kustom_order: &KustomOrder,
    ) -> Result<Option<KustomOrderId>, StoreError> {
        let of_cart = self.store.kustom_orders_of(kustom_order.cart_id).await?;
        let another = of_cart
            .into_iter()
            .find(|other| other.id != kustom_order.id && other.state == KustomOrderState::InReview);
        Ok(another.map(|other| other.id))
    }

    async fn open_review(&self, decision: &Decision) -> Result<Review, ReviewError> {
        let mut open: Vec<Review> = self.store.reviews().await?;
        open.retain(|review| {
            review.is_open()
                && review.kustom_order_id == decision.kustom_order_id
                && decision.reason.is_none_or(|reason| reason == review.reason)
        });
        if open.len() > 1 {
            let reasons = open.iter().map(|review| review.reason).collect();
            return Err(ReviewError::SeveralReasons { reasons });
        }
        open.pop().ok_or(ReviewError::NotFound)
    }

    async fn look_again(&self, review: &Review) -> Result<(), ReviewError> {
        let kustom_order = self.store.kustom_order(&review.kustom_order_id).await?;
        let kustom_order = kustom_order.ok_or(ReviewError::NotFound)?;
        if kustom_order.state.is_order() || kustom_order.state == KustomOrderState::GivenBack {
            return Err(ResolveError::NotWaiting.into());
        }
        match self.complete_reviewed(kustom_order).await {
            Ok(Purchase::Completed) => Ok(()),
            Ok(Purchase::InReview) => Err(ReviewError::StillInReview),
            Ok(Purchase::GivenBack) => Err(ResolveError::NotWaiting.into()),
            Ok(Purchase::NotBought | Purchase::Gone) => Err(ReviewError::NotBought),
            Err(error) => Err(ReviewError::Unknown(error)),
        }
    }
}
