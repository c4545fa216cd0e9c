//! What Kustom sends to the merchant's server by itself: the push, and the question whether a purchase may be made.
//!
//! The push comes two minutes after the purchase, then 5, 15, 30 and 60 minutes after it, then every four hours, for
//! 48 hours in all, until the order is **acknowledged**: a 2xx alone ends nothing. Its body is empty. Source:
//! <https://docs.kustom.co/v3/checkout/additional-resources/confirm-purchase>. That the times count from the purchase
//! and not from the push before is our reading.

use crate::kustom::Kustom;
use crate::rendering;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use kustom_api::{KustomOrderId, MerchantUrls};
use serde::{Deserialize, Serialize};

/// Sooner than this a push would overtake the browser's return to the shop, which the original never does.
const SHORTEST_FIRST_PUSH: SignedDuration = SignedDuration::from_secs(3);
const LATER_PUSHES: [SignedDuration; 4] = [
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(15),
    SignedDuration::from_mins(30),
    SignedDuration::from_mins(60),
];
const PUSH_INTERVAL: SignedDuration = SignedDuration::from_hours(4);
const LAST_PUSH: SignedDuration = SignedDuration::from_hours(48);
/// Kustom's own limit for pushes is not documented; its callbacks during checkout have at most ten seconds.
const PUSH_PATIENCE: SignedDuration = SignedDuration::from_secs(10);

/// More than the pushes of one order; a page that pays in a loop must not fill the machine.
const ATTEMPT_LIMIT: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
}

impl CallbackKind {
    /// Where the merchant is asked, if at all.
    pub(crate) fn url(self, urls: &MerchantUrls) -> Option<&String> {
        match self {
            Self::Push => urls.push.as_ref(),
            Self::Validation => urls.validation.as_ref(),
            Self::ShippingOption => urls.shipping_option_update.as_ref(),
            Self::Address => urls.address_update.as_ref(),
            Self::Country => urls.country_change.as_ref(),
        }
    }
}

/// A callback to send now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueCallback {
    pub number: CallbackNumber,
    pub order_id: KustomOrderId,
    pub kind: CallbackKind,
    pub url: String,
    #[serde(with = "crate::message::body_as_text")]
    pub body: Bytes,
    pub due_at: Timestamp,
    /// How long an answer is waited for.
    pub patience: SignedDuration,
    /// Whether the next push of the order follows from this one.
    pub(crate) is_scheduled: bool,
    /// Whether the purchase fails without an approval.
    pub(crate) is_required: bool,
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

/// One callback that was sent, as the request log of the order shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub number: CallbackNumber,
    pub kind: CallbackKind,
    pub url: String,
    pub sent_at: Timestamp,
    /// `None` while the merchant has not answered.
    pub answered_at: Option<Timestamp>,
    pub answer: Option<CallbackAnswer>,
    /// Why an answer counted as none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

impl Kustom {
    /// When the next callback is due, if any is.
    pub fn next_callback_at(&self) -> Option<Timestamp> {
        self.due_pushes.first().map(|(at, _)| *at)
    }

    /// The callbacks to send now, oldest first. Each is handed out once; the next one of an order is planned when
    /// this one is answered.
    pub fn due_callbacks(&mut self, now: Timestamp) -> Vec<DueCallback> {
        std::iter::from_fn(|| self.due_callback(now)).collect()
    }

    /// The first callback to send now. Whoever sends one after the other asks anew each time: an order that is
    /// acknowledged meanwhile is not pushed any more.
    pub fn due_callback(&mut self, now: Timestamp) -> Option<DueCallback> {
        while let Some((at, id)) = self.due_pushes.first().filter(|(at, _)| *at <= now).cloned() {
            self.due_pushes.pop_first();
            if let Some(order) = self.orders.get_mut(&id) {
                order.next_push_at = None;
                return self.begin_push(&id, at, now);
            }
        }
        None
    }

    /// A push beside the schedule. `None` for an order that is not bought.
    pub fn push_now(&mut self, id: &KustomOrderId, now: Timestamp) -> Option<DueCallback> {
        self.orders.get(id)?.managed.as_ref()?;
        let callback = self.begin_push(id, now, now)?;
        let under_way = self.callbacks_under_way.get_mut(&callback.number)?;
        under_way.is_scheduled = false;
        Some(under_way.clone())
    }

    /// Records what became of a push and plans the next one.
    pub fn callback_answered(&mut self, number: CallbackNumber, answer: CallbackAnswer, now: Timestamp) {
        let Some(callback) = self.take_callback(number, CallbackKind::Push) else {
            return;
        };
        let Some(order) = self.orders.get_mut(&callback.order_id) else {
            return;
        };
        order.record_answer(number, answer, now);
        if callback.is_scheduled {
            self.plan_push(&callback.order_id, Some(callback.due_at));
        }
    }

    pub(crate) fn plan_first_push(&mut self, id: &KustomOrderId) {
        self.plan_push(id, None);
    }

    /// The callback that this answer belongs to. Each is answered once.
    pub(crate) fn take_callback(
        &mut self,
        number: CallbackNumber,
        kind: CallbackKind,
    ) -> Option<DueCallback> {
        self.callbacks_under_way
            .get(&number)
            .filter(|callback| callback.kind == kind)?;
        self.callbacks_under_way.remove(&number)
    }

    /// Asks the merchant about the order as it is now. `None` when the order names nobody to ask.
    pub(crate) fn begin_validation(&mut self, id: &KustomOrderId, now: Timestamp) -> Option<DueCallback> {
        let order = self.orders.get(id)?;
        let options = order.checkout.options.as_ref();
        let is_required = options.and_then(|options| options.require_validate_callback_success) == Some(true);
        let callback = DueCallback {
            number: self.next_number(),
            order_id: id.clone(),
            kind: CallbackKind::Validation,
            url: order.merchant_url(|urls| urls.validation.as_ref())?,
            body: rendering::json(order, &order.base_url),
            due_at: now,
            patience: if is_required {
                self.rules.required_validation_patience
            } else {
                self.rules.validation_patience
            },
            is_scheduled: false,
            is_required,
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
        let order = self.orders.get(id)?;
        let callback = DueCallback {
            number: self.next_number(),
            order_id: id.clone(),
            kind,
            url: order.merchant_url(|urls| kind.url(urls))?,
            body,
            due_at: now,
            patience: self.rules.change_patience,
            is_scheduled: false,
            is_required: true,
        };
        self.begin(callback, now)
    }

    fn begin_push(&mut self, id: &KustomOrderId, due_at: Timestamp, now: Timestamp) -> Option<DueCallback> {
        let order = self.orders.get(id)?;
        let callback = DueCallback {
            number: self.next_number(),
            order_id: id.clone(),
            kind: CallbackKind::Push,
            url: order.merchant_url(|urls| urls.push.as_ref()).unwrap_or_default(),
            body: Bytes::new(),
            due_at,
            patience: PUSH_PATIENCE,
            is_scheduled: true,
            is_required: false,
        };
        self.begin(callback, now)
    }

    fn next_number(&self) -> CallbackNumber {
        CallbackNumber(self.last_callback.0 + 1)
    }

    fn begin(&mut self, callback: DueCallback, now: Timestamp) -> Option<DueCallback> {
        let order = self.orders.get_mut(&callback.order_id)?;
        self.last_callback = callback.number;
        if order.attempts.len() == ATTEMPT_LIMIT {
            order.attempts.remove(0);
        }
        order.attempts.push(Attempt {
            number: callback.number,
            kind: callback.kind,
            url: callback.url.clone(),
            sent_at: now,
            answered_at: None,
            answer: None,
            remark: None,
        });
        self.callbacks_under_way.insert(callback.number, callback.clone());
        Some(callback)
    }

    fn plan_push(&mut self, id: &KustomOrderId, last_due: Option<Timestamp>) {
        let first = self.rules.first_push_after.max(SHORTEST_FIRST_PUSH);
        let Some(order) = self
            .orders
            .get_mut(id)
            .filter(|order| order.acknowledged_at.is_none())
        else {
            return;
        };
        let Some(completed_at) = order.checkout.completed_at else {
            return;
        };
        let next = match last_due {
            None => Some(first),
            Some(last_due) => push_after(last_due.duration_since(completed_at)),
        };
        let Some(at) = next.and_then(|next| completed_at.checked_add(next).ok()) else {
            return;
        };
        order.next_push_at = Some(at);
        self.due_pushes.insert((at, id.clone()));
    }
}

/// The first time of the schedule that is later than `elapsed`, both counted from the purchase.
fn push_after(elapsed: SignedDuration) -> Option<SignedDuration> {
    if let Some(soon) = LATER_PUSHES.into_iter().find(|later| *later > elapsed) {
        return Some(soon);
    }
    let mut next = LATER_PUSHES[LATER_PUSHES.len() - 1];
    while next <= elapsed {
        next += PUSH_INTERVAL;
    }
    (next <= LAST_PUSH).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_is_the_documented_one() {
        let mut minutes = vec![2];
        while let Some(next) = push_after(SignedDuration::from_mins(minutes[minutes.len() - 1])) {
            minutes.push(next.as_mins());
        }
        assert_eq!(minutes[..8], [2, 5, 15, 30, 60, 300, 540, 780]);
        assert_eq!(minutes.last(), Some(&(45 * 60)));
    }

    #[test]
    fn a_late_first_push_skips_what_it_is_later_than() {
        assert_eq!(
            push_after(SignedDuration::from_mins(20)),
            Some(SignedDuration::from_mins(30))
        );
        assert_eq!(push_after(SignedDuration::from_hours(48)), None);
    }
}
