//! The checkout server: everything that waits.

pub mod store;
