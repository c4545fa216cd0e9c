//! `kassa check`: looks at everything that going live needs, and says what is wrong with it.

use super::StartError;
use clap::Args;
use kassa::check::{Finding, Led, Level, Names, check};
use kassa::config::Variables;
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The settings, as for `serve`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print one JSON document instead of lines.
    #[arg(long)]
    json: bool,
    /// Where a name leads, for a proxy that is not in the DNS yet: HOST:PORT=ADDRESS:PORT. May be given several times.
    #[arg(long, value_name = "HOST:PORT=ADDRESS:PORT")]
    resolve: Vec<Led>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), StartError> {
    let names: Names = arguments.resolve.into_iter().collect();
    let report = check(arguments.config.as_deref(), Variables::of_process()?, &names).await;
    let mut output = io::stdout().lock();
    if arguments.json {
        let document = json!({ "ok": !report.has_problem(), "findings": report.findings });
        writeln!(output, "{document:#}")?;
    } else {
        for finding in &report.findings {
            writeln!(output, "{}", line(finding))?;
        }
        writeln!(output, "\n{}", verdict(&report.findings))?;
    }
    output.flush()?;
    match report.has_problem() {
        true => Err(StartError::CheckFoundProblems),
        false => Ok(()),
    }
}

fn line(finding: &Finding) -> String {
    let Finding { level, code, message } = finding;
    format!("{level:<7}  {code:<24}  {message}")
}

fn verdict(findings: &[Finding]) -> String {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    format!(
        "{} problems, {} warnings, {} skipped, {} ok",
        count(Level::Problem),
        count(Level::Warning),
        count(Level::Skipped),
        count(Level::Ok)
    )
}
