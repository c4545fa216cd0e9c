//! The only place where an error becomes a status and a stable code.
//!
//! The body carries both shapes in use: cart clients look for an `errors` array, payment pages for an `error` object.
//! What is said outside and what is logged inside are two texts, and the inner one never leaves.

use crate::app::MutateError;
use crate::checkout::CheckoutError;
use crate::once::KeyRefusal;
use crate::store::StoreError;
use axum::Json;
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kassa_commerce::answer::{InvalidKey, MAX_KEYS_PER_CART};
use kassa_commerce::cart::Lock;
use kassa_commerce::catalogue::ProductError;
use kassa_commerce::command::{CartError, CouponRefusal, MAX_COUPONS, MAX_ITEMS, MAX_QUANTITY};
use kassa_commerce::contact::ContactError;
use kassa_commerce::field::FieldError;
use kassa_commerce::kustom::open::OpenError;
use kassa_commerce::kustom::url::UrlError;
use kassa_commerce::pricing::PricingError;
use kassa_commerce::promotion::Unusable;
use kustom_api::Failure;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::ToSchema;

#[derive(Debug)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    message: Cow<'static, str>,
    pub(super) retry_after_seconds: Option<u32>,
}

/// Every error, in both shapes in use; they say the same.
#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct Body<'a> {
    #[schema(value_type = Vec<Item>, min_items = 1, max_items = 1)]
    errors: [Item<'a>; 1],
    error: Item<'a>,
}

#[derive(Clone, Copy, Serialize, ToSchema)]
#[schema(as = ErrorItem)]
pub(super) struct Item<'a> {
    /// Stable. Each operation lists its own.
    #[schema(pattern = "^[A-Z][A-Z_]*$")]
    code: &'a str,
    /// For people; may change.
    message: &'a str,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after_seconds: None,
        }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// One answer for carts that are unknown, malformed or erased: it tells nobody which ids exist.
    pub(super) fn no_such_cart() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "No such cart.")
    }

    pub(super) fn busy(retry_after_seconds: u32) -> Self {
        let message = "Too much is going on at once. Try again in a moment.";
        Self {
            retry_after_seconds: Some(retry_after_seconds),
            ..Self::unavailable("BUSY", message)
        }
    }

    pub(super) fn internal(detail: &str) -> Self {
        tracing::error!(detail, "a request failed");
        Self::something_wrong()
    }

    /// What is said of it outside.
    pub(super) fn something_wrong() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL",
            "Something went wrong on our side.",
        )
    }

    pub(super) fn storage_unavailable() -> Self {
        Self::unavailable("STORAGE_UNAVAILABLE", "Nothing can be saved at the moment.").with_retry_after(30)
    }

    pub(super) fn with_retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after_seconds: Some(seconds),
            ..self
        }
    }

    fn unavailable(code: &'static str, message: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    pub(super) fn locked(lock: Lock) -> Self {
        let (message, seconds) = match lock {
            Lock::BeingPaid { seconds_left, .. } => {
                ("The cart is being paid. It cannot be changed now.", seconds_left)
            }
            Lock::InReview => ("A payment of this cart is being checked.", 60),
        };
        Self::new(StatusCode::CONFLICT, "CART_LOCKED", message).with_retry_after(seconds)
    }

    pub(super) fn empty_cart() -> Self {
        Self::bad_request("EMPTY_CART", "There is nothing in the cart to pay for.")
    }

    pub(super) fn not_deliverable() -> Self {
        Self::bad_request(
            "NOT_DELIVERABLE",
            "None of the shop's ways to ship serves this cart.",
        )
    }

    pub(super) fn not_open() -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "CART_NOT_OPEN",
            "The cart is not open any more.",
        )
    }
}

impl ApiError {
    pub(super) fn body(&self) -> Body<'_> {
        let item = Item {
            code: self.code,
            message: &self.message,
        };
        Body {
            errors: [item],
            error: item,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body())).into_response();
        if let Some(seconds) = self.retry_after_seconds {
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<MutateError> for ApiError {
    fn from(error: MutateError) -> Self {
        match error {
            MutateError::NotFound => Self::no_such_cart(),
            MutateError::Cart(error) => error.into(),
            MutateError::Key(refusal) => refusal.into(),
            MutateError::Store(error) => error.into(),
        }
    }
}

impl From<InvalidKey> for ApiError {
    fn from(error: InvalidKey) -> Self {
        Self::bad_request("INVALID_IDEMPOTENCY_KEY", sentence(&error.to_string()))
    }
}

impl From<KeyRefusal> for ApiError {
    fn from(refusal: KeyRefusal) -> Self {
        match refusal {
            KeyRefusal::Reused => Self::new(
                StatusCode::CONFLICT,
                "IDEMPOTENCY_KEY_REUSED",
                "The key was used for another request before.",
            ),
            KeyRefusal::InProgress => Self::new(
                StatusCode::CONFLICT,
                "REQUEST_IN_PROGRESS",
                "The same request is still running. Send it again in a moment.",
            )
            .with_retry_after(1),
        }
    }
}

impl From<CartError> for ApiError {
    fn from(error: CartError) -> Self {
        match error {
            CartError::NotOpen { .. } => Self::not_open(),
            CartError::Locked(lock) => Self::locked(lock),
            CartError::UnknownProfile => Self::bad_request("INVALID_PROFILE", "No such cart profile."),
            CartError::CountryNotAllowed => Self::bad_request(
                "COUNTRY_NOT_ALLOWED",
                "The profile does not sell to this country.",
            ),
            CartError::ItemNotFound => Self::new(
                StatusCode::NOT_FOUND,
                "CART_ITEM_NOT_FOUND",
                "No such item in this cart.",
            ),
            CartError::ItemIdReused => Self::new(
                StatusCode::CONFLICT,
                "IDEMPOTENCY_KEY_REUSED",
                "The key was used for another item before.",
            ),
            CartError::TooManyItems => {
                let message = format!("A cart holds at most {MAX_ITEMS} items.");
                Self::new(StatusCode::CONFLICT, "TOO_MANY_ITEMS", message)
            }
            CartError::CouponNotFound => Self::bad_request("COUPON_NOT_FOUND", "No such coupon."),
            CartError::InvalidCoupon(refusal) => Self::bad_request("INVALID_COUPON", coupon_refusal(refusal)),
            CartError::OutOfStock { available } => {
                let message = match available {
                    0 => "The product is sold out.".to_owned(),
                    left => format!("There are only {left} left of the product."),
                };
                Self::new(StatusCode::CONFLICT, "OUT_OF_STOCK", message)
            }
            CartError::Product(ProductError::NotFound) => {
                Self::bad_request("PRODUCT_NOT_FOUND", "No such product.")
            }
            CartError::Product(ProductError::NoPrice { .. }) => Self::bad_request(
                "PRICE_NOT_FOUND",
                "The product has no price in the cart's currency.",
            ),
            CartError::Pricing(error) => error.into(),
            CartError::Contact(error) => error.into(),
            CartError::Field(error) => error.into(),
        }
    }
}

fn coupon_refusal(refusal: CouponRefusal) -> String {
    let reason = match refusal {
        CouponRefusal::TooMany => return format!("A cart holds at most {MAX_COUPONS} coupons."),
        CouponRefusal::Unusable(Unusable::NotYet) => "is not valid yet",
        CouponRefusal::Unusable(Unusable::Over) => "has expired",
        CouponRefusal::Unusable(Unusable::UsedUp) => "has been used up",
        CouponRefusal::Unusable(Unusable::OtherProfile | Unusable::OtherCurrency) => "is not valid here",
    };
    format!("The coupon {reason}.")
}

impl From<PricingError> for ApiError {
    fn from(error: PricingError) -> Self {
        match error {
            PricingError::TotalTooLarge => Self::bad_request(
                "CART_TOTAL_TOO_LARGE",
                "The total is above what can be paid at once.",
            ),
            PricingError::ProfileGone => Self::new(
                StatusCode::CONFLICT,
                "PROFILE_GONE",
                "The cart's shop is closed: begin a new cart.",
            ),
        }
    }
}

impl From<ContactError> for ApiError {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::Email => Self::bad_request("INVALID_EMAIL", "`email` is not an e-mail address."),
            ContactError::Phone => Self::bad_request(
                "INVALID_PHONE",
                "`phone` may have digits, spaces and `+-()./` only.",
            ),
            ContactError::Address { member } => Self::bad_request(
                "INVALID_ADDRESS",
                format!("`{member}` is too long, has control characters or is impossible."),
            ),
        }
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        let code = match error {
            FieldError::Key => "INVALID_FIELD_KEY",
            FieldError::Reserved => "RESERVED_FIELD",
            FieldError::TooLarge => "FIELD_TOO_LARGE",
            FieldError::TooMany => "TOO_MANY_FIELDS",
        };
        Self::bad_request(code, sentence(&error.to_string()))
    }
}

impl From<UrlError> for ApiError {
    fn from(error: UrlError) -> Self {
        let code = match error {
            UrlError::NotAllowed { .. } => "URL_NOT_ALLOWED",
            UrlError::NotDistinct { .. } => "URL_NOT_DISTINCT",
        };
        Self::bad_request(code, sentence(&error.to_string()))
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy
            | StoreError::Conflict
            | StoreError::Unknown
            | StoreError::LeaseLost
            | StoreError::AlreadyAnswered
            | StoreError::Exhausted(_)
            | StoreError::AlreadyOpen => Self::busy(1),
            StoreError::AlreadyCompleted => Self::not_open(),
            StoreError::TooManyKeys => {
                let message = format!("A cart has at most {MAX_KEYS_PER_CART} idempotency keys in 24 hours.");
                Self::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_KEYS", message).with_retry_after(3600)
            }
            StoreError::Unavailable(detail) => {
                tracing::error!(detail, "the storage cannot be written");
                Self::storage_unavailable()
            }
            error @ StoreError::TaxClassInUse { .. } => Self::internal(&error.to_string()),
            StoreError::Internal(detail) => Self::internal(&detail),
        }
    }
}

impl From<CheckoutError> for ApiError {
    fn from(error: CheckoutError) -> Self {
        match error {
            CheckoutError::NotFound => Self::no_such_cart(),
            CheckoutError::Open(error) => error.into(),
            CheckoutError::NotConfigured => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "KUSTOM_NOT_CONFIGURED",
                "Payment is not set up: the Kustom credentials are missing.",
            ),
            CheckoutError::Kustom(failure) => failure.into(),
            CheckoutError::MaybePaid(error) => {
                tracing::warn!(%error, "a checkout was not opened, because it may be paid already");
                kustom_unavailable()
            }
            CheckoutError::StillChecking => kustom_unavailable(),
            CheckoutError::Store(error) => error.into(),
        }
    }
}

impl From<OpenError> for ApiError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::NotOpen { .. } => Self::not_open(),
            OpenError::InReview => Self::locked(Lock::InReview),
            OpenError::EmptyCart => Self::empty_cart(),
            OpenError::Unshippable => Self::not_deliverable(),
            OpenError::Pricing(error) => error.into(),
            OpenError::UnexpectedAnswer => kustom_error("", "an answer that is not the order we asked for"),
            OpenError::AlreadyOpen => Self::busy(1),
        }
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => {
                tracing::error!(
                    kustom.code = refusal.code,
                    kustom.messages = ?refusal.messages,
                    kustom.correlation_id = refusal.correlation_id,
                    "Kustom refused"
                );
                kustom_error(&refusal.correlation_id, "a refusal")
            }
            Failure::Unauthorized => kustom_error("", "refused credentials"),
            Failure::ReadOnly | Failure::Gone => kustom_error("", "an order that can no longer be paid"),
            Failure::TooManyRequests { retry_after_seconds } => {
                kustom_unavailable().with_retry_after(retry_after_seconds.unwrap_or(5))
            }
            failure @ (Failure::Unreachable { .. } | Failure::Ambiguous { .. } | Failure::Blocked { .. }) => {
                tracing::warn!(%failure, "Kustom could not be used");
                kustom_unavailable()
            }
        }
    }
}

fn kustom_error(correlation_id: &str, what: &'static str) -> ApiError {
    tracing::error!(what, "Kustom answered with something that stops the checkout");
    kustom_refused(correlation_id)
}

/// The reference is what Kustom's support asks for.
pub(super) fn kustom_refused(correlation_id: &str) -> ApiError {
    let reference = if correlation_id.is_empty() {
        "none".to_owned()
    } else {
        correlation_id.to_owned()
    };
    let message = format!("The payment provider did not accept the checkout. Reference: {reference}.");
    ApiError::new(StatusCode::BAD_GATEWAY, "KUSTOM_ERROR", message)
}

pub(super) fn kustom_unavailable() -> ApiError {
    ApiError::unavailable(
        "KUSTOM_UNAVAILABLE",
        "The payment provider does not answer. Try again in a moment.",
    )
    .with_retry_after(5)
}

/// Makes a sentence of an error's own words, which are lower case without a full stop.
fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    let first = characters.next().map(char::to_uppercase);
    format!(
        "{}{}.",
        first.map(String::from_iter).unwrap_or_default(),
        characters.as_str()
    )
}

// Quoted here so that the number in the message and the rule cannot drift apart.
pub(super) fn invalid_quantity() -> ApiError {
    ApiError::bad_request(
        "INVALID_QUANTITY",
        format!("`quantity` must be a whole number from 1 to {MAX_QUANTITY}."),
    )
}
