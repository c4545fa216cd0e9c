//! Why the program does not start, in one line.

use super::key::Key;
use crate::catalogue_file::CatalogueProblem;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use thiserror::Error;

/// Where something was found, what was wanted instead, and what to do.
#[derive(Debug, Error)]
#[error("{place}: {problem}")]
pub struct ConfigError {
    pub place: Place,
    /// Not a source: the line is complete without asking for causes.
    pub problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Counted from one.
    Line {
        file: PathBuf,
        line: usize,
    },
    File(PathBuf),
    Variable(String),
    /// Nobody wrote it, so it is named as the file would.
    Setting(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file, line } => write!(formatter, "{}:{line}", file.display()),
            Self::File(file) => write!(formatter, "{}", file.display()),
            Self::Variable(name) => formatter.write_str(name),
            Self::Setting(name) => formatter.write_str(name),
        }
    }
}

#[derive(Debug, Error)]
pub enum Problem {
    #[error("found nothing, wanted {wanted}; set `{setting}` in the file, or {variable}")]
    Missing {
        setting: &'static str,
        variable: &'static str,
        wanted: &'static str,
    },
    #[error("found {0}; wanted a readable file; correct the path or its permissions")]
    Unreadable(io::Error),
    #[error(
        "found {message}; wanted only settings that exist, with their types; correct the line or remove it"
    )]
    NotSettings { message: String },
    #[error("found text that is not UTF-8, wanted UTF-8; correct the variable")]
    NotUnicode,
    #[error("found an empty secret, wanted one line of text; write the secret into the file")]
    EmptySecret,
    #[error("found `{0}`, wanted an address such as `127.0.0.1:3300`; write an IP address and a port")]
    NotAnAddress(String),
    #[error(
        "found `{0}`, wanted an address such as `https://checkout.shop.example`; leave out path and query"
    )]
    NotAnOrigin(String),
    #[error(
        "found `{0}`, wanted the base of Kustom's API such as `https://api.kustom.co`; correct it or remove it"
    )]
    NotABaseUrl(String),
    #[error("found `{found}`, wanted https, because {because}; write `https://`")]
    NotHttps { found: String, because: &'static str },
    #[error("found a URL of another kind, wanted `sqlite://path/to/kassa.db`; correct it or remove it")]
    NotADatabase,
    #[error(
        "found a PostgreSQL URL, wanted `sqlite://path`, because this version keeps its data in SQLite only; change it"
    )]
    PostgresNotYet,
    #[error("found a NATS URL, wanted none, because this version is a single server; unset it")]
    NatsNotYet,
    #[error("found `{0}`, wanted `playground`, `live` or `emulator`; write one of them")]
    NotAnEnvironment(String),
    #[error(
        "found a {found} key, wanted a {wanted} key for the environment `{environment}`; change the key or the environment"
    )]
    WrongKey {
        found: &'static str,
        wanted: &'static str,
        environment: &'static str,
    },
    #[error("the account `{account}` has no `{member}`; set it, or remove the account")]
    IncompleteAccount { account: String, member: &'static str },
    #[error(
        "profile `{profile}` is paid into the account `{account}`, which is not in `kustom.accounts`; add it"
    )]
    UnknownAccount { profile: String, account: String },
    #[error(
        "found {listen}, which others can reach, without a token; wanted `admin.token`; set it, or listen on 127.0.0.1"
    )]
    AdminWithoutToken { listen: SocketAddr },
    #[error("found `{0}`, wanted a log filter such as `info` or `kassa=debug,info`; correct it or remove it")]
    NotALogFilter(String),
    #[error(
        "found `{0}`, wanted where a client's address is read, such as `ConnectInfo` or `RightmostXForwardedFor`; \
         write one of them"
    )]
    NotAClientAddress(String),
    #[error("found `{0}`, wanted `true` or `false`; write one of them")]
    NotASwitch(String),
    #[error(
        "found `true`, wanted `false`, because in the environment `live` nobody gets goods for a payment that moves no money; \
         remove it"
    )]
    DemoPaymentWhenLive,
    #[error("found {found}, wanted a number from {} to {}; correct it or remove it", wanted.start(), wanted.end())]
    OutOfRange { found: u64, wanted: RangeInclusive<u64> },
    #[error(
        "found nothing, and the database has no shop; wanted a catalogue; import one with `kassa import FILE`, or set \
         `catalogue` in the file, or KASSA_CATALOGUE"
    )]
    NoShop,
    #[error("{0}; correct the catalogue")]
    Catalogue(CatalogueProblem),
}

impl Key {
    pub(super) fn missing(&self, wanted: &'static str) -> ConfigError {
        ConfigError {
            place: Place::Setting(self.setting),
            problem: Problem::Missing {
                setting: self.setting,
                variable: self.variable,
                wanted,
            },
        }
    }
}
