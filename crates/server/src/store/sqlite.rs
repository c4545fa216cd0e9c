//! The store in one SQLite file, for one process.
//!
//! One thread writes and makes what waits durable in groups, because a write to disk costs the same for one change as
//! for hundreds. Reads have connections of their own and never wait for the writer. SQLite's words end in this module:
//! callers see facts of the shop or [`StoreError`].

mod answer;
mod apply;
mod catalogue;
mod connection;
mod failure;
mod hold;
mod inspect;
mod job;
mod lock;
mod order;
mod query;
mod readers;
mod time;
mod writer;

pub use connection::SqliteOptions;
pub use failure::OpenError;
pub use inspect::{Content, InspectError, Inspection, inspect, is_in_use};
pub use writer::{GROUP_LIMIT, QUEUE_LIMIT};

use super::{LeftOver, Scarce, Store, StoreError, StoredProducts, StoredShop};
use async_trait::async_trait;
use jiff::Timestamp;
use kassa_commerce::answer::{IdempotencyKey, KeptAnswer, KeyScope};
use kassa_commerce::cart::Cart;
use kassa_commerce::change::{Change, Committed};
use kassa_commerce::id::CartId;
use kassa_commerce::kustom::KustomOrder;
use kassa_commerce::order::Order;
use kassa_commerce::payment::Payment;
use kassa_commerce::review::Review;
use kassa_commerce::snapshot::Snapshot;
use kustom_api::KustomOrderId;
use lock::FileLock;
use readers::Readers;
use std::path::Path;
use writer::Writer;

/// Dropping the store finishes what waits to be written, like [`SqliteStore::close`].
pub struct SqliteStore {
    // Fields are dropped in this order, and the last connection to close folds the log into the file. A reader cannot.
    readers: Readers,
    writer: Writer,
}

impl SqliteStore {
    /// Opens the file, which is made if it is missing; its directory must exist. Blocks for as long as migrations take.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, &SqliteOptions::default())
    }

    pub fn open_with(path: &Path, options: &SqliteOptions) -> Result<Self, OpenError> {
        connection::check_sqlite_version(rusqlite::version_number())?;
        let lock = FileLock::take(path)?;
        let mut connection = connection::open_for_writing(path, options)?;
        connection::migrate(&mut connection)?;
        Ok(Self {
            readers: Readers::open(path)?,
            writer: Writer::start(connection, lock)?,
        })
    }

    /// Writes what waits, then lets another process have the file. Reads go on; later commits are refused.
    ///
    /// Blocks the thread until the disk is done.
    pub fn close(&self) {
        self.writer.close();
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn cart(&self, id: CartId) -> Result<Option<Cart>, StoreError> {
        self.readers
            .read(move |connection| query::cart(connection, id))
            .await
    }

    async fn kustom_order(&self, id: &KustomOrderId) -> Result<Option<KustomOrder>, StoreError> {
        let id = id.clone();
        self.readers
            .read(move |connection| query::kustom_order(connection, &id))
            .await
    }

    async fn kustom_orders_of(&self, cart_id: CartId) -> Result<Vec<KustomOrder>, StoreError> {
        self.readers
            .read(move |connection| query::kustom_orders_of(connection, cart_id))
            .await
    }

    async fn snapshot(&self, cart_id: CartId, revision: u64) -> Result<Option<Snapshot>, StoreError> {
        self.readers
            .read(move |connection| query::snapshot(connection, cart_id, revision))
            .await
    }

    async fn snapshots_with_goods(
        &self,
        cart_id: CartId,
        goods_hash: &str,
    ) -> Result<Vec<Snapshot>, StoreError> {
        let goods_hash = goods_hash.to_owned();
        self.readers
            .read(move |connection| query::snapshots_with_goods(connection, cart_id, &goods_hash))
            .await
    }

    async fn left_over(
        &self,
        cart_id: CartId,
        scarce: &Scarce,
        now: Timestamp,
    ) -> Result<LeftOver, StoreError> {
        let scarce = scarce.clone();
        self.readers
            .read(move |connection| hold::left_over(connection, cart_id, &scarce, now))
            .await
    }

    async fn shop(&self) -> Result<StoredShop, StoreError> {
        self.readers.read(catalogue::shop).await
    }

    async fn products(&self, numbers: &[String]) -> Result<StoredProducts, StoreError> {
        let numbers = numbers.to_vec();
        self.readers
            .read(move |connection| catalogue::products(connection, &numbers))
            .await
    }

    async fn answer(
        &self,
        scope: KeyScope,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        let key = key.clone();
        self.readers
            .read(move |connection| answer::kept(connection, scope, &key, now))
            .await
    }

    async fn order_of_cart(&self, cart_id: CartId) -> Result<Option<Order>, StoreError> {
        self.readers
            .read(move |connection| query::order_of_cart(connection, cart_id))
            .await
    }

    async fn order_of_kustom_order(&self, id: &KustomOrderId) -> Result<Option<Order>, StoreError> {
        let id = id.clone();
        self.readers
            .read(move |connection| query::order_of_kustom_order(connection, &id))
            .await
    }

    async fn order_with_number(&self, number: &str) -> Result<Option<Order>, StoreError> {
        let number = number.to_owned();
        self.readers
            .read(move |connection| query::order_with_number(connection, &number))
            .await
    }

    async fn cart_with_number(&self, number: &str) -> Result<Option<Cart>, StoreError> {
        let number = number.to_owned();
        self.readers
            .read(move |connection| query::cart_with_number(connection, &number))
            .await
    }

    async fn payments_of_cart(&self, cart_id: CartId) -> Result<Vec<Payment>, StoreError> {
        self.readers
            .read(move |connection| query::payments_of_cart(connection, cart_id))
            .await
    }

    async fn reviews(&self) -> Result<Vec<Review>, StoreError> {
        self.readers.read(query::reviews).await
    }

    async fn next_job_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.readers.read(query::next_job_at).await
    }

    async fn callback_key(&self) -> Result<[u8; 32], StoreError> {
        self.readers.read(query::callback_key).await
    }

    async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        self.writer.commit(change).await
    }
}
