//! Node and npm: whether they are there, and whether the packages are.

use std::path::Path;
use std::time::SystemTime;

use anyhow::{Result, bail};

use crate::process;

/// Major and minor. Vite needs what came with 20.19.
const OLDEST_NODE: (u32, u32) = (20, 19);

const HOW_TO_GET_NODE: &str = "  Debian 13, Ubuntu 25.04 or later:  apt-get install nodejs npm
  Debian 12 (its own Node is 18):    nvm install 22   (https://github.com/nvm-sh/nvm)
  macOS:                             brew install node
  anywhere:                          https://nodejs.org/en/download";

/// Installs the npm packages unless those of the present lock file are there.
pub(crate) fn ensure_packages() -> Result<()> {
    ensure_node()?;
    let root = process::root();
    for file in ["package.json", "package-lock.json"] {
        if !root.join(file).is_file() {
            bail!(
                "{file} is missing in {}: the web parts cannot be built",
                root.display()
            );
        }
    }
    if packages_are_stale(root) {
        process::run("npm ci")?;
    }
    Ok(())
}

fn ensure_node() -> Result<()> {
    let missing = missing(
        process::output("node --version").as_deref(),
        process::output("npm --version").as_deref(),
    );
    match missing {
        None => Ok(()),
        Some(missing) => bail!("{missing}; how to get it:\n{HOW_TO_GET_NODE}"),
    }
}

fn missing(node: Option<&str>, npm: Option<&str>) -> Option<String> {
    let (major, minor) = OLDEST_NODE;
    let Some(node) = node else {
        return Some(format!(
            "Node is not installed, {major}.{minor} or newer is needed"
        ));
    };
    if version(node).is_none_or(|found| found < OLDEST_NODE) {
        return Some(format!("Node is {node}, {major}.{minor} or newer is needed"));
    }
    npm.is_none().then(|| "npm is not installed".to_owned())
}

/// Reads `v20.19.5`.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// npm writes this file last, so it is missing after an interrupted install.
fn packages_are_stale(root: &Path) -> bool {
    let installed = changed_at(&root.join("node_modules/.package-lock.json"));
    installed.is_none_or(|installed| changed_at(&root.join("package-lock.json")) > Some(installed))
}

fn changed_at(file: &Path) -> Option<SystemTime> {
    file.metadata().ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(node: Option<&str>, npm: Option<&str>, expect: Option<&str>) {
        assert_eq!(missing(node, npm).as_deref(), expect);
    }

    #[test]
    fn a_recent_node_with_npm_is_enough() {
        check(Some("v20.19.0"), Some("10.8.2"), None);
        check(Some("v24.0.1"), Some("11.0.0"), None);
    }

    #[test]
    fn what_is_missing_is_said() {
        check(
            None,
            None,
            Some("Node is not installed, 20.19 or newer is needed"),
        );
        check(
            Some("v18.20.4"),
            Some("9.2.0"),
            Some("Node is v18.20.4, 20.19 or newer is needed"),
        );
        check(
            Some("v20.9.0"),
            Some("9.2.0"),
            Some("Node is v20.9.0, 20.19 or newer is needed"),
        );
        check(
            Some("nonsense"),
            Some("9.2.0"),
            Some("Node is nonsense, 20.19 or newer is needed"),
        );
        check(Some("v22.1.0"), None, Some("npm is not installed"));
    }

    #[test]
    fn packages_are_stale_when_the_lock_file_is_newer_or_they_are_missing() {
        let folder = tempfile();
        assert!(packages_are_stale(&folder), "nothing is installed");
        let write = |file: &str, seconds| {
            let file = std::fs::File::create(folder.join(file)).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
                .unwrap();
        };
        write("node_modules/.package-lock.json", 20);
        write("package-lock.json", 10);
        assert!(
            !packages_are_stale(&folder),
            "installed after the lock file was written"
        );
        write("package-lock.json", 30);
        assert!(packages_are_stale(&folder), "the lock file has changed since");
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn tempfile() -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("kassa-xtask-node-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("node_modules")).unwrap();
        folder
    }
}
