//! The Chromium that the browser stories drive.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::{debian, process};

const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

const APPLICATIONS: [&str; 2] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const HOW_TO_GET_IT: &str = "  Debian:  apt-get install chromium
  macOS:   brew install --cask chromium
  or set CHROMIUM to the path of a Chromium or Chrome";

/// Finds a browser; on a Debian where we may, such as a CI container, installs one.
pub(crate) fn ensure_installed() -> Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("CHROMIUM") {
        let chosen = PathBuf::from(chosen);
        if !chosen.is_file() {
            bail!("CHROMIUM names {}, which does not exist", chosen.display());
        }
        return Ok(chosen);
    }
    if let Some(found) = find() {
        return Ok(found);
    }
    if !debian::may_install() {
        bail!("no Chromium found; how to get it:\n{HOW_TO_GET_IT}");
    }
    debian::install("chromium")?;
    find().with_context(|| format!("apt-get installed no Chromium; how to get it:\n{HOW_TO_GET_IT}"))
}

fn find() -> Option<PathBuf> {
    let on_path = NAMES.into_iter().find_map(process::find_on_path);
    on_path.or_else(|| {
        APPLICATIONS
            .into_iter()
            .map(PathBuf::from)
            .find(|file| file.is_file())
    })
}
