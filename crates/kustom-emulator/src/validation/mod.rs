//! Kustom's checks of an order, all of them reported at once.
//!
//! The documented answer names paths and seldom reasons (`Bad value: order_lines[0].total_tax_amount`). The reasons
//! that we know are kept beside them, for the request log and for the person who reads it.
//! Source: <https://docs.kustom.co/contents/checkout/additional-resources/errors-in-checkout>.

mod amounts;
mod hosted_shape;
mod management_shape;
mod market;
mod order_shape;
mod recurring_shape;
mod shape;
mod urls;

use crate::kustom::Rules;
use kustom_api::{CheckoutOrder, OrderLine};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use amounts::check_totals;
pub(crate) use hosted_shape::{read_distribution, read_session};
pub(crate) use management_shape::{
    read_authorization, read_capture, read_customer_update, read_references, read_refund, read_shipping_info,
};
pub(crate) use recurring_shape::read_recurring;
pub(crate) use urls::{is_callback_url, is_loopback};

/// One value that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    reason: String,
    /// Whether Kustom itself says the reason on the wire.
    reason_is_told: bool,
}

impl Finding {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
            reason_is_told: false,
        }
    }

    pub(crate) fn told(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            reason_is_told: true,
            ..Self::new(path, reason)
        }
    }

    /// As it stands in `error_messages`.
    pub(crate) fn message(&self) -> String {
        if self.reason_is_told {
            format!("Bad value: {} ({})", self.path, self.reason)
        } else {
            format!("Bad value: {}", self.path)
        }
    }

    /// As it stands in the request log.
    pub(crate) fn explanation(&self) -> String {
        format!("{}: {}", self.path, self.reason)
    }
}

/// What a body set. Members that only Kustom sets are left out, and so are those that cannot be read.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) order: CheckoutOrder,
    members: Vec<String>,
    unreadable: Vec<String>,
    findings: Vec<Finding>,
}

impl Sent {
    pub(crate) fn has(&self, member: &str) -> bool {
        self.members.iter().any(|name| name == member)
    }

    /// Adds what concerns several members, checked on the order as it would become, to what was found before.
    pub(crate) fn findings_with(mut self, whole: &CheckoutOrder) -> Vec<Finding> {
        let summed = ["order_amount", "order_tax_amount", "order_lines"];
        let sums_are_known = !self.unreadable.iter().any(|name| summed.contains(&name.as_str()));
        if sums_are_known && whole.order_lines.is_some() {
            self.findings.extend(check_totals(whole));
        }
        market::check_currency(whole, &mut self.findings);
        urls::check_distinct(whole, &mut self.findings);
        self.findings
    }
}

/// Reads the body of a create.
pub(crate) fn read_new_order(body: &[u8], rules: &Rules) -> Result<Sent, Vec<Finding>> {
    read(body, order_shape::REQUIRED_ON_CREATE, rules)
}

/// Reads the body of an update, which holds only what shall change.
pub(crate) fn read_update(body: &[u8], rules: &Rules) -> Result<Sent, Vec<Finding>> {
    read(body, &[], rules)
}

/// Reads the answer to a question about a way to ship, an address or a country. Unlike an update it is about the whole
/// cart, and it may hold less besides.
pub(crate) fn read_answer(body: &[u8]) -> Result<Sent, Vec<Finding>> {
    let members = object(body)?;
    let mut findings = Vec::new();
    order_shape::ANSWER.check(&members, "", &mut findings);
    check_lines(&members, &mut findings);
    if !findings.is_empty() {
        return Err(findings);
    }
    Ok(Sent {
        order: typed(members)?,
        members: Vec::new(),
        unreadable: Vec::new(),
        findings,
    })
}

fn read(body: &[u8], required: &[&str], rules: &Rules) -> Result<Sent, Vec<Finding>> {
    let mut members = object(body)?;
    members.retain(|name, _| !order_shape::SERVER_OWNED.contains(&name.as_str()));
    let mut findings: Vec<Finding> = required
        .iter()
        .filter(|name| !members.contains_key(**name))
        .map(|name| Finding::new(*name, "is required"))
        .collect();
    check_lines(&members, &mut findings);
    urls::check(&members, rules, &mut findings);
    let unreadable = remove_unreadable(&mut members, &mut findings);
    let names = members.keys().cloned().collect();
    Ok(Sent {
        order: typed(members)?,
        members: names,
        unreadable,
        findings,
    })
}

fn remove_unreadable(members: &mut Map<String, Value>, findings: &mut Vec<Finding>) -> Vec<String> {
    let mut unreadable = Vec::new();
    for (name, value) in members.iter() {
        let before = findings.len();
        order_shape::ORDER.check_member(name, value, "", findings);
        if findings.len() > before {
            unreadable.push(name.clone());
        }
    }
    members.retain(|name, _| !unreadable.contains(name));
    unreadable
}

/// Each line that can be read is calculated, even when its neighbours cannot.
fn check_lines(members: &Map<String, Value>, findings: &mut Vec<Finding>) {
    let lines = members.get("order_lines").and_then(Value::as_array);
    for (index, value) in lines.into_iter().flatten().enumerate() {
        // Order management may leave tax out of a line, and reads as zero what a merchant must say.
        let says_its_tax = ["tax_rate", "total_tax_amount"]
            .iter()
            .all(|name| value.get(name).is_some());
        if says_its_tax && let Ok(line) = serde_json::from_value::<OrderLine>(value.clone()) {
            amounts::check_line(&line, &format!("order_lines[{index}]"), findings);
        }
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Vec<Finding>> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(vec![Finding::told("body", "must be a JSON object")]),
        Err(error) => Err(vec![Finding::told("body", format!("not valid JSON: {error}"))]),
    }
}

fn typed<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Vec<Finding>> {
    serde_json::from_value(Value::Object(members))
        .map_err(|error| vec![Finding::told("body", error.to_string())])
}

#[cfg(test)]
mod tests;
