//! Settings: a TOML file, each value of which the environment may override.
//!
//! Everything unsafe or misspelt is refused here, before anything is opened, in one line that says where it was found,
//! what was wanted and how to get there. Nothing after this module reads the environment.

mod address;
mod catalogue;
mod draft;
mod error;
mod file;
mod key;
mod kustom;
mod limits;
mod source;
#[cfg(test)]
mod tests;

pub use address::reachable;
pub use draft::Draft;
pub use error::{ConfigError, Place, Problem};
pub use kustom::{Credentials, KustomEnvironment, KustomSettings};
pub use limits::Limits;
pub use source::Variables;

pub(crate) use address::is_this_machine;
use address::{default_public_url, public_url, socket_address};
use secrecy::SecretString;
use source::Sources;
use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing_subscriber::EnvFilter;

/// Read when no other file is named, if it is there.
pub const DEFAULT_FILE: &str = "kassa.toml";

/// Where the database and everything else of ours is kept.
pub const DATA_FOLDER: &str = "kassa-data";

/// The address that the published client's own playground uses.
const LISTEN: SocketAddr = this_machine(3300);
pub(crate) const EMULATOR_LISTEN: SocketAddr = this_machine(3301);
const DEV_ADMIN_LISTEN: SocketAddr = this_machine(3302);

/// Rapid edits become one call, and the answer to a change reaches the page before the newer event.
const SYNC_DELAY_MS: u64 = 150;

/// Longer, and a shopper looks at a wrong basket for too long.
const MAX_SYNC_DELAY_MS: u64 = 5000;

const LOG: &str = "info";

const fn this_machine(port: u16) -> SocketAddr {
    SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// What an operator chose, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    pub mode: Mode,
    pub listen: SocketAddr,
    /// Where Kustom and browsers reach us: an origin, without a trailing slash.
    pub public_url: String,
    pub database: Database,
    pub catalogue: CatalogueSource,
    /// Whether carts can be completed with a payment that moves no money.
    pub demo_payment: bool,
    pub kustom: KustomSettings,
    pub admin: AdminSettings,
    pub emulator_listen: SocketAddr,
    /// How long after a change the call to Kustom starts.
    pub sync_delay: Duration,
    pub limits: Limits,
    /// What is logged, as `tracing` writes it: `info`, `kassa=debug,info`.
    pub log: String,
}

/// What the server is run for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// On a developer's machine: https beside http, the demo shop, and trust in every page of this machine.
    Dev,
    Serve,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    Sqlite(PathBuf),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogueSource {
    Demo,
    File(PathBuf),
    /// What somebody has imported into it.
    Database,
}

/// What an import needs to know: where the data is, and how to reach the server that may have it.
#[derive(Clone, Debug)]
pub struct ImportSettings {
    pub database: Database,
    pub admin: AdminSettings,
    /// The Kustom accounts that profiles may name.
    pub accounts: BTreeSet<String>,
}

/// Admin, metrics and readiness are elsewhere than the shop, and nowhere unless asked for.
#[derive(Clone, Debug)]
pub struct AdminSettings {
    pub listen: Option<SocketAddr>,
    pub token: Option<SecretString>,
}

impl Settings {
    /// For `kassa serve`. Without a named file the default one is read if it exists.
    pub fn for_serve(file: Option<&Path>, variables: Variables) -> Result<Self, ConfigError> {
        let sources = serve_sources(file, variables)?;
        let settings = Self::shared(&sources, Mode::Serve)?;
        settings.check_admin(&sources)?;
        Ok(settings)
    }

    /// For `kassa dev`: no file, no credentials, the demo catalogue and the emulator.
    pub fn for_dev(variables: Variables) -> Result<Self, ConfigError> {
        let sources = Sources::without_file(variables);
        let mut settings = Self::shared(&sources, Mode::Dev)?;
        settings.admin.listen.get_or_insert(DEV_ADMIN_LISTEN);
        settings.check_admin(&sources)?;
        Ok(settings)
    }

    /// For commands that speak to a running server: its operators' listener, which in `dev` needs no setting.
    pub fn for_operator(file: Option<&Path>, variables: Variables) -> Result<AdminSettings, ConfigError> {
        let mut admin = admin(&serve_sources(file, variables)?)?;
        admin.listen.get_or_insert(DEV_ADMIN_LISTEN);
        Ok(admin)
    }

    /// For `kassa import`, which needs nothing that is about Kustom.
    pub fn for_import(file: Option<&Path>, variables: Variables) -> Result<ImportSettings, ConfigError> {
        let sources = serve_sources(file, variables)?;
        let mut admin = admin(&sources)?;
        admin.listen.get_or_insert(DEV_ADMIN_LISTEN);
        Ok(ImportSettings {
            database: database(&sources)?,
            admin,
            accounts: sources.file.kustom.accounts.keys().cloned().collect(),
        })
    }

    /// For `kassa emulator`, which needs no more than an address and a log.
    pub fn for_emulator(variables: Variables) -> Result<(SocketAddr, String), ConfigError> {
        let sources = Sources::without_file(variables);
        Ok((emulator_listen(&sources)?, log(&sources)?))
    }

    fn shared(sources: &Sources, mode: Mode) -> Result<Self, ConfigError> {
        let file = &sources.file;
        refuse_nats(sources)?;
        let listen = sources.or_default(key::LISTEN, &file.listen, LISTEN, socket_address)?;
        let emulator_listen = emulator_listen(sources)?;
        let (environment, catalogue) = match mode {
            Mode::Dev => (KustomEnvironment::Emulator, CatalogueSource::Demo),
            Mode::Serve => {
                let environment = kustom::environment(sources)?;
                (environment, catalogue::source(sources, environment))
            }
        };
        Ok(Self {
            mode,
            listen,
            public_url: own_url(sources, environment, listen)?,
            database: database(sources)?,
            catalogue,
            demo_payment: demo_payment(sources, mode, environment)?,
            kustom: kustom::settings(sources, environment, emulator_listen)?,
            admin: admin(sources)?,
            emulator_listen,
            sync_delay: sync_delay(sources)?,
            limits: limits::limits(sources)?,
            log: log(sources)?,
        })
    }

    /// What is listened to from outside this machine needs a token, in `dev` too.
    fn check_admin(&self, sources: &Sources) -> Result<(), ConfigError> {
        let Some(listen) = self.admin.listen else {
            return Ok(());
        };
        if is_this_machine(listen.ip()) || self.admin.token.is_some() {
            return Ok(());
        }
        Err(ConfigError {
            place: sources.place(key::ADMIN_LISTEN, &sources.file.admin.listen),
            problem: Problem::AdminWithoutToken { listen },
        })
    }
}

fn serve_sources(file: Option<&Path>, variables: Variables) -> Result<Sources, ConfigError> {
    match file {
        Some(path) => Sources::read(path, variables),
        None if Path::new(DEFAULT_FILE).exists() => Sources::read(Path::new(DEFAULT_FILE), variables),
        None => Ok(Sources::without_file(variables)),
    }
}

/// Whoever sets it expects several servers to hear of each other's changes.
fn refuse_nats(sources: &Sources) -> Result<(), ConfigError> {
    match sources.find(key::NATS_URL, &None) {
        Some(written) => written.read(|_| Err(Problem::NatsNotYet)),
        None => Ok(()),
    }
}

/// Kustom's servers must reach us, so only with the emulator can an address be guessed.
fn own_url(
    sources: &Sources,
    environment: KustomEnvironment,
    listen: SocketAddr,
) -> Result<String, ConfigError> {
    match sources.find(key::PUBLIC_URL, &sources.file.public_url) {
        Some(written) => written.read(|text| public_url(text, environment)),
        None if environment == KustomEnvironment::Emulator => Ok(default_public_url(listen)),
        None => {
            Err(key::PUBLIC_URL.missing("the https address at which Kustom and browsers reach this server"))
        }
    }
}

fn database(sources: &Sources) -> Result<Database, ConfigError> {
    let url = sources.find(key::DATABASE_URL, &sources.file.database.url);
    let default = || Database::Sqlite(Path::new(DATA_FOLDER).join("kassa.db"));
    url.map_or_else(|| Ok(default()), |written| written.read(sqlite_path))
}

fn sqlite_path(text: &str) -> Result<Database, Problem> {
    match text.split_once("://") {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Database::Sqlite(path.into())),
        Some(("postgres" | "postgresql", _)) => Err(Problem::PostgresNotYet),
        // Not echoed: the URL of a database may hold a password.
        _ => Err(Problem::NotADatabase),
    }
}

/// For shops that are being built. Where money is real, it would give goods away.
fn demo_payment(sources: &Sources, mode: Mode, environment: KustomEnvironment) -> Result<bool, ConfigError> {
    let Some((is_on, place)) = sources.switch(key::DEMO_PAYMENT, &sources.file.demo_payment)? else {
        return Ok(mode == Mode::Dev);
    };
    if is_on && environment == KustomEnvironment::Live {
        let problem = Problem::DemoPaymentWhenLive;
        return Err(ConfigError { place, problem });
    }
    Ok(is_on)
}

fn admin(sources: &Sources) -> Result<AdminSettings, ConfigError> {
    let table = &sources.file.admin;
    let listen = sources.find(key::ADMIN_LISTEN, &table.listen);
    let token = sources.secret(
        key::ADMIN_TOKEN,
        &table.token,
        key::ADMIN_TOKEN_FILE,
        &table.token_file,
    )?;
    Ok(AdminSettings {
        listen: listen.map(|written| written.read(socket_address)).transpose()?,
        token: token.map(|(token, _)| token),
    })
}

fn emulator_listen(sources: &Sources) -> Result<SocketAddr, ConfigError> {
    let listen = &sources.file.emulator.listen;
    sources.or_default(key::EMULATOR_LISTEN, listen, EMULATOR_LISTEN, socket_address)
}

fn sync_delay(sources: &Sources) -> Result<Duration, ConfigError> {
    let written = &sources.file.sync.delay_ms;
    let delay_ms = sources.number(written, SYNC_DELAY_MS, 0..=MAX_SYNC_DELAY_MS)?;
    Ok(Duration::from_millis(delay_ms))
}

fn log(sources: &Sources) -> Result<String, ConfigError> {
    sources.or_default(
        key::LOG,
        &sources.file.log,
        LOG.to_owned(),
        |text| match EnvFilter::try_new(text) {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err(Problem::NotALogFilter(text.to_owned())),
        },
    )
}
