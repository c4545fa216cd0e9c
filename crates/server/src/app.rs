//! The server's two drivers: `mutate_cart` for what storefronts do, `run_job` (in `job`) for what Kustom must hear.
//!
//! Both load, let `commerce` decide, and commit. Nothing here decides anything about shops.

use crate::bus::LocalBus;
use crate::clock::{Clock, Ids};
use crate::crash;
use crate::kustom::Kustom;
use crate::once::{KeyRefusal, Running};
use crate::pace::Pace;
use crate::rate_limit::RateLimits;
use crate::shelf::Shelf;
use crate::single_flight::SingleFlight;
use crate::store::{Scarce, Store, StoreError};
use crate::timeline::{Noted, Timeline};
use crate::token::CallbackTokens;
use crate::turns::Turns;
use jiff::Timestamp;
use kassa_commerce::address::CountryCode;
use kassa_commerce::cart::Cart;
use kassa_commerce::catalogue::{Catalogue, Profile, Shop};
use kassa_commerce::change::{CartWrite, Change, Committed};
use kassa_commerce::command::{self, CartCommand, CartError};
use kassa_commerce::id::CartId;
use kassa_commerce::kustom::hook::SyncTiming;
use kassa_commerce::kustom::url::OriginPolicy;
use kassa_commerce::locale::Locale;
use kassa_commerce::order::NumberSeries;
use kassa_commerce::pricing::{Priced, PricingError, price};
use kassa_commerce::promotion::{CouponCode, Promotion};
use kustom_api::KustomOrderId;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How often a change is planned anew because the cart moved on. Within one process turns make that rare.
pub(crate) const MAX_PLANS: u32 = 20;

/// Between two looks at one order at Kustom: no shopper notices the wait, and a page in a loop cannot spend our welcome.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// Fewer than the calls that may be in flight, so that a rush of jobs, as after an outage, leaves shoppers their share.
const JOB_PLACES: usize = 48;

/// Everything a request needs. Cheap to clone.
#[derive(Clone)]
pub struct App {
    parts: Arc<Parts>,
}

/// What an [`App`] is made of.
pub struct Parts {
    pub store: Arc<dyn Store>,
    /// What is known of the catalogue without asking the store.
    pub shelf: Arc<Shelf>,
    /// Absent until credentials are configured: carts work, payment says so.
    pub kustom: Option<Arc<dyn Kustom>>,
    /// Kustom accounts of profiles that have one of their own, by the name that the profile gives.
    pub kustom_accounts: BTreeMap<String, Arc<dyn Kustom>>,
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn Ids>,
    pub tokens: CallbackTokens,
    pub options: Options,
    /// `None` counts nothing, for development.
    pub rate_limits: Option<RateLimits>,
    pub bus: Arc<LocalBus>,
    pub turns: Turns,
    pub running: Running,
    pub completions: SingleFlight<KustomOrderId, crate::completion::Outcome>,
    pub looks: Pace<KustomOrderId>,
    /// What happened, for people who look. Absent where nobody can.
    pub timeline: Option<Arc<Timeline>>,
    /// How many jobs run at once.
    pub job_places: Arc<Semaphore>,
    /// Wakes the worker when a commit has asked for a job.
    pub jobs_wanted: Notify,
    /// Ends event streams and the worker.
    pub stop: CancellationToken,
    /// What runs to its end whether or not anybody still waits for it.
    pub background: TaskTracker,
}

impl Parts {
    pub fn new(
        store: Arc<dyn Store>,
        shelf: Arc<Shelf>,
        kustom: Option<Arc<dyn Kustom>>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        tokens: CallbackTokens,
        options: Options,
    ) -> Self {
        Self {
            store,
            shelf,
            kustom,
            kustom_accounts: BTreeMap::new(),
            clock,
            ids,
            tokens,
            options,
            rate_limits: None,
            bus: Arc::default(),
            turns: Turns::default(),
            running: Running::default(),
            completions: SingleFlight::default(),
            looks: Pace::new(BETWEEN_LOOKS),
            timeline: None,
            job_places: Arc::new(Semaphore::new(JOB_PLACES)),
            jobs_wanted: Notify::new(),
            stop: CancellationToken::new(),
            background: TaskTracker::new(),
        }
    }
}

/// What an operator chooses.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where Kustom and browsers reach us, without a trailing slash.
    pub public_url: String,
    pub timing: SyncTiming,
    /// Accepts any page on this machine, and plain http. For development.
    pub trust_loopback_pages: bool,
    /// Refuses to send shoppers to plain http.
    pub https_pages_only: bool,
    /// Whether a cart can be completed with a payment that moves no money.
    pub demo_payment: bool,
}

/// Why a mutation was not made.
#[derive(Debug, Error)]
pub enum MutateError {
    #[error("no such cart")]
    NotFound,
    #[error(transparent)]
    Cart(#[from] CartError),
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A command as it would be applied, and the cart as it would be written.
pub(crate) struct PlannedMutation {
    pub(crate) change: Change,
    pub(crate) written: Cart,
    pub(crate) catalogue: Catalogue,
    pub(crate) now: Timestamp,
}

/// Why a cart has no price.
#[derive(Debug, Error)]
pub enum PriceError {
    #[error(transparent)]
    Pricing(#[from] PricingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PriceError> for MutateError {
    fn from(error: PriceError) -> Self {
        match error {
            PriceError::Pricing(error) => Self::Cart(error.into()),
            PriceError::Store(error) => Self::Store(error),
        }
    }
}

/// A cart with its amounts, ready to be shown.
#[derive(Clone, Debug)]
pub struct PricedCart {
    pub cart: Cart,
    pub priced: Priced,
}

/// What a cart may want of what runs out: limited promotions that it can get, and products whose pieces are counted.
fn scarce(cart: &Cart, entered: Option<&CouponCode>, catalogue: &Catalogue) -> Scarce {
    let can_get = |promotion: &&Promotion| match &promotion.code {
        Some(code) => cart.coupons.contains(code) || entered == Some(code),
        None => true,
    };
    let promotions = catalogue.shop().promotions().iter().filter(can_get);
    Scarce {
        promotions: promotions
            .filter_map(|promotion| Some((promotion.key.clone(), promotion.usage_limit?)))
            .collect(),
        products: catalogue
            .products()
            .filter(|product| product.is_counted)
            .map(|product| product.number.clone())
            .collect(),
    }
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl App {
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs the work to its end even if whoever asked leaves: axum drops a handler together with its connection.
    ///
    /// `None` if the work panicked.
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.background.spawn(work).await.ok()
    }

    /// Waits for what still runs in the background. For the end of the server, when nobody asks for more.
    pub async fn finish(&self) {
        self.background.close();
        self.background.wait().await;
    }

    /// Commits, then tells whoever waits: event streams of the cart, the worker for jobs.
    ///
    /// They are told even if the caller has left, because the change is written all the same.
    pub async fn commit(&self, change: Change) -> Result<Committed, StoreError> {
        let app = self.clone();
        self.to_the_end(async move { app.commit_and_tell(change).await })
            .await
            .unwrap_or_else(|| Err(StoreError::Internal("a commit stopped unexpectedly".into())))
    }

    async fn commit_and_tell(&self, change: Change) -> Result<Committed, StoreError> {
        let changed = match &change.cart {
            Some(CartWrite::Update(cart)) => Some((cart.id, cart.version + 1)),
            _ => None,
        };
        let wants_jobs = !change.jobs.is_empty() || change.settle.is_some();
        let noted = self
            .timeline
            .as_ref()
            .map(|timeline| Noted::of(&change, timeline.now()));
        let act = crash::Act::commit(&change);
        act.before();
        let committed = self.store.commit(change).await;
        act.after();
        if let (Some(timeline), Some(noted), Ok(committed)) = (&self.timeline, noted, &committed) {
            timeline.committed(noted, committed);
        }
        // A change that may have been written is told of as well: a hint only makes others look.
        if committed.is_ok() || committed == Err(StoreError::Unknown) {
            if let Some((cart_id, version)) = changed {
                self.bus.announce(cart_id, version);
            }
            if wants_jobs {
                self.jobs_wanted.notify_one();
            }
        }
        committed
    }

    /// Makes an empty cart under an id that nobody can guess.
    pub async fn create_cart(
        &self,
        profile_key: &str,
        locale: &Locale,
        country: Option<CountryCode>,
    ) -> Result<CartId, MutateError> {
        let id = CartId(self.ids.secret());
        let shop = self.shop();
        let change = command::create(id, profile_key, locale, country, &shop, self.now())?;
        for _ in 0..MAX_PLANS {
            match self.commit(change.clone()).await {
                Ok(_) => return Ok(id),
                // The id is ours alone, so a cart that has it is the one that we made.
                Err(error) if error.asks_to_plan_again() => {
                    if self.store.cart(id).await?.is_some() {
                        return Ok(id);
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Applies a storefront's command and answers the cart as it is after it.
    pub async fn mutate_cart(&self, id: CartId, command: CartCommand) -> Result<PricedCart, MutateError> {
        let _turn = self.turns.take(id).await;
        let mut maybe_written: Option<Cart> = None;
        for _ in 0..MAX_PLANS {
            let cart = self.store.cart(id).await?.ok_or(MutateError::NotFound)?;
            if maybe_written.as_ref() == Some(&cart) {
                return self.newest(cart).await;
            }
            let plan = self.plan_mutation(cart, &command).await?;
            match self.commit(plan.change).await {
                Ok(_) => return self.newest(plan.written).await,
                Err(error) if error.asks_to_plan_again() => maybe_written = Some(plan.written),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    pub(crate) async fn plan_mutation(
        &self,
        cart: Cart,
        command: &CartCommand,
    ) -> Result<PlannedMutation, MutateError> {
        let catalogue = self.catalogue_for(&cart, Some(command)).await?;
        let now = self.now();
        let change = command::apply(&cart, command.clone(), &catalogue, &self.options.timing, now)?;
        let written = match &change.cart {
            Some(CartWrite::Update(cart)) => Cart {
                version: cart.version + 1,
                ..cart.as_ref().clone()
            },
            _ => cart,
        };
        Ok(PlannedMutation {
            change,
            written,
            catalogue,
            now,
        })
    }

    /// The cart with its amounts, or `None` if there is no such cart.
    pub async fn priced_cart(&self, id: CartId) -> Result<Option<PricedCart>, MutateError> {
        let Some(cart) = self.store.cart(id).await? else {
            return Ok(None);
        };
        Ok(Some(self.priced(cart).await?))
    }

    /// The cart at what it costs now.
    pub async fn priced(&self, cart: Cart) -> Result<PricedCart, PriceError> {
        let catalogue = self.catalogue_for(&cart, None).await?;
        let priced = price(&cart, &catalogue, self.now())?;
        Ok(PricedCart { cart, priced })
    }

    /// Profiles, tax classes and promotions as they are now.
    pub fn shop(&self) -> Arc<Shop> {
        self.shelf.shop()
    }

    /// The shop with what this cart and this command need of it.
    pub async fn catalogue_for(
        &self,
        cart: &Cart,
        command: Option<&CartCommand>,
    ) -> Result<Catalogue, StoreError> {
        let wanted = command.and_then(CartCommand::product_number);
        let in_cart = cart.items.iter().map(|item| item.product_number.as_str());
        let numbers = in_cart.chain(wanted);
        let catalogue = self.shelf.catalogue(self.store.as_ref(), numbers).await?;
        let entered = command.and_then(CartCommand::coupon_code);
        let scarce = scarce(cart, entered, &catalogue);
        if scarce == Scarce::default() {
            return Ok(catalogue);
        }
        let left_over = self.store.left_over(cart.id, &scarce, self.now()).await?;
        Ok(catalogue.with_left_over(left_over.used_up, left_over.available))
    }

    /// Kustom as this account, the common one if it has no name. `None` where there are no credentials for it.
    pub(crate) fn kustom_as(&self, account: Option<&str>) -> Option<Arc<dyn Kustom>> {
        match account {
            Some(name) => self.kustom_accounts.get(name).cloned(),
            None => self.kustom.clone(),
        }
    }

    /// The pages that a profile's shoppers may be sent to.
    pub fn origin_policy(&self, profile: &Profile) -> OriginPolicy {
        OriginPolicy {
            origins: profile.origins.clone(),
            any_loopback: self.options.trust_loopback_pages,
            https_only: self.options.https_pages_only,
        }
    }

    pub fn profile_of(&self, cart: &Cart) -> Result<Profile, PricingError> {
        let shop = self.shop();
        shop.profile(&cart.profile_key)
            .cloned()
            .ok_or(PricingError::ProfileGone)
    }

    /// Where the number of the cart's order is drawn. A profile that is gone must not stop a paid order.
    pub fn number_series(&self, cart: &Cart) -> NumberSeries {
        let shop = self.shop();
        let profile = shop.profile(&cart.profile_key);
        profile.map(Profile::number_series).unwrap_or_default()
    }

    /// Never answers with an older cart than an event has already shown: the published client would take it for news.
    async fn newest(&self, written: Cart) -> Result<PricedCart, MutateError> {
        let overtaken = self
            .bus
            .announced_version(written.id)
            .is_some_and(|version| version > written.version);
        let cart = match overtaken {
            true => self.store.cart(written.id).await?.unwrap_or(written),
            false => written,
        };
        Ok(self.priced(cart).await?)
    }
}
