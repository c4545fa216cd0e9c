//! What a shop is made of: the parts of its server, and the emulator.

use crate::clock::ManualClock;
use axum::Router;
use kassa::app::{App, Options, Parts};
use kassa::catalogue_file::Format;
use kassa::clock::{Clock, SystemIds};
use kassa::import::{Import, import};
use kassa::kustom::Kustom;
use kassa::kustom_client::{Credentials, KustomAccount, KustomClient, Timeouts};
use kassa::pace::Pace;
use kassa::shelf::Shelf;
use kassa::store::Store;
use kassa::store::sqlite::SqliteStore;
use kassa::timeline::{CallsToKustom, Timeline};
use kassa::token::CallbackTokens;
use kassa_commerce::catalogue::Rest;
use kassa_commerce::kustom::hook::SyncTiming;
use kustom_emulator::{Emulator, Rules, Settings};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub(crate) async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

pub(crate) fn url_of(listener: &TcpListener) -> String {
    format!("http://{}", listener.local_addr().unwrap())
}

pub(crate) fn serve(serving: &mut JoinSet<()>, listener: TcpListener, router: Router) {
    serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
}

pub(crate) fn emulator(clock: &Arc<ManualClock>, public_url: &str, rules: Rules) -> Emulator {
    let clock = Arc::clone(clock);
    let settings = Settings {
        rules,
        public_url: Some(public_url.to_owned()),
        ..Settings::default()
    };
    Emulator::new(settings, Arc::new(move || clock.now()))
}

pub(crate) fn open_store(folder: &Path) -> Arc<SqliteStore> {
    Arc::new(SqliteStore::open(&folder.join("kassa.db")).unwrap())
}

/// The demo shop, as a start imports it.
pub(crate) async fn stock(store: &dyn Store) {
    let demo = Import::of_one(Format::Toml, kassa::demo::CATALOGUE, Rest::Removed);
    import(store, &demo, &BTreeSet::new()).await.unwrap();
}

pub(crate) async fn app(
    store: &Arc<SqliteStore>,
    clock: &Arc<ManualClock>,
    kustom: Arc<dyn Kustom>,
    public_url: &str,
) -> App {
    let key = store.callback_key().await.unwrap();
    let shelf = Shelf::open(store.as_ref()).await.unwrap();
    let parts = parts(store.clone(), shelf, clock, Some(kustom), public_url.to_owned());
    App::new(Parts {
        tokens: CallbackTokens::new(key),
        ..parts
    })
}

pub(crate) fn parts(
    store: Arc<dyn Store>,
    shelf: Arc<Shelf>,
    clock: &Arc<ManualClock>,
    kustom: Option<Arc<dyn Kustom>>,
    public_url: String,
) -> Parts {
    let parts = Parts::new(
        store,
        shelf,
        kustom,
        clock.clone(),
        Arc::new(SystemIds),
        CallbackTokens::new([0; 32]),
        Options {
            public_url,
            timing: SyncTiming::default(),
            trust_loopback_pages: true,
            https_pages_only: false,
            demo_payment: true,
        },
    );
    Parts {
        looks: Pace::new(Duration::ZERO),
        ..parts
    }
}

pub(crate) fn client(kustom_url: &str, timeouts: Timeouts) -> Arc<dyn Kustom> {
    Arc::new(KustomClient::new(account(kustom_url), timeouts).unwrap())
}

/// One whose calls a timeline is told of.
pub(crate) fn observed_client(kustom_url: &str, timeline: &Arc<Timeline>) -> Arc<dyn Kustom> {
    let observer = Arc::new(CallsToKustom(Arc::clone(timeline)));
    let client = KustomClient::observed(account(kustom_url), Timeouts::default(), Some(observer));
    Arc::new(client.unwrap())
}

fn account(kustom_url: &str) -> KustomAccount {
    let credentials = Credentials::UserAndKey {
        key_id: "M1".into(),
        password: "secret".to_owned().into(),
    };
    KustomAccount {
        base_url: kustom_url.parse().unwrap(),
        credentials,
    }
}
