//! A whole shop for one test: the server over a database file of its own, the emulator behind a socket, one clock.

use crate::answer::Answer;
use crate::clock::ManualClock;
use crate::kustom_faults::{self, KustomFaults};
use crate::parts::{self, client};
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use axum::middleware::from_fn_with_state;
use jiff::{SignedDuration, Timestamp};
use kassa::app::{App, Parts};
use kassa::catalogue_file::Format;
use kassa::import::Import;
use kassa::kustom_client::Timeouts;
use kassa::pace::Pace;
use kassa::store::sqlite::SqliteStore;
use kassa_commerce::catalogue::{Product, Profile, Rest, ShippingMode};
use kassa_commerce::change::{CatalogueWrite, Change, Claim};
use kassa_commerce::id::CartId;
use kassa_commerce::job::JobKey;
use kassa_commerce::order::Order;
use kassa_commerce::promotion::Promotion;
use kustom_api::KustomOrderId;
use kustom_emulator::{Emulator, Rules};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub(crate) struct Shop {
    pub(crate) app: App,
    pub(crate) router: Router,
    pub(crate) emulator: Emulator,
    pub(crate) kustom_faults: KustomFaults,
    /// What Kustom reaches over the network: the newest router.
    front: Arc<Mutex<Router>>,
    clock: Arc<ManualClock>,
    kustom_url: String,
    public_url: String,
    timeouts: Timeouts,
    store: Arc<SqliteStore>,
    folder: tempfile::TempDir,
    /// Both servers. They end with the shop, because some tests open hundreds.
    _serving: JoinSet<()>,
}

/// How a shop differs from the usual one.
#[derive(Default)]
pub(crate) struct Setup {
    pub(crate) rules: Rules,
    pub(crate) timeouts: Timeouts,
    pub(crate) kustom_is: Served,
}

/// How Kustom is reached.
#[derive(Default)]
pub(crate) enum Served {
    /// Behind [`KustomFaults`].
    #[default]
    BehindFaults,
    /// By the emulator's own accept loop: its own faults may break a connection off.
    ByItself,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::set_up(Setup::default()).await
    }

    pub(crate) async fn set_up(setup: Setup) -> Self {
        let clock = Arc::new(ManualClock::new());
        let kustom_faults = KustomFaults::default();
        let mut serving = JoinSet::new();
        let kustom_listener = parts::listen().await;
        let kustom_url = parts::url_of(&kustom_listener);
        let emulator = parts::emulator(&clock, &kustom_url, setup.rules);
        match setup.kustom_is {
            Served::ByItself => {
                serving.spawn(emulator.serve(kustom_listener, CancellationToken::new()));
            }
            Served::BehindFaults => {
                let layer = from_fn_with_state(kustom_faults.clone(), kustom_faults::layer);
                parts::serve(&mut serving, kustom_listener, emulator.router().layer(layer));
            }
        }

        let listener = parts::listen().await;
        let public_url = parts::url_of(&listener);
        let folder = tempfile::tempdir().unwrap();
        let store = parts::open_store(folder.path());
        parts::stock(store.as_ref()).await;
        let kustom = client(&kustom_url, setup.timeouts);
        let app = parts::app(&store, &clock, kustom, &public_url).await;
        let router = kassa::http::router(app.clone());
        let front = Arc::new(Mutex::new(router.clone()));
        parts::serve(&mut serving, listener, newest(front.clone()));
        Self {
            app,
            router,
            emulator,
            kustom_faults,
            front,
            clock,
            kustom_url,
            public_url,
            timeouts: setup.timeouts,
            store,
            folder,
            _serving: serving,
        }
    }

    /// What Kustom sends to us meets these faults on its way.
    pub(crate) fn faults_of_callbacks(&self) -> KustomFaults {
        let faults = KustomFaults::default();
        let layer = from_fn_with_state(faults.clone(), kustom_faults::layer);
        *self.front.lock().unwrap() = self.router.clone().layer(layer);
        faults
    }

    /// Another process over the same data, as after a crash: nothing is remembered but what was stored.
    pub(crate) async fn restart(&mut self) {
        self.app.stop.cancel();
        self.store.close();
        self.store = parts::open_store(self.folder.path());
        let kustom = client(&self.kustom_url, self.timeouts);
        let app = parts::app(&self.store, &self.clock, kustom, &self.public_url).await;
        self.serve(app);
    }

    fn serve(&mut self, app: App) {
        self.router = kassa::http::router(app.clone());
        *self.front.lock().unwrap() = self.router.clone();
        self.app = app;
    }

    /// What this shop's server is made of, for a server that differs in one part.
    pub(crate) fn parts(&self) -> Parts {
        let kustom = client(&self.kustom_url, self.timeouts);
        parts::parts(
            self.store.clone(),
            Arc::clone(&self.app.shelf),
            &self.clock,
            Some(kustom),
            self.public_url.clone(),
        )
    }

    /// The same shop with another server in front.
    pub(crate) fn serving(mut self, app: App) -> Self {
        self.serve(app);
        self
    }

    /// A second server over the same store, as another node of a cluster would be.
    pub(crate) fn another_node(&self) -> App {
        App::new(self.parts())
    }

    /// The same shop after an operator has changed something: other options, no credentials.
    pub(crate) fn reconfigure(&mut self, change: impl FnOnce(&mut Parts)) {
        let mut parts = self.parts();
        change(&mut parts);
        self.serve(App::new(parts));
    }

    /// The same shop after its merchant has changed what is sold, and how.
    pub(crate) async fn edit_shop(&mut self, edit: impl FnOnce(&mut Edit)) {
        let store = &self.app.store;
        let stored = store.shop().await.unwrap();
        let numbers: Vec<_> = kassa::demo::catalogue()
            .products()
            .map(|product| product.number.clone())
            .collect();
        let mut edited = Edit {
            profiles: stored.shop.profiles().cloned().collect(),
            promotions: stored.shop.promotions().to_vec(),
            products: store.products(&numbers).await.unwrap().products,
        };
        edited
            .products
            .sort_by(|one, other| one.number.cmp(&other.number));
        edit(&mut edited);
        let tax_classes = stored.shop.tax_classes().cloned().collect();
        let shop = kassa_commerce::catalogue::Shop::new(edited.profiles, tax_classes, edited.promotions);
        let write = CatalogueWrite {
            planned_on: stored.version,
            shop: Some(shop.unwrap()),
            products: edited.products,
            other_products: Rest::Removed,
            start_file: None,
        };
        let change = Change {
            catalogue: Some(write),
            ..Change::default()
        };
        store.commit(change).await.unwrap();
        self.app.shelf.refresh(store.as_ref()).await.unwrap();
    }

    /// A shop that chooses itself, in every market, how the goods travel.
    pub(crate) async fn open_with_cart_shipping() -> Self {
        let mut shop = Self::open().await;
        shop.edit_shop(|edit| {
            let profiles = edit.profiles.iter_mut();
            profiles.for_each(|profile| profile.shipping_mode = ShippingMode::Cart);
        })
        .await;
        shop
    }

    /// A shop whose Swedish shoppers choose in Kustom's checkout how to get the goods.
    pub(crate) async fn open_with_iframe_shipping() -> Self {
        let mut shop = Self::open().await;
        shop.edit_shop(|edit| edit.profiles[0].shipping_mode = ShippingMode::Iframe)
            .await;
        shop
    }

    /// As in production: `se-webshop` lists these origins, and nobody is trusted for being on this machine.
    pub(crate) async fn trust_only(&mut self, origins: &[&str]) {
        let listed = include_str!("../../demo/catalogue.toml").replacen(
            "origins = []",
            &format!("origins = {origins:?}"),
            1,
        );
        self.import(&listed).await;
        self.reconfigure(|parts| {
            parts.options.trust_loopback_pages = false;
            parts.options.https_pages_only = true;
        });
    }

    /// Imports a whole catalogue while the shop is open, as an operator does.
    pub(crate) async fn import(&self, catalogue: &str) {
        let files = Import::of_one(Format::Toml, catalogue.to_owned(), Rest::Removed);
        self.app.import(files).await.unwrap();
    }

    /// A server that looks at an order at Kustom only every so often, as all do outside of tests.
    pub(crate) fn unhurried_node(&self, between_looks: Duration) -> App {
        App::new(Parts {
            looks: Pace::new(between_looks),
            ..self.parts()
        })
    }

    pub(crate) fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }

    pub(crate) fn kustom_url(&self) -> &str {
        &self.kustom_url
    }

    /// How often anybody has asked what time it is.
    pub(crate) fn clock_reads(&self) -> usize {
        self.clock.reads()
    }

    /// From now on nothing can be saved, as on a full disk. Reads still work.
    pub(crate) fn fill_the_disk(&self) {
        self.store.close();
    }

    /// Lets the delay before a sync pass and does all the work that is due.
    pub(crate) async fn settle(&self) -> usize {
        self.advance(SignedDuration::from_secs(1));
        self.app.run_due_jobs().await.unwrap()
    }

    /// Lets time pass in steps, as a worker would see it.
    pub(crate) async fn pass(&self, total: SignedDuration, step: SignedDuration) {
        let mut passed = SignedDuration::ZERO;
        while passed < total {
            self.advance(step);
            self.app.run_due_jobs().await.unwrap();
            passed += step;
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        let request = Request::post(path).header("content-type", "application/json");
        self.request(request.body(Body::from(body.to_string())).unwrap())
            .await
    }

    /// Without a body, as the published client sends some of its calls.
    pub(crate) async fn post_nothing(&self, path: &str) -> Answer {
        self.request(Request::post(path).body(Body::empty()).unwrap())
            .await
    }

    pub(crate) async fn request(&self, request: Request<Body>) -> Answer {
        request_of(self.router.clone(), request).await
    }

    pub(crate) async fn new_cart(&self, profile_key: &str) -> String {
        let body = json!({ "profileKey": profile_key, "locale": "sv_SE" });
        let created = self.post("/ingress/commerce/carts", body).await.ok();
        created["cartId"].as_str().unwrap().to_owned()
    }

    /// A Swedish cart with two court shoes.
    pub(crate) async fn cart_with_shoes(&self) -> String {
        let cart_id = self.new_cart("se-webshop").await;
        self.mutate(
            &cart_id,
            "add-item",
            json!({ "productNumber": "SH006-WHT-09", "quantity": 2 }),
        )
        .await;
        cart_id
    }

    pub(crate) async fn cart(&self, cart_id: &str) -> Value {
        self.get(&format!("/ingress/commerce/carts/{cart_id}")).await.ok()
    }

    pub(crate) async fn mutate(&self, cart_id: &str, method: &str, body: Value) -> Value {
        self.post(&format!("/ingress/commerce/carts/{cart_id}/{method}"), body)
            .await
            .ok()
    }

    pub(crate) async fn set_first_quantity(&self, cart_id: &str, quantity: u32) -> Value {
        let item_id = self.cart(cart_id).await["items"][0]["cartItemId"].clone();
        self.mutate(
            cart_id,
            "set-quantity",
            json!({ "cartItemId": item_id, "quantity": quantity }),
        )
        .await
    }

    pub(crate) async fn open_checkout(&self, cart_id: &str) -> Answer {
        self.post(
            &format!("/ingress/commerce/carts/{cart_id}/payment/kustom"),
            pages(""),
        )
        .await
    }

    /// Opens the checkout and answers the id of its Kustom order.
    pub(crate) async fn opened(&self, cart_id: &str) -> KustomOrderId {
        let opened = self.open_checkout(cart_id).await.ok();
        assert!(
            opened["htmlSnippet"]
                .as_str()
                .unwrap()
                .contains("klarna-checkout-container")
        );
        KustomOrderId(
            self.cart(cart_id).await["fields"]["kustomOrderId"]
                .as_str()
                .unwrap()
                .to_owned(),
        )
    }

    pub(crate) async fn confirm(&self, cart_id: &str) -> Answer {
        self.post_nothing(&format!(
            "/ingress/commerce/carts/{cart_id}/payment/kustom/confirm"
        ))
        .await
    }

    /// What a shopper does in the iframe.
    pub(crate) async fn pay(&self, id: &KustomOrderId) {
        self.pay_with(id, json!({ "outcome": "approved" })).await;
    }

    pub(crate) async fn pay_with(&self, id: &KustomOrderId, body: Value) {
        let paid = self.control(&format!("orders/{id}/pay"), body).await;
        assert!(paid.status.is_success(), "{}", paid.text);
    }

    pub(crate) async fn control(&self, path: &str, body: Value) -> Answer {
        let request = Request::post(format!("/_emulator/{path}")).header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        request_of(self.emulator.router(), request).await
    }

    /// The push as Kustom sends it: to the URL that it was given.
    pub(crate) async fn push(&self, id: &KustomOrderId) -> Answer {
        self.post_nothing(&self.push_path(id)).await
    }

    pub(crate) fn push_path(&self, id: &KustomOrderId) -> String {
        let urls = self
            .emulator
            .inspect(|kustom| kustom.order(id).unwrap().checkout.merchant_urls.clone());
        let push = urls.unwrap().push.unwrap().replace("{checkout.order.id}", &id.0);
        push.strip_prefix(&self.public_url).unwrap().to_owned()
    }

    pub(crate) async fn order(&self, cart_id: &str) -> Option<Order> {
        self.app
            .store
            .order_of_cart(cart_id.parse::<CartId>().unwrap())
            .await
            .unwrap()
    }

    /// How many acknowledges changed something at Kustom.
    pub(crate) fn acknowledges(&self, id: &KustomOrderId) -> usize {
        use kustom_emulator::Change;
        self.emulator.inspect(|kustom| {
            let order = kustom.order(id).unwrap();
            order
                .history
                .iter()
                .filter(|event| event.change == Change::Acknowledged)
                .count()
        })
    }

    /// How many Kustom orders were ever made.
    pub(crate) fn kustom_order_count(&self) -> usize {
        self.emulator.inspect(|kustom| kustom.orders().count())
    }

    pub(crate) fn order_amount(&self, id: &KustomOrderId) -> i64 {
        self.emulator
            .inspect(|kustom| kustom.order(id).unwrap().checkout.order_amount.unwrap())
    }

    /// Nothing is left to do, now or later, but to look whether Kustom has news.
    pub(crate) async fn assert_no_job_left(&self) {
        assert_eq!(self.jobs_left().await, [] as [JobKey; 0]);
    }

    /// What is left to do but to look. Looks at all jobs by claiming them for no time at all.
    pub(crate) async fn jobs_left(&self) -> Vec<JobKey> {
        let claim = Claim::Due {
            now: Timestamp::MAX,
            until: self.app.now(),
            limit: 1000,
        };
        let claiming = Change {
            claim: Some(claim),
            ..Change::default()
        };
        let claimed = self.app.store.commit(claiming).await.unwrap().claimed;
        let keys = claimed.into_iter().map(|job| job.key);
        keys.filter(|key| !matches!(key, JobKey::Reconcile(_))).collect()
    }
}

/// What a merchant may change.
pub(crate) struct Edit {
    pub(crate) profiles: Vec<Profile>,
    pub(crate) promotions: Vec<Promotion>,
    pub(crate) products: Vec<Product>,
}

/// The storefront's three pages; `query` tells one tab's from another's.
pub(crate) fn pages(query: &str) -> Value {
    json!({
        "termsUrl": "http://localhost:5173/terms",
        "checkoutUrl": "http://localhost:5173/checkout",
        "confirmationUrl": format!("http://localhost:5173/confirmation{query}"),
    })
}

pub(crate) async fn request_of(router: Router, request: Request<Body>) -> Answer {
    let is_head = request.method() == Method::HEAD;
    let response = router.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 4 * 1024 * 1024).await.unwrap();
    assert!(!is_head || bytes.is_empty());
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Answer {
        status: parts.status,
        headers: parts.headers,
        text,
    }
}

fn newest(front: Arc<Mutex<Router>>) -> Router {
    Router::new().fallback(move |request: Request<Body>| {
        let router = front.lock().unwrap().clone();
        async move { router.oneshot(request).await }
    })
}
