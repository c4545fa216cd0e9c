//! What we remember of Kustom: per cart while it is open, and per Kustom order for ever.

use crate::id::{CartId, SessionId};
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};

/// The cart's one open Kustom order and how far it is from the cart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KustomState {
    pub kustom_order_id: KustomOrderId,
    /// Of the offer that Kustom is known to hold.
    pub sync_hash: String,
    pub synced_revision: u64,
    /// Of the offer that Kustom should hold. Once set it is never cleared, because clearing would leave the
    /// storefront's iframe suspended; when all is told it equals `sync_hash`.
    pub pending_hash: Option<String>,
    /// Of the offer last made pending; grows only when the content differs from that one.
    pub revision: u64,
    pub content_hash: String,
    /// Set by a call whose outcome is unknown: it may still take effect until then, so no answer is believed before.
    pub ambiguous_until: Option<Timestamp>,
    pub urls: StorefrontUrls,
    /// The last time a payment was let through.
    #[serde(default)]
    pub approval: Option<Approval>,
    /// Since when Kustom refuses to change the order although it is not bought, as far as anybody can see.
    #[serde(default)]
    pub read_only_since: Option<Timestamp>,
}

/// A yes to Kustom's question whether the shopper may pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub content_hash: String,
    /// The first yes for this content, which is what ages.
    pub first_at: Timestamp,
    /// The last yes, from which the cart is frozen.
    pub at: Timestamp,
}

impl KustomState {
    /// Whether Kustom is still to be told, or to be asked, something.
    pub fn is_syncing(&self) -> bool {
        self.revision != self.synced_revision || self.ambiguous_until.is_some()
    }
}

/// Where the storefront wants the shopper sent, already checked against the profile's origins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorefrontUrls {
    pub terms: String,
    pub checkout: String,
    pub confirmation: String,
}

/// A Kustom order that was shown to a shopper. It belongs to its cart for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KustomOrder {
    pub id: KustomOrderId,
    pub cart_id: CartId,
    /// Named in the push URL, where the token is made of it.
    pub session_id: SessionId,
    /// Where Kustom said the order lives. Its documentation asks to keep this instead of building the URL.
    pub location: Option<String>,
    /// Which of the configured Kustom accounts it was made in. `None`: the common one.
    #[serde(default)]
    pub account: Option<String>,
    pub state: KustomOrderState,
    pub opened_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KustomOrderState {
    /// The one that the cart's iframe shows.
    Open,
    /// Kustom answered 404, or the order lost a race and was aborted. Still completed should it turn out to be paid.
    Retired,
    /// Became our order, which Kustom has yet to hear.
    Completed,
    /// Became our order, and Kustom has confirmed that it knows.
    Acknowledged,
    /// Paid, and waiting for a person.
    InReview,
    /// Paid, and decided: the money goes back. Whatever Kustom says from now on, this becomes no order, and if it has become
    /// one, that is cancelled.
    GivenBack,
}

impl KustomOrderState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Retired => "retired",
            Self::Completed => "completed",
            Self::Acknowledged => "acknowledged",
            Self::InReview => "in_review",
            Self::GivenBack => "given_back",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Open,
            Self::Retired,
            Self::Completed,
            Self::Acknowledged,
            Self::InReview,
            Self::GivenBack,
        ]
        .into_iter()
        .find(|state| state.as_str() == name)
    }

    /// States only go forward. News that comes late, such as a 404 to a call that was on its way while a push completed
    /// the order, must not undo what is known.
    pub fn may_become(self, next: Self) -> bool {
        match self {
            Self::Open => {
                matches!(
                    next,
                    Self::Retired | Self::Completed | Self::InReview | Self::GivenBack
                )
            }
            Self::Retired => matches!(next, Self::Completed | Self::InReview | Self::GivenBack),
            // The order's owner has cancelled it.
            Self::Completed => matches!(next, Self::Acknowledged | Self::GivenBack),
            Self::Acknowledged => next == Self::GivenBack,
            // Kustom was asked again at a person's wish, and now says what was paid.
            Self::InReview => matches!(next, Self::Completed | Self::GivenBack),
            Self::GivenBack => false,
        }
    }

    /// Whether it has become our order.
    pub fn is_order(self) -> bool {
        matches!(self, Self::Completed | Self::Acknowledged)
    }

    /// Whether a purchase of this order still has to find its fate.
    pub fn is_unfinished(self) -> bool {
        matches!(self, Self::Open | Self::Retired)
    }
}
