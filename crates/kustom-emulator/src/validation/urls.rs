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

pub(super) fn check(members: &Map<String, Value>, strictness: Strictness, findings: &mut Vec<Finding>) {
    let urls = members.get("merchant_urls").and_then(Value::as_object);
    for (name, value) in urls.into_iter().flatten() {
        if let Some(text) = value.as_str() {
            check_url(name, text, strictness, findings);
        }
    }
}

fn check_url(name: &str, text: &str, strictness: Strictness, findings: &mut Vec<Finding>) {
    let path = format!("merchant_urls.{name}");
    match web_address(text) {
        Some(url) => {
            let excused = match strictness.callback_scheme {
                CallbackScheme::HttpsExceptLoopback => is_loopback(&url),
                CallbackScheme::Https => false,
                CallbackScheme::Any => true,
            };
            if HTTPS_ONLY.contains(&name) && url.scheme() == "http" && !excused {
                findings.push(Finding::told(path, "must be a valid https URI"));
            }
        }
        None => findings.push(Finding::told(path, "must be a valid http or https URI")),
    }
}

/// The parser forgives white space and missing slashes, as a browser's address bar does. No URI of the web has the one or
/// lacks the other.
pub(super) fn web_address(text: &str) -> Option<Url> {
    let is_plain = |letter: char| !letter.is_whitespace() && !letter.is_control();
    let url = Url::parse(text).ok()?;
    let after_scheme = text.get(url.scheme().len()..)?;
    let is_written_plainly = text.chars().all(is_plain) && after_scheme.starts_with("://");
    (is_written_plainly && matches!(url.scheme(), "http" | "https")).then_some(url)
}

/// What Kustom would call from its own servers.
pub(crate) fn is_callback_url(text: &str, rules: &Rules) -> bool {
    let mut findings = Vec::new();
    check_url("validation", text, rules.strictness, &mut findings);
    findings.is_empty()
}

/// What a shopper is sent to or shown from outside the shop. A developer's own machine is excused.
pub(super) fn is_https(text: &str) -> bool {
    text.len() <= 2000
        && web_address(text)
            .is_some_and(|url| url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url))
}

/// The machine itself: what a developer's shop and its own certificates live on.
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host().is_some_and(|host| match host {
        Host::Domain(name) => is_local_name(name),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    })
}

/// Whether a caller who uses this name means the machine that it runs on. Who asks for "any address" gets there, too.
pub(crate) fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Domain(name) => is_local_name(name),
        Host::Ipv4(address) => address.is_loopback() || address.is_unspecified(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unspecified(),
    }
}

/// Reserved by RFC 6761: no name server decides about these.
fn is_local_name(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
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
