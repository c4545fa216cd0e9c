//! What only the SQLite store promises: one process per file, groups that are durable or not as a whole, a queue with
//! an end, and reads on a disk that is full.
//!
//! Some tests reach around the store with a connection of their own: to hold the writer up, or to plant a failure.

use crate::Backend;
use crate::answer::{keeping, of_cart};
use crate::data::{cart, cart_id, insertion, stored_cart, update};
use futures_util::FutureExt;
use futures_util::future::join_all;
use kassa::store::sqlite::{GROUP_LIMIT, OpenError, QUEUE_LIMIT, SqliteOptions, SqliteStore};
use kassa::store::{ENDED_ANSWERS_PER_WRITE, Store, StoreError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub(crate) struct SqliteBackend {
    store: SqliteStore,
    directory: TempDir,
}

impl SqliteBackend {
    fn path(&self) -> PathBuf {
        database_in(&self.directory)
    }

    fn with(options: &SqliteOptions) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open_with(&database_in(&directory), options).unwrap();
        Self { store, directory }
    }

    /// Nobody else can write until this is dropped.
    fn hold_writer(&self) -> Connection {
        let connection = Connection::open(self.path()).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        connection
    }
}

impl Backend for SqliteBackend {
    async fn new() -> Self {
        Self::with(&SqliteOptions::default())
    }

    fn store(&self) -> &dyn Store {
        &self.store
    }

    async fn restarted(self) -> Self {
        let Self { store, directory } = self;
        drop(store);
        let store = SqliteStore::open(&database_in(&directory)).unwrap();
        Self { store, directory }
    }
}

fn database_in(directory: &TempDir) -> PathBuf {
    directory.path().join("kassa.db")
}

fn is_refused(opened: &Result<SqliteStore, OpenError>) -> bool {
    matches!(opened, Err(OpenError::HeldByAnotherProcess { .. }))
}

#[tokio::test]
async fn a_file_is_opened_once_at_a_time() {
    let backend = SqliteBackend::new().await;
    assert!(is_refused(&SqliteStore::open(&backend.path())));
    // The attempt has not disturbed the one who has the file.
    stored_cart(backend.store(), 1).await;
    assert!(is_refused(&SqliteStore::open(&backend.path())));
    backend.store.close();
    let next = SqliteStore::open(&backend.path()).unwrap();
    assert!(next.cart(cart_id(1)).await.unwrap().is_some());
}

const CHILD_OPENS: &str = "STORE_CONTRACT_CHILD_OPENS";

/// Runs itself a second time: the child finds the path in its environment and is the other process.
#[tokio::test]
async fn a_file_is_refused_to_another_process() {
    if let Some(path) = std::env::var_os(CHILD_OPENS) {
        assert!(is_refused(&SqliteStore::open(Path::new(&path))));
        return;
    }
    let backend = SqliteBackend::new().await;
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sqlite::a_file_is_refused_to_another_process"])
        .env(CHILD_OPENS, backend.path())
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && printed.contains("1 passed"),
        "{printed}"
    );
}

#[tokio::test]
async fn a_missing_directory_is_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("missing").join("kassa.db");
    assert!(matches!(SqliteStore::open(&path), Err(OpenError::Io { .. })));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_kept() {
    let directory = tempfile::tempdir().unwrap();
    let path = database_in(&directory);
    let text = "Dear diary. ".repeat(1000);
    std::fs::write(&path, &text).unwrap();
    assert!(matches!(SqliteStore::open(&path), Err(OpenError::Sqlite(_))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let backend = SqliteBackend::new().await;
    backend.store.close();
    Connection::open(backend.path())
        .unwrap()
        .execute_batch(
            "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             SELECT 9999, 'from_the_future', applied_on, '1' FROM refinery_schema_history LIMIT 1",
        )
        .unwrap();
    let opened = SqliteStore::open(&backend.path());
    assert!(matches!(opened, Err(OpenError::Migration(_))));
}

#[tokio::test]
async fn an_answered_change_is_in_the_file() {
    let backend = SqliteBackend::new().await;
    let other = Connection::open(backend.path()).unwrap();
    for number in 1..=20 {
        backend.store.commit(insertion(cart(number))).await.unwrap();
        let count: u128 = other
            .query_row("SELECT count(*) FROM cart", [], |row| row.get::<_, u32>(0))
            .unwrap()
            .into();
        assert_eq!(count, number);
    }
}

/// A foreign key that is checked only at COMMIT lets each change succeed and the group fail.
#[tokio::test]
async fn a_group_that_does_not_become_durable_fails_for_all_in_it() {
    let backend = SqliteBackend::new().await;
    plant_failure_at_commit(&backend.path(), 13);
    let holding = backend.hold_writer();
    let mut commits = join_all((1..=30).map(|number| backend.store.commit(insertion(cart(number)))));
    assert!((&mut commits).now_or_never().is_none());
    drop(holding);
    for outcome in commits.await {
        assert!(matches!(outcome, Err(StoreError::Internal(_))), "{outcome:?}");
    }
    assert_eq!(backend.store.cart(cart_id(1)).await.unwrap(), None);
    assert_eq!(stored_cart(backend.store(), 31).await.number, "C100001");
}

fn plant_failure_at_commit(path: &Path, number: u128) {
    let cart_id = cart_id(number);
    let sql = format!(
        "CREATE TABLE planted (id TEXT REFERENCES cart (number) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER planting AFTER INSERT ON cart WHEN NEW.id = '{cart_id}'
         BEGIN INSERT INTO planted VALUES ('no such cart'); END"
    );
    Connection::open(path).unwrap().execute_batch(&sql).unwrap();
}

#[tokio::test]
async fn a_full_queue_says_busy_and_serves_those_who_wait() {
    let backend = SqliteBackend::new().await;
    stored_cart(backend.store(), 0).await;
    let holding = backend.hold_writer();
    // The writer may have taken one group already when the queue fills up.
    let fitting = QUEUE_LIMIT + GROUP_LIMIT;
    let mut waiting = Vec::new();
    let refused = loop {
        let mut commit = backend.store.commit(update(&cart(1)));
        match (&mut commit).now_or_never() {
            None => waiting.push(commit),
            Some(outcome) => break outcome,
        }
        assert!(waiting.len() <= fitting, "the queue has no end");
    };
    assert_eq!(refused, Err(StoreError::Busy));
    assert!(waiting.len() >= QUEUE_LIMIT);
    assert!(backend.store.cart(cart_id(0)).await.unwrap().is_some());
    drop(holding);
    let answers = join_all(waiting).await;
    assert!(answers.iter().all(|answer| *answer == Err(StoreError::Conflict)));
    stored_cart(backend.store(), 2).await;
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_serves_reads() {
    let backend = SqliteBackend::with(&SqliteOptions { max_pages: Some(60) });
    let mut stored = Vec::new();
    let error = loop {
        // Many at once, so that SQLite gives up in the middle of a group.
        let first = 1 + stored.len() as u128;
        let numbers = first..first + 20;
        let commits = numbers
            .clone()
            .map(|number| backend.store.commit(insertion(cart(number))));
        let outcomes = join_all(commits).await;
        let failure = outcomes.iter().find_map(|outcome| outcome.clone().err());
        stored.extend(
            numbers
                .zip(outcomes)
                .filter_map(|(number, outcome)| outcome.ok().map(|_| number)),
        );
        if let Some(failure) = failure {
            break failure;
        }
    };
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    // Exactly what was answered with Ok is there.
    let other = Connection::open(backend.path()).unwrap();
    let count: u32 = other
        .query_row("SELECT count(*) FROM cart", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count as usize, stored.len());
    for number in stored {
        assert!(backend.store.cart(cart_id(number)).await.unwrap().is_some());
    }
    let still_full = backend.store.commit(insertion(large_cart(1_000_000))).await;
    assert!(matches!(still_full, Err(StoreError::Unavailable(_))));
}

fn large_cart(number: u128) -> kassa_commerce::cart::Cart {
    let mut cart = cart(number);
    cart.fields.insert("note".to_owned(), "x".repeat(100_000).into());
    cart
}

#[tokio::test]
async fn closing_finishes_what_waits_even_when_nobody_listens() {
    let backend = SqliteBackend::new().await;
    let holding = backend.hold_writer();
    for number in 1..=600 {
        // The future is dropped at once, as when a browser leaves.
        let left = backend.store.commit(insertion(cart(number))).now_or_never();
        assert_eq!(left, None);
    }
    drop(holding);
    let backend = backend.restarted().await;
    for number in 1..=600 {
        assert!(backend.store.cart(cart_id(number)).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_closed_store_reads_but_does_not_write() {
    let backend = SqliteBackend::new().await;
    stored_cart(backend.store(), 1).await;
    backend.store.close();
    let refused = backend.store.commit(insertion(cart(2))).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    assert!(backend.store.cart(cart_id(1)).await.unwrap().is_some());
}

/// A day with many requests ends for all of them at once. Nobody waits while they are cleared away.
#[tokio::test]
async fn answers_that_have_ended_are_removed_in_small_steps() {
    const MILLISECONDS_OF_TWO_DAYS: i64 = 2 * 86_400_000;
    let backend = SqliteBackend::new().await;
    let other = Connection::open(backend.path()).unwrap();
    let count = || -> usize {
        other
            .query_row("SELECT count(*) FROM answer", [], |row| row.get(0))
            .unwrap()
    };
    let first = (0..3 * ENDED_ANSWERS_PER_WRITE).map(|number| {
        let number = u32::try_from(number).unwrap();
        backend.store.commit(keeping(of_cart(1), number, 1, 0))
    });
    assert!(join_all(first).await.iter().all(Result::is_ok));
    assert_eq!(count(), 3 * ENDED_ANSWERS_PER_WRITE);
    for (number, left_over) in (100..).zip([2 * ENDED_ANSWERS_PER_WRITE, ENDED_ANSWERS_PER_WRITE, 0, 0]) {
        let new = keeping(of_cart(2), number, 1, MILLISECONDS_OF_TWO_DAYS);
        backend.store.commit(new).await.unwrap();
        let written = usize::try_from(number - 99).unwrap();
        assert_eq!(count(), left_over + written);
    }
}
