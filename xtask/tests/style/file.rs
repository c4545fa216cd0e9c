//! The files of the repository, as Git would track them.

use std::path::Path;

use ignore::{DirEntry, WalkBuilder};

pub(crate) struct File {
    /// From the root of the repository, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> File {
        File {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.has_extension(&["rs"])
    }

    pub(crate) fn is_typescript(&self) -> bool {
        self.has_extension(&["ts", "tsx", "mts", "cts"])
    }

    fn has_extension(&self, extensions: &[&str]) -> bool {
        let extension = Path::new(&self.path)
            .extension()
            .and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    }

    /// `path:line` of each line that contains the needle.
    pub(crate) fn lines_with<'a>(&'a self, needle: &'a str) -> impl Iterator<Item = String> + 'a {
        let numbered = self.text.lines().zip(1..);
        numbered
            .filter(move |(line, _)| line.contains(needle))
            .map(|(_, number)| format!("{}:{number}", self.path))
    }
}

/// Every text file that Git tracks or would track, in order.
pub(crate) fn repository() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask lies in the root");
    let mut files: Vec<File> = walk(root).filter_map(|entry| read(root, &entry)).collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    files
}

/// Only `.gitignore` counts: what one person's machine ignores must not change the verdict.
fn walk(root: &Path) -> impl Iterator<Item = DirEntry> {
    let walk = WalkBuilder::new(root)
        .standard_filters(false)
        .git_ignore(true)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    walk.map(|entry| entry.expect("the repository can be read"))
}

/// Nothing for folders, links and binary files.
fn read(root: &Path, entry: &DirEntry) -> Option<File> {
    if !entry.file_type().is_some_and(|kind| kind.is_file()) {
        return None;
    }
    let path = entry
        .path()
        .strip_prefix(root)
        .expect("the walk stays inside")
        .to_str()?;
    let text = String::from_utf8(std::fs::read(entry.path()).ok()?).ok()?;
    Some(File {
        path: path.replace('\\', "/"),
        text,
    })
}
