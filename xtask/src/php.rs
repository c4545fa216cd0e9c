//! The PHP that runs the examples of the emulator's page for integrators.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::{debian, process};

const HOW_TO_GET_IT: &str = "  Debian:  apt-get install php-cli
  macOS:   brew install php
  or set PHP to the path of a PHP from 8.1 on";

/// Finds a PHP; on a Debian where we may, such as a CI container, installs one.
pub(crate) fn ensure_installed() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("PHP") {
        let chosen = PathBuf::from(chosen);
        if !chosen.is_file() {
            bail!("PHP names {}, which does not exist", chosen.display());
        }
        return Ok(chosen);
    }
    if let Some(found) = process::find_on_path("php") {
        return Ok(found);
    }
    if !debian::may_install() {
        bail!("no PHP found, which runs an example of docs/emulator.md; how to get it:\n{HOW_TO_GET_IT}");
    }
    debian::install("php-cli")?;
    process::find_on_path("php")
        .with_context(|| format!("apt-get installed no PHP; how to get it:\n{HOW_TO_GET_IT}"))
}
