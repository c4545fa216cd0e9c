//! What a commit changed about a cart, told in the order in which it makes sense.

use super::{Carts, Draft, Kind, Timeline};
use jiff::Timestamp;
use kassa_commerce::cart::{Cart, CartState, Lock};
use kassa_commerce::change::{AuthorizationWrite, CartWrite, Change, Committed, KustomOrderWrite};
use kassa_commerce::id::{CartId, PaymentId};
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, JobRequest};
use kassa_commerce::payment::AuthorizationState;
use kustom_api::KustomOrderId;
use serde_json::{Map, Value, json};

/// What was last told of a cart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    state: Option<CartState>,
    pending_hash: Option<String>,
    sync_hash: Option<String>,
    lock: Option<&'static str>,
    /// The end of the last freeze that was told of: each yes is news, also where the cart was frozen before.
    frozen_until: Option<Timestamp>,
    payment: Option<PaymentId>,
}

impl Facts {
    pub(super) fn of(cart: &Cart) -> Self {
        let kustom = cart.kustom.as_ref();
        Self {
            state: Some(cart.state),
            pending_hash: kustom.and_then(|kustom| kustom.pending_hash.clone()),
            sync_hash: kustom.map(|kustom| kustom.sync_hash.clone()),
            ..Self::default()
        }
    }

    fn at(cart: &Cart, now: Timestamp) -> Self {
        let (lock, frozen_until) = match cart.lock(now) {
            Some(Lock::BeingPaid { until, .. }) => (Some("being_paid"), Some(until)),
            Some(Lock::InReview) => (Some("in_review"), None),
            None => (None, None),
        };
        Self {
            lock,
            frozen_until,
            ..Self::of(cart)
        }
    }
}

/// What a change would tell, taken from it before the store takes it.
#[derive(Debug)]
pub struct Noted {
    inserted: Option<CartId>,
    updated: Option<(CartId, Facts)>,
    opened: Vec<(CartId, KustomOrderId)>,
    /// States of what belongs to a cart that is named, or to one that is known by a Kustom order or a payment.
    states: Vec<(Whose, Draft)>,
    payment: Option<(CartId, PaymentId)>,
    jobs: Vec<JobRequest>,
}

#[derive(Debug)]
enum Whose {
    Cart(CartId),
    Order(KustomOrderId),
    Payment(PaymentId),
}

impl Noted {
    pub fn of(change: &Change, now: Timestamp) -> Self {
        let inserted = match &change.cart {
            Some(CartWrite::Insert(cart)) => Some(cart.id),
            _ => None,
        };
        let updated = match &change.cart {
            Some(CartWrite::Update(cart)) => Some((cart.id, Facts::at(cart, now))),
            _ => None,
        };
        let opened = change.kustom_orders.iter().filter_map(|write| match write {
            KustomOrderWrite::Open(order) => Some((order.cart_id, order.id.clone())),
            _ => None,
        });
        Self {
            inserted,
            updated,
            opened: opened.collect(),
            states: states(change, now),
            payment: change
                .payment
                .as_ref()
                .map(|payment| (payment.cart_id, payment.id)),
            jobs: change.jobs.clone(),
        }
    }
}

fn states(change: &Change, now: Timestamp) -> Vec<(Whose, Draft)> {
    let mut told = Vec::new();
    let mut tell = |whose, what: &str, from: Option<&str>, to: &str| {
        told.push((whose, Draft::state(now, what, from, to)));
    };
    for write in &change.kustom_orders {
        match write {
            KustomOrderWrite::Open(order) => {
                tell(
                    Whose::Cart(order.cart_id),
                    "kustomOrder",
                    None,
                    order.state.as_str(),
                );
            }
            KustomOrderWrite::Move { id, from, to } => {
                let from = Some(from.as_str());
                tell(Whose::Order(id.clone()), "kustomOrder", from, to.as_str());
            }
            KustomOrderWrite::SetState { id, state } => {
                tell(Whose::Order(id.clone()), "kustomOrder", None, state.as_str());
            }
        }
    }
    if let Some(payment) = &change.payment {
        let state = authorization(payment.authorization.state);
        tell(Whose::Cart(payment.cart_id), "payment", None, state);
    }
    if let Some(AuthorizationWrite { payment_id, state }) = &change.authorization {
        let whose = Whose::Payment(*payment_id);
        tell(whose, "payment", None, authorization(*state));
    }
    if let Some(order) = &change.order {
        tell(Whose::Cart(order.cart_id), "order", None, "placed");
    }
    if let Some(order) = &change.order_update {
        let to = match order.cancelled_at {
            Some(_) => "cancelled",
            None => "changed",
        };
        tell(Whose::Cart(order.cart_id), "order", None, to);
    }
    for review in &change.reviews {
        let what = format!("review ({})", review.reason.as_str());
        tell(Whose::Cart(review.cart_id), &what, None, "opened");
    }
    if let Some(resolution) = &change.resolution {
        let what = format!("review ({})", resolution.reason.as_str());
        let whose = Whose::Order(resolution.kustom_order_id.clone());
        tell(whose, &what, Some("opened"), "ended");
    }
    told
}

impl Timeline {
    /// Tells what a commit brought. To be called once it is certain, and before anybody is answered.
    pub fn committed(&self, noted: Noted, committed: &Committed) {
        let now = self.now();
        let mut carts = self.lock();
        if let (Some(id), Some(number)) = (noted.inserted, &committed.cart_number) {
            carts.log(id).facts.state = Some(CartState::Open);
            carts.name(id, number);
        }
        for (cart_id, order) in &noted.opened {
            carts.bind(*cart_id, order);
        }
        if let Some((cart_id, payment)) = noted.payment {
            carts.log(cart_id).facts.payment = Some(payment);
        }
        for (whose, draft) in &noted.states {
            if let Some(cart_id) = carts.whose(whose) {
                carts.add(cart_id, draft);
            }
        }
        if let Some((cart_id, facts)) = noted.updated {
            for draft in carts.news(cart_id, facts, now) {
                carts.add(cart_id, &draft);
            }
        }
        for wish in &noted.jobs {
            let detail = json!({ "at": format!("{:.3}", wish.run_at) });
            carts.tell_of_job(&wish.key, "scheduled", detail, now);
        }
    }

    pub fn job_started(&self, job: &ClaimedJob) {
        let detail = json!({ "attempt": job.attempts + 1 });
        self.lock().tell_of_job(&job.key, "started", detail, self.now());
    }

    pub fn job_ended(&self, job: &ClaimedJob, end: &JobEnd) {
        let (stage, detail) = match end {
            JobEnd::Done => ("done", json!({})),
            JobEnd::Continue { run_at } | JobEnd::Retry { run_at } => {
                ("again", json!({ "at": format!("{run_at:.3}") }))
            }
        };
        self.lock().tell_of_job(&job.key, stage, detail, self.now());
    }
}

impl Carts {
    fn add(&mut self, cart_id: CartId, draft: &Draft) {
        let text = draft.text(cart_id);
        self.log(cart_id).add(None, &text);
    }

    fn whose(&self, whose: &Whose) -> Option<CartId> {
        match whose {
            Whose::Cart(id) => Some(*id),
            Whose::Order(id) => self.by_order.get(id).copied(),
            // Rare, and there are few: an index would have to be kept for it.
            Whose::Payment(payment) => {
                let mut logs = self.logs.iter();
                logs.find(|(_, log)| log.facts.payment == Some(*payment))
                    .map(|(id, _)| *id)
            }
        }
    }

    fn tell_of_job(&mut self, key: &JobKey, stage: &str, mut detail: Value, now: Timestamp) {
        let cart_id = match key {
            JobKey::Sync(cart_id) => Some(*cart_id),
            key => key
                .kustom_order_id()
                .and_then(|id| self.by_order.get(id).copied()),
        };
        let Some(cart_id) = cart_id else { return };
        detail["job"] = key.kind().into();
        detail["stage"] = stage.into();
        let title = format!("{} {stage}", key.kind());
        self.add(cart_id, &Draft::inside(now, Kind::Job, title, detail));
    }

    /// What differs from what was last told, which is this from now on.
    fn news(&mut self, cart_id: CartId, next: Facts, now: Timestamp) -> Vec<Draft> {
        let facts = &mut self.log(cart_id).facts;
        let next = Facts {
            payment: facts.payment,
            ..next
        };
        let last = std::mem::replace(facts, next.clone());
        let mut news = Vec::new();
        news.extend(hashes(&last, &next, now));
        if last.state != next.state {
            let from = last.state.map(cart_state);
            let to = next.state.map_or("open", cart_state);
            news.push(Draft::state(now, "cart", from, to));
        }
        if (last.lock, last.frozen_until) != (next.lock, next.frozen_until) {
            let mut draft = Draft::state(now, "lock", last.lock, next.lock.unwrap_or("free"));
            if let Some(until) = next.frozen_until {
                draft.detail["until"] = format!("{until:.3}").into();
            }
            news.push(draft);
        }
        news
    }
}

fn hashes(last: &Facts, next: &Facts, now: Timestamp) -> Option<Draft> {
    if (&last.pending_hash, &last.sync_hash) == (&next.pending_hash, &next.sync_hash) {
        return None;
    }
    let title = match (&next.pending_hash, &next.sync_hash) {
        (None, None) => "no hashes".to_owned(),
        (None, Some(sync)) => format!("Kustom holds {}", short(sync)),
        (Some(pending), Some(sync)) if pending == sync => format!("Kustom holds {}", short(sync)),
        (Some(pending), _) => format!("Kustom should hold {}", short(pending)),
    };
    let mut detail = Map::new();
    for (name, hash) in [
        ("pendingHash", &next.pending_hash),
        ("syncHash", &next.sync_hash),
        ("previousPendingHash", &last.pending_hash),
        ("previousSyncHash", &last.sync_hash),
    ] {
        if let Some(hash) = hash {
            detail.insert(name.to_owned(), hash.as_str().into());
        }
    }
    Some(Draft::inside(now, Kind::Hash, title, detail.into()))
}

/// As much as an eye compares.
fn short(hash: &str) -> &str {
    hash.get(..8).unwrap_or(hash)
}

fn cart_state(state: CartState) -> &'static str {
    match state {
        CartState::Open => "open",
        CartState::Completed => "completed",
        CartState::Rejected => "rejected",
    }
}

fn authorization(state: AuthorizationState) -> &'static str {
    match state {
        AuthorizationState::Pending => "pending",
        AuthorizationState::Successful => "successful",
        AuthorizationState::Rejected => "rejected",
        AuthorizationState::Released => "released",
    }
}
