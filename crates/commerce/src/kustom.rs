//! The conversation with Kustom, decided without having it.
//!
//! `hook` runs inside every cart mutation and says whether Kustom must hear of it. `open` and `sync` plan the calls of
//! the shopping phase and absorb their answers; `completion` turns a purchase into an order. None of them calls.

pub mod completion;
pub mod hook;
pub mod offer;
pub mod open;
pub mod state;
pub mod sync;
pub mod url;

pub use offer::{Offer, OfferLine};
pub use state::{KustomOrder, KustomOrderState, KustomState, StorefrontUrls};
