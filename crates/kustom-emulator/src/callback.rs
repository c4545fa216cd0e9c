//! What Kustom sends to the merchant's server by itself: what there is to send, what was sent, and what came back.
//!
//! When a push is due stands in `push.rs`; decisions about pending purchases and webhooks have files of their own.

use crate::agenda::Task;
use crate::kustom::Kustom;
use crate::rendering;
use crate::webhook::Delivery;
use bytes::Bytes;
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use kustom_api::{KustomOrderId, MerchantUrls};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Many times the pushes of one order; a page that pays in a loop must not fill the machine.
const ATTEMPT_LIMIT: usize = 200;

/// Kustom's limit for what asks no question is not documented; its callbacks during checkout have at most ten seconds.
pub(crate) const NEWS_PATIENCE: SignedDuration = SignedDuration::from_secs(10);

pub(crate) const JSON: &str = "application/json";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct CallbackNumber(pub u64);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackKind {
    /// The order is bought. A POST without a body; its answer goes to [`Kustom::callback_answered`].
    Push,
    /// May the order be bought? A POST with the order as JSON; its answer goes to [`Kustom::payment_answered`].
    Validation,
    /// May this way to ship be chosen, and what does the order come to with it? The answer goes to
    /// [`Kustom::change_answered`], like those of the two below.
    ShippingOption,
    /// The same for an address.
    Address,
    /// The same for another country.
    Country,
    /// A pending purchase was decided. Answered to [`Kustom::callback_answered`], like the two below.
    Notification,
    /// A signed message to an address that no order names.
    Webhook,
    /// A hosted payment page has come further. Its address is the page's and not the order's.
    HostedStatus,
}

impl CallbackKind {
    /// Where the merchant is asked or told, if the order says so.
    pub(crate) fn url(self, urls: &MerchantUrls) -> Option<&String> {
        match self {
            Self::Push => urls.push.as_ref(),
            Self::Validation => urls.validation.as_ref(),
            Self::ShippingOption => urls.shipping_option_update.as_ref(),
            Self::Address => urls.address_update.as_ref(),
            Self::Country => urls.country_change.as_ref(),
            Self::Notification => urls.notification.as_ref(),
            Self::Webhook | Self::HostedStatus => None,
        }
    }

    fn asks_a_question(self) -> bool {
        !matches!(
            self,
            Self::Push | Self::Notification | Self::Webhook | Self::HostedStatus
        )
    }
}

/// A callback to send now, as a POST.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueCallback {
    pub number: CallbackNumber,
    pub order_id: KustomOrderId,
    pub kind: CallbackKind,
    pub url: String,
    /// Names in lower case, among them the type of a body that is there.
    pub headers: BTreeMap<String, String>,
    #[serde(with = "crate::message::body_as_text")]
    pub body: Bytes,
    pub due_at: Timestamp,
    /// How long an answer is waited for.
    pub patience: SignedDuration,
    /// Whether the next push of the order follows from this one.
    pub(crate) is_scheduled: bool,
    /// Whether the purchase fails without an approval.
    pub(crate) is_required: bool,
    /// Sent once more by hand: its answer decides nothing.
    pub(crate) repeats: Option<CallbackNumber>,
    /// What has to be sent again without a good answer.
    pub(crate) delivery: Option<Box<Delivery>>,
}

/// What the merchant answered, or why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackAnswer {
    Answered {
        status: u16,
        /// The header of this name: where a redirect leads.
        #[serde(skip_serializing_if = "Option::is_none")]
        location: Option<String>,
        body: String,
    },
    Failed {
        reason: String,
    },
}

impl CallbackAnswer {
    pub(crate) fn is_success(&self) -> bool {
        matches!(
            self,
            Self::Answered {
                status: 200..=299,
                ..
            }
        )
    }
}

/// One callback that was sent, as the request log of the order shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: CallbackNumber,
    pub kind: CallbackKind,
    pub method: String,
    pub url: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub sent_at: Timestamp,
    /// `None` while the merchant has not answered.
    pub answered_at: Option<Timestamp>,
    pub answer: Option<CallbackAnswer>,
    /// Why an answer counted as none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
    /// Which one this is a repetition of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<CallbackNumber>,
}

impl Kustom {
    /// When the next callback is due, if any is. In whole milliseconds, as the clock is: a snapshot that was written by
    /// hand may have finer times, which a clock that stands still would never reach.
    pub fn next_callback_at(&self) -> Option<Timestamp> {
        let push = self.due_pushes.first().map(|(at, _)| *at);
        let next = push.into_iter().chain(self.agenda.next_at()).min()?;
        let up = TimestampRound::new()
            .smallest(Unit::Millisecond)
            .mode(RoundMode::Ceil);
        Some(next.round(up).unwrap_or(next))
    }

    /// The callbacks to send now, oldest first. Each is handed out once; the next one of an order is planned when
    /// this one is answered.
    pub fn due_callbacks(&mut self, now: Timestamp) -> Vec<DueCallback> {
        std::iter::from_fn(|| self.due_callback(now)).collect()
    }

    /// The first callback to send now. Whoever sends one after the other asks anew each time: an order that is
    /// acknowledged meanwhile is not pushed any more.
    pub fn due_callback(&mut self, now: Timestamp) -> Option<DueCallback> {
        while let Some(next) = self.next_callback_at().filter(|next| *next <= now) {
            let callback = match self.agenda.take_due(next) {
                Some(task) => self.carry_out_task(task, now),
                None => self.due_push(next, now),
            };
            if callback.is_some() {
                return callback;
            }
        }
        None
    }

    /// Records what became of a callback that asks nothing, and plans what follows from it.
    pub fn callback_answered(&mut self, number: CallbackNumber, answer: CallbackAnswer, now: Timestamp) {
        let is_ours = |callback: &DueCallback| callback.repeats.is_some() || !callback.kind.asks_a_question();
        let Some(callback) = self.take_callback_if(number, is_ours) else {
            return;
        };
        let is_success = answer.is_success();
        let Some(order) = self.orders.get_mut(&callback.order_id) else {
            return;
        };
        order.record_answer(number, answer, now);
        if callback.is_scheduled {
            self.plan_push(&callback.order_id, Some(callback.due_at));
        }
        if let Some(delivery) = callback.delivery.filter(|_| !is_success) {
            self.plan_redelivery(*delivery, now);
        }
    }

    /// Every callback that is still known, oldest first.
    pub fn attempts(&self) -> Vec<(&KustomOrderId, &Attempt)> {
        let mut all: Vec<_> = self
            .orders
            .values()
            .flat_map(|order| order.attempts.iter().map(move |attempt| (&order.id, attempt)))
            .collect();
        all.sort_by_key(|(_, attempt)| attempt.number);
        all
    }

    /// Sends a callback once more, as it was. Whatever is answered changes nothing. A webhook is signed anew, because
    /// its receiver refuses an old time.
    pub fn repeat(&mut self, number: CallbackNumber, now: Timestamp) -> Option<DueCallback> {
        let (order_id, earlier) = self
            .attempts()
            .into_iter()
            .find(|(_, attempt)| attempt.number == number)?;
        let (order_id, earlier) = (order_id.clone(), earlier.clone());
        let signed = self.signed_anew(&earlier, now);
        let callback = DueCallback {
            headers: signed.unwrap_or(earlier.headers),
            repeats: Some(number),
            ..self.news(&order_id, earlier.kind, earlier.url, earlier.body.into(), now)
        };
        self.begin(callback, now)
    }

    /// The callback that this answer belongs to. Each is answered once.
    pub(crate) fn take_callback(
        &mut self,
        number: CallbackNumber,
        kind: CallbackKind,
    ) -> Option<DueCallback> {
        self.take_callback_if(number, |callback| {
            callback.kind == kind && callback.repeats.is_none()
        })
    }

    fn take_callback_if(
        &mut self,
        number: CallbackNumber,
        fits: impl FnOnce(&DueCallback) -> bool,
    ) -> Option<DueCallback> {
        self.callbacks_under_way
            .get(&number)
            .filter(|callback| fits(callback))?;
        self.callbacks_under_way.remove(&number)
    }

    /// Asks the merchant about the order as it is now. `None` when the order names nobody to ask.
    pub(crate) fn begin_validation(&mut self, id: &KustomOrderId, now: Timestamp) -> Option<DueCallback> {
        let order = self.orders.get(id)?;
        let url = order.merchant_url(|urls| urls.validation.as_ref())?;
        let body = rendering::json(order, &order.base_url, self.rules.strictness.country_case);
        let options = order.checkout.options.as_ref();
        let is_required = options.and_then(|options| options.require_validate_callback_success) == Some(true);
        let callback = DueCallback {
            patience: if is_required {
                self.rules.required_validation_patience
            } else {
                self.rules.validation_patience
            },
            is_required,
            ..self.news(id, CallbackKind::Validation, url, body, now)
        };
        self.begin(callback, now)
    }

    /// Asks the merchant about a change. `None` when the order names nobody to ask.
    pub(crate) fn begin_question(
        &mut self,
        id: &KustomOrderId,
        kind: CallbackKind,
        body: Bytes,
        now: Timestamp,
    ) -> Option<DueCallback> {
        let url = self.orders.get(id)?.merchant_url(|urls| kind.url(urls))?;
        let callback = DueCallback {
            patience: self.rules.change_patience,
            is_required: true,
            ..self.news(id, kind, url, body, now)
        };
        self.begin(callback, now)
    }

    /// A callback that nothing depends on, with a body of JSON if any.
    pub(crate) fn news(
        &self,
        id: &KustomOrderId,
        kind: CallbackKind,
        url: String,
        body: Bytes,
        now: Timestamp,
    ) -> DueCallback {
        let mut headers = BTreeMap::from([("user-agent".to_owned(), "kustom-emulator".to_owned())]);
        if !body.is_empty() {
            headers.insert("content-type".to_owned(), JSON.to_owned());
        }
        DueCallback {
            number: CallbackNumber(self.last_callback.0 + 1),
            order_id: id.clone(),
            kind,
            url,
            headers,
            body,
            due_at: now,
            patience: NEWS_PATIENCE,
            is_scheduled: false,
            is_required: false,
            repeats: None,
            delivery: None,
        }
    }

    pub(crate) fn begin(&mut self, callback: DueCallback, now: Timestamp) -> Option<DueCallback> {
        let order = self.orders.get_mut(&callback.order_id)?;
        self.last_callback = callback.number;
        let surplus = (order.attempts.len() + 1).saturating_sub(ATTEMPT_LIMIT);
        order.attempts.drain(..surplus);
        order.attempts.push(Attempt {
            number: callback.number,
            kind: callback.kind,
            method: "POST".to_owned(),
            url: callback.url.clone(),
            headers: callback.headers.clone(),
            body: String::from_utf8_lossy(&callback.body).into_owned(),
            sent_at: now,
            answered_at: None,
            answer: None,
            remark: None,
            repeats: callback.repeats,
        });
        self.callbacks_under_way.insert(callback.number, callback.clone());
        Some(callback)
    }

    fn carry_out_task(&mut self, task: Task, now: Timestamp) -> Option<DueCallback> {
        match task {
            Task::Decide { order_id, decision } => self.decide(&order_id, decision, now).ok().flatten(),
            Task::Deliver(delivery) => self.begin_delivery(delivery, now),
            Task::TellHostedStatus { session_id, status } => {
                self.begin_hosted_status(&session_id, status, now)
            }
        }
    }
}
