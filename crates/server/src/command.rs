//! What can be typed after `kassa`, and how each ends.

mod check;
mod data;
mod dev;
mod emulator;
mod import;
mod log;
mod operator;
mod review;
mod serve;
mod signal;
mod start;

use clap::Subcommand;
use kassa::config::ConfigError;
use kassa::kustom_client::ClientError;
use kassa::listen::BindError;
use kassa::store::StoreError;
use kassa::store::sqlite::OpenError;
use kassa::tls::TlsError;
use std::io;
use std::path::PathBuf;
use thiserror::Error;
use tokio::runtime::Runtime;

/// From sysexits.h: EX_TEMPFAIL and EX_CONFIG. Operators' scripts tell by them whether trying again can help.
const DATABASE_IN_USE: u8 = 75;
const BAD_SETTING: u8 = 78;
const OTHER: u8 = 1;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run server, emulator and demo shop on this machine, without any account.
    Dev {
        /// Begin with empty data.
        #[arg(long)]
        fresh: bool,
    },
    /// Run the server.
    Serve {
        /// The settings. ./kassa.toml is read if it is there and no other is named.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Look at settings, database, catalogue, Kustom and the way in from outside, and say what is wrong. Changes nothing.
    Check(check::Arguments),
    /// Run the stand-in for Kustom alone.
    Emulator(emulator::Arguments),
    /// Bring in products, prices, profiles, tax and promotions from TOML, JSON or CSV: all of it or nothing.
    Import(import::Arguments),
    /// See and decide what a person must look at: purchases that were paid and cannot be placed.
    Review {
        /// The settings of the server, for the address of its operators' listener and the token.
        #[arg(long, value_name = "FILE", global = true)]
        config: Option<PathBuf>,
        #[command(subcommand)]
        action: review::Action,
    },
}

/// Why a command ended.
#[derive(Debug, Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Only the first of them is here. Whoever sets a server up wants to hear of all.
    #[error("{0} (`kassa check` lists everything that is wrong)")]
    Refused(ConfigError),
    #[error("another process has the database {}; stop it first", path.display())]
    DatabaseInUse { path: PathBuf },
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("cannot open the database {}", path.display())]
    Open { path: PathBuf, source: OpenError },
    #[error("cannot read the database")]
    Store(#[from] StoreError),
    #[error("cannot talk to Kustom")]
    Kustom(#[from] ClientError),
    #[error("cannot use {}", path.display())]
    Data { path: PathBuf, source: io::Error },
    #[error(
        "database.url: the folder {} cannot be used; create it, or set `database.url` in the file, or \
         KASSA_DATABASE_URL", path.display()
    )]
    DatabaseFolder { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Call(#[from] operator::CallError),
    #[error(transparent)]
    Import(#[from] import::ImportFailure),
    #[error(transparent)]
    Rule(#[from] kustom_emulator::RuleError),
    // Not echoed: it may hold a password.
    #[error("--public-url: it is an http or https address without user, query and fragment")]
    EmulatorPublicUrl,
    #[error("something has to be corrected before going live; docs/going-live.md says more about each")]
    CheckFoundProblems,
    #[error("the operating system refused what the program needs")]
    System(#[from] io::Error),
}

impl Command {
    pub(crate) fn run(self) -> Result<(), StartError> {
        let runtime = Runtime::new()?;
        match self {
            Self::Dev { fresh } => runtime.block_on(dev::run(data::Keep::unless(fresh))),
            Self::Serve { config } => runtime
                .block_on(serve::run(config.as_deref()))
                .map_err(StartError::of_serve),
            Self::Check(arguments) => runtime.block_on(check::run(arguments)),
            Self::Emulator(arguments) => runtime.block_on(emulator::run(&arguments)),
            Self::Import(arguments) => runtime.block_on(import::run(&arguments)),
            Self::Review { config, action } => runtime.block_on(review::run(config.as_deref(), action)),
        }
    }
}

impl StartError {
    fn of_serve(self) -> Self {
        match self {
            Self::Config(error) => Self::Refused(error),
            error => error,
        }
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Refused(_) => BAD_SETTING,
            Self::DatabaseInUse { .. } | Self::Import(import::ImportFailure::NoServer { .. }) => {
                DATABASE_IN_USE
            }
            Self::Rule(_) | Self::EmulatorPublicUrl | Self::Kustom(_) | Self::DatabaseFolder { .. } => {
                BAD_SETTING
            }
            Self::Bind(_)
            | Self::Tls(_)
            | Self::Open { .. }
            | Self::Store(_)
            | Self::Data { .. }
            | Self::Call(_)
            | Self::Import(_)
            | Self::CheckFoundProblems
            | Self::System(_) => OTHER,
        }
    }
}
