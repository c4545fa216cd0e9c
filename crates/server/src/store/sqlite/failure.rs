//! What SQLite's failures mean to the shop.

use crate::store::StoreError;
use rusqlite::ErrorCode;
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// Why the database file was not opened.
#[derive(Debug, Error)]
pub enum OpenError {
    #[error("another process has the database {}", path.display())]
    HeldByAnotherProcess { path: PathBuf },
    /// Older versions can corrupt a database that writes its log ahead.
    #[error("SQLite is {found}, but at least {wanted} is needed")]
    SqliteTooOld { found: String, wanted: String },
    /// The file system, or the way SQLite was built, does not allow what durability needs.
    #[error("the database keeps {setting} at {found}, but {wanted} is needed")]
    SettingRefused {
        setting: &'static str,
        found: String,
        wanted: String,
    },
    #[error("the database could not be brought up to date")]
    Migration(#[from] refinery::Error),
    #[error("the file {} could not be opened", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("the database could not be opened")]
    Sqlite(#[from] rusqlite::Error),
    #[error("the thread that writes could not be started")]
    Thread(#[source] io::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen,
            ) => Self::Unavailable(error.to_string()),
            // A backup or an operator's shell holds the file for longer than we wait.
            Some(ErrorCode::DatabaseBusy) => Self::Busy,
            Some(ErrorCode::ConstraintViolation) => refusal(&error.to_string()),
            _ => Self::Internal(error.to_string()),
        }
    }
}

/// SQLite names a violated unique key by its columns, as in `UNIQUE constraint failed: orders.cart_id`.
fn refusal(violation: &str) -> StoreError {
    let key = violation.strip_prefix("UNIQUE constraint failed: ");
    match key {
        Some("cart.id") => StoreError::Conflict,
        Some("answer.scope, answer.key") => StoreError::AlreadyAnswered,
        Some("kustom_order.id" | "kustom_order.cart_id") => StoreError::AlreadyOpen,
        Some("orders.cart_id" | "orders.kustom_order_id" | "payment.provider, payment.reference") => {
            StoreError::AlreadyCompleted
        }
        _ => StoreError::Internal(violation.to_owned()),
    }
}
