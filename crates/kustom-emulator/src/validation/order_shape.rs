//! The checkout order's schema.
//!
//! Source: <https://docs.kustom.co/contents/api/checkout>. Null is refused everywhere: Kustom's plugins strip it
//! because it makes calls fail. Unknown members are refused so that a misspelt one is noticed here and not in
//! production, where it would be ignored.

use super::market::{is_country, is_currency_code, is_locale};
use super::shape::Rule::{Flag, Form, Integer, List, NonEmptyList, Object, OneOf, Text};
use super::shape::Written::{Format, Pattern};
use super::shape::{Rule, Shape, optional, required};
use super::shipping_shape::SHIPPING_OPTION;
use crate::order::LARGEST_NUMBER;

/// Kustom sets these; whether it refuses or ignores them when sent is not documented. We ignore them.
pub(crate) const SERVER_OWNED: &[&str] = &[
    "completed_at",
    "discount_lines",
    "html_snippet",
    "last_modified_at",
    "merchant_requested",
    "name",
    "order_id",
    "recurring_token",
    "selected_shipping_option",
    "started_at",
    "status",
];

const UNLIMITED: usize = usize::MAX;
pub(super) const TEXT: Rule = Text {
    min: 0,
    max: UNLIMITED,
};
pub(super) const TEXT_255: Rule = Text { min: 0, max: 255 };
pub(super) const NAME: Rule = Text { min: 1, max: 255 };
pub(super) const URL: Rule = Text { min: 0, max: 2000 };
const HTTPS_URL: Rule = Form {
    accepts: super::urls::is_https,
    expected: "an https address of at most 2000 characters",
    // With a placeholder in it, it is not yet a URI.
    written: Pattern("^[Hh][Tt][Tt][Pp]"),
};
pub(super) const COUNTRY: Rule = Form {
    accepts: is_country,
    expected: "a country of two letters",
    written: Pattern("^[A-Za-z]{2}$"),
};
const COUNTRIES: Rule = List {
    max: 300,
    item: &COUNTRY,
};
pub(super) const CURRENCY: Rule = Form {
    accepts: is_currency_code,
    expected: "a currency of three letters",
    written: Pattern("^[A-Za-z]{3}$"),
};
const LOCALE: Rule = Form {
    accepts: is_locale,
    expected: "a locale such as sv-SE",
    written: Pattern("^[A-Za-z]{2}(-[A-Za-z]{2})*$"),
};
const COLOUR: Rule = Form {
    accepts: is_colour,
    expected: "a colour such as #12AB34",
    written: Pattern("^#[0-9A-Fa-f]{6}$"),
};
const DATE: Rule = Form {
    accepts: is_date,
    expected: "a date such as 1941-03-21",
    written: Format("date"),
};
const RADIUS: Rule = Form {
    accepts: is_radius,
    expected: "a number in a string",
    written: Pattern("[0-9]"),
};
/// The schema has no bounds here. Ours are beyond every real order, and keep sums from overflowing.
pub(super) const AMOUNT: Rule = Integer {
    min: 0,
    max: LARGEST_NUMBER,
};
pub(super) const ANY_AMOUNT: Rule = Integer {
    min: -LARGEST_NUMBER,
    max: LARGEST_NUMBER,
};
/// One hundred million minor units.
const LINE_AMOUNT: Rule = Integer {
    min: -LARGEST_NUMBER,
    max: 100_000_000,
};
pub(super) const TAX_RATE: Rule = Integer { min: 0, max: 10_000 };

pub(super) const LINE_TYPES: &[&str] = &[
    "physical",
    "digital",
    "discount",
    "shipping_fee",
    "sales_tax",
    "gift_card",
    "store_credit",
    "surcharge",
];
pub(super) const INTERVALS: &[&str] = &["DAY", "WEEK", "MONTH", "YEAR"];
const CHANNELS: &[&str] = &["ECOMMERCE", "MOTO", "IN_STORE", "TELESALES"];

pub(super) const REQUIRED_BY_SCHEMA: &[&str] = &[
    "purchase_country",
    "purchase_currency",
    "locale",
    "order_amount",
    "order_tax_amount",
    "order_lines",
];

/// `merchant_urls` is not in the schema's list of required members, but its own members are and every documented
/// example sends it.
pub(crate) const REQUIRED_ON_CREATE: &[&str] = &[
    "purchase_country",
    "purchase_currency",
    "locale",
    "order_amount",
    "order_tax_amount",
    "order_lines",
    "merchant_urls",
];

pub(super) const ORDER: Shape = Shape::new(
    "OrderUpdate",
    &[
        optional("purchase_country", COUNTRY),
        optional("purchase_currency", CURRENCY),
        optional("locale", LOCALE),
        optional("order_amount", AMOUNT),
        optional("order_tax_amount", AMOUNT),
        optional("order_lines", ORDER_LINES),
        optional("merchant_urls", Object(&MERCHANT_URLS)),
        optional("billing_address", Object(&ADDRESS)),
        optional("shipping_address", Object(&ADDRESS)),
        optional("customer", Object(&CUSTOMER)),
        optional("merchant_reference1", TEXT_255),
        optional("merchant_reference2", TEXT_255),
        optional("options", Object(&OPTIONS)),
        optional("attachment", Object(&ATTACHMENT)),
        optional("external_payment_methods", EXTERNAL_METHODS),
        optional("external_checkouts", EXTERNAL_CHECKOUTS),
        optional("shipping_countries", COUNTRIES),
        optional("billing_countries", COUNTRIES),
        optional("shipping_options", SHIPPING_OPTIONS),
        optional("merchant_data", Text { min: 0, max: 6000 }),
        optional("gui", Object(&GUI)),
        optional("recurring", Flag),
        optional("recurring_description", TEXT_255),
        optional("tags", TAGS),
    ],
);

/// What a merchant may answer while the shopper fills in the form.
/// Source: <https://docs.kustom.co/contents/checkout/additional-resources/server-side-callbacks>.
pub(super) const ANSWER: Shape = Shape::new(
    "ChangeAnswer",
    &[
        required("order_amount", AMOUNT),
        required("order_tax_amount", AMOUNT),
        required("order_lines", ORDER_LINES),
        required("purchase_currency", CURRENCY),
        optional("shipping_options", SHIPPING_OPTIONS),
        optional("merchant_data", Text { min: 0, max: 1024 }),
        optional("attachment", Object(&ATTACHMENT)),
        optional("locale", LOCALE),
        optional("external_payment_methods", EXTERNAL_METHODS),
        optional("tags", TAGS),
    ],
);

pub(super) const REFERENCES: Shape = Shape::new(
    "MerchantReferences",
    &[
        optional("merchant_reference1", TEXT_255),
        optional("merchant_reference2", TEXT_255),
    ],
);

pub(super) const ATTACHMENT: Shape = Shape::new(
    "Attachment",
    &[required("body", TEXT), required("content_type", TEXT)],
);
const GUI: Shape = Shape::new(
    "Gui",
    &[optional(
        "options",
        List {
            max: 100,
            item: &TEXT,
        },
    )],
);
const EXTERNAL_METHODS: Rule = List {
    max: 100,
    item: &Object(&EXTERNAL_METHOD),
};
const EXTERNAL_CHECKOUTS: Rule = List {
    max: 100,
    item: &Object(&EXTERNAL_CHECKOUT),
};

pub(super) const ORDER_LINES: Rule = List {
    max: 1000,
    item: &Object(&ORDER_LINE),
};
const SHIPPING_OPTIONS: Rule = List {
    max: 100,
    item: &Object(&SHIPPING_OPTION),
};
const TAGS: Rule = List {
    max: 1000,
    item: &TEXT,
};

const ORDER_LINE: Shape = Shape::new(
    "OrderLine",
    &[
        optional("type", OneOf(LINE_TYPES)),
        optional("reference", TEXT_255),
        required("name", NAME),
        required("quantity", AMOUNT),
        optional("quantity_unit", Text { min: 1, max: 8 }),
        required("unit_price", LINE_AMOUNT),
        required("tax_rate", TAX_RATE),
        required("total_amount", LINE_AMOUNT),
        optional("total_discount_amount", AMOUNT),
        required("total_tax_amount", ANY_AMOUNT),
        optional("merchant_data", Text { min: 0, max: 1024 }),
        optional("product_url", Text { min: 0, max: 1024 }),
        optional("image_url", Text { min: 0, max: 1024 }),
        optional("product_identifiers", Object(&PRODUCT_IDENTIFIERS)),
        optional("shipping_attributes", Object(&SHIPPING_ATTRIBUTES)),
        optional("subscription", Object(&SUBSCRIPTION)),
    ],
);

pub(super) const PRODUCT_IDENTIFIERS: Shape = Shape::new(
    "ProductIdentifiers",
    &[
        optional("brand", Text { min: 0, max: 70 }),
        optional("color", Text { min: 0, max: 64 }),
        optional("category_path", Text { min: 0, max: 750 }),
        optional("global_trade_item_number", Text { min: 0, max: 50 }),
        optional("manufacturer_part_number", Text { min: 0, max: 70 }),
        optional("size", Text { min: 0, max: 64 }),
    ],
);

const SHIPPING_ATTRIBUTES: Shape = Shape::new(
    "ShippingAttributes",
    &[
        optional("weight", AMOUNT),
        optional("dimensions", Object(&DIMENSIONS)),
        optional(
            "tags",
            List {
                max: 1000,
                item: &TEXT,
            },
        ),
    ],
);

const DIMENSIONS: Shape = Shape::new(
    "Dimensions",
    &[
        optional("height", AMOUNT),
        optional("width", AMOUNT),
        optional("length", AMOUNT),
    ],
);

const SUBSCRIPTION: Shape = Shape::new(
    "Subscription",
    &[
        optional("name", TEXT),
        required("interval", OneOf(INTERVALS)),
        required(
            "interval_count",
            Integer {
                min: 1,
                max: LARGEST_NUMBER,
            },
        ),
    ],
);

/// The checkout schema has no lengths for addresses; order management does.
pub(super) const ADDRESS: Shape = Shape::new(
    "Address",
    &[
        optional("given_name", TEXT),
        optional("family_name", TEXT),
        optional("email", TEXT),
        optional("title", TEXT),
        optional("organization_name", TEXT),
        optional("attention", TEXT),
        optional("care_of", TEXT),
        optional("street_address", TEXT),
        optional("street_address2", TEXT),
        optional("street_name", TEXT),
        optional("street_number", TEXT),
        optional("house_extension", TEXT),
        optional("postal_code", TEXT),
        optional("city", TEXT),
        optional("region", TEXT),
        optional("phone", TEXT),
        optional("country", COUNTRY),
    ],
);

const CUSTOMER: Shape = Shape::new(
    "Customer",
    &[
        optional("type", CUSTOMER_TYPE),
        optional("gender", OneOf(&["male", "female"])),
        optional("date_of_birth", DATE),
        optional("national_identification_number", TEXT),
        optional("organization_registration_id", TEXT),
        optional("vat_id", TEXT),
    ],
);

const CUSTOMER_TYPE: Rule = OneOf(&["person", "organization"]);

const MERCHANT_URLS: Shape = Shape::new(
    "MerchantUrls",
    &[
        required("terms", URL),
        required("checkout", URL),
        required("confirmation", URL),
        required("push", URL),
        optional("validation", URL),
        optional("notification", URL),
        optional("cancellation_terms", URL),
        optional("shipping_option_update", URL),
        optional("address_update", URL),
        optional("country_change", URL),
        // These two are reported by shops, like `color_background`, `confirmation_page_upsell` and `tos_id` below: newer than
        // the schema that could be read. Refusing them would refuse what Kustom takes.
        optional("upsell", URL),
        optional("upsell_validation", URL),
    ],
);

const OPTIONS: Shape = Shape::new(
    "Options",
    &[
        optional("require_validate_callback_success", Flag),
        optional("require_client_validation", Flag),
        optional("require_client_validation_callback_response", Flag),
        optional("allow_separate_shipping_address", Flag),
        optional("acquiring_channel", OneOf(CHANNELS)),
        optional("vat_removed", Flag),
        optional("color_background", COLOUR),
        optional("color_button", COLOUR),
        optional("color_button_text", COLOUR),
        optional("color_checkbox", COLOUR),
        optional("color_checkbox_checkmark", COLOUR),
        optional("color_header", COLOUR),
        optional("color_link", COLOUR),
        optional("radius_border", RADIUS),
        optional("date_of_birth_mandatory", Flag),
        optional("phone_mandatory", Flag),
        optional("title_mandatory", Flag),
        optional("national_identification_number_mandatory", Flag),
        optional("verify_national_identification_number", Flag),
        optional("shipping_details", TEXT_255),
        optional("additional_checkbox", Object(&CHECKBOX)),
        optional(
            "additional_checkboxes",
            List {
                max: 100,
                item: &Object(&LISTED_CHECKBOX),
            },
        ),
        optional("additional_merchant_terms", TEXT),
        optional(
            "allowed_customer_types",
            NonEmptyList {
                max: 2,
                item: &CUSTOMER_TYPE,
            },
        ),
        optional("show_subtotal_detail", Flag),
        optional("auto_capture", Flag),
        optional("enable_discount_module", Flag),
        optional("show_vat_registration_number_field", Flag),
        optional("confirmation_page_upsell", Flag),
    ],
);

const CHECKBOX_TEXT: Rule = Text { min: 0, max: 1000 };

/// The one box has no id; what the shopper answered is a member of its own.
const CHECKBOX: Shape = Shape::new(
    "Checkbox",
    &[
        required("text", CHECKBOX_TEXT),
        required("checked", Flag),
        required("required", Flag),
    ],
);

const LISTED_CHECKBOX: Shape = Shape::new(
    "ListedCheckbox",
    &[
        required("id", TEXT),
        required("text", CHECKBOX_TEXT),
        required("checked", Flag),
        required("required", Flag),
    ],
);

const EXTERNAL_METHOD: Shape = Shape::new(
    "ExternalPaymentMethod",
    &[
        required("name", TEXT_255),
        required("redirect_url", HTTPS_URL),
        optional("image_url", HTTPS_URL),
        optional("fee", ANY_AMOUNT),
        optional("description", Text { min: 0, max: 500 }),
        optional("countries", COUNTRIES),
        optional("label", OneOf(&["continue", "complete"])),
    ],
);

/// Here the image is the button, so it must be there.
const EXTERNAL_CHECKOUT: Shape = Shape::new(
    "ExternalCheckout",
    &[
        required("name", TEXT_255),
        required("redirect_url", HTTPS_URL),
        required("image_url", HTTPS_URL),
        optional("fee", ANY_AMOUNT),
        optional("description", Text { min: 0, max: 500 }),
        optional("countries", COUNTRIES),
        optional("label", OneOf(&["continue", "complete"])),
    ],
);

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#')
        .is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// The parser takes more forms of a date than the documented `yyyy-mm-dd`.
fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

fn is_radius(text: &str) -> bool {
    text.parse::<f64>()
        .is_ok_and(|radius| radius.is_finite() && radius >= 0.0)
}
