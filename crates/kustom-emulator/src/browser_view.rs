//! The order as the form shows it: what was agreed on, what may be entered, and how it looks.

use crate::asking;
use crate::checkbox::{self, Shown};
use crate::order::{Order, OrderState};
use crate::{separate_shipping, shipping, test_person};
use jiff::Timestamp;
use kustom_api::{
    Address, CheckoutOptions, CheckoutOrder, Customer, KustomOrderId, OrderLine, ShippingOption,
};
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
pub(crate) struct View<'a> {
    order_id: &'a KustomOrderId,
    state: OrderState,
    purchase_currency: Option<&'a str>,
    locale: Option<&'a str>,
    merchant_reference1: Option<&'a str>,
    order_amount: i64,
    order_tax_amount: i64,
    order_lines: &'a [OrderLine],
    shipping_options: &'a [ShippingOption],
    selected_shipping_option: Option<&'a ShippingOption>,
    shown_shipping_option: Option<&'a ShippingOption>,
    /// Whether the shown option is chosen only once the merchant has agreed.
    asks_about_shipping: bool,
    billing_address: Option<&'a Address>,
    shipping_address: Option<&'a Address>,
    /// Alpha-2 to lower-case alpha-3, the form that browser events use.
    billing_countries: BTreeMap<String, String>,
    shipping_countries: BTreeMap<String, String>,
    allows_separate_shipping_address: bool,
    customer_type: String,
    customer_types: Vec<String>,
    customer: Option<&'a Customer>,
    shows_vat_id: bool,
    terms_url: Option<&'a str>,
    checkboxes: Vec<Shown<'a>>,
    /// Markdown with links in it.
    additional_merchant_terms: Option<&'a str>,
    /// Whether the shop's page is asked when the button is pressed.
    asks_page: bool,
    /// Whether its silence stops the purchase.
    needs_page_answer: bool,
    hides_tax: bool,
    shipping_details: Option<&'a str>,
    colours: Colours<'a>,
    test_person: Address,
    test_organization: TestOrganization,
}

/// The merchant's own, each `#rrggbb`, and the radius of corners in pixels.
#[derive(Serialize)]
struct Colours<'a> {
    button: Option<&'a str>,
    button_text: Option<&'a str>,
    checkbox: Option<&'a str>,
    checkbox_checkmark: Option<&'a str>,
    header: Option<&'a str>,
    link: Option<&'a str>,
    radius_border: Option<&'a str>,
}

#[derive(Serialize)]
struct TestOrganization {
    organization_name: &'static str,
    organization_registration_id: &'static str,
}

pub(crate) fn view(order: &Order, now: Timestamp) -> View<'_> {
    let checkout = &order.checkout;
    let options = checkout.options.as_ref();
    let is_on = |choose: fn(&CheckoutOptions) -> Option<bool>| options.and_then(choose) == Some(true);
    let needs_page_answer = is_on(|options| options.require_client_validation_callback_response);
    View {
        order_id: &order.id,
        state: order.state(now),
        purchase_currency: checkout.purchase_currency.as_deref(),
        locale: checkout.locale.as_deref(),
        merchant_reference1: checkout.merchant_reference1.as_deref(),
        order_amount: checkout.order_amount.unwrap_or(0),
        order_tax_amount: checkout.order_tax_amount.unwrap_or(0),
        order_lines: checkout.order_lines.as_deref().unwrap_or_default(),
        shipping_options: checkout.shipping_options.as_deref().unwrap_or_default(),
        selected_shipping_option: checkout.selected_shipping_option.as_ref(),
        shown_shipping_option: shipping::shown_option(checkout),
        asks_about_shipping: asking::asks_about_shipping(checkout),
        billing_address: checkout.billing_address.as_ref(),
        shipping_address: checkout.shipping_address.as_ref(),
        billing_countries: with_alpha3(order.billing_countries()),
        shipping_countries: with_alpha3(order.shipping_countries()),
        allows_separate_shipping_address: separate_shipping::is_allowed(order),
        customer_type: order
            .customer_type()
            .map_or_else(|| order.customer_types().remove(0), str::to_owned),
        customer_types: order.customer_types(),
        customer: checkout.customer.as_ref(),
        shows_vat_id: is_on(|options| options.show_vat_registration_number_field),
        terms_url: terms_url(checkout),
        checkboxes: checkbox::shown(checkout),
        additional_merchant_terms: options.and_then(|options| options.additional_merchant_terms.as_deref()),
        asks_page: needs_page_answer || is_on(|options| options.require_client_validation),
        needs_page_answer,
        hides_tax: is_on(|options| options.vat_removed),
        shipping_details: options.and_then(|options| options.shipping_details.as_deref()),
        colours: colours(options),
        test_person: test_person::of(order.purchase_country()),
        test_organization: TestOrganization {
            organization_name: test_person::ORGANIZATION_NAME,
            organization_registration_id: test_person::ORGANIZATION_REGISTRATION_ID,
        },
    }
}

fn terms_url(checkout: &CheckoutOrder) -> Option<&str> {
    checkout.merchant_urls.as_ref()?.terms.as_deref()
}

fn colours(options: Option<&CheckoutOptions>) -> Colours<'_> {
    let colour =
        |choose: fn(&CheckoutOptions) -> &Option<String>| options.and_then(|all| choose(all).as_deref());
    Colours {
        button: colour(|options| &options.color_button),
        button_text: colour(|options| &options.color_button_text),
        checkbox: colour(|options| &options.color_checkbox),
        checkbox_checkmark: colour(|options| &options.color_checkbox_checkmark),
        header: colour(|options| &options.color_header),
        link: colour(|options| &options.color_link),
        radius_border: colour(|options| &options.radius_border),
    }
}

fn with_alpha3(countries: Vec<String>) -> BTreeMap<String, String> {
    countries
        .into_iter()
        .map(|country| (country.clone(), alpha3(&country)))
        .collect()
}

/// A country that the table does not know keeps its two letters.
fn alpha3(alpha2: &str) -> String {
    celes::Country::from_alpha2(alpha2)
        .map_or(alpha2, |country| country.alpha3)
        .to_ascii_lowercase()
}
