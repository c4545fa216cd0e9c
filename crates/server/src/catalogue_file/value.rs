//! Texts that mean something: names, amounts, currencies, countries.

use super::decimal::{amount_minor, basis_points};
use super::node::{Member, Node};
use super::problem::{CatalogueProblem, Place};
use super::reading::Reading;
use crate::shelf::MAX_NUMBER_CHARS;
use kassa_commerce::address::CountryCode;
use kassa_commerce::money::{Currency, Money, Share, TaxRate};
use std::borrow::Cow;
use url::Url;

/// Kustom shows 255 characters of a name. What is longer than this was not meant for shoppers.
const MAX_TEXT_CHARS: usize = 2000;

/// A text and where it stands.
#[derive(Clone)]
pub(super) struct Text<'t> {
    pub place: Place,
    pub text: Cow<'t, str>,
}

impl Text<'_> {
    pub(super) fn to_owned(&self) -> String {
        self.text.clone().into_owned()
    }

    /// A text for people.
    pub(super) fn prose(&self, reading: &mut Reading) -> Option<String> {
        if self.text.chars().count() > MAX_TEXT_CHARS {
            return self.refused(CatalogueProblem::TooLong(MAX_TEXT_CHARS), reading);
        }
        Some(self.to_owned())
    }

    /// What something is called by others.
    pub(super) fn name(&self, reading: &mut Reading) -> Option<String> {
        let fits = (1..=MAX_NUMBER_CHARS).contains(&self.text.chars().count());
        if fits && self.text.trim() == self.text && !self.text.chars().any(char::is_control) {
            return Some(self.to_owned());
        }
        let shown: String = self.text.chars().take(MAX_NUMBER_CHARS + 1).collect();
        self.refused(CatalogueProblem::NotAName(shown), reading)
    }

    pub(super) fn currency(&self, reading: &mut Reading) -> Option<Currency> {
        let known = Currency::from_code(&self.text);
        known.or_else(|| self.refused(CatalogueProblem::UnknownCurrency(self.to_owned()), reading))
    }

    pub(super) fn country(&self, reading: &mut Reading) -> Option<CountryCode> {
        let known = CountryCode::from_code(&self.text);
        known.or_else(|| self.refused(CatalogueProblem::UnknownCountry(self.to_owned()), reading))
    }

    /// An amount that somebody pays, so never below zero.
    pub(super) fn money(&self, currency: Currency, reading: &mut Reading) -> Option<Money> {
        match amount_minor(&self.text, currency) {
            Ok(amount_minor) => Some(Money::new(amount_minor, currency)),
            Err(problem) => self.refused(problem, reading),
        }
    }

    pub(super) fn rate(&self, reading: &mut Reading) -> Option<TaxRate> {
        let rate = basis_points(&self.text).and_then(TaxRate::from_basis_points);
        rate.or_else(|| self.refused(CatalogueProblem::NotARate(self.to_owned()), reading))
    }

    pub(super) fn share(&self, reading: &mut Reading) -> Option<Share> {
        let share = basis_points(&self.text).and_then(Share::from_basis_points);
        share.or_else(|| self.refused(CatalogueProblem::NotARate(self.to_owned()), reading))
    }

    /// Exactly as browsers write it, because it is compared with what they send.
    pub(super) fn origin(&self, reading: &mut Reading) -> Option<String> {
        let is_origin = Url::parse(&self.text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == self.text
        });
        if is_origin {
            return Some(self.to_owned());
        }
        self.refused(CatalogueProblem::NotAnOrigin(self.to_owned()), reading)
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)], reading: &mut Reading) -> Option<T> {
        if let Some((_, chosen)) = choices.iter().find(|(word, _)| *word == self.text) {
            return Some(*chosen);
        }
        let words: Vec<_> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
        let problem = CatalogueProblem::NotAChoice {
            found: self.to_owned(),
            expected: words.join(", "),
        };
        self.refused(problem, reading)
    }

    pub(super) fn refused<T>(&self, problem: CatalogueProblem, reading: &mut Reading) -> Option<T> {
        reading.problem(self.place, problem);
        None
    }
}

/// Each entry of a list, as far as it can be read. What cannot has become a problem.
pub(super) fn each<'t, T>(
    list: Option<Node<'t>>,
    reading: &mut Reading,
    read: impl Fn(&Text<'t>, &mut Reading) -> Option<T>,
) -> Vec<T> {
    let mut all = Vec::new();
    for node in list.and_then(|node| node.list(reading)).into_iter().flatten() {
        let text = node.text(reading);
        all.extend(text.and_then(|text| read(&text, reading)));
    }
    all
}

/// One amount for each currency.
pub(super) fn amounts(table: Option<Node<'_>>, reading: &mut Reading) -> Vec<Money> {
    let mut all = Vec::new();
    for Member { key, value } in table.and_then(|node| node.table(reading)).into_iter().flatten() {
        let currency = key.currency(reading);
        let text = value.text(reading);
        if let (Some(currency), Some(text)) = (currency, text) {
            all.extend(text.money(currency, reading));
        }
    }
    all
}
