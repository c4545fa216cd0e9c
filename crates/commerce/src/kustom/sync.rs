//! Telling Kustom what the cart has become.
//!
//! The job carries only the cart's id. It sends the newest revision, one call at a time, and the cart is called synced
//! only when Kustom's own answer contained what was sent. A call whose outcome is unknown may still take effect for a
//! while; until that time has passed and a read confirms, nothing is called synced.

use crate::cart::{Cart, CartState, Lock};
use crate::change::{CartWrite, Change, KustomOrderWrite};
use crate::job::{JobKey, JobRequest};
use crate::kustom::hook;
use crate::kustom::offer::Offer;
use crate::kustom::state::{KustomOrderState, KustomState, StorefrontUrls};
use crate::planted::{self, Bug};
use crate::snapshot::Snapshot;
use jiff::{SignedDuration, Timestamp};
use kustom_api::{CheckoutOrder, CheckoutStatus, Failure, KustomOrderId, SERVER_TIMEOUT_SECONDS};
use std::mem;

/// How long after sending a lost call may still take effect: Kustom's own limit, and some for the way there.
pub const AMBIGUITY_WINDOW: SignedDuration = SignedDuration::from_secs(SERVER_TIMEOUT_SECONDS + 5);

/// One call about a cart's open Kustom order, and what its success would prove.
#[derive(Clone, Debug, PartialEq)]
pub struct SyncCall {
    pub kustom_order_id: KustomOrderId,
    pub revision: u64,
    pub content_hash: String,
    pub sync_hash: String,
    pub request: SyncRequest,
    /// Sent along when a storefront has opened the checkout from another page.
    pub urls: Option<StorefrontUrls>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum SyncRequest {
    Update(Box<CheckoutOrder>),
    Read,
}

/// What an answer means for the cart.
#[derive(Clone, Debug, PartialEq)]
pub struct Absorbed {
    pub change: Change,
    pub next: Next,
}

/// What the job does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Done,
    At(Timestamp),
    /// The call failed: try again, later and later.
    BackOff,
}

/// Decides the next call, if there is anything to tell. `snapshot` is the cart's newest revision.
pub fn plan(cart: &Cart, snapshot: Option<&Snapshot>, now: Timestamp) -> Option<SyncCall> {
    let kustom = cart.kustom.as_ref()?;
    let nothing_to_tell = !kustom.is_syncing() || cart.state != CartState::Open || cart.items.is_empty();
    if nothing_to_tell {
        return None;
    }
    Some(call(kustom, snapshot?, request_for(kustom, snapshot?, now)))
}

/// An earlier run ended without a word, so a call of it may still take effect. `None` if there is no order to doubt.
pub fn doubt_abandoned(cart: &Cart, lease_ended_at: Timestamp) -> Option<Change> {
    let kustom = cart.kustom.clone()?;
    // The run's calls had to be sent before its lease ended.
    (cart.state == CartState::Open).then(|| lost(cart, kustom, lease_ended_at).change)
}

/// Describes a call about `snapshot`, which is the newest revision.
pub(super) fn call(kustom: &KustomState, snapshot: &Snapshot, request: SyncRequest) -> SyncCall {
    SyncCall {
        kustom_order_id: kustom.kustom_order_id.clone(),
        revision: snapshot.revision,
        content_hash: snapshot.content_hash.clone(),
        sync_hash: snapshot
            .offer
            .sync_hash(&kustom.kustom_order_id, snapshot.revision),
        request,
        urls: None,
    }
}

/// After a lost call's window has passed, a read tells what became of it. Everything else is an update.
fn request_for(kustom: &KustomState, snapshot: &Snapshot, now: Timestamp) -> SyncRequest {
    match kustom.ambiguous_until {
        Some(until) if now >= until || planted::is(Bug::WindowReadBelieved) => SyncRequest::Read,
        _ => SyncRequest::Update(Box::new(snapshot.offer.to_payload())),
    }
}

/// Takes in Kustom's answer. `cart` is the cart as it is now, which may be newer than what was sent.
pub fn absorb(
    cart: &Cart,
    call: &SyncCall,
    answer: &Result<CheckoutOrder, Failure>,
    sent_at: Timestamp,
    now: Timestamp,
) -> Absorbed {
    let current = cart
        .kustom
        .as_ref()
        .filter(|kustom| kustom.kustom_order_id == call.kustom_order_id);
    let (Some(kustom), CartState::Open) = (current, cart.state) else {
        return nothing(Next::Done);
    };
    match answer {
        Ok(order) if order.status == Some(CheckoutStatus::Complete) => bought(call, now),
        Ok(order)
            if order
                .order_id
                .as_ref()
                .is_some_and(|id| *id != call.kustom_order_id) =>
        {
            nothing(Next::BackOff)
        }
        Ok(order) => absorb_order(cart, kustom.clone(), call, order, sent_at, now),
        Err(Failure::ReadOnly) if planted::is(Bug::ReadOnlyIsAnError) => nothing(Next::Done),
        Err(Failure::ReadOnly) if planted::is(Bug::ReadOnlyIsGone) => retire(cart, call, now),
        Err(Failure::ReadOnly) => read_only(cart, kustom.clone(), call, now),
        // A payment that was let through may be running, and a 404 may be a passing one: look, and give nothing up yet.
        Err(Failure::Gone) if is_being_paid(kustom, now) => {
            let absorbed = bought(call, now);
            Absorbed {
                next: Next::BackOff,
                ..absorbed
            }
        }
        Err(Failure::Gone) => retire(cart, call, now),
        Err(Failure::Ambiguous { status: Some(_), .. }) if planted::is(Bug::NewOrderOnServerError) => {
            retire(cart, call, now)
        }
        Err(failure)
            if planted::is(Bug::SyncedBeforeCall)
                || (failure.is_ambiguous() && planted::is(Bug::AmbiguousIsSuccess)) =>
        {
            believed(cart, kustom.clone(), call)
        }
        Err(failure) if failure.is_ambiguous() && matches!(call.request, SyncRequest::Update(_)) => {
            lost(cart, kustom.clone(), sent_at)
        }
        Err(_) => nothing(Next::BackOff),
    }
}

fn absorb_order(
    cart: &Cart,
    mut kustom: KustomState,
    call: &SyncCall,
    order: &CheckoutOrder,
    sent_at: Timestamp,
    now: Timestamp,
) -> Absorbed {
    let held = Offer::from_order(order);
    let holds_what_was_sent = held
        .as_ref()
        .is_some_and(|offer| offer.content_hash() == call.content_hash);
    let may_still_change = match (&call.request, kustom.ambiguous_until) {
        (_, None) => None,
        (SyncRequest::Update(_), _) if planted::is(Bug::WindowIgnored) => None,
        (SyncRequest::Read, _) if planted::is(Bug::WindowReadBelieved) => None,
        // Kustom may answer a read before it carries out a call that was lost earlier: the sending counts.
        (SyncRequest::Read, Some(until)) if sent_at >= until => None,
        (_, Some(until)) => Some(until),
    };
    if let Some(urls) = &call.urls {
        kustom.urls = urls.clone();
    }
    if matches!(call.request, SyncRequest::Update(_)) {
        kustom.read_only_since = None;
    }
    if let Some(until) = may_still_change {
        // Another call may yet overwrite this one. Look again when it no longer can.
        return Absorbed {
            change: update(cart, kustom),
            next: Next::At(until.max(now)),
        };
    }
    kustom.ambiguous_until = None;
    if !holds_what_was_sent {
        let next = match call.request {
            SyncRequest::Read => Next::At(now),
            SyncRequest::Update(_) => Next::BackOff,
        };
        if kustom.synced_revision == kustom.revision {
            unsync(&mut kustom, held.as_ref());
        }
        return Absorbed {
            change: update(cart, kustom),
            next,
        };
    }
    if planted::is(Bug::PublishWithoutComparing) {
        kustom.synced_revision = kustom.revision;
        kustom.sync_hash = kustom.pending_hash.clone().unwrap_or(kustom.sync_hash);
    } else if call.revision >= kustom.synced_revision {
        kustom.synced_revision = call.revision;
        kustom.sync_hash.clone_from(&call.sync_hash);
        // What was let through is no longer what can be paid.
        kustom
            .approval
            .take_if(|approval| approval.content_hash != call.content_hash);
    }
    let next = if kustom.is_syncing() {
        Next::At(now)
    } else {
        Next::Done
    };
    Absorbed {
        change: update(cart, kustom),
        next,
    }
}

/// Kustom holds something else than it was called synced for: the newest revision is unsent again, and the hashes say so
/// until it has been sent. Revision 0 was never offered, so no hash that a page has seen comes back.
fn unsync(kustom: &mut KustomState, held: Option<&Offer>) {
    let held_hash = held.map_or_else(String::new, |offer| offer.sync_hash(&kustom.kustom_order_id, 0));
    kustom.pending_hash = Some(mem::replace(&mut kustom.sync_hash, held_hash));
    kustom.synced_revision = 0;
}

/// Kustom has said itself that it holds something else than what the cart was called synced for.
pub(super) fn doubted(kustom: &KustomState, held: Option<&Offer>) -> KustomState {
    let mut kustom = kustom.clone();
    unsync(&mut kustom, held);
    kustom
}

/// The order may be bought: the completion finds out, and the sync has nothing more to say.
fn bought(call: &SyncCall, now: Timestamp) -> Absorbed {
    let job = JobRequest::at(JobKey::Complete(call.kustom_order_id.clone()), now);
    Absorbed {
        change: Change {
            jobs: vec![job],
            ..Change::default()
        },
        next: Next::Done,
    }
}

/// Read-only means bought, most of the time: news that the completion looks into. Where it finds nothing, somebody has
/// aborted the order elsewhere, and [`give_up`] follows.
fn read_only(cart: &Cart, mut kustom: KustomState, call: &SyncCall, now: Timestamp) -> Absorbed {
    kustom.read_only_since.get_or_insert(now);
    let mut absorbed = bought(call, now);
    absorbed.change.cart = update(cart, kustom).cart;
    absorbed
}

/// Retires an order that can be neither changed nor found to be bought. `None` while that may still be a passing state:
/// reads can be behind, and a call whose answer was lost can come late.
pub fn give_up(cart: &Cart, kustom_order_id: &KustomOrderId, now: Timestamp) -> Option<Change> {
    let kustom = cart
        .kustom
        .as_ref()
        .filter(|kustom| kustom.kustom_order_id == *kustom_order_id)?;
    let since = kustom.read_only_since?;
    let is_final = cart.state == CartState::Open
        && now >= hook::after(since, AMBIGUITY_WINDOW)
        && !is_being_paid(kustom, now);
    is_final.then(|| retired(cart, kustom_order_id, now))
}

fn is_being_paid(kustom: &KustomState, now: Timestamp) -> bool {
    kustom
        .approval
        .as_ref()
        .is_some_and(|approval| approval.is_alive(now))
}

/// While a payment runs nobody changes what is being paid. When it is over there is another chance.
pub fn hands_off_until(cart: &Cart, now: Timestamp) -> Option<Timestamp> {
    match cart.lock(now)? {
        Lock::BeingPaid { until, .. } => Some(until),
        Lock::InReview => None,
    }
}

/// Only a 404 retires an order. It is aborted, in case the 404 was a passing one and its successor stands beside it; and it
/// is kept, and still completed should it turn out to be paid.
fn retire(cart: &Cart, call: &SyncCall, now: Timestamp) -> Absorbed {
    Absorbed {
        change: retired(cart, &call.kustom_order_id, now),
        next: Next::Done,
    }
}

fn retired(cart: &Cart, kustom_order_id: &KustomOrderId, now: Timestamp) -> Change {
    let mut cart = cart.clone();
    cart.kustom = None;
    let retired = KustomOrderWrite::SetState {
        id: kustom_order_id.clone(),
        state: KustomOrderState::Retired,
    };
    Change {
        cart: Some(CartWrite::Update(Box::new(cart))),
        kustom_orders: vec![retired],
        jobs: match planted::is(Bug::RetiredNotAborted) {
            true => Vec::new(),
            false => vec![JobRequest::at(JobKey::Abort(kustom_order_id.clone()), now)],
        },
        ..Change::default()
    }
}

/// Only for planted faults: what was sent counts as held.
fn believed(cart: &Cart, mut kustom: KustomState, call: &SyncCall) -> Absorbed {
    kustom.synced_revision = call.revision;
    kustom.sync_hash.clone_from(&call.sync_hash);
    Absorbed {
        change: update(cart, kustom),
        next: Next::Done,
    }
}

fn lost(cart: &Cart, mut kustom: KustomState, sent_at: Timestamp) -> Absorbed {
    let until = hook::after(sent_at, AMBIGUITY_WINDOW);
    kustom.ambiguous_until = Some(kustom.ambiguous_until.map_or(until, |earlier| earlier.max(until)));
    Absorbed {
        change: update(cart, kustom),
        next: Next::BackOff,
    }
}

fn update(cart: &Cart, kustom: KustomState) -> Change {
    let mut cart = cart.clone();
    cart.kustom = Some(kustom);
    Change {
        cart: Some(CartWrite::Update(Box::new(cart))),
        ..Change::default()
    }
}

fn nothing(next: Next) -> Absorbed {
    Absorbed {
        change: Change::default(),
        next,
    }
}

#[cfg(test)]
mod tests;
