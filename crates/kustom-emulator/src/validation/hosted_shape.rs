//! The schema of hosted payment page sessions.
//!
//! Source: <https://docs.kustom.co/contents/api/hosted-payment-page>.

use super::shape::Rule::{Anything, Form, List, Object, Text};
use super::shape::{Rule, Shape, optional, required};
use super::{Finding, read_shaped};
use crate::strictness::Strictness;
use serde::de::DeserializeOwned;
use url::Url;

const TEXT_255: Rule = Text { min: 0, max: 255 };
const URL: Rule = Form(is_web_address, "an http or https address");

const SESSION: Shape = Shape(&[
    required("payment_session_url", URL),
    optional("merchant_urls", Object(&MERCHANT_URLS)),
    optional("options", Object(&OPTIONS)),
    optional("profile_id", TEXT_255),
]);

const MERCHANT_URLS: Shape = Shape(&[
    optional("success", URL),
    optional("cancel", URL),
    optional("back", URL),
    optional("failure", URL),
    optional("error", URL),
    optional("status_update", URL),
]);

/// Those about ways to pay mean nothing for an order of the checkout, and are taken.
const OPTIONS: Shape = Shape(&[
    optional("page_title", TEXT_255),
    optional("logo_url", URL),
    optional(
        "background_images",
        List {
            max: 100,
            item: &Anything,
        },
    ),
    optional(
        "payment_method_categories",
        List {
            max: 100,
            item: &TEXT_255,
        },
    ),
    optional("payment_method_category", TEXT_255),
    optional(
        "place_order_mode",
        Form(
            |text| matches!(text, "PLACE_ORDER" | "CAPTURE_ORDER" | "NONE"),
            "PLACE_ORDER, CAPTURE_ORDER or NONE",
        ),
    ),
    optional("purchase_type", Form(is_purchase_type, "a documented type")),
    optional("show_subtotal_detail", Form(|text| text == "HIDE", "HIDE")),
]);

const DISTRIBUTION: Shape = Shape(&[
    required("contact_information", Object(&CONTACT)),
    required(
        "method",
        Form(
            |text| matches!(text, "sms" | "email" | "token"),
            "sms, email or token",
        ),
    ),
    optional(
        "template",
        Form(|text| text == "INSTORE_PURCHASE", "INSTORE_PURCHASE"),
    ),
]);

const CONTACT: Shape = Shape(&[
    optional("email", TEXT_255),
    optional("phone", TEXT_255),
    optional(
        "phone_country",
        Form(super::market::is_country, "a country of two letters"),
    ),
    optional("access_id", TEXT_255),
]);

/// Reads the body of `POST /hpp/v1/sessions`.
pub(crate) fn read_session<T: DeserializeOwned>(
    body: &[u8],
    strictness: Strictness,
) -> Result<T, Vec<Finding>> {
    read_shaped(body, &SESSION, strictness)
}

/// Reads the body of `POST …/distribution`.
pub(crate) fn read_distribution<T: DeserializeOwned>(
    body: &[u8],
    strictness: Strictness,
) -> Result<T, Vec<Finding>> {
    read_shaped(body, &DISTRIBUTION, strictness)
}

/// Placeholders are replaced before the address is used, wherever in it they stand.
fn is_web_address(text: &str) -> bool {
    let filled = text.replace("{{", "").replace("}}", "");
    text.len() <= 2000 && Url::parse(&filled).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn is_purchase_type(text: &str) -> bool {
    const TYPES: &[&str] = &[
        "BUY",
        "RENT",
        "BOOK",
        "SUBSCRIBE",
        "DOWNLOAD",
        "ORDER",
        "CONTINUE",
    ];
    TYPES.contains(&text)
}
