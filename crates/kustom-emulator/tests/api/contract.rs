//! Every exchange of these tests, held against the document of the routes: the body that was taken, the answer's status,
//! headers and body, and the bodies of the callbacks that were sent meanwhile.

use crate::support::Answer;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use jsonschema::Validator;
use kustom_emulator::{Attempt, CallbackAnswer, Emulator, Rules};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use tower::ServiceExt;

/// What is not under these is a file of a page.
const DOCUMENTED: [&str; 7] = [
    "/checkout/",
    "/ordermanagement/",
    "/customer-token/",
    "/hpp/",
    "/_emulator/",
    "/browser/orders/",
    "/browser/hosted/",
];

/// By these rules other bodies are taken than the document says, which describes the rules at the start.
const RULES_ABOUT_MEMBERS: [&str; 4] = [
    "unknown_members",
    "null_members",
    "read_only_members",
    "merchant_urls",
];

pub(crate) struct Sent<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) body: &'a str,
}

/// Panics where the exchange is not as documented, unless a fault rule or another rule is the reason.
pub(crate) async fn check(emulator: &Emulator, sent: &Sent<'_>, answer: &Answer) {
    let Err(complaint) = checked(emulator, sent, answer) else {
        return;
    };
    let was_struck = emulator.inspect(|kustom| {
        let last = kustom.exchanges().last();
        last.is_some_and(|last| {
            last.fault.is_some() && sent.path.split('?').next() == Some(&last.request.path)
        })
    });
    assert!(
        was_struck || !rules_are_as_documented(emulator).await,
        "{} {} {}\n{} {}\n{complaint}",
        sent.method,
        sent.path,
        sent.body,
        answer.status,
        answer.text
    );
}

/// The name of an operation, for tests that count them.
pub(crate) fn operation_id(method: &str, path: &str) -> Option<String> {
    Some(operation(path, method)?["operationId"].as_str()?.to_owned())
}

/// Each operation with the status of its success.
pub(crate) fn documented_successes() -> Vec<(String, u16)> {
    let paths = DOCUMENT["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|methods| methods.as_object().unwrap().values());
    let success = |operation: &Value| {
        let mut statuses = operation["responses"].as_object().unwrap().keys();
        let status = statuses.find(|status| status.starts_with('2')).unwrap();
        let id = operation["operationId"].as_str().unwrap();
        (id.to_owned(), status.parse().unwrap())
    };
    operations.map(success).collect()
}

pub(crate) fn fault_effects() -> Vec<String> {
    let effects = &DOCUMENT["components"]["schemas"]["FaultEffect"]["enum"];
    serde_json::from_value(effects.clone()).unwrap()
}

/// One event of the stream.
pub(crate) fn check_event(name: &str, data: &Value) {
    let event = json!({ "event": name, "data": data });
    valid(&json!({ "$ref": "#/components/schemas/Events" }), &event, &CLOSED).unwrap();
}

fn checked(emulator: &Emulator, sent: &Sent<'_>, answer: &Answer) -> Result<(), String> {
    let path = sent.path.split('?').next().unwrap();
    // Browsers ask about every path what they may ask of it.
    if sent.method == "OPTIONS" || !DOCUMENTED.iter().any(|start| path.starts_with(start)) {
        return Ok(());
    }
    match operation(path, sent.method) {
        Some(operation) => {
            let response = &operation["responses"][answer.status.to_string()];
            if !response.is_object() {
                return Err("this status is not documented".to_owned());
            }
            check_body(&operation["requestBody"], sent.body, answer.status)?;
            check_headers(response, answer)?;
            check_answer(response, answer)?;
        }
        None if matches!(answer.status, 403..=405) => {}
        None => return Err("this operation is not documented".to_owned()),
    }
    let sent_out: Vec<Attempt> = emulator.inspect(|kustom| {
        let attempts = kustom.attempts().into_iter();
        attempts.map(|(_, attempt)| attempt.clone()).collect()
    });
    sent_out.iter().try_for_each(check_callback)
}

/// The one whose path has the most words in common, as `/captures` and `/captures/{capture_id}` differ in length only.
fn operation(path: &str, method: &str) -> Option<&'static Value> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == parts.len()
            && wanted
                .iter()
                .zip(&parts)
                .all(|(wanted, part)| wanted.starts_with('{') && !part.is_empty() || wanted == part)
    };
    let paths = DOCUMENT["paths"].as_object().unwrap().iter();
    let (_, methods) = paths
        .filter(|(template, _)| fits(template))
        .min_by_key(|(template, _)| template.matches('{').count())?;
    methods.get(method.to_ascii_lowercase())
}

/// What was refused may be anything; what was taken is as documented.
fn check_body(documented: &Value, body: &str, status: u16) -> Result<(), String> {
    if !(200..300).contains(&status) || documented.is_null() {
        return Ok(());
    }
    if body.is_empty() {
        return match documented["required"] == true {
            true => Err("no body was taken, and one is documented as required".to_owned()),
            false => Ok(()),
        };
    }
    let schema = &documented["content"]["application/json"]["schema"];
    let body = serde_json::from_str(body).map_err(|error| error.to_string())?;
    valid(schema, &body, &DOCUMENT).map_err(|error| format!("this body was taken: {error}"))
}

fn check_headers(response: &Value, answer: &Answer) -> Result<(), String> {
    for name in response["headers"].as_object().into_iter().flat_map(Map::keys) {
        if !answer.headers.contains_key(name) {
            return Err(format!("the header {name} is missing"));
        }
    }
    Ok(())
}

fn check_answer(response: &Value, answer: &Answer) -> Result<(), String> {
    let content = &response["content"];
    if answer.text.is_empty() {
        return match content.is_null() || response["x-empty"] == true {
            true => Ok(()),
            false => Err("the answer has no body".to_owned()),
        };
    }
    let said = answer.headers.get("content-type").ok_or("no content type")?;
    let said = said.to_str().unwrap().split(';').next().unwrap().to_owned();
    let schema = &content[&said]["schema"];
    if schema.is_null() {
        return Err(format!("a body of {said} is not documented"));
    }
    if said != "application/json" {
        return Ok(());
    }
    let body = serde_json::from_str(&answer.text).map_err(|error| error.to_string())?;
    valid(schema, &body, &CLOSED).map_err(|error| format!("the answer: {error}"))
}

/// What was sent to the merchant, and what the merchant agreed to by it.
fn check_callback(attempt: &Attempt) -> Result<(), String> {
    let kind = json!(attempt.kind);
    let kind = kind.as_str().unwrap();
    let documented = &DOCUMENT["webhooks"][kind]["post"];
    if !documented.is_object() {
        return Err(format!("the callback {kind} is not documented"));
    }
    let schema = &documented["requestBody"]["content"]["application/json"]["schema"];
    if schema.is_null() {
        // Pushes have the bodies that are asked for.
        return Ok(());
    }
    let body = serde_json::from_str(&attempt.body).map_err(|error| error.to_string())?;
    valid(schema, &body, &CLOSED).map_err(|error| format!("the callback {kind}: {error}"))?;
    let agreed = &documented["responses"]["200"]["content"]["application/json"]["schema"];
    match &attempt.answer {
        Some(CallbackAnswer::Answered {
            status: 200, body, ..
        }) if attempt.remark.is_none() && !agreed.is_null() => {
            let body = serde_json::from_str(body).map_err(|error| error.to_string())?;
            valid(agreed, &body, &DOCUMENT).map_err(|error| format!("the answer to {kind}: {error}"))
        }
        _ => Ok(()),
    }
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let emulator = crate::support::emulator();
    let request = Request::get("/openapi.json").body(Body::empty()).unwrap();
    let answer = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async { body_of(&emulator, request).await })
    });
    answer.join().unwrap()
});

/// The same where objects have no members beside those that are named: what a reader may ignore, these tests may not.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut document = DOCUMENT.clone();
    close(&mut document["components"]["schemas"]);
    document["closed"] = json!(true);
    document
});

fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) && members.contains_key("type") {
                members.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(values) => values.iter_mut().for_each(close),
        _ => {}
    }
}

fn valid(schema: &Value, value: &Value, document: &Value) -> Result<(), String> {
    let validator = validator(format!("{} {schema}", document["closed"]), schema, document);
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors.join("\n")),
    }
}

/// Each is built once.
fn validator(key: String, schema: &Value, document: &Value) -> Arc<Validator> {
    static KNOWN: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap();
    let build = || {
        let schema = with_what_it_names(schema, document);
        let options = jsonschema::draft202012::options().should_validate_formats(true);
        Arc::new(options.build(&schema).unwrap())
    };
    known.entry(key).or_insert_with(build).clone()
}

/// The whole document would do, and takes far longer to build.
fn with_what_it_names(schema: &Value, document: &Value) -> Value {
    let mut named = Map::new();
    let mut unread = vec![schema.to_string()];
    while let Some(text) = unread.pop() {
        for rest in text.split("\"#/components/schemas/").skip(1) {
            let name = rest.split('"').next().unwrap();
            let found = &document["components"]["schemas"][name];
            if named.insert(name.to_owned(), found.clone()).is_none() {
                unread.push(found.to_string());
            }
        }
    }
    let mut schema = schema.clone();
    schema["components"] = json!({ "schemas": named });
    schema
}

async fn rules_are_as_documented(emulator: &Emulator) -> bool {
    let request = Request::get("/_emulator/rules").body(Body::empty()).unwrap();
    let rules = body_of(emulator, request).await;
    let usual = Rules::default().settable();
    RULES_ABOUT_MEMBERS.iter().all(|name| rules[name] == usual[*name])
}

async fn body_of(emulator: &Emulator, request: Request<Body>) -> Value {
    let answer = emulator.router().oneshot(request).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

fn answer(status: u16, body: &Value) -> Answer {
    let headers = [
        ("content-type", "application/json;charset=utf-8"),
        ("klarna-correlation-id", "c"),
    ];
    let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    Answer {
        status,
        headers: headers.into_iter().collect(),
        text: body.to_string(),
    }
}

#[test]
fn what_is_not_as_documented_is_noticed() {
    let emulator = crate::support::emulator();
    let capture = json!({
        "capture_id": "1", "captured_amount": 1, "captured_at": "2026-11-23T08:00:00Z", "klarna_reference": "K-1",
        "refunded_amount": 0, "order_lines": [], "shipping_info": [],
    });
    let with = |name: &str, value: Value| {
        let mut capture = capture.clone();
        capture[name] = value;
        capture
    };
    let path = "/ordermanagement/v1/orders/1/captures/1";
    let complaint = |method: &str, body: &str, path: &str, answer: &Answer| {
        let sent = Sent { method, path, body };
        checked(&emulator, &sent, answer).err().unwrap_or_default()
    };
    assert_eq!(complaint("GET", "", path, &answer(200, &capture)), "");
    for (changed, words) in [
        (answer(200, &with("captured_amount", json!("1"))), "integer"),
        (answer(200, &with("captured_at", json!("today"))), "date-time"),
        (answer(200, &with("invented", json!(1))), "invented"),
        (answer(200, &json!({})), "required"),
        (answer(418, &capture), "status is not documented"),
        (
            Answer {
                text: String::new(),
                ..answer(200, &capture)
            },
            "no body",
        ),
        (
            Answer {
                headers: http::HeaderMap::new(),
                ..answer(200, &capture)
            },
            "header",
        ),
    ] {
        let said = complaint("GET", "", path, &changed);
        assert!(said.contains(words), "{words}: {said}");
    }
    let reset = answer(200, &json!({}));
    let said = complaint("POST", "", "/_emulator/resets", &reset);
    assert!(said.contains("operation is not documented"), "{said}");
    let clock = answer(
        200,
        &json!({ "now": "2026-11-23T08:00:00Z", "frozen": false, "speed": 1.0 }),
    );
    let said = complaint("POST", r#"{"factor":20000}"#, "/_emulator/clock/speed", &clock);
    assert!(said.contains("this body was taken"), "{said}");
}
