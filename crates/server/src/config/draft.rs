//! Settings as far as they can be read, with everything that is wrong with them.
//!
//! `serve` stops at the first mistake, because it must not start with one. Somebody who sets a server up would rather hear
//! of all of them.

use super::error::{ConfigError, Problem};
use super::file::Text;
use super::source::{Sources, Variables};
use super::{
    AdminSettings, CatalogueSource, Credentials, DEFAULT_FILE, Database, EMULATOR_LISTEN, KustomEnvironment,
    LISTEN, Limits, Mode, Place, Settings, is_this_machine, key, kustom, limits,
};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use url::Url;

/// What could be read. Whatever is missing here has its line among the problems.
#[derive(Debug, Default)]
pub struct Draft {
    pub problems: Vec<ConfigError>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Files that hold a secret, with the settings that do.
    pub secret_files: Vec<(PathBuf, &'static str)>,
    pub environment: Option<KustomEnvironment>,
    pub listen: Option<SocketAddr>,
    pub public_url: Option<String>,
    pub database: Option<Database>,
    pub catalogue: Option<CatalogueSource>,
    pub kustom_url: Option<Url>,
    /// Whether the URL is the environment's own.
    pub kustom_url_is_default: bool,
    pub credentials: Option<Credentials>,
    pub accounts: BTreeMap<String, Credentials>,
    pub admin: Option<AdminSettings>,
    pub limits: Option<Limits>,
}

impl Settings {
    /// For `kassa check`: as `for_serve`, but everything that is wrong at once.
    pub fn for_check(file: Option<&Path>, variables: Variables) -> Draft {
        let file = file
            .map(Path::to_owned)
            .or_else(|| Some(DEFAULT_FILE.into()).filter(|file: &PathBuf| file.exists()));
        let (sources, problems) = match &file {
            Some(file) => Sources::read_all(file, variables),
            None => (Sources::without_file(variables), Vec::new()),
        };
        // Without the file, everything in it would be called missing as well.
        let is_unreadable = file.is_some() && sources.is_empty();
        let draft = Draft {
            problems,
            file,
            ..Draft::default()
        };
        if is_unreadable {
            draft
        } else {
            draft.read(&sources)
        }
    }
}

impl Draft {
    fn read(mut self, sources: &Sources) -> Self {
        let table = &sources.file;
        let nats = super::refuse_nats(sources);
        self.keep(nats);
        self.listen =
            self.keep(sources.or_default(key::LISTEN, &table.listen, LISTEN, super::socket_address));
        let emulator_listen = self
            .keep(super::emulator_listen(sources))
            .unwrap_or(EMULATOR_LISTEN);
        self.database = self.keep(super::database(sources));
        self.limits = self.keep(limits::limits(sources));
        self.keep(super::sync_delay(sources));
        self.keep(super::log(sources));
        self.read_admin(sources);
        self.secret_files = secret_files(sources);
        self.environment = self.keep(kustom::environment(sources));
        let Some(environment) = self.environment else {
            return self;
        };
        self.catalogue = Some(super::catalogue::source(sources, environment));
        self.keep(super::demo_payment(sources, Mode::Serve, environment));
        if let Some(listen) = self.listen {
            self.public_url = self.keep(super::own_url(sources, environment, listen));
        }
        self.kustom_url_is_default = sources.find(key::KUSTOM_URL, &table.kustom.url).is_none();
        self.kustom_url = self.keep(kustom::url(sources, environment, emulator_listen));
        self.credentials = self.keep(kustom::credentials(sources, environment)).flatten();
        for name in table.kustom.accounts.keys() {
            if let Some(account) = self.keep(kustom::account(sources, name, environment)) {
                self.accounts.insert(name.clone(), account);
            }
        }
        self
    }

    fn read_admin(&mut self, sources: &Sources) {
        self.admin = self.keep(super::admin(sources));
        let Some(AdminSettings {
            listen: Some(listen),
            token: None,
        }) = &self.admin
        else {
            return;
        };
        if !is_this_machine(listen.ip()) {
            let place = sources.place(key::ADMIN_LISTEN, &sources.file.admin.listen);
            let problem = Problem::AdminWithoutToken { listen: *listen };
            self.problems.push(ConfigError { place, problem });
        }
    }

    fn keep<T>(&mut self, read: Result<T, ConfigError>) -> Option<T> {
        read.map_err(|problem| self.problems.push(problem)).ok()
    }
}

/// Where secrets lie, with the setting of each.
fn secret_files(sources: &Sources) -> Vec<(PathBuf, &'static str)> {
    let file = &sources.file;
    let mut found = Vec::new();
    let direct = [
        (&file.kustom.password, "kustom.password"),
        (&file.admin.token, "admin.token"),
    ];
    let direct = direct.into_iter().chain(
        file.kustom
            .accounts
            .values()
            .map(|table| (&table.password, "kustom.accounts")),
    );
    found.extend(direct.filter_map(|(text, setting)| in_the_file(sources, text).map(|path| (path, setting))));
    let named = [
        (
            sources.find(key::KUSTOM_PASSWORD_FILE, &file.kustom.password_file),
            "kustom.password_file",
        ),
        (
            sources.find(key::ADMIN_TOKEN_FILE, &file.admin.token_file),
            "admin.token_file",
        ),
    ];
    let of_accounts = file.kustom.accounts.values();
    let of_accounts = of_accounts.map(|table| (sources.written(&table.password_file), "kustom.accounts"));
    let named = named.into_iter().chain(of_accounts);
    found.extend(named.filter_map(|(written, setting)| Some((PathBuf::from(written?.text), setting))));
    found
}

fn in_the_file(sources: &Sources, text: &Text) -> Option<PathBuf> {
    match sources.written(text)?.place {
        Place::Line { file, .. } => Some(file),
        _ => None,
    }
}
