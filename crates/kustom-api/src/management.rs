//! The order of the order-management API: what a checkout order becomes once it is bought.

use crate::checkout::{Address, Customer, KustomOrderId, OrderLine};
use crate::open_enum::open_enum;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

open_enum! {
    /// Where a bought order stands.
    ManagementStatus {
        Authorized = "AUTHORIZED",
        PartCaptured = "PART_CAPTURED",
        Captured = "CAPTURED",
        Cancelled = "CANCELLED",
        Expired = "EXPIRED",
        Closed = "CLOSED",
    }
}

open_enum! {
    /// Kustom's verdict on the purchase. Nothing may be shipped before it is `ACCEPTED`.
    FraudStatus {
        Accepted = "ACCEPTED",
        Pending = "PENDING",
        Rejected = "REJECTED",
        Stopped = "STOPPED",
    }
}

/// A bought order. It carries no `order_tax_amount` and no snippet.
/// Source: <https://docs.kustom.co/contents/api/order-management>.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManagedOrder {
    pub order_id: KustomOrderId,
    pub status: ManagementStatus,
    pub fraud_status: FraudStatus,
    pub order_amount: i64,
    #[serde(default)]
    pub original_order_amount: i64,
    #[serde(default)]
    pub captured_amount: i64,
    #[serde(default)]
    pub refunded_amount: i64,
    #[serde(default)]
    pub remaining_authorized_amount: i64,
    pub purchase_country: String,
    pub purchase_currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    #[serde(default)]
    pub order_lines: Vec<OrderLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_reference1: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_reference2: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merchant_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub klarna_reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Customer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    #[serde(default)]
    pub captures: Vec<Capture>,
    #[serde(default)]
    pub refunds: Vec<Refund>,
    /// How the whole order travels. Each capture has its own besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipping_info: Vec<ShippingInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub initial_payment_method: Option<InitialPaymentMethod>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selected_shipping_option: Option<serde_json::Value>,
}

/// How the shopper chose to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InitialPaymentMethod {
    #[serde(rename = "type")]
    pub method_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number_of_installments: Option<i64>,
}

/// Money taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capture {
    pub capture_id: String,
    pub captured_amount: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub captured_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The order's own reference with the capture's number behind it, like `K4MADNY-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub klarna_reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default)]
    pub refunded_amount: i64,
    #[serde(default)]
    pub order_lines: Vec<OrderLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_address: Option<Address>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
    #[serde(default)]
    pub shipping_info: Vec<ShippingInfo>,
}

/// Money given back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refund {
    pub refund_id: String,
    pub refunded_amount: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refunded_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default)]
    pub order_lines: Vec<OrderLine>,
    /// For organisations that pay by invoice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credit_invoice: Option<bool>,
}

/// How goods travel, and how they come back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ShippingInfo {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_company: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tracking_uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_shipping_company: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_tracking_number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub return_tracking_uri: Option<String>,
}

/// The body of `POST …/captures`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaptureRequest {
    pub captured_amount: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_lines: Vec<OrderLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipping_info: Vec<ShippingInfo>,
    /// Kustom does not say it again when the order is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping_delay: Option<i64>,
}

/// The body of `POST …/refunds`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RefundRequest {
    pub refunded_amount: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_lines: Vec<OrderLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// The body of `PATCH …/authorization`. Without lines the order has none afterwards.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AuthorizationUpdate {
    pub order_amount: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_lines: Vec<OrderLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The body of `POST …/shipping-info`, of an order or of a capture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingInfoUpdate {
    pub shipping_info: Vec<ShippingInfo>,
}

/// The body of `PATCH …/customer-details`. The billing address cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CustomerUpdate {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipping_address: Option<Address>,
}

/// The body of `PATCH …/merchant-references`. At most 255 characters each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MerchantReferences {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_reference1: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merchant_reference2: Option<String>,
}
