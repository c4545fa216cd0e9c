//! What must have happened once trouble has ended and time has passed.

use super::{Judge, Session};
use crate::store::short;
use crate::store::tables::Tables;
use jiff::{SignedDuration, Timestamp};
use kassa_commerce::cart::CartState;
use kassa_commerce::job::JobKey;
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::review::{ReviewAction, ReviewReason};
use kustom_api::ManagementStatus;
use kustom_emulator::{Kustom, Order, OrderState};

/// Whether a world has come to rest.
pub enum Settled {
    Yes,
    /// What is still missing, and the invariant that says so.
    No(&'static str, String),
}

/// How soon after a confirmation a purchase must have its fate, and a second for good measure.
const HASTE: SignedDuration = SignedDuration::from_secs(61);

impl Judge {
    /// What is not yet as it must become.
    pub fn settled(&self, tables: &Tables, kustom: &Kustom, now: Timestamp) -> Settled {
        for order in kustom.orders() {
            let Some(session) = self.sessions.get(&order.id) else {
                continue;
            };
            if let Some((invariant, missing)) = self.unsettled(order, session, tables, now) {
                return Settled::No(invariant, format!("{} {missing}", short(&order.id)));
            }
        }
        if let Some(missing) = self.out_of_sync(kustom, now) {
            return Settled::No("I6", missing);
        }
        if let Some(job) = tables.job_keys().find(|job| !may_remain(job)) {
            return Settled::No("I21", format!("the job {job} of {} never ends", job.subject()));
        }
        Settled::Yes
    }

    /// Invariant 3 also has a time limit: whoever asks about a payment makes its fate known within a minute. A second payment
    /// of a bought cart has until somebody looks by schedule, because a page that is told of an order asks no further.
    pub fn check_haste(&mut self, now: Timestamp) {
        let slow = self.sessions.iter().find(|(_, session)| {
            let is_bought = session
                .cart_id
                .is_some_and(|cart_id| self.bought_by(cart_id).is_some());
            let asked_at = session
                .asked_in_peace_at
                .filter(|_| !session.has_fate() && !is_bought);
            asked_at.is_some_and(|at| now.duration_since(at) > HASTE)
        });
        if let Some((id, _)) = slow {
            let id = short(id).to_owned();
            self.violated("I3", || {
                format!("{id} was paid and asked about, and a minute later it has no fate")
            });
        }
    }

    /// Judges what settled, or did not.
    pub fn must_be_settled(&mut self, settled: Settled) {
        if let Settled::No(invariant, missing) = settled {
            self.violated(invariant, || format!("after all trouble has ended, {missing}"));
        }
    }

    fn unsettled(
        &self,
        order: &Order,
        session: &Session,
        tables: &Tables,
        now: Timestamp,
    ) -> Option<(&'static str, String)> {
        if session.is_paid {
            return unsettled_purchase(order, session);
        }
        let is_open = order.state(now) == OrderState::Open;
        let is_unfinished = matches!(
            session.state,
            Some(KustomOrderState::Open | KustomOrderState::Retired)
        );
        if is_unfinished && !tables.has_job(&JobKey::Reconcile(order.id.clone())) {
            return Some((
                "I3",
                "could still turn out to be paid, and nobody will ask".to_owned(),
            ));
        }
        if session.state == Some(KustomOrderState::Retired) && is_open {
            return Some(("D5", "was retired and can still be paid".to_owned()));
        }
        if session.state.is_none() && is_open && self.should_be_aborted(session) {
            return Some((
                "I9",
                "lost the race for its cart and can still be paid".to_owned(),
            ));
        }
        None
    }

    /// Whoever makes an order and does not get it bound knows of it, unless the storage failed or the node died.
    fn should_be_aborted(&self, session: &Session) -> bool {
        let cart = session.cart_id.and_then(|cart_id| self.carts.get(&cart_id));
        let is_cart_open = cart
            .and_then(super::CartLedger::newest)
            .is_some_and(|shown| shown.state == CartState::Open);
        let mut heard = session.heard_created.iter();
        is_cart_open
            && heard.any(|(node, at)| self.has_lived_since(*node, *at) && !self.was_hindered(*node, *at))
    }

    /// Whether the storage failed the node while it may have been about to write something down.
    fn was_hindered(&self, node: usize, since: Timestamp) -> bool {
        let mut failures = self.store_failures.iter();
        failures.any(|(failed, at)| *failed == node && (0..180).contains(&at.duration_since(since).as_secs()))
    }

    fn out_of_sync(&self, kustom: &Kustom, now: Timestamp) -> Option<String> {
        for (cart_id, cart) in &self.carts {
            let Some(shown) = cart.newest().filter(|shown| shown.state == CartState::Open) else {
                continue;
            };
            let Some(known) = &shown.kustom else { continue };
            let is_payable = kustom
                .order(&known.id)
                .is_some_and(|order| order.state(now) == OrderState::Open);
            if is_payable && !known.looks_synced() && !shown.content.items.is_empty() {
                return Some(format!("{} is never synced", cart.number));
            }
            if self.is_strict
                && let Some(problem) = self.out_of_step(*cart_id, kustom, now)
            {
                return Some(problem);
            }
        }
        None
    }

    /// Carts with a payment whose shopper may ask what became of it.
    pub fn paid_carts(&self) -> Vec<kassa_commerce::id::CartId> {
        let paid = self.sessions.values().filter(|session| session.is_paid);
        let mut carts: Vec<_> = paid.filter_map(|session| session.cart_id).collect();
        carts.sort();
        carts.dedup();
        carts
    }
}

fn unsettled_purchase(order: &Order, session: &Session) -> Option<(&'static str, String)> {
    let is_duplicate = session.reviews.contains(&ReviewReason::DuplicatePurchase);
    let status = order.managed.as_ref().map(|managed| &managed.status);
    if session.was_cancelled {
        let is_released = status == Some(&ManagementStatus::Cancelled);
        let missing = "was cancelled by its owner, and Kustom still holds the money";
        return (!is_released).then(|| ("I11", missing.to_owned()));
    }
    if let Some(number) = &session.order_number {
        let references = order
            .managed
            .as_ref()
            .and_then(|managed| managed.merchant_reference2.as_ref());
        if order.acknowledged_at.is_none() {
            return Some(("I5", "became an order that Kustom never hears of".to_owned()));
        }
        if references != Some(number) {
            return Some(("I5", "never got its order number at Kustom".to_owned()));
        }
        return None;
    }
    let is_cancelled = status == Some(&ManagementStatus::Cancelled);
    if is_duplicate && !is_cancelled && !session.is_second_to_doubtful {
        return Some(("I11", "is a second payment that is never given back".to_owned()));
    }
    let was_given_back = session.state == Some(KustomOrderState::GivenBack);
    if was_given_back && !is_cancelled {
        return Some(("I3", "was to be given back and never is".to_owned()));
    }
    let is_over = session.resolutions.contains(&ReviewAction::Close) && !is_duplicate;
    if is_over && !was_given_back && order.acknowledged_at.is_none() {
        return Some((
            "I5",
            "was dealt with by a person, and Kustom never hears of it".to_owned(),
        ));
    }
    (!session.is_put_aside()).then(|| {
        (
            "I3",
            "was paid and has no order, no review and no cancellation".to_owned(),
        )
    })
}

/// Looks by schedule go on for as long as an order may still be paid or is being examined.
fn may_remain(job: &JobKey) -> bool {
    matches!(job, JobKey::Reconcile(_))
}
