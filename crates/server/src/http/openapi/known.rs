//! Which errors each operation can answer with.
//!
//! Status, code and words are those of the error itself, made the way the handlers make it, so what is documented here
//! is what is said. A code that the handlers use and this list lacks fails a test, and so does the reverse.

use crate::checkout::CheckoutError;
use crate::demo_payment::DemoPaymentError;
use crate::http::body;
use crate::http::carts::invalid_locale;
use crate::http::docs::no_such_file;
use crate::http::error::{ApiError, invalid_quantity, kustom_refused, kustom_unavailable};
use crate::http::payment::never_opened;
use crate::http::{MAX_BODY_BYTES, MAX_PUSH_BYTES, MAX_VALIDATION_BYTES, limits, lookup, push};
use crate::once::KeyRefusal;
use crate::order::CancelOrderError;
use crate::rate_limit::TooMany;
use crate::store::StoreError;
use jiff::Timestamp;
use kassa_commerce::answer::InvalidKey;
use kassa_commerce::cart::Lock;
use kassa_commerce::catalogue::ProductError;
use kassa_commerce::command::{CartError, CouponRefusal};
use kassa_commerce::contact::ContactError;
use kassa_commerce::field::FieldError;
use kassa_commerce::kustom::url::UrlError;
use kassa_commerce::money::Currency;
use kassa_commerce::order::CancelError;
use kassa_commerce::pricing::PricingError;
use kassa_commerce::promotion::{CodeError, Unusable};

/// An error as somebody may get it, and what it means.
pub(super) type Known = (fn() -> ApiError, &'static str);

/// Any call that is looked into.
pub(super) const ALWAYS: &[Known] = &[(ApiError::something_wrong, "Something went wrong on our side.")];

const STORE: &[Known] = &[
    (
        || ApiError::busy(1),
        "Too much is going on at once. Nothing was changed.",
    ),
    (
        ApiError::storage_unavailable,
        "Nothing can be saved at the moment.",
    ),
];

const CART: &[Known] = &[(ApiError::no_such_cart, "No such cart.")];

/// A cart is priced whenever it is shown, and the merchant may have closed the shop.
const PRICED: &[Known] = &[(
    || PricingError::ProfileGone.into(),
    "The shop has removed the cart's profile: begin a new cart.",
)];

/// Only what makes a cart larger, and paying: a cart that a price rise has made too large can still be emptied.
const TOTAL: &[Known] = &[(
    || PricingError::TotalTooLarge.into(),
    "The total would be above what can be paid at once.",
)];

/// Limits are the operator's to set; `kassa dev` has none.
const LIMITED: &[Known] = &[(
    || {
        limits::refused(TooMany {
            retry_after_seconds: 20,
        })
    },
    "Too many requests in a minute.",
)];

const BODY: &[Known] = &[
    (
        || body::not_json(1, 2),
        "Not a JSON object with the members of the schema; the message says where.",
    ),
    (
        || body::unknown_member("colour"),
        "A member that is not in the schema.",
    ),
    (|| body::too_large(MAX_BODY_BYTES), "More than 65536 bytes."),
    (body::not_claimed_json, "The body is not `application/json`."),
];

const OPEN_CART: &[Known] = &[(ApiError::not_open, "The cart is completed or rejected.")];

const FREE_CART: &[Known] = &[(
    || {
        ApiError::locked(Lock::BeingPaid {
            until: Timestamp::UNIX_EPOCH,
            seconds_left: 120,
        })
    },
    "The cart is being paid, or its purchase is being looked into. It may be free in a while.",
)];

/// A checkout may be opened again while its payment runs.
const NOT_IN_REVIEW: &[Known] = &[(
    || ApiError::locked(Lock::InReview),
    "A purchase of the cart is being looked into. It may be free in a while.",
)];

const ITEM: &[Known] = &[(|| CartError::ItemNotFound.into(), "No such item in this cart.")];

const QUANTITY: &[Known] = &[(invalid_quantity, "Not a whole number from 1 to 9999.")];

const COUNTRY: &[Known] = &[(
    || CartError::CountryNotAllowed.into(),
    "The profile does not sell to this country.",
)];

const FIELD_KEY: &[Known] = &[
    (
        || FieldError::Key.into(),
        "Empty, too long, or with control characters.",
    ),
    (|| FieldError::Reserved.into(), "The key starts with `kustom`."),
];

const KUSTOM: &[Known] = &[(
    || CheckoutError::NotConfigured.into(),
    "The credentials for Kustom are missing.",
)];

const CREATE: &[Known] = &[
    (|| CartError::UnknownProfile.into(), "No such cart profile."),
    (invalid_locale, "Not a locale."),
];

const ADD_ITEM: &[Known] = &[
    (
        || CartError::Product(ProductError::NotFound).into(),
        "No such product.",
    ),
    (
        || {
            let currency = Currency::from_code("SEK").expect("a currency");
            CartError::Product(ProductError::NoPrice { currency }).into()
        },
        "The product has no price in the cart's currency.",
    ),
    (|| CartError::TooManyItems.into(), "The cart has 100 items."),
];

/// What becomes of a request with an idempotency key.
const KEYED: &[Known] = &[
    (
        || InvalidKey.into(),
        "Not 16 to 128 visible ASCII characters, or two keys.",
    ),
    (
        || KeyRefusal::Reused.into(),
        "The key was used for another request before.",
    ),
    (
        || KeyRefusal::InProgress.into(),
        "The same request is still running: send it again in a moment.",
    ),
];

const KEYS: &[Known] = &[(
    || StoreError::TooManyKeys.into(),
    "The cart has 200 idempotency keys of the last 24 hours.",
)];

const STOCK: &[Known] = &[(
    || CartError::OutOfStock { available: 2 }.into(),
    "There are not as many left of the product.",
)];

const COUPON: &[Known] = &[
    (
        || CartError::InvalidCoupon(CouponRefusal::Unusable(Unusable::Over)).into(),
        "Not a code, or one that is not valid here or now, is used up, or is one too many.",
    ),
    (|| CartError::CouponNotFound.into(), "No such coupon."),
];

const COUPON_CODE: &[Known] = &[(|| CodeError.into(), "Not a code.")];

const ADDRESS: &[Known] = &[(
    || ContactError::Address { member: "postalCode" }.into(),
    "A member is too long or has impossible characters.",
)];

const EMAIL: &[Known] = &[(|| ContactError::Email.into(), "Not an e-mail address.")];

const PHONE: &[Known] = &[(|| ContactError::Phone.into(), "Not a phone number.")];

const FIELD: &[Known] = &[
    (
        || FieldError::TooLarge.into(),
        "The value has more than 4096 bytes.",
    ),
    (|| FieldError::TooMany.into(), "The cart has 32 fields."),
];

const PAYABLE: &[Known] = &[
    (ApiError::empty_cart, "There is nothing to pay for."),
    (
        ApiError::not_deliverable,
        "None of the shop's ways to ship serves this cart.",
    ),
];

const OPEN: &[Known] = &[
    (
        || {
            UrlError::NotAllowed {
                member: "checkoutUrl",
            }
            .into()
        },
        "A page is not on one of the profile's origins.",
    ),
    (
        || {
            let member = "confirmationUrl";
            UrlError::NotDistinct { member }.into()
        },
        "Two of the pages are the same.",
    ),
    (
        || kustom_refused("6d9b8e0a-2f3e-4f0c-9c55-0b4d1a7e3f21"),
        "Kustom did not accept the checkout.",
    ),
    (kustom_unavailable, "Kustom does not answer."),
];

const CONFIRM: &[Known] = &[(never_opened, "No checkout was ever opened for this cart.")];

const ORDER: &[Known] = &[(push::no_such_order, "No order of ours, or a wrong token.")];

const PUSH: &[Known] = &[
    (body::unreadable, "The body could not be read."),
    (|| body::too_large(MAX_PUSH_BYTES), "More than 4096 bytes."),
];

const VALIDATE: &[Known] = &[(
    || body::too_large(MAX_VALIDATION_BYTES),
    "More than 524288 bytes.",
)];

const CANCEL: &[Known] = &[
    (
        || CancelOrderError::Refused(CancelError::NoOrder).into(),
        "The cart has no order.",
    ),
    (
        || CancelOrderError::Refused(CancelError::TooLate).into(),
        "The order is being sent, or its payment was taken.",
    ),
];

const LOOK_UP: &[Known] = &[
    (lookup::blank, "`reference` or `email` is blank."),
    (
        lookup::no_such_order,
        "No such number, or another e-mail address: the answer does not tell which.",
    ),
];

const SOLD_OUT: &[Known] = &[
    (
        || DemoPaymentError::OutOfStock.into(),
        "There are not as many left of the product.",
    ),
    (
        || DemoPaymentError::UsedUp.into(),
        "A coupon has just been used up: the cart has a new total.",
    ),
];

const FILE: &[Known] = &[(no_such_file, "No such file.")];

/// What [`ALWAYS`] leaves to be said, or `None` for an operation that nobody has listed.
#[rustfmt::skip]
pub(super) fn errors_of(operation_id: &str) -> Option<&'static [&'static [Known]]> {
    Some(match operation_id {
        "listCartProfiles" | "getHealth" | "getOpenApi" | "redirectToDocs" | "showDocs" => &[],
        "getDocsFile" => &[FILE],
        "createCart" => &[BODY, CREATE, COUNTRY, KEYED, LIMITED, STORE],
        "getCart" => &[CART, PRICED, LIMITED, STORE],
        // Browsers give a stream up at the first error, so a cart that is known has none.
        "streamCartEvents" => &[CART, LIMITED],
        "addCartItem" => &[BODY, CART, PRICED, TOTAL, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, QUANTITY, ADD_ITEM, STOCK, STORE],
        "removeCartItem" => &[BODY, CART, PRICED, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, ITEM, STORE],
        "setCartItemQuantity" => &[BODY, CART, PRICED, TOTAL, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, ITEM, QUANTITY, STOCK, STORE],
        "setCartAddress" => &[BODY, CART, PRICED, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, ADDRESS, COUNTRY, STORE],
        "setCartEmail" => &[BODY, CART, PRICED, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, EMAIL, STORE],
        "setCartPhone" => &[BODY, CART, PRICED, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, PHONE, STORE],
        "setCartField" => &[BODY, CART, PRICED, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, FIELD_KEY, FIELD, STORE],
        "removeCartField" => &[CART, PRICED, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, FIELD_KEY, STORE],
        "addCartCoupon" => &[BODY, CART, PRICED, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, COUPON, STORE],
        "removeCartCoupon" => &[BODY, CART, PRICED, OPEN_CART, FREE_CART, KEYED, KEYS, LIMITED, COUPON_CODE, STORE],
        "cancelCartOrder" => &[CART, CANCEL, KEYED, KEYS, LIMITED, STORE],
        "lookUpOrder" => &[BODY, LOOK_UP, PRICED, LIMITED, STORE],
        "payByDemo" => &[CART, PRICED, TOTAL, OPEN_CART, FREE_CART, PAYABLE, SOLD_OUT, LIMITED, STORE],
        "openKustomCheckout" => &[BODY, CART, PRICED, TOTAL, OPEN_CART, NOT_IN_REVIEW, LIMITED, PAYABLE, OPEN, KUSTOM, STORE],
        // Pages give up at the first error, so passing trouble is a status.
        "confirmKustomCheckout" => &[CART, CONFIRM, KUSTOM, LIMITED],
        "receiveKustomPush" | "receiveKustomPushWithPath" => &[PUSH, ORDER, KUSTOM, STORE],
        "changeKustomShippingOption" | "changeKustomAddress" | "changeKustomCountry" | "validateKustomPurchase" =>
            &[ORDER, VALIDATE, STORE],
        _ => return None,
    })
}
