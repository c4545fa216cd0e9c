//! What is noted down while a file is read: problems, and names that must turn out to exist.

use super::problem::{CatalogueProblem, MAX_SHOWN, Place};
use super::value::Text;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// What has a name that others use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    TaxClass,
    Profile,
    Promotion,
    Account,
}

/// The names that exist.
pub(super) struct Known {
    pub tax_classes: BTreeSet<String>,
    pub profiles: BTreeSet<String>,
    pub accounts: BTreeSet<String>,
}

pub(super) struct Reading {
    /// In which dates begin.
    pub zone: TimeZone,
    /// Of a CSV file.
    pub columns: Vec<String>,
    problems: Vec<(Place, CatalogueProblem)>,
    more: usize,
    defined: BTreeMap<(Named, String), Place>,
    uses: Vec<(Place, Named, String)>,
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            zone: TimeZone::UTC,
            columns: Vec::new(),
            problems: Vec::new(),
            more: 0,
            defined: BTreeMap::new(),
            uses: Vec::new(),
        }
    }
}

impl Reading {
    pub(super) fn problem(&mut self, place: Place, problem: CatalogueProblem) {
        match self.problems.len() < MAX_SHOWN {
            true => self.problems.push((place, problem)),
            false => self.more += 1,
        }
    }

    pub(super) fn has_problems(&self) -> bool {
        !self.problems.is_empty()
    }

    /// In the order of the file, and how many there are beside them.
    pub(super) fn into_problems(mut self) -> (Vec<(Place, CatalogueProblem)>, usize) {
        self.problems.sort_by_key(|(place, _)| *place);
        (self.problems, self.more)
    }

    pub(super) fn define(&mut self, named: Named, name: &Text<'_>) {
        self.defined.insert((named, name.to_owned()), name.place);
    }

    pub(super) fn defined(&self, wanted: Named) -> impl Iterator<Item = &String> {
        let keys = self.defined.keys();
        keys.filter(move |(named, _)| *named == wanted)
            .map(|(_, name)| name)
    }

    /// Where something of this name is defined, whatever it is.
    pub(super) fn place_of(&self, name: &str) -> Option<Place> {
        let mut defined = self.defined.iter();
        defined
            .find(|((_, known), _)| known == name)
            .map(|(_, place)| *place)
    }

    pub(super) fn needs(&mut self, named: Named, name: &Text<'_>) -> String {
        self.uses.push((name.place, named, name.to_owned()));
        name.to_owned()
    }

    pub(super) fn check_uses(&mut self, known: &Known) {
        for (place, named, name) in std::mem::take(&mut self.uses) {
            let problem = match named {
                Named::TaxClass if !known.tax_classes.contains(&name) => {
                    CatalogueProblem::UnknownTaxClass(name)
                }
                Named::Profile if !known.profiles.contains(&name) => CatalogueProblem::UnknownProfile(name),
                Named::Account if !known.accounts.contains(&name) => CatalogueProblem::UnknownAccount(name),
                _ => continue,
            };
            self.problem(place, problem);
        }
    }
}
