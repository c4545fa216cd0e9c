//! The database file: where it lies, what it holds, and who has it open.

use super::Report;
use super::code::{
    DATABASE_FILE, DATABASE_FOLDER, DATABASE_NETWORK, DATABASE_SCHEMA, DATABASE_SPACE, DATABASE_TEST_ORDERS,
};
use crate::config::{Database, Draft, KustomEnvironment};
use crate::store::sqlite::{Content, InspectError, Inspection, inspect, is_in_use};
use std::ffi::OsStr;
use std::path::Path;
use tokio::task::spawn_blocking;

/// A day of a busy shop, with room for the log that is written ahead.
const LITTLE_SPACE_BYTES: u64 = 1024 * 1024 * 1024;

/// With less, the next import or backup may be the one that fails.
const TOO_LITTLE_SPACE_BYTES: u64 = 100 * 1024 * 1024;

/// What the other checks need to know of it.
#[derive(Default)]
pub(super) struct Known {
    /// A server runs with it.
    pub(super) is_in_use: bool,
    pub(super) content: Option<Content>,
    /// Whether the program that runs later can use it.
    pub(super) is_usable: bool,
}

pub(super) async fn check(report: &mut Report, draft: &Draft) -> Known {
    let Some(Database::Sqlite(path)) = draft.database.clone() else {
        let all = [DATABASE_FOLDER, DATABASE_FILE, DATABASE_SCHEMA];
        report.skipped(&all, "the setting `database.url` could not be read");
        return Known::default();
    };
    if !check_folder(report, &path) {
        report.skipped(&[DATABASE_FILE, DATABASE_SCHEMA], "there is no folder for it");
        return Known::default();
    }
    if !path.exists() {
        report.ok(
            DATABASE_FILE,
            format!("{} is not there yet; the first start makes it", path.display()),
        );
        return Known {
            is_usable: true,
            ..Known::default()
        };
    }
    let is_in_use = is_in_use(&path).unwrap_or(false);
    let file = path.clone();
    let inspected = match spawn_blocking(move || inspect(&file)).await {
        Ok(inspected) => inspected,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    };
    let mut known = Known {
        is_in_use,
        ..Known::default()
    };
    match inspected {
        Ok(inspection) => check_schema(report, &path, inspection, &mut known),
        Err(error) => report_unreadable(report, &path, &error),
    }
    check_test_orders(report, draft, &known);
    known
}

/// Whether there is, or will be, a folder that can be written to.
fn check_folder(report: &mut Report, file: &Path) -> bool {
    let folder = match file.parent().filter(|folder| *folder != OsStr::new("")) {
        Some(folder) => folder,
        None => Path::new("."),
    };
    // `serve` makes the last folder, and not those above it.
    let existing = match folder.parent() {
        Some(parent) if !folder.exists() && parent == OsStr::new("") => Path::new("."),
        Some(parent) if !folder.exists() => parent,
        _ => folder,
    };
    let shown = folder.display();
    if !existing.is_dir() {
        let message = format!(
            "database.url: {} is not a folder; create it, or set another path",
            existing.display()
        );
        report.problem(DATABASE_FOLDER, message);
        return false;
    }
    if let Err(error) = rustix::fs::access(
        existing,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    ) {
        let message = format!(
            "database.url: the folder {} cannot be written to ({error}); wanted a folder that this user may write to; change its \
             owner, or the path",
            existing.display()
        );
        report.problem(DATABASE_FOLDER, message);
        return false;
    }
    report.ok(DATABASE_FOLDER, format!("{shown} can be written to"));
    check_space(report, existing);
    check_file_system(report, existing);
    true
}

fn check_space(report: &mut Report, folder: &Path) {
    let Ok(found) = rustix::fs::statvfs(folder) else {
        return;
    };
    judge_space(report, found.f_bavail.saturating_mul(found.f_frsize));
}

fn judge_space(report: &mut Report, free_bytes: u64) {
    let free_mib = free_bytes / (1024 * 1024);
    if free_bytes < TOO_LITTLE_SPACE_BYTES {
        let message = format!(
            "{free_mib} MiB are free, wanted 1 GiB; a full disk answers every shopper with 503; make room"
        );
        report.problem(DATABASE_SPACE, message);
    } else if free_bytes < LITTLE_SPACE_BYTES {
        report.warning(
            DATABASE_SPACE,
            format!("{free_mib} MiB are free, wanted 1 GiB; make room"),
        );
    } else {
        report.ok(DATABASE_SPACE, format!("{} GiB are free", free_mib / 1024));
    }
}

#[cfg(target_os = "linux")]
fn check_file_system(report: &mut Report, folder: &Path) {
    let Ok(found) = rustix::fs::statfs(folder) else {
        return;
    };
    // The type of the number differs between the systems that we are compiled for.
    judge_file_system(report, &format!("{:x}", found.f_type));
}

#[cfg(not(target_os = "linux"))]
fn check_file_system(_: &mut Report, _: &Path) {}

/// By the numbers that Linux has for them, from statfs(2).
#[cfg(target_os = "linux")]
fn judge_file_system(report: &mut Report, magic: &str) {
    let name = match magic {
        "6969" => "NFS",
        "517b" | "ff534d42" | "fe534d42" => "SMB",
        "65735546" => "FUSE, such as sshfs or a bucket",
        "1021997" => "9p",
        "c36400" => "Ceph",
        _ => return report.ok(DATABASE_NETWORK, "the file system is a local one"),
    };
    report.warning(
        DATABASE_NETWORK,
        format!("the folder is on a network file system ({name}); its locks and syncs may not hold; use a local disk"),
    );
}

fn report_unreadable(report: &mut Report, path: &Path, error: &InspectError) {
    let path = path.display();
    report.problem(
        DATABASE_FILE,
        format!("{path} cannot be read ({error}); wanted a database of Kassa; restore a backup, or set another path"),
    );
    report.skipped(&[DATABASE_SCHEMA], "the file cannot be read");
}

fn check_schema(report: &mut Report, path: &Path, inspection: Inspection, known: &mut Known) {
    let (found, wanted) = (inspection.schema_version, inspection.wanted_version);
    let used = if known.is_in_use {
        "a running server has it"
    } else {
        "no server has it"
    };
    report.ok(
        DATABASE_FILE,
        format!("{} can be read, and {used}", path.display()),
    );
    if found > wanted {
        report.problem(
            DATABASE_SCHEMA,
            format!("found version {found}, but this program knows {wanted} at most; run the newer program that has written it"),
        );
        return;
    }
    known.is_usable = true;
    known.content = inspection.content;
    match found == wanted {
        true => report.ok(
            DATABASE_SCHEMA,
            format!("version {found}, which is this program's"),
        ),
        false => report.ok(
            DATABASE_SCHEMA,
            format!("version {found}; the next start brings it to {wanted}: make a backup before"),
        ),
    }
}

/// A database that has seen the playground goes on with its carts, its order numbers and its used coupons.
fn check_test_orders(report: &mut Report, draft: &Draft, known: &Known) {
    let Some(content) = known
        .content
        .as_ref()
        .filter(|_| draft.environment == Some(KustomEnvironment::Live))
    else {
        return;
    };
    let is_test = |host: &str| host.contains("playground") || host.starts_with("http://");
    let tests: u64 = content
        .kustom_orders
        .iter()
        .filter(|(host, _)| is_test(host))
        .map(|(_, count)| count)
        .sum();
    if tests > 0 {
        report.warning(
            DATABASE_TEST_ORDERS,
            format!(
                "{tests} checkouts were opened at the playground or the emulator; wanted a database that begins with the live \
                 shop; set another path and import the catalogue again"
            ),
        );
    } else {
        report.ok(
            DATABASE_TEST_ORDERS,
            "no checkout was opened at the playground or the emulator",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    fn levels(judge: impl FnOnce(&mut Report)) -> Vec<(Level, &'static str)> {
        let mut report = Report::default();
        judge(&mut report);
        report
            .findings
            .iter()
            .map(|finding| (finding.level, finding.code.name()))
            .collect()
    }

    #[test]
    fn little_space_is_a_warning_and_none_a_problem() {
        let of = |free_bytes| levels(|report| judge_space(report, free_bytes));
        assert_eq!(of(LITTLE_SPACE_BYTES), [(Level::Ok, "database.space")]);
        assert_eq!(of(LITTLE_SPACE_BYTES - 1), [(Level::Warning, "database.space")]);
        assert_eq!(
            of(TOO_LITTLE_SPACE_BYTES - 1),
            [(Level::Problem, "database.space")]
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_network_file_system_is_a_warning() {
        let of = |magic| levels(|report| judge_file_system(report, magic));
        assert_eq!(of("6969"), [(Level::Warning, "database.network")]);
        assert_eq!(of("ef53"), [(Level::Ok, "database.network")]);
    }
}
