//! Keys by which Kustom recognises a message that it has been sent before.

use crate::job::JobKey;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// Kustom remembers a key for a day or so; nobody says for how long exactly.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(23);

/// The idempotency key of a write about a Kustom order: the same intent has the same key, so a repeated call after a lost
/// answer is recognised. `since` is fixed for the intent, and every [`KEY_LIFETIME`] after it the key changes.
pub fn idempotency_key(job: &JobKey, since: Timestamp, now: Timestamp) -> Uuid {
    /// Our own namespace, made once at random.
    const NAMESPACE: Uuid = Uuid::from_u128(0x7f3c_1d52_9a0e_4b7e_8a54_21c6_0d9b_3e11);
    let age = now.duration_since(since).as_secs().max(0) / KEY_LIFETIME.as_secs();
    let intent = match age {
        0 => format!("{}:{}", job.kind(), job.subject()),
        age => format!("{}:{}:{age}", job.kind(), job.subject()),
    };
    Uuid::new_v5(&NAMESPACE, intent.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{kustom_id, now, seconds_later};

    #[test]
    fn the_same_intent_has_the_same_key_for_most_of_a_day() {
        let key = |job: &JobKey, seconds| idempotency_key(job, now(), seconds_later(seconds));
        let acknowledge = JobKey::Acknowledge(kustom_id("k1"));
        let day = 23 * 3600;
        assert_eq!(key(&acknowledge, 0), key(&acknowledge, day - 1));
        assert_ne!(key(&acknowledge, 0), key(&acknowledge, day));
        // Stored nowhere: a key that changed with a release would repeat a write that was answered to nobody.
        assert_eq!(
            key(&acknowledge, 0).to_string(),
            "1490987e-f915-510f-9e3e-00c80e4b924c"
        );
        // A clock that was set back makes no new intent.
        assert_eq!(key(&acknowledge, 0), key(&acknowledge, -5));
        assert_ne!(key(&acknowledge, 0), key(&JobKey::Cancel(kustom_id("k1")), 0));
        assert_ne!(
            key(&acknowledge, 0),
            key(&JobKey::Acknowledge(kustom_id("k2")), 0)
        );
    }
}
