//! Opening the checkout: from a cart to the snippet of its one live Kustom order.

use crate::app::{App, PriceError};
use crate::completion::{CompletionError, Purchase};
use crate::http::NOTIFICATION;
use crate::kustom::{Created, OrderAddress};
use crate::store::StoreError;
use crate::token::Callback;
use kassa_commerce::cart::{Cart, CartState};
use kassa_commerce::change::{Change, Claim, Settle};
use kassa_commerce::id::{CartId, SessionId};
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, JobRequest, Lease};
use kassa_commerce::kustom::open::{self, CallbackUrls, Draft, OpenError};
use kassa_commerce::kustom::sync::SyncCall;
use kassa_commerce::kustom::{KustomState, StorefrontUrls};
use kassa_commerce::planted::{self, Bug};
use kassa_commerce::pricing::PricingError;
use kustom_api::{Failure, KustomOrderId, ORDER_ID_PLACEHOLDER};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;
use tracing::{info, warn};

/// Time for a read that finds the order gone and a create in its place, each with its own limit, and some to spare. A call
/// that might outlast the lease is not begun.
pub const LEASE: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// How long an opening waits for its turn to call Kustom about this cart, and in which steps.
const TURN_PATIENCE: Duration = Duration::from_secs(10);
const TURN_STEP: Duration = Duration::from_millis(25);

const MAX_PLANS: u32 = 20;

/// One for a price that changed meanwhile, one for an order that is gone, one that must succeed, and one to spare.
const MAX_TRIES: u32 = 4;

/// Why there is no snippet.
#[derive(Debug, Error)]
pub enum CheckoutError {
    #[error("no such cart")]
    NotFound,
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("no Kustom credentials are configured")]
    NotConfigured,
    #[error("failed to call Kustom: {0}")]
    Kustom(#[from] Failure),
    #[error("the cart may be paid: {0}")]
    MaybePaid(Arc<CompletionError>),
    /// Kustom changes the order no more, and no purchase shows yet. A job looks until one of the two is certain.
    #[error("the cart may be paid")]
    StillChecking,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<PricingError> for CheckoutError {
    fn from(error: PricingError) -> Self {
        Self::Open(error.into())
    }
}

impl From<PriceError> for CheckoutError {
    fn from(error: PriceError) -> Self {
        match error {
            PriceError::Pricing(error) => error.into(),
            PriceError::Store(error) => error.into(),
        }
    }
}

/// How one try to open ended.
enum Try {
    Snippet(String),
    /// The cart's Kustom order turned out to be gone or bought, or somebody was faster: look again.
    Again,
}

impl App {
    /// Opens the cart's checkout. Runs to its end even if the browser leaves, so that what Kustom made gets bound.
    pub async fn open_checkout(
        &self,
        cart_id: CartId,
        urls: StorefrontUrls,
    ) -> Result<String, CheckoutError> {
        let app = self.clone();
        self.to_the_end(async move { app.open_in_turn(cart_id, urls).await })
            .await
            .unwrap_or_else(|| Err(StoreError::Internal("the opening stopped unexpectedly".into()).into()))
    }

    /// The sync job's lease is the turn: while it is held nobody else calls Kustom about this cart's open order.
    async fn open_in_turn(&self, cart_id: CartId, urls: StorefrontUrls) -> Result<String, CheckoutError> {
        let cart = self.store.cart(cart_id).await?.ok_or(CheckoutError::NotFound)?;
        open::check(&cart)?;
        let account = self.profile_of(&cart)?.kustom_account;
        if self.kustom_as(account.as_deref()).is_none() {
            return Err(CheckoutError::NotConfigured);
        }
        let job = self.take_turn(cart_id).await?;
        // Should this fail, the turn is not given back: the next one to take it must find out that it was abandoned.
        self.doubt_abandoned(&job, cart_id).await?;
        let result = self.open_until_settled(&job.lease, cart_id, &urls).await;
        // What came of a call may not have been noted down. Then, too, the next one must find out.
        if matches!(result, Err(CheckoutError::Store(_))) && !planted::is(Bug::TurnGivenBackUnnoted) {
            return result;
        }
        if let Err(error) = self.end_turn(&job).await {
            warn!(%error, "failed to give a turn back; its lease will end");
        }
        result
    }

    async fn open_until_settled(
        &self,
        lease: &Lease,
        cart_id: CartId,
        urls: &StorefrontUrls,
    ) -> Result<String, CheckoutError> {
        for _ in 0..MAX_TRIES {
            let cart = self.store.cart(cart_id).await?.ok_or(CheckoutError::NotFound)?;
            open::check(&cart)?;
            let tried = match &cart.kustom {
                Some(_) if cart.lock(self.now()).is_none() && self.refresh(&cart).await? => Try::Again,
                Some(state) => self.reuse(lease, &cart, state, urls).await?,
                None => self.create(lease, &cart, urls).await?,
            };
            if let Try::Snippet(snippet) = tried {
                return Ok(snippet);
            }
        }
        Err(Failure::Gone.into())
    }

    /// Whether the cart's price has changed since it was last offered; if so, the new one is pending now.
    async fn refresh(&self, cart: &Cart) -> Result<bool, CheckoutError> {
        let priced = self.priced(cart.clone()).await?.priced;
        let Some(change) = open::refresh(cart, &priced, &self.options.timing, self.now())? else {
            return Ok(false);
        };
        match self.commit(change).await {
            Ok(_) => Ok(true),
            Err(error) if error.asks_to_plan_again() => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    async fn create(&self, lease: &Lease, cart: &Cart, urls: &StorefrontUrls) -> Result<Try, CheckoutError> {
        let priced = self.priced(cart.clone()).await?.priced;
        let session_id = SessionId(self.ids.row());
        let callbacks = self.callbacks(session_id);
        let profile = self.profile_of(cart)?;
        let draft = open::plan_create(cart, priced, &profile, session_id, urls.clone(), callbacks)?;
        let kustom = self.kustom_as(draft.account.as_deref());
        let kustom = kustom.ok_or(CheckoutError::NotConfigured)?;
        self.check_turn(kustom.as_ref(), lease)?;
        let created = kustom.create(&draft.payload).await?;
        if planted::is(Bug::SnippetBeforeBind) {
            let (app, cart_id, shown) = (self.clone(), cart.id, created.order.html_snippet.clone());
            self.background
                .spawn(async move { app.bind(cart_id, &draft, &created).await.map(drop) });
            return snippet(shown);
        }
        self.bind(cart.id, &draft, &created).await
    }

    /// Binds the created order to the cart as it is by now. Until then nobody has seen it.
    async fn bind(&self, cart_id: CartId, draft: &Draft, created: &Created) -> Result<Try, CheckoutError> {
        for _ in 0..MAX_PLANS {
            let cart = self.store.cart(cart_id).await?.ok_or(CheckoutError::NotFound)?;
            if is_bound(&cart, created) {
                // A try before this one was written after all.
                return snippet(created.order.html_snippet.clone());
            }
            let priced = self.priced(cart.clone()).await?.priced;
            let bound = open::absorb_created(
                &cart,
                &priced,
                draft.clone(),
                &created.order,
                created.location.clone(),
                &self.options.timing,
                self.now(),
            );
            let bound = match bound {
                Ok(change) => self.commit(change).await,
                Err(OpenError::AlreadyOpen) => Err(StoreError::AlreadyOpen),
                Err(error) => return Err(error.into()),
            };
            match bound {
                Ok(_) => {
                    info!(cart.number = cart.number, "opened a checkout");
                    return snippet(created.order.html_snippet.clone());
                }
                Err(error) if error.asks_to_plan_again() => (),
                Err(StoreError::AlreadyOpen) => return self.discard(created).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    /// Somebody bound another order first. Nobody has seen this one: abort it and answer theirs.
    async fn discard(&self, created: &Created) -> Result<Try, CheckoutError> {
        if planted::is(Bug::LoserSnippetAnswered) {
            return snippet(created.order.html_snippet.clone());
        }
        let loser = created.order.order_id.clone();
        if let Some(id) = loser.filter(|_| !planted::is(Bug::LoserNotAborted)) {
            let abort = JobRequest::at(JobKey::Abort(id), self.now());
            self.commit(Change {
                jobs: vec![abort],
                ..Change::default()
            })
            .await?;
        }
        Ok(Try::Again)
    }

    async fn reuse(
        &self,
        lease: &Lease,
        cart: &Cart,
        state: &KustomState,
        urls: &StorefrontUrls,
    ) -> Result<Try, CheckoutError> {
        let id = &state.kustom_order_id;
        let (Some(kustom_order), Some(snapshot)) = (
            self.store.kustom_order(id).await?,
            self.store.snapshot(cart.id, state.revision).await?,
        ) else {
            return Err(StoreError::Internal("the cart's Kustom order or snapshot is missing".into()).into());
        };
        let callbacks = self.callbacks(kustom_order.session_id);
        let lock = cart.lock(self.now());
        let call = open::plan_reuse(state, &snapshot, urls.clone(), callbacks, lock);
        let sent_at = self.now();
        let address = OrderAddress {
            id,
            location: kustom_order.location.as_deref(),
        };
        let kustom = self.kustom_as(kustom_order.account.as_deref());
        let kustom = kustom.ok_or(CheckoutError::NotConfigured)?;
        let answer = self.send(kustom.as_ref(), lease, address, &call).await;
        self.absorb_sync(cart.id, &call, &answer, sent_at).await?;
        if !self.is_open_order_of(id, cart.id).await? {
            return Ok(Try::Again);
        }
        match answer {
            Ok(order) if order.html_snippet.is_some() && !is_bought(&order) => snippet(order.html_snippet),
            // A 404 that has retired nothing came while a payment may be running.
            Ok(_) | Err(Failure::ReadOnly | Failure::Gone) => self.look_at_purchase(id, &call).await,
            Err(failure) => Err(failure.into()),
        }
    }

    /// A snippet is only for the order that is bound to the cart now: while Kustom was asked, the order may have been
    /// retired, or another of the cart's orders bought.
    async fn is_open_order_of(&self, id: &KustomOrderId, cart_id: CartId) -> Result<bool, StoreError> {
        let cart = self.store.cart(cart_id).await?;
        let bound = cart
            .filter(|cart| cart.state == CartState::Open)
            .and_then(|cart| cart.kustom);
        Ok(bound.is_some_and(|kustom| kustom.kustom_order_id == *id))
    }

    /// The order can no longer be paid. If it was, the cart is completed now; if not, it is stuck and says so.
    async fn look_at_purchase(&self, id: &KustomOrderId, call: &SyncCall) -> Result<Try, CheckoutError> {
        match self.complete_or_try_later(id).await? {
            Ok(Purchase::Completed) => Ok(Try::Again),
            // A cart that waits for a person says so when it is looked at again; one that was freed gets another checkout.
            Ok(Purchase::InReview | Purchase::GivenBack) => Ok(Try::Again),
            Ok(Purchase::NotBought | Purchase::Gone) => {
                warn!(
                    revision = call.revision,
                    "a checkout can no longer be paid and is not bought"
                );
                Err(CheckoutError::StillChecking)
            }
            Err(error) => Err(CheckoutError::MaybePaid(error)),
        }
    }

    async fn take_turn(&self, cart_id: CartId) -> Result<ClaimedJob, CheckoutError> {
        let key = JobKey::Sync(cart_id);
        let tries = TURN_PATIENCE.as_millis() / TURN_STEP.as_millis();
        for _ in 0..tries {
            let now = self.now();
            let claim = Claim::One {
                key: key.clone(),
                now,
                until: now + LEASE,
            };
            let committed = self
                .commit(Change {
                    claim: Some(claim),
                    ..Change::default()
                })
                .await?;
            if let Some(job) = committed.claimed.into_iter().next() {
                return Ok(job);
            }
            // The holder is another request of this cart, or its sync: a call to Kustom long.
            tokio::time::sleep(TURN_STEP).await;
        }
        Err(StoreError::Busy.into())
    }

    /// Gives the turn back. What is still to be told, the sync job tells.
    async fn end_turn(&self, job: &ClaimedJob) -> Result<(), StoreError> {
        let JobKey::Sync(cart_id) = &job.key else {
            return Ok(());
        };
        let cart = self.store.cart(*cart_id).await?;
        let still_syncing = cart
            .and_then(|cart| cart.kustom)
            .is_some_and(|kustom| kustom.is_syncing());
        let end = match still_syncing {
            true => JobEnd::Continue {
                run_at: self.now() + self.options.timing.delay,
            },
            false => JobEnd::Done,
        };
        let settle = Settle {
            key: job.key.clone(),
            lease: job.lease.clone(),
            end,
        };
        match self
            .commit(Change {
                settle: Some(settle),
                ..Change::default()
            })
            .await
        {
            // Whoever took over an expired lease ends it.
            Ok(_) | Err(StoreError::LeaseLost) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn callbacks(&self, session_id: SessionId) -> CallbackUrls {
        let url = |path: &str, callback| {
            let token = self.tokens.token(callback, session_id);
            let base = &self.options.public_url;
            format!("{base}/ingress/kustom/{path}?order_id={ORDER_ID_PLACEHOLDER}&token={token}")
        };
        let push = url("webhook/push", Callback::Push);
        CallbackUrls {
            notification: format!("{push}&event={NOTIFICATION}"),
            push,
            validation: url("validate", Callback::Validation),
            shipping_option_update: url("shipping-option", Callback::ShippingOption),
            address_update: url("address", Callback::Address),
            country_change: url("country", Callback::Country),
        }
    }
}

fn is_bound(cart: &Cart, created: &Created) -> bool {
    let bound = cart.kustom.as_ref().map(|kustom| &kustom.kustom_order_id);
    cart.state == CartState::Open && bound.is_some() && bound == created.order.order_id.as_ref()
}

fn is_bought(order: &kustom_api::CheckoutOrder) -> bool {
    order.status == Some(kustom_api::CheckoutStatus::Complete)
}

fn snippet(html: Option<String>) -> Result<Try, CheckoutError> {
    match html {
        Some(html) => Ok(Try::Snippet(html)),
        None => Err(Failure::Ambiguous {
            status: None,
            reason: "the answer has no snippet".into(),
        }
        .into()),
    }
}
