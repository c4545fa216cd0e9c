//! `Klarna-Idempotency-Key`: a repeated order-management write gets the first answer again.
//!
//! Only the key is compared, neither the path nor the body is, and a refusal is kept as well. Source: <https://docs.kustom.co/contents/api/order-management>.
//! How long Kustom remembers a key is not documented; here the newest keys stay.

use crate::kustom::{Call, Kustom};
use crate::message::Response;
use kustom_api::IDEMPOTENCY_KEY_HEADER;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// More writes than any test run makes at once.
const CAPACITY: usize = 10_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FirstAnswers {
    answers: BTreeMap<String, Response>,
    oldest_first: VecDeque<String>,
}

/// Answers a write, or answers it as it was answered first.
pub(crate) fn once(
    kustom: &mut Kustom,
    call: &Call<'_>,
    act: impl FnOnce(&mut Kustom) -> Response,
) -> Response {
    let key = call.request.header(IDEMPOTENCY_KEY_HEADER);
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return act(kustom);
    };
    if let Some(first) = kustom.first_answers.find(key) {
        return first;
    }
    let response = act(kustom).correlated(&call.correlation_id);
    kustom.first_answers.keep(key, &response);
    response
}

impl FirstAnswers {
    fn find(&self, key: &str) -> Option<Response> {
        self.answers.get(key).cloned()
    }

    fn keep(&mut self, key: &str, answer: &Response) {
        while self.oldest_first.len() >= CAPACITY
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.answers.remove(&oldest);
        }
        self.oldest_first.push_back(key.to_owned());
        self.answers.insert(key.to_owned(), answer.clone());
    }
}
