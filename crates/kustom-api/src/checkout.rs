//! The checkout order and its parts.
//!
//! One struct serves create, partial update and answer, as in Kustom's own schema: every member is optional and an
//! absent member stays absent. Amounts are integers in minor units, tax rates are percent times one hundred.

use crate::open_enum::open_enum;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The id of an order at Kustom, the same in the checkout API and in order management.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KustomOrderId(pub String);

impl fmt::Display for KustomOrderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

open_enum! {
    /// Where a checkout order stands. The schema's example is in upper case, real answers are in lower case.
    CheckoutStatus {
        /// Open: it may be read, updated and aborted.
        Incomplete = "checkout_incomplete",
        /// Bought: read-only here, and known to order management.
        Complete = "checkout_complete",
    }
}

open_enum! {
    /// What an order line stands for. An absent type means `physical`.
    LineType {
        Physical = "physical",
        Digital = "digital",
        Discount = "discount",
        ShippingFee = "shipping_fee",
        SalesTax = "sales_tax",
        GiftCard = "gift_card",
        StoreCredit = "store_credit",
        Surcharge = "surcharge",
        ReturnFee = "return_fee",
    }
}

/// The order of the checkout API. Source: <https://docs.kustom.co/contents/api/checkout>.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckoutOrder {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<KustomOrderId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purchase_currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CheckoutStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_tax_amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_lines: Option<Vec<OrderLine>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_urls: Option<MerchantUrls>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html_snippet: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_reference1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_reference2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_modified_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<CheckoutOptions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_payment_methods: Option<Vec<PaymentProvider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_checkouts: Option<Vec<PaymentProvider>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_countries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_countries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_options: Option<Vec<ShippingOption>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selected_shipping_option: Option<ShippingOption>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gui: Option<Gui>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_requested: Option<MerchantRequested>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurring: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurring_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurring_description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount_lines: Option<Vec<serde_json::Value>>,
}

/// One line of an order. `total_amount` is `quantity * unit_price - total_discount_amount`, all including tax.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderLine {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub line_type: Option<LineType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    pub name: String,
    pub quantity: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity_unit: Option<String>,
    pub unit_price: i64,
    /// Percent times one hundred: 25 % is 2500. Order management need not say it, and a purchase must be readable still.
    #[serde(default)]
    pub tax_rate: i64,
    pub total_amount: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_discount_amount: Option<i64>,
    #[serde(default)]
    pub total_tax_amount: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_identifiers: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_attributes: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<serde_json::Value>,
}

/// A postal address with the person or organisation at it. An address is left out when empty, never sent as `{}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attention: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub care_of: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address2: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub house_extension: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// ISO 3166-1 alpha-2, in either case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// Who buys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Customer {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub customer_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub national_identification_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_registration_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_id: Option<String>,
}

/// Where Kustom sends the browser and where it calls the merchant's server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MerchantUrls {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terms: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checkout: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancellation_terms: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_option_update: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address_update: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country_change: Option<String>,
    /// Of offers on the confirmation page. Shops send it; no schema that could be read has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upsell: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upsell_validation: Option<String>,
}

/// Switches of the iframe. All of them default to off, `allow_separate_shipping_address` to on in Germany.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckoutOptions {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_validate_callback_success: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_client_validation: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_client_validation_callback_response: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_separate_shipping_address: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acquiring_channel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vat_removed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_background: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_button: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_button_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_checkbox: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_checkbox_checkmark: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_header: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub radius_border: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth_mandatory: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_mandatory: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_mandatory: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub national_identification_number_mandatory: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify_national_identification_number: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_details: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_checkbox: Option<AdditionalCheckbox>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_checkboxes: Option<Vec<AdditionalCheckbox>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_merchant_terms: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_customer_types: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_subtotal_detail: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_capture: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_discount_module: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show_vat_registration_number_field: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmation_page_upsell: Option<bool>,
}

/// A checkbox of the merchant's own in the iframe. Only the list form carries an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AdditionalCheckbox {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub text: String,
    pub checked: bool,
    pub required: bool,
}

/// A shipping choice inside the iframe. The price includes tax.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingOption {
    pub id: String,
    pub name: String,
    pub price: i64,
    pub tax_amount: i64,
    pub tax_rate: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promo: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preselected: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_method: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_details: Option<DeliveryDetails>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tms_reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tos_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected_addons: Option<Vec<serde_json::Value>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DeliveryDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeslot: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pickup_location: Option<serde_json::Value>,
}

/// An external payment method or checkout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaymentProvider {
    pub name: String,
    pub redirect_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fee: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub countries: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Gui {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<Vec<String>>,
}

/// What the shopper answered to the merchant's own checkboxes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MerchantRequested {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_checkbox: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub additional_checkboxes: Option<Vec<serde_json::Value>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_members_stay_absent() {
        let update = CheckoutOrder {
            order_amount: Some(100),
            ..CheckoutOrder::default()
        };
        assert_eq!(serde_json::to_string(&update).unwrap(), r#"{"order_amount":100}"#);
    }

    #[test]
    fn members_that_we_do_not_know_do_not_break_reading() {
        let read: CheckoutOrder =
            serde_json::from_str(r#"{"order_id":"a","status":"CHECKOUT_COMPLETE","invented":{"x":1}}"#)
                .unwrap();
        assert_eq!(read.status, Some(CheckoutStatus::Complete));
    }

    #[test]
    fn a_status_that_nobody_documented_is_kept_as_it_came() {
        let read: CheckoutOrder = serde_json::from_str(r#"{"status":"paused"}"#).unwrap();
        assert_eq!(read.status, Some(CheckoutStatus::Other("paused".into())));
    }
}
