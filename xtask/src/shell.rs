//! The programs that commands of the documentation call, where a test runs them as they stand.

use anyhow::{Result, bail};

use crate::{debian, process};

const PROGRAMS: [&str; 3] = ["curl", "jq", "sqlite3"];

/// On a Debian where we may, such as a CI container, what is missing is installed.
pub(crate) fn ensure_installed() -> Result<()> {
    for program in PROGRAMS {
        if process::find_on_path(program).is_none() && debian::may_install() {
            // Each is a package of the same name.
            debian::install(program)?;
        }
        if process::find_on_path(program).is_none() {
            bail!(
                "no {program} found, which commands of the documentation call; how to get it:\n{}",
                how_to_get(program)
            );
        }
    }
    Ok(())
}

fn how_to_get(program: &str) -> String {
    format!("  Debian:  apt-get install {program}\n  macOS:   brew install {program}")
}
