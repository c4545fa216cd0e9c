//! An order as whoever looks it up sees it, and a cart that is none yet in the same shape.

use super::openapi;
use super::view::{AddressView, Amount, PaymentView, PromotionView, state_name};
use crate::app::PricedCart;
use crate::order::{Found, PaidOrder};
use kassa_commerce::address::Address;
use kassa_commerce::cart::{Cart, CartState};
use kassa_commerce::order::{Contact, Order};
use kassa_commerce::pricing::{Priced, PricedLine};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = OrderLookup)]
#[serde(rename_all = "camelCase")]
pub(super) struct LookupView {
    /// For people. It opens nothing.
    cart_number: String,
    #[schema(schema_with = openapi::cart_states)]
    cart_state: &'static str,
    profile_key: String,
    /// Left out until there is an order.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    /// Empty until there is an order.
    order_number: String,
    /// Left out until there is an order.
    #[schema(schema_with = openapi::order_states)]
    #[serde(skip_serializing_if = "Option::is_none")]
    order_state: Option<&'static str>,
    channel_key: String,
    /// ISO 4217. Every amount is in it.
    currency_code: &'static str,
    /// Whether prices and totals include tax. If not, `orderTaxTotal` comes on top of `orderTotal`.
    tax_included: bool,
    locale: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<ContactView>,
    /// Left out where the invoice goes to `address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_recipient: Option<ContactView>,
    /// One for each line of each delivery.
    items: Vec<LookupItemView>,
    product_total: Amount,
    shipping_total: Amount,
    shipping_discount: Amount,
    shipping_tax: Amount,
    order_total: Amount,
    order_tax_total: Amount,
    coupons: Vec<String>,
    invalid_coupons: Vec<String>,
    promotions: Vec<PromotionView>,
    payments: Vec<PaymentView>,
    /// The storefront's own.
    #[schema(additional_properties)]
    fields: BTreeMap<String, Value>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OrderLookupItem)]
#[serde(rename_all = "camelCase")]
struct LookupItemView {
    product_number: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[schema(minimum = 1, maximum = 9999)]
    quantity: u32,
    /// Always 0 in this version.
    reserved_quantity: u32,
    unit_price: Amount,
    discount: Amount,
    total: Amount,
    tax: Amount,
    /// Left out until there is an order.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery_number: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OrderContact)]
struct ContactView {
    #[serde(flatten)]
    address: AddressView,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

/// What carts and orders tell differently.
struct Head {
    cart_number: String,
    cart_state: CartState,
    profile_key: String,
    channel_key: String,
    locale: String,
    email: Option<String>,
    phone: Option<String>,
    address: Option<ContactView>,
    invoice_recipient: Option<ContactView>,
    fields: BTreeMap<String, Value>,
}

impl LookupView {
    pub(super) fn new(found: &Found) -> Self {
        match found {
            Found::Cart(cart) => Self::of_cart(cart),
            Found::Order(paid) => Self::of_order(paid),
        }
    }

    fn of_cart(PricedCart { cart, priced }: &PricedCart) -> Self {
        let items = priced.lines.iter().map(|line| LookupItemView::new(line, None));
        Self::with(Head::of_cart(cart), priced, items.collect())
    }

    fn of_order(PaidOrder { order, payment }: &PaidOrder) -> Self {
        Self {
            order_id: Some(order.id.to_string()),
            order_number: order.number.clone(),
            order_state: Some(order.state(payment).as_str()),
            payments: vec![PaymentView::new(payment)],
            ..Self::with(Head::of_order(order), &order.priced, items(order))
        }
    }

    fn with(head: Head, priced: &Priced, items: Vec<LookupItemView>) -> Self {
        Self {
            cart_number: head.cart_number,
            cart_state: state_name(head.cart_state),
            profile_key: head.profile_key,
            order_id: None,
            order_number: String::new(),
            order_state: None,
            channel_key: head.channel_key,
            currency_code: priced.currency.code(),
            tax_included: priced.tax_included,
            locale: head.locale,
            email: head.email,
            phone: head.phone,
            address: head.address,
            invoice_recipient: head.invoice_recipient,
            items,
            product_total: priced.product_total.into(),
            shipping_total: priced.shipping_total.into(),
            shipping_discount: priced.shipping_discount.into(),
            shipping_tax: priced.shipping_tax.into(),
            order_total: priced.order_total.into(),
            order_tax_total: priced.order_tax_total.into(),
            coupons: priced.coupons.clone(),
            invalid_coupons: priced.invalid_coupons.clone(),
            promotions: priced.promotions.iter().map(PromotionView::new).collect(),
            payments: Vec::new(),
            fields: head.fields,
        }
    }
}

impl Head {
    fn of_cart(cart: &Cart) -> Self {
        Self {
            cart_number: cart.number.clone(),
            cart_state: cart.state,
            profile_key: cart.profile_key.clone(),
            channel_key: cart.channel_key.clone(),
            locale: cart.locale.clone(),
            email: cart.email.clone(),
            // Nobody has bought anything: where somebody lives is no answer to a number and an e-mail address.
            phone: None,
            address: None,
            invoice_recipient: None,
            fields: cart.fields.clone(),
        }
    }

    fn of_order(order: &Order) -> Self {
        let contacts = || [&order.billing, &order.shipping].into_iter().flatten();
        let billing = order.billing.as_ref();
        let is_elsewhere = |billing: &&Contact| order.shipping.as_ref() != Some(*billing);
        Self {
            cart_number: order.cart_number.clone(),
            cart_state: CartState::Completed,
            profile_key: order.profile_key.clone(),
            channel_key: order.channel_key.clone(),
            locale: order.locale.clone(),
            email: contacts().find_map(|contact| contact.email.clone()),
            phone: contacts().find_map(|contact| contact.phone.clone()),
            address: order.shipping.as_ref().map(ContactView::of),
            invoice_recipient: billing.filter(is_elsewhere).map(ContactView::of),
            fields: order.fields.clone(),
        }
    }
}

/// A delivery holds whole lines, so the amounts are those of the line.
fn items(order: &Order) -> Vec<LookupItemView> {
    let mut items = Vec::new();
    for (number, delivery) in order.numbered_deliveries() {
        for delivered in &delivery.lines {
            let mut lines = order.priced.lines.iter();
            let line = lines.find(|line| line.item_id == delivered.item_id);
            items.extend(line.map(|line| LookupItemView::new(line, Some(number.clone()))));
        }
    }
    items
}

impl LookupItemView {
    fn new(line: &PricedLine, delivery_number: Option<String>) -> Self {
        Self {
            product_number: line.product_number.clone(),
            description: line.description.clone(),
            image: line.image.clone(),
            quantity: line.quantity,
            reserved_quantity: 0,
            unit_price: line.unit_price.into(),
            discount: line.discount.into(),
            total: line.total.into(),
            tax: line.tax.into(),
            delivery_number,
        }
    }
}

impl ContactView {
    fn of(contact: &Contact) -> Self {
        Self {
            email: contact.email.clone(),
            phone: contact.phone.clone(),
            ..Self::at(&contact.address)
        }
    }

    fn at(address: &Address) -> Self {
        Self {
            address: AddressView::new(address),
            email: None,
            phone: None,
        }
    }
}
