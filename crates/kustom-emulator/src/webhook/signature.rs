//! How a webhook is signed. The choice is ours: Kustom's own is not documented. It is the one of Standard Webhooks, for
//! which most languages have a library that checks it.
//!
//! Signed is `{id}.{time}.{body}` by HMAC-SHA256; the header has `v1,` and the signature in base64, once for each secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use sha2::Sha256;
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) const ID_HEADER: &str = "webhook-id";
const TIME_HEADER: &str = "webhook-timestamp";
const SIGNATURE_HEADER: &str = "webhook-signature";
const PREFIX: &str = "whsec_";
/// Standard Webhooks wants at least 24 bytes.
const SHORTEST_KEY: usize = 24;

pub(super) fn headers(secrets: &[String], id: &str, body: &str, now: Timestamp) -> BTreeMap<String, String> {
    let time = now.as_second().to_string();
    let signatures: Vec<String> = secrets
        .iter()
        .filter_map(|secret| key(secret))
        .map(|key| format!("v1,{}", sign(&key, &format!("{id}.{time}.{body}"))))
        .collect();
    BTreeMap::from([
        (ID_HEADER.to_owned(), id.to_owned()),
        (TIME_HEADER.to_owned(), time),
        (SIGNATURE_HEADER.to_owned(), signatures.join(" ")),
    ])
}

/// What is behind the prefix, read as base64. `None` for what is no secret.
pub(super) fn key(secret: &str) -> Option<Vec<u8>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    (key.len() >= SHORTEST_KEY).then_some(key)
}

/// A secret of 32 bytes. It guards nothing of value, so it may be guessed from the seed.
pub(super) fn secret(first: Uuid, second: Uuid) -> String {
    let bytes = [*first.as_bytes(), *second.as_bytes()].concat();
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

fn sign(key: &[u8], text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length of key will do");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in the specification and in its libraries' own tests.
    #[test]
    fn the_signature_of_the_standard_is_reproduced() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned();
        let now = Timestamp::from_second(1_614_265_330).unwrap();
        let headers = headers(
            &[secret],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            r#"{"test": 2432232314}"#,
            now,
        );
        assert_eq!(
            headers[SIGNATURE_HEADER],
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        assert_eq!(headers[TIME_HEADER], "1614265330");
    }

    #[test]
    fn two_secrets_sign_side_by_side() {
        let secrets = [secret(Uuid::nil(), Uuid::nil()), secret(Uuid::max(), Uuid::nil())];
        let both = headers(&secrets, "a", "b", Timestamp::UNIX_EPOCH);
        let alone = headers(&secrets[1..], "a", "b", Timestamp::UNIX_EPOCH);
        let (first, second) = both[SIGNATURE_HEADER].split_once(' ').unwrap();
        assert_ne!(first, second);
        assert_eq!(second, alone[SIGNATURE_HEADER]);
    }

    #[test]
    fn what_is_too_short_or_without_its_prefix_is_no_secret() {
        for text in [
            "",
            "whsec_",
            "whsec_c2hvcnQ=",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_%%%",
        ] {
            assert_eq!(key(text), None, "{text}");
        }
    }
}
