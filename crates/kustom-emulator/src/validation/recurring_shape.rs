//! The schema of a purchase by a recurring token.
//!
//! Source: <https://docs.kustom.co/v3/checkout/use-cases/recurring>. What is beyond amounts, lines and references comes from
//! the API's earlier owner.

use super::order_shape::{AMOUNT, ATTACHMENT, CURRENCY, ORDER_LINES, TEXT_255, URL};
use super::shape::Rule::{Flag, Object, Text};
use super::shape::{Shape, optional, required};
use super::{Finding, check_lines, check_totals, forgive_unknown, said, typed, urls};
use crate::strictness::Strictness;
use kustom_api::{CheckoutOptions, CheckoutOrder};
use serde_json::Value;

pub(super) const RECURRING: Shape = Shape::new(
    "TokenOrder",
    &[
        required("purchase_currency", CURRENCY),
        required("order_amount", AMOUNT),
        required("order_tax_amount", AMOUNT),
        required("order_lines", ORDER_LINES),
        optional("merchant_reference1", TEXT_255),
        optional("merchant_reference2", TEXT_255),
        optional("merchant_data", Text { min: 0, max: 6000 }),
        optional("merchant_urls", Object(&MERCHANT_URLS)),
        optional("attachment", Object(&ATTACHMENT)),
        optional("auto_capture", Flag),
    ],
);

const MERCHANT_URLS: Shape = Shape::new(
    "TokenMerchantUrls",
    &[optional("confirmation", URL), optional("push", URL)],
);

/// Reads the body of `POST /customer-token/v1/tokens/{token}/order`. `auto_capture` becomes the checkout's option.
pub(crate) fn read_recurring(
    body: &[u8],
    currency: Option<&str>,
    strictness: Strictness,
) -> Result<CheckoutOrder, Vec<Finding>> {
    let mut members = said(body, strictness)?;
    let mut findings = Vec::new();
    RECURRING.check(&members, "", &mut findings);
    forgive_unknown(&mut findings, strictness);
    check_lines(&members, strictness, &mut findings);
    urls::check(&members, strictness, &mut findings);
    if !findings.is_empty() {
        return Err(findings);
    }
    let auto_capture = members.remove("auto_capture").as_ref().and_then(Value::as_bool);
    let mut order: CheckoutOrder = typed(members)?;
    findings.extend(check_totals(&order, &strictness));
    let sent = order.purchase_currency.as_deref().unwrap_or_default();
    if !currency.is_some_and(|currency| currency.eq_ignore_ascii_case(sent)) {
        findings.push(Finding::new(
            "purchase_currency",
            "is not that of the first purchase",
        ));
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    order.options = auto_capture.map(|auto_capture| CheckoutOptions {
        auto_capture: Some(auto_capture),
        ..CheckoutOptions::default()
    });
    Ok(order)
}
