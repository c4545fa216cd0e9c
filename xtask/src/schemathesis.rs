//! Schemathesis, which checks the server against its own document. It is a Python program, so it gets a folder of its own.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::process;

const VERSION: &str = "4.32.5";

const HOW_TO_GET_PYTHON: &str = "  Debian:  apt-get install python3-venv
  macOS:   brew install python
  or set SCHEMATHESIS to the path of a `st` program";

/// The path of its program.
pub(crate) fn ensure_installed() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("SCHEMATHESIS") {
        let chosen = PathBuf::from(chosen);
        if !chosen.is_file() {
            bail!("SCHEMATHESIS names {}, which does not exist", chosen.display());
        }
        return Ok(chosen);
    }
    let folder = process::root().join("target/tools/schemathesis");
    let program = folder.join("bin/st");
    let wanted = format!("st, version {VERSION}");
    if process::printed(process::program(&program).arg("--version")) == Some(wanted) {
        return Ok(program);
    }
    install(&folder).with_context(|| {
        format!(
            "schemathesis could not be installed, which needs Python 3 and the network:\n{HOW_TO_GET_PYTHON}"
        )
    })?;
    Ok(program)
}

fn install(folder: &PathBuf) -> Result<()> {
    let mut venv = process::command("python3 -m venv --clear");
    venv.arg(folder);
    if let Err(error) = process::run_command(venv) {
        if !crate::debian::may_install() {
            return Err(error);
        }
        crate::debian::install("python3-venv")?;
        let mut again = process::command("python3 -m venv --clear");
        again.arg(folder);
        process::run_command(again)?;
    }
    let mut install = process::program(folder.join("bin/pip"));
    install
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .arg(format!("schemathesis=={VERSION}"));
    process::run_command(install)
}
