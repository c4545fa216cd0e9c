//! The checkout server: everything that waits.

pub mod admin;
pub mod app;
pub mod bus;
pub mod catalogue_file;
pub mod checkout;
pub mod clock;
pub mod completion;
pub mod config;
pub mod crash;
pub mod demo;
pub mod demo_payment;
pub mod dev;
pub mod http;
pub mod iframe;
pub mod import;
pub mod job;
pub mod kustom;
pub mod kustom_client;
pub mod listen;
pub mod once;
pub mod order;
pub mod pace;
#[cfg(feature = "planted-bugs")]
mod planted;
pub mod playground;
pub mod push;
pub mod rate_limit;
pub mod review;
pub mod shelf;
pub mod single_flight;
pub mod store;
pub mod tls;
pub mod token;
pub mod turns;
pub mod validation;
