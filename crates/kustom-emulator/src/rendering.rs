//! An order as the merchant reads it, with what Kustom adds.

use crate::order::Order;
use crate::snippet;
use crate::strictness::CountryCase;
use bytes::Bytes;
use kustom_api::CheckoutOrder;
use serde::Serialize;

/// Defaults are added here and not stored, so that a merchant who replaces `options` still reads all of them.
pub(crate) fn order(order: &Order, base_url: &str, case: CountryCase) -> CheckoutOrder {
    let mut view = order.checkout.clone();
    view.html_snippet = Some(snippet::html(order, base_url));
    view.customer.get_or_insert_default();
    view.external_payment_methods.get_or_insert_default();
    view.external_checkouts.get_or_insert_default();
    let options = view.options.get_or_insert_default();
    options.require_validate_callback_success.get_or_insert_default();
    options.date_of_birth_mandatory.get_or_insert_default();
    // Germany is the one country where a separate shipping address is allowed from the start.
    let in_germany = order.purchase_country().eq_ignore_ascii_case("DE");
    options.allow_separate_shipping_address.get_or_insert(in_germany);
    write_countries(&mut view, case);
    view
}

fn write_countries(view: &mut CheckoutOrder, case: CountryCase) {
    let write: fn(&str) -> String = match case {
        CountryCase::AsSent => return,
        CountryCase::Upper => str::to_ascii_uppercase,
        CountryCase::Lower => str::to_ascii_lowercase,
    };
    let addresses = [&mut view.billing_address, &mut view.shipping_address];
    let of_addresses = addresses
        .into_iter()
        .flatten()
        .map(|address| &mut address.country);
    for country in of_addresses.chain([&mut view.purchase_country]).flatten() {
        *country = write(country);
    }
}

/// The same as a body.
pub(crate) fn json(order: &Order, base_url: &str, case: CountryCase) -> Bytes {
    bytes(&self::order(order, base_url, case))
}

pub(crate) fn bytes(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body)
        .expect("our own types have string keys and no failing serializers")
        .into()
}
