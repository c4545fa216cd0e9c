//! Tokens in callback URLs: only Kustom, who got the URL from us, knows one.

use hmac::{Hmac, KeyInit, Mac};
use kassa_commerce::id::SessionId;
use sha2::Sha256;

/// Half of the digest is 128 bits, which nobody guesses, in a URL that stays short.
const TOKEN_BYTES: usize = 16;

/// What Kustom calls us for. A token is good for one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callback {
    Push,
    Validation,
    ShippingOption,
    Address,
    Country,
}

pub struct CallbackTokens {
    key: [u8; 32],
}

impl CallbackTokens {
    pub fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    /// Proves to whoever holds the same key that a text for this purpose was made by a holder.
    pub fn seal(&self, purpose: &str, text: &str) -> String {
        hex::encode(self.seal_of(purpose, text).finalize().into_bytes())
    }

    /// Compares in constant time.
    pub fn is_sealed(&self, purpose: &str, text: &str, seal: &str) -> bool {
        hex::decode(seal).is_ok_and(|seal| self.seal_of(purpose, text).verify_slice(&seal).is_ok())
    }

    fn seal_of(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.key).expect("any length of key will do");
        // No purpose of a callback begins so, so that no seal is ever a token.
        mac.update(b"seal:");
        mac.update(purpose.as_bytes());
        mac.update(b":");
        mac.update(text.as_bytes());
        mac
    }

    pub fn token(&self, callback: Callback, session_id: SessionId) -> String {
        hex::encode(&self.mac(callback, session_id).finalize().into_bytes()[..TOKEN_BYTES])
    }

    /// Compares in constant time.
    pub fn fits(&self, callback: Callback, session_id: SessionId, token: &str) -> bool {
        let Ok(bytes) = hex::decode(token) else {
            return false;
        };
        bytes.len() == TOKEN_BYTES
            && self
                .mac(callback, session_id)
                .verify_truncated_left(&bytes)
                .is_ok()
    }

    fn mac(&self, callback: Callback, session_id: SessionId) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.key).expect("any length of key will do");
        let purpose: &[u8] = match callback {
            Callback::Push => b"push:",
            Callback::Validation => b"validation:",
            Callback::ShippingOption => b"shipping-option:",
            Callback::Address => b"address:",
            Callback::Country => b"country:",
        };
        mac.update(purpose);
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
        let token = tokens.token(Callback::Push, session(1));
        let fits = |session_number, token: &str| tokens.fits(Callback::Push, session(session_number), token);
        assert_eq!(token.len(), 32);
        assert!(fits(1, &token));
        assert!(!fits(2, &token));
        assert!(!tokens.fits(Callback::Validation, session(1), &token));
        assert!(!CallbackTokens::new([8; 32]).fits(Callback::Push, session(1), &token));
        for forged in ["", "00", &token[..30], &format!("{token}00"), "zz"] {
            assert!(!fits(1, forged), "{forged}");
        }
    }
}
