//! The truth, behind one trait.
//!
//! A store keeps the catalogue, carts, Kustom orders, snapshots, payments, orders, reviews and jobs. It has one way to
//! write, [`Store::commit`], and a commit is durable before it is answered. It decides nothing about shops: it enforces
//! versions, uniqueness and leases, because those hold only where the data is.

pub mod sqlite;

use async_trait::async_trait;
use jiff::Timestamp;
use kassa_commerce::answer::{IdempotencyKey, KeptAnswer, KeyScope};
use kassa_commerce::cart::Cart;
use kassa_commerce::catalogue::{Product, Shop};
use kassa_commerce::change::{Change, Committed};
use kassa_commerce::id::CartId;
use kassa_commerce::kustom::KustomOrder;
use kassa_commerce::order::Order;
use kassa_commerce::payment::Payment;
use kassa_commerce::reservation::Resource;
use kassa_commerce::review::Review;
use kassa_commerce::snapshot::Snapshot;
use kustom_api::KustomOrderId;
use thiserror::Error;

/// How many snapshots of the same goods are looked through for the one that was paid. They differ in their ways to ship.
pub const MAX_SNAPSHOTS: usize = 20;

/// How many kept answers that have ended are removed when another one is written.
pub const ENDED_ANSWERS_PER_WRITE: usize = 4;

/// What somebody wants to know about what runs out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scarce {
    /// Keys of promotions with their limits.
    pub promotions: Vec<(String, u32)>,
    /// Numbers of products whose pieces are counted.
    pub products: Vec<String>,
}

/// What others have left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOver {
    /// Keys of promotions that this cart can have no more.
    pub used_up: Vec<String>,
    /// How many pieces this cart may have. A product that is not here is not counted.
    pub available: Vec<(String, u32)>,
}

/// The shop as the last import has left it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredShop {
    /// How many imports there have been. It grows with each, also with one of products alone.
    pub version: u64,
    pub shop: Shop,
    /// What the last file was that a start has imported.
    pub start_file: Option<String>,
}

/// Some products as the import has left them that made the shop of this version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredProducts {
    pub version: u64,
    pub products: Vec<Product>,
}

#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The cart with its number, version and order filled in.
    async fn cart(&self, id: CartId) -> Result<Option<Cart>, StoreError>;

    async fn kustom_order(&self, id: &KustomOrderId) -> Result<Option<KustomOrder>, StoreError>;

    /// Every Kustom order the cart ever had, newest first.
    async fn kustom_orders_of(&self, cart_id: CartId) -> Result<Vec<KustomOrder>, StoreError>;

    async fn snapshot(&self, cart_id: CartId, revision: u64) -> Result<Option<Snapshot>, StoreError>;

    /// The snapshots of the cart with these goods, newest first, at most [`MAX_SNAPSHOTS`].
    async fn snapshots_with_goods(
        &self,
        cart_id: CartId,
        goods_hash: &str,
    ) -> Result<Vec<Snapshot>, StoreError>;

    /// What others have left for this cart of what runs out.
    async fn left_over(
        &self,
        cart_id: CartId,
        scarce: &Scarce,
        now: Timestamp,
    ) -> Result<LeftOver, StoreError>;

    /// Of version zero before the first import.
    async fn shop(&self) -> Result<StoredShop, StoreError>;

    /// Those of the numbers that there are, in any order.
    async fn products(&self, numbers: &[String]) -> Result<StoredProducts, StoreError>;

    /// What a request under this key was answered, if that was less than [`KEPT_FOR`] ago.
    ///
    /// [`KEPT_FOR`]: kassa_commerce::answer::KEPT_FOR
    async fn answer(
        &self,
        scope: KeyScope,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<KeptAnswer>, StoreError>;

    async fn order_of_cart(&self, cart_id: CartId) -> Result<Option<Order>, StoreError>;

    async fn order_of_kustom_order(&self, id: &KustomOrderId) -> Result<Option<Order>, StoreError>;

    /// By the number that people read.
    async fn order_with_number(&self, number: &str) -> Result<Option<Order>, StoreError>;

    /// By the number that people read. It opens nothing: whoever asks must know more.
    async fn cart_with_number(&self, number: &str) -> Result<Option<Cart>, StoreError>;

    async fn payments_of_cart(&self, cart_id: CartId) -> Result<Vec<Payment>, StoreError>;

    /// Oldest first.
    async fn reviews(&self) -> Result<Vec<Review>, StoreError>;

    /// When the next job can be claimed: it is due and nobody holds it. `None` if there is no job at all.
    async fn next_job_at(&self) -> Result<Option<Timestamp>, StoreError>;

    /// A random key of 32 bytes, made once with the store, from which callback tokens are derived.
    async fn callback_key(&self) -> Result<[u8; 32], StoreError>;

    /// Writes all of the change or none of it. When this answers `Ok`, the change survives a power cut.
    async fn commit(&self, change: Change) -> Result<Committed, StoreError>;
}

/// Why the store did not do as told. Constraint violations have become facts here.
///
/// Changes are written in groups, and one failure of the storage is the answer to all of a group: hence `Clone`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The cart moved on since the change was planned: plan again on the new one.
    #[error("the cart has changed meanwhile")]
    Conflict,
    /// The cart has another open Kustom order.
    #[error("the cart has an open Kustom order already")]
    AlreadyOpen,
    /// The request's key has an answer: whatever it asked for is done.
    #[error("the request has been answered already")]
    AlreadyAnswered,
    /// The cart has as many kept answers as it can have.
    #[error("the cart has too many idempotency keys")]
    TooManyKeys,
    /// The Kustom order, or the cart, has become an order already.
    #[error("the purchase has an order already")]
    AlreadyCompleted,
    /// The job was claimed by somebody else after its lease ended.
    #[error("the job's lease was lost")]
    LeaseLost,
    /// The change may have been written or not, and will not be written later: read, and plan again on what is found.
    #[error("it is not known whether the change was written")]
    Unknown,
    /// Others hold too much of it.
    #[error("there is not enough left of {} `{}`", .0.kind(), .0.key())]
    Exhausted(Resource),
    /// An import takes a tax class away that a product still needs.
    #[error("the product `{product_number}` needs the tax class `{tax_class}`")]
    TaxClassInUse {
        product_number: String,
        tax_class: String,
    },
    /// More is waiting than can be written in time.
    #[error("too many changes are waiting")]
    Busy,
    /// The disk is full, read-only or broken. Reads may still work.
    #[error("the storage cannot be written: {0}")]
    Unavailable(String),
    /// A fault that no caller can do anything about.
    #[error("the storage failed: {0}")]
    Internal(String),
}

impl StoreError {
    /// Whether the same wish, planned anew on what is stored by now, may succeed. Unique keys and versions keep a change
    /// that was written after all from being written twice.
    pub fn asks_to_plan_again(&self) -> bool {
        matches!(
            self,
            Self::Conflict | Self::AlreadyAnswered | Self::Unknown | Self::Exhausted(_)
        )
    }
}
