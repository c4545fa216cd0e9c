//! Whoever is told of the calls as they are made. It can change none of them.

use hyper::{Method, Uri};
use std::fmt::Debug;

/// A call that is about to be sent. Its credentials are not among the headers.
pub struct Asked<'a> {
    pub method: &'a Method,
    pub url: &'a Uri,
    pub headers: Vec<(&'a str, &'a str)>,
    pub body: &'a [u8],
}

/// How it ended.
pub enum Told<'a> {
    Answer {
        status: u16,
        headers: Vec<(&'a str, &'a str)>,
        body: &'a [u8],
    },
    Failure {
        reason: &'a str,
    },
}

pub type OnAnswer = Box<dyn FnOnce(Told<'_>) + Send>;

pub trait Observer: Debug + Send + Sync + 'static {
    /// Must not wait. `None` if it does not want to know how the call ends.
    fn asked(&self, asked: &Asked<'_>) -> Option<OnAnswer>;
}
