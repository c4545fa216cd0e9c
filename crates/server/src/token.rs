//! Tokens in callback URLs: only Kustom, who got the URL from us, knows one.

use hmac::{Hmac, KeyInit, Mac};
use kassa_commerce::id::SessionId;
use sha2::Sha256;

/// Half of the digest is 128 bits, which nobody guesses, in a URL that stays short.
const TOKEN_BYTES: usize = 16;

pub struct CallbackTokens {
    key: [u8; 32],
}

impl CallbackTokens {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    pub fn push(&self, session_id: SessionId) -> String {
        hex::encode(&self.mac(session_id).finalize().into_bytes()[..TOKEN_BYTES])
    }

    /// Compares in constant time.
    pub fn is_push(&self, session_id: SessionId, token: &str) -> bool {
        let Ok(bytes) = hex::decode(token) else {
            return false;
        };
        bytes.len() == TOKEN_BYTES && self.mac(session_id).verify_truncated_left(&bytes).is_ok()
    }

    fn mac(&self, session_id: SessionId) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.key).expect("any length of key will do");
        mac.update(b"push:");
        mac.update(session_id.0.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_token_fits_one_session_and_one_key() {
        let session = |number| SessionId(Uuid::from_u128(number));
        let tokens = CallbackTokens::new([7; 32]);
        let token = tokens.push(session(1));
        assert_eq!(token.len(), 32);
        assert!(tokens.is_push(session(1), &token));
        assert!(!tokens.is_push(session(2), &token));
        assert!(!CallbackTokens::new([8; 32]).is_push(session(1), &token));
        for forged in ["", "00", &token[..30], &format!("{token}00"), "zz"] {
            assert!(!tokens.is_push(session(1), forged), "{forged}");
        }
    }
}
