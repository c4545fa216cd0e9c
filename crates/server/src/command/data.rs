//! The folder with our data.

use super::StartError;
use std::ffi::OsStr;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError, remove_file};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// What SQLite puts beside a database. The lock file stays: another process may be about to take it.
const OURS: [&str; 4] = ["kassa.db", "kassa.db-wal", "kassa.db-shm", "kassa.db-journal"];
const LOCK: &str = "kassa.db.lock";

/// Names and addresses of shoppers are in there.
const OWNER_ONLY: u32 = 0o700;

/// What becomes of the data of the last run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Everything,
    Nothing,
}

impl Keep {
    pub(crate) fn unless(fresh: bool) -> Self {
        if fresh { Self::Nothing } else { Self::Everything }
    }
}

/// Makes the folder of a file, but not the folders above it: those are more likely misspelt than missing.
pub(crate) fn make_folder_of(file: &Path) -> Result<(), StartError> {
    let folder = file.parent().filter(|folder| *folder != OsStr::new(""));
    let Some(folder) = folder else { return Ok(()) };
    match DirBuilder::new().mode(OWNER_ONLY).create(folder) {
        Err(source) if source.kind() != io::ErrorKind::AlreadyExists => Err(StartError::DatabaseFolder {
            path: folder.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

/// Removes what we put into the folder, unless a process is using it.
pub(crate) fn empty(folder: &Path) -> Result<(), StartError> {
    if !folder.exists() {
        return Ok(());
    }
    let _lock = lock(folder)?;
    for name in OURS {
        let path = folder.join(name);
        match remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed(&path)(source)),
            _ => {}
        }
    }
    Ok(())
}

/// The lock that an open store holds.
fn lock(folder: &Path) -> Result<File, StartError> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(&path);
    let file = file.map_err(failed(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::DatabaseInUse {
            path: folder.join(OURS[0]),
        }),
        Err(TryLockError::Error(source)) => Err(failed(&path)(source)),
    }
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> StartError {
    let path: PathBuf = path.to_owned();
    move |source| StartError::Data { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_our_own_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["kassa.db", "kassa.db-wal", "notes.txt"] {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        empty(folder.path()).unwrap();
        let mut left: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, [LOCK, "notes.txt"]);
    }

    #[test]
    fn data_in_use_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("kassa.db"), "x").unwrap();
        let _held = lock(folder.path()).unwrap();
        assert_eq!(empty(folder.path()).unwrap_err().exit_code(), 75);
        assert!(folder.path().join("kassa.db").exists());
    }

    #[test]
    fn a_folder_is_made_but_not_the_ones_above_it() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            make_folder_of(&folder.path().join("kassa-data/kassa.db")).unwrap();
        }
        assert!(folder.path().join("kassa-data").is_dir());
        assert!(make_folder_of(&folder.path().join("vra/lib/kassa.db")).is_err());
        make_folder_of(Path::new("kassa.db")).unwrap();
    }
}
