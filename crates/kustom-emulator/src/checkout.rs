//! The checkout API: create, read, update, abort.
//!
//! Source: <https://docs.kustom.co/contents/api/checkout>. Checks come in this order: credentials, existence, whether
//! the order may still change, then all values at once.

use crate::kustom::{Call, Kustom};
use crate::message::Response;
use crate::order::{Change, Order, OrderState};
use crate::strictness::{AbortedOrder, GoneBody, Strictness};
use crate::validation::{self, Sent};
use crate::{rendering, shipping};
use http::{Method, StatusCode, header};
use jiff::Timestamp;
use kustom_api::{Address, CheckoutOrder, CheckoutStatus};

/// `rest` is what follows `/checkout/v3/orders`.
pub(crate) fn answer(kustom: &mut Kustom, rest: &[&str], call: &Call<'_>, now: Timestamp) -> Response {
    match (rest, &call.request.method) {
        ([], &Method::POST) => create(kustom, call, now),
        ([id], &Method::GET) => read(kustom, id, call, now),
        ([id], &Method::POST) => update(kustom, id, call, now),
        ([id, "abort"], &Method::POST) => abort(kustom, id, call, now),
        ([] | [_] | [_, "abort"], _) => Response::empty(StatusCode::METHOD_NOT_ALLOWED),
        _ => Response::empty(StatusCode::NOT_FOUND),
    }
}

fn create(kustom: &mut Kustom, call: &Call<'_>, now: Timestamp) -> Response {
    let sent = match validation::read_new_order(&call.request.body, &kustom.rules) {
        Ok(sent) => sent,
        Err(findings) => return call.bad_value(&findings),
    };
    let checkout = sent.order.clone();
    let findings = sent.findings_with(&checkout);
    if !findings.is_empty() {
        return call.bad_value(&findings);
    }
    let order = new_order(kustom, checkout, &call.request.base_url, now);
    let view = rendering::order(
        &order,
        &call.request.base_url,
        kustom.rules.strictness.country_case,
    );
    let location = format!("{}/checkout/v3/orders/{}", call.request.base_url, order.id);
    kustom.add_order(order);
    let mut response = Response::json(StatusCode::CREATED, &view);
    response.set_header(header::LOCATION, &location);
    response
}

fn new_order(kustom: &mut Kustom, mut checkout: CheckoutOrder, base_url: &str, now: Timestamp) -> Order {
    checkout.status = Some(CheckoutStatus::Incomplete);
    let country_alone = address_of(checkout.purchase_country.as_deref());
    let billing = checkout
        .billing_address
        .get_or_insert_with(|| country_alone.clone());
    let shipping = billing.clone();
    checkout.shipping_address.get_or_insert(shipping);
    Order::new(&mut kustom.ids, checkout, base_url, now)
}

fn address_of(country: Option<&str>) -> Address {
    Address {
        country: country.map(str::to_owned),
        ..Address::default()
    }
}

fn read(kustom: &mut Kustom, id: &str, call: &Call<'_>, now: Timestamp) -> Response {
    let strictness = kustom.rules.strictness;
    match known(kustom, id, now) {
        Some(order) => shown(order, call, strictness),
        None => gone(call, strictness),
    }
}

fn update(kustom: &mut Kustom, id: &str, call: &Call<'_>, now: Timestamp) -> Response {
    let rules = kustom.rules.clone();
    let Some(order) = known(kustom, id, now) else {
        return gone(call, rules.strictness);
    };
    if order.state(now) != OrderState::Open {
        return read_only(call);
    }
    let sent = match validation::read_update(&call.request.body, &rules) {
        Ok(sent) => sent,
        Err(findings) => return call.bad_value(&findings),
    };
    let next = overlaid(order, &sent);
    let findings = sent.findings_with(&next);
    if !findings.is_empty() {
        return call.bad_value(&findings);
    }
    order.checkout = next;
    shipping::keep_selection(&mut order.checkout, rules.strictness.chosen_shipping);
    order.touch(now);
    order.record(Change::Updated, now);
    shown(order, call, rules.strictness)
}

fn abort(kustom: &mut Kustom, id: &str, call: &Call<'_>, now: Timestamp) -> Response {
    let strictness = kustom.rules.strictness;
    let Some(order) = known(kustom, id, now) else {
        return gone(call, strictness);
    };
    if order.state(now) != OrderState::Open {
        return read_only(call);
    }
    // The status after an abort is not documented: the order stays incomplete and becomes read-only.
    order.aborted_at = Some(now);
    order.checkout.last_modified_at = Some(now);
    order.record(Change::Aborted, now);
    shown(order, call, strictness)
}

fn shown(order: &Order, call: &Call<'_>, strictness: Strictness) -> Response {
    let view = rendering::order(order, &call.request.base_url, strictness.country_case);
    Response::json(StatusCode::OK, &view)
}

/// An order that this API still answers for.
fn known<'a>(kustom: &'a mut Kustom, id: &str, now: Timestamp) -> Option<&'a mut Order> {
    let is_gone_once_aborted = kustom.rules.strictness.aborted_order == AbortedOrder::Gone;
    kustom
        .unexpired(id, now)
        .filter(|order| !(is_gone_once_aborted && order.state(now) == OrderState::Aborted))
}

/// Expired and unknown orders are answered alike. A plugin's authors saw no body.
fn gone(call: &Call<'_>, strictness: Strictness) -> Response {
    match strictness.gone_body {
        GoneBody::Empty => Response::empty(StatusCode::NOT_FOUND),
        GoneBody::Error => call.refuse(StatusCode::NOT_FOUND, "NO_SUCH_ORDER", "No such order"),
    }
}

fn read_only(call: &Call<'_>) -> Response {
    call.refuse(StatusCode::FORBIDDEN, "READ_ONLY_ORDER", "Resource is read-only")
}

/// The order as it would become: what was sent replaces whole top-level members, what was not sent stays.
fn overlaid(order: &Order, sent: &Sent) -> CheckoutOrder {
    let mut next = order.checkout.clone();
    let mut new = sent.order.clone();
    if order.customer_typed {
        // Kustom ignores prefilled addresses once the customer has entered data.
        new.billing_address = None;
        new.shipping_address = None;
    } else if sent.has("purchase_country") {
        follow_country(&mut next, new.purchase_country.as_deref());
    }
    replace(&mut next, new);
    next
}

/// An address that says nothing but the purchase country says the new one.
fn follow_country(next: &mut CheckoutOrder, country: Option<&str>) {
    let untouched = address_of(next.purchase_country.as_deref());
    for address in [&mut next.billing_address, &mut next.shipping_address] {
        if address.as_ref() == Some(&untouched) {
            *address = Some(address_of(country));
        }
    }
}

macro_rules! replace_members {
    ($old:ident, $new:ident, $($member:ident)+) => {
        $(if $new.$member.is_some() {
            $old.$member = $new.$member;
        })+
    };
}

pub(crate) fn replace(old: &mut CheckoutOrder, new: CheckoutOrder) {
    replace_members!(old, new,
        purchase_country purchase_currency locale billing_address shipping_address order_amount order_tax_amount
        order_lines customer merchant_urls merchant_reference1 merchant_reference2 options attachment
        external_payment_methods external_checkouts shipping_countries billing_countries shipping_options
        merchant_data gui recurring recurring_description tags);
}
