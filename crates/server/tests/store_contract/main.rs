//! What every store must do, written once and run on each of them.
//!
//! A test takes a store and knows nothing of what is behind it. A new store implements [`Backend`] and adds one line
//! below the list. What only one store can do or show is tested in that store's own module.

#![expect(
    clippy::unwrap_used,
    reason = "the whole binary is tests, which the lint sees only in functions marked as such"
)]

#[macro_use]
mod contract;

mod answer;
mod cart;
mod catalogue;
mod data;
mod hold;
mod job_claim;
mod job_settle;
mod job_wish;
mod kustom_order;
mod migration;
mod purchase;
mod restart;
mod snapshot;
mod sqlite;
mod whole_change;

pub(crate) use contract::Backend;

contract!(on_sqlite, crate::sqlite::SqliteBackend);
