//! Bought orders. Source: <https://docs.kustom.co/contents/api/order-management>.

use super::checkout::fraud_status;
use super::schema::{add_shape, flag, integer, list, members_of, moment, named, object, one_of, said, text};
use crate::validation;
use kustom_api::ManagementStatus;
use serde_json::{Map, Value, json};

pub(super) fn add(schemas: &mut Map<String, Value>) {
    for shape in validation::shapes_of_management() {
        add_shape(shape, schemas);
    }
    add_bought_line(schemas);
    schemas.insert("ManagedOrder".to_owned(), order());
    schemas.insert("Capture".to_owned(), capture());
    schemas.insert("Captures".to_owned(), list(named("Capture")));
    schemas.insert(
        "Refund".to_owned(),
        object(&json!({
            "refund_id": text(),
            "refunded_amount": integer(),
            "refunded_at": moment(),
            "description?": text(),
            "reference?": text(),
            "order_lines": list(named("BoughtOrderLine")),
            "credit_invoice?": flag(),
        })),
    );
    let method = object(&json!({
        "type": text(),
        "description?": text(),
        "number_of_installments?": integer(),
    }));
    schemas.insert("InitialPaymentMethod".to_owned(), method);
}

fn order() -> Value {
    use ManagementStatus::{Authorized, Cancelled, Captured, Closed, Expired, PartCaptured};
    let statuses = [Authorized, PartCaptured, Captured, Cancelled, Expired, Closed];
    object(&json!({
        "order_id": text(),
        "status": said(one_of(&statuses), "What each allows: https://help.kustom.co/en/articles/272002-order-status"),
        "fraud_status": fraud_status(),
        "order_amount": integer(),
        "original_order_amount": said(integer(), "As it was bought, in minor units."),
        "captured_amount": integer(),
        "refunded_amount": integer(),
        "remaining_authorized_amount": said(integer(), "What can still be captured, in minor units."),
        "purchase_country": text(),
        "purchase_currency": text(),
        "locale?": text(),
        "order_lines": list(named("BoughtOrderLine")),
        "merchant_reference1?": text(),
        "merchant_reference2?": text(),
        "merchant_data?": text(),
        "klarna_reference": said(text(), "Short, for people."),
        "customer": named("Customer"),
        "billing_address?": named("Address"),
        "shipping_address?": named("Address"),
        "created_at": moment(),
        "expires_at": said(moment(), "When the authorization ends."),
        "captures": list(named("Capture")),
        "refunds": list(named("Refund")),
        "shipping_info?": list(named("ShippingInfo")),
        "initial_payment_method": named("InitialPaymentMethod"),
        "selected_shipping_option?": json!({ "type": "object", "additionalProperties": true }),
    }))
}

fn capture() -> Value {
    object(&json!({
        "capture_id": text(),
        "captured_amount": integer(),
        "captured_at": moment(),
        "description?": text(),
        "klarna_reference": said(text(), "The order's own with the number of the capture."),
        "reference?": text(),
        "refunded_amount": said(integer(), "Of this capture, in minor units."),
        "order_lines": list(named("BoughtOrderLine")),
        "billing_address?": named("Address"),
        "shipping_address?": named("Address"),
        "shipping_info": list(named("ShippingInfo")),
    }))
}

/// A line of a bought order comes from either API, so it has the members of both, and neither's limits.
fn add_bought_line(schemas: &mut Map<String, Value>) {
    let mut members = members_of(schemas, "OrderLine");
    members.extend(members_of(schemas, "ManagedOrderLine"));
    members.insert(
        "subscription".to_owned(),
        json!({ "anyOf": [named("Subscription"), named("ManagedSubscription")] }),
    );
    for schema in members.values_mut().filter_map(Value::as_object_mut) {
        for limit in ["minLength", "maxLength", "minimum", "maximum"] {
            schema.remove(limit);
        }
    }
    let required = [
        "name",
        "quantity",
        "unit_price",
        "tax_rate",
        "total_amount",
        "total_tax_amount",
    ];
    schemas.insert(
        "BoughtOrderLine".to_owned(),
        json!({ "type": "object", "required": required, "properties": members }),
    );
}
