//! What the iframe page asks and says. These routes are the emulator's own and need the order's browser token, never
//! the merchant's credentials.

use crate::asking::ShopperChange;
use crate::browser_view::view;
use crate::kustom::Kustom;
use crate::message::{Problem, Request, Response};
use crate::order::Order;
use crate::payment::PaymentStep;
use crate::purchase::{Outcome, PaymentMethod, Purchase};
use crate::refusal::PurchaseRefusal;
use http::{Method, StatusCode};
use jiff::Timestamp;
use kustom_api::{Address, Customer, KustomOrderId};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomerBody {
    address: Address,
    #[serde(default)]
    shipping_address: Option<Address>,
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
    shipping_address: Option<Address>,
    #[serde(default)]
    customer: Option<Customer>,
    #[serde(default)]
    checkboxes: BTreeMap<String, bool>,
    #[serde(default)]
    method: PaymentMethod,
    /// What the tester wants to see. Without it the e-mail address decides.
    #[serde(default)]
    outcome: Option<Outcome>,
    shown_amount: i64,
}

/// What was pressed on the pretended page of the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BankAnswer {
    Approved,
    Rejected,
    /// The window was closed.
    Abandoned,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BankBody {
    answer: BankAnswer,
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
        shipping_address: body.shipping_address.map(Box::new),
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
        shipping_address: body.shipping_address,
        customer: body.customer,
        checkboxes: Some(body.checkboxes),
        method: body.method,
        outcome: body.outcome,
        shown_amount: Some(body.shown_amount),
        // Every card of the form is one whose bank wants to see the shopper.
        three_d_secure: body.method == PaymentMethod::Card,
        ..Purchase::default()
    })
}

/// What the body of `POST …/bank` says.
pub(crate) fn bank_answer(
    kustom: &mut Kustom,
    id: &str,
    request: &Request,
    now: Timestamp,
) -> Result<BankAnswer, Problem> {
    order_of(kustom, id, request, now)?;
    let body: BankBody = read(request).map_err(|error| Problem::bad_body(&error))?;
    Ok(body.answer)
}

/// How far the payment has come.
pub(crate) fn paid(outcome: Result<PaymentStep, PurchaseRefusal>) -> Response {
    let said = match outcome {
        Ok(PaymentStep::Done(purchased)) => match purchased.redirect_url {
            Some(url) => json!({ "outcome": purchased.outcome, "redirect_url": url }),
            None => json!({ "outcome": purchased.outcome, "window": "closed" }),
        },
        Ok(PaymentStep::Authenticating) => json!({ "outcome": "authenticating" }),
        // The shell asks the merchant before it answers the browser.
        Ok(PaymentStep::Validating(_)) => json!({ "outcome": "validating" }),
        Err(refusal) => return refused(refusal),
    };
    Response::json(StatusCode::OK, &said)
}

/// The payment was left at the bank's page, and the order is as open as before.
pub(crate) fn left() -> Response {
    Response::json(StatusCode::OK, &json!({ "outcome": "abandoned" }))
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
