//! The push: Kustom's word that an order is bought.
//!
//! It comes two minutes after the purchase, then 5, 15, 30 and 60 minutes after it, then every four hours, for 48 hours
//! in all, until the order is **acknowledged**: a 2xx alone ends nothing. Its body is empty. Source:
//! <https://docs.kustom.co/v3/checkout/additional-resources/confirm-purchase>. That the times count from the purchase
//! and not from the push before is our reading.

use crate::callback::{CallbackKind, DueCallback, JSON};
use crate::kustom::Kustom;
use jiff::{SignedDuration, Timestamp};
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;

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

const FORM: &str = "application/x-www-form-urlencoded";

/// How a push looks that is asked for. Only the first is documented; shops report the others, and a receiver that takes
/// all of them loses no order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushShape {
    /// The merchant's address as it is, without a body.
    #[default]
    Empty,
    /// The body is `{}`.
    Braces,
    /// The id in a body of JSON, as `order_id`.
    Json,
    /// The id in a form, as `order_id`.
    Form,
    /// The id as the last part of the path and nowhere else.
    IdInPath,
    /// The id added to the query, as `order_id`.
    IdInQuery,
}

impl PushShape {
    fn applied(self, callback: DueCallback) -> DueCallback {
        let id = callback.order_id.0.clone();
        match self {
            Self::Empty => callback,
            Self::Braces => with_body(callback, "{}".to_owned(), JSON),
            Self::Json => with_body(callback, json!({ "order_id": id }).to_string(), JSON),
            Self::Form => with_body(callback, format!("order_id={id}"), FORM),
            Self::IdInPath => with_url(callback, |url| move_id_to_path(url, &id)),
            Self::IdInQuery => with_url(callback, |url| {
                url.query_pairs_mut().append_pair("order_id", &id);
            }),
        }
    }
}

impl Kustom {
    /// A push beside the schedule. `None` for an order that is not bought.
    pub fn push_now(&mut self, id: &KustomOrderId, now: Timestamp) -> Option<DueCallback> {
        self.push_as(id, PushShape::Empty, now)
    }

    /// The same in another shape.
    pub fn push_as(&mut self, id: &KustomOrderId, shape: PushShape, now: Timestamp) -> Option<DueCallback> {
        self.orders.get(id)?.managed.as_ref()?;
        let callback = shape.applied(self.push(id, now)?);
        self.begin(callback, now)
    }

    /// The push that is due at this time. `None` when there is none, or nobody to push to.
    pub(crate) fn due_push(&mut self, at: Timestamp, now: Timestamp) -> Option<DueCallback> {
        let (due_at, id) = self.due_pushes.pop_first()?;
        debug_assert!(due_at <= at, "the caller has looked");
        self.orders.get_mut(&id)?.next_push_at = None;
        let callback = DueCallback {
            due_at,
            is_scheduled: true,
            ..self.push(&id, now)?
        };
        self.begin(callback, now)
    }

    fn push(&self, id: &KustomOrderId, now: Timestamp) -> Option<DueCallback> {
        let order = self.orders.get(id)?;
        let url = order.merchant_url(|urls| urls.push.as_ref()).unwrap_or_default();
        Some(self.news(id, CallbackKind::Push, url, bytes::Bytes::new(), now))
    }

    pub(crate) fn plan_first_push(&mut self, id: &KustomOrderId) {
        self.plan_push(id, None);
    }

    pub(crate) fn plan_push(&mut self, id: &KustomOrderId, last_due: Option<Timestamp>) {
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

fn with_body(callback: DueCallback, body: String, media_type: &str) -> DueCallback {
    let mut headers = callback.headers.clone();
    headers.insert("content-type".to_owned(), media_type.to_owned());
    DueCallback {
        headers,
        body: body.into(),
        ..callback
    }
}

/// An address that cannot be read is left as it is.
fn with_url(callback: DueCallback, change: impl FnOnce(&mut Url)) -> DueCallback {
    let Ok(mut url) = Url::parse(&callback.url) else {
        return callback;
    };
    change(&mut url);
    DueCallback {
        url: url.into(),
        ..callback
    }
}

fn move_id_to_path(url: &mut Url, id: &str) {
    let others: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(_, value)| value != id)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    if !others.is_empty() {
        url.query_pairs_mut().extend_pairs(others);
    }
    let is_there = url.path().split('/').any(|part| part == id);
    if !is_there && let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(id);
    }
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
