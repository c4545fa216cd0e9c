//! What Kustom is told besides the offer when a checkout is opened: how it may sell, where it reaches us, and what the
//! shopper has typed already.

use super::CallbackUrls;
use crate::address::{Address, InvoiceRecipient};
use crate::cart::Cart;
use crate::catalogue::{CustomerType, Profile};
use crate::kustom::state::StorefrontUrls;
use crate::locale;
use kustom_api::{Address as KustomAddress, CheckoutOptions, Customer, MerchantUrls};

/// The storefront's language where the shop speaks it, else the shop's first.
pub(super) fn locale_for(cart: &Cart, profile: &Profile) -> String {
    let fallback = profile.locales.first().filter(|_| !profile.speaks(&cart.locale));
    locale::to_kustom(fallback.unwrap_or(&cart.locale))
}

/// Without our yes Kustom must not take money: by default it would after three seconds of silence.
pub(super) fn options(profile: &Profile) -> CheckoutOptions {
    let sells_to_organizations = profile.customer_types.contains(&CustomerType::Organization);
    let types = profile
        .customer_types
        .iter()
        .map(|customer| customer.as_str().to_owned());
    CheckoutOptions {
        require_validate_callback_success: Some(true),
        allowed_customer_types: sells_to_organizations.then(|| types.collect()),
        show_vat_registration_number_field: sells_to_organizations.then_some(true),
        ..CheckoutOptions::default()
    }
}

/// Whoever is invoiced under a tax id is an organisation. Nobody else is taken for one unless the shop sells to no one else.
pub(super) fn customer(cart: &Cart, profile: &Profile) -> Option<Customer> {
    if !profile.customer_types.contains(&CustomerType::Organization) {
        return None;
    }
    let recipient = cart.invoice_recipient.as_ref();
    let tax_id = recipient.and_then(|recipient| present(recipient.tax_id.clone()));
    let is_vat_id = recipient.is_some_and(is_vat_id);
    let customer_type = match (&tax_id, profile.customer_types.first()) {
        (Some(_), _) => CustomerType::Organization,
        (None, first) => first.copied().unwrap_or(CustomerType::Person),
    };
    Some(Customer {
        customer_type: Some(customer_type.as_str().to_owned()),
        organization_registration_id: tax_id.clone().filter(|_| !is_vat_id),
        vat_id: tax_id.filter(|_| is_vat_id),
        ..Customer::default()
    })
}

fn is_vat_id(recipient: &InvoiceRecipient) -> bool {
    let kind = recipient.tax_id_type.as_deref().unwrap_or_default();
    kind.to_ascii_lowercase().contains("vat")
}

pub(super) fn merchant_urls(
    urls: &StorefrontUrls,
    callbacks: CallbackUrls,
    shipping_in_checkout: bool,
) -> MerchantUrls {
    let in_checkout = |url: String| shipping_in_checkout.then_some(url);
    MerchantUrls {
        terms: Some(urls.terms.clone()),
        checkout: Some(urls.checkout.clone()),
        confirmation: Some(urls.confirmation.clone()),
        push: Some(callbacks.push),
        notification: Some(callbacks.notification),
        validation: Some(callbacks.validation),
        shipping_option_update: in_checkout(callbacks.shipping_option_update),
        address_update: in_checkout(callbacks.address_update),
        country_change: Some(callbacks.country_change),
        ..MerchantUrls::default()
    }
}

/// What the shopper has already typed elsewhere. Kustom takes it at creation only, and refuses an empty address.
pub(super) fn prefill(cart: &Cart, profile: &Profile) -> Option<KustomAddress> {
    let is_organization = customer(cart, profile).is_some_and(|customer| {
        customer.customer_type.as_deref() == Some(CustomerType::Organization.as_str())
    });
    let recipient = cart
        .invoice_recipient
        .as_ref()
        .map(|recipient| &recipient.address);
    let organization_name = recipient
        .or(cart.address.as_ref())
        .filter(|_| is_organization)
        .and_then(|address| present(address.name.clone()));
    let address = cart.address.clone().unwrap_or_default();
    let prefilled = KustomAddress {
        email: cart.email.clone(),
        phone: cart.phone.clone(),
        organization_name,
        ..to_kustom_address(address)
    };
    if prefilled == KustomAddress::default() {
        return None;
    }
    Some(KustomAddress {
        country: Some(cart.country.as_str().to_owned()),
        ..prefilled
    })
}

fn to_kustom_address(address: Address) -> KustomAddress {
    let (given_name, family_name) = split_name(address.name.as_deref());
    KustomAddress {
        given_name,
        family_name,
        care_of: present(address.care_of),
        attention: present(address.attention),
        street_address: present(address.address_line1),
        street_address2: present(address.address_line2),
        // Plugins in use strip spaces: some countries' codes are refused with them.
        postal_code: present(address.postal_code.map(|code| code.replace(' ', ""))),
        city: present(address.city),
        region: present(address.state),
        ..KustomAddress::default()
    }
}

/// Storefronts save untouched inputs as empty texts.
fn present(text: Option<String>) -> Option<String> {
    let text = text?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// A guess for the shopper to correct: the last word is the family name.
pub(super) fn split_name(name: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
        return (None, None);
    };
    match name.rsplit_once(' ') {
        Some((given, family)) => (Some(given.trim().to_owned()), Some(family.to_owned())),
        None => (Some(name.to_owned()), None),
    }
}

#[cfg(test)]
mod tests;
