//! A second address, for the goods alone.
//!
//! The form asks for it where `options.allow_separate_shipping_address` is true, which it is by itself in Germany.
//! Source: <https://docs.kustom.co/contents/api/checkout>, `options`. Where it may be is `shipping_countries`. Inferred:
//! e-mail and phone of the buyer stand for the receiver's where those are not given, since a merchant needs both.

use crate::order::Order;
use crate::refusal::PurchaseRefusal;
use kustom_api::Address;

pub(crate) fn is_allowed(order: &Order) -> bool {
    let options = order.checkout.options.as_ref();
    let in_germany = order.purchase_country().eq_ignore_ascii_case("DE");
    options
        .and_then(|options| options.allow_separate_shipping_address)
        .unwrap_or(in_germany)
}

/// The address with everything a parcel needs. `billing` is the buyer's own.
pub(crate) fn complete(
    order: &Order,
    billing: &Address,
    mut to: Address,
) -> Result<Address, PurchaseRefusal> {
    if !is_allowed(order) {
        return Err(PurchaseRefusal::Incomplete {
            fields: vec!["shipping_address"],
        });
    }
    let countries = order.shipping_countries();
    let country = to.country.get_or_insert_with(|| default_country(order, billing));
    *country = country.to_ascii_uppercase();
    to.email = to.email.or_else(|| billing.email.clone());
    to.phone = to.phone.or_else(|| billing.phone.clone());
    let is_blank = |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
    let mut fields: Vec<&'static str> = required_fields(&to)
        .into_iter()
        .filter(|(_, text)| is_blank(text))
        .map(|(name, _)| name)
        .collect();
    if !to
        .country
        .as_ref()
        .is_some_and(|country| countries.contains(country))
    {
        fields.push("shipping_address.country");
    }
    match fields.is_empty() {
        true => Ok(to),
        false => Err(PurchaseRefusal::Incomplete { fields }),
    }
}

/// The bill's country where the goods may go there, else the first that is offered.
fn default_country(order: &Order, billing: &Address) -> String {
    let countries = order.shipping_countries();
    let of_bill = billing.country.as_deref().map(str::to_ascii_uppercase);
    of_bill
        .filter(|country| countries.contains(country))
        .or_else(|| countries.first().cloned())
        .unwrap_or_default()
}

fn required_fields(address: &Address) -> [(&'static str, &Option<String>); 5] {
    [
        ("shipping_address.given_name", &address.given_name),
        ("shipping_address.family_name", &address.family_name),
        ("shipping_address.street_address", &address.street_address),
        ("shipping_address.postal_code", &address.postal_code),
        ("shipping_address.city", &address.city),
    ]
}
