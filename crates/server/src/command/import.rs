//! `kassa import`: a catalogue into the database, or to the server that has it.

use super::operator::{self, CallError, text};
use super::start::open_store;
use super::{StartError, data};
use bytes::Bytes;
use clap::Args;
use hyper::{Method, StatusCode};
use kassa::catalogue_file::{FileProblems, Format, MAX_FILE_BYTES};
use kassa::config::{AdminSettings, Database, ImportSettings, Settings, Variables};
use kassa::import::{Import, ImportError, import};
use kassa_commerce::catalogue::Rest;
use serde_json::Value;
use std::fs::File;
use std::io::{self, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use thiserror::Error;

/// The largest file takes a slow machine minutes.
const PATIENCE: Duration = Duration::from_secs(900);

#[derive(Args)]
pub(crate) struct Arguments {
    /// Several files are imported together: what one of them names, another may use.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Remove what is not named, of the kinds that the files speak of.
    #[arg(long)]
    replace: bool,
    /// toml, json or csv; by the file's name unless set.
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    format: Option<Format>,
    /// The settings of the server, for its database and the address of its operators' listener.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Why nothing was imported.
#[derive(Debug, Error)]
pub(crate) enum ImportFailure {
    #[error("{}: cannot tell the format by the name; add `--format toml`, `json` or `csv`", path.display())]
    UnknownFormat { path: PathBuf },
    #[error("cannot read {}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the files are larger than {} MiB together; import them in parts", MAX_FILE_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("nothing was imported\n{0}")]
    Wrong(String),
    #[error(
        "another process has the database {}, and no server answers at {address}; wait for it, stop it, or set \
         KASSA_ADMIN_LISTEN to where the server listens", path.display()
    )]
    NoServer { path: PathBuf, address: SocketAddr },
}

fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| "wanted toml, json or csv".to_owned())
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), StartError> {
    let settings = Settings::for_import(arguments.config.as_deref(), Variables::of_process()?)?;
    let files = read(arguments)?;
    let Database::Sqlite(path) = &settings.database;
    let imported = match open_and_import(path, &files, &settings).await {
        Err(StartError::DatabaseInUse { path }) => ask_server(&settings.admin, path, &files).await?,
        Ok(Err(ImportError::Store(error))) => return Err(error.into()),
        Ok(Err(ImportError::Files(problems))) => return Err(wrong(&arguments.files, &problems).into()),
        Ok(Ok(counts)) => Ok(counts.to_string()),
        Err(error) => return Err(error),
    };
    match imported {
        Ok(counts) => println!("imported {counts}"),
        Err(refused) => return Err(refused_by_server(&arguments.files, &refused).into()),
    }
    Ok(())
}

/// All files into one piece of memory, which is what travels if a server has the database.
fn read(arguments: &Arguments) -> Result<Import, ImportFailure> {
    let mut bytes = Vec::new();
    let mut files = Vec::new();
    for path in &arguments.files {
        let format = arguments.format.or_else(|| Format::of_path(path));
        let format = format.ok_or_else(|| ImportFailure::UnknownFormat { path: path.clone() })?;
        let begin = bytes.len();
        append(path, &mut bytes).map_err(|source| ImportFailure::File {
            path: path.clone(),
            source,
        })?;
        if bytes.len() > MAX_FILE_BYTES {
            return Err(ImportFailure::TooLarge);
        }
        files.push((format, begin..bytes.len()));
    }
    Ok(Import {
        bytes: bytes.into(),
        files,
        rest: if arguments.replace {
            Rest::Removed
        } else {
            Rest::Kept
        },
        start_file: None,
    })
}

fn append(path: &Path, bytes: &mut Vec<u8>) -> io::Result<()> {
    // One byte too many is enough to know that there are too many.
    let room = (MAX_FILE_BYTES + 1).saturating_sub(bytes.len());
    File::open(path)?.take(room as u64).read_to_end(bytes)?;
    Ok(())
}

async fn open_and_import(
    path: &Path,
    files: &Import,
    settings: &ImportSettings,
) -> Result<Result<kassa::catalogue_file::Counts, ImportError>, StartError> {
    data::make_folder_of(path)?;
    let store = open_store(path).await?;
    let imported = import(&store, files, &settings.accounts).await;
    store.close();
    Ok(imported)
}

/// What the server has imported, or its refusal.
async fn ask_server(
    admin: &AdminSettings,
    path: PathBuf,
    files: &Import,
) -> Result<Result<String, Value>, StartError> {
    let parts: Vec<_> = files
        .files
        .iter()
        .map(|(format, range)| format!("{}:{}", format.name(), range.len()))
        .collect();
    let replace = files.rest == Rest::Removed;
    let target = format!("/catalogue?parts={}&replace={replace}", parts.join(","));
    let body: Bytes = files.bytes.clone();
    let answer = match operator::call(admin, Method::POST, &target, body, PATIENCE).await {
        Err(CallError::Unreachable { address, .. }) => {
            return Err(ImportFailure::NoServer { path, address }.into());
        }
        answer => answer?,
    };
    if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
        return Ok(Err(answer.body));
    }
    Ok(Ok(text(&answer.success()?, "imported").to_owned()))
}

fn wrong(files: &[PathBuf], problems: &FileProblems) -> ImportFailure {
    let lines = problems.shown.iter().map(|problem| {
        let column = problem.column.as_deref();
        line_of(
            files,
            problem.file,
            problem.line,
            column,
            &problem.problem.to_string(),
        )
    });
    listed(lines, problems.more)
}

fn refused_by_server(files: &[PathBuf], refused: &Value) -> ImportFailure {
    let problems = refused["problems"].as_array().map_or(&[][..], Vec::as_slice);
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let lines = problems.iter().map(|problem| {
        let (file, line) = (number(&problem["file"]), number(&problem["line"]));
        let column = problem["column"].as_str();
        line_of(
            files,
            file.unwrap_or_default(),
            line,
            column,
            text(problem, "message"),
        )
    });
    listed(lines, number(&refused["more"]).unwrap_or_default())
}

fn listed(lines: impl Iterator<Item = String>, more: usize) -> ImportFailure {
    let mut lines: Vec<_> = lines.collect();
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    ImportFailure::Wrong(lines.join("\n"))
}

/// As compilers write it, so that editors find the place.
fn line_of(
    files: &[PathBuf],
    file: usize,
    line: Option<usize>,
    column: Option<&str>,
    message: &str,
) -> String {
    let file = files.get(file).map(|path| path.display().to_string());
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    let column = column
        .map(|name| format!("column `{name}`: "))
        .unwrap_or_default();
    format!("{}{line}: {column}{message}", file.unwrap_or_default())
}
