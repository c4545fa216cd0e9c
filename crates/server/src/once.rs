//! Requests that are done once, however often they are sent.
//!
//! A key names the request, and its answer is kept in the change that it tells of: the unique key in the store is what
//! keeps a second application out, across crashes and across processes. What runs in this process is noted down as
//! well, so that whoever sends a request again too early hears that, and waits for nobody. Nothing depends on it.

use crate::app::{App, MAX_PLANS, MutateError, PricedCart};
use crate::store::StoreError;
use kassa_commerce::address::CountryCode;
use kassa_commerce::answer::{Answer, IdempotencyKey, KeyScope, KeyedRequest};
use kassa_commerce::change::Change;
use kassa_commerce::command::{self, CartCommand};
use kassa_commerce::id::CartId;
use kassa_commerce::locale::Locale;
use kassa_commerce::pricing::price;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use thiserror::Error;

/// Why a request with a key was not even tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyRefusal {
    #[error("the key belongs to another request")]
    Reused,
    #[error("the request is still running")]
    InProgress,
}

/// The keyed requests that run in this process. As many as there are connections at most.
#[derive(Debug, Default)]
pub struct Running {
    requests: Mutex<HashSet<(KeyScope, IdempotencyKey)>>,
}

/// Ends with the request, also when its browser leaves.
struct Run<'a> {
    running: &'a Running,
    request: (KeyScope, IdempotencyKey),
}

impl Running {
    /// `None` while a request with this key runs.
    fn begin(&self, scope: KeyScope, key: &IdempotencyKey) -> Option<Run<'_>> {
        let request = (scope, key.clone());
        let is_first = self.lock().insert(request.clone());
        is_first.then_some(Run {
            running: self,
            request,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<(KeyScope, IdempotencyKey)>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        self.running.lock().remove(&self.request);
    }
}

impl App {
    /// Commits what `plan` makes of the present, with its answer. If that has been done already, the answer is the kept one.
    ///
    /// `plan` is asked anew whenever the commit was refused by something that has happened meanwhile. What it refuses is
    /// not kept: nothing has changed, and the same request may be welcome later.
    pub async fn once<P, E>(
        &self,
        scope: KeyScope,
        request: &KeyedRequest,
        plan: impl Fn() -> P,
    ) -> Result<Answer, E>
    where
        P: Future<Output = Result<(Change, Answer), E>>,
        E: From<KeyRefusal> + From<StoreError>,
    {
        // Before anything else, so that many who come late do not stand in each other's way.
        if let Some(answer) = self.kept::<E>(scope, request).await? {
            return Ok(answer);
        }
        let run = self.running.begin(scope, &request.key);
        let _run = run.ok_or(KeyRefusal::InProgress)?;
        let _turn = match scope {
            KeyScope::Cart(id) => Some(self.turns.take(id).await),
            KeyScope::Creation => None,
        };
        for _ in 0..MAX_PLANS {
            if let Some(answer) = self.kept::<E>(scope, request).await? {
                return Ok(answer);
            }
            let (change, answer) = match plan().await {
                Ok(planned) => planned,
                // An earlier try, whose browser left, may have been written after we looked: then it is what is in the way.
                Err(refusal) => return self.kept::<E>(scope, request).await?.ok_or(refusal),
            };
            let change = Change {
                answer: Some(request.answered(scope, answer.clone(), self.now())),
                ..change
            };
            match self.commit(change).await {
                Ok(_) => return Ok(answer),
                Err(error) if error.asks_to_plan_again() => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    /// [`App::mutate_cart`], done once. The answer shows the cart as it was written.
    pub async fn mutate_cart_once(
        &self,
        id: CartId,
        command: CartCommand,
        request: &KeyedRequest,
        render: impl Fn(&PricedCart) -> Answer,
    ) -> Result<Answer, MutateError> {
        let (command, render) = (&command, &render);
        self.once(KeyScope::Cart(id), request, || async move {
            let cart = self.store.cart(id).await?.ok_or(MutateError::NotFound)?;
            let plan = self.plan_mutation(cart, command).await?;
            let priced = price(&plan.written, &plan.catalogue, plan.now)
                .map_err(|error| MutateError::Cart(error.into()))?;
            let cart = plan.written;
            Ok((plan.change, render(&PricedCart { cart, priced })))
        })
        .await
    }

    /// [`App::create_cart`], done once.
    pub async fn create_cart_once(
        &self,
        profile_key: &str,
        locale: &Locale,
        country: Option<CountryCode>,
        request: &KeyedRequest,
        render: impl Fn(CartId) -> Answer,
    ) -> Result<Answer, MutateError> {
        let (country, render) = (&country, &render);
        self.once(KeyScope::Creation, request, || async move {
            let id = CartId(self.ids.secret());
            let (shop, now) = (self.shop(), self.now());
            let change = command::create(id, profile_key, locale, country.clone(), &shop, now)?;
            Ok((change, render(id)))
        })
        .await
    }

    async fn kept<E: From<KeyRefusal> + From<StoreError>>(
        &self,
        scope: KeyScope,
        request: &KeyedRequest,
    ) -> Result<Option<Answer>, E> {
        match self.store.answer(scope, &request.key, self.now()).await? {
            Some(kept) if kept.fingerprint != request.fingerprint => Err(KeyRefusal::Reused.into()),
            kept => Ok(kept.map(|kept| kept.answer)),
        }
    }
}
