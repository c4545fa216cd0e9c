//! The public API against real parts: a database file, the emulator over a socket, and a clock of our own.

#![expect(
    clippy::unwrap_used,
    reason = "the whole binary is tests, which the lint sees only in functions marked as such"
)]

mod admin;
mod answer;
mod bad_input;
mod carts;
mod catalogue;
mod checkout;
mod clock;
mod completion;
mod cors;
mod coupons;
mod events;
mod failing_store;
mod fault_table;
mod faults;
mod idempotency;
mod kustom_faults;
mod limits;
mod lookup;
mod openapi;
mod orders;
mod parts;
mod purchase;
mod reconcile;
mod review;
mod shop;
mod stock;
mod storage;
mod timeline;
mod trouble;
mod validation;
