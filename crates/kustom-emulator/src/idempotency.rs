//! `Klarna-Idempotency-Key`: a repeated order-management write gets the first answer again.
//!
//! Only the key is compared, the body is not. Source: <https://docs.kustom.co/contents/api/order-management>.
//! How long Kustom remembers a key is not documented; here the newest keys stay.

use crate::message::Response;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};

/// More writes than any test run makes at once.
const CAPACITY: usize = 10_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FirstAnswers {
    answers: BTreeMap<String, Response>,
    oldest_first: VecDeque<String>,
}

impl FirstAnswers {
    pub(crate) fn find(&self, key: &str) -> Option<Response> {
        self.answers.get(key).cloned()
    }

    pub(crate) fn keep(&mut self, key: &str, answer: &Response) {
        if self.oldest_first.len() == CAPACITY
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.answers.remove(&oldest);
        }
        self.oldest_first.push_back(key.to_owned());
        self.answers.insert(key.to_owned(), answer.clone());
    }
}
