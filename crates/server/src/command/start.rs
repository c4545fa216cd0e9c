//! The server itself, the same for `dev` and `serve`.

use super::{StartError, data};
use jiff::SignedDuration;
use kassa::app::{App, Options, Parts};
use kassa::clock::{Clock, SystemClock, SystemIds};
use kassa::config::{self, CatalogueSource, Database, KustomEnvironment, KustomSettings, Mode, Settings};
use kassa::dev::Pages;
use kassa::import::{ImportError, import};
use kassa::kustom::Kustom;
use kassa::kustom_client::{Credentials, KustomAccount, KustomClient, Observer, Timeouts};
use kassa::listen::{self, STOP_GRACE};
use kassa::rate_limit::{Limits, RateLimits};
use kassa::shelf::Shelf;
use kassa::store::Store;
use kassa::store::sqlite::{OpenError, SqliteStore};
use kassa::timeline::{CallsToKustom, Timeline};
use kassa::token::CallbackTokens;
use kassa::{admin, dev, http, tls};
use kassa_commerce::change::Change;
use kassa_commerce::kustom::hook::SyncTiming;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// However long a setting makes the delay before a sync, constant edits do not put it off for more than this.
const LONGEST_SYNC_DELAY: SignedDuration = SignedDuration::from_secs(1);

/// What the emulator takes as credentials: anything that is not empty.
const EMULATOR_KEY: &str = "emulator";

/// Opens the data, says `on_ready` and answers until `stop`. A developer gets pages beside the API.
pub(crate) async fn start(
    settings: Settings,
    listener: TcpListener,
    pages: Option<Pages>,
    stop: CancellationToken,
    on_ready: impl FnOnce(),
) -> Result<(), StartError> {
    let Database::Sqlite(path) = &settings.database;
    data::make_folder_of(path)?;
    let store = Arc::new(open_store(path).await?);
    // The store's lock says that we are the only one, so whoever held a lease is dead.
    let abandon_leases = Change {
        abandon_leases: Some(SystemClock.now()),
        ..Change::default()
    };
    store.commit(abandon_leases).await?;
    import_start_file(&settings, store.as_ref()).await?;
    let app = app(&settings, Arc::clone(&store), &stop).await?;
    let admin = admin(&settings, &app, &stop).await?;
    let worker = tokio::spawn({
        let app = app.clone();
        async move { app.work().await }
    });
    let router = http::router(app.clone());
    let (router, tls) = match pages {
        Some(pages) => (
            router.merge(dev::router(app.clone(), pages)),
            Some(tls::self_signed()?),
        ),
        None => (router, None),
    };
    on_ready();
    listen::serve(listener, router, tls, stop, STOP_GRACE).await;
    admin.await;
    if worker.await.is_err() {
        tracing::error!("the worker stopped unexpectedly");
    }
    // An order whose shopper has left is still placed before the store closes.
    if timeout(STOP_GRACE, app.finish()).await.is_err() {
        tracing::warn!(
            "the store closes while work is still under way; it is taken up again at the next start"
        );
    }
    store.close();
    Ok(())
}

/// Binds the operators' listener, where one is wanted, and answers what serves it.
async fn admin(
    settings: &Settings,
    app: &App,
    stop: &CancellationToken,
) -> Result<impl Future<Output = ()> + use<>, StartError> {
    let served = match settings.admin.listen {
        None => None,
        Some(address) => {
            let router = admin::router(app.clone(), settings.admin.token.clone());
            let serve = |listener| listen::serve(listener, router, None, stop.clone(), STOP_GRACE);
            match listen::bind(address, "KASSA_ADMIN_LISTEN").await {
                Ok(listener) => Some(tokio::spawn(serve(listener))),
                // A developer who runs two of them wants two shops, not an error about a page that nobody asked for.
                Err(error) if settings.mode == Mode::Dev => {
                    tracing::warn!(%error, "goes on without the admin listener");
                    None
                }
                Err(error) => return Err(error.into()),
            }
        }
    };
    Ok(async move {
        if let Some(served) = served
            && served.await.is_err()
        {
            tracing::error!("the admin listener stopped unexpectedly");
        }
    })
}

pub(super) async fn open_store(path: &Path) -> Result<SqliteStore, StartError> {
    let file = path.to_owned();
    let opened = tokio::task::spawn_blocking(move || SqliteStore::open(&file)).await;
    opened
        .unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
        .map_err(|error| match error {
            OpenError::HeldByAnotherProcess { .. } => StartError::DatabaseInUse {
                path: path.to_owned(),
            },
            error => StartError::Open {
                path: path.to_owned(),
                source: error,
            },
        })
}

/// Imports the catalogue of the settings if it is another than at the last start. What was imported otherwise since then
/// is not undone by starting again.
async fn import_start_file(settings: &Settings, store: &dyn Store) -> Result<(), StartError> {
    let Some(file) = settings.start_file()? else {
        return Ok(());
    };
    let stored = store.shop().await?;
    let is_a_stand_in = settings.mode == Mode::Serve && settings.catalogue == CatalogueSource::Demo;
    if stored.start_file == file.start_file || (is_a_stand_in && stored.version > 0) {
        return Ok(());
    }
    match import(store, &file, &settings.accounts()).await {
        Ok(counts) => {
            tracing::info!("the catalogue has changed: imported {counts}");
            Ok(())
        }
        Err(ImportError::Files(problems)) => Err(settings.refuse_catalogue(problems).into()),
        Err(ImportError::Store(error)) => Err(error.into()),
    }
}

/// Everything a request needs, with background work not yet started.
async fn app(
    settings: &Settings,
    store: Arc<SqliteStore>,
    stop: &CancellationToken,
) -> Result<App, StartError> {
    let shelf = Shelf::open(store.as_ref()).await?;
    settings.check_shop(shelf.shop().profiles())?;
    let tokens = CallbackTokens::new(store.callback_key().await?);
    let delay = SignedDuration::try_from(settings.sync_delay).unwrap_or(LONGEST_SYNC_DELAY);
    let environment = settings.kustom.environment;
    let options = Options {
        public_url: settings.public_url.clone(),
        timing: SyncTiming {
            delay,
            longest_delay: LONGEST_SYNC_DELAY.max(delay),
        },
        // No money moves at the emulator, so a developer's pages need not be listed.
        trust_loopback_pages: settings.mode == Mode::Dev || environment == KustomEnvironment::Emulator,
        https_pages_only: environment == KustomEnvironment::Live,
        demo_payment: settings.demo_payment,
    };
    let timeline = timeline(settings);
    let kustom = client(account(&settings.kustom), timeline.as_ref())?;
    let kustom_accounts = kustom_accounts(&settings.kustom, timeline.as_ref())?;
    let parts = Parts::new(
        store,
        shelf,
        Some(kustom),
        Arc::new(SystemClock),
        Arc::new(SystemIds),
        tokens,
        options,
    );
    Ok(App::new(Parts {
        kustom_accounts,
        timeline,
        rate_limits: rate_limits(settings),
        stop: stop.clone(),
        ..parts
    }))
}

/// What happens to carts is recorded where somebody can look: in development, and where there is a listener for operators.
fn timeline(settings: &Settings) -> Option<Arc<Timeline>> {
    let can_look = settings.mode == Mode::Dev || settings.admin.listen.is_some();
    can_look.then(|| Arc::new(Timeline::new(Arc::new(SystemClock))))
}

fn client(account: KustomAccount, timeline: Option<&Arc<Timeline>>) -> Result<Arc<dyn Kustom>, StartError> {
    let observer = timeline.map(|timeline| {
        let observer: Arc<dyn Observer> = Arc::new(CallsToKustom(Arc::clone(timeline)));
        observer
    });
    Ok(Arc::new(KustomClient::observed(
        account,
        Timeouts::default(),
        observer,
    )?))
}

/// A developer's tests may do what they like.
fn rate_limits(settings: &Settings) -> Option<RateLimits> {
    let limits = &settings.limits;
    let positive = |per_minute| NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
    (settings.mode == Mode::Serve).then(|| {
        RateLimits::new(&Limits {
            create: positive(limits.create_per_minute),
            mutate: positive(limits.mutate_per_minute),
            open: positive(limits.init_per_minute),
            confirm: positive(limits.confirm_per_minute),
            miss: positive(limits.miss_per_minute),
            lookup: positive(limits.lookup_per_minute),
            lookup_of_reference: positive(limits.lookup_per_hour),
            // A buyer may have several orders.
            lookup_of_email: positive(limits.lookup_per_hour.saturating_mul(4)),
            client_address: limits.client_address.clone(),
        })
    })
}

fn account(kustom: &KustomSettings) -> KustomAccount {
    let credentials = match &kustom.credentials {
        Some(given) => user_and_key(given),
        None => Credentials::Key(EMULATOR_KEY.to_owned().into()),
    };
    KustomAccount {
        base_url: kustom.url.clone(),
        credentials,
    }
}

/// Each account has its own client, so that one that is refused does not slow down the others.
fn kustom_accounts(
    kustom: &KustomSettings,
    timeline: Option<&Arc<Timeline>>,
) -> Result<BTreeMap<String, Arc<dyn Kustom>>, StartError> {
    let accounts = kustom.accounts.iter().map(|(name, given)| {
        let account = KustomAccount {
            base_url: kustom.url.clone(),
            credentials: user_and_key(given),
        };
        Ok((name.clone(), client(account, timeline)?))
    });
    accounts.collect()
}

fn user_and_key(given: &config::Credentials) -> Credentials {
    Credentials::UserAndKey {
        key_id: given.key_id.clone(),
        password: given.password.clone(),
    }
}
