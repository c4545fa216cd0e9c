//! One thing that happened, in the form in which it is shown.

use super::redact;
use jiff::Timestamp;
use kassa_commerce::cart::Cart;
use kassa_commerce::id::CartId;
use serde::Serialize;
use serde_json::{Value, json};

/// The three lanes of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    Browser,
    Kassa,
    Kustom,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Request,
    Answer,
    Event,
    Hash,
    State,
    Job,
}

/// An entry that has no place in a log yet. What it says of bodies, headers and addresses is redacted already.
#[derive(Clone, Debug)]
pub struct Draft {
    pub at: Timestamp,
    pub from: Party,
    pub to: Party,
    pub kind: Kind,
    pub title: String,
    pub detail: Value,
}

#[derive(Serialize)]
struct Written<'a> {
    /// In milliseconds.
    at: String,
    from: Party,
    to: Party,
    kind: Kind,
    title: &'a str,
    detail: &'a Value,
}

impl Draft {
    /// What happens inside of Kassa.
    pub fn inside(at: Timestamp, kind: Kind, title: String, detail: Value) -> Self {
        let (from, to) = (Party::Kassa, Party::Kassa);
        Self {
            at,
            from,
            to,
            kind,
            title,
            detail,
        }
    }

    pub fn state(at: Timestamp, what: &str, from: Option<&str>, to: &str) -> Self {
        let mut detail = json!({ "what": what, "to": to });
        if let Some(from) = from {
            detail["from"] = from.into();
        }
        Self::inside(at, Kind::State, format!("{what} {to}"), detail)
    }

    /// An event as it is sent to the cart's page.
    pub fn event(at: Timestamp, name: &str, cart: &Cart) -> Self {
        let mut detail = json!({ "event": name, "version": cart.version });
        if let Some(kustom) = &cart.kustom {
            detail["syncHash"] = kustom.sync_hash.as_str().into();
            if let Some(pending) = &kustom.pending_hash {
                detail["pendingHash"] = pending.as_str().into();
            }
        }
        Self {
            at,
            from: Party::Kassa,
            to: Party::Browser,
            kind: Kind::Event,
            title: format!("{name}, version {}", cart.version),
            detail,
        }
    }

    /// Everything but the numbers, as the members of a JSON object, without its opening brace. It is written here, before the
    /// lock is taken: the numbers are all that is left to do inside.
    pub(super) fn text(&self, cart_id: CartId) -> String {
        let written = Written {
            at: format!("{:.3}", self.at),
            from: self.from,
            to: self.to,
            kind: self.kind,
            title: &self.title,
            detail: &self.detail,
        };
        let text = serde_json::to_string(&written).expect("values are JSON");
        redact::cart_id(&text[1..], cart_id)
    }
}
