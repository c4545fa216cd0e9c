//! The built files under `web`, such as the playground that the server serves: built again when what they come from has changed.
//!
//! Staleness is told by content: a checkout or a copy changes every file's time and nothing else.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::{node, process};

const SOURCES: [&str; 3] = ["web", "package.json", "package-lock.json"];
const NOT_SOURCES: [&str; 2] = ["node_modules", "dist"];
const PAGE: &str = "web/playground/dist/index.html";
const ELEMENT: &str = "web/checkout-element/dist/kustom-checkout.js";

/// Outside `dist`, because the server would serve it from there.
const STAMP: &str = "target/xtask/playground.stamp";

pub(crate) fn ensure_built() -> Result<()> {
    node::ensure_packages()?;
    if is_stale(process::root())? {
        build()
    } else {
        Ok(())
    }
}

pub(crate) fn build() -> Result<()> {
    let root = process::root();
    let built_from = fingerprint(root)?;
    process::run("npm run build")?;
    for file in [PAGE, ELEMENT] {
        ensure!(root.join(file).is_file(), "`npm run build` wrote no {file}");
    }
    write_stamp(root, &built_from)
}

fn is_stale(root: &Path) -> Result<bool> {
    let built_from = fs::read_to_string(root.join(STAMP)).ok();
    let is_missing = [PAGE, ELEMENT].iter().any(|file| !root.join(file).is_file());
    Ok(is_missing || built_from != Some(fingerprint(root)?))
}

fn write_stamp(root: &Path, fingerprint: &str) -> Result<()> {
    let stamp = root.join(STAMP);
    fs::create_dir_all(stamp.parent().expect("the stamp lies in a folder"))?;
    fs::write(&stamp, fingerprint).with_context(|| format!("cannot write {}", stamp.display()))
}

/// The hash may differ between Rust versions; that costs one build.
fn fingerprint(root: &Path) -> Result<String> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&root.join(source), &mut files)?;
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.strip_prefix(root).unwrap_or(&file).hash(&mut hasher);
        fs::read(&file)
            .with_context(|| format!("cannot read {}", file.display()))?
            .hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    let entries = fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
    for entry in entries {
        let entry = entry?;
        if !NOT_SOURCES.iter().any(|name| entry.file_name() == *name) {
            collect(&entry.path(), files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_repository(name: &str) -> PathBuf {
        let root = std::env::temp_dir().join(format!("kassa-xtask-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("web/playground/dist")).unwrap();
        fs::create_dir_all(root.join("web/playground/src")).unwrap();
        fs::create_dir_all(root.join("web/checkout-element/dist")).unwrap();
        for file in [
            "package.json",
            "package-lock.json",
            PAGE,
            ELEMENT,
            "web/playground/src/main.ts",
        ] {
            fs::write(root.join(file), "first").unwrap();
        }
        write_stamp(&root, &fingerprint(&root).unwrap()).unwrap();
        root
    }

    fn check(name: &str, edit: impl Fn(&Path), expect_stale: bool) {
        let root = built_repository(name);
        assert!(!is_stale(&root).unwrap(), "just built");
        edit(&root);
        assert_eq!(is_stale(&root).unwrap(), expect_stale, "{name}");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_changed_source_makes_the_playground_stale() {
        check(
            "edit",
            |root| fs::write(root.join("web/playground/src/main.ts"), "second").unwrap(),
            true,
        );
        check(
            "add",
            |root| fs::write(root.join("web/playground/src/cart.ts"), "").unwrap(),
            true,
        );
        check(
            "remove",
            |root| fs::remove_file(root.join("web/playground/src/main.ts")).unwrap(),
            true,
        );
        check(
            "lock",
            |root| fs::write(root.join("package-lock.json"), "second").unwrap(),
            true,
        );
    }

    #[test]
    fn a_missing_file_makes_what_is_built_stale() {
        check("page", |root| fs::remove_file(root.join(PAGE)).unwrap(), true);
        check(
            "element",
            |root| fs::remove_file(root.join(ELEMENT)).unwrap(),
            true,
        );
    }

    #[test]
    fn a_file_that_is_only_touched_changes_nothing() {
        check(
            "touch",
            |root| fs::write(root.join("package.json"), "first").unwrap(),
            false,
        );
        check(
            "dist",
            |root| fs::write(root.join(PAGE), "second").unwrap(),
            false,
        );
    }
}
