//! What the control routes take, and the short answers among theirs.

use super::checkout::fraud_status;
use super::schema::{
    closed, count, dictionary, flag, list, members_of, moment, named, object, one_of, or_null, said, text,
    texts,
};
use crate::clock::Speed;
use crate::decision::Decision;
use crate::purchase::{Outcome, PaymentMethod};
use crate::push::PushShape;
use crate::rules::{LONGEST_MS, Rules};
use crate::shell::LONGEST_ADVANCE_SECONDS;
use crate::strictness;
use crate::webhook::{ENDPOINT_LIMIT, WebhookType};
use serde_json::{Map, Value, json};

const DECISIONS: [Decision; 3] = [Decision::Accepted, Decision::Rejected, Decision::Stopped];

pub(super) fn add(schemas: &mut Map<String, Value>) {
    add_shopper(schemas);
    add_callback_bodies(schemas);
    add_clock(schemas);
    add_rules(schemas);
    add_webhooks(schemas);
    schemas.insert("ControlError".to_owned(), error());
    schemas.insert("Done".to_owned(), object(&json!({})));
    let snapshot = object(&json!({
        "version": { "type": "integer" },
        "clock": named("Clock"),
        "kustom": said(json!({ "type": "object", "additionalProperties": true }), "Everything else, as it is kept."),
    }));
    let words = "For the same release of the emulator. A document that is wrong changes nothing.";
    schemas.insert("Snapshot".to_owned(), said(snapshot, words));
    schemas.insert(
        "Restored".to_owned(),
        object(&json!({ "now": moment(), "orders": count() })),
    );
}

fn error() -> Value {
    let error = object(&json!({
        "code": said(text(), "Stable, for programs."),
        "message": said(text(), "For people."),
        "fields?": said(texts(), "What is missing or wrong in an address."),
        "error_type?": said(text(), "The merchant's."),
        "error_text?": said(text(), "The merchant's."),
        "location?": said(text(), "Where the merchant sends the shopper."),
    }));
    let mut schema = object(&json!({ "error": error }));
    schema["examples"] = json!([{ "error": { "code": "NO_SUCH_ORDER", "message": "no such order" } }]);
    schema
}

/// A shopper may say null for nothing, and what she says has no limits.
fn add_shopper(schemas: &mut Map<String, Value>) {
    for (name, of) in [("ShopperAddress", "Address"), ("ShopperCustomer", "Customer")] {
        let members = members_of(schemas, of);
        let names = members
            .keys()
            .map(|name| (name.clone(), json!({ "type": ["string", "null"] })));
        let properties: Map<String, Value> = names.collect();
        schemas.insert(
            name.to_owned(),
            json!({ "type": "object", "properties": properties }),
        );
    }
    schemas.insert("AddressChange".to_owned(), named("ShopperAddress"));
    schemas.insert(
        "ShippingChoice".to_owned(),
        closed(&json!({ "id": said(text(), "Of one that the order offers.") })),
    );
    let outcomes = one_of(&[Outcome::Approved, Outcome::Pending, Outcome::Rejected]);
    let email = said(
        or_null(text()),
        "A word in its local part decides what becomes of the purchase.",
    );
    schemas.insert(
        "Payment".to_owned(),
        closed(&json!({
            "outcome?": said(or_null(outcomes.clone()), "Comes before what the e-mail address says."),
            "email?": email,
            "address?": said(named("ShopperAddress"), "Over what is known, over the test person of the country."),
            "customer?": or_null(named("ShopperCustomer")),
            "shipping_option?": said(or_null(text()), "The id of one that the order offers."),
            "three_d_secure?": said(flag(), "By way of the bank's page; the merchant is asked before and after it."),
            "shipping_address?": or_null(named("ShopperAddress")),
            "method?": one_of(&[PaymentMethod::Invoice, PaymentMethod::Card]),
            "checkboxes?": said(or_null(dictionary(flag())), "By key. Left out, what is required is ticked."),
        })),
    );
    schemas.insert(
        "PaymentDone".to_owned(),
        object(&json!({
            "order_id": text(),
            "outcome": outcomes,
            "fraud_status?": fraud_status(),
            "redirect_url?": said(text(), "Where the purchase ends; not for a shopper who closes the window."),
        })),
    );
}

fn add_callback_bodies(schemas: &mut Map<String, Value>) {
    use PushShape::{Braces, Empty, Form, IdInPath, IdInQuery, Json};
    let shapes = [Empty, Braces, Json, Form, IdInPath, IdInQuery];
    let shape = said(one_of(&shapes), "Documented is `empty`; shops report the others.");
    schemas.insert("PushRequest".to_owned(), closed(&json!({ "shape?": shape })));
    schemas.insert(
        "DecisionRequest".to_owned(),
        closed(&json!({ "decision": one_of(&DECISIONS) })),
    );
    let dispute = said(
        or_null(text()),
        "News about this one. Without it a dispute begins.",
    );
    schemas.insert(
        "DisputeRequest".to_owned(),
        closed(&json!({ "dispute_id?": dispute })),
    );
    schemas.insert("Dispute".to_owned(), object(&json!({ "dispute_id": text() })));
    schemas.insert(
        "CallbackSent".to_owned(),
        object(&json!({
            "number": count(),
            "url": text(),
            "status": said(json!({ "type": "integer" }), "The merchant's."),
            "body": said(text(), "The merchant's."),
        })),
    );
    let unsent = object(&json!({ "reason": said(text(), "Why the merchant could not be told.") }));
    schemas.insert(
        "Decided".to_owned(),
        object(&json!({
            "order_id": text(),
            "fraud_status": fraud_status(),
            "notification": said(
                json!({ "anyOf": [named("CallbackSent"), unsent, { "type": "null" }] }),
                "null where the order names nobody to tell.",
            ),
        })),
    );
}

fn add_clock(schemas: &mut Map<String, Value>) {
    let speed = json!({ "type": "number", "minimum": Speed::SLOWEST, "maximum": Speed::FASTEST });
    let speed = said(speed, "Virtual seconds in one of the wall clock.");
    let clock = json!({ "now": moment(), "frozen": flag(), "speed": speed.clone() });
    let mut advanced = clock.clone();
    advanced["pushes_delivered"] = said(count(), "Callbacks that fell due on the way.");
    schemas.insert("Clock".to_owned(), object(&clock));
    schemas.insert("ClockAdvanced".to_owned(), object(&advanced));
    let seconds = json!({ "type": "integer", "minimum": 0, "maximum": LONGEST_ADVANCE_SECONDS });
    schemas.insert("ClockAdvance".to_owned(), closed(&json!({ "seconds": seconds })));
    schemas.insert("ClockSpeed".to_owned(), closed(&json!({ "factor": speed })));
}

fn add_rules(schemas: &mut Map<String, Value>) {
    let mut members = Map::new();
    for (name, values) in strictness::all_values() {
        members.insert(name.to_owned(), json!({ "type": "string", "enum": values }));
    }
    for (name, value) in Rules::default().settable() {
        let schema = match name.as_str() {
            "pending_decision" => one_of(&DECISIONS),
            "pending_decided_after_ms" => or_null(milliseconds()),
            _ => milliseconds(),
        };
        members.entry(name).or_insert(schema)["default"] = value;
    }
    let names: Vec<&String> = members.keys().collect();
    let all = json!({ "type": "object", "required": names, "properties": members });
    let change = json!({ "type": "object", "properties": members, "additionalProperties": false });
    schemas.insert("Rules".to_owned(), all);
    schemas.insert("RulesChange".to_owned(), said(change, "Those that shall change."));
}

fn milliseconds() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": LONGEST_MS })
}

fn add_webhooks(schemas: &mut Map<String, Value>) {
    use WebhookType::{CaptureCreated, DisputeCreated, DisputeUpdated, OrderCreated, RefundCreated};
    let types = [
        OrderCreated,
        CaptureCreated,
        RefundCreated,
        DisputeCreated,
        DisputeUpdated,
    ];
    schemas.insert("WebhookType".to_owned(), one_of(&types));
    let types = said(list(named("WebhookType")), "None is all of them.");
    let secret = said(text(), "`whsec_` and at least 24 bytes in base64.");
    let wanted = closed(&json!({
        "url": said(text(), "https, except on this machine."),
        "secret?": or_null(secret.clone()),
        "types?": types.clone(),
    }));
    let mut endpoints = list(wanted);
    endpoints["maxItems"] = json!(ENDPOINT_LIMIT);
    schemas.insert(
        "WebhooksWanted".to_owned(),
        closed(&json!({ "merchant_id?": or_null(text()), "endpoints": endpoints })),
    );
    let earlier = object(&json!({ "secret": text(), "signs_until": moment() }));
    let endpoint = object(&json!({
        "url": text(),
        "secret": secret,
        "earlier_secret?": said(earlier, "The one before signs, too, for ten minutes."),
        "types": types,
    }));
    schemas.insert(
        "Webhooks".to_owned(),
        object(&json!({ "merchant_id": or_null(text()), "endpoints": list(endpoint) })),
    );
}
