//! `complete(kustom_order_id)`: the one road from a purchase to an order.
//!
//! Confirm, push and jobs all call it. It asks Kustom, finds the snapshot that was paid, lets `commerce` decide and
//! commits. Unique keys in the store are the lock: whoever loses a race reads what the winner made.

use crate::app::App;
use crate::kustom::{Kustom, OrderAddress};
use crate::store::StoreError;
use kassa_commerce::cart::Cart;
use kassa_commerce::change::Change;
use kassa_commerce::id::{CartId, OrderId, PaymentId};
use kassa_commerce::job::{JobKey, JobRequest};
use kassa_commerce::kustom::completion::{self, Evidence, Fate, NewIds};
use kassa_commerce::kustom::{Content, KustomOrder, KustomOrderState};
use kassa_commerce::payment::AuthorizationState;
use kassa_commerce::planted::{self, Bug};
use kassa_commerce::reservation;
use kassa_commerce::snapshot::Snapshot;
use kustom_api::{CheckoutOrder, CheckoutStatus, Failure, KustomOrderId};
use std::sync::Arc;
use thiserror::Error;
use tracing::{error, info, warn};

/// The cart may change while Kustom is asked, and then the change is planned anew.
const MAX_PLANS: u32 = 20;

/// What became of a Kustom order when it was asked about. Cloned to everybody who asked meanwhile.
pub type Outcome = Result<Purchase, Arc<CompletionError>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purchase {
    /// Our order exists, durably.
    Completed,
    /// Paid, and waiting for a person.
    InReview,
    /// Paid, and the money goes back, as a person or the proof of a second purchase has decided.
    GivenBack,
    /// Kustom knows the order and says that it is not bought.
    NotBought,
    /// Kustom knows the order no more, and knows of no purchase.
    Gone,
}

/// At whose word a purchase is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    News,
    /// Who may have a purchase placed that waits for a decision.
    Person,
}

/// What Kustom's two APIs say of an order.
enum Looked {
    Bought(Box<Evidence>),
    NotBought,
    Gone,
}

/// Why it is not known what became of it. The question can be asked again.
#[derive(Debug, Error)]
pub enum CompletionError {
    #[error("no such Kustom order was ever opened here")]
    Unknown,
    #[error("no Kustom credentials are configured")]
    NotConfigured,
    #[error("failed to ask Kustom: {0}")]
    Kustom(#[from] Failure),
    /// The checkout says bought, and order management does not say what.
    #[error("the purchase cannot be read: {0}")]
    Unreadable(Failure),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the completion stopped unexpectedly")]
    Crashed,
}

impl App {
    /// Turns a purchase into an order, if it is one. Runs to its end even if the caller leaves.
    pub async fn complete(&self, id: &KustomOrderId) -> Outcome {
        let (app, flight_id) = (self.clone(), id.clone());
        let work = || {
            self.background
                .track_future(async move { app.complete_alone(&flight_id).await.map_err(Arc::new) })
        };
        match self.completions.join(id.clone(), work).await {
            Some(outcome) => outcome,
            None => crashed(),
        }
    }

    /// Like [`App::complete`], and asks for a job where the answer must be found out later. An error means that not even
    /// this could be noted down. Runs to its end even if the caller leaves.
    pub async fn complete_or_try_later(&self, id: &KustomOrderId) -> Result<Outcome, StoreError> {
        let (app, id) = (self.clone(), id.clone());
        let work = async move {
            let outcome = app.complete(&id).await;
            if worth_another_try(&outcome) {
                let job = JobRequest::at(JobKey::Complete(id), app.now());
                app.commit(Change {
                    jobs: vec![job],
                    ..Change::default()
                })
                .await?;
            }
            Ok(outcome)
        };
        self.to_the_end(work).await.unwrap_or_else(|| Ok(crashed()))
    }

    /// Asks about every Kustom order the cart ever had that has not found its fate, the open one first. Runs to its end
    /// even if the caller leaves.
    ///
    /// `None` if the cart never had one. The best news counts.
    pub async fn complete_cart(&self, cart_id: CartId) -> Result<Option<Outcome>, StoreError> {
        let app = self.clone();
        let work = async move { app.complete_one_of(cart_id).await };
        self.to_the_end(work).await.unwrap_or_else(|| Ok(Some(crashed())))
    }

    async fn complete_one_of(&self, cart_id: CartId) -> Result<Option<Outcome>, StoreError> {
        let mut kustom_orders = self.store.kustom_orders_of(cart_id).await?;
        kustom_orders.sort_by_key(|kustom_order| kustom_order.state != KustomOrderState::Open);
        if planted::is(Bug::ConfirmLatestOnly) {
            kustom_orders.truncate(1);
        }
        let mut best = None;
        for kustom_order in &kustom_orders {
            let outcome = match known_outcome(kustom_order.state) {
                Some(purchase) => Ok(purchase),
                None => self.complete_or_try_later(&kustom_order.id).await?,
            };
            if matches!(outcome, Ok(Purchase::Completed)) {
                return Ok(Some(outcome));
            }
            best = best.or(Some(outcome));
        }
        Ok(best)
    }

    async fn complete_alone(&self, id: &KustomOrderId) -> Result<Purchase, CompletionError> {
        let kustom_order = self
            .store
            .kustom_order(id)
            .await?
            .ok_or(CompletionError::Unknown)?;
        if let Some(purchase) = known_outcome(kustom_order.state) {
            return Ok(purchase);
        }
        let kustom = self.kustom_as(kustom_order.account.as_deref());
        let kustom = kustom.ok_or(CompletionError::NotConfigured)?;
        self.look(kustom.as_ref(), &kustom_order, Word::News).await
    }

    async fn look(
        &self,
        kustom: &dyn Kustom,
        kustom_order: &KustomOrder,
        word: Word,
    ) -> Result<Purchase, CompletionError> {
        let looked = self.gather(kustom, kustom_order).await;
        #[cfg(feature = "planted-bugs")]
        crate::planted::act_hastily(kustom, &kustom_order.id, || self.ids.row(), seen(&looked)).await?;
        match looked? {
            Looked::Bought(evidence) => self.place(&kustom_order.id, &evidence, word).await,
            Looked::NotBought => Ok(Purchase::NotBought),
            Looked::Gone => Ok(Purchase::Gone),
        }
    }

    /// Asks again about a purchase that waits for a person, at that person's wish. Runs to its end even if the caller leaves.
    pub async fn complete_reviewed(&self, kustom_order: KustomOrder) -> Outcome {
        let app = self.clone();
        let work = async move {
            let kustom = app.kustom_as(kustom_order.account.as_deref());
            let kustom = kustom.ok_or(CompletionError::NotConfigured)?;
            app.look(kustom.as_ref(), &kustom_order, Word::Person).await
        };
        let outcome = self.to_the_end(work).await;
        outcome.map_or_else(crashed, |outcome| outcome.map_err(Arc::new))
    }

    /// Reads a purchase from both APIs, because each knows what the other does not.
    async fn gather(
        &self,
        kustom: &dyn Kustom,
        kustom_order: &KustomOrder,
    ) -> Result<Looked, CompletionError> {
        self.looks.wait(kustom_order.id.clone()).await;
        let address = OrderAddress {
            id: &kustom_order.id,
            location: kustom_order.location.as_deref(),
        };
        let checkout = match kustom.read(address).await {
            Ok(checkout) => Some(checkout),
            // An expired order is gone from the checkout API. If it was bought after all, order management has it.
            Err(Failure::Gone) => None,
            Err(failure) => return Err(failure.into()),
        };
        let is_bought = checkout.as_ref().is_some_and(is_bought);
        let status = checkout.as_ref().and_then(|checkout| checkout.status.clone());
        let seems_open = matches!(status, Some(CheckoutStatus::Incomplete));
        if seems_open && !self.is_read_only(kustom_order).await? {
            return Ok(Looked::NotBought);
        }
        match kustom.read_managed(&kustom_order.id).await {
            Ok(managed) => Ok(Looked::Bought(Box::new(match checkout {
                // What the checkout says is older than the purchase.
                None => Evidence::from_managed(managed),
                Some(_) if seems_open => Evidence::from_managed(managed),
                Some(checkout) => Evidence { checkout, managed },
            }))),
            Err(failure) if is_bought => Err(CompletionError::Unreadable(failure)),
            Err(Failure::Gone) if checkout.is_some() => Ok(Looked::NotBought),
            Err(Failure::Gone) => Ok(Looked::Gone),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Kustom has refused to change the order, which it does for bought ones: what its checkout API says is not enough.
    async fn is_read_only(&self, kustom_order: &KustomOrder) -> Result<bool, StoreError> {
        let cart = self.store.cart(kustom_order.cart_id).await?;
        let kustom = cart
            .and_then(|cart| cart.kustom)
            .filter(|kustom| kustom.kustom_order_id == kustom_order.id);
        Ok(kustom.is_some_and(|kustom| kustom.read_only_since.is_some()))
    }

    /// Commits what a purchase comes to, planning anew while others change the cart.
    async fn place(
        &self,
        id: &KustomOrderId,
        evidence: &Evidence,
        word: Word,
    ) -> Result<Purchase, CompletionError> {
        let mut used_up = None;
        for _ in 0..MAX_PLANS {
            let (mut change, purchase) = self.decide(id, evidence, word).await?;
            if let Some(used_up) = used_up.as_ref().filter(|_| change.order.is_some()) {
                let kustom_order = self.store.kustom_order(id).await?;
                let kustom_order = kustom_order.ok_or(CompletionError::Unknown)?;
                change = completion::honoured(change, &kustom_order, used_up, self.now());
            }
            if planted::is(Bug::ToldBeforeCommit) {
                let app = self.clone();
                self.background.spawn(async move { app.commit(change).await });
                return Ok(purchase);
            }
            match self.commit(change).await {
                Ok(committed) => {
                    if let Some(order_number) = committed.order_number {
                        info!(order.number = order_number, "placed an order");
                    }
                    return Ok(purchase);
                }
                // Somebody was faster, or it was written after all: decide anew on what is known by now.
                Err(StoreError::Conflict | StoreError::Unknown | StoreError::AlreadyCompleted) => (),
                Err(StoreError::Exhausted(resource)) => used_up = Some(resource),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    async fn decide(
        &self,
        id: &KustomOrderId,
        evidence: &Evidence,
        word: Word,
    ) -> Result<(Change, Purchase), CompletionError> {
        let kustom_order = self
            .store
            .kustom_order(id)
            .await?
            .ok_or(CompletionError::Unknown)?;
        match (known_outcome(kustom_order.state), word) {
            (None, _) | (Some(Purchase::InReview), Word::Person) => (),
            (Some(purchase), _) => return Ok((Change::default(), purchase)),
        }
        let cart_id = kustom_order.cart_id;
        let cart = self.store.cart(cart_id).await?.ok_or(CompletionError::Unknown)?;
        let first = self.state_of_first(&cart).await?;
        let snapshot = match completion::paid_content(evidence) {
            _ if planted::is(Bug::OrderFromCurrentCart) => {
                self.store.snapshot(cart_id, cart.payload_revision).await?
            }
            Some(content) => self.paid_snapshot(cart_id, &content).await?,
            None => None,
        };
        let ids = NewIds {
            order_id: OrderId(self.ids.row()),
            payment_id: PaymentId(self.ids.row()),
            series: self.number_series(&cart),
        };
        let snapshot = snapshot.as_ref();
        let fate = completion::complete(&cart, &kustom_order, snapshot, evidence, first, &ids, self.now());
        match fate {
            Fate::Order(mut change) => {
                reservation::limit_as_in(&self.shop(), &mut change.holds);
                if !was_let_through(&cart, snapshot) {
                    warn!(
                        cart.number = cart.number,
                        "a purchase was made without our yes to it"
                    );
                }
                Ok((*change, Purchase::Completed))
            }
            Fate::Finished => Ok((Change::default(), Purchase::Completed)),
            Fate::Review { reason, change } => {
                error!(
                    review.reason = reason.as_str(),
                    cart.number = cart.number,
                    "a purchase needs a person to look at it"
                );
                Ok((*change, Purchase::InReview))
            }
        }
    }

    /// The newest of the cart's snapshots with which this is exactly what was bought.
    async fn paid_snapshot(
        &self,
        cart_id: CartId,
        content: &Content,
    ) -> Result<Option<Snapshot>, StoreError> {
        for goods_hash in content.goods_hashes() {
            let snapshots = self.store.snapshots_with_goods(cart_id, &goods_hash).await?;
            let mut snapshots = snapshots.into_iter();
            if let Some(paid) = snapshots.find(|snapshot| snapshot.bought_as(content).is_some()) {
                return Ok(Some(paid));
            }
        }
        Ok(None)
    }

    /// Of the payment that has bought the cart already.
    async fn state_of_first(&self, cart: &Cart) -> Result<Option<AuthorizationState>, StoreError> {
        let Some(bought_by) = &cart.bought_by else {
            return Ok(None);
        };
        let payments = self.store.payments_of_cart(cart.id).await?;
        let first = payments
            .into_iter()
            .find(|payment| payment.provider == *bought_by);
        Ok(first.map(|payment| payment.authorization.state))
    }
}

/// Kustom asks before it sells. A sale without it says that the asking does not work.
fn was_let_through(cart: &Cart, snapshot: Option<&Snapshot>) -> bool {
    let approval = cart.kustom.as_ref().and_then(|kustom| kustom.approval.as_ref());
    let approved = approval.map(|approval| &approval.content_hash);
    approved.is_some() && approved == snapshot.map(|snapshot| &snapshot.content_hash)
}

/// Whether the same question may have another answer later.
fn worth_another_try(outcome: &Outcome) -> bool {
    outcome
        .as_ref()
        .is_err_and(|error| !matches!(**error, CompletionError::Unknown))
}

fn crashed() -> Outcome {
    Err(Arc::new(CompletionError::Crashed))
}

/// What a state says without asking Kustom.
fn known_outcome(state: KustomOrderState) -> Option<Purchase> {
    match state {
        KustomOrderState::Completed | KustomOrderState::Acknowledged => Some(Purchase::Completed),
        KustomOrderState::InReview => Some(Purchase::InReview),
        KustomOrderState::Retired if planted::is(Bug::RetiredForgotten) => Some(Purchase::NotBought),
        KustomOrderState::GivenBack => Some(Purchase::GivenBack),
        KustomOrderState::Open | KustomOrderState::Retired => None,
    }
}

fn is_bought(checkout: &CheckoutOrder) -> bool {
    checkout.status == Some(CheckoutStatus::Complete)
}

#[cfg(feature = "planted-bugs")]
fn seen(looked: &Result<Looked, CompletionError>) -> Option<bool> {
    match looked {
        Ok(Looked::Bought(_)) => Some(true),
        Ok(Looked::NotBought | Looked::Gone) => None,
        Err(_) => Some(false),
    }
}
