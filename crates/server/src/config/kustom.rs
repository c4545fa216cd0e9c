//! Which Kustom we talk to, and as whom.

use super::address::{kustom_url, reachable};
use super::error::{ConfigError, Place, Problem};
use super::key;
use super::source::Sources;
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use url::Url;

// Source of both: <https://docs.kustom.co/contents/api/api-basics>.
const LIVE_URL: &str = "https://api.kustom.co";
const PLAYGROUND_URL: &str = "https://api.playground.kustom.co";

// How Kustom's API keys begin. Credentials from Klarna's time begin otherwise and tell nothing.
const LIVE_KEY: &str = "kco_live_";
const TEST_KEY: &str = "kco_test_";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KustomEnvironment {
    Playground,
    Live,
    Emulator,
}

#[derive(Clone, Debug)]
pub struct KustomSettings {
    pub environment: KustomEnvironment,
    pub url: Url,
    /// The emulator needs none.
    pub credentials: Option<Credentials>,
    /// Of accounts beside the common one, by the name that profiles give.
    pub accounts: BTreeMap<String, Credentials>,
}

#[derive(Clone, Debug)]
pub struct Credentials {
    pub key_id: String,
    pub password: SecretString,
}

impl KustomEnvironment {
    pub fn name(self) -> &'static str {
        match self {
            Self::Playground => "playground",
            Self::Live => "live",
            Self::Emulator => "emulator",
        }
    }

    fn from_name(name: &str) -> Result<Self, Problem> {
        [Self::Playground, Self::Live, Self::Emulator]
            .into_iter()
            .find(|environment| environment.name() == name)
            .ok_or_else(|| Problem::NotAnEnvironment(name.to_owned()))
    }

    pub(crate) fn default_url(self, emulator_listen: SocketAddr) -> Url {
        let url = match self {
            Self::Playground => PLAYGROUND_URL.to_owned(),
            Self::Live => LIVE_URL.to_owned(),
            Self::Emulator => format!("http://{}", reachable(emulator_listen)),
        };
        url.parse()
            .expect("two are constants, and a socket address is a host and a port")
    }
}

pub(super) fn environment(sources: &Sources) -> Result<KustomEnvironment, ConfigError> {
    sources
        .find(key::KUSTOM_ENVIRONMENT, &sources.file.kustom.environment)
        .ok_or_else(|| key::KUSTOM_ENVIRONMENT.missing("`playground`, `live` or `emulator`"))?
        .read(KustomEnvironment::from_name)
}

pub(super) fn settings(
    sources: &Sources,
    environment: KustomEnvironment,
    emulator_listen: SocketAddr,
) -> Result<KustomSettings, ConfigError> {
    Ok(KustomSettings {
        environment,
        url: url(sources, environment, emulator_listen)?,
        credentials: credentials(sources, environment)?,
        accounts: accounts(sources, environment)?,
    })
}

pub(super) fn url(
    sources: &Sources,
    environment: KustomEnvironment,
    emulator_listen: SocketAddr,
) -> Result<Url, ConfigError> {
    let default_url = environment.default_url(emulator_listen);
    sources.or_default(key::KUSTOM_URL, &sources.file.kustom.url, default_url, kustom_url)
}

pub(super) fn credentials(
    sources: &Sources,
    environment: KustomEnvironment,
) -> Result<Option<Credentials>, ConfigError> {
    let table = &sources.file.kustom;
    let key_id = sources.find(key::KUSTOM_KEY_ID, &table.key_id);
    let password = sources.secret(
        key::KUSTOM_PASSWORD,
        &table.password,
        key::KUSTOM_PASSWORD_FILE,
        &table.password_file,
    )?;
    match (key_id, password) {
        (Some(key_id), Some((password, place))) => {
            check_key(&key_id.text, &key_id.place, environment)?;
            check_key(password.expose_secret(), &place, environment)?;
            let key_id = key_id.text;
            Ok(Some(Credentials { key_id, password }))
        }
        (None, None) if environment == KustomEnvironment::Emulator => Ok(None),
        (None, _) => Err(key::KUSTOM_KEY_ID.missing("the user name of a Kustom API key")),
        (_, None) => Err(key::KUSTOM_PASSWORD.missing("a Kustom API key")),
    }
}

/// They come from the file alone; a variable for each would need the account's name in its own.
fn accounts(
    sources: &Sources,
    environment: KustomEnvironment,
) -> Result<BTreeMap<String, Credentials>, ConfigError> {
    let names = sources.file.kustom.accounts.keys();
    names
        .map(|name| Ok((name.clone(), account(sources, name, environment)?)))
        .collect()
}

pub(super) fn account(
    sources: &Sources,
    name: &str,
    environment: KustomEnvironment,
) -> Result<Credentials, ConfigError> {
    let table = sources.file.kustom.accounts.get(name);
    let table = table.ok_or_else(|| missing(name, "key_id"))?;
    let key_id = sources
        .written(&table.key_id)
        .ok_or_else(|| missing(name, "key_id"))?;
    let (password, place) = sources
        .written_secret(&table.password, &table.password_file)?
        .ok_or_else(|| missing(name, "password"))?;
    check_key(&key_id.text, &key_id.place, environment)?;
    check_key(password.expose_secret(), &place, environment)?;
    let key_id = key_id.text;
    Ok(Credentials { key_id, password })
}

fn missing(account: &str, member: &'static str) -> ConfigError {
    ConfigError {
        place: Place::Setting("kustom.accounts"),
        problem: Problem::IncompleteAccount {
            account: account.to_owned(),
            member,
        },
    }
}

/// A live key outside of live takes real money in a test; a test key in live gives goods away.
fn check_key(key: &str, place: &Place, environment: KustomEnvironment) -> Result<(), ConfigError> {
    let is_live = environment == KustomEnvironment::Live;
    let (found, wanted) = if key.starts_with(TEST_KEY) && is_live {
        ("test", "live")
    } else if key.starts_with(LIVE_KEY) && !is_live {
        ("live", "test")
    } else {
        return Ok(());
    };
    Err(ConfigError {
        place: place.clone(),
        problem: Problem::WrongKey {
            found,
            wanted,
            environment: environment.name(),
        },
    })
}
