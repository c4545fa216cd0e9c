//! What the iframe page asks and says. These routes are the emulator's own and need the order's browser token, never
//! the merchant's credentials.

use crate::kustom::Kustom;
use crate::message::{Request, Response};
use crate::order::{Change, Order, OrderState};
use crate::purchase::{Outcome, Purchase, PurchaseRefusal};
use crate::{shipping, test_person};
use http::{Method, StatusCode};
use jiff::Timestamp;
use kustom_api::{Address, KustomOrderId, OrderLine, ShippingOption};
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
    billing_address: Option<&'a Address>,
    /// Alpha-2 to lower-case alpha-3, the form that browser events use.
    billing_countries: BTreeMap<String, String>,
    customer_type: &'a str,
    terms_url: Option<&'a str>,
    test_person: Address,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerBody {
    address: Address,
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
    let Some(order) = kustom.unexpired(id, now) else {
        return Response::problem(
            StatusCode::NOT_FOUND,
            "ORDER_GONE",
            "no such order, or it has expired",
        );
    };
    if request.header("authorization") != Some(&format!("Bearer {}", order.browser_token)) {
        return Response::problem(
            StatusCode::UNAUTHORIZED,
            "WRONG_TOKEN",
            "the token is not this order's",
        );
    }
    match (rest, &request.method) {
        ([], &Method::GET) => Response::json(StatusCode::OK, &view(order, now)),
        (["customer"], &Method::POST) => customer(order, request, now),
        (["shipping-option"], &Method::POST) => shipping_option(order, request, now),
        (["pay"], &Method::POST) => pay(kustom, id, request, now),
        _ => Response::empty(StatusCode::NOT_FOUND),
    }
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
        billing_address: checkout.billing_address.as_ref(),
        billing_countries: order
            .billing_countries()
            .into_iter()
            .map(|country| (country.clone(), alpha3(&country)))
            .collect(),
        customer_type: checkout
            .customer
            .as_ref()
            .and_then(|customer| customer.customer_type.as_deref())
            .unwrap_or("person"),
        terms_url: checkout
            .merchant_urls
            .as_ref()
            .and_then(|urls| urls.terms.as_deref()),
        test_person: test_person::of(order.purchase_country()),
    }
}

/// A country that the table does not know keeps its two letters.
fn alpha3(alpha2: &str) -> String {
    celes::Country::from_alpha2(alpha2)
        .map_or(alpha2, |country| country.alpha3)
        .to_ascii_lowercase()
}

/// What the customer has typed so far. From then on the merchant's prefilled addresses are ignored.
fn customer(order: &mut Order, request: &Request, now: Timestamp) -> Response {
    let body: CustomerBody = match read(request) {
        Ok(body) => body,
        Err(error) => return bad_body(&error),
    };
    if order.state(now) != OrderState::Open {
        return not_open();
    }
    if !order.customer_typed {
        order.record(Change::CustomerTyped, now);
    }
    order.set_typed_address(body.address);
    order.touch(now);
    Response::json(StatusCode::OK, &view(order, now))
}

fn shipping_option(order: &mut Order, request: &Request, now: Timestamp) -> Response {
    let body: ShippingBody = match read(request) {
        Ok(body) => body,
        Err(error) => return bad_body(&error),
    };
    if order.state(now) != OrderState::Open {
        return not_open();
    }
    if !shipping::select(&mut order.checkout, &body.id) {
        return refused(&PurchaseRefusal::UnknownShippingOption);
    }
    order.touch(now);
    order.record(Change::ShippingOptionSelected, now);
    Response::json(StatusCode::OK, &view(order, now))
}

fn pay(kustom: &mut Kustom, id: &str, request: &Request, now: Timestamp) -> Response {
    let body: PayBody = match read(request) {
        Ok(body) => body,
        Err(error) => return bad_body(&error),
    };
    let purchase = Purchase {
        address: body.address,
        shown_amount: Some(body.shown_amount),
        ..Purchase::default()
    };
    match kustom.pay(&KustomOrderId(id.to_owned()), purchase, now) {
        Ok(purchased) => Response::json(
            StatusCode::OK,
            &json!({ "outcome": purchased.outcome, "redirect_url": purchased.redirect_url }),
        ),
        // A status of failure would fill the console of a page in which nothing is wrong.
        Err(PurchaseRefusal::Rejected) => {
            Response::json(StatusCode::OK, &json!({ "outcome": Outcome::Rejected }))
        }
        Err(refusal) => refused(&refusal),
    }
}

fn not_open() -> Response {
    Response::problem(
        StatusCode::CONFLICT,
        "ORDER_NOT_OPEN",
        "the order can no longer be changed",
    )
}

fn refused(refusal: &PurchaseRefusal) -> Response {
    match refusal {
        PurchaseRefusal::Incomplete { fields } => Response::json(
            StatusCode::BAD_REQUEST,
            &json!({ "error": { "code": refusal.code(), "message": refusal.to_string(), "fields": fields } }),
        ),
        _ => Response::problem(refusal.status(), refusal.code(), &refusal.to_string()),
    }
}

impl PurchaseRefusal {
    /// Stable, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchOrder => "NO_SUCH_ORDER",
            Self::Aborted => "ORDER_ABORTED",
            Self::AlreadyComplete => "ORDER_COMPLETE",
            Self::Incomplete { .. } => "INCOMPLETE_ADDRESS",
            Self::UnknownShippingOption => "UNKNOWN_SHIPPING_OPTION",
            Self::AmountChanged { .. } => "ORDER_CHANGED",
            Self::Rejected => "PAYMENT_REJECTED",
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::NoSuchOrder => StatusCode::NOT_FOUND,
            Self::Incomplete { .. } | Self::UnknownShippingOption => StatusCode::BAD_REQUEST,
            Self::Rejected => StatusCode::PAYMENT_REQUIRED,
            Self::Aborted | Self::AlreadyComplete | Self::AmountChanged { .. } => StatusCode::CONFLICT,
        }
    }
}

fn read<'a, T: Deserialize<'a>>(request: &'a Request) -> Result<T, serde_json::Error> {
    serde_json::from_slice(&request.body)
}

fn bad_body(error: &serde_json::Error) -> Response {
    Response::problem(StatusCode::BAD_REQUEST, "BAD_BODY", &error.to_string())
}
