//! The checkout server: everything that waits.

pub mod kustom_client;
pub mod store;
