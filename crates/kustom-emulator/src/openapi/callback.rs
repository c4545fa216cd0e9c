//! What the emulator sends to a merchant's server, and what it may be answered.
//!
//! Sources: <https://docs.kustom.co/contents/checkout/additional-resources/server-side-callbacks>,
//! <https://docs.kustom.co/contents/checkout/use-cases/validate-order>,
//! <https://docs.kustom.co/contents/api/api-basics/webhooks>.

use super::schema::{integer, list, moment, named, object, one_of, said, text, texts};
use crate::verdict::ERROR_TYPES;
use serde_json::{Map, Value, json};

/// Name, summary, the schema of the body, and whether the merchant is asked something.
const CALLBACKS: [(&str, &str, Option<&str>, Question); 8] = [
    (
        "push",
        "`merchant_urls.push`: the order is bought. It comes after 2, 5, 15, 30 and 60 minutes, then every four hours for 48 \
            hours, until the order is acknowledged.",
        None,
        Question::None,
    ),
    (
        "validation",
        "`merchant_urls.validation`: may the order be bought? It is the order as a read answers it.",
        Some("Order"),
        Question::Approval,
    ),
    (
        "shipping_option",
        "`merchant_urls.shipping_option_update`: the shopper chooses a way to ship.",
        Some("ChangeQuestion"),
        Question::Change,
    ),
    (
        "address",
        "`merchant_urls.address_update`: the shopper enters an address.",
        Some("ChangeQuestion"),
        Question::Change,
    ),
    (
        "country",
        "`merchant_urls.country_change`: the shopper chooses another country.",
        Some("ChangeQuestion"),
        Question::Change,
    ),
    (
        "notification",
        "`merchant_urls.notification`: a pending purchase was decided. \
            https://developers.klarna.com/en/gb/kco-v3/pending-orders",
        Some("Notification"),
        Question::None,
    ),
    (
        "webhook",
        "A subscriber of webhooks: something happened. Signed as Standard Webhooks says, which is our choice.",
        Some("WebhookMessage"),
        Question::None,
    ),
    (
        "hosted_status",
        "`merchant_urls.status_update` of a hosted payment page: it has come further.",
        Some("HostedStatusUpdate"),
        Question::None,
    ),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    None,
    Approval,
    Change,
}

pub(super) fn add(schemas: &mut Map<String, Value>) {
    schemas.insert("ChangeQuestion".to_owned(), question());
    let types: Vec<&str> = ERROR_TYPES.iter().map(|(name, _)| *name).collect();
    let refusal = object(&json!({
        "error_type": one_of(&types),
        "error_text?": said(text(), "Shown to the shopper. Only `unsupported_shipping_address` goes without."),
    }));
    schemas.insert("CallbackRefusal".to_owned(), refusal);
    let event_types = ["FRAUD_RISK_ACCEPTED", "FRAUD_RISK_REJECTED", "FRAUD_RISK_STOPPED"];
    let notification = object(&json!({ "order_id": text(), "event_type": one_of(&event_types) }));
    schemas.insert("Notification".to_owned(), notification);
    schemas.insert(
        "WebhookMessage".to_owned(),
        object(&json!({
            "id": json!({ "type": "string", "pattern": "^kevt_" }),
            "merchant_id": text(),
            "timestamp": said(moment(), "To the nanosecond."),
            "type": named("WebhookType"),
            "data": object(&json!({
                "order_id": text(),
                "capture_id?": text(),
                "refund_id?": text(),
                "dispute_id?": text(),
            })),
        })),
    );
    schemas.insert(
        "HostedStatusUpdate".to_owned(),
        object(&json!({ "event_id": text(), "session": named("HostedSession") })),
    );
}

fn question() -> Value {
    let schema = object(&json!({
        "order_amount": integer(),
        "order_tax_amount": integer(),
        "order_lines": list(named("BoughtOrderLine")),
        "purchase_currency": text(),
        "billing_address?": named("Address"),
        "shipping_address?": named("Address"),
        "selected_shipping_option?": named("ShippingOption"),
        "customer?": named("Customer"),
        "locale?": text(),
        "merchant_data?": text(),
        "merchant_reference1?": text(),
        "merchant_reference2?": text(),
        "tags?": texts(),
    }));
    said(
        schema,
        "It does not name the order: that is in the address, by its placeholder.",
    )
}

/// Named as the kinds of `GET /_emulator/callbacks`.
pub(super) fn webhooks() -> Value {
    let all = CALLBACKS.iter().map(|(name, summary, body, question)| {
        let mut operation = json!({
            "operationId": format!("callback_{name}"),
            "tags": [match *name {
                "hosted_status" => "hosted payment page",
                "push" | "notification" | "webhook" => "order management",
                _ => "checkout",
            }],
            "summary": summary,
            "responses": answers(*question),
        });
        if let Some(schema) = body {
            operation["requestBody"] =
                json!({ "required": true, "content": { "application/json": { "schema": named(schema) } } });
        }
        let page = match *name {
            "push" => "v3/checkout/additional-resources/confirm-purchase",
            "validation" => "contents/checkout/use-cases/validate-order",
            "webhook" => "contents/api/api-basics/webhooks",
            "hosted_status" => "contents/api/hosted-payment-page",
            _ => "contents/checkout/additional-resources/server-side-callbacks",
        };
        operation["externalDocs"] = json!({ "url": format!("https://docs.kustom.co/{page}") });
        if *name == "webhook" {
            operation["parameters"] = json!(signature_headers());
        }
        ((*name).to_owned(), json!({ "post": operation }))
    });
    Value::Object(all.collect())
}

fn signature_headers() -> Vec<Value> {
    let header = |name, words| json!({ "name": name, "in": "header", "required": true, "schema": text(), "description": words });
    vec![
        header("webhook-id", "The same each time that the message is repeated."),
        header("webhook-timestamp", "Seconds since 1970, of the sending."),
        header("webhook-signature", "One for each secret that is in use."),
    ]
}

fn answers(question: Question) -> Value {
    if question == Question::None {
        return json!({ "2XX": { "description": "Heard. An answer of a push ends nothing; acknowledge the order." } });
    }
    let agreed = match question {
        Question::Change => json!({
            "description": "Agreed; this replaces what the order had.",
            "content": { "application/json": { "schema": named("ChangeAnswer") } },
        }),
        _ => json!({ "description": "Approved." }),
    };
    let away = json!({
        "description": "Refused: the shopper is sent to this page. 301, 302 and 307 mean the same.",
        "headers": { "Location": { "required": true, "schema": text() } },
    });
    json!({
        "200": agreed,
        "303": away,
        "400": {
            "description": "Refused, with a text for the shopper.",
            "content": { "application/json": { "schema": named("CallbackRefusal") } },
        },
    })
}
