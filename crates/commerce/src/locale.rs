//! Follows
