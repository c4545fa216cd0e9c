//! The control routes under `/_emulator/` that need no answer from a merchant: look, expire, faults, reset. Of a payment, its
//! beginning and its end are here; what lies between waits, and is not.

use crate::asking::ShopperChange;
use crate::callback::{Attempt, CallbackKind};
use crate::callback_control;
use crate::fault::FaultRule;
use crate::kustom::{Call, Kustom};
use crate::management;
use crate::message::{Problem, Request, Response};
use crate::order::{Event, Order, OrderState};
use crate::purchase::{Outcome, PaymentMethod, Purchase, Purchased};
use crate::refusal::PurchaseRefusal;
use crate::rendering;
use crate::test_person;
use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use kustom_api::{Address, CheckoutOrder, Customer, ErrorBody, FraudStatus, KustomOrderId, ManagedOrder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// One row of the list.
#[derive(Serialize)]
pub(crate) struct Summary<'a> {
    order_id: &'a KustomOrderId,
    state: OrderState,
    management_status: Option<&'a str>,
    fraud_status: Option<&'a FraudStatus>,
    merchant_reference1: Option<&'a str>,
    purchase_country: &'a str,
    purchase_currency: Option<&'a str>,
    order_amount: i64,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    acknowledged_at: Option<Timestamp>,
    next_push_at: Option<Timestamp>,
    pushes: usize,
    validations: usize,
}

/// Everything known about one order.
#[derive(Serialize)]
struct Details<'a> {
    #[serde(flatten)]
    summary: Summary<'a>,
    customer_typed: bool,
    is_being_paid: bool,
    /// With which the iframe's routes are called.
    browser_token: &'a str,
    checkout: &'a CheckoutOrder,
    management: Option<ManagedOrder>,
    history: &'a [Event],
    callbacks: &'a [Attempt],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShippingBody {
    id: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PayBody {
    outcome: Option<Outcome>,
    email: Option<String>,
    address: Map<String, Value>,
    customer: Option<Customer>,
    shipping_option: Option<String>,
    three_d_secure: bool,
    shipping_address: Option<Address>,
    method: PaymentMethod,
    checkboxes: Option<BTreeMap<String, bool>>,
}

/// `rest` is what follows `/_emulator`.
pub(crate) fn answer(kustom: &mut Kustom, rest: &[&str], request: &Request, now: Timestamp) -> Response {
    match (rest, &request.method) {
        (["orders"], &Method::GET) => {
            let orders: Vec<Summary<'_>> = kustom.orders().map(|order| summary(order, now)).collect();
            Response::json(StatusCode::OK, &json!({ "now": now, "orders": orders }))
        }
        (["orders", id], &Method::GET) => show(kustom, id, now),
        (["orders", id, "expire"], &Method::POST) => expire(kustom, id, now),
        (["requests"], &Method::GET) => {
            let requests: Vec<_> = kustom.exchanges().collect();
            Response::json(StatusCode::OK, &json!({ "requests": requests }))
        }
        (["callbacks"], &Method::GET) => callback_control::list(kustom),
        (["webhooks"], &Method::GET | &Method::PUT | &Method::DELETE) => {
            callback_control::webhooks(kustom, request, now)
        }
        (["orders", id, "dispute"], &Method::POST) => {
            callback_control::dispute(kustom, id, &request.body, now)
        }
        (["rules"], &Method::GET) => Response::json(StatusCode::OK, &kustom.rules.settable()),
        (["rules"], &Method::PATCH) => change_rules(kustom, &request.body),
        (["faults"], &Method::GET) => {
            Response::json(StatusCode::OK, &json!({ "faults": kustom.fault_rules() }))
        }
        (["faults"], &Method::POST) => add_fault(kustom, &request.body),
        (["faults"], &Method::DELETE) => {
            kustom.remove_faults();
            Response::json(StatusCode::OK, &json!({}))
        }
        (["faults", number], &Method::DELETE) => remove_fault(kustom, number),
        (["orders", id, "capture"], &Method::POST) => capture(kustom, id, now),
        (["reset"], &Method::POST) => {
            kustom.reset();
            Response::json(StatusCode::OK, &json!({}))
        }
        _ => Response::problem(
            StatusCode::NOT_FOUND,
            "NO_SUCH_ROUTE",
            "the emulator has no such route",
        ),
    }
}

pub(crate) fn no_such_order() -> Problem {
    Problem {
        status: StatusCode::NOT_FOUND,
        code: "NO_SUCH_ORDER",
        message: "no such order".to_owned(),
    }
}

pub(crate) fn summary(order: &Order, now: Timestamp) -> Summary<'_> {
    let managed = order.managed.as_ref();
    Summary {
        order_id: &order.id,
        state: order.state(now),
        management_status: managed.map(|managed| management::status_at(managed, now).as_str()),
        fraud_status: managed.map(|managed| &managed.fraud_status),
        merchant_reference1: order.checkout.merchant_reference1.as_deref(),
        purchase_country: order.purchase_country(),
        purchase_currency: order.checkout.purchase_currency.as_deref(),
        order_amount: order.checkout.order_amount.unwrap_or(0),
        started_at: order.checkout.started_at,
        completed_at: order.checkout.completed_at,
        acknowledged_at: order.acknowledged_at,
        next_push_at: order.next_push_at,
        pushes: order.count_attempts(CallbackKind::Push),
        validations: order.count_attempts(CallbackKind::Validation),
    }
}

pub(crate) fn show(kustom: &Kustom, id: &str, now: Timestamp) -> Response {
    let Some(order) = kustom.order(&KustomOrderId(id.to_owned())) else {
        return no_such_order().into();
    };
    let details = Details {
        summary: summary(order, now),
        customer_typed: order.customer_typed,
        is_being_paid: order.is_being_paid(),
        browser_token: &order.browser_token,
        checkout: &order.checkout,
        management: order
            .managed
            .as_ref()
            .map(|managed| management::as_of(managed, now)),
        history: &order.history,
        callbacks: &order.attempts,
    };
    Response::json(StatusCode::OK, &details)
}

/// What the body of `POST orders/{id}/pay` asks for.
pub(crate) fn purchase(kustom: &Kustom, id: &KustomOrderId, body: &[u8]) -> Result<Purchase, Problem> {
    let body = read_pay_body(body).map_err(|error| Problem::bad_body(&error))?;
    let order = kustom.order(id).ok_or_else(no_such_order)?;
    Ok(Purchase {
        address: shopper_address(order, &body).map_err(|error| Problem::bad_body(&error))?,
        customer: customer_of(order, &body).map(test_person::organization),
        shipping_option: body.shipping_option,
        outcome: body.outcome,
        three_d_secure: body.three_d_secure,
        shipping_address: body.shipping_address,
        method: body.method,
        checkboxes: body.checkboxes,
        ..Purchase::default()
    })
}

/// What the body of `POST orders/{id}/shipping-option` or `…/address` asks for.
pub(crate) fn change(
    kustom: &Kustom,
    id: &KustomOrderId,
    what: &str,
    body: &[u8],
) -> Result<ShopperChange, Problem> {
    let order = kustom.order(id).ok_or_else(no_such_order)?;
    if what == "shipping-option" {
        let body: ShippingBody = serde_json::from_slice(body).map_err(|error| Problem::bad_body(&error))?;
        return Ok(ShopperChange::ShippingOption { id: body.id });
    }
    let members: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| Problem::bad_body(&error))?;
    let body = PayBody {
        address: members,
        ..PayBody::default()
    };
    let address = shopper_address(order, &body).map_err(|error| Problem::bad_body(&error))?;
    Ok(ShopperChange::Address {
        address: Box::new(address),
        shipping_address: None,
        customer: None,
    })
}

/// How the payment ended.
pub(crate) fn paid(
    kustom: &Kustom,
    id: &KustomOrderId,
    outcome: Result<Purchased, PurchaseRefusal>,
) -> Response {
    match outcome {
        Ok(purchased) => {
            let fraud_status = kustom.order(id).and_then(|order| order.managed.as_ref());
            let fraud_status = fraud_status.map(|managed| &managed.fraud_status);
            let mut said = json!({
                "order_id": id,
                "outcome": purchased.outcome,
                "fraud_status": fraud_status,
            });
            if let Some(url) = purchased.redirect_url {
                said["redirect_url"] = json!(url);
            }
            Response::json(StatusCode::OK, &said)
        }
        // A rejection is what was asked for, so it is no error.
        Err(PurchaseRefusal::Rejected) => Response::json(
            StatusCode::OK,
            &json!({ "order_id": id, "outcome": Outcome::Rejected }),
        ),
        Err(refusal) => refusal.response(),
    }
}

fn read_pay_body(body: &[u8]) -> Result<PayBody, serde_json::Error> {
    if body.is_empty() {
        return Ok(PayBody::default());
    }
    serde_json::from_slice(body)
}

/// Who buys: whom the caller names, else the organisation for which the order was opened.
fn customer_of(order: &Order, body: &PayBody) -> Option<Customer> {
    let opened_for = order.checkout.customer.clone();
    let is_organization = order.customer_type() == Some("organization");
    match body.customer.clone() {
        Some(said) if said.customer_type.is_none() => Some(Customer {
            customer_type: order.customer_type().map(str::to_owned),
            ..said
        }),
        Some(said) => Some(said),
        None => opened_for.filter(|_| is_organization),
    }
}

/// The test person, with what the merchant prefilled or the customer typed, with what the caller asks for.
fn shopper_address(order: &Order, body: &PayBody) -> Result<Address, serde_json::Error> {
    let mut members = members_of(&test_person::of(order.purchase_country()))?;
    if let Some(known) = &order.checkout.billing_address {
        let said = members_of(known)?.into_iter();
        members.extend(said.filter(|(_, value)| value.as_str() != Some("")));
    }
    let customer = customer_of(order, body);
    let buys_as = customer.and_then(|customer| customer.customer_type);
    if buys_as.as_deref() == Some("organization") {
        let name = json!(test_person::ORGANIZATION_NAME);
        members.entry("organization_name").or_insert(name);
    }
    members.extend(body.address.clone());
    if let Some(email) = &body.email {
        members.insert("email".to_owned(), Value::String(email.clone()));
    }
    serde_json::from_value(Value::Object(members))
}

fn members_of(address: &Address) -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(address)?)
}

/// Answers all rules, as they stand in the order in which they are asked.
fn add_fault(kustom: &mut Kustom, body: &[u8]) -> Response {
    let rule: FaultRule = match serde_json::from_slice(body) {
        Ok(rule) => rule,
        Err(error) => return Problem::bad_body(&error).into(),
    };
    match kustom.add_fault(rule) {
        Ok(()) => Response::json(StatusCode::CREATED, &json!({ "faults": kustom.fault_rules() })),
        Err(error) => Response::problem(StatusCode::BAD_REQUEST, "BAD_FAULT", &error.to_string()),
    }
}

/// Answers all rules, as they are from now on. What is under way goes on by those it began with.
fn change_rules(kustom: &mut Kustom, body: &[u8]) -> Response {
    let changes: Map<String, Value> = match serde_json::from_slice(body) {
        Ok(changes) => changes,
        Err(error) => return Problem::bad_body(&error).into(),
    };
    match kustom.rules.changed(changes) {
        Ok(rules) => {
            kustom.rules = rules;
            Response::json(StatusCode::OK, &kustom.rules.settable())
        }
        Err(error) => Response::problem(StatusCode::BAD_REQUEST, "BAD_RULE", &error.to_string()),
    }
}

/// Captures what is left of the authorization, as the merchant would by order management.
fn capture(kustom: &mut Kustom, id: &str, now: Timestamp) -> Response {
    let Some(order) = kustom.order(&KustomOrderId(id.to_owned())) else {
        return no_such_order().into();
    };
    let Some(managed) = &order.managed else {
        let message = "only a bought order is captured";
        return Response::problem(StatusCode::CONFLICT, "ORDER_NOT_BOUGHT", message);
    };
    let request = Request {
        method: Method::POST,
        path: format!("/ordermanagement/v1/orders/{id}/captures"),
        headers: HeaderMap::new(),
        body: rendering::bytes(&json!({ "captured_amount": managed.remaining_authorized_amount })),
        base_url: order.base_url.clone(),
    };
    let call = Call {
        request: &request,
        correlation_id: kustom.ids.uuid().to_string(),
    };
    let response = management::answer(kustom, id, &["captures"], &call, now);
    if response.status.is_success() {
        return show(kustom, id, now);
    }
    let said: Option<ErrorBody> = serde_json::from_slice(&response.body).ok();
    let message = said.map(|said| format!("{}: {}", said.error_code, said.error_messages.join("; ")));
    let message = message.unwrap_or_else(|| format!("order management answers {}", response.status));
    Response::problem(StatusCode::CONFLICT, "CAPTURE_REFUSED", &message)
}

fn remove_fault(kustom: &mut Kustom, number: &str) -> Response {
    let is_removed = number.parse().is_ok_and(|number| kustom.remove_fault(number));
    if !is_removed {
        let message = "no rule has this number";
        return Response::problem(StatusCode::NOT_FOUND, "NO_SUCH_FAULT", message);
    }
    Response::json(StatusCode::OK, &json!({ "faults": kustom.fault_rules() }))
}

fn expire(kustom: &mut Kustom, id: &str, now: Timestamp) -> Response {
    let id = KustomOrderId(id.to_owned());
    if kustom.order(&id).is_none() {
        return no_such_order().into();
    }
    match kustom.expire(&id, now) {
        Ok(()) | Err(OrderState::Expired) => show(kustom, &id.0, now),
        Err(_) => Response::problem(
            StatusCode::CONFLICT,
            "ORDER_COMPLETE",
            "a bought order does not expire here",
        ),
    }
}
