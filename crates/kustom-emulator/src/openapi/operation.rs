//! One operation, and how the document describes it.

use super::schema::{named, said, text};
use serde_json::{Map, Value, json};

/// Whose errors it answers, and who may call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Kustom's own, with credentials.
    Merchant,
    /// The emulator's, without.
    Control,
    /// The form's, with the order's token.
    Form,
    /// A page that a shopper opens, without any.
    Page,
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    None,
    /// May be left out as a whole.
    May(&'static str),
    Must(&'static str),
}

/// What is answered if all is well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Nothing,
    Json(&'static str),
    Events,
    Page,
}

pub(super) struct Operation {
    pub(super) side: Side,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) body: Body,
    pub(super) success: u16,
    pub(super) answer: Answer,
    /// Statuses besides those that every operation of its side has.
    pub(super) refusals: &'static [u16],
}

/// Whatever is asked of Kustom, a fault rule can make any of these of it.
const OF_EVERY_MERCHANT_CALL: [u16; 7] = [401, 403, 404, 413, 429, 500, 504];
const MANAGEMENT: &str = "/ordermanagement/";
const HOSTED: &str = "/hpp/";
const RECURRING: &str = "/customer-token/";

impl Operation {
    pub(super) fn described(&self) -> Value {
        let mut described = json!({
            "tags": [self.tag()],
            "operationId": self.id(),
            "summary": self.summary,
            "parameters": self.parameters(),
            "responses": self.responses(),
        });
        if let Body::May(schema) | Body::Must(schema) = self.body {
            described["requestBody"] = json!({
                "required": matches!(self.body, Body::Must(_)),
                "content": { "application/json": { "schema": named(schema) } },
            });
        }
        match self.side {
            Side::Merchant => described["security"] = json!([{ "basic": [] }]),
            Side::Form => described["security"] = json!([{ "browserToken": [] }]),
            Side::Control | Side::Page => {}
        }
        if matches!(self.side, Side::Form | Side::Page) {
            described["x-internal"] = json!(true);
        }
        described
    }

    /// Method and path in one word, which no two operations share.
    fn id(&self) -> String {
        let parts = self.path.split(['/', '{', '}', '_', '-', '.']);
        let parts = parts.filter(|part| !part.is_empty());
        parts.fold(self.method.to_owned(), |id, part| {
            let (first, rest) = part.split_at(1);
            id + &first.to_ascii_uppercase() + rest
        })
    }

    fn tag(&self) -> &'static str {
        match self.side {
            Side::Control => "control",
            Side::Form | Side::Page => "form",
            Side::Merchant if self.path.starts_with(MANAGEMENT) => "order management",
            Side::Merchant if self.path.starts_with(HOSTED) => "hosted payment page",
            Side::Merchant if self.path.starts_with(RECURRING) => "recurring",
            Side::Merchant => "checkout",
        }
    }

    fn parameters(&self) -> Vec<Value> {
        let names = self
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let of_path = |name| json!({ "name": name, "in": "path", "required": true, "schema": text() });
        let mut parameters: Vec<Value> = names.map(of_path).collect();
        let is_kept_once = self.path.starts_with(MANAGEMENT) || self.path.starts_with(RECURRING);
        if is_kept_once && self.method != "get" {
            parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
        }
        parameters
    }

    fn responses(&self) -> Value {
        let mut responses = Map::new();
        responses.insert(self.success.to_string(), self.succeeded());
        let of_side: &[u16] = match self.side {
            Side::Merchant => &OF_EVERY_MERCHANT_CALL,
            Side::Control => &[403],
            Side::Form => &[401],
            Side::Page => &[404],
        };
        for status in of_side.iter().chain(self.refusals) {
            responses.insert(status.to_string(), self.refused(*status));
        }
        Value::Object(responses)
    }

    fn succeeded(&self) -> Value {
        let mut response = match self.answer {
            Answer::Nothing => json!({ "description": "Done." }),
            Answer::Json(schema) => json!({
                "description": "Done.",
                "content": { "application/json": { "schema": named(schema) } },
            }),
            Answer::Events => json!({
                "description": "A stream that does not end. Each event has one of the names below and JSON as its data.",
                "content": { "text/event-stream": { "schema": named("Events") } },
            }),
            Answer::Page => json!({
                "description": "A web page.",
                "content": { "text/html": { "schema": text() } },
            }),
        };
        if self.side == Side::Merchant {
            response["headers"] = self.headers();
        }
        response
    }

    fn headers(&self) -> Value {
        let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
        let mut headers = json!({ "Klarna-Correlation-Id": header("CorrelationId") });
        let is_created = self.success == 201 && !self.path.starts_with(HOSTED);
        if is_created {
            headers["Location"] = header("Location");
        }
        if is_created && self.path.ends_with("/captures") {
            headers["Capture-Id"] = header("CaptureId");
        }
        if is_created && self.path.ends_with("/refunds") {
            headers["Refund-Id"] = header("RefundId");
        }
        headers
    }

    fn refused(&self, status: u16) -> Value {
        match self.side {
            Side::Merchant => self.refused_by_kustom(status),
            Side::Page if status == 303 => json!({ "description": "Go to the shop, or on." }),
            Side::Page => json!({
                "description": "A page that says that there is nothing here any more.",
                "content": { "text/html": { "schema": text() } },
            }),
            Side::Control | Side::Form => json!({
                "description": reason_of_ours(status),
                "content": { "application/json": { "schema": named("ControlError") } },
            }),
        }
    }

    /// Bodies of errors are empty, JSON, or pages; `x-empty` marks those that may be empty.
    fn refused_by_kustom(&self, status: u16) -> Value {
        let json_body = |schema: Value| json!({ "application/json": { "schema": schema } });
        let error = || named("MerchantError");
        let mut content = match status {
            401 => json_body(json!({ "anyOf": [error(), named("GatewayError")] })),
            _ => json_body(error()),
        };
        if status == 403 {
            content["text/html"] =
                json!({ "schema": said(text(), "As from a firewall, by a fault rule only.") });
        }
        let is_own = self.refusals.contains(&status) || matches!(status, 401 | 413);
        let reason = match is_own {
            true => reason_of_kustom(status),
            false => "Only where a fault rule says so.",
        };
        let mut response = json!({ "description": reason, "content": content });
        if matches!(status, 401 | 404 | 429 | 500 | 504) {
            response["x-empty"] = json!(true);
        }
        if status == 429 {
            response["headers"] =
                json!({ "Retry-After": { "schema": { "type": "integer" }, "required": true } });
        }
        response
    }
}

fn reason_of_kustom(status: u16) -> &'static str {
    match status {
        400 => {
            "Values that cannot be accepted, all of them: `BAD_VALUE`, and a message with the path of each."
        }
        401 => {
            "Credentials are missing or wrong. The body is empty unless the rule `unauthorized_body` says otherwise."
        }
        403 => "The status of the order, or what is left of it, does not allow this.",
        404 => {
            "There is none, or it has expired. The checkout API answers without a body unless the rule `gone_body` says \
            otherwise."
        }
        _ => "The body is too long.",
    }
}

fn reason_of_ours(status: u16) -> &'static str {
    match status {
        400 => "The body cannot be read, or a value in it is wrong.",
        401 => "The token is not this order's.",
        402 => "The payment was rejected.",
        403 => "`FOREIGN_ORIGIN` or `FOREIGN_HOST`: a page of a stranger's site must not steer the emulator.",
        404 => "There is none.",
        409 => "What is there does not allow this, or the merchant did not.",
        413 => "The body is too long.",
        500 => "The emulator has failed.",
        502 => "`MERCHANT_UNREACHABLE`: the merchant's server gave no answer.",
        _ => "Too many listen already.",
    }
}

pub(super) fn shared_parameters() -> Value {
    json!({
        "IdempotencyKey": {
            "name": "Klarna-Idempotency-Key",
            "in": "header",
            "required": false,
            "schema": text(),
            "description": "A value of your own for each write, a UUID for instance. A write with a key that was seen \
                before gets the first answer again, whatever its body says. \
                https://docs.kustom.co/contents/api/order-management",
        },
    })
}

pub(super) fn shared_headers() -> Value {
    let header =
        |description: &str| json!({ "required": true, "schema": text(), "description": description });
    json!({
        "CorrelationId": header("Names the call. A refusal has the same value in its body."),
        "Location": header("The absolute address of what was made. Keep it; do not build it from an id."),
        "CaptureId": header("The id of the capture."),
        "RefundId": header("The id of the refund."),
    })
}
