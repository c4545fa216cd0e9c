//! The document of all that the emulator answers, for generators of clients and for people: `GET /openapi.json`.
//!
//! One row for each operation. A test compares the rows with the routes in the source and asks for each of them, so a new
//! route without a row fails it.

use serde_json::{Map, Value, json};

/// Whose errors it answers, and who may call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    /// Kustom's own, with credentials.
    Merchant,
    /// The emulator's, without.
    Control,
}

struct Operation {
    side: Side,
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    success: u16,
    has_body: bool,
}

const ORDER: &str = "/ordermanagement/v1/orders/{order_id}";

#[rustfmt::skip]
const OPERATIONS: &[Operation] = &[
    merchant("post", "/checkout/v3/orders", "Open an order", 201, true),
    merchant("get", "/checkout/v3/orders/{order_id}", "Read an order, with its snippet", 200, false),
    merchant("post", "/checkout/v3/orders/{order_id}", "Change an open order", 200, true),
    merchant("post", "/checkout/v3/orders/{order_id}/abort", "End an open order", 200, false),
    merchant("get", "/ordermanagement/v1/orders/{order_id}", "Read a bought order", 200, false),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/acknowledge", "Say that it is known; ends its pushes", 204, false),
    merchant("patch", "/ordermanagement/v1/orders/{order_id}/authorization", "Set another amount", 204, true),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/cancel", "Give up the authorization", 204, false),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/release-remaining-authorization", "Give up what is left of it", 204, false),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/extend-authorization-time", "Keep it longer", 204, false),
    merchant("patch", "/ordermanagement/v1/orders/{order_id}/merchant-references", "Set references", 204, true),
    merchant("patch", "/ordermanagement/v1/orders/{order_id}/customer-details", "Change addresses", 204, true),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/shipping-info", "Say how the goods travel", 204, true),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/captures", "Take money", 201, true),
    merchant("get", "/ordermanagement/v1/orders/{order_id}/captures", "List captures", 200, false),
    merchant("get", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}", "Read a capture", 200, false),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/shipping-info", "Say how its goods travel", 204, true),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/trigger-send-out", "Tell the customer again", 204, false),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/refunds", "Give money back", 201, true),
    merchant("get", "/ordermanagement/v1/orders/{order_id}/refunds/{refund_id}", "Read a refund", 200, false),
    merchant("post", "/hpp/v1/sessions", "Open a hosted payment page for an order", 201, true),
    merchant("get", "/hpp/v1/sessions/{session_id}", "Read how far it has come", 200, false),
    merchant("delete", "/hpp/v1/sessions/{session_id}", "Disable it", 204, false),
    merchant("post", "/hpp/v1/sessions/{session_id}/distribution", "Send the link of the page", 200, true),
    merchant("post", "/customer-token/v1/tokens/{token}/order", "Buy again by a recurring token", 200, true),
    control("get", "/_emulator/orders", "All orders in short", false),
    control("get", "/_emulator/orders/{order_id}", "One order with its history and its callbacks", false),
    control("post", "/_emulator/orders/{order_id}/pay", "Pay as a shopper", true),
    control("post", "/_emulator/orders/{order_id}/address", "Enter an address as a shopper", true),
    control("post", "/_emulator/orders/{order_id}/shipping-option", "Choose a way to ship as a shopper", true),
    control("post", "/_emulator/orders/{order_id}/push", "Send a push now", true),
    control("post", "/_emulator/orders/{order_id}/decide", "Decide about a pending purchase", true),
    control("post", "/_emulator/orders/{order_id}/dispute", "Begin a dispute", true),
    control("post", "/_emulator/orders/{order_id}/capture", "Capture what is left", false),
    control("post", "/_emulator/orders/{order_id}/expire", "Let an open order expire", false),
    control("get", "/_emulator/callbacks", "Every callback that was sent", false),
    control("post", "/_emulator/callbacks/{number}/repeat", "Send one again", false),
    control("get", "/_emulator/webhooks", "Who is told of events", false),
    control("put", "/_emulator/webhooks", "Say who is told of events", true),
    control("delete", "/_emulator/webhooks", "Tell nobody any more", false),
    control("get", "/_emulator/requests", "The newest requests with their answers", false),
    control("get", "/_emulator/events", "What happens, as a stream of events", false),
    control("get", "/_emulator/rules", "What is done where the documentation leaves a choice", false),
    control("patch", "/_emulator/rules", "Choose it", true),
    control("get", "/_emulator/faults", "The rules by which calls fail", false),
    Operation { success: 201, ..control("post", "/_emulator/faults", "Add one", true) },
    control("delete", "/_emulator/faults", "Remove them all", false),
    control("delete", "/_emulator/faults/{number}", "Remove one", false),
    control("get", "/_emulator/clock", "The virtual clock", false),
    control("post", "/_emulator/clock/advance", "Move it on, and send what falls due", true),
    control("post", "/_emulator/clock/freeze", "Let it stand still", false),
    control("post", "/_emulator/clock/run", "Let it go on", false),
    control("post", "/_emulator/clock/speed", "Let it run faster or slower", true),
    control("get", "/_emulator/snapshot", "The whole state", false),
    control("put", "/_emulator/snapshot", "Go back to a state", true),
    control("post", "/_emulator/reset", "Forget everything", false),
];

const fn merchant(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    success: u16,
    has_body: bool,
) -> Operation {
    Operation {
        side: Side::Merchant,
        method,
        path,
        summary,
        success,
        has_body,
    }
}

const fn control(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    has_body: bool,
) -> Operation {
    Operation {
        side: Side::Control,
        method,
        path,
        summary,
        success: 200,
        has_body,
    }
}

pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    for operation in OPERATIONS {
        paths.entry(operation.path).or_insert_with(|| json!({}))[operation.method] = described(operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The Kustom emulator of Kassa",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What it answers, without the bodies of Kustom's own routes: those are documented at \
                https://docs.kustom.co/contents/api/checkout and https://docs.kustom.co/contents/api/order-management.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": { "basic": { "type": "http", "scheme": "basic" } },
            "schemas": { "MerchantError": merchant_error(), "ControlError": control_error() },
        },
    })
}

fn described(operation: &Operation) -> Value {
    let (error, tag) = match operation.side {
        Side::Control => ("ControlError", "control"),
        Side::Merchant if operation.path.starts_with(ORDER) => ("MerchantError", "order management"),
        Side::Merchant if operation.path.starts_with("/hpp") => ("MerchantError", "hosted payment page"),
        Side::Merchant if operation.path.starts_with("/customer-token") => ("MerchantError", "recurring"),
        Side::Merchant => ("MerchantError", "checkout"),
    };
    let refusal = json!({ "$ref": format!("#/components/schemas/{error}") });
    let mut described = json!({
        "tags": [tag],
        "summary": operation.summary,
        "parameters": parameters(operation.path),
        "responses": {
            operation.success.to_string(): { "description": "done" },
            "4XX": { "description": "refused", "content": { "application/json": { "schema": refusal } } },
        },
    });
    if operation.has_body {
        let schema = json!({ "type": "object" });
        described["requestBody"] = json!({ "content": { "application/json": { "schema": schema } } });
    }
    if operation.side == Side::Merchant {
        described["security"] = json!([{ "basic": [] }]);
    }
    described
}

fn parameters(path: &str) -> Vec<Value> {
    let names = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let parameter =
        |name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } });
    names.map(parameter).collect()
}

fn merchant_error() -> Value {
    let text = json!({ "type": "string" });
    json!({
        "type": "object",
        "required": ["error_code", "error_messages", "correlation_id"],
        "properties": {
            "error_code": text,
            "error_messages": { "type": "array", "items": text },
            "correlation_id": text,
        },
        "examples": [{
            "error_code": "BAD_VALUE",
            "error_messages": ["Bad value: order_amount"],
            "correlation_id": "6bd6b2b2-0c5a-4b0c-9f3b-5b0f8f3f4a10",
        }],
    })
}

fn control_error() -> Value {
    let text = json!({ "type": "string" });
    let error = json!({
        "type": "object",
        "required": ["code", "message"],
        "properties": { "code": text, "message": text },
    });
    json!({
        "type": "object",
        "required": ["error"],
        "properties": { "error": error },
        "examples": [{ "error": { "code": "NO_SUCH_ORDER", "message": "no such order" } }],
    })
}
