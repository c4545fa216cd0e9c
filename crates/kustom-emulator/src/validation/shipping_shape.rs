//! The schema of a way to ship, as the checkout order offers it. Source: <https://docs.kustom.co/contents/api/checkout>,
//! `shipping_options`.

use super::order_shape::{ADDRESS, ANY_AMOUNT, NAME, TAX_RATE, TEXT};
use super::shape::Rule::{Flag, Integer, List, Object, OneOf};
use super::shape::{Rule, Shape, optional, required};

/// The chosen option becomes a line, so it costs no more than a line may.
const SHIPPING_AMOUNT: Rule = Integer {
    min: 0,
    max: 100_000_000,
};
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
];

pub(super) const SHIPPING_OPTION: Shape = Shape::new(
    "ShippingOption",
    &[
        required("id", TEXT),
        required("name", NAME),
        required("price", SHIPPING_AMOUNT),
        required("tax_amount", SHIPPING_AMOUNT),
        required("tax_rate", TAX_RATE),
        optional("description", TEXT),
        optional("promo", TEXT),
        optional("preselected", Flag),
        optional("shipping_method", OneOf(SHIPPING_METHODS)),
        optional("delivery_details", Object(&DELIVERY_DETAILS)),
        optional("tms_reference", TEXT),
        optional("tos_id", TEXT),
        optional(
            "selected_addons",
            List {
                max: 100,
                item: &Object(&ADDON),
            },
        ),
    ],
);

const DELIVERY_DETAILS: Shape = Shape::new(
    "DeliveryDetails",
    &[
        optional("carrier", TEXT),
        optional("class", TEXT),
        optional("product", Object(&SHIPPING_PRODUCT)),
        optional("timeslot", Object(&TIMESLOT)),
        optional("pickup_location", Object(&PICKUP_LOCATION)),
    ],
);

const SHIPPING_PRODUCT: Shape = Shape::new(
    "ShippingProduct",
    &[optional("name", TEXT), optional("identifier", TEXT)],
);

const TIMESLOT: Shape = Shape::new(
    "Timeslot",
    &[
        optional("id", TEXT),
        optional("start", TEXT),
        optional("end", TEXT),
    ],
);

const PICKUP_LOCATION: Shape = Shape::new(
    "PickupLocation",
    &[
        optional("id", TEXT),
        optional("name", TEXT),
        optional("address", Object(&ADDRESS)),
    ],
);

const ADDON: Shape = Shape::new(
    "Addon",
    &[
        optional("type", TEXT),
        optional("price", ANY_AMOUNT),
        optional("external_id", TEXT),
        optional("user_input", TEXT),
    ],
);
