//! Every operation, one row each.

use super::operation::Answer::{Events, Json, Nothing, Page};
use super::operation::Body::{May, Must, None};
use super::operation::{Answer, Body, Operation, Side};

pub(super) fn all() -> impl Iterator<Item = &'static Operation> {
    MERCHANT.iter().chain(CONTROL).chain(BROWSER)
}

#[rustfmt::skip]
const MERCHANT: &[Operation] = &[
    merchant("post", "/checkout/v3/orders", "Open an order", Must("NewOrder"), 201, Json("Order"), &[400]),
    merchant("get", "/checkout/v3/orders/{order_id}", "Read an order, with its snippet", None, 200, Json("Order"), &[404]),
    merchant("post", "/checkout/v3/orders/{order_id}", "Change an open order", Must("OrderUpdate"), 200, Json("Order"), &[400, 403, 404]),
    merchant("post", "/checkout/v3/orders/{order_id}/abort", "End an open order", None, 200, Json("Order"), &[403, 404]),
    merchant("get", "/ordermanagement/v1/orders/{order_id}", "Read a bought order", None, 200, Json("ManagedOrder"), &[404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/acknowledge", "Say that it is known; ends its pushes", None, 204, Nothing, &[404]),
    merchant("patch", "/ordermanagement/v1/orders/{order_id}/authorization", "Set another amount", Must("AuthorizationUpdate"), 204, Nothing, &[400, 403, 404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/cancel", "Give up the authorization", None, 204, Nothing, &[403, 404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/release-remaining-authorization", "Give up what is left of it", None, 204, Nothing, &[403, 404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/extend-authorization-time", "Keep it longer", None, 204, Nothing, &[403, 404]),
    merchant("patch", "/ordermanagement/v1/orders/{order_id}/merchant-references", "Set references", Must("MerchantReferences"), 204, Nothing, &[400, 403, 404]),
    merchant("patch", "/ordermanagement/v1/orders/{order_id}/customer-details", "Change the shipping address", Must("CustomerDetails"), 204, Nothing, &[400, 403, 404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/shipping-info", "Say how the goods travel", Must("ShippingInfoUpdate"), 204, Nothing, &[400, 403, 404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/captures", "Take money", Must("CaptureRequest"), 201, Nothing, &[400, 403, 404]),
    merchant("get", "/ordermanagement/v1/orders/{order_id}/captures", "List captures", None, 200, Json("Captures"), &[404]),
    merchant("get", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}", "Read a capture", None, 200, Json("Capture"), &[404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/shipping-info", "Say how its goods travel", Must("ShippingInfoUpdate"), 204, Nothing, &[400, 403, 404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/captures/{capture_id}/trigger-send-out", "Tell the customer again", None, 204, Nothing, &[403, 404]),
    merchant("post", "/ordermanagement/v1/orders/{order_id}/refunds", "Give money back", Must("RefundRequest"), 201, Nothing, &[400, 403, 404]),
    merchant("get", "/ordermanagement/v1/orders/{order_id}/refunds/{refund_id}", "Read a refund", None, 200, Json("Refund"), &[404]),
    merchant("post", "/hpp/v1/sessions", "Open a hosted payment page for an order", Must("HostedSessionRequest"), 201, Json("HostedSessionCreated"), &[400, 404]),
    merchant("get", "/hpp/v1/sessions/{session_id}", "Read how far it has come", None, 200, Json("HostedSession"), &[404]),
    merchant("delete", "/hpp/v1/sessions/{session_id}", "Disable it", None, 204, Nothing, &[400, 404]),
    merchant("post", "/hpp/v1/sessions/{session_id}/distribution", "Send the link of the page; here nothing is sent", Must("Distribution"), 204, Nothing, &[400, 404]),
    merchant("post", "/customer-token/v1/tokens/{token}/order", "Buy again by a recurring token", Must("TokenOrder"), 200, Json("TokenOrderPlaced"), &[400, 403, 404]),
];

#[rustfmt::skip]
const CONTROL: &[Operation] = &[
    control("get", "/_emulator/orders", "All orders in short", None, "Orders", &[]),
    control("get", "/_emulator/orders/{order_id}", "One order with its history and its callbacks", None, "OrderDetails", &[404]),
    control("post", "/_emulator/orders/{order_id}/pay", "Pay as a shopper", May("Payment"), "PaymentDone", &[400, 404, 409]),
    control("post", "/_emulator/orders/{order_id}/address", "Enter an address as a shopper", Must("AddressChange"), "OrderDetails", &[400, 404, 409]),
    control("post", "/_emulator/orders/{order_id}/shipping-option", "Choose a way to ship as a shopper", Must("ShippingChoice"), "OrderDetails", &[400, 404, 409]),
    control("post", "/_emulator/orders/{order_id}/push", "Send a push now", May("PushRequest"), "CallbackSent", &[400, 404, 409, 502]),
    control("post", "/_emulator/orders/{order_id}/decide", "Decide about a pending purchase", Must("DecisionRequest"), "Decided", &[400, 404, 409]),
    control("post", "/_emulator/orders/{order_id}/dispute", "Begin a dispute, or tell news about one", May("DisputeRequest"), "Dispute", &[400, 404, 409]),
    control("post", "/_emulator/orders/{order_id}/capture", "Capture what is left", None, "OrderDetails", &[404, 409]),
    control("post", "/_emulator/orders/{order_id}/expire", "Let an open order expire", None, "OrderDetails", &[404, 409]),
    control("get", "/_emulator/callbacks", "Every callback that was sent", None, "Callbacks", &[]),
    control("post", "/_emulator/callbacks/{number}/repeat", "Send one again", None, "CallbackSent", &[404, 502]),
    control("get", "/_emulator/webhooks", "Who is told of events", None, "Webhooks", &[]),
    control("put", "/_emulator/webhooks", "Say who is told of events", Must("WebhooksWanted"), "Webhooks", &[400]),
    control("delete", "/_emulator/webhooks", "Tell nobody any more", None, "Webhooks", &[]),
    control("get", "/_emulator/requests", "The newest requests with their answers, newest last", None, "Exchanges", &[]),
    Operation { answer: Events, ..control("get", "/_emulator/events", "What happens, as a stream of events", None, "Events", &[503]) },
    control("get", "/_emulator/rules", "What is done where the documentation leaves a choice", None, "Rules", &[]),
    control("patch", "/_emulator/rules", "Choose it", Must("RulesChange"), "Rules", &[400]),
    control("get", "/_emulator/faults", "The rules by which calls fail, with their counts", None, "Faults", &[]),
    Operation { success: 201, ..control("post", "/_emulator/faults", "Add one", Must("FaultRule"), "Faults", &[400]) },
    control("delete", "/_emulator/faults", "Remove them all", None, "Done", &[]),
    control("delete", "/_emulator/faults/{number}", "Remove one", None, "Faults", &[404]),
    control("get", "/_emulator/clock", "The virtual clock", None, "Clock", &[]),
    control("post", "/_emulator/clock/advance", "Move it on, and send what falls due", Must("ClockAdvance"), "ClockAdvanced", &[400, 409, 500]),
    control("post", "/_emulator/clock/freeze", "Let it stand still", None, "Clock", &[]),
    control("post", "/_emulator/clock/run", "Let it go on", None, "Clock", &[]),
    control("post", "/_emulator/clock/speed", "Let it run faster or slower", Must("ClockSpeed"), "Clock", &[400]),
    control("get", "/_emulator/snapshot", "The whole state", None, "Snapshot", &[500]),
    control("put", "/_emulator/snapshot", "Go back to a state", Must("Snapshot"), "Restored", &[400, 413]),
    control("post", "/_emulator/reset", "Forget everything but the rules", None, "Done", &[]),
];

#[rustfmt::skip]
const BROWSER: &[Operation] = &[
    form("get", "/browser/orders/{order_id}", "The order as the form shows it", None, "Form", &[404]),
    form("post", "/browser/orders/{order_id}/customer", "Enter an address", Must("FormCustomer"), "FormChanged", &[400, 404, 409]),
    form("post", "/browser/orders/{order_id}/shipping-option", "Choose a way to ship", Must("ShippingChoice"), "FormChanged", &[400, 404, 409]),
    form("post", "/browser/orders/{order_id}/pay", "Press the button", Must("FormPayment"), "FormOutcome", &[400, 404, 409]),
    form("post", "/browser/orders/{order_id}/bank", "Leave the bank's page", Must("BankAnswer"), "FormOutcome", &[400, 404, 409]),
    page("get", "/browser/hosted/{session_id}", "The hosted payment page"),
    page("post", "/browser/hosted/{session_id}/back", "Go back to the shop"),
    page("post", "/browser/hosted/{session_id}/cancel", "Give up"),
];

const fn merchant(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    body: Body,
    success: u16,
    answer: Answer,
    refusals: &'static [u16],
) -> Operation {
    Operation {
        side: Side::Merchant,
        method,
        path,
        summary,
        body,
        success,
        answer,
        refusals,
    }
}

const fn control(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    body: Body,
    answer: &'static str,
    refusals: &'static [u16],
) -> Operation {
    Operation {
        side: Side::Control,
        ..merchant(method, path, summary, body, 200, Json(answer), refusals)
    }
}

const fn form(
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    body: Body,
    answer: &'static str,
    refusals: &'static [u16],
) -> Operation {
    Operation {
        side: Side::Form,
        ..control(method, path, summary, body, answer, refusals)
    }
}

const fn page(method: &'static str, path: &'static str, summary: &'static str) -> Operation {
    Operation {
        side: Side::Page,
        ..merchant(method, path, summary, None, 200, Page, &[303, 410])
    }
}
