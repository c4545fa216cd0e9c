//! Between the form in the iframe and the emulator. Nobody else should use it, so it is described in short.

use super::schema::{
    closed, dictionary, flag, integer, list, named, object, one_of, or_null, said, text, texts,
};
use crate::order::OrderState;
use crate::purchase::{Outcome, PaymentMethod};
use serde_json::{Map, Value, json};

pub(super) fn add(schemas: &mut Map<String, Value>) {
    schemas.insert("Form".to_owned(), form());
    let changed = json!({ "anyOf": [named("Form"), named("FormOutcome")] });
    schemas.insert(
        "FormChanged".to_owned(),
        said(changed, "The order, or why it stays as it was."),
    );
    schemas.insert(
        "FormCustomer".to_owned(),
        closed(&json!({
            "address": named("ShopperAddress"),
            "shipping_address?": or_null(named("ShopperAddress")),
            "customer?": or_null(named("ShopperCustomer")),
        })),
    );
    schemas.insert(
        "FormPayment".to_owned(),
        closed(&json!({
            "address": named("ShopperAddress"),
            "shipping_address?": or_null(named("ShopperAddress")),
            "customer?": or_null(named("ShopperCustomer")),
            "checkboxes?": dictionary(flag()),
            "method?": one_of(&[PaymentMethod::Invoice, PaymentMethod::Card]),
            "outcome?": or_null(one_of(&[Outcome::Approved, Outcome::Pending, Outcome::Rejected])),
            "shown_amount": said(integer(), "The total that the shopper saw, in minor units."),
        })),
    );
    let answers = ["approved", "rejected", "abandoned"];
    schemas.insert(
        "BankAnswer".to_owned(),
        closed(&json!({ "answer": one_of(&answers) })),
    );
    schemas.insert("FormOutcome".to_owned(), outcome());
}

fn outcome() -> Value {
    let outcomes = [
        "approved",
        "pending",
        "rejected",
        "authenticating",
        "validating",
        "abandoned",
        "denied",
        "sent_away",
        "validation_failed",
        "change_failed",
    ];
    object(&json!({
        "outcome": one_of(&outcomes),
        "redirect_url?": said(text(), "Where the purchase ends."),
        "window?": said(json!({ "const": "closed" }), "In place of an address, for a shopper who leaves."),
        "error_text?": said(text(), "The merchant's."),
        "location?": said(text(), "The merchant's page for those who may not buy."),
    }))
}

fn form() -> Value {
    let states = [
        OrderState::Open,
        OrderState::Aborted,
        OrderState::Expired,
        OrderState::Complete,
    ];
    let maybe_text = || or_null(text());
    object(&json!({
        "order_id": text(),
        "state": one_of(&states),
        "purchase_currency": maybe_text(),
        "locale": maybe_text(),
        "merchant_reference1": maybe_text(),
        "order_amount": integer(),
        "order_tax_amount": integer(),
        "order_lines": list(named("BoughtOrderLine")),
        "shipping_options": list(named("ShippingOption")),
        "selected_shipping_option": or_null(named("ShippingOption")),
        "shown_shipping_option": or_null(named("ShippingOption")),
        "asks_about_shipping": flag(),
        "billing_address": or_null(named("Address")),
        "shipping_address": or_null(named("Address")),
        "billing_countries": dictionary(text()),
        "shipping_countries": dictionary(text()),
        "allows_separate_shipping_address": flag(),
        "customer_type": text(),
        "customer_types": texts(),
        "customer": or_null(named("Customer")),
        "shows_vat_id": flag(),
        "terms_url": maybe_text(),
        "checkboxes": list(object(&json!({ "key": text(), "text": text(), "checked": flag(), "required": flag() }))),
        "additional_merchant_terms": maybe_text(),
        "asks_page": flag(),
        "needs_page_answer": flag(),
        "hides_tax": flag(),
        "shipping_details": maybe_text(),
        "colours": dictionary(maybe_text()),
        "test_person": named("Address"),
        "test_organization": dictionary(text()),
    }))
}
