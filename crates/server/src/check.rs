//! The doctor: looks at settings, database, catalogue, Kustom and the way in from outside, and says what it finds.
//!
//! It writes nothing, makes no order at Kustom, and prints neither secrets nor anything about shoppers. What rests on
//! something that is broken is skipped, so that one mistake is one problem.

pub mod code;

mod admin;
mod catalogue;
mod client;
mod database;
mod kustom;
mod public;
mod settings;

pub use client::{Led, Names};

use crate::config::{Settings, Variables};
use code::Code;
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// How much something matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    /// It works, and may not be what was meant.
    Warning,
    /// Something will not work.
    Problem,
    /// Not looked at, because something before it does not work or is not there.
    Skipped,
}

/// One line of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub level: Level,
    pub code: Code,
    /// What was found; where it is wrong, also what is wanted and what to do.
    pub message: String,
}

#[derive(Debug, Default)]
pub struct Report {
    pub findings: Vec<Finding>,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
            Self::Skipped => "skipped",
        })
    }
}

impl Report {
    fn ok(&mut self, code: Code, found: impl Into<String>) {
        self.add(Level::Ok, code, found.into());
    }

    fn warning(&mut self, code: Code, message: impl Into<String>) {
        self.add(Level::Warning, code, message.into());
    }

    fn problem(&mut self, code: Code, message: impl Into<String>) {
        self.add(Level::Problem, code, message.into());
    }

    fn skipped(&mut self, codes: &[Code], because: &str) {
        for code in codes {
            self.add(Level::Skipped, *code, because.to_owned());
        }
    }

    fn add(&mut self, level: Level, code: Code, message: String) {
        self.findings.push(Finding { level, code, message });
    }

    pub fn has_problem(&self) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.level == Level::Problem)
    }

    fn has_problem_with(&self, code: Code) -> bool {
        let mut of_code = self.findings.iter().filter(|finding| finding.code == code);
        of_code.any(|finding| finding.level == Level::Problem)
    }
}

/// Looks at everything, in an order in which each look may rest on those before.
pub async fn check(file: Option<&Path>, variables: Variables, names: &Names) -> Report {
    let mut report = Report::default();
    let draft = Settings::for_check(file, variables.clone());
    settings::check(&mut report, &draft, &variables);
    let database = database::check(&mut report, &draft).await;
    catalogue::check(&mut report, &draft, &database).await;
    kustom::check(&mut report, &draft, names).await;
    admin::check(&mut report, &draft, &database).await;
    public::check(&mut report, &draft, &database, names).await;
    report
}
