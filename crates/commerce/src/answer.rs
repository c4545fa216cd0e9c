//! Answers that are kept, so that a request that comes again is answered again and not done again.
//!
//! A client that has lost an answer cannot know whether its request was done. It sends the request once more under the
//! same key; the answer is kept in the change that it tells of, so there is never one without the other.

use crate::id::CartId;
use jiff::{SignedDuration, Timestamp};
use std::fmt;
use thiserror::Error;

/// A shopper who comes back the next day begins anew; no client tries for longer.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// More than a shopper does in a day. Each kept answer is a whole cart of up to 150 kB, and this bounds what one cart can
/// make the database keep.
pub const MAX_KEYS_PER_CART: u32 = 200;

/// A random UUID has 36. Shorter ones can be guessed, and whoever guesses the key of a creation is answered a cart's id.
const MIN_KEY_BYTES: usize = 16;
const MAX_KEY_BYTES: usize = 128;

/// The client's name for a request. As secret as what it is answered with.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("an idempotency key has {MIN_KEY_BYTES} to {MAX_KEY_BYTES} visible ASCII characters")]
pub struct InvalidKey;

/// Within what a key means one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyScope {
    /// There is no cart yet whose keys these could be.
    Creation,
    Cart(CartId),
}

/// A digest of all of a request but its key. Two requests with the same one are the same request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// A request that must be done at most once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyedRequest {
    pub key: IdempotencyKey,
    pub fingerprint: Fingerprint,
}

/// What was answered, to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// What is kept under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    pub fingerprint: Fingerprint,
    pub answer: Answer,
}

/// Keeps an answer. Refused when the key has one already, or its cart too many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerWrite {
    pub scope: KeyScope,
    pub request: KeyedRequest,
    pub answer: Answer,
    /// Answers that have ended by this time are nobody's.
    pub now: Timestamp,
    pub until: Timestamp,
}

impl IdempotencyKey {
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let fits = (MIN_KEY_BYTES..=MAX_KEY_BYTES).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidKey)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Changes are printed when a test fails, and a key opens what it was answered with.
impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("IdempotencyKey")
    }
}

impl KeyedRequest {
    /// What keeps this answer from `now` on.
    pub fn answered(&self, scope: KeyScope, answer: Answer, now: Timestamp) -> AnswerWrite {
        AnswerWrite {
            scope,
            request: self.clone(),
            answer,
            now,
            until: now.saturating_add(KEPT_FOR).unwrap_or(Timestamp::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::now;

    #[test]
    fn a_key_is_as_long_as_it_must_be_and_can_be_seen() {
        let uuid = "5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90";
        for good in [uuid, "!234567890abcde~", &"k".repeat(128)] {
            assert_eq!(IdempotencyKey::parse(good).unwrap().as_str(), good);
        }
        let with_space = format!("{uuid} {uuid}");
        let bad = [
            "",
            "123456789012345",
            &"k".repeat(129),
            &with_space,
            "kkkkkkkkkkkkkkkkk\u{e9}",
            "kkkkkkkkkkkkkkkk\u{7f}",
            "kkkkkkkkkkkkkkkk\t",
        ];
        for bad in bad {
            assert_eq!(IdempotencyKey::parse(bad), Err(InvalidKey), "{bad:?}");
        }
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = IdempotencyKey::parse("0123456789abcdef").unwrap();
        assert!(!format!("{key:?}").contains("0123"));
    }

    #[test]
    fn an_answer_is_kept_for_a_day_or_until_time_ends() {
        let request = KeyedRequest {
            key: IdempotencyKey::parse("0123456789abcdef").unwrap(),
            fingerprint: Fingerprint([0; 32]),
        };
        let answer = Answer {
            status: 200,
            body: Vec::new(),
        };
        let kept = request.answered(KeyScope::Creation, answer.clone(), now());
        assert_eq!(kept.until.duration_since(kept.now), KEPT_FOR);
        let kept = request.answered(KeyScope::Creation, answer, Timestamp::MAX);
        assert_eq!(kept.until, Timestamp::MAX);
    }
}
