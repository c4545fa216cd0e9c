//! Where values come from: the environment first, then the file. Each remembers its place for the error it may cause.

use super::error::{ConfigError, Place, Problem};
use super::file::{File, Number, Text};
use super::key::{self, Key};
use crate::catalogue_file::line_at;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// More than that is another file.
const MAX_PROBLEMS: usize = 50;

/// Our part of the environment as it was at start. An empty variable counts as unset: container tools cannot unset one.
#[derive(Clone, Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    pub fn of_process() -> Result<Self, ConfigError> {
        let ours = env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        ours.filter(|(name, _)| name.starts_with("KASSA_"))
            .map(|(name, value)| match value.into_string() {
                Ok(value) => Ok((name, value)),
                Err(_) => Err(ConfigError {
                    place: Place::Variable(name),
                    problem: Problem::NotUnicode,
                }),
            })
            .collect()
    }

    /// The names that nothing looks at.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let known =
            |name: &str| key::ALL.iter().any(|key| key.variable == name) || key::OTHERS.contains(&name);
        self.0.keys().map(String::as_str).filter(move |name| !known(name))
    }

    /// Every name that is looked at by the program itself.
    pub fn known() -> impl Iterator<Item = &'static str> {
        key::ALL.iter().map(|key| key.variable)
    }

    fn get(&self, name: &str) -> Option<Written> {
        let text = self.0.get(name).filter(|text| !text.is_empty())?;
        Some(Written {
            text: text.clone(),
            place: Place::Variable(name.to_owned()),
        })
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

/// A value as somebody wrote it.
pub(super) struct Written {
    pub text: String,
    pub place: Place,
}

impl Written {
    pub(super) fn read<T>(self, read: impl FnOnce(&str) -> Result<T, Problem>) -> Result<T, ConfigError> {
        read(&self.text).map_err(|problem| ConfigError {
            place: self.place,
            problem,
        })
    }
}

pub(super) struct Sources {
    path: PathBuf,
    text: String,
    pub file: File,
    variables: Variables,
}

impl Sources {
    pub(super) fn without_file(variables: Variables) -> Self {
        Self {
            path: PathBuf::new(),
            text: String::new(),
            file: File::default(),
            variables,
        }
    }

    pub(super) fn read(path: &Path, variables: Variables) -> Result<Self, ConfigError> {
        let text = read(path, Place::File(path.to_owned()))?;
        let file = toml::from_str(&text).map_err(|error| not_settings(path, &text, &error))?;
        Ok(Self {
            path: path.to_owned(),
            text,
            file,
            variables,
        })
    }

    /// Reads what can be read, and says all that cannot.
    ///
    /// The reader stops at the first thing it does not know, so that line is taken out and the rest is read again.
    pub(super) fn read_all(path: &Path, variables: Variables) -> (Self, Vec<ConfigError>) {
        let mut problems = Vec::new();
        let mut left = match read(path, Place::File(path.to_owned())) {
            Ok(text) => text,
            Err(problem) => return (Self::without_file(variables), vec![problem]),
        };
        let text = left.clone();
        loop {
            let error = match toml::from_str(&left) {
                Ok(file) => {
                    let path = path.to_owned();
                    let sources = Self {
                        path,
                        text,
                        file,
                        variables,
                    };
                    return (sources, problems);
                }
                Err(error) => error,
            };
            problems.push(not_settings(path, &left, &error));
            let offset = error.span().map_or(0, |span| span.start);
            // What is no TOML at all has no lines to take out one by one.
            if left.parse::<toml::Table>().is_err() || problems.len() >= MAX_PROBLEMS {
                return (Self::without_file(variables), problems);
            }
            left = without_line(&left, offset);
        }
    }

    pub(super) fn find(&self, key: Key, in_file: &Text) -> Option<Written> {
        let from_file = || {
            let text = in_file.as_ref()?;
            Some(Written {
                text: text.get_ref().clone(),
                place: self.place_of(text.span().start),
            })
        };
        self.variables.get(key.variable).or_else(from_file)
    }

    /// Whether no file was read.
    pub(super) fn is_empty(&self) -> bool {
        self.path.as_os_str().is_empty()
    }

    /// What the environment says, and nothing else.
    pub(super) fn variable(&self, key: Key) -> Option<String> {
        self.variables.get(key.variable).map(|written| written.text)
    }

    /// Where the file lies, or where we are if there is none.
    pub(super) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Where the value stands, or what it is called if nobody wrote it.
    pub(super) fn place(&self, key: Key, in_file: &Text) -> Place {
        let written = self.find(key, in_file);
        written.map_or(Place::Setting(key.setting), |written| written.place)
    }

    pub(super) fn or_default<T>(
        &self,
        key: Key,
        in_file: &Text,
        default: T,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<T, ConfigError> {
        let written = self.find(key, in_file);
        written.map_or(Ok(default), |written| written.read(read))
    }

    /// A text that only the file can set.
    pub(super) fn in_file<T>(
        &self,
        in_file: &Text,
        default: T,
        read: impl FnOnce(&str) -> Result<T, Problem>,
    ) -> Result<T, ConfigError> {
        self.written(in_file)
            .map_or(Ok(default), |written| written.read(read))
    }

    /// What the file says, where no variable has a say.
    pub(super) fn written(&self, in_file: &Text) -> Option<Written> {
        let text = in_file.as_ref()?;
        Some(Written {
            text: text.get_ref().clone(),
            place: self.place_of(text.span().start),
        })
    }

    /// A secret in the file, written directly or as the path of a file that holds it.
    pub(super) fn written_secret(
        &self,
        in_file: &Text,
        path_in_file: &Text,
    ) -> Result<Option<(SecretString, Place)>, ConfigError> {
        let found = match self.written(in_file) {
            Some(written) => Some(written),
            None => self.written(path_in_file).map(content).transpose()?,
        };
        Ok(found.map(|written| (SecretString::from(written.text), written.place)))
    }

    pub(super) fn number(
        &self,
        in_file: &Number,
        default: u64,
        wanted: RangeInclusive<u64>,
    ) -> Result<u64, ConfigError> {
        let Some(number) = in_file else { return Ok(default) };
        let found = *number.get_ref();
        if wanted.contains(&found) {
            return Ok(found);
        }
        Err(ConfigError {
            place: self.place_of(number.span().start),
            problem: Problem::OutOfRange { found, wanted },
        })
    }

    /// Yes or no, and where somebody said so.
    pub(super) fn switch(
        &self,
        key: Key,
        in_file: &Option<Spanned<bool>>,
    ) -> Result<Option<(bool, Place)>, ConfigError> {
        if let Some(written) = self.variables.get(key.variable) {
            let place = written.place.clone();
            let is_on =
                written.read(|text| text.parse().map_err(|_| Problem::NotASwitch(text.to_owned())))?;
            return Ok(Some((is_on, place)));
        }
        let in_file = in_file.as_ref();
        Ok(in_file.map(|is_on| (*is_on.get_ref(), self.place_of(is_on.span().start))))
    }

    /// A secret, written directly or as the path of a file that holds it. The environment wins over the file.
    pub(super) fn secret(
        &self,
        key: Key,
        in_file: &Text,
        path_key: Key,
        path_in_file: &Text,
    ) -> Result<Option<(SecretString, Place)>, ConfigError> {
        let nothing = &None;
        let found = self
            .find(key, nothing)
            .map(Ok)
            .or_else(|| self.find(path_key, nothing).map(content))
            .or_else(|| self.find(key, in_file).map(Ok))
            .or_else(|| self.find(path_key, path_in_file).map(content));
        let found = found.transpose()?;
        Ok(found.map(|written| (SecretString::from(written.text), written.place)))
    }

    fn place_of(&self, offset: usize) -> Place {
        Place::Line {
            file: self.path.clone(),
            line: line_at(self.text.as_bytes(), offset),
        }
    }
}

fn not_settings(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    ConfigError {
        place: Place::Line {
            file: path.to_owned(),
            line: line_at(text.as_bytes(), error.span().map_or(0, |span| span.start)),
        },
        problem: Problem::NotSettings {
            message: error.message().replace('\n', " "),
        },
    }
}

/// The text with the line of a byte made blank, so that every other line keeps its number. Of a table that nobody knows,
/// its lines go as well.
fn without_line(text: &str, offset: usize) -> String {
    let wrong = line_at(text.as_bytes(), offset);
    let is_header = |line: &str| line.trim_start().starts_with('[');
    let mut goes = false;
    let lines = text.lines().zip(1..).map(|(line, number)| {
        goes = match number == wrong {
            true => true,
            false => goes && !is_header(line),
        };
        let blank = goes;
        // Of a line with one setting, the next one is somebody else's.
        goes = goes && (number != wrong || is_header(line));
        if blank { "" } else { line }
    });
    let mut left = lines.collect::<Vec<_>>().join("\n");
    left.push('\n');
    left
}

/// Editors and secret stores end the line; the secret does not.
fn content(path: Written) -> Result<Written, ConfigError> {
    let text = read(Path::new(&path.text), path.place.clone())?;
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(ConfigError {
            place: path.place,
            problem: Problem::EmptySecret,
        });
    }
    Ok(Written {
        text: text.to_owned(),
        place: path.place,
    })
}

pub(super) fn read(path: &Path, place: Place) -> Result<String, ConfigError> {
    fs::read_to_string(path).map_err(|error| ConfigError {
        place,
        problem: Problem::Unreadable(error),
    })
}

pub(super) fn read_bytes(path: &Path, place: Place) -> Result<Vec<u8>, ConfigError> {
    fs::read(path).map_err(|error| ConfigError {
        place,
        problem: Problem::Unreadable(error),
    })
}
