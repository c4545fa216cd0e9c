//! The program itself on a storage in trouble: a disk that is really full, and a writer that really cannot keep up.
//!
//! The store's own tests show the same with a file that may not grow, in one process. Here nothing stands in for
//! anything: another program fills the disk or holds the file, and the answers come over sockets.

#![cfg(target_os = "linux")]
#![expect(
    clippy::unwrap_used,
    reason = "the whole binary is tests, which the lint sees only in functions marked as such"
)]

mod full_disk;
mod overload;
mod server;
