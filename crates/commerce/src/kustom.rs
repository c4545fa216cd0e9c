//! The conversation with Kustom, decided without having it.
//!
//! `hook` runs inside every cart mutation and says whether Kustom must hear of it. `open` and `sync` plan the calls of
//! the shopping phase and absorb their answers; `validation` is the gate before a payment, `completion` turns a purchase
//! into an order, and `reconcile` says when to look for purchases that nobody told us of. None of them calls.

pub mod completion;
pub mod hook;
pub mod idempotency;
pub mod iframe;
pub mod offer;
pub mod open;
pub mod reconcile;
pub mod state;
pub mod sync;
pub mod url;
pub mod validation;

pub use offer::{Content, Offer, OfferLine, OfferOption};
pub use state::{Approval, KustomOrder, KustomOrderState, KustomState, StorefrontUrls};
