//! A few connections that only read. A read sees everything that was committed before it began.

use super::connection;
use super::failure::OpenError;
use crate::store::StoreError;
use rusqlite::Connection;
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Reads are short and mostly served from memory, so more connections than cores only take turns.
const READERS: usize = 4;

pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    /// One for each connection; whoever has one finds a connection idle.
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let connections: Vec<_> = (0..READERS)
            .map(|_| connection::open_for_reading(path))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            idle: Arc::new(Mutex::new(connections)),
            permits: Arc::new(Semaphore::new(READERS)),
        })
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .expect("nobody closes the semaphore");
        let idle = Arc::clone(&self.idle);
        let reading = tokio::task::spawn_blocking(move || {
            // The closure runs to its end even when the caller has gone, so it owns the permit and not the caller.
            let _permit = permit;
            let connection = Borrowed::take(&idle);
            query(&connection)
        });
        reading
            .await
            .unwrap_or_else(|error| Err(StoreError::Internal(error.to_string())))
    }
}

/// Gives the connection back also when the query panics.
struct Borrowed<'a> {
    connection: Option<Connection>,
    idle: &'a Mutex<Vec<Connection>>,
}

impl<'a> Borrowed<'a> {
    fn take(idle: &'a Mutex<Vec<Connection>>) -> Self {
        let connection = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Self { connection, idle }
    }
}

impl Deref for Borrowed<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
            .as_ref()
            .expect("a permit stands for an idle connection")
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let connections = self.connection.take();
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(connections);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::SqliteOptions;

    #[tokio::test]
    async fn a_read_that_panics_gives_its_connection_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("kassa.db");
        let _writer = connection::open_for_writing(&path, &SqliteOptions::default()).unwrap();
        let readers = Readers::open(&path).unwrap();
        for _ in 0..=READERS {
            let answer = readers.read::<()>(|_| panic!("as a bug would")).await;
            assert!(matches!(answer, Err(StoreError::Internal(_))));
        }
        assert!(readers.read(|_| Ok(())).await.is_ok());
    }
}
