//! A storage that cannot be written, or in which something happens just after a read.

use crate::answer::assert_headers;
use crate::kustom_faults::Fault;
use crate::shop::{Shop, request_of};
use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use futures_util::future::BoxFuture;
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
use serde_json::json;
use std::sync::{Arc, Mutex};

/// Stands in front of the shop's own store.
pub(crate) struct Troubled {
    inner: Arc<dyn Store>,
    commit_fails: Mutex<Option<StoreError>>,
    read_fails: Mutex<Option<StoreError>>,
    after_next_read: Mutex<Option<BoxFuture<'static, ()>>>,
}

impl Troubled {
    /// Before the first checkout is opened, because the tokens of pushes change as well.
    pub(crate) fn install(shop: &mut Shop) -> Arc<Self> {
        let troubled = Arc::new(Self {
            inner: shop.app.store.clone(),
            commit_fails: Mutex::new(None),
            read_fails: Mutex::new(None),
            after_next_read: Mutex::new(None),
        });
        let store = troubled.clone();
        shop.reconfigure(|parts| parts.store = store);
        troubled
    }

    /// From now on nothing can be written; `None` ends it.
    pub(crate) fn refuse(&self, error: Option<StoreError>) {
        *self.commit_fails.lock().unwrap() = error;
    }

    /// The next read of a cart fails.
    pub(crate) fn fail_next_read(&self, error: StoreError) {
        *self.read_fails.lock().unwrap() = Some(error);
    }

    /// Happens between the next read of a cart and whatever its reader does then.
    pub(crate) fn after_next_read(&self, event: impl Future<Output = ()> + Send + 'static) {
        *self.after_next_read.lock().unwrap() = Some(Box::pin(event));
    }
}

#[async_trait]
impl Store for Troubled {
    async fn cart(&self, id: CartId) -> Result<Option<Cart>, StoreError> {
        if let Some(error) = self.read_fails.lock().unwrap().take() {
            return Err(error);
        }
        let cart = self.inner.cart(id).await;
        let event = self.after_next_read.lock().unwrap().take();
        if let Some(event) = event {
            event.await;
        }
        cart
    }

    async fn kustom_order(&self, id: &KustomOrderId) -> Result<Option<KustomOrder>, StoreError> {
        self.inner.kustom_order(id).await
    }

    async fn kustom_orders_of(&self, cart_id: CartId) -> Result<Vec<KustomOrder>, StoreError> {
        self.inner.kustom_orders_of(cart_id).await
    }

    async fn snapshot(&self, cart_id: CartId, revision: u64) -> Result<Option<Snapshot>, StoreError> {
        self.inner.snapshot(cart_id, revision).await
    }

    async fn snapshots_with_goods(
        &self,
        cart_id: CartId,
        goods_hash: &str,
    ) -> Result<Vec<Snapshot>, StoreError> {
        self.inner.snapshots_with_goods(cart_id, goods_hash).await
    }

    async fn left_over(
        &self,
        cart_id: CartId,
        scarce: &Scarce,
        now: Timestamp,
    ) -> Result<LeftOver, StoreError> {
        self.inner.left_over(cart_id, scarce, now).await
    }

    async fn shop(&self) -> Result<StoredShop, StoreError> {
        self.inner.shop().await
    }

    async fn products(&self, numbers: &[String]) -> Result<StoredProducts, StoreError> {
        self.inner.products(numbers).await
    }

    async fn answer(
        &self,
        scope: KeyScope,
        key: &IdempotencyKey,
        now: Timestamp,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        self.inner.answer(scope, key, now).await
    }

    async fn order_of_cart(&self, cart_id: CartId) -> Result<Option<Order>, StoreError> {
        self.inner.order_of_cart(cart_id).await
    }

    async fn order_of_kustom_order(&self, id: &KustomOrderId) -> Result<Option<Order>, StoreError> {
        self.inner.order_of_kustom_order(id).await
    }

    async fn order_with_number(&self, number: &str) -> Result<Option<Order>, StoreError> {
        self.inner.order_with_number(number).await
    }

    async fn cart_with_number(&self, number: &str) -> Result<Option<Cart>, StoreError> {
        self.inner.cart_with_number(number).await
    }

    async fn payments_of_cart(&self, cart_id: CartId) -> Result<Vec<Payment>, StoreError> {
        self.inner.payments_of_cart(cart_id).await
    }

    async fn reviews(&self) -> Result<Vec<Review>, StoreError> {
        self.inner.reviews().await
    }

    async fn next_job_at(&self) -> Result<Option<Timestamp>, StoreError> {
        self.inner.next_job_at().await
    }

    async fn callback_key(&self) -> Result<[u8; 32], StoreError> {
        self.inner.callback_key().await
    }

    async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        let error = self.commit_fails.lock().unwrap().clone();
        match error {
            Some(error) => Err(error),
            None => self.inner.commit(change).await,
        }
    }
}

fn troubles() -> [(StoreError, &'static str); 2] {
    [
        (StoreError::Busy, "BUSY"),
        (
            StoreError::Unavailable("disk full at e-c-h-o".into()),
            "STORAGE_UNAVAILABLE",
        ),
    ]
}

#[tokio::test]
async fn what_cannot_be_saved_is_refused_and_reads_keep_working() {
    let mut shop = Shop::open().await;
    let storage = Troubled::install(&mut shop);
    let cart_id = shop.cart_with_shoes().await;
    let before = shop.cart(&cart_id).await;
    for (error, code) in troubles() {
        storage.refuse(Some(error));
        let path = format!("/ingress/commerce/carts/{cart_id}/email");
        let body = json!({ "profileKey": "se-webshop", "locale": "sv_SE" });
        for refused in [
            shop.post(&path, json!({ "email": "a@example.test" })).await,
            shop.post("/ingress/commerce/carts", body).await,
        ] {
            assert_eq!(refused.failure(), (503, code.to_owned()));
            assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
            assert!(!refused.text.contains("e-c-h-o"), "{}", refused.text);
            assert_headers(&refused);
        }
        assert_eq!(shop.cart(&cart_id).await, before);
    }
    storage.refuse(None);
    let body = json!({ "email": "a@example.test" });
    assert_eq!(
        shop.mutate(&cart_id, "email", body).await["email"],
        "a@example.test"
    );
}

/// The shopper is told to wait; Kustom, which would not ring again after a success, to come back.
#[tokio::test]
async fn a_purchase_that_cannot_be_saved_is_neither_failed_nor_taken_as_known() {
    for (error, code) in troubles() {
        let mut shop = Shop::open().await;
        let storage = Troubled::install(&mut shop);
        let cart_id = shop.cart_with_shoes().await;
        let id = shop.opened(&cart_id).await;
        shop.pay(&id).await;
        storage.refuse(Some(error));
        let confirmed = shop.confirm(&cart_id).await.ok();
        assert_eq!(confirmed, json!({ "status": "checkout_incomplete" }));
        let pushed = shop.push(&id).await;
        assert_eq!(pushed.failure(), (503, code.to_owned()));
        assert!(pushed.header("retry-after").is_some());

        // Kustom cannot be asked either, and the job that would ask later cannot be kept.
        let orders = "/checkout/v3/orders/";
        let fault = Fault::Refused(StatusCode::SERVICE_UNAVAILABLE);
        shop.kustom_faults.inject(Method::GET, orders, fault, 1);
        assert_eq!(shop.push(&id).await.failure(), (503, code.to_owned()));
        storage.refuse(None);
        shop.assert_no_job_left().await;
        shop.push(&id).await.ok();
        shop.settle().await;
        shop.assert_one_order(&cart_id, &id).await;
    }
}

#[tokio::test]
async fn a_purchase_that_lost_its_credentials_is_not_taken_as_known_either() {
    let mut shop = Shop::open().await;
    shop.reconfigure(|_| ());
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.reconfigure(|parts| parts.kustom = None);
    let refused = (500, "KUSTOM_NOT_CONFIGURED".to_owned());
    assert_eq!(shop.push(&id).await.failure(), refused);
    assert_eq!(shop.confirm(&cart_id).await.failure(), refused);
    shop.reconfigure(|_| ());
    shop.push(&id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

/// Who listens only after reading misses what happens in between.
#[tokio::test]
async fn a_change_between_connecting_and_the_first_event_is_not_missed() {
    let mut shop = Shop::open().await;
    let storage = Troubled::install(&mut shop);
    let cart_id = shop.cart_with_shoes().await;
    let router = shop.router.clone();
    let email = Request::post(format!("/ingress/commerce/carts/{cart_id}/email"))
        .header("content-type", "application/json")
        .body(Body::from(r#"{"email":"shopper@example.test"}"#))
        .unwrap();
    storage.after_next_read(async move {
        request_of(router, email).await.ok();
    });
    let mut events = crate::events::Events::open(&shop, &cart_id).await;
    let init = events.next().await.unwrap();
    assert!(init.cart("init").get("email").is_none(), "the read came first");
    assert_eq!(events.updated().await["email"], "shopper@example.test");
}

#[tokio::test]
async fn a_stream_that_cannot_read_its_cart_asks_the_browser_to_come_back() {
    let mut shop = Shop::open().await;
    let store = Troubled::install(&mut shop);
    let cart_id = shop.cart_with_shoes().await;
    store.fail_next_read(StoreError::Unavailable("as if by a broken disk".into()));
    // An error status would end the browser's stream for good.
    let answer = shop
        .get(&format!("/ingress/commerce/carts/{cart_id}/events"))
        .await;
    assert_eq!(
        (answer.status, answer.text.as_str()),
        (StatusCode::OK, "retry: 2000\n\n")
    );
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
}
