//! What is wrong with the request itself.

use super::super::ask::{Ask, NO_ID};
use serde_json::json;

/// Also what the largest limit on bodies refuses.
const TOO_LARGE: usize = 600 * 1024;

const KEY: &str = "5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90";

pub(super) fn change(code: &str, ask: &mut Ask) {
    change_whole_body(code, ask);
    change_key(code, ask);
    match code {
        "NOT_FOUND" => ask.path = ask.path.replace("token=", "token=0"),
        "CART_ITEM_NOT_FOUND" => ask.set("cartItemId", NO_ID),
        "OUT_OF_STOCK" if ask.operation_id == "setCartItemQuantity" => ask.set("quantity", 3),
        "INVALID_QUANTITY" => ask.set("quantity", 0),
        "INVALID_PROFILE" => ask.set("profileKey", "none"),
        "INVALID_LOCALE" => ask.set("locale", "Swedish"),
        "COUNTRY_NOT_ALLOWED" if ask.operation_id == "createCart" => ask.set("countryCode", "NO"),
        "COUNTRY_NOT_ALLOWED" => ask.set("address", json!({ "countryCode": "NO" })),
        "PRODUCT_NOT_FOUND" => ask.set("productNumber", "none"),
        "COUPON_NOT_FOUND" => ask.set("couponCode", "NONE"),
        "INVALID_COUPON" => ask.set("couponCode", " "),
        "INVALID_ADDRESS" => ask.set("address", json!({ "postalCode": "1".repeat(11) })),
        "INVALID_EMAIL" => ask.set("email", "nobody"),
        "INVALID_PHONE" => ask.set("phone", "none"),
        "INVALID_FIELD_KEY" => ask.path = ask.path.replace("giftMessage", "%00"),
        "RESERVED_FIELD" => ask.path = ask.path.replace("giftMessage", "kustomOrderId"),
        "FIELD_TOO_LARGE" => ask.set("value", "x".repeat(4096)),
        "INVALID_REQUEST" => ask.set("reference", " "),
        "ORDER_NOT_FOUND" => ask.set("reference", "999999"),
        "URL_NOT_ALLOWED" => ask.set("checkoutUrl", "https://elsewhere.example/"),
        "URL_NOT_DISTINCT" => {
            let other = ask.body.as_ref().unwrap()["checkoutUrl"].clone();
            ask.set("confirmationUrl", other);
        }
        _ => (),
    }
}

fn change_whole_body(code: &str, ask: &mut Ask) {
    match code {
        "INVALID_MESSAGE_BODY" if ask.is_kustoms() => ask.breaks_off = true,
        "INVALID_MESSAGE_BODY" => ask.raw_body = Some("nonsense".to_owned()),
        "UNKNOWN_FIELD" => ask.set("colour", "black"),
        "BODY_TOO_LARGE" => ask.raw_body = Some("x".repeat(TOO_LARGE)),
        "UNSUPPORTED_MEDIA_TYPE" => ask.media_type = "text/plain",
        _ => (),
    }
}

fn change_key(code: &str, ask: &mut Ask) {
    match code {
        "INVALID_IDEMPOTENCY_KEY" => ask.key = Some("short".to_owned()),
        "IDEMPOTENCY_KEY_REUSED" | "TOO_MANY_KEYS" => ask.key = Some(KEY.to_owned()),
        _ => (),
    }
}
