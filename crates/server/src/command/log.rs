//! Where logs go: to standard error, so that what a command prints stays clean.

use kassa::config::Variables;
use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;

/// For whom.
pub(crate) enum Reader {
    Person,
    Machine,
}

/// `filter` has been read once already, by the settings.
pub(crate) fn start(filter: &str, reader: &Reader) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(filter))
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match reader {
        Reader::Person => builder.compact().with_target(false).init(),
        Reader::Machine => builder.json().flatten_event(true).init(),
    }
}

/// A setting that nothing looks at is a setting that somebody believes in.
pub(crate) fn misspelt(variables: &Variables) {
    for name in variables.unknown() {
        tracing::warn!(name, "this variable is not a setting of Kassa");
    }
}
