//! The checkout server: everything that waits.

pub mod catalogue_file;
pub mod demo;
pub mod store;
