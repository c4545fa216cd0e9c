//! `kassa check` as an integrator meets it: each mistake is made for real, and the program finds exactly it.

#![expect(
    clippy::unwrap_used,
    reason = "the whole binary is tests, which the lint sees only in functions marked as such"
)]

mod catalogue;
mod certificate;
mod database;
mod kustom;
mod neighbour;
mod page;
#[path = "../port/mod.rs"]
mod port;
mod public;
mod settings;
mod shop;
