//! A look at the database file for `kassa check`, which changes nothing and may happen beside the running server.

use super::connection::schema_version;
use super::failure::OpenError;
use super::query::{self, document};
use super::{catalogue, lock};
use crate::store::{StoreError, StoredShop};
use kassa_commerce::catalogue::Product;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;
use thiserror::Error;

/// Somebody waits for the answer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(2);

/// What a database file holds.
#[derive(Debug)]
pub struct Inspection {
    pub schema_version: u32,
    /// Of this program.
    pub wanted_version: u32,
    /// Only where the schema is this program's.
    pub content: Option<Content>,
}

#[derive(Debug)]
pub struct Content {
    pub callback_key: [u8; 32],
    pub shop: StoredShop,
    pub products: Vec<Product>,
    /// Kustom orders by the host at which they were made.
    pub kustom_orders: Vec<(String, u64)>,
}

#[derive(Debug, Error)]
pub enum InspectError {
    #[error(transparent)]
    Open(#[from] rusqlite::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("it is not a database of Kassa")]
    Foreign,
}

/// Whether a process has the database open. The lock is let go at once.
pub fn is_in_use(database: &Path) -> Result<bool, OpenError> {
    lock::is_held(database)
}

pub fn inspect(database: &Path) -> Result<Inspection, InspectError> {
    let connection = open(database)?;
    let sql = "SELECT max(version) FROM refinery_schema_history";
    let version: Result<Option<u32>, _> = connection.query_row(sql, [], |row| row.get(0));
    let found = match version {
        Ok(version) => version.unwrap_or(0),
        Err(rusqlite::Error::SqliteFailure(error, text)) if error.code == rusqlite::ErrorCode::Unknown => {
            let is_missing = text
                .as_deref()
                .is_some_and(|text| text.starts_with("no such table"));
            return Err(if is_missing {
                InspectError::Foreign
            } else {
                rusqlite::Error::SqliteFailure(error, text).into()
            });
        }
        Err(error) => return Err(error.into()),
    };
    let wanted_version = schema_version();
    let content = (found == wanted_version)
        .then(|| content(&connection))
        .transpose()?;
    Ok(Inspection {
        schema_version: found,
        wanted_version,
        content,
    })
}

/// A reader of a log that is written ahead would make an index beside it. Without a log there is nothing to read there, and
/// then the file alone is read.
fn open(database: &Path) -> Result<Connection, rusqlite::Error> {
    let log = beside(database, "-wal");
    let has_log = log.metadata().is_ok_and(|log| log.len() > 0);
    let mut flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if has_log {
        Connection::open_with_flags(database, flags)?
    } else {
        flags |= OpenFlags::SQLITE_OPEN_URI;
        let absolute = std::path::absolute(database).unwrap_or_else(|_| database.to_owned());
        let path =
            percent_encoding::percent_encode(absolute.as_os_str().as_encoded_bytes(), PATH).to_string();
        Connection::open_with_flags(format!("file:{path}?immutable=1"), flags)?
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

const PATH: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'.')
    .remove(b'-')
    .remove(b'_');

fn beside(database: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn content(connection: &Connection) -> Result<Content, InspectError> {
    let mut statement = connection.prepare("SELECT body FROM product ORDER BY number")?;
    let products = statement.query_and_then([], |row| document(row, 0))?;
    Ok(Content {
        callback_key: query::callback_key(connection)?,
        shop: catalogue::shop(connection)?,
        products: products.collect::<Result<_, StoreError>>()?,
        kustom_orders: hosts(connection)?,
    })
}

/// `https://api.kustom.co` from `https://api.kustom.co/checkout/v3/orders/…`.
fn hosts(connection: &Connection) -> Result<Vec<(String, u64)>, InspectError> {
    let sql =
        "SELECT substr(location, 1, instr(location, '/checkout/') - 1) AS host, count(*) FROM kustom_order
               WHERE location LIKE '%/checkout/%' GROUP BY host ORDER BY host LIMIT 100";
    let mut statement = connection.prepare(sql)?;
    let hosts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(hosts.collect::<Result<_, _>>()?)
}
