//! From a purchase at Kustom to our order. The only code that makes one.
//!
//! Confirm, push, a sync that met a read-only order and any job all end here. The order is what was paid: it is built
//! from the snapshot whose content equals the paid Kustom order, never from the cart as it is by now. What cannot be
//! matched becomes a review that a person sees; nothing paid is ever cancelled because of a doubt of ours.

use crate::address::{Address, CountryCode};
use crate::cart::{Cart, CartItem, CartState};
use crate::change::{CartWrite, Change, KustomOrderWrite};
use crate::job::{JobKey, JobRequest};
use crate::kustom::offer::Content;
use crate::kustom::reconcile;
use crate::kustom::state::{KustomOrder, KustomOrderState};
use crate::money::{Currency, Money};
pub use crate::order::NewIds;
use crate::order::{self, Contact, Sale};
use crate::payment::{AuthorizationState, Provider};
use crate::planted::{self, Bug};
use crate::reservation::{HoldClaim, Resource};
use crate::review::{Review, ReviewReason};
use crate::snapshot::Snapshot;
use jiff::Timestamp;
use kustom_api::{
    Address as KustomAddress, CheckoutOrder, CheckoutStatus, Customer, FraudStatus, KustomOrderId,
    ManagedOrder, ManagementStatus,
};

/// A purchase as both of Kustom's APIs tell it, read but not yet believed.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub checkout: CheckoutOrder,
    pub managed: ManagedOrder,
}

impl Evidence {
    /// For a purchase that the checkout API no longer shows: order management tells everything but the tax total.
    pub fn from_managed(managed: ManagedOrder) -> Self {
        let mut taxes = managed.order_lines.iter().map(|line| line.total_tax_amount);
        let checkout = CheckoutOrder {
            order_id: Some(managed.order_id.clone()),
            status: Some(CheckoutStatus::Complete),
            purchase_country: Some(managed.purchase_country.clone()),
            purchase_currency: Some(managed.purchase_currency.clone()),
            order_amount: Some(managed.order_amount),
            order_tax_amount: taxes.try_fold(0, i64::checked_add),
            order_lines: Some(managed.order_lines.clone()),
            merchant_reference1: managed.merchant_reference1.clone(),
            ..CheckoutOrder::default()
        };
        Self { checkout, managed }
    }
}

/// What a purchase comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// Becomes our order.
    Order(Box<Change>),
    /// Is our order already. The transaction that made it also asked for the acknowledge, so there is nothing to do.
    Finished,
    /// Waits for a person.
    Review {
        reason: ReviewReason,
        change: Box<Change>,
    },
}

/// The content of a bought order, by which its snapshot is found.
pub fn paid_content(evidence: &Evidence) -> Option<Content> {
    Content::from_order(&evidence.checkout)
}

/// Decides the fate of a bought Kustom order. `snapshot` is the cart's newest one with the paid content, `first` the
/// state of the authorization that has bought the cart already, if one has.
pub fn complete(
    cart: &Cart,
    kustom_order: &KustomOrder,
    snapshot: Option<&Snapshot>,
    evidence: &Evidence,
    first: Option<AuthorizationState>,
    ids: &NewIds,
    now: Timestamp,
) -> Fate {
    let review = |reason, detail| review(cart, kustom_order, reason, detail, now);
    if is_ours(cart, kustom_order) {
        return Fate::Finished;
    }
    if let Err(doubt) = verify(cart, kustom_order, evidence)
        && !planted::is(Bug::UnknownStatusAccepted)
    {
        return review(doubt.reason, doubt.detail);
    }
    if cart.bought_by.is_some() {
        return duplicate(cart, kustom_order, first, now);
    }
    if cart.state != CartState::Open {
        let detail = "the cart was closed without an order".to_owned();
        return review(ReviewReason::UnclearPurchase, detail);
    }
    let Some(content) = paid_content(evidence) else {
        let detail = "the answer does not say what was bought".to_owned();
        return review(ReviewReason::UnclearPurchase, detail);
    };
    let bought = |snapshot: &Snapshot| {
        let is_unwanted = planted::is(Bug::PaymentMustMatchCart) && was_edited(cart, snapshot);
        if snapshot.cart_id != cart.id || is_unwanted {
            return None;
        }
        let is_any_good = planted::is(Bug::OrderFromCurrentCart);
        let bought = snapshot.bought_as(&content);
        bought.or_else(|| is_any_good.then(|| snapshot.clone()))
    };
    let Some(snapshot) = snapshot.and_then(bought) else {
        let paid = evidence.managed.order_amount;
        return review(
            ReviewReason::ContentMismatch,
            format!("paid {paid} minor units for what was never offered"),
        );
    };
    Fate::Order(Box::new(order_change(
        cart,
        kustom_order,
        &snapshot,
        evidence,
        ids,
        now,
    )))
}

/// Whether this purchase made the order. News of it comes many times and races; the Kustom order in hand may be older
/// than the cart, so either of them is proof.
fn is_ours(cart: &Cart, kustom_order: &KustomOrder) -> bool {
    let made_order = matches!(
        kustom_order.state,
        KustomOrderState::Completed | KustomOrderState::Acknowledged
    );
    let bought_by = cart.bought_by.as_ref().and_then(Provider::kustom_order_id);
    made_order || bought_by == Some(&kustom_order.id)
}

struct Doubt {
    reason: ReviewReason,
    detail: String,
}

impl Doubt {
    fn unclear(detail: impl Into<String>) -> Self {
        Self {
            reason: ReviewReason::UnclearPurchase,
            detail: detail.into(),
        }
    }
}

/// Checks that both answers speak of this purchase and call it bought, in words that we know.
fn verify(cart: &Cart, kustom_order: &KustomOrder, evidence: &Evidence) -> Result<(), Doubt> {
    let Evidence { checkout, managed } = evidence;
    if checkout.status != Some(CheckoutStatus::Complete) {
        return Err(Doubt::unclear("the checkout order is not complete"));
    }
    if checkout.order_id.as_ref() != Some(&kustom_order.id) || managed.order_id != kustom_order.id {
        return Err(Doubt::unclear("an answer names another order"));
    }
    if checkout.merchant_reference1.as_deref() != Some(cart.number.as_str()) {
        return Err(Doubt::unclear("the purchase names another cart"));
    }
    if Currency::from_code(&managed.purchase_currency.to_ascii_uppercase()) != Some(cart.currency) {
        return Err(Doubt::unclear(format!("paid in {}", managed.purchase_currency)));
    }
    if checkout.order_amount != Some(managed.order_amount) {
        return Err(Doubt::unclear(
            "checkout and order management name different amounts",
        ));
    }
    match &managed.fraud_status {
        FraudStatus::Accepted | FraudStatus::Pending => (),
        FraudStatus::Rejected | FraudStatus::Stopped => {
            let detail = format!("fraud status {}", managed.fraud_status.as_str());
            return Err(Doubt {
                reason: ReviewReason::FraudRejected,
                detail,
            });
        }
        FraudStatus::Other(text) => return Err(Doubt::unclear(format!("unknown fraud status {text}"))),
    }
    match &managed.status {
        ManagementStatus::Authorized | ManagementStatus::PartCaptured | ManagementStatus::Captured => Ok(()),
        other => Err(Doubt::unclear(format!(
            "order management says {}",
            other.as_str()
        ))),
    }
}

fn order_change(
    cart: &Cart,
    kustom_order: &KustomOrder,
    snapshot: &Snapshot,
    evidence: &Evidence,
    ids: &NewIds,
    now: Timestamp,
) -> Change {
    let sale = sale(cart, kustom_order, snapshot, evidence, now);
    let mut change = order::place(cart, sale, ids, now);
    change.kustom_orders = vec![moved(kustom_order, KustomOrderState::Completed)];
    change.jobs = vec![
        JobRequest::at(JobKey::Acknowledge(kustom_order.id.clone()), now),
        JobRequest::at(JobKey::SetReferences(kustom_order.id.clone()), now),
    ];
    // A retired order was bought after all: close the one that took its place, before it is bought as well.
    close_open_order(cart, Some(&kustom_order.id), now, &mut change);
    let examination = change
        .payment
        .as_ref()
        .and_then(|payment| reconcile::examine(payment, now));
    change.jobs.extend(examination);
    change.reviews = edit_after_payment(cart, kustom_order, snapshot, now)
        .into_iter()
        .collect();
    change
}

/// Retires the cart's open Kustom order, unless it is the one that was bought, and asks for it to be closed.
pub(crate) fn close_open_order(
    cart: &Cart,
    bought: Option<&KustomOrderId>,
    now: Timestamp,
    change: &mut Change,
) {
    let open = cart.kustom.as_ref().map(|kustom| &kustom.kustom_order_id);
    let Some(id) = open.filter(|id| Some(*id) != bought) else {
        return;
    };
    change.kustom_orders.push(KustomOrderWrite::SetState {
        id: id.clone(),
        state: KustomOrderState::Retired,
    });
    change.jobs.push(JobRequest::at(JobKey::Abort(id.clone()), now));
}

/// What is paid is paid: the order is made although others have used what there was, and a person hears of it. `fate` is what
/// the purchase would have come to.
pub fn honoured(mut fate: Change, kustom_order: &KustomOrder, used_up: &Resource, now: Timestamp) -> Change {
    for hold in &mut fate.holds {
        hold.claim = HoldClaim::Used { honoured: true };
    }
    let detail = format!(
        "sold more than there was of {} `{}`",
        used_up.kind(),
        used_up.key()
    );
    fate.reviews.push(Review::new(
        kustom_order.id.clone(),
        kustom_order.cart_id,
        ReviewReason::SoldTooMany,
        detail,
        now,
    ));
    fate
}

/// A fate is decided on the state in hand. If somebody has decided meanwhile, nothing of this one is written.
fn moved(kustom_order: &KustomOrder, to: KustomOrderState) -> KustomOrderWrite {
    KustomOrderWrite::Move {
        id: kustom_order.id.clone(),
        from: kustom_order.state,
        to,
    }
}

/// What Kustom says was sold, at the price of the snapshot.
fn sale(
    cart: &Cart,
    kustom_order: &KustomOrder,
    snapshot: &Snapshot,
    evidence: &Evidence,
    now: Timestamp,
) -> Sale {
    let Evidence { checkout, managed } = evidence;
    let billing = managed
        .billing_address
        .as_ref()
        .or(checkout.billing_address.as_ref())
        .map(contact);
    let shipping = managed
        .shipping_address
        .as_ref()
        .or(checkout.shipping_address.as_ref())
        .map(contact);
    let customer = |pick: fn(&Customer) -> Option<String>| {
        let either = [checkout.customer.as_ref(), managed.customer.as_ref()];
        either.into_iter().flatten().find_map(pick)
    };
    let money = |minor| Money::new(minor, cart.currency);
    let country = CountryCode::from_code(&snapshot.offer.purchase_country);
    Sale {
        provider: Provider::Kustom(kustom_order.id.clone()),
        priced: snapshot.priced.clone(),
        items: snapshot.items.clone(),
        country: country.filter(|_| !planted::is(Bug::CountryOfTheEdit)),
        payload_revision: Some(snapshot.revision),
        amount: money(managed.order_amount),
        authorization: match managed.fraud_status {
            FraudStatus::Accepted => AuthorizationState::Successful,
            _ => AuthorizationState::Pending,
        },
        expires_at: managed.expires_at,
        captured: (managed.captured_amount > 0).then(|| money(managed.captured_amount)),
        method: managed
            .initial_payment_method
            .as_ref()
            .map(|method| method.method_type.clone()),
        shipping: shipping.or_else(|| billing.clone()),
        billing,
        organization_registration_id: customer(|customer| customer.organization_registration_id.clone()),
        vat_id: customer(|customer| customer.vat_id.clone()),
        placed_at: managed.created_at.or(checkout.completed_at).unwrap_or(now),
        claim: HoldClaim::Used { honoured: false },
    }
}

/// The shopper is not charged for the edit and does not get it; somebody should know.
fn edit_after_payment(
    cart: &Cart,
    kustom_order: &KustomOrder,
    snapshot: &Snapshot,
    now: Timestamp,
) -> Option<Review> {
    if !was_edited(cart, snapshot) {
        return None;
    }
    let (paid, latest) = (snapshot.revision, cart.payload_revision);
    Some(Review::new(
        kustom_order.id.clone(),
        cart.id,
        ReviewReason::EditedAfterPayment,
        format!("paid revision {paid}, the cart was at {latest}"),
        now,
    ))
}

/// While a Kustom order is open, the hook keeps the hash of what the cart has become. After its end nobody does, and the
/// contents themselves are compared.
fn was_edited(cart: &Cart, snapshot: &Snapshot) -> bool {
    if let Some(kustom) = &cart.kustom {
        return kustom.content_hash != snapshot.content_hash;
    }
    let contents = |items: &[CartItem]| -> Vec<_> {
        let content = |item: &CartItem| (item.product_number.clone(), item.quantity);
        items.iter().map(content).collect()
    };
    contents(&cart.items) != contents(&snapshot.items)
        || cart.country.as_str() != snapshot.offer.purchase_country
}

/// The cart was bought by another Kustom order: this second authorization is given back, and shown. If the first one is not
/// sure to hold, a person decides which of the two to keep.
fn duplicate(
    cart: &Cart,
    kustom_order: &KustomOrder,
    first: Option<AuthorizationState>,
    now: Timestamp,
) -> Fate {
    let is_proven = first == Some(AuthorizationState::Successful);
    let detail = match first {
        Some(AuthorizationState::Successful) => {
            "the cart has an order already; this authorization is given back"
        }
        Some(AuthorizationState::Pending) => "the cart has an order already, whose payment is still examined",
        Some(AuthorizationState::Released) => {
            "the cart's order was cancelled by its owner before this one was paid"
        }
        Some(AuthorizationState::Rejected) => "the cart has an order already, whose payment was declined",
        None => "the cart has an order already, of whose payment nothing is known",
    };
    let fate = review(
        cart,
        kustom_order,
        ReviewReason::DuplicatePurchase,
        detail.to_owned(),
        now,
    );
    match fate {
        Fate::Review { reason, mut change } if is_proven => {
            change.kustom_orders = vec![moved(kustom_order, KustomOrderState::GivenBack)];
            if !planted::is(Bug::DuplicateKept) {
                change
                    .jobs
                    .push(JobRequest::at(JobKey::Cancel(kustom_order.id.clone()), now));
            }
            Fate::Review { reason, change }
        }
        fate => fate,
    }
}

fn review(
    cart: &Cart,
    kustom_order: &KustomOrder,
    reason: ReviewReason,
    detail: String,
    now: Timestamp,
) -> Fate {
    let review = Review::new(kustom_order.id.clone(), cart.id, reason, detail, now);
    let state = moved(kustom_order, KustomOrderState::InReview);
    let change = Change {
        cart: reviewed_cart(cart, kustom_order, reason).map(|cart| CartWrite::Update(Box::new(cart))),
        reviews: vec![review],
        kustom_orders: vec![state],
        ..Change::default()
    };
    Fate::Review {
        reason,
        change: Box::new(change),
    }
}

/// Until a person has decided, the cart is neither changed nor sold again. A shopper whom Kustom has declined may try
/// again, with another Kustom order.
fn reviewed_cart(cart: &Cart, kustom_order: &KustomOrder, reason: ReviewReason) -> Option<Cart> {
    if cart.state != CartState::Open {
        return None;
    }
    let mut reviewed = cart.clone();
    if reason.locks_cart() {
        reviewed.in_review.get_or_insert_with(|| kustom_order.id.clone());
    } else if reason == ReviewReason::FraudRejected {
        reviewed
            .kustom
            .take_if(|kustom| kustom.kustom_order_id == kustom_order.id);
    }
    (reviewed != *cart).then_some(reviewed)
}

fn contact(kustom: &KustomAddress) -> Contact {
    let name = [kustom.given_name.as_deref(), kustom.family_name.as_deref()];
    let street = [
        kustom.street_name.as_deref(),
        kustom.street_number.as_deref(),
        kustom.house_extension.as_deref(),
    ];
    Contact {
        address: Address {
            name: joined(&name),
            care_of: kustom.care_of.clone(),
            attention: kustom.attention.clone(),
            address_line1: kustom.street_address.clone().or_else(|| joined(&street)),
            address_line2: kustom.street_address2.clone(),
            city: kustom.city.clone(),
            state: kustom.region.clone(),
            postal_code: kustom.postal_code.clone(),
            country_code: kustom.country.as_deref().and_then(CountryCode::from_code),
        },
        organization_name: kustom.organization_name.clone(),
        email: kustom.email.clone(),
        phone: kustom.phone.clone(),
    }
}

fn joined(parts: &[Option<&str>]) -> Option<String> {
    let present: Vec<_> = parts
        .iter()
        .flatten()
        .copied()
        .filter(|part| !part.is_empty())
        .collect();
    (!present.is_empty()).then(|| present.join(" "))
}

#[cfg(test)]
mod tests;
