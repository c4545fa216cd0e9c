//! What the control routes show: orders, their history, callbacks, requests, and events.

use super::checkout::fraud_status;
use super::schema::{
    closed, count, dictionary, flag, integer, list, moment, named, object, one_of, or_null, said, text, texts,
};
use crate::callback::CallbackKind;
use crate::order::{Change, OrderState};
use serde_json::{Map, Value, json};

/// What the stream tells, and the schema of its data.
const EVENTS: [(&str, &str, &str); 8] = [
    ("hello", "Hello", "The first one."),
    ("order", "OrderSummary", "Something touched an order."),
    ("request", "Exchange", "A call and its answer."),
    (
        "callback",
        "Callback",
        "When it is sent, and again with its answer.",
    ),
    (
        "faults",
        "Faults",
        "All rules, when one was added, removed or met.",
    ),
    (
        "clock",
        "Clock",
        "The clock was moved, stopped or set to another speed.",
    ),
    (
        "reset",
        "Done",
        "Everything was forgotten or replaced: read again.",
    ),
    (
        "resync",
        "Done",
        "You read too slowly and lost events: read again.",
    ),
];

pub(super) fn add(schemas: &mut Map<String, Value>) {
    add_orders(schemas);
    add_callbacks(schemas);
    add_exchanges(schemas);
    let hello = object(&json!({ "now": moment(), "accepts_any_credentials": flag() }));
    schemas.insert("Hello".to_owned(), hello);
    let forms: Vec<Value> = EVENTS
        .iter()
        .map(|(name, data, words)| {
            said(
                object(&json!({ "event": { "const": name }, "data": named(data) })),
                words,
            )
        })
        .collect();
    let words = "One event of the stream, with its data read as JSON.";
    schemas.insert("Events".to_owned(), said(json!({ "oneOf": forms }), words));
}

fn summary() -> Value {
    let states = [
        OrderState::Open,
        OrderState::Aborted,
        OrderState::Expired,
        OrderState::Complete,
    ];
    json!({
        "order_id": text(),
        "state": one_of(&states),
        "management_status": said(or_null(text()), "null until the order is bought, as the next."),
        "fraud_status": or_null(fraud_status()),
        "merchant_reference1": or_null(text()),
        "purchase_country": text(),
        "purchase_currency": or_null(text()),
        "order_amount": integer(),
        "started_at": or_null(moment()),
        "completed_at": or_null(moment()),
        "acknowledged_at": or_null(moment()),
        "next_push_at": or_null(moment()),
        "pushes": count(),
        "validations": count(),
    })
}

fn add_orders(schemas: &mut Map<String, Value>) {
    let mut details = summary();
    let more = json!({
        "customer_typed": said(flag(), "From then on prefilled addresses are ignored."),
        "is_being_paid": flag(),
        "browser_token": text(),
        "checkout": said(named("StoredOrder"), "As it was sent, with what the shopper chose."),
        "management": or_null(named("ManagedOrder")),
        "history": list(object(&json!({ "at": moment(), "change": one_of(&changes()) }))),
        "callbacks": list(named("CallbackOfOrder")),
    });
    for (name, schema) in more.as_object().into_iter().flatten() {
        details[name] = schema.clone();
    }
    schemas.insert("OrderSummary".to_owned(), object(&summary()));
    schemas.insert("OrderDetails".to_owned(), object(&details));
    let orders = object(&json!({ "now": moment(), "orders": list(named("OrderSummary")) }));
    schemas.insert("Orders".to_owned(), orders);
}

fn changes() -> Vec<Change> {
    vec![
        Change::Created,
        Change::Updated,
        Change::CustomerTyped,
        Change::ShippingOptionSelected,
        Change::ChangeRefused,
        Change::ChangeFailed,
        Change::Aborted,
        Change::Expired,
        Change::ValidationApproved,
        Change::ValidationDenied,
        Change::ValidationFailed,
        Change::ValidationUnanswered,
        Change::PaymentAbandoned,
        Change::PaymentRejected,
        Change::Completed,
        Change::FraudAccepted,
        Change::FraudRejected,
        Change::FraudStopped,
        Change::Acknowledged,
        Change::Cancelled,
        Change::ReferencesSet,
        Change::Captured,
        Change::Refunded,
        Change::AuthorizationUpdated,
        Change::AuthorizationReleased,
        Change::AuthorizationExtended,
        Change::CustomerUpdated,
        Change::ShippingInfoAdded,
        Change::SentOut,
    ]
}

fn add_callbacks(schemas: &mut Map<String, Value>) {
    use CallbackKind::{
        Address, Country, HostedStatus, Notification, Push, ShippingOption, Validation, Webhook,
    };
    let kinds = [
        Push,
        Validation,
        ShippingOption,
        Address,
        Country,
        Notification,
        Webhook,
        HostedStatus,
    ];
    let answered = object(&json!({
        "status": json!({ "type": "integer" }),
        "location?": text(),
        "body": text(),
    }));
    let answer = json!({ "anyOf": [
        closed(&json!({ "answered": answered })),
        closed(&json!({ "failed": object(&json!({ "reason": text() })) })),
        { "type": "null" },
    ] });
    let attempt = json!({
        "number": count(),
        "kind": one_of(&kinds),
        "method": { "const": "POST" },
        "url": text(),
        "headers": dictionary(text()),
        "body": said(text(), "As it was sent."),
        "sent_at": moment(),
        "answered_at": or_null(moment()),
        "answer": said(answer, "null while the merchant has not answered."),
        "remark?": said(text(), "Why an answer counted as none."),
        "repeats?": said(count(), "Which one this is a repetition of."),
    });
    let mut of_all = attempt.clone();
    of_all["order_id"] = text();
    schemas.insert("CallbackOfOrder".to_owned(), object(&attempt));
    schemas.insert("Callback".to_owned(), object(&of_all));
    schemas.insert(
        "Callbacks".to_owned(),
        object(&json!({ "callbacks": list(named("Callback")) })),
    );
}

fn add_exchanges(schemas: &mut Map<String, Value>) {
    let body = || said(json!({}), "JSON as JSON, other text as text, nothing as null.");
    let request = object(&json!({
        "method": text(),
        "path": text(),
        "headers": dictionary(text()),
        "body": body(),
    }));
    let response = object(&json!({
        "status": { "type": "integer" },
        "headers": dictionary(text()),
        "body": body(),
        "reasons?": said(texts(), "Why values were refused; Kustom itself only names them."),
    }));
    schemas.insert(
        "Exchange".to_owned(),
        object(&json!({
            "number": count(),
            "at": moment(),
            "fault?": said(named("FaultEffect"), "What went wrong on purpose."),
            "request": request,
            "response": said(or_null(response), "null where a fault kept the answer back."),
        })),
    );
    schemas.insert(
        "Exchanges".to_owned(),
        object(&json!({ "requests": list(named("Exchange")) })),
    );
}
