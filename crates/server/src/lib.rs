//! The checkout server: everything that waits.

pub mod catalogue_file;
pub mod config;
pub mod demo;
pub mod listen;
pub mod playground;
pub mod store;
pub mod tls;
