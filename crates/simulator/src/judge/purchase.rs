//! What may become of a purchase.

use super::{Judge, Session, kustom::quantities, price::price};
use crate::report::Situation;
use crate::store::short;
use crate::world::World;
use kassa_commerce::cart::CartState;
use kassa_commerce::change::Committed;
use kassa_commerce::money::Money;
use kassa_commerce::order::Order;
use kassa_commerce::payment::Payment;
use kassa_commerce::review::{Review, ReviewReason};
use kustom_api::{CheckoutStatus, FraudStatus, KustomOrderId, ManagedOrder};
use kustom_emulator::Kustom;
use std::collections::BTreeMap;

impl Judge {
    /// Invariant 1: one order per purchase and per cart.
    pub(super) fn check_single(&mut self, order: &Order) {
        let id = kustom_order_of(order);
        let is_first = self.session(id).order_number.is_none();
        self.demand(is_first, "I1", || format!("{} became an order twice", short(id)));
        let bought_by = self
            .carts
            .get(&order.cart_id)
            .and_then(|cart| cart.bought_by.as_ref());
        let is_unsold = bought_by.is_none();
        self.demand(is_unsold, "I1", || {
            format!("{} became an order twice", order.cart_number)
        });
    }

    /// Invariant 2: the order is what was paid.
    pub(super) fn order_made(
        &mut self,
        order: &Order,
        payment: Option<&Payment>,
        committed: &Committed,
        kustom: &Kustom,
        world: &World,
    ) {
        let id = kustom_order_of(order);
        let session = self.session(id);
        let cart_id = session.cart_id;
        session.order_number = Some(committed.order_number.clone().unwrap_or_default());
        let strangeness = session.strangeness;
        self.demand(cart_id == Some(order.cart_id), "I10", || {
            format!("{} became the order of another cart", short(id))
        });
        self.demand(strangeness == 0, "I2", || {
            format!(
                "{} became an order although Kustom does not call it bought",
                short(id)
            )
        });
        if let Some(cart) = self.carts.get_mut(&order.cart_id) {
            cart.bought_by = Some(id.clone());
            let number = cart.number.clone();
            let is_completed = cart
                .newest()
                .is_some_and(|shown| shown.state == CartState::Completed);
            self.demand(is_completed, "I12", || {
                format!("{number} has an order and is still open")
            });
        }
        self.check_order(order, payment, kustom);
        self.check_reviewed(order);
        self.note_situation(order, world);
    }

    fn check_order(&mut self, order: &Order, payment: Option<&Payment>, kustom: &Kustom) {
        let id = kustom_order_of(order);
        let revision = order.payload_revision.unwrap_or_default();
        let at_kustom = kustom.order(id);
        let managed = at_kustom.and_then(|order| order.managed.as_ref());
        let (Some(at_kustom), Some(managed)) = (at_kustom, managed) else {
            return self.violated("I2", || {
                format!("{} became an order and was never paid", short(id))
            });
        };
        let is_complete = at_kustom.checkout.status == Some(CheckoutStatus::Complete);
        self.demand(is_complete, "I2", || {
            format!("{} became an order unpaid", short(id))
        });
        let was_offered = self.paid_as_offered(order.cart_id, revision, &at_kustom.checkout);
        self.demand(was_offered, "I2", || {
            format!(
                "{} was paid for something else than revision {revision} offered",
                short(id)
            )
        });
        let is_what_was_paid = is_what_was_paid(order, managed);
        self.demand(is_what_was_paid, "I2", || {
            let total = order.priced.amount_to_pay().map(Money::amount_minor);
            format!(
                "{}: the order says {total:?} and {} was paid",
                short(id),
                managed.order_amount
            )
        });
        let is_reserved = payment.is_some_and(|payment| {
            let amount = payment.authorization.amount;
            payment.provider.kustom_order_id() == Some(id) && amount.amount_minor() == managed.order_amount
        });
        self.demand(is_reserved, "I13", || {
            format!("{}: the payment is not what was authorized", short(id))
        });
        let shows_what_was_paid = self.carts.get(&order.cart_id).is_some_and(|cart| {
            let offered = cart.offered.get(&revision);
            let shown = cart.newest().map(|shown| &shown.content);
            offered.map(|offered| &offered.items) == shown.map(|shown| &shown.items)
        });
        self.demand(shows_what_was_paid, "I2", || {
            format!(
                "{}: the completed cart shows something else than was paid",
                short(id)
            )
        });
    }

    /// While a purchase of the cart waits for a person, the cart is not sold again.
    fn check_reviewed(&mut self, order: &Order) {
        let sold = kustom_order_of(order);
        let waits = |id: &KustomOrderId, session: &Session| {
            id != sold
                && session.cart_id == Some(order.cart_id)
                && session.reviews.contains(&ReviewReason::UnclearPurchase)
                && session.reviewed_at_step < self.sessions[sold].bound_at_step
                && session.resolutions.is_empty()
        };
        let other = self.sessions.iter().find(|(id, session)| waits(id, session));
        let other = other.map(|(id, _)| short(id).to_owned());
        self.demand(other.is_none(), "I11", || {
            format!(
                "{} was sold although a purchase of its cart waits for a person",
                order.cart_number
            )
        });
    }

    fn note_situation(&self, order: &Order, world: &World) {
        let Some(session) = self.sessions.get(kustom_order_of(order)) else {
            return;
        };
        if !session.was_asked_about {
            world.saw(Situation::CompletedUnasked);
        }
        if session.was_gone {
            world.saw(Situation::GoneThenPaid);
        }
        world.count().orders += 1;
    }

    /// A purchase is put aside only for a reason that the judge knows of as well.
    pub(super) fn review_opened(&mut self, review: &Review, kustom: &Kustom, world: &World) {
        let id = &review.kustom_order_id;
        let step = self.step;
        let session = self.session(id);
        if session.reviews.contains(&review.reason) {
            return;
        }
        session.reviews.push(review.reason);
        session.reviewed_at_step = step;
        let (strangeness, has_order, is_paid) = (
            session.strangeness,
            session.order_number.is_some(),
            session.is_paid,
        );
        let bought_by = self
            .carts
            .get(&review.cart_id)
            .and_then(|cart| cart.bought_by.clone());
        let first = bought_by
            .as_ref()
            .and_then(|first| kustom.order(first)?.managed.as_ref());
        let is_first_cancelled = bought_by
            .as_ref()
            .is_some_and(|first| self.session(first).was_cancelled);
        // Whether the one that is left is wanted, a person decides.
        let is_doubtful =
            is_first_cancelled || first.is_some_and(|first| first.fraud_status != FraudStatus::Accepted);
        self.session(id).is_second_to_doubtful |= is_doubtful;
        let is_deserved = is_paid
            && match review.reason {
                ReviewReason::DuplicatePurchase => bought_by.is_some_and(|other| other != *id),
                ReviewReason::EditedAfterPayment => has_order,
                ReviewReason::FraudRejected | ReviewReason::UnclearPurchase => strangeness != 0,
                ReviewReason::UnreadablePurchase | ReviewReason::MessageUnheard => true,
                ReviewReason::SoldTooMany => has_order,
                ReviewReason::ContentMismatch => false,
            };
        self.demand(is_deserved, "D2", || {
            format!(
                "{} was put aside as {}, without a reason",
                short(id),
                review.reason.as_str()
            )
        });
        match review.reason {
            ReviewReason::DuplicatePurchase => world.saw(Situation::PaidTwice),
            ReviewReason::EditedAfterPayment => world.saw(Situation::EditedAfterPayment),
            _ => world.saw(Situation::StrangePurchase),
        }
        world.count().reviews += 1;
    }

    /// The order of a cart, once there is one.
    pub fn bought_by(&self, cart_id: kassa_commerce::id::CartId) -> Option<&KustomOrderId> {
        self.carts.get(&cart_id)?.bought_by.as_ref()
    }

    /// Whether the judge's sums agree with what a page shows.
    pub(super) fn is_priced_right(
        &self,
        cart_id: kassa_commerce::id::CartId,
        shown: &kassa::app::PricedCart,
    ) -> bool {
        let Some(cart) = self.carts.get(&cart_id) else {
            return false;
        };
        let content = super::Content::of(&shown.cart);
        let total = shown.priced.amount_to_pay().map(Money::amount_minor);
        price(&cart.profile_key, &content).is_some_and(|price| {
            Ok(price.total) == total && price.tax == shown.priced.order_tax_total.amount_minor()
        })
    }
}

/// In these worlds everybody pays by Kustom.
fn kustom_order_of(order: &Order) -> &KustomOrderId {
    order
        .kustom_order_id
        .as_ref()
        .expect("nothing else takes payments here")
}

fn is_what_was_paid(order: &Order, managed: &ManagedOrder) -> bool {
    let total = order.priced.amount_to_pay().map(Money::amount_minor);
    let tax: i64 = managed.order_lines.iter().map(|line| line.total_tax_amount).sum();
    let mut ordered = BTreeMap::new();
    for line in &order.priced.lines {
        *ordered.entry(line.product_number.as_str()).or_insert(0) += i64::from(line.quantity);
    }
    total == Ok(managed.order_amount)
        && order.priced.order_tax_total.amount_minor() == tax
        && order.priced.currency.code() == managed.purchase_currency
        && ordered == quantities(&managed.order_lines)
}
