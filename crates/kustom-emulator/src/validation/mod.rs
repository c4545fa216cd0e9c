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
mod shipping;
mod shipping_shape;
mod urls;

use crate::rules::Rules;
use crate::strictness::{
    CurrencyRule, MerchantUrlsOnCreate, NullMembers, ReadOnlyMembers, Strictness, UnknownMembers,
};
use kustom_api::{CheckoutOrder, OrderLine};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use amounts::check_totals;
pub(crate) use amounts::order_tax;
pub(crate) use hosted_shape::{read_distribution, read_session};
pub(crate) use management_shape::{
    read_authorization, read_capture, read_customer_update, read_references, read_refund, read_shipping_info,
};
pub(crate) use order_shape::{REQUIRED_ON_CREATE, SERVER_OWNED};
pub(crate) use recurring_shape::read_recurring;
pub(crate) use shape::{Need, Rule, Shape, Written};
pub(crate) use urls::{is_callback_url, is_loopback, is_this_machine};

/// One value that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    reason: String,
    /// Whether Kustom itself says the reason on the wire.
    reason_is_told: bool,
    is_unknown_member: bool,
}

impl Finding {
    pub(crate) fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            reason: reason.into(),
            reason_is_told: false,
            is_unknown_member: false,
        }
    }

    pub(crate) fn unknown_member(path: impl Into<String>) -> Self {
        Self {
            is_unknown_member: true,
            ..Self::new(path, "is not a member of the schema")
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
    strictness: Strictness,
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
            self.findings.extend(check_totals(whole, &self.strictness));
        }
        if self.strictness.currency == CurrencyRule::OfCountry {
            market::check_currency(whole, &mut self.findings);
        }
        shipping::check_fee(whole, &self.strictness, &mut self.findings);
        urls::check_distinct(whole, &self.strictness, &mut self.findings);
        self.findings
    }
}

/// The bodies of the checkout API, of hosted payment pages and of tokens, and the answers to questions.
pub(crate) fn shapes_of_checkout() -> [&'static Shape; 5] {
    use {hosted_shape::DISTRIBUTION, hosted_shape::SESSION, recurring_shape::RECURRING};
    [
        &order_shape::ORDER,
        &order_shape::ANSWER,
        &SESSION,
        &DISTRIBUTION,
        &RECURRING,
    ]
}

/// The bodies of order management.
pub(crate) fn shapes_of_management() -> [&'static Shape; 6] {
    use management_shape::{AUTHORIZATION, CAPTURE, CUSTOMER, REFUND, SHIPPING_INFOS};
    [
        &CAPTURE,
        &REFUND,
        &AUTHORIZATION,
        &CUSTOMER,
        &SHIPPING_INFOS,
        &order_shape::REFERENCES,
    ]
}

/// Reads the body of a create.
pub(crate) fn read_new_order(body: &[u8], rules: &Rules) -> Result<Sent, Vec<Finding>> {
    let required = match rules.strictness.merchant_urls {
        MerchantUrlsOnCreate::Required => REQUIRED_ON_CREATE,
        MerchantUrlsOnCreate::Optional => order_shape::REQUIRED_BY_SCHEMA,
    };
    read(body, required, rules)
}

/// Reads the body of an update, which holds only what shall change.
pub(crate) fn read_update(body: &[u8], rules: &Rules) -> Result<Sent, Vec<Finding>> {
    read(body, &[], rules)
}

/// Reads the answer to a question about a way to ship, an address or a country. Unlike an update it is about the whole
/// cart, and it may hold less besides.
pub(crate) fn read_answer(body: &[u8], strictness: Strictness) -> Result<Sent, Vec<Finding>> {
    let members = said(body, strictness)?;
    let mut findings = Vec::new();
    order_shape::ANSWER.check(&members, "", &mut findings);
    forgive_unknown(&mut findings, strictness);
    check_lines(&members, strictness, &mut findings);
    if !findings.is_empty() {
        return Err(findings);
    }
    Ok(Sent {
        order: typed(members)?,
        members: Vec::new(),
        unreadable: Vec::new(),
        findings,
        strictness,
    })
}

fn read(body: &[u8], required: &[&str], rules: &Rules) -> Result<Sent, Vec<Finding>> {
    let strictness = rules.strictness;
    let mut members = said(body, strictness)?;
    let mut findings = read_only(&mut members, strictness);
    let missing = required.iter().filter(|name| !members.contains_key(**name));
    findings.extend(missing.map(|name| Finding::new(*name, "is required")));
    check_lines(&members, strictness, &mut findings);
    urls::check(&members, strictness, &mut findings);
    let unreadable = remove_unreadable(&mut members, strictness, &mut findings);
    let names = members.keys().cloned().collect();
    Ok(Sent {
        order: typed(members)?,
        members: names,
        unreadable,
        findings,
        strictness,
    })
}

/// Takes out what only Kustom sets.
fn read_only(members: &mut Map<String, Value>, strictness: Strictness) -> Vec<Finding> {
    let is_read_only = |name: &String| SERVER_OWNED.contains(&name.as_str());
    let sent: Vec<String> = members
        .keys()
        .filter(|name| is_read_only(name))
        .cloned()
        .collect();
    members.retain(|name, _| !is_read_only(name));
    match strictness.read_only_members {
        ReadOnlyMembers::Ignored => Vec::new(),
        ReadOnlyMembers::Refused => sent
            .into_iter()
            .map(|name| Finding::new(name, "is set by Kustom only"))
            .collect(),
    }
}

fn forgive_unknown(findings: &mut Vec<Finding>, strictness: Strictness) {
    if strictness.unknown_members == UnknownMembers::Ignored {
        findings.retain(|finding| !finding.is_unknown_member);
    }
}

fn remove_unreadable(
    members: &mut Map<String, Value>,
    strictness: Strictness,
    findings: &mut Vec<Finding>,
) -> Vec<String> {
    let mut unreadable = Vec::new();
    for (name, value) in members.iter() {
        let mut found = Vec::new();
        order_shape::ORDER.check_member(name, value, "", &mut found);
        forgive_unknown(&mut found, strictness);
        if !found.is_empty() {
            unreadable.push(name.clone());
            findings.append(&mut found);
        }
    }
    members.retain(|name, _| !unreadable.contains(name));
    unreadable
}

/// Each line that can be read is calculated, even when its neighbours cannot.
fn check_lines(members: &Map<String, Value>, strictness: Strictness, findings: &mut Vec<Finding>) {
    let lines = members.get("order_lines").and_then(Value::as_array);
    for (index, value) in lines.into_iter().flatten().enumerate() {
        // Order management may leave tax out of a line, and reads as zero what a merchant must say.
        let says_its_tax = ["tax_rate", "total_tax_amount"]
            .iter()
            .all(|name| value.get(name).is_some());
        if says_its_tax && let Ok(line) = serde_json::from_value::<OrderLine>(value.clone()) {
            amounts::check_line(&line, &format!("order_lines[{index}]"), &strictness, findings);
        }
    }
}

/// Reads a body of which all mistakes are in its shape.
fn read_shaped<T: DeserializeOwned>(
    body: &[u8],
    shape: &Shape,
    strictness: Strictness,
) -> Result<T, Vec<Finding>> {
    let members = said(body, strictness)?;
    let mut findings = Vec::new();
    shape.check(&members, "", &mut findings);
    forgive_unknown(&mut findings, strictness);
    match findings.is_empty() {
        true => typed(members),
        false => Err(findings),
    }
}

fn said(body: &[u8], strictness: Strictness) -> Result<Map<String, Value>, Vec<Finding>> {
    let members = object(body)?;
    Ok(match strictness.null_members {
        NullMembers::Ignored => shape::without_nulls(members),
        NullMembers::Refused => members,
    })
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

#[cfg(test)]
mod limits;
