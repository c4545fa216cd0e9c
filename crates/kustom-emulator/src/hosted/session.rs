//! One hosted payment page: whose order it sells, where it ends, and how far it has come.

use crate::order::{Order, OrderState};
use jiff::{SignedDuration, Timestamp};
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};

/// Links live this long. Source: <https://help.kustom.co/en/articles/418365>, which speaks of links from the portal; that
/// those from the API do, too, is inferred.
pub(super) const LIFETIME: SignedDuration = SignedDuration::from_hours(48);

/// Source: <https://docs.kustom.co/contents/api/hosted-payment-page>. `MANUAL_ID_CHECK`, `FAILED` and `ERROR` are not
/// reached here: nobody checks, a declined shopper may try again, and nothing breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum HostedStatus {
    /// Nobody has opened the page.
    Waiting,
    /// The shopper went back to the shop, and may come again.
    Back,
    InProgress,
    Completed,
    /// The shopper gave up. That this is final is inferred.
    Cancelled,
    /// The merchant took the page away.
    Disabled,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct HostedUrls {
    pub(super) success: Option<String>,
    pub(super) cancel: Option<String>,
    pub(super) back: Option<String>,
    pub(super) failure: Option<String>,
    pub(super) error: Option<String>,
    pub(super) status_update: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct HostedOptions {
    pub(super) page_title: Option<String>,
    pub(super) logo_url: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HostedSession {
    pub(super) id: String,
    pub(crate) order_id: KustomOrderId,
    pub(super) merchant_urls: HostedUrls,
    pub(super) options: HostedOptions,
    pub(super) status: HostedStatus,
    pub(crate) updated_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl HostedSession {
    /// Whether its page still sells.
    pub(super) fn is_open(&self) -> bool {
        use HostedStatus::{Back, InProgress, Waiting};
        matches!(self.status, Waiting | Back | InProgress)
    }

    /// Over by its own time, or because the order is gone.
    pub(super) fn is_expired(&self, order: Option<&Order>, now: Timestamp) -> bool {
        let is_gone = order.is_none_or(|order| order.state(now) == OrderState::Expired);
        is_gone || now >= self.expires_at
    }

    /// One of the merchant's addresses, filled in. `{{order_id}}` was the earlier owner's.
    pub(super) fn merchant_url(&self, choose: impl FnOnce(&HostedUrls) -> Option<&String>) -> Option<String> {
        let url = choose(&self.merchant_urls)?;
        Some(
            url.replace("{{session_id}}", &self.id)
                .replace("{{order_id}}", &self.order_id.0),
        )
    }
}
