//! Purchases that a person must look at. Money that we cannot place is shown, never dropped and never sent back by
//! itself.

use crate::cart::{Cart, CartState};
use crate::change::{CartWrite, Change, KustomOrderWrite, ResolutionWrite};
use crate::id::CartId;
use crate::job::{JobKey, JobRequest};
use crate::kustom::{KustomOrder, KustomOrderState};
use crate::planted::{self, Bug};
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One thing to look at. A purchase has at most one review per reason, however often we stumble over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub kustom_order_id: KustomOrderId,
    pub cart_id: CartId,
    pub reason: ReviewReason,
    /// For the person who looks: amounts and revisions, no personal data.
    pub detail: String,
    pub opened_at: Timestamp,
    /// `None` while it waits.
    #[serde(default)]
    pub resolution: Option<Resolution>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewReason {
    /// Paid, but for nothing that we ever offered. No order was made.
    ContentMismatch,
    /// Paid, but the answer does not say clearly enough what for. No order was made.
    UnclearPurchase,
    /// Bought, as far as Kustom's checkout says, but the purchase itself cannot be read. It is still being tried.
    UnreadablePurchase,
    /// Kustom declined the purchase after the shopper had bought. Nothing may be shipped.
    FraudRejected,
    /// The cart was already bought by another Kustom order. The second authorization is being cancelled.
    DuplicatePurchase,
    /// The cart changed after it was paid. The order is what was paid; the later edit was not bought.
    EditedAfterPayment,
    /// More was paid for than there was, of a coupon or of the stock, because a payment came about long after it was let
    /// through. The order was made: what is paid is honoured.
    SoldTooMany,
    /// Kustom does not take a message that it must hear. It is sent again and again.
    MessageUnheard,
}

/// How a person has ended a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    pub action: ReviewAction,
    /// Who decided, in the operator's own words.
    pub by: String,
    pub note: String,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewAction {
    /// Kustom was asked again, and the purchase has become an order.
    Retry,
    /// The shopper gets the money back, and may buy the cart again.
    Cancel,
    /// It was dealt with by hand, or there is nothing to do. Kustom is told that we know of the purchase.
    Close,
}

/// Why a review cannot be ended this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ResolveError {
    #[error("the review has been resolved already")]
    Resolved,
    #[error("the purchase does not wait for a decision: it has an order, was given back, or was never made")]
    NotWaiting,
}

impl Review {
    pub fn new(
        kustom_order_id: KustomOrderId,
        cart_id: CartId,
        reason: ReviewReason,
        detail: String,
        opened_at: Timestamp,
    ) -> Self {
        Self {
            kustom_order_id,
            cart_id,
            reason,
            detail,
            opened_at,
            resolution: None,
        }
    }

    pub fn is_open(&self) -> bool {
        self.resolution.is_none()
    }
}

impl ReviewReason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ContentMismatch => "content_mismatch",
            Self::UnclearPurchase => "unclear_purchase",
            Self::UnreadablePurchase => "unreadable_purchase",
            Self::FraudRejected => "fraud_rejected",
            Self::DuplicatePurchase => "duplicate_purchase",
            Self::EditedAfterPayment => "edited_after_payment",
            Self::SoldTooMany => "sold_too_many",
            Self::MessageUnheard => "message_unheard",
        }
    }

    /// Whether nothing more may be bought with the cart until a person has decided. A shopper whom Kustom has declined may
    /// try again; of every other purchase without an order nobody knows yet what the shopper has paid for.
    pub fn locks_cart(self) -> bool {
        matches!(self, Self::ContentMismatch | Self::UnclearPurchase) && !planted::is(Bug::ReviewLocksNothing)
    }
}

impl ReviewAction {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retry => "retry",
            Self::Cancel => "cancel",
            Self::Close => "close",
        }
    }
}

/// Ends a review: gives the money back, or leaves the purchase to the person who dealt with it. A purchase without an
/// order also gives its cart free, and Kustom hears of it, or it would push for two days. `another` is another purchase of
/// the cart that waits for a decision.
pub fn resolve(
    review: &Review,
    cart: &Cart,
    kustom_order: &KustomOrder,
    another: Option<&KustomOrderId>,
    resolution: Resolution,
) -> Result<Change, ResolveError> {
    if !review.is_open() {
        return Err(ResolveError::Resolved);
    }
    let waits = kustom_order.state == KustomOrderState::InReview;
    let is_about_fate = review.reason != ReviewReason::MessageUnheard;
    let (message, state) = match resolution.action {
        ReviewAction::Cancel if !waits => return Err(ResolveError::NotWaiting),
        ReviewAction::Cancel => (
            Some(JobKey::Cancel(kustom_order.id.clone())),
            Some(KustomOrderWrite::Move {
                id: kustom_order.id.clone(),
                from: kustom_order.state,
                to: KustomOrderState::GivenBack,
            }),
        ),
        ReviewAction::Close if waits && is_about_fate => {
            (Some(JobKey::Acknowledge(kustom_order.id.clone())), None)
        }
        ReviewAction::Close | ReviewAction::Retry => (None, None),
    };
    let frees = cart.in_review.as_ref() == Some(&kustom_order.id) && is_about_fate;
    let freed = frees.then(|| freed(cart, &kustom_order.id, another, resolution.action));
    Ok(Change {
        cart: freed.map(|cart| CartWrite::Update(Box::new(cart))),
        kustom_orders: state.into_iter().collect(),
        jobs: message
            .map(|key| JobRequest::at(key, resolution.at))
            .into_iter()
            .collect(),
        resolution: Some(ResolutionWrite {
            kustom_order_id: review.kustom_order_id.clone(),
            reason: review.reason,
            resolution,
        }),
        ..Change::default()
    })
}

/// What was given back may be bought again, unless another purchase of the cart waits. What was dealt with by hand is over.
fn freed(
    cart: &Cart,
    kustom_order_id: &KustomOrderId,
    another: Option<&KustomOrderId>,
    action: ReviewAction,
) -> Cart {
    let mut cart = cart.clone();
    cart.in_review = another.cloned();
    cart.kustom
        .take_if(|kustom| kustom.kustom_order_id == *kustom_order_id);
    if action == ReviewAction::Close && cart.state == CartState::Open {
        cart.state = CartState::Rejected;
    }
    cart
}

#[cfg(test)]
mod tests;
