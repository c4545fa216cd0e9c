//! Looking into the source, for faults that are impossible because something is not there.

use std::fs;
use std::path::Path;

/// `path:line: text` of every line of Rust below the folders that contains the text, comments left out.
pub(super) fn lines_with(folders: &[&str], text: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in folders {
        search(&root, Path::new(folder), text, &mut found);
    }
    found.sort();
    found
}

fn search(root: &Path, folder: &Path, text: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            search(root, &path, text, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(entry.path()).unwrap();
            let lines = source.lines().zip(1..);
            let lines = lines.filter(|(line, _)| line.contains(text) && !line.trim_start().starts_with("//"));
            found.extend(lines.map(|(line, number)| format!("{}:{number}: {}", path.display(), line.trim())));
        }
    }
}
