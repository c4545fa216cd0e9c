//! What the iframe page asks and says. These routes are the emulator's own and need the order's browser token, never
//! the merchant's credentials.

use crate::asking::{self, ShopperChange};
use crate::kustom::Kustom;
use crate::message::{Problem, Request, Response};
use crate::order::{Order, OrderState};
use crate::purchase::{Outcome, Purchase, Purchased};
use crate::refusal::PurchaseRefusal;
use crate::{shipping, test_person};
use http::{Method, StatusCode};
use jiff::Timestamp;
use kustom_api::{Address, Customer, KustomOrderId, OrderLine, ShippingOption};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;

/// The order as the form shows it.
#[derive(Serialize)]
struct View<'a> {
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
    /// Alpha-2 to lower-case alpha-3, the form that browser events use.
    billing_countries: BTreeMap<String, String>,
    customer_type: String,
    customer_types: Vec<String>,
    customer: Option<&'a Customer>,
    shows_vat_id: bool,
    terms_url: Option<&'a str>,
    test_person: Address,
    test_organization: TestOrganization,
}

#[derive(Serialize)]
struct TestOrganization {
    organization_name: &'static str,
    organization_registration_id: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerBody {
    address: Address,
    #[serde(default)]
    customer: Option<Customer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShippingBody {
    id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayBody {
    address: Address,
    #[serde(default)]
    customer: Option<Customer>,
    shown_amount: i64,
}

/// `rest` is what follows `/browser/orders/{id}`.
pub(crate) fn answer(
    kustom: &mut Kustom,
    id: &str,
    rest: &[&str],
    request: &Request,
    now: Timestamp,
) -> Response {
    let order = match order_of(kustom, id, request, now) {
        Ok(order) => order,
        Err(problem) => return problem.into(),
    };
    match (rest, &request.method) {
        ([], &Method::GET) => Response::json(StatusCode::OK, &view(order, now)),
        _ => Response::empty(StatusCode::NOT_FOUND),
    }
}

/// The order that the browser's token opens.
fn order_of<'a>(
    kustom: &'a mut Kustom,
    id: &str,
    request: &Request,
    now: Timestamp,
) -> Result<&'a mut Order, Problem> {
    let Some(order) = kustom.unexpired(id, now) else {
        return Err(Problem {
            status: StatusCode::NOT_FOUND,
            code: "ORDER_GONE",
            message: "no such order, or it has expired".to_owned(),
        });
    };
    if request.header("authorization") != Some(&format!("Bearer {}", order.browser_token)) {
        return Err(Problem {
            status: StatusCode::UNAUTHORIZED,
            code: "WRONG_TOKEN",
            message: "the token is not this order's".to_owned(),
        });
    }
    Ok(order)
}

fn view(order: &Order, now: Timestamp) -> View<'_> {
    let checkout = &order.checkout;
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
        billing_countries: order
            .billing_countries()
            .into_iter()
            .map(|country| (country.clone(), alpha3(&country)))
            .collect(),
        customer_type: order
            .customer_type()
            .map_or_else(|| order.customer_types().remove(0), str::to_owned),
        customer_types: order.customer_types(),
        customer: checkout.customer.as_ref(),
        shows_vat_id: checkout
            .options
            .as_ref()
            .and_then(|options| options.show_vat_registration_number_field)
            == Some(true),
        terms_url: checkout
            .merchant_urls
            .as_ref()
            .and_then(|urls| urls.terms.as_deref()),
        test_person: test_person::of(order.purchase_country()),
        test_organization: TestOrganization {
            organization_name: test_person::ORGANIZATION_NAME,
            organization_registration_id: test_person::ORGANIZATION_REGISTRATION_ID,
        },
    }
}

/// A country that the table does not know keeps its two letters.
fn alpha3(alpha2: &str) -> String {
    celes::Country::from_alpha2(alpha2)
        .map_or(alpha2, |country| country.alpha3)
        .to_ascii_lowercase()
}

/// What the body of `POST …/shipping-option` or `…/customer` changes, where the merchant may have to be asked.
pub(crate) fn change(
    kustom: &mut Kustom,
    id: &str,
    what: &str,
    request: &Request,
    now: Timestamp,
) -> Result<ShopperChange, Problem> {
    order_of(kustom, id, request, now)?;
    if what == "shipping-option" {
        let body: ShippingBody = read(request).map_err(|error| Problem::bad_body(&error))?;
        return Ok(ShopperChange::ShippingOption { id: body.id });
    }
    let body: CustomerBody = read(request).map_err(|error| Problem::bad_body(&error))?;
    Ok(ShopperChange::Address {
        address: Box::new(body.address),
        customer: body.customer,
    })
}

/// The order as the form shows it, after a change.
pub(crate) fn changed(kustom: &Kustom, id: &str, now: Timestamp) -> Response {
    match kustom.order(&KustomOrderId(id.to_owned())) {
        Some(order) => Response::json(StatusCode::OK, &view(order, now)),
        None => Response::empty(StatusCode::NOT_FOUND),
    }
}

/// What the body of `POST …/pay` asks for.
pub(crate) fn purchase(
    kustom: &mut Kustom,
    id: &str,
    request: &Request,
    now: Timestamp,
) -> Result<Purchase, Problem> {
    order_of(kustom, id, request, now)?;
    let body: PayBody = read(request).map_err(|error| Problem::bad_body(&error))?;
    Ok(Purchase {
        address: body.address,
        customer: body.customer,
        shown_amount: Some(body.shown_amount),
        ..Purchase::default()
    })
}

/// How the payment ended.
pub(crate) fn paid(outcome: Result<Purchased, PurchaseRefusal>) -> Response {
    match outcome {
        Ok(purchased) => {
            let said = match purchased.redirect_url {
                Some(url) => json!({ "outcome": purchased.outcome, "redirect_url": url }),
                None => json!({ "outcome": purchased.outcome, "window": "closed" }),
            };
            Response::json(StatusCode::OK, &said)
        }
        Err(refusal) => refused(refusal),
    }
}

/// What a shop may well do is no failure: a status of failure would fill the console of a page in which nothing is wrong.
pub(crate) fn refused(refusal: PurchaseRefusal) -> Response {
    let said = match refusal {
        PurchaseRefusal::Rejected => json!({ "outcome": Outcome::Rejected }),
        PurchaseRefusal::Denied { error_text, .. } => {
            json!({ "outcome": "denied", "error_text": error_text })
        }
        PurchaseRefusal::SentAway { location } => json!({ "outcome": "sent_away", "location": location }),
        PurchaseRefusal::ValidationFailed { .. } => json!({ "outcome": "validation_failed" }),
        PurchaseRefusal::ChangeFailed { .. } => json!({ "outcome": "change_failed" }),
        refusal => return refusal.response(),
    };
    Response::json(StatusCode::OK, &said)
}

fn read<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, serde_json::Error> {
    serde_json::from_slice(&request.body)
}
