//! Signed messages about what happened, to addresses that no order names.
//!
//! Kustom lets a merchant subscribe in its portal: https addresses, a signing secret that can be exchanged, both secrets
//! signing for up to ten minutes, repetition after anything else than a 2xx, and the members and types below. Sources:
//! <https://docs.kustom.co/contents/api/api-basics/webhooks>, <https://help.kustom.co/en/articles/702978-webhooks>.
//! Not documented, and therefore ours: the names of the headers and the way to sign (those of Standard Webhooks,
//! <https://www.standardwebhooks.com>), when a message is repeated, and what `data` holds besides ids.

mod settings;
mod signature;

use crate::agenda::Task;
use crate::callback::{Attempt, CallbackKind, DueCallback};
use crate::kustom::Kustom;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) use settings::Webhooks;

/// From one sending to the next. These are the first waits that Standard Webhooks proposes.
const RETRIES: [SignedDuration; 6] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
];

/// What a merchant can subscribe to. Those about payments in shops are not here, as such payments are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WebhookType {
    #[serde(rename = "order.created")]
    OrderCreated,
    #[serde(rename = "capture.created")]
    CaptureCreated,
    #[serde(rename = "refund.created")]
    RefundCreated,
    #[serde(rename = "dispute.created")]
    DisputeCreated,
    #[serde(rename = "dispute.updated")]
    DisputeUpdated,
}

/// Something that a subscriber is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookEvent {
    OrderCreated {
        order_id: KustomOrderId,
    },
    CaptureCreated {
        order_id: KustomOrderId,
        capture_id: String,
    },
    RefundCreated {
        order_id: KustomOrderId,
        refund_id: String,
    },
    DisputeCreated {
        order_id: KustomOrderId,
        dispute_id: String,
    },
    DisputeUpdated {
        order_id: KustomOrderId,
        dispute_id: String,
    },
}

impl WebhookEvent {
    pub fn kind(&self) -> WebhookType {
        match self {
            Self::OrderCreated { .. } => WebhookType::OrderCreated,
            Self::CaptureCreated { .. } => WebhookType::CaptureCreated,
            Self::RefundCreated { .. } => WebhookType::RefundCreated,
            Self::DisputeCreated { .. } => WebhookType::DisputeCreated,
            Self::DisputeUpdated { .. } => WebhookType::DisputeUpdated,
        }
    }

    pub fn order_id(&self) -> &KustomOrderId {
        match self {
            Self::OrderCreated { order_id }
            | Self::CaptureCreated { order_id, .. }
            | Self::RefundCreated { order_id, .. }
            | Self::DisputeCreated { order_id, .. }
            | Self::DisputeUpdated { order_id, .. } => order_id,
        }
    }

    fn data(&self) -> Value {
        match self {
            Self::OrderCreated { order_id } => json!({ "order_id": order_id }),
            Self::CaptureCreated { order_id, capture_id } => {
                json!({ "order_id": order_id, "capture_id": capture_id })
            }
            Self::RefundCreated { order_id, refund_id } => {
                json!({ "order_id": order_id, "refund_id": refund_id })
            }
            Self::DisputeCreated { order_id, dispute_id } | Self::DisputeUpdated { order_id, dispute_id } => {
                json!({ "order_id": order_id, "dispute_id": dispute_id })
            }
        }
    }
}

/// One message to one subscriber, until it has arrived or was sent often enough.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Delivery {
    url: String,
    order_id: KustomOrderId,
    event_id: String,
    body: String,
    /// How often it was sent already.
    sent: usize,
}

impl Kustom {
    /// The one entrance: plans a message to everybody who has subscribed. It is sent as the other callbacks are that
    /// fall due.
    pub fn happened(&mut self, event: &WebhookEvent, now: Timestamp) {
        let urls = self.webhooks.subscribers(event.kind());
        if urls.is_empty() {
            return;
        }
        let event_id = format!("kevt_{}", self.ids.uuid().simple());
        let body = json!({
            "id": event_id,
            "merchant_id": self.webhooks.merchant_id(),
            "timestamp": format!("{now:.9}"),
            "type": event.kind(),
            "data": event.data(),
        });
        for url in urls {
            let delivery = Delivery {
                url,
                order_id: event.order_id().clone(),
                event_id: event_id.clone(),
                body: body.to_string(),
                sent: 0,
            };
            self.agenda.plan(now, Task::Deliver(delivery));
        }
    }

    /// `None` when the subscriber has gone meanwhile.
    pub(crate) fn begin_delivery(&mut self, delivery: Delivery, now: Timestamp) -> Option<DueCallback> {
        let headers = self.signed_headers(&delivery.url, &delivery.event_id, &delivery.body, now)?;
        let body = Bytes::from(delivery.body.clone());
        let news = self.news(
            &delivery.order_id,
            CallbackKind::Webhook,
            delivery.url.clone(),
            body,
            now,
        );
        let callback = DueCallback {
            headers: news.headers.into_iter().chain(headers).collect(),
            delivery: Some(Box::new(delivery)),
            ..news
        };
        self.begin(callback, now)
    }

    pub(crate) fn plan_redelivery(&mut self, delivery: Delivery, now: Timestamp) {
        if let Some(wait) = RETRIES.get(delivery.sent)
            && let Ok(at) = now.checked_add(*wait)
        {
            let sent = delivery.sent + 1;
            self.agenda.plan(at, Task::Deliver(Delivery { sent, ..delivery }));
        }
    }

    /// The headers of a webhook that is sent once more. `None` for every other callback, and for a subscriber that has
    /// gone: that one gets what it got before.
    pub(crate) fn signed_anew(&self, earlier: &Attempt, now: Timestamp) -> Option<BTreeMap<String, String>> {
        let id = earlier.headers.get(signature::ID_HEADER)?;
        let signed = self.signed_headers(&earlier.url, id, &earlier.body, now)?;
        Some(earlier.headers.clone().into_iter().chain(signed).collect())
    }

    fn signed_headers(
        &self,
        url: &str,
        event_id: &str,
        body: &str,
        now: Timestamp,
    ) -> Option<BTreeMap<String, String>> {
        let secrets = self.webhooks.secrets(url, now)?;
        Some(signature::headers(&secrets, event_id, body, now))
    }

    /// Replaces all subscriptions. The answer says which secrets are in use from now on.
    /// Replaces all subscriptions. Nothing is taken over when one of them is wrong.
    pub(crate) fn set_webhooks(&mut self, body: &[u8], now: Timestamp) -> Result<(), String> {
        let wanted = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let ids = &mut self.ids;
        let new_secret = || signature::secret(ids.uuid(), ids.uuid());
        self.webhooks = self.webhooks.replaced(wanted, &self.rules, new_secret, now)?;
        Ok(())
    }

    pub(crate) fn remove_webhooks(&mut self) {
        self.webhooks = Webhooks::default();
    }

    pub(crate) fn webhooks(&self) -> &Webhooks {
        &self.webhooks
    }
}
