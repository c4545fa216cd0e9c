//! Connections with the settings that durability rests on. SQLite ignores a setting it cannot follow, so each one is
//! read back.

use super::failure::OpenError;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

mod migration {
    refinery::embed_migrations!("migrations/sqlite");
}

/// 3.51.3 ended a race that could corrupt a database whose log is written ahead.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Nobody else should hold the file. A backup or an operator's shell may, for moments.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More than the store has statements, so that each is prepared once per connection.
const CACHED_STATEMENTS: usize = 64;

#[derive(Clone, Debug, Default)]
pub struct SqliteOptions {
    /// The file never grows beyond this many pages of 4 KiB. Beyond it, writes fail as on a full disk.
    pub max_pages: Option<u32>,
}

pub(super) fn check_sqlite_version(found: i32) -> Result<(), OpenError> {
    if found >= OLDEST_SQLITE {
        return Ok(());
    }
    Err(OpenError::SqliteTooOld {
        found: dotted(found),
        wanted: dotted(OLDEST_SQLITE),
    })
}

fn dotted(version: i32) -> String {
    format!(
        "{}.{}.{}",
        version / 1_000_000,
        version / 1000 % 1000,
        version % 1000
    )
}

pub(super) fn open_for_writing(path: &Path, options: &SqliteOptions) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = open(path, flags)?;
    set(&connection, "journal_mode", "wal")?;
    set(&connection, "synchronous", "2")?; // FULL: a commit is on the disk before it is answered.
    set(&connection, "foreign_keys", "1")?;
    if let Some(max_pages) = options.max_pages {
        set(&connection, "max_page_count", &max_pages.to_string())?;
    }
    Ok(connection)
}

/// The file must have been opened for writing before, because a reader cannot make the log's index.
pub(super) fn open_for_reading(path: &Path) -> Result<Connection, OpenError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, OpenError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // A broken disk is then an error to answer, where a mapped file would end the process.
    set(&connection, "mmap_size", "0")?;
    Ok(connection)
}

/// The newest version of the schema that this program knows.
pub(super) fn schema_version() -> u32 {
    let runner = migration::migrations::runner();
    let versions = runner.get_migrations().iter().map(refinery::Migration::version);
    versions
        .max()
        .and_then(|version| u32::try_from(version).ok())
        .unwrap_or(0)
}

pub(super) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    migration::migrations::runner().run(connection)?;
    Ok(())
}

fn set(connection: &Connection, setting: &'static str, wanted: &str) -> Result<(), OpenError> {
    connection.pragma_update(None, setting, wanted)?;
    let found = connection.pragma_query_value(None, setting, |row| Ok(to_text(row.get_ref(0)?)))?;
    if found == wanted {
        return Ok(());
    }
    Err(OpenError::SettingRefused {
        setting,
        found,
        wanted: wanted.to_owned(),
    })
}

fn to_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_that_can_corrupt_the_log_is_refused() {
        assert!(check_sqlite_version(3_051_003).is_ok());
        let refused = check_sqlite_version(3_051_002).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "SQLite is 3.51.2, but at least 3.51.3 is needed"
        );
    }

    #[test]
    fn a_setting_that_sqlite_does_not_follow_is_refused() {
        // A database in memory has no log to write ahead.
        let connection = Connection::open_in_memory().unwrap();
        let refused = set(&connection, "journal_mode", "wal").unwrap_err();
        assert!(matches!(refused, OpenError::SettingRefused { found, .. } if found == "memory"));
    }

    #[test]
    fn both_kinds_of_connection_keep_their_settings() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kassa.db");
        let writer = open_for_writing(&path, &SqliteOptions::default()).unwrap();
        let value = |connection: &Connection, name| {
            connection
                .pragma_query_value(None, name, |row| Ok(to_text(row.get_ref(0)?)))
                .unwrap()
        };
        assert_eq!(value(&writer, "journal_mode"), "wal");
        assert_eq!(value(&writer, "synchronous"), "2");
        assert_eq!(value(&writer, "foreign_keys"), "1");
        assert_eq!(value(&writer, "mmap_size"), "0");
        assert_eq!(value(&writer, "busy_timeout"), "5000");
        let reader = open_for_reading(&path).unwrap();
        assert!(reader.execute_batch("CREATE TABLE t (x)").is_err());
    }
}
