//! Telling Kustom what a cart has become: one call at a time, under the lease of the cart's sync job.

use super::MAX_PLANS;
use crate::app::App;
use crate::kustom::{Kustom, OrderAddress};
use crate::store::StoreError;
use jiff::Timestamp;
use kassa_commerce::change::{CartWrite, Change};
use kassa_commerce::id::CartId;
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, JobRequest, Lease};
use kassa_commerce::kustom::sync::{self, Next, SyncCall, SyncRequest};
use kassa_commerce::kustom::{KustomOrderState, KustomState};
use kassa_commerce::planted::{self, Bug};
use kustom_api::{CheckoutOrder, Failure};
use tracing::warn;

/// What a run of the sync job does.
enum Planned {
    Call(SyncCall, Option<String>),
    Wait { until: Timestamp },
    Nothing,
}

impl App {
    pub(super) async fn run_sync(
        &self,
        kustom: &dyn Kustom,
        job: &ClaimedJob,
        cart_id: CartId,
    ) -> Result<(), StoreError> {
        self.doubt_abandoned(job, cart_id).await?;
        let (call, location) = match self.plan_sync(cart_id).await? {
            Planned::Call(call, location) => (call, location),
            Planned::Wait { until } => {
                let end = JobEnd::Continue { run_at: until };
                return self.settle(job, end, Change::default()).await;
            }
            Planned::Nothing => return self.settle(job, JobEnd::Done, Change::default()).await,
        };
        let address = OrderAddress {
            id: &call.kustom_order_id,
            location: location.as_deref(),
        };
        let sent_at = self.now();
        let answer = self.send(kustom, &job.lease, address, &call).await;
        if let Err(failure) = &answer {
            warn!(%failure, revision = call.revision, "Kustom did not take a cart's change");
        }
        let end_of = |next| match next {
            Next::Done => JobEnd::Done,
            Next::At(run_at) => JobEnd::Continue { run_at },
            Next::BackOff => match &answer {
                Err(failure) => self.retry_after(job, failure),
                Ok(_) => self.retry_at(job),
            },
        };
        for _ in 0..MAX_PLANS {
            let Some(cart) = self.store.cart(cart_id).await? else {
                return self.settle(job, JobEnd::Done, Change::default()).await;
            };
            let absorbed = sync::absorb(&cart, &call, &answer, sent_at, self.now());
            match self.settle(job, end_of(absorbed.next), absorbed.change).await {
                Err(error) if error.asks_to_plan_again() => (),
                result => return result,
            }
        }
        Err(StoreError::Busy)
    }

    /// Before anything is planned: whoever held the job before and never reported may have called Kustom.
    pub(crate) async fn doubt_abandoned(&self, job: &ClaimedJob, cart_id: CartId) -> Result<(), StoreError> {
        let Some(lease_ended_at) = job.abandoned_at else {
            return Ok(());
        };
        if planted::is(Bug::AbandonedLeaseTrusted) {
            return Ok(());
        }
        for _ in 0..MAX_PLANS {
            let cart = self.store.cart(cart_id).await?;
            let Some(change) = cart.and_then(|cart| sync::doubt_abandoned(&cart, lease_ended_at)) else {
                return Ok(());
            };
            match self.commit(change).await {
                Err(error) if error.asks_to_plan_again() => (),
                result => return result.map(|_| ()),
            }
        }
        Err(StoreError::Busy)
    }

    async fn plan_sync(&self, cart_id: CartId) -> Result<Planned, StoreError> {
        let Some(cart) = self.store.cart(cart_id).await? else {
            return Ok(Planned::Nothing);
        };
        let Some(kustom) = &cart.kustom else {
            return Ok(Planned::Nothing);
        };
        if let Some(until) = sync::hands_off_until(&cart, self.now()) {
            return Ok(Planned::Wait { until });
        }
        let snapshot = self.store.snapshot(cart_id, kustom.revision).await?;
        let Some(call) = sync::plan(&cart, snapshot.as_ref(), self.now()) else {
            return Ok(Planned::Nothing);
        };
        let kustom_order = self.store.kustom_order(&call.kustom_order_id).await?;
        // What is paid and waits for a person is not to be changed, nor to be given up for a 404.
        Ok(kustom_order
            .filter(|kustom_order| kustom_order.state == KustomOrderState::Open)
            .map_or(Planned::Nothing, |kustom_order| {
                Planned::Call(call, kustom_order.location)
            }))
    }

    pub(crate) async fn send(
        &self,
        kustom: &dyn Kustom,
        lease: &Lease,
        address: OrderAddress<'_>,
        call: &SyncCall,
    ) -> Result<CheckoutOrder, Failure> {
        self.check_turn(kustom, lease)?;
        match &call.request {
            SyncRequest::Read => kustom.read(address).await,
            SyncRequest::Update(payload) => kustom.update(address, payload).await,
        }
    }

    /// Whoever has the turn after us calls as well, so a call that could last beyond our turn must not begin.
    pub(crate) fn check_turn(&self, kustom: &dyn Kustom, lease: &Lease) -> Result<(), Failure> {
        if self.now() + kustom.longest_call() <= lease.until || planted::is(Bug::CallOutlastsLease) {
            return Ok(());
        }
        Err(Failure::Unreachable {
            reason: "too little was left of the turn to call".into(),
        })
    }

    /// Takes in the answer to a call that was made inline, under the sync job's lease.
    pub(crate) async fn absorb_sync(
        &self,
        cart_id: CartId,
        call: &SyncCall,
        answer: &Result<CheckoutOrder, Failure>,
        sent_at: Timestamp,
    ) -> Result<(), StoreError> {
        for _ in 0..MAX_PLANS {
            let Some(cart) = self.store.cart(cart_id).await? else {
                return Ok(());
            };
            let mut change = sync::absorb(&cart, call, answer, sent_at, self.now()).change;
            // Our turn may be over by now, and with it the job: whatever is left to tell needs one.
            if leaves_something_to_tell(&change) {
                let run_at = self.now() + self.options.timing.delay;
                change.jobs.push(JobRequest::at(JobKey::Sync(cart_id), run_at));
            }
            match self.commit(change).await {
                Err(error) if error.asks_to_plan_again() => (),
                result => return result.map(|_| ()),
            }
        }
        Err(StoreError::Busy)
    }
}

fn leaves_something_to_tell(change: &Change) -> bool {
    let Some(CartWrite::Update(cart)) = &change.cart else {
        return false;
    };
    cart.kustom.as_ref().is_some_and(KustomState::is_syncing)
}
