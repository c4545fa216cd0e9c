//! The schema of hosted payment page sessions.
//!
//! Source: <https://docs.kustom.co/contents/api/hosted-payment-page>.

use super::order_shape::COUNTRY;
use super::shape::Rule::{Anything, Form, List, Object, OneOf, Text};
use super::shape::Written::Pattern;
use super::shape::{Rule, Shape, optional, required};
use super::{Finding, read_shaped, urls};
use crate::strictness::Strictness;
use serde::de::DeserializeOwned;

const TEXT_255: Rule = Text { min: 0, max: 255 };
const URL: Rule = Form {
    accepts: is_web_address,
    expected: "an http or https address",
    // With placeholders in it, it is not yet a URI.
    written: Pattern("^[Hh][Tt][Tt][Pp]"),
};
const PURCHASE_TYPES: &[&str] = &[
    "BUY",
    "RENT",
    "BOOK",
    "SUBSCRIBE",
    "DOWNLOAD",
    "ORDER",
    "CONTINUE",
];

pub(super) const SESSION: Shape = Shape::new(
    "HostedSessionRequest",
    &[
        required("payment_session_url", URL),
        optional("merchant_urls", Object(&MERCHANT_URLS)),
        optional("options", Object(&OPTIONS)),
        optional("profile_id", TEXT_255),
    ],
);

const MERCHANT_URLS: Shape = Shape::new(
    "HostedMerchantUrls",
    &[
        optional("success", URL),
        optional("cancel", URL),
        optional("back", URL),
        optional("failure", URL),
        optional("error", URL),
        optional("status_update", URL),
    ],
);

/// Those about ways to pay mean nothing for an order of the checkout, and are taken.
const OPTIONS: Shape = Shape::new(
    "HostedOptions",
    &[
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
            OneOf(&["PLACE_ORDER", "CAPTURE_ORDER", "NONE"]),
        ),
        optional("purchase_type", OneOf(PURCHASE_TYPES)),
        optional("show_subtotal_detail", OneOf(&["HIDE"])),
    ],
);

pub(super) const DISTRIBUTION: Shape = Shape::new(
    "Distribution",
    &[
        required("contact_information", Object(&CONTACT)),
        required("method", OneOf(&["sms", "email", "token"])),
        optional("template", OneOf(&["INSTORE_PURCHASE"])),
    ],
);

const CONTACT: Shape = Shape::new(
    "DistributionContact",
    &[
        optional("email", TEXT_255),
        optional("phone", TEXT_255),
        optional("phone_country", COUNTRY),
        optional("access_id", TEXT_255),
    ],
);

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
    text.len() <= 2000 && urls::web_address(&filled).is_some()
}
