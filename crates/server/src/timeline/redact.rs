//! What may be shown of a request or an answer. Pure, and careful by construction: what is not known to be harmless is hidden.
//!
//! A body that is neither JSON nor a form is told by its length and type alone, and so is JSON that cannot be read: half a body
//! has its names where nobody can tell that they are names. Bodies are cut after they were redacted, never before.

mod json;

use kassa_commerce::id::CartId;
use percent_encoding::percent_decode_str;

pub const HIDDEN: &str = "***";
const CART_ID: &str = "{cartId}";

/// A cart with ten items, or a Kustom order of as many, is shown whole.
pub const MAX_BODY_CHARS: usize = 16 * 1024;

/// Words of a route are short; what is longer is an id, a token or somebody's text.
const MAX_WORD_CHARS: usize = 32;
const MAX_ID_CHARS: usize = 64;

/// Behind these the path of a Kustom order has its id, which opens nothing.
const BEFORE_ORDER_ID: [&str; 2] = ["orders", "push"];

/// Values in a query or a form that open nothing.
const SHOWN_VALUES: [&str; 3] = ["order_id", "event", "after"];

/// Media types that are shown by name. Anybody can write anything else into the header.
const MEDIA_TYPES: [&str; 7] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "text/event-stream",
    "text/html",
    "text/plain",
    "application/octet-stream",
];

/// Headers whose values say nothing about a person and open nothing.
const SHOWN_HEADERS: [&str; 18] = [
    "accept",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "cache-control",
    "connection",
    "content-length",
    "content-security-policy",
    "host",
    "idempotency-key",
    "klarna-correlation-id",
    "last-event-id",
    "origin",
    "referrer-policy",
    "retry-after",
    "user-agent",
    "vary",
    "x-content-type-options",
    "x-idempotency-key",
];

const URL_HEADERS: [&str; 2] = ["location", "referer"];

/// Replaces a cart's id, however it is written.
pub fn cart_id(text: &str, id: CartId) -> String {
    let hyphenated = id.0.hyphenated().to_string();
    let simple = id.0.simple().to_string();
    let text = replace_ignoring_case(text, &hyphenated);
    replace_ignoring_case(&text, &simple)
}

fn replace_ignoring_case(text: &str, wanted: &str) -> String {
    // Only letters and digits of one byte are folded, so positions are the same in both.
    let folded = text.to_ascii_lowercase();
    let mut written = String::with_capacity(text.len());
    let mut rest = 0;
    for (at, found) in folded.match_indices(wanted) {
        written.push_str(&text[rest..at]);
        written.push_str(CART_ID);
        rest = at + found.len();
    }
    written.push_str(&text[rest..]);
    written
}

/// An address, absolute or not. User, fragment and unknown values are left out or hidden.
pub fn url(text: &str, id: CartId) -> String {
    let without_fragment = text.split('#').next().unwrap_or_default();
    let (address, query) = match without_fragment.split_once('?') {
        Some((address, query)) => (address, Some(query)),
        None => (without_fragment, None),
    };
    let (origin, path) = split_origin(address);
    let mut shown = format!("{origin}{}", self::path(path, id));
    if let Some(query) = query {
        shown.push('?');
        shown.push_str(&form(query, id));
    }
    shown
}

fn split_origin(address: &str) -> (String, &str) {
    let Some((scheme, rest)) = address.split_once("://") else {
        return (String::new(), address);
    };
    if !matches!(scheme, "http" | "https") {
        return (HIDDEN.to_owned(), "");
    }
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit('@').next().unwrap_or_default();
    (format!("{scheme}://{host}"), path)
}

/// A path, of which only words are shown, ids of Kustom orders, and where the cart's id stood.
pub fn path(path: &str, id: CartId) -> String {
    let mut before = "";
    let segments = path.split('/').map(|segment| {
        let shown = match segment {
            "" => "",
            segment if is_cart_id(segment, id) => CART_ID,
            segment if before == "carts" && uuid::Uuid::try_parse(segment).is_ok() => HIDDEN,
            segment if is_word(segment) => segment,
            segment if BEFORE_ORDER_ID.contains(&before) && is_id(segment) => segment,
            _ if before == "checkout" || before == "ordermanagement" => segment_version(segment),
            _ => HIDDEN,
        };
        before = segment;
        shown
    });
    segments.collect::<Vec<_>>().join("/")
}

/// `v3`, `v1`.
fn segment_version(segment: &str) -> &str {
    let is_version =
        segment.len() == 2 && segment.starts_with('v') && segment.ends_with(|c: char| c.is_ascii_digit());
    if is_version { segment } else { HIDDEN }
}

fn is_cart_id(text: &str, id: CartId) -> bool {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    decoded.parse::<CartId>().is_ok_and(|named| named == id)
}

fn is_word(text: &str) -> bool {
    text.len() <= MAX_WORD_CHARS
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_'))
}

fn is_id(text: &str) -> bool {
    (1..=MAX_ID_CHARS).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// A query, or a form, which is written in the same way.
pub fn form(text: &str, id: CartId) -> String {
    let pairs = text.split('&').map(|pair| {
        let (name, value) = match pair.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (pair, None),
        };
        let shown_name = if is_word(name) { name } else { HIDDEN };
        match value {
            Some(value) => format!("{shown_name}={}", form_value(name, value, id)),
            None => shown_name.to_owned(),
        }
    });
    cut(pairs.collect::<Vec<_>>().join("&"))
}

fn form_value<'a>(name: &str, value: &'a str, id: CartId) -> &'a str {
    let is_placeholder = matches!(value, "{checkout.order.id}" | "%7Bcheckout.order.id%7D");
    match () {
        () if is_cart_id(value, id) => CART_ID,
        () if SHOWN_VALUES.contains(&name) && (is_id(value) || is_placeholder) => value,
        () => HIDDEN,
    }
}

/// A header's value, by its name in lower case.
pub fn header(name: &str, value: &[u8], id: CartId) -> String {
    let Ok(text) = std::str::from_utf8(value) else {
        return HIDDEN.to_owned();
    };
    match name {
        "content-type" => media_type(text).to_owned(),
        name if URL_HEADERS.contains(&name) => url(text, id),
        name if SHOWN_HEADERS.contains(&name) && !text.contains('@') => cart_id(text, id),
        _ => HIDDEN.to_owned(),
    }
}

/// The media type without its parameters, if it is one of those that are known.
pub fn media_type(text: &str) -> &'static str {
    let essence = text.split(';').next().unwrap_or_default().trim();
    let known = MEDIA_TYPES
        .iter()
        .find(|known| essence.eq_ignore_ascii_case(known));
    known.copied().unwrap_or(HIDDEN)
}

/// A body as it may be shown. `None` if there was none.
pub fn body(content_type: Option<&str>, bytes: &[u8], id: CartId) -> Option<String> {
    if bytes.is_empty() {
        return None;
    }
    let media_type = content_type.map_or("no type", media_type);
    let shown = match media_type {
        "application/json" => json::document(bytes, id),
        "application/x-www-form-urlencoded" => std::str::from_utf8(bytes).ok().map(|text| form(text, id)),
        _ => None,
    };
    Some(shown.map_or_else(|| told_by_length(bytes.len(), media_type), cut))
}

/// All that is told of a body that nobody has read.
pub fn told_by_length(bytes: usize, media_type: &str) -> String {
    format!("({bytes} bytes, {media_type})")
}

fn cut(text: String) -> String {
    let Some((end, _)) = text.char_indices().nth(MAX_BODY_CHARS) else {
        return text;
    };
    format!("{}… ({} characters in all)", &text[..end], text.chars().count())
}

#[cfg(test)]
mod tests;
