//! The schema of order management's bodies. It has other limits than the checkout's.
//!
//! Source: <https://docs.kustom.co/contents/api/order-management>. As in the checkout, members that the schema does not
//! name are refused, so that a misspelt one is noticed here.

use super::order_shape::{COUNTRY, INTERVALS, PRODUCT_IDENTIFIERS, REFERENCES};
use super::shape::Rule::{Anything, Integer, List, NonEmptyList, Object, OneOf, Text};
use super::shape::{Rule, Shape, optional, required};
use super::{Finding, read_shaped, said};
use crate::order::LARGEST_NUMBER;
use crate::strictness::Strictness;
use kustom_api::{
    AuthorizationUpdate, CaptureRequest, CustomerUpdate, MerchantReferences, RefundRequest,
    ShippingInfoUpdate,
};

/// Two hundred million minor units, twice as much as the checkout takes in a line.
const LARGEST: i64 = 200_000_000;

const TEXT_100: Rule = Text { min: 0, max: 100 };
const TEXT_255: Rule = Text { min: 0, max: 255 };
const URL: Rule = Text { min: 0, max: 1024 };
/// As in the checkout, and what a merchant keeps of a refund.
const LINE_TYPES: &[&str] = &[
    "physical",
    "digital",
    "discount",
    "shipping_fee",
    "sales_tax",
    "gift_card",
    "store_credit",
    "surcharge",
    "return_fee",
];
/// As in the checkout, and four more.
const SHIPPING_METHODS: &[&str] = &[
    "PickUpStore",
    "Home",
    "BoxReg",
    "BoxUnreg",
    "PickUpPoint",
    "Own",
    "Postal",
    "DHLPackstation",
    "Digital",
    "Undefined",
    "PickUpWarehouse",
    "ClickCollect",
    "PalletDelivery",
];
const COUNT: Rule = Integer {
    min: 0,
    max: LARGEST_NUMBER,
};
const AMOUNT: Rule = Integer { min: 0, max: LARGEST };
/// A discount or a fee that is kept back is negative.
const ANY_AMOUNT: Rule = Integer {
    min: -LARGEST_NUMBER,
    max: LARGEST,
};
const ORDER_LINES: Rule = List {
    max: 1000,
    item: &Object(&ORDER_LINE),
};

pub(super) const CAPTURE: Shape = Shape::new(
    "CaptureRequest",
    &[
        required("captured_amount", AMOUNT),
        optional("order_lines", ORDER_LINES),
        optional("description", TEXT_255),
        optional("reference", TEXT_255),
        optional(
            "shipping_info",
            List {
                max: 500,
                item: &Object(&SHIPPING_INFO),
            },
        ),
        optional("shipping_delay", COUNT),
    ],
);

pub(super) const REFUND: Shape = Shape::new(
    "RefundRequest",
    &[
        required("refunded_amount", AMOUNT),
        optional("order_lines", ORDER_LINES),
        optional("description", TEXT_255),
        optional("reference", TEXT_255),
    ],
);

pub(super) const AUTHORIZATION: Shape = Shape::new(
    "AuthorizationUpdate",
    &[
        required("order_amount", AMOUNT),
        optional("order_lines", ORDER_LINES),
        optional("description", TEXT_255),
    ],
);

/// The billing address is refused in words of its own.
pub(super) const CUSTOMER: Shape = Shape::new(
    "CustomerDetails",
    &[
        optional("shipping_address", Object(&ADDRESS)),
        optional("billing_address", Anything),
    ],
);

pub(super) const SHIPPING_INFOS: Shape = Shape::new(
    "ShippingInfoUpdate",
    &[required(
        "shipping_info",
        NonEmptyList {
            max: 500,
            item: &Object(&SHIPPING_INFO),
        },
    )],
);

/// Unlike the checkout, order management asks for neither the rate nor the tax of a line.
const ORDER_LINE: Shape = Shape::new(
    "ManagedOrderLine",
    &[
        optional("type", OneOf(LINE_TYPES)),
        optional("reference", TEXT_255),
        required("name", TEXT_255),
        required("quantity", COUNT),
        optional("quantity_unit", Text { min: 0, max: 10 }),
        required("unit_price", ANY_AMOUNT),
        optional("tax_rate", COUNT),
        required("total_amount", ANY_AMOUNT),
        optional("total_discount_amount", AMOUNT),
        optional("total_tax_amount", ANY_AMOUNT),
        optional("merchant_data", URL),
        optional("product_url", URL),
        optional("image_url", URL),
        optional("product_identifiers", Object(&PRODUCT_IDENTIFIERS)),
        optional("subscription", Object(&SUBSCRIPTION)),
    ],
);

/// Here the name is required.
const SUBSCRIPTION: Shape = Shape::new(
    "ManagedSubscription",
    &[
        required("name", TEXT_255),
        required("interval", OneOf(INTERVALS)),
        required(
            "interval_count",
            Integer {
                min: 1,
                max: i32::MAX as i64,
            },
        ),
    ],
);

const SHIPPING_INFO: Shape = Shape::new(
    "ShippingInfo",
    &[
        optional("shipping_company", TEXT_100),
        optional("shipping_method", OneOf(SHIPPING_METHODS)),
        optional("tracking_number", TEXT_100),
        optional("tracking_uri", URL),
        optional("return_shipping_company", TEXT_100),
        optional("return_tracking_number", TEXT_100),
        optional("return_tracking_uri", URL),
    ],
);

const ADDRESS: Shape = Shape::new(
    "ManagedAddress",
    &[
        optional("given_name", TEXT_100),
        optional("family_name", TEXT_100),
        optional("email", TEXT_100),
        optional("title", Text { min: 0, max: 20 }),
        optional("organization_name", TEXT_255),
        optional("attention", TEXT_255),
        optional("street_address", TEXT_100),
        optional("street_address2", TEXT_100),
        optional("postal_code", Text { min: 0, max: 10 }),
        optional("city", Text { min: 0, max: 200 }),
        optional("region", Text { min: 0, max: 200 }),
        optional("phone", TEXT_100),
        optional("country", COUNTRY),
    ],
);

/// An update of what is known about the customer.
#[derive(Debug)]
pub(crate) struct SentCustomer {
    pub(crate) update: CustomerUpdate,
    pub(crate) names_billing_address: bool,
}

/// Reads the body of `POST …/captures`.
pub(crate) fn read_capture(body: &[u8], strictness: Strictness) -> Result<CaptureRequest, Vec<Finding>> {
    read_shaped(body, &CAPTURE, strictness)
}

/// Reads the body of `POST …/refunds`.
pub(crate) fn read_refund(body: &[u8], strictness: Strictness) -> Result<RefundRequest, Vec<Finding>> {
    read_shaped(body, &REFUND, strictness)
}

/// Reads the body of `PATCH …/authorization`.
pub(crate) fn read_authorization(
    body: &[u8],
    strictness: Strictness,
) -> Result<AuthorizationUpdate, Vec<Finding>> {
    read_shaped(body, &AUTHORIZATION, strictness)
}

/// Reads the body of `POST …/shipping-info`, of an order or of a capture.
pub(crate) fn read_shipping_info(
    body: &[u8],
    strictness: Strictness,
) -> Result<ShippingInfoUpdate, Vec<Finding>> {
    read_shaped(body, &SHIPPING_INFOS, strictness)
}

/// Reads the body of `PATCH …/merchant-references`.
pub(crate) fn read_references(
    body: &[u8],
    strictness: Strictness,
) -> Result<MerchantReferences, Vec<Finding>> {
    read_shaped(body, &REFERENCES, strictness)
}

/// Reads the body of `PATCH …/customer-details`.
pub(crate) fn read_customer_update(
    body: &[u8],
    strictness: Strictness,
) -> Result<SentCustomer, Vec<Finding>> {
    Ok(SentCustomer {
        update: read_shaped(body, &CUSTOMER, strictness)?,
        names_billing_address: said(body, strictness)?.contains_key("billing_address"),
    })
}
