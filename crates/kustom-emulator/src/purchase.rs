//! The purchase: what a shopper agrees to, the checks of it, and the order that it makes.
//!
//! The outcome follows the e-mail address unless it is given, see [`crate::persona`].

use crate::asking;
use crate::checkbox;
use crate::kustom::Kustom;
use crate::management::{self, AUTHORIZATION_LIFETIME};
use crate::order::{Change, Order, OrderState};
use crate::persona::{self, Persona};
use crate::refusal::PurchaseRefusal;
use crate::separate_shipping;
use crate::shipping;
use crate::strictness::ChosenShipping;
use crate::webhook::WebhookEvent;
use jiff::Timestamp;
use kustom_api::{
    Address, CheckoutOrder, CheckoutStatus, Customer, FraudStatus, InitialPaymentMethod, KustomOrderId,
    ManagedOrder, ManagementStatus,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the shopper entered and pressed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Purchase {
    pub address: Address,
    /// Where the goods go, if not to the address above.
    pub shipping_address: Option<Address>,
    /// What the shopper pays with.
    pub method: PaymentMethod,
    /// The merchant's own checkboxes by key. `None` is a shopper who ticks what is required and leaves the rest alone.
    pub checkboxes: Option<BTreeMap<String, bool>>,
    /// Person or organisation. `None` leaves what the order says.
    pub customer: Option<Customer>,
    pub shipping_option: Option<String>,
    /// `None` lets the e-mail address decide.
    pub outcome: Option<Outcome>,
    /// The total that the shopper saw. A purchase never takes another amount.
    pub shown_amount: Option<i64>,
    /// Whether the shopper has to go to the bank's page before the payment is made.
    pub three_d_secure: bool,
}

/// What the form offers to pay with. Order management names it in `initial_payment_method`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    #[default]
    Invoice,
    Card,
}

/// How the purchase ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Approved,
    Pending,
    Rejected,
}

/// A purchase that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchased {
    pub outcome: Outcome,
    /// The merchant's confirmation page, with the order id in it. `None` for a shopper who does not go there.
    pub redirect_url: Option<String>,
}

impl Kustom {
    /// The end of a payment: the order as it is now is bought, if it still is what the shopper agreed to.
    pub(crate) fn buy(
        &mut self,
        id: &KustomOrderId,
        purchase: &Purchase,
        now: Timestamp,
    ) -> Result<Purchased, PurchaseRefusal> {
        let way = self.rules.strictness.chosen_shipping;
        let order = self.orders.get_mut(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        enter(purchase, order, way, now)?;
        let outcome = purchase
            .outcome
            .unwrap_or_else(|| persona::outcome(&purchase.address));
        // The bank has the last word here, after the merchant. Kustom does not say which of them it asks first.
        if outcome == Outcome::Rejected {
            order.record(Change::PaymentRejected, now);
            return Err(PurchaseRefusal::Rejected);
        }
        complete(order, outcome, purchase.method, self.ids.short_reference(), now);
        if order.checkout.recurring == Some(true) {
            order.checkout.recurring_token = Some(self.ids.uuid().to_string());
        }
        let confirmation_url = confirmation_url(order);
        if !Persona::NoPush.is(&purchase.address) {
            self.plan_first_push(id);
        }
        if outcome == Outcome::Pending {
            self.plan_decision_of(id, &purchase.address, now);
        }
        let order_id = id.clone();
        self.happened(&WebhookEvent::OrderCreated { order_id }, now);
        management::capture_automatically(self, id, now);
        let end = self.end_hosted_page(id, now).unwrap_or(confirmation_url);
        let redirect_url = (!Persona::ClosesBrowser.is(&purchase.address)).then_some(end);
        Ok(Purchased {
            outcome,
            redirect_url,
        })
    }
}

/// Checks what the shopper entered against the order as it is now, and writes it there. On failure nothing is written.
pub(crate) fn enter(
    purchase: &Purchase,
    order: &mut Order,
    way: ChosenShipping,
    now: Timestamp,
) -> Result<(), PurchaseRefusal> {
    let mut checkout = order.checkout.clone();
    let has_chosen = choose_shipping(&mut checkout, purchase.shipping_option.as_deref(), way)?;
    check_amount(&checkout, purchase.shown_amount)?;
    let (address, shipping_address) = complete_addresses(order, purchase)?;
    check_organization(order, purchase)?;
    let requested = checkbox::answered(&checkout, purchase.checkboxes.as_ref())?;
    // Also at the end of a payment that waited: an update meanwhile may have taken the choice away.
    if has_chosen && asking::asks_about_shipping(&checkout) {
        return Err(PurchaseRefusal::ShippingNotAgreed);
    }
    order.checkout = checkout;
    if has_chosen {
        order.record(Change::ShippingOptionSelected, now);
    }
    order.set_typed_addresses(address, shipping_address);
    order.set_customer(purchase.customer.clone());
    order.checkout.merchant_requested = requested;
    order.touch(now);
    Ok(())
}

/// Who says to buy as an organisation, as the form always does, says which one, unless the order knows. Nobody buys as what
/// the form does not offer.
pub(crate) fn check_organization(order: &Order, purchase: &Purchase) -> Result<(), PurchaseRefusal> {
    let said = purchase.customer.as_ref();
    let known = order.checkout.customer.as_ref();
    let said_type = said.and_then(|customer| customer.customer_type.as_deref());
    let types = order.customer_types();
    let is_offered = |name: &str| types.iter().any(|offered| offered == name);
    if said_type.is_some_and(|name| !is_offered(name)) {
        return Err(PurchaseRefusal::Incomplete {
            fields: vec!["customer.type"],
        });
    }
    if said_type != Some("organization") {
        return Ok(());
    }
    let registration_id = |customer: &Customer| customer.organization_registration_id.clone();
    let is_missing = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    let fields: Vec<_> = [
        ("organization_name", purchase.address.organization_name.clone()),
        (
            "organization_registration_id",
            said.and_then(registration_id).or(known.and_then(registration_id)),
        ),
    ]
    .into_iter()
    .filter(|(_, text)| is_missing(text))
    .map(|(name, _)| name)
    .collect();
    match fields.is_empty() {
        true => Ok(()),
        false => Err(PurchaseRefusal::Incomplete { fields }),
    }
}

pub(crate) fn check_state(order: &Order, now: Timestamp) -> Result<(), PurchaseRefusal> {
    match order.state(now) {
        OrderState::Open => Ok(()),
        OrderState::Aborted => Err(PurchaseRefusal::Aborted),
        OrderState::Expired => Err(PurchaseRefusal::NoSuchOrder),
        OrderState::Complete => Err(PurchaseRefusal::AlreadyComplete),
    }
}

/// An order that offers options is bought with one: the one asked for, else the one that the form shows. Whether
/// that is another than before.
fn choose_shipping(
    checkout: &mut CheckoutOrder,
    id: Option<&str>,
    way: ChosenShipping,
) -> Result<bool, PurchaseRefusal> {
    let chosen = checkout
        .selected_shipping_option
        .as_ref()
        .map(|option| option.id.clone());
    let wanted = id
        .map(str::to_owned)
        .or_else(|| shipping::shown_option(checkout).map(|option| option.id.clone()));
    let Some(wanted) = wanted.filter(|wanted| chosen.as_ref() != Some(wanted)) else {
        return Ok(false);
    };
    if !shipping::select(checkout, &wanted, way) {
        return Err(PurchaseRefusal::UnknownShippingOption);
    }
    Ok(true)
}

fn check_amount(checkout: &CheckoutOrder, shown: Option<i64>) -> Result<(), PurchaseRefusal> {
    let actual = checkout.order_amount.unwrap_or(0);
    match shown {
        Some(shown) if shown != actual => Err(PurchaseRefusal::AmountChanged { shown, actual }),
        _ => Ok(()),
    }
}

/// The fields that the form asks for, all of them filled, in a country where the order may be billed.
pub(crate) fn complete_address(order: &Order, mut address: Address) -> Result<Address, PurchaseRefusal> {
    let countries = order.billing_countries();
    let country = address.country.get_or_insert_with(|| order.shown_country());
    *country = country.to_ascii_uppercase();
    let mut fields: Vec<&'static str> = required_fields(&address)
        .into_iter()
        .filter(|(_, value)| value.as_deref().is_none_or(|text| text.trim().is_empty()))
        .map(|(name, _)| name)
        .collect();
    if !address.email.as_deref().is_some_and(|email| email.contains('@')) && !fields.contains(&"email") {
        fields.push("email");
    }
    if !address
        .country
        .as_ref()
        .is_some_and(|country| countries.contains(country))
    {
        fields.push("country");
    }
    if fields.is_empty() {
        Ok(address)
    } else {
        Err(PurchaseRefusal::Incomplete { fields })
    }
}

/// The address of the bill and, where it is another, that of the goods.
pub(crate) fn complete_addresses(
    order: &Order,
    purchase: &Purchase,
) -> Result<(Address, Option<Address>), PurchaseRefusal> {
    let address = complete_address(order, purchase.address.clone())?;
    let shipping = purchase.shipping_address.clone();
    let shipping = shipping.map(|shipping| separate_shipping::complete(order, &address, shipping));
    Ok((address, shipping.transpose()?))
}

fn required_fields(address: &Address) -> [(&'static str, &Option<String>); 7] {
    [
        ("email", &address.email),
        ("postal_code", &address.postal_code),
        ("given_name", &address.given_name),
        ("family_name", &address.family_name),
        ("street_address", &address.street_address),
        ("city", &address.city),
        ("phone", &address.phone),
    ]
}

/// What an order is once it is bought.
pub(crate) fn complete(
    order: &mut Order,
    outcome: Outcome,
    method: PaymentMethod,
    reference: String,
    now: Timestamp,
) {
    order.checkout.status = Some(CheckoutStatus::Complete);
    order.checkout.completed_at = Some(now);
    order.managed = Some(ManagedOrder {
        initial_payment_method: Some(initial_payment_method(order, method)),
        ..managed_order(order, outcome, reference, now)
    });
    order.record(Change::Completed, now);
}

fn managed_order(order: &Order, outcome: Outcome, reference: String, now: Timestamp) -> ManagedOrder {
    let checkout: CheckoutOrder = order.checkout.clone();
    let amount = checkout.order_amount.unwrap_or(0);
    ManagedOrder {
        order_id: order.id.clone(),
        status: ManagementStatus::Authorized,
        fraud_status: match outcome {
            Outcome::Pending => FraudStatus::Pending,
            Outcome::Approved | Outcome::Rejected => FraudStatus::Accepted,
        },
        order_amount: amount,
        original_order_amount: amount,
        captured_amount: 0,
        refunded_amount: 0,
        remaining_authorized_amount: amount,
        purchase_country: checkout.purchase_country.unwrap_or_default(),
        purchase_currency: checkout.purchase_currency.unwrap_or_default(),
        locale: checkout.locale,
        order_lines: checkout.order_lines.unwrap_or_default(),
        merchant_reference1: checkout.merchant_reference1,
        merchant_reference2: checkout.merchant_reference2,
        merchant_data: checkout.merchant_data,
        klarna_reference: Some(reference),
        customer: Some(checkout.customer.unwrap_or_default()),
        billing_address: checkout.billing_address,
        shipping_address: checkout.shipping_address,
        created_at: Some(now),
        expires_at: now.checked_add(AUTHORIZATION_LIFETIME).ok(),
        captures: Vec::new(),
        refunds: Vec::new(),
        shipping_info: Vec::new(),
        initial_payment_method: None,
        selected_shipping_option: checkout
            .selected_shipping_option
            .map(|option| managed_shipping_option(&option)),
    }
}

/// An organisation's invoice has a type of its own.
fn initial_payment_method(order: &Order, method: PaymentMethod) -> InitialPaymentMethod {
    let is_organization = order.customer_type() == Some("organization");
    let (method_type, description) = match method {
        PaymentMethod::Invoice if is_organization => ("INVOICE_BUSINESS", "Test invoice"),
        PaymentMethod::Invoice => ("INVOICE", "Test invoice"),
        PaymentMethod::Card => ("CARD", "Test card"),
    };
    InitialPaymentMethod {
        method_type: method_type.to_owned(),
        description: Some(description.to_owned()),
        number_of_installments: None,
    }
}

/// Order management gives the option another shape than the checkout does, and names what it does not know not at all.
fn managed_shipping_option(option: &kustom_api::ShippingOption) -> serde_json::Value {
    let delivery = option.delivery_details.clone().unwrap_or_default();
    let mut members = serde_json::json!({
        "id": option.id,
        "method": option.shipping_method.as_deref().unwrap_or("Undefined"),
        "name": option.name,
        "price": option.price,
        "tax_amount": option.tax_amount,
        "tax_rate": option.tax_rate,
        "carrier": delivery.carrier,
        "class": delivery.class,
        "carrier_product": delivery.product,
        "timeslot": delivery.timeslot,
        "location": delivery.pickup_location,
        "tms_reference": option.tms_reference,
        "selected_addons": option.selected_addons,
    });
    if let Some(members) = members.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    members
}

fn confirmation_url(order: &Order) -> String {
    order
        .merchant_url(|urls| urls.confirmation.as_ref())
        .unwrap_or_default()
}
