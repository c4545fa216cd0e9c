//! A question that `kassa check` puts to the public URL, and that only a server with the same database answers.
//!
//! The real routes answer it in place of what they do, so nothing happens: the answer says what arrived. The question is
//! sealed with a key that only the database knows, and is good for minutes, so a stranger learns nothing by asking.

use crate::token::CallbackTokens;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub const HEADER: &str = "x-kassa-check";

/// What a callback of Kustom's may weigh; the probe is taken at the same weight.
pub const MAX_BODY_BYTES: usize = 512 * 1024;

/// Both are read on one machine, or by machines that agree about the time.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(5);

/// What proxies write the address of their client into.
pub const FORWARDING: [&str; 8] = [
    "x-forwarded-for",
    "x-real-ip",
    "forwarded",
    "cf-connecting-ip",
    "true-client-ip",
    "fly-client-ip",
    "cloudfront-viewer-address",
    "x-envoy-external-address",
];

const QUESTION: &str = "check-question";
const ANSWER: &str = "check-answer";

/// What arrived at the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Proves that the server has the database.
    pub seal: String,
    pub method: String,
    pub path: String,
    pub query: String,
    pub body_bytes: usize,
    pub body_digest: String,
    pub content_type: String,
    /// Of [`FORWARDING`], those that were there.
    pub forwarding: Vec<String>,
}

pub fn question(keys: &CallbackTokens, nonce: &str, now: Timestamp) -> String {
    let text = format!("{nonce}.{}", now.as_second());
    format!("{text}.{}", keys.seal(QUESTION, &text))
}

/// The nonce of a question that a holder of the key asked just now.
pub fn asked(keys: &CallbackTokens, question: &str, now: Timestamp) -> Option<String> {
    let (text, seal) = question.rsplit_once('.')?;
    let (nonce, at) = text.rsplit_once('.')?;
    let at = Timestamp::from_second(at.parse().ok()?).ok()?;
    let is_new = now.duration_since(at).abs() <= GOOD_FOR;
    (is_new && keys.is_sealed(QUESTION, text, seal)).then(|| nonce.to_owned())
}

pub fn seal_of_answer(keys: &CallbackTokens, nonce: &str) -> String {
    keys.seal(ANSWER, nonce)
}

pub fn is_answer(keys: &CallbackTokens, nonce: &str, receipt: &Receipt) -> bool {
    keys.is_sealed(ANSWER, nonce, &receipt.seal)
}

pub fn digest(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_good_for_minutes_and_for_one_database() {
        let (ours, other) = (CallbackTokens::new([1; 32]), CallbackTokens::new([2; 32]));
        let now = Timestamp::UNIX_EPOCH;
        let later = |minutes| now + SignedDuration::from_mins(minutes);
        let question = question(&ours, "n", now);
        assert_eq!(asked(&ours, &question, later(5)), Some("n".to_owned()));
        assert_eq!(asked(&ours, &question, later(6)), None);
        assert_eq!(asked(&other, &question, now), None);
        assert_eq!(asked(&ours, &question.replacen('n', "m", 1), now), None);
        for nonsense in ["", ".", "..", "n.0", "n.x.00", "n.0.zz"] {
            assert_eq!(asked(&ours, nonsense, now), None, "{nonsense}");
        }
        let receipt = Receipt {
            seal: seal_of_answer(&ours, "n"),
            ..Receipt::default()
        };
        assert!(is_answer(&ours, "n", &receipt));
        assert!(!is_answer(&ours, "m", &receipt) && !is_answer(&other, "n", &receipt));
    }
}
