//! A store one of whose calls fails, to see what becomes of whoever made it.

use async_trait::async_trait;
use jiff::Timestamp;
use kassa::store::{LeftOver, Scarce, Store, StoreError, StoredProducts, StoredShop};
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
use std::sync::{Arc, Mutex};

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Nothing is read and nothing is written.
    Broken,
    /// Something else has changed the cart meanwhile. Says a read, it is broken.
    Conflict,
    /// It is written, and nobody can say so.
    WrittenUnknown,
    /// It is not written, and nobody can say so.
    Unknown,
}

impl Trouble {
    pub(crate) const ALL: [Self; 4] = [Self::Broken, Self::Conflict, Self::WrittenUnknown, Self::Unknown];
}

pub(crate) struct FailingStore {
    inner: Arc<dyn Store>,
    plan: Mutex<Option<Plan>>,
    /// How every call fails, if every call does.
    always: Mutex<Option<StoreError>>,
}

struct Plan {
    trouble: Trouble,
    /// How many calls succeed before the one that fails.
    calls_before: usize,
    has_struck: bool,
}

impl FailingStore {
    pub(crate) fn new(inner: Arc<dyn Store>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            plan: Mutex::new(None),
            always: Mutex::new(None),
        })
    }

    /// Of the calls to come, the one after so many others fails.
    pub(crate) fn fail_after(&self, calls_before: usize, trouble: Trouble) {
        *self.plan.lock().unwrap() = Some(Plan {
            trouble,
            calls_before,
            has_struck: false,
        });
    }

    /// From now on every call fails with this.
    pub(crate) fn fail_always(&self, error: StoreError) {
        *self.always.lock().unwrap() = Some(error);
    }

    /// From now on nothing fails. Answers whether anything has.
    pub(crate) fn mend(&self) -> bool {
        self.plan
            .lock()
            .unwrap()
            .take()
            .is_some_and(|plan| plan.has_struck)
    }

    fn strikes(&self) -> Option<Trouble> {
        let mut plan = self.plan.lock().unwrap();
        let plan = plan.as_mut().filter(|plan| !plan.has_struck)?;
        if plan.calls_before > 0 {
            plan.calls_before -= 1;
            return None;
        }
        plan.has_struck = true;
        Some(plan.trouble)
    }

    fn check_always(&self) -> Result<(), StoreError> {
        self.always.lock().unwrap().clone().map_or(Ok(()), Err)
    }

    fn check_read(&self) -> Result<(), StoreError> {
        self.check_always()?;
        match self.strikes() {
            None => Ok(()),
            Some(_) => Err(StoreError::Internal("broken on purpose".into())),
        }
    }
}

#[async_trait]
impl Store for FailingStore {
    async fn cart(&self, id: CartId) -> Result<Option<Cart>, StoreError> {
        self.check_read()?;
        self.inner.cart(id).await
    }

    async fn kustom_order(&self, id: &KustomOrderId) -> Result<Option<KustomOrder>, StoreError> {
        self.check_read()?;
        self.inner.kustom_order(id).await
    }

    async fn kustom_orders_of(&self, cart_id: CartId) -> Result<Vec<KustomOrder>, StoreError> {
        self.check_read()?;
        self.inner.kustom_orders_of(cart_id).await
    }

    async fn snapshot(&self, cart_id: CartId, revision: u64) -> Result<Option<Snapshot>, StoreError> {
        self.check_read()?;
        self.inner.snapshot(cart_id, revision).await
    }

    async fn snapshots_with_goods(
        &self,
        cart_id: CartId,
        goods_hash: &str,
    ) -> Result<Vec<Snapshot>, StoreError> {
        self.check_read()?;
        self.inner.snapshots_with_goods(cart_id, goods_hash).await
    }

    async fn left_over(
        &self,
        cart_id: CartId,
        scarce: &Scarce,
        now: Timestamp,
    ) -> Result<LeftOver, StoreError> {
        self.check_read()?;
        self.inner.left_over(cart_id, scarce, now).await
    }

    async fn shop(&self) -> Result<StoredShop, StoreError> {
        self.check_read()?;
        self.inner.shop().await
    }

    async fn products(&self, numbers: &[String]) -> Result<StoredProducts, StoreError> {
        self.check_read()?;
        self.inner.products(numbers).await
    }

    async fn answer(
        &self,
        scope: KeyScope,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        self.check_read()?;
        self.inner.answer(scope, key, now).await
    }

    async fn order_of_cart(&self, cart_id: CartId) -> Result<Option<Order>, StoreError> {
        self.check_read()?;
        self.inner.order_of_cart(cart_id).await
    }

    async fn order_of_kustom_order(&self, id: &KustomOrderId) -> Result<Option<Order>, StoreError> {
        self.check_read()?;
        self.inner.order_of_kustom_order(id).await
    }

    async fn order_with_number(&self, number: &str) -> Result<Option<Order>, StoreError> {
        self.check_read()?;
        self.inner.order_with_number(number).await
    }

    async fn cart_with_number(&self, number: &str) -> Result<Option<Cart>, StoreError> {
        self.check_read()?;
        self.inner.cart_with_number(number).await
    }

    async fn payments_of_cart(&self, cart_id: CartId) -> Result<Vec<Payment>, StoreError> {
        self.check_read()?;
        self.inner.payments_of_cart(cart_id).await
    }

    async fn reviews(&self) -> Result<Vec<Review>, StoreError> {
        self.check_read()?;
        self.inner.reviews().await
    }

    async fn next_job_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.check_read()?;
        self.inner.next_job_at().await
    }

    async fn callback_key(&self) -> Result<[u8; 32], StoreError> {
        self.inner.callback_key().await
    }

    async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        self.check_always()?;
        match self.strikes() {
            None => self.inner.commit(change).await,
            Some(Trouble::Broken) => Err(StoreError::Unavailable("full on purpose".into())),
            Some(Trouble::Conflict) => Err(StoreError::Conflict),
            Some(Trouble::Unknown) => Err(StoreError::Unknown),
            Some(Trouble::WrittenUnknown) => {
                self.inner.commit(change).await?;
                Err(StoreError::Unknown)
            }
        }
    }
}
