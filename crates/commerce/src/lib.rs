//! The shop's rules.
//!
//! Carts, prices, orders, payments and the conversation with Kustom, as functions from what is to what shall be. This
//! crate waits for nothing: it has no async, no I/O, no clock and no randomness. Time, ids and Kustom's answers arrive
//! as arguments; a [`change::Change`] leaves, and the caller commits all of it or none.

pub mod address;
pub mod answer;
pub mod cart;
pub mod catalogue;
pub mod change;
pub mod command;
pub mod contact;
pub mod field;
#[cfg(test)]
mod fixture;
pub mod id;
pub mod job;
pub mod kustom;
pub mod locale;
pub mod money;
pub mod order;
pub mod payment;
pub mod planted;
pub mod pricing;
pub mod promotion;
pub mod reservation;
pub mod review;
pub mod snapshot;
