//! What can be wrong with a file, and where.

use super::reading::Reading;
use super::{Source, line_at};
use kassa_commerce::catalogue::CatalogueError;
use kassa_commerce::money::Currency;
use std::fmt;
use thiserror::Error;

/// More at once help nobody: they are corrected and the file is tried again.
pub const MAX_SHOWN: usize = 20;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CatalogueProblem {
    #[error("this is not UTF-8")]
    NotUtf8,
    /// Not TOML or JSON, or a value of the wrong type.
    #[error("{0}")]
    Shape(String),
    #[error("unknown field `{found}`, expected one of {expected}")]
    UnknownField { found: String, expected: String },
    #[error("missing field `{0}`")]
    MissingField(&'static str),
    #[error("`{0}` is not an amount such as `1299.00`")]
    NotAnAmount(String),
    #[error("`{text}` has more decimals than {currency:?} has, which is {}", currency.exponent())]
    TooManyDecimals { text: String, currency: Currency },
    #[error("`{0}` is not a percentage from 0 to 100 with at most two decimals, such as `25` or `5.5`")]
    NotARate(String),
    #[error("`{0}` is not a currency in use")]
    UnknownCurrency(String),
    #[error("`{0}` is not a country")]
    UnknownCountry(String),
    #[error("there is no tax class `{0}`")]
    UnknownTaxClass(String),
    #[error("there is no profile `{0}`")]
    UnknownProfile(String),
    #[error("there is no account `{0}` in `kustom.accounts` of the settings")]
    UnknownAccount(String),
    #[error("`{0}` is not among the profile's countries")]
    CountryNotListed(String),
    #[error("`{0}` is not an origin such as `https://shop.example`, without path or slash")]
    NotAnOrigin(String),
    #[error("the shipping method `{0}` is defined twice")]
    DuplicateShippingMethod(String),
    #[error("`{0}` is defined twice")]
    DefinedTwice(String),
    #[error("`{0}` is not a name of 1 to 64 characters, without space around it")]
    NotAName(String),
    #[error("this text has more than {0} characters")]
    TooLong(usize),
    #[error("this list has more than {0} entries")]
    TooMany(usize),
    #[error("`{0}` is not a locale such as `sv` or `sv-SE`")]
    NotALocale(String),
    #[error("`{found}` is none of {expected}")]
    NotAChoice { found: String, expected: String },
    #[error("`{0}` is not a time zone such as `Europe/Stockholm`")]
    UnknownTimeZone(String),
    #[error("`{0}` is not a date such as `2026-04-01`, or a time such as `2026-04-01T12:00:00Z`")]
    NotATime(String),
    #[error("`{text}` is not a whole number from 0 to {most}")]
    NotAWholeNumber { text: String, most: u64 },
    #[error("`{0}` must be at least 1")]
    Zero(&'static str),
    #[error("`{least}` is greater than `{most}`")]
    Reversed { least: &'static str, most: &'static str },
    #[error("`valid_from` is not before `valid_until`")]
    NeverValid,
    #[error("two rates begin at the same time")]
    TwoRates,
    #[error("`{0}` is not a coupon code: 1 to 64 characters, none of them a space")]
    NotACode(String),
    #[error("a promotion has exactly one of `percent`, `amount`, and `buy` with `get`")]
    NotOneBenefit,
    #[error("`buy` and `get` speak of products, not of shipping")]
    BuyGetOfShipping,
    #[error("`shipping` and a choice of products exclude each other")]
    TwoTargets,
    #[error("`shipping` is `true` or names ways to ship")]
    MissingMethod,
    #[error("there is no column `{found}`; the columns are {expected}")]
    UnknownColumn { found: String, expected: &'static str },
    #[error("the column is missing")]
    MissingColumn,
    #[error("the row has {found} cells, and the first row has {expected}")]
    WrongWidth { found: usize, expected: usize },
    #[error("the cell is empty")]
    EmptyCell,
    #[error("{0}")]
    Catalogue(CatalogueError),
}

/// Where something stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// The byte; `usize::MAX` where nobody knows.
    at: usize,
    /// Of a CSV file, counted from one; zero means none.
    column: u16,
}

impl Place {
    pub(super) const UNKNOWN: Self = Self::at(usize::MAX);

    pub(super) const fn at(at: usize) -> Self {
        Self { at, column: 0 }
    }

    /// A cell: the byte at which its row begins, and the index of its column.
    pub(super) fn cell(at: usize, column: usize) -> Self {
        let column = u16::try_from(column + 1).unwrap_or(0);
        Self { at, column }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileProblem {
    /// Which of the files, counted from zero.
    pub file: usize,
    /// Counted from one. `None` if no single line is to blame.
    pub line: Option<usize>,
    /// Of a CSV file.
    pub column: Option<String>,
    pub problem: CatalogueProblem,
}

/// All that is wrong, as far as it is worth showing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileProblems {
    pub shown: Vec<FileProblem>,
    /// How many there are beside those.
    pub more: usize,
}

impl FileProblems {
    /// A problem that no line is to blame for.
    pub fn of_all(problem: CatalogueProblem) -> Self {
        let problem = FileProblem {
            file: 0,
            line: None,
            column: None,
            problem,
        };
        Self {
            shown: vec![problem],
            more: 0,
        }
    }

    pub(super) fn of(sources: &[Source<'_>], readings: impl Iterator<Item = Reading>) -> Self {
        let mut problems = Self::default();
        for (file, (source, reading)) in sources.iter().zip(readings).enumerate() {
            let columns = reading.columns.clone();
            let (found, more) = reading.into_problems();
            problems.more += more;
            for (place, problem) in found {
                if problems.shown.len() == MAX_SHOWN {
                    problems.more += 1;
                    continue;
                }
                problems.shown.push(FileProblem {
                    file,
                    line: (place != Place::UNKNOWN).then(|| line_at(source.bytes, place.at)),
                    column: usize::from(place.column)
                        .checked_sub(1)
                        .and_then(|index| columns.get(index).cloned()),
                    problem,
                });
            }
        }
        problems
    }
}

/// Without the name of the file, which its reader knows.
impl fmt::Display for FileProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        if let Some(column) = &self.column {
            write!(formatter, "column `{column}`: ")?;
        }
        self.problem.fmt(formatter)
    }
}

impl fmt::Display for FileProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.shown.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(formatter, "{separator}{problem}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(formatter, "\nand {more} more"),
        }
    }
}
