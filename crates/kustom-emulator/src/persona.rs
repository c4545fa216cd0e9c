//! Shoppers by their e-mail address: what a test wants to happen is said where a shopper would say who she is.
//!
//! None of this is Kustom's, but its own test addresses decide outcomes the same way: the Klarna era knew
//! `checkout-se+rejected@…`. A local part may hold several of the words, as in `pending+no-push@example.com`.

use crate::decision::Decision;
use crate::purchase::Outcome;
use jiff::SignedDuration;
use kustom_api::Address;

/// When a purchase that is pending is decided for the shoppers who say how. Kustom's own reviews take up to a day.
pub(crate) const DECIDED_AFTER: SignedDuration = SignedDuration::from_hours(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persona {
    PendingAccepted,
    PendingRejected,
    Rejected,
    Pending,
    SlowValidation,
    ClosesBrowser,
    NoPush,
    TokenFails,
}

/// The word that the local part contains, and what it does. The page of the documentation shows this table, and a test
/// compares them.
#[rustfmt::skip]
pub(crate) const PERSONAS: [(Persona, &str, &str); 8] = [
    (Persona::PendingAccepted, "pending-accepted", "buys, waits for the fraud decision, and is accepted an hour later"),
    (Persona::PendingRejected, "pending-rejected", "the same, and is rejected an hour later"),
    (Persona::Rejected, "rejected", "is declined by the bank; nothing is bought"),
    (Persona::Pending, "pending", "buys, and waits for a fraud decision"),
    (Persona::SlowValidation, "slow-validation", "the answer to `validation` counts as too late: after 3 s the purchase goes on, after 10 s it fails where the answer is required; nobody really waits"),
    (Persona::ClosesBrowser, "closes-browser", "buys, and closes the window: there is no `redirect_url`, and the confirmation page is never opened"),
    (Persona::NoPush, "no-push", "buys, and no push falls due; one that is asked for is sent"),
    (Persona::TokenFails, "token-fails", "buys, and every later order by the `recurring_token` is refused with 403 `PAYMENT_METHOD_FAILED`"),
];

impl Persona {
    pub(crate) fn is(self, address: &Address) -> bool {
        let email = address.email.as_deref().unwrap_or_default().to_ascii_lowercase();
        let local_part = email.split('@').next().unwrap_or_default();
        let mut words = PERSONAS.iter().filter(|(persona, ..)| *persona == self);
        words.any(|(_, word, _)| local_part.contains(word))
    }
}

pub(crate) fn outcome(address: &Address) -> Outcome {
    if decision(address).is_some() {
        Outcome::Pending
    } else if Persona::Rejected.is(address) {
        Outcome::Rejected
    } else if Persona::Pending.is(address) {
        Outcome::Pending
    } else {
        Outcome::Approved
    }
}

/// How a purchase that is pending is decided. `None` leaves it to the rules.
pub(crate) fn decision(address: &Address) -> Option<Decision> {
    if Persona::PendingRejected.is(address) {
        Some(Decision::Rejected)
    } else if Persona::PendingAccepted.is(address) {
        Some(Decision::Accepted)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(email: &str) -> Address {
        Address {
            email: Some(email.to_owned()),
            ..Address::default()
        }
    }

    #[test]
    fn the_local_part_of_the_email_decides_the_outcome() {
        for (email, expected) in [
            ("anna@rejected.example", Outcome::Approved),
            ("Anna+Rejected@example.com", Outcome::Rejected),
            ("pending@example.com", Outcome::Pending),
            ("rejected+pending@example.com", Outcome::Rejected),
            ("pending-rejected@example.com", Outcome::Pending),
            ("pending-accepted@example.com", Outcome::Pending),
            ("no-push@example.com", Outcome::Approved),
        ] {
            assert_eq!(outcome(&address(email)), expected, "{email}");
        }
        assert_eq!(outcome(&Address::default()), Outcome::Approved);
    }

    #[test]
    fn words_can_be_put_together() {
        let shopper = address("Slow-Validation+no-push@example.com");
        assert!(Persona::SlowValidation.is(&shopper) && Persona::NoPush.is(&shopper));
        assert!(!Persona::ClosesBrowser.is(&shopper));
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let page = include_str!("../../../docs/emulator.md");
        for (_, word, meaning) in PERSONAS {
            let row = format!("| `{word}@…` | {meaning} |");
            assert!(page.contains(&row), "docs/emulator.md lacks this row: {row}");
        }
        assert_eq!(
            page.matches("@…` |").count(),
            PERSONAS.len(),
            "a row that no code knows"
        );
    }
}
