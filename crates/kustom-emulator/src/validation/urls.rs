//! The merchant's addresses. Source: <https://docs.kustom.co/contents/api/checkout>, `merchant_urls`.

use super::Finding;
use crate::rules::Rules;
use crate::strictness::{CallbackScheme, DistinctUrls, Strictness};
use kustom_api::{CheckoutOrder, MerchantUrls};
use serde_json::{Map, Value};
use url::{Host, Url};

/// Kustom calls these from its servers only over TLS.
const HTTPS_ONLY: &[&str] = &[
    "validation",
    "shipping_option_update",
    "address_update",
    "country_change",
];

pub(super) fn check(members: &Map<String, Value>, rules: &Rules, findings: &mut Vec<Finding>) {
    let urls = members.get("merchant_urls").and_then(Value::as_object);
    for (name, value) in urls.into_iter().flatten() {
        if let Some(text) = value.as_str() {
            check_url(name, text, rules, findings);
        }
    }
}

fn check_url(name: &str, text: &str, rules: &Rules, findings: &mut Vec<Finding>) {
    let path = format!("merchant_urls.{name}");
    // The parser forgives white space, which no URI has.
    let is_written_plainly = !text
        .chars()
        .any(|letter| letter.is_whitespace() || letter.is_control());
    match Url::parse(text) {
        Ok(url) if is_written_plainly && matches!(url.scheme(), "http" | "https") => {
            let excused = match rules.strictness.callback_scheme {
                CallbackScheme::HttpsExceptLoopback => is_loopback(&url),
                CallbackScheme::Https => false,
                CallbackScheme::Any => true,
            };
            if HTTPS_ONLY.contains(&name) && url.scheme() == "http" && !excused {
                findings.push(Finding::told(path, "must be a valid https URI"));
            }
        }
        _ => findings.push(Finding::told(path, "must be a valid http or https URI")),
    }
}

/// What Kustom would call from its own servers.
pub(crate) fn is_callback_url(text: &str, rules: &Rules) -> bool {
    let mut findings = Vec::new();
    check_url("validation", text, rules, &mut findings);
    findings.is_empty()
}

/// What a shopper is sent to or shown from outside the shop. A developer's own machine is excused.
pub(super) fn is_https(text: &str) -> bool {
    text.len() <= 2000
        && Url::parse(text)
            .is_ok_and(|url| url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url))
}

/// The machine itself: what a developer's shop and its own certificates live on.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The push address must differ from the two pages that the shopper sees.
pub(super) fn check_distinct(order: &CheckoutOrder, strictness: &Strictness, findings: &mut Vec<Finding>) {
    let Some(urls) = &order.merchant_urls else {
        return;
    };
    if urls.push.is_some() && (urls.push == urls.checkout || urls.push == urls.confirmation) {
        let reason = "must differ from checkout and confirmation";
        findings.push(Finding::new("merchant_urls.push", reason));
    }
    if strictness.distinct_urls == DistinctUrls::All {
        check_pages(urls, findings);
    }
}

fn check_pages(urls: &MerchantUrls, findings: &mut Vec<Finding>) {
    let pages = [
        ("terms", &urls.terms),
        ("checkout", &urls.checkout),
        ("confirmation", &urls.confirmation),
        ("push", &urls.push),
    ];
    for (index, (name, url)) in pages.iter().enumerate() {
        // The push has been compared with two of them.
        let others = pages[..index]
            .iter()
            .filter(|(other, _)| *name != "push" || *other == "terms");
        if url.is_some() && others.into_iter().any(|(_, other)| other == url) {
            let reason = "must differ from the other addresses";
            findings.push(Finding::new(format!("merchant_urls.{name}"), reason));
        }
    }
}
