//! JSON, of which only members are shown that are known to be harmless. The lists are of the storefront API and of Kustom's.

use super::{HIDDEN, cart_id, url};
use kassa_commerce::id::CartId;
use serde_json::{Map, Value};

/// Names of members are identifiers. What is longer is somebody's text.
const MAX_NAME_CHARS: usize = 40;

/// Text under these names is a number of ours or of Kustom's, a code, a state, a date of the purchase, or our own sentence.
const TEXT: &[&str] = &[
    "allowedCountries",
    "allowed_customer_types",
    "billing_countries",
    "captured_at",
    "cartItemId",
    "cartNumber",
    "cartState",
    "channelKey",
    "code",
    "completed_at",
    "correlation_id",
    "countries",
    "country",
    "countryCode",
    "couponCode",
    "coupons",
    "created_at",
    "currencyCode",
    "defaultCountryCode",
    "deliveryNumber",
    "error_code",
    "error_messages",
    "error_text",
    "error_type",
    "expires_at",
    "fraud_status",
    "invalidCoupons",
    "kustomOrderId",
    "kustomPendingHash",
    "kustomSyncHash",
    "last_modified_at",
    "locale",
    "merchant_reference1",
    "merchant_reference2",
    "message",
    "messageRendered",
    "messageTemplate",
    "messageType",
    "messages",
    "orderId",
    "orderNumber",
    "orderState",
    "order_id",
    "productNumber",
    "profileKey",
    "provider",
    "purchase_country",
    "purchase_currency",
    "quantity_unit",
    "reason",
    "shipping_countries",
    "shipping_method",
    "started_at",
    "status",
    "taxCountryCode",
    "taxIdType",
    "type",
];

/// What is sold has a name; so has whoever buys. Inside of these it is the former.
const GOODS: &[&str] = &[
    "items",
    "order_lines",
    "promotions",
    "shipping_options",
    "selected_shipping_option",
];
const TEXT_OF_GOODS: &[&str] = &["name", "description", "reference", "id"];

const URLS: &[&str] = &[
    "checkoutUrl",
    "confirmationUrl",
    "image",
    "image_url",
    "product_url",
    "redirect_url",
    "termsUrl",
];
/// Every member of it is an address.
const MERCHANT_URLS: &str = "merchant_urls";

/// Long, and with the key to the order inside.
const SNIPPETS: &[&str] = &["htmlSnippet", "html_snippet"];

/// Numbers under names that end like this are amounts, rates and counts.
const NUMBERS: &[&str] = &[
    "amount",
    "delay",
    "digits",
    "discount",
    "fee",
    "installments",
    "price",
    "quantity",
    "rate",
    "revision",
    "status",
    "tax",
    "total",
    "version",
];

#[derive(Clone, Copy)]
enum Inside {
    Anything,
    Goods,
    Urls,
}

/// The document with everything hidden that is not known to be harmless, or `None` if it is no JSON.
pub(super) fn document(bytes: &[u8], id: CartId) -> Option<String> {
    let value: Value = serde_json::from_slice(bytes).ok()?;
    let shown = shown(value, "", Inside::Anything, id);
    serde_json::to_string(&shown).ok()
}

fn shown(value: Value, name: &str, inside: Inside, id: CartId) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value,
        Value::Number(_) if is_amount(name) => value,
        Value::Number(_) => HIDDEN.into(),
        Value::String(text) => self::text(&text, name, inside, id).into(),
        Value::Array(values) => values
            .into_iter()
            .map(|value| shown(value, name, inside, id))
            .collect(),
        Value::Object(members) => object(members, name, inside, id),
    }
}

fn object(members: Map<String, Value>, name: &str, inside: Inside, id: CartId) -> Value {
    let inside = match name {
        MERCHANT_URLS => Inside::Urls,
        name if GOODS.contains(&name) => Inside::Goods,
        _ => inside,
    };
    members
        .into_iter()
        .map(|(name, value)| {
            let value = shown(value, &name, inside, id);
            let name = if is_name(&name) { name } else { HIDDEN.to_owned() };
            (name, value)
        })
        .collect::<Map<_, _>>()
        .into()
}

fn text(text: &str, name: &str, inside: Inside, id: CartId) -> String {
    if SNIPPETS.contains(&name) {
        return format!("({} characters)", text.chars().count());
    }
    if name == "cartId" {
        return "{cartId}".to_owned();
    }
    let is_url = matches!(inside, Inside::Urls) || URLS.contains(&name);
    if is_url {
        return url(text, id);
    }
    let is_shown = TEXT.contains(&name) || matches!(inside, Inside::Goods) && TEXT_OF_GOODS.contains(&name);
    // Whatever it is called: somebody's e-mail address has one of these.
    if is_shown && !text.contains('@') {
        return cart_id(text, id);
    }
    HIDDEN.to_owned()
}

fn is_amount(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NUMBERS.iter().any(|end| name.ends_with(end))
}

/// One digit is in use, as in `addressLine1`; more are somebody's number.
fn is_name(name: &str) -> bool {
    let is_identifier = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=MAX_NAME_CHARS).contains(&name.len())
        && name.bytes().all(is_identifier)
        && name.bytes().filter(u8::is_ascii_digit).count() <= 1
}
