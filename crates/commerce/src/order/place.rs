//! From something sold to an order, whichever way it was paid. What is particular to a provider is decided before.

use super::{Contact, Delivery, NumberSeries, Order};
use crate::address::{Address, CountryCode, InvoiceRecipient};
use crate::cart::{Cart, CartItem, CartState};
use crate::change::{CartWrite, Change};
use crate::id::{OrderId, PaymentId};
use crate::money::Money;
use crate::payment::{Authorization, AuthorizationState, Payment, Provider};
use crate::pricing::Priced;
use crate::reservation::{HoldClaim, claims};
use jiff::Timestamp;

/// What a completion may create is called by these.
#[derive(Clone, Debug)]
pub struct NewIds {
    pub order_id: OrderId,
    pub payment_id: PaymentId,
    /// Where the order's number is drawn.
    pub series: NumberSeries,
}

/// What was sold, to whom, and how it was paid.
pub(crate) struct Sale {
    pub provider: Provider,
    /// At this price.
    pub priced: Priced,
    pub items: Vec<CartItem>,
    /// Decided taxes and shipping. `None`: the cart's.
    pub country: Option<CountryCode>,
    /// Which of the payloads made for Kustom was paid.
    pub payload_revision: Option<u64>,
    pub amount: Money,
    pub authorization: AuthorizationState,
    pub expires_at: Option<Timestamp>,
    /// What the provider had taken already.
    pub captured: Option<Money>,
    pub method: Option<String>,
    pub billing: Option<Contact>,
    pub shipping: Option<Contact>,
    pub organization_registration_id: Option<String>,
    pub vat_id: Option<String>,
    pub placed_at: Timestamp,
    pub claim: HoldClaim,
}

/// The payment, the order with its delivery, the completed cart, and what the order uses up. One commit, or nothing.
pub(crate) fn place(cart: &Cart, sale: Sale, ids: &NewIds, now: Timestamp) -> Change {
    let sale = Sale {
        priced: sale.priced.without_messages(),
        ..sale
    };
    let holds = claims(cart.id, &sale.priced, sale.claim, now);
    Change {
        cart: Some(CartWrite::Update(Box::new(completed_cart(cart, &sale)))),
        payment: Some(payment(cart, &sale, ids, now)),
        holds,
        order: Some(Box::new(order(cart, sale, ids))),
        ..Change::default()
    }
}

fn payment(cart: &Cart, sale: &Sale, ids: &NewIds, now: Timestamp) -> Payment {
    let number = match &sale.provider {
        Provider::Kustom(id) => id.to_string(),
        Provider::Demo => ids.payment_id.to_string(),
    };
    Payment {
        id: ids.payment_id,
        cart_id: cart.id,
        provider: sale.provider.clone(),
        authorization: Authorization {
            number,
            amount: sale.amount,
            state: sale.authorization,
            expires_at: sale.expires_at,
        },
        captured: sale.captured,
        method: sale.method.clone(),
        created_at: now,
    }
}

fn order(cart: &Cart, sale: Sale, ids: &NewIds) -> Order {
    Order {
        id: ids.order_id,
        number: String::new(),
        version: 0,
        series: ids.series.clone(),
        cart_id: cart.id,
        cart_number: cart.number.clone(),
        kustom_order_id: sale.provider.kustom_order_id().cloned(),
        payment_id: ids.payment_id,
        profile_key: cart.profile_key.clone(),
        channel_key: cart.channel_key.clone(),
        locale: cart.locale.clone(),
        payload_revision: sale.payload_revision,
        deliveries: vec![Delivery::of_all(&sale.priced, sale.shipping.clone())],
        priced: sale.priced,
        billing: sale.billing,
        shipping: sale.shipping,
        organization_registration_id: sale.organization_registration_id,
        vat_id: sale.vat_id,
        fields: cart.fields.clone(),
        placed_at: sale.placed_at,
        cancelled_at: None,
    }
}

/// The cart as the confirmation page shows it: what was paid, and what was learnt of the buyer.
fn completed_cart(cart: &Cart, sale: &Sale) -> Cart {
    let mut cart = cart.clone();
    cart.state = CartState::Completed;
    cart.items.clone_from(&sale.items);
    if let Some(country) = &sale.country {
        cart.country = country.clone();
    }
    cart.frozen = Some(sale.priced.clone());
    cart.bought_by = Some(sale.provider.clone());
    cart.in_review = None;
    let contact_of = |pick: fn(&Contact) -> Option<String>| {
        let either = [sale.billing.as_ref(), sale.shipping.as_ref()];
        either.into_iter().flatten().find_map(pick)
    };
    cart.email = contact_of(|contact| contact.email.clone()).or(cart.email);
    cart.phone = contact_of(|contact| contact.phone.clone()).or(cart.phone);
    let address_of = |contact: &Option<Contact>| {
        let address = contact.as_ref().map(|contact| contact.address.clone());
        address.filter(|address| *address != Address::default())
    };
    let (billing, shipping) = (address_of(&sale.billing), address_of(&sale.shipping));
    if let Some(address) = billing.filter(|billing| shipping.as_ref() != Some(billing)) {
        let recipient = cart.invoice_recipient.take().unwrap_or_default();
        cart.invoice_recipient = Some(InvoiceRecipient { address, ..recipient });
    }
    cart.address = shipping.or(cart.address);
    cart
}
