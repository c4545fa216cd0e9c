//! A cart as storefronts see it. Amounts are exact decimals in major units.

use super::openapi;
use crate::app::PricedCart;
use kassa_commerce::address::{Address, CountryCode, InvoiceRecipient};
use kassa_commerce::cart::{Cart, CartOrder, CartState};
use kassa_commerce::money::Money;
use kassa_commerce::payment::Payment;
use kassa_commerce::pricing::{PricedLine, PromotionEntry};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The rendered cart of every answer and event. Absent optional members are left out.
#[derive(Serialize, ToSchema)]
#[schema(as = Cart)]
#[serde(rename_all = "camelCase")]
pub(super) struct CartView {
    /// Whoever knows it may read and change the cart.
    #[schema(format = "uuid")]
    cart_id: String,
    /// For people. It opens nothing.
    cart_number: String,
    #[schema(schema_with = openapi::cart_states)]
    cart_state: &'static str,
    profile_key: String,
    /// Left out until there is an order.
    #[schema(format = "uuid")]
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    /// Empty until there is an order: the published type says text.
    order_number: String,
    /// Left out until there is an order. `pending`: its payment is still examined, or was declined.
    #[schema(schema_with = openapi::order_states)]
    #[serde(skip_serializing_if = "Option::is_none")]
    order_state: Option<&'static str>,
    channel_key: String,
    /// ISO 4217. Every amount of the cart is in it, and it never changes.
    currency_code: &'static str,
    /// Whether prices and totals include tax. If not, `orderTaxTotal` comes on top of `orderTotal`.
    tax_included: bool,
    /// As the storefront gave it.
    locale: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<AddressView>,
    /// Left out where the invoice goes to `address`.
    #[serde(skip_serializing_if = "Option::is_none")]
    invoice_recipient: Option<InvoiceRecipientView>,
    items: Vec<ItemView>,
    /// The sum of the items' totals.
    product_total: Amount,
    /// After `shippingDiscount`.
    shipping_total: Amount,
    /// What was taken off the price of shipping.
    shipping_discount: Amount,
    shipping_tax: Amount,
    /// `productTotal` and `shippingTotal`.
    order_total: Amount,
    /// The tax of all items and of shipping.
    order_tax_total: Amount,
    /// The entered codes that hold for the cart.
    coupons: Vec<String>,
    /// The entered codes that do not hold for the cart as it is now.
    invalid_coupons: Vec<String>,
    /// What was taken off, and what is within reach.
    promotions: Vec<PromotionView>,
    /// Empty until the cart is completed.
    payments: Vec<PaymentView>,
    /// The storefront's own fields. Among them, read-only, `kustomOrderId`, `kustomPendingHash` (what Kustom should
    /// hold) and `kustomSyncHash` (what it holds): while the two differ, the checkout must be suspended.
    #[schema(additional_properties)]
    fields: BTreeMap<String, Value>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CartItem)]
#[serde(rename_all = "camelCase")]
struct ItemView {
    #[schema(format = "uuid")]
    cart_item_id: String,
    product_number: String,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    #[schema(minimum = 1, maximum = 9999)]
    quantity: u32,
    /// Always 0 in this version.
    reserved_quantity: u32,
    unit_price: Amount,
    /// What was taken off the whole line.
    discount: Amount,
    /// Unit price times quantity, less the discount.
    total: Amount,
    /// The tax of `total`: part of it where `taxIncluded`, else on top.
    tax: Amount,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Promotion)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromotionView {
    description: String,
    /// What it takes off the cart. Zero for one that is only within reach.
    calculated_total: Amount,
    /// For the shopper, in the cart's language: `49 kr more for free shipping`.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_rendered: Option<String>,
    /// The message with `{remaining}` in the place of the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_template: Option<String>,
    /// `progress`: so much is missing for the promotion to hold.
    #[schema(schema_with = openapi::message_types)]
    #[serde(skip_serializing_if = "Option::is_none")]
    message_type: Option<&'static str>,
}

impl PromotionView {
    pub(super) fn new(entry: &PromotionEntry) -> Self {
        let message = entry.message.as_ref();
        Self {
            description: entry.description.clone(),
            calculated_total: entry.saved.into(),
            message_rendered: message.map(|message| message.rendered.clone()),
            message_template: message.map(|message| message.template.clone()),
            message_type: message.map(|message| message.kind.as_str()),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Payment)]
pub(super) struct PaymentView {
    #[schema(schema_with = openapi::providers)]
    provider: &'static str,
    /// The provider's name for it: of Kustom's, the id of the Kustom order.
    reference: String,
    amount: Amount,
}

impl PaymentView {
    pub(super) fn new(payment: &Payment) -> Self {
        Self {
            provider: payment.provider.key(),
            reference: payment.reference(),
            amount: payment.authorization.amount.into(),
        }
    }

    fn of(order: &CartOrder) -> Self {
        Self {
            provider: order.provider.key(),
            reference: order.reference.clone(),
            amount: order.amount.into(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Address)]
#[serde(rename_all = "camelCase")]
pub(super) struct AddressView {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    care_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attention: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address_line2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postal_code: Option<String>,
    /// ISO 3166-1, two letters.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    country_code: Option<CountryCode>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InvoiceRecipient)]
#[serde(rename_all = "camelCase")]
struct InvoiceRecipientView {
    #[serde(flatten)]
    address: AddressView,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_id_type: Option<String>,
    /// ISO 3166-1, two letters.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    tax_country_code: Option<CountryCode>,
}

/// An amount in major units of the cart's currency, as an exact decimal: 99.5 in SEK is 99.50 kr.
// It is written digit by digit: no float ever touches it.
#[derive(Serialize, ToSchema)]
#[schema(value_type = f64, format = "decimal", example = json!(99.5))]
#[serde(transparent)]
pub(super) struct Amount(Box<RawValue>);

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(RawValue::from_string(money.to_major_units()).expect("a decimal number is JSON"))
    }
}

impl CartView {
    pub(super) fn new(PricedCart { cart, priced }: &PricedCart) -> Self {
        Self {
            cart_id: cart.id.to_string(),
            cart_number: cart.number.clone(),
            cart_state: state_name(cart.state),
            profile_key: cart.profile_key.clone(),
            order_id: cart.order.as_ref().map(|order| order.id.to_string()),
            order_number: cart
                .order
                .as_ref()
                .map(|order| order.number.clone())
                .unwrap_or_default(),
            order_state: cart.order.as_ref().map(|order| order.state.as_str()),
            channel_key: cart.channel_key.clone(),
            currency_code: cart.currency.code(),
            tax_included: cart.tax_included,
            locale: cart.locale.clone(),
            email: cart.email.clone(),
            phone: cart.phone.clone(),
            address: cart.address.as_ref().map(AddressView::new),
            invoice_recipient: cart.invoice_recipient.as_ref().map(InvoiceRecipientView::new),
            items: priced.lines.iter().map(ItemView::new).collect(),
            product_total: priced.product_total.into(),
            shipping_total: priced.shipping_total.into(),
            shipping_discount: priced.shipping_discount.into(),
            shipping_tax: priced.shipping_tax.into(),
            order_total: priced.order_total.into(),
            order_tax_total: priced.order_tax_total.into(),
            coupons: priced.coupons.clone(),
            invalid_coupons: priced.invalid_coupons.clone(),
            promotions: priced.promotions.iter().map(PromotionView::new).collect(),
            payments: cart.order.iter().map(PaymentView::of).collect(),
            fields: fields(cart),
        }
    }
}

impl ItemView {
    fn new(line: &PricedLine) -> Self {
        Self {
            cart_item_id: line.item_id.to_string(),
            product_number: line.product_number.clone(),
            description: line.description.clone(),
            image: line.image.clone(),
            quantity: line.quantity,
            reserved_quantity: 0,
            unit_price: line.unit_price.into(),
            discount: line.discount.into(),
            total: line.total.into(),
            tax: line.tax.into(),
        }
    }
}

impl AddressView {
    pub(super) fn new(address: &Address) -> Self {
        let address = address.clone();
        Self {
            name: address.name,
            care_of: address.care_of,
            attention: address.attention,
            address_line1: address.address_line1,
            address_line2: address.address_line2,
            city: address.city,
            state: address.state,
            postal_code: address.postal_code,
            country_code: address.country_code,
        }
    }
}

impl InvoiceRecipientView {
    fn new(recipient: &InvoiceRecipient) -> Self {
        Self {
            address: AddressView::new(&recipient.address),
            tax_id: recipient.tax_id.clone(),
            tax_id_type: recipient.tax_id_type.clone(),
            tax_country_code: recipient.tax_country_code.clone(),
        }
    }
}

pub(super) fn state_name(state: CartState) -> &'static str {
    match state {
        CartState::Open => "open",
        CartState::Completed => "completed",
        CartState::Rejected => "rejected",
    }
}

/// The storefront's own fields, and among them, read-only, what Kustom has been told.
fn fields(cart: &Cart) -> BTreeMap<String, Value> {
    let mut fields = cart.fields.clone();
    if let Some(kustom) = &cart.kustom {
        fields.insert("kustomOrderId".into(), json!(kustom.kustom_order_id));
        fields.insert("kustomSyncHash".into(), json!(kustom.sync_hash));
        if let Some(pending_hash) = &kustom.pending_hash {
            fields.insert("kustomPendingHash".into(), json!(pending_hash));
        }
    }
    fields
}
