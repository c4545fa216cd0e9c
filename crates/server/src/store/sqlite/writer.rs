//! The one thread that writes.
//!
//! It takes whatever waits, writes it in one transaction and only then answers. No timer holds a lone change back. A
//! change that is refused undoes only itself; a transaction that does not become durable is a failure for all in it.

use super::apply::apply;
use super::failure::OpenError;
use super::lock::FileLock;
use crate::crash;
use crate::store::StoreError;
use kassa_commerce::change::{Change, Committed};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use tokio::sync::{mpsc, oneshot};

/// Less than a tenth of a second's work. Whoever comes later would wait longer than it takes to hear "busy" and try
/// again. It is also far below the number of connections: while a disk hangs, most of them must be left for reads.
pub const QUEUE_LIMIT: usize = 1024;

/// Larger groups are hardly faster, and the first in a group waits for the last.
pub const GROUP_LIMIT: usize = 512;

type Outcome = Result<Committed, StoreError>;

struct Waiting {
    change: Change,
    answer: oneshot::Sender<Outcome>,
}

struct Running {
    queue: mpsc::Sender<Waiting>,
    thread: JoinHandle<()>,
}

pub(super) struct Writer {
    /// `None` once closed.
    running: Mutex<Option<Running>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, lock: FileLock) -> Result<Self, OpenError> {
        let (queue, waiting) = mpsc::channel(QUEUE_LIMIT);
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                write_until_closed(&connection, waiting);
                // The file is free for another process only when nothing of ours is open for writing.
                drop(connection);
                drop(lock);
            })
            .map_err(OpenError::Thread)?;
        let running = Mutex::new(Some(Running { queue, thread }));
        Ok(Self { running })
    }

    /// The change is written even when the caller stops waiting for the answer.
    pub(super) async fn commit(&self, change: Change) -> Outcome {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Waiting { change, answer })?;
        // The thread stopped with the change in its hands, before or after the disk had it.
        answered.await.unwrap_or(Err(StoreError::Unknown))
    }

    fn enqueue(&self, waiting: Waiting) -> Result<(), StoreError> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(running) = running.as_ref() else {
            return Err(StoreError::Unavailable("the store is closed".to_owned()));
        };
        running.queue.try_send(waiting).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => {
                StoreError::Internal("the thread that writes has stopped".to_owned())
            }
        })
    }

    pub(super) fn close(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Running { queue, thread }) = running else {
            return;
        };
        drop(queue);
        if thread.join().is_err() {
            tracing::error!("the thread that writes to the store had panicked");
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.close();
    }
}

fn write_until_closed(connection: &Connection, mut queue: mpsc::Receiver<Waiting>) {
    while let Some(first) = queue.blocking_recv() {
        write_group(connection, first, &mut queue);
    }
    if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)") {
        // Nothing is lost: the log stays beside the file and is read at the next start.
        tracing::warn!(%error, "the store's log was not folded into its file");
    }
}

/// What arrives while the transaction begins still joins the group.
fn write_group(connection: &Connection, first: Waiting, queue: &mut mpsc::Receiver<Waiting>) {
    let begun = begin(connection);
    let mut group = vec![first];
    while group.len() < GROUP_LIMIT
        && let Ok(next) = queue.try_recv()
    {
        group.push(next);
    }
    let (changes, answers): (Vec<_>, Vec<_>) = group
        .into_iter()
        .map(|waiting| (waiting.change, waiting.answer))
        .unzip();
    let outcomes = begun
        .and_then(|()| commit(connection, &changes))
        .unwrap_or_else(|error| vec![Err(error); changes.len()]);
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        // Whoever asked may have left; the change is written all the same.
        let _ = answer.send(outcome);
    }
}

fn begin(connection: &Connection) -> Result<(), StoreError> {
    run(connection, "BEGIN IMMEDIATE")
}

/// The outcome of each change once all of them are durable, or why none is.
fn commit(connection: &Connection, changes: &[Change]) -> Result<Vec<Outcome>, StoreError> {
    let written = write_all(connection, changes);
    crash::point("writer.before_commit");
    let durable = written.and_then(|outcomes| run(connection, "COMMIT").map(|()| outcomes));
    crash::point("writer.after_commit");
    if durable.is_err() {
        roll_back(connection);
    }
    durable
}

/// SQLite leaves some failed transactions open, and the next group could not begin inside one.
fn roll_back(connection: &Connection) {
    if connection.is_autocommit() {
        return;
    }
    if let Err(error) = run(connection, "ROLLBACK") {
        tracing::error!(%error, "the store could not roll a failed transaction back");
    }
}

fn write_all(connection: &Connection, changes: &[Change]) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = Vec::with_capacity(changes.len());
    for change in changes {
        let outcome = write_alone(connection, || apply(connection, change))?;
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Writes one change so that its refusal, or its panic, leaves nothing of it and does not touch the others.
///
/// The outer error means that the whole transaction is gone: SQLite gives it up by itself when the disk fails or is
/// full, and then what the group wrote before is gone as well.
fn write_alone(connection: &Connection, write: impl FnOnce() -> Outcome) -> Result<Outcome, StoreError> {
    run(connection, "SAVEPOINT change")?;
    let outcome = catch_unwind(AssertUnwindSafe(write))
        .unwrap_or_else(|_| Err(StoreError::Internal("writing the change panicked".to_owned())));
    match outcome {
        Err(error) if connection.is_autocommit() => return Err(error),
        Err(_) => run(connection, "ROLLBACK TO change")?,
        Ok(_) => {}
    }
    run(connection, "RELEASE change")?;
    Ok(outcome)
}

fn run(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insert(connection: &Connection, number: u64) {
        connection.execute("INSERT INTO t VALUES (?1)", [number]).unwrap();
    }

    fn numbers(connection: &Connection) -> Vec<u64> {
        let mut statement = connection.prepare("SELECT number FROM t").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    }

    #[test]
    fn a_change_that_panics_undoes_only_itself() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (number INTEGER)")
            .unwrap();
        begin(&connection).unwrap();
        let first = write_alone(&connection, || {
            insert(&connection, 1);
            Ok(Committed::default())
        });
        let second = write_alone(&connection, || {
            insert(&connection, 2);
            panic!("as a bug would")
        });
        run(&connection, "COMMIT").unwrap();
        assert!(matches!(first, Ok(Ok(_))));
        assert!(matches!(second, Ok(Err(StoreError::Internal(_)))));
        assert_eq!(numbers(&connection), [1]);
    }

    #[test]
    fn a_transaction_that_sqlite_gave_up_fails_as_a_whole() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE t (number INTEGER)")
            .unwrap();
        begin(&connection).unwrap();
        let gone = write_alone(&connection, || {
            connection.execute_batch("ROLLBACK").unwrap();
            Err(StoreError::Unavailable("the disk is full".to_owned()))
        });
        assert!(matches!(gone, Err(StoreError::Unavailable(_))));
    }
}
