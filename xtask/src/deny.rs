//! Licences, bans and sources of what we depend on. The rules are in `deny.toml`, the tool is cargo-deny.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::process;

const VERSION: &str = "0.20.2";

const NOT_TO_BE_HAD: &str =
    "cargo-deny is neither in target/tools nor on the PATH, and cannot be installed, which needs the network";

pub(crate) fn check() -> Result<()> {
    let tool = ensure_installed().context(NOT_TO_BE_HAD)?;
    // The check reads every crate of the lock file, those of other systems too, and may not fetch them itself.
    process::run("cargo fetch --locked")?;
    let mut check = process::program(tool);
    // Advisories are left out: they need a database from the network, and so fail without our doing.
    check.args(["--offline", "check", "licenses", "bans", "sources"]);
    process::run_command(check)
}

fn ensure_installed() -> Result<PathBuf> {
    let ours = process::root().join("target/tools/bin/cargo-deny");
    let candidates = [Some(ours.clone()), process::find_on_path("cargo-deny")];
    let wanted = format!("cargo-deny {VERSION}");
    let is_wanted =
        |tool: &PathBuf| process::printed(process::program(tool).arg("--version")) == Some(wanted.clone());
    match candidates.into_iter().flatten().find(is_wanted) {
        Some(tool) => Ok(tool),
        None => install().map(|()| ours),
    }
}

/// Unoptimized: the check then still takes a second or two, and installing takes a third of the time.
fn install() -> Result<()> {
    let mut install = process::command("cargo install --locked --debug --root target/tools");
    install
        .arg(format!("cargo-deny@{VERSION}"))
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    process::run_command(install)
}
