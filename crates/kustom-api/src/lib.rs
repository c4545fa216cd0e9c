//! Kustom's wire types, as data.
//!
//! The checkout API, order management and their error bodies, exactly as they travel. This crate knows JSON and
//! nothing else: no HTTP, no clock, no rules of ours. The checkout server reads these types and the emulator writes
//! them, so a misunderstanding cannot hide in two copies.
//!
//! Facts come from Kustom's public documentation: <https://docs.kustom.co/contents/api/checkout> and
//! <https://docs.kustom.co/contents/api/order-management>.

mod callback;
mod checkout;
mod failure;
mod management;
mod open_enum;

pub use callback::{CallbackErrorType, CallbackRefusal, ShippingServiceRequest, ShippingServiceResponse};
pub use checkout::{
    AdditionalCheckbox, Address, CheckoutOptions, CheckoutOrder, CheckoutStatus, Customer, DeliveryDetails,
    Gui, KustomOrderId, LineType, MerchantRequested, MerchantUrls, OrderLine, PaymentProvider,
    ShippingOption,
};
pub use failure::{ErrorBody, Failure, Refusal};
pub use management::{
    AuthorizationUpdate, Capture, CaptureRequest, CustomerUpdate, FraudStatus, InitialPaymentMethod,
    ManagedOrder, ManagementStatus, MerchantReferences, Refund, RefundRequest, ShippingInfo,
    ShippingInfoUpdate,
};

/// Kustom replaces this text with the order id in the merchant's URLs.
pub const ORDER_ID_PLACEHOLDER: &str = "{checkout.order.id}";

/// Kustom answers within 30 seconds or gives up with 504.
/// Source: <https://docs.kustom.co/contents/checkout/additional-resources/errors-in-checkout>.
pub const SERVER_TIMEOUT_SECONDS: i64 = 30;

/// The header that makes a repeated order-management write harmless. It kept its earlier owner's name.
pub const IDEMPOTENCY_KEY_HEADER: &str = "klarna-idempotency-key";
