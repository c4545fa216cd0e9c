//! The catalogue that a start imports, whose faults are refused like those of a setting.

use super::error::{ConfigError, Place, Problem};
use super::source::{Sources, read_bytes};
use super::{CatalogueSource, KustomEnvironment, Settings, key};
use crate::catalogue_file::{CatalogueProblem, FileProblem, FileProblems, Format};
use crate::demo;
use crate::import::Import;
use kassa_commerce::catalogue::{Profile, Rest};
use std::collections::BTreeSet;

/// Relative to the file that names it, because that is where whoever writes it looks; in the environment, to where we
/// are. Nobody pays at the emulator: there the demo shop will do.
pub(super) fn source(sources: &Sources, environment: KustomEnvironment) -> CatalogueSource {
    if let Some(path) = sources.variable(key::CATALOGUE) {
        return CatalogueSource::File(path.into());
    }
    match (&sources.file.catalogue, environment) {
        (Some(path), _) => CatalogueSource::File(sources.folder().join(path.get_ref())),
        (None, KustomEnvironment::Emulator) => CatalogueSource::Demo,
        (None, _) => CatalogueSource::Database,
    }
}

impl Settings {
    /// What a start imports, unless the last one has imported the same. `None` where the database has the only truth.
    ///
    /// The file is all of the shop: what it no longer names is removed.
    pub fn start_file(&self) -> Result<Option<Import>, ConfigError> {
        let (format, bytes) = match &self.catalogue {
            CatalogueSource::Database => return Ok(None),
            CatalogueSource::Demo => (Format::Toml, demo::CATALOGUE.as_bytes().to_vec()),
            CatalogueSource::File(path) => (
                Format::of_path(path).unwrap_or(Format::Toml),
                read_bytes(path, Place::File(path.clone()))?,
            ),
        };
        let import = Import::of_one(format, bytes, Rest::Removed);
        Ok(Some(Import {
            start_file: Some(import.digest()),
            ..import
        }))
    }

    /// The first of the faults, because a program that does not start says so in one line.
    pub fn refuse_catalogue(&self, problems: FileProblems) -> ConfigError {
        let first = problems.shown.into_iter().next();
        let (line, problem) = match first {
            Some(FileProblem { line, problem, .. }) => (line, problem),
            None => (None, CatalogueProblem::Shape("it cannot be read".to_owned())),
        };
        let place = match (&self.catalogue, line) {
            (CatalogueSource::File(file), Some(line)) => Place::Line {
                file: file.clone(),
                line,
            },
            (CatalogueSource::File(file), None) => Place::File(file.clone()),
            _ => Place::Setting(key::CATALOGUE.setting),
        };
        ConfigError {
            place,
            problem: Problem::Catalogue(problem),
        }
    }

    /// A server without a profile could not answer a single request.
    pub fn check_shop<'a>(&self, profiles: impl IntoIterator<Item = &'a Profile>) -> Result<(), ConfigError> {
        let mut profiles = profiles.into_iter().peekable();
        if profiles.peek().is_none() {
            return Err(ConfigError {
                place: Place::Setting(key::CATALOGUE.setting),
                problem: Problem::NoShop,
            });
        }
        for profile in profiles {
            let Some(account) = &profile.kustom_account else {
                continue;
            };
            if !self.kustom.accounts.contains_key(account) {
                return Err(ConfigError {
                    place: Place::Setting("kustom.accounts"),
                    problem: Problem::UnknownAccount {
                        profile: profile.key.clone(),
                        account: account.clone(),
                    },
                });
            }
        }
        Ok(())
    }

    /// The Kustom accounts that profiles may name.
    pub fn accounts(&self) -> BTreeSet<String> {
        self.kustom.accounts.keys().cloned().collect()
    }
}
