//! Calls to Kustom, as the client tells of them. Which cart one belongs to is read from the call itself: it names an order or,
//! before there is one, the cart's number. So a retry, a job and the outbox are told like a shopper's own request.

use super::{Draft, Kind, Party, Timeline, redact};
use crate::kustom_client::{Asked, Observer, OnAnswer, Told};
use kassa_commerce::id::CartId;
use kustom_api::KustomOrderId;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use tokio::time::Instant;

/// A timeline that a client tells of its calls.
#[derive(Clone, Debug)]
pub struct CallsToKustom(pub Arc<Timeline>);

#[derive(Deserialize)]
struct Creation {
    merchant_reference1: Option<String>,
}

impl Observer for CallsToKustom {
    fn asked(&self, asked: &Asked<'_>) -> Option<OnAnswer> {
        let timeline = Arc::clone(&self.0);
        let cart_id = whose(&timeline, asked)?;
        let path = asked.url.path();
        let detail = json!({
            "method": asked.method.as_str(),
            "url": redact::url(&asked.url.to_string(), cart_id),
            "headers": headers(&asked.headers, cart_id),
            "role": "kustom-call",
        });
        let draft = Draft {
            at: timeline.now(),
            from: Party::Kassa,
            to: Party::Kustom,
            kind: Kind::Request,
            title: format!("{} {}", asked.method, redact::path(path, cart_id)),
            detail: with_body(detail, Some("application/json"), asked.body, cart_id),
        };
        let exchange = timeline.request(cart_id, &draft);
        let started = Instant::now();
        Some(Box::new(move |told| {
            let draft = answer(&timeline, cart_id, told, started);
            timeline.answer(cart_id, exchange, &draft);
        }))
    }
}

fn whose(timeline: &Timeline, asked: &Asked<'_>) -> Option<CartId> {
    let mut segments = asked
        .url
        .path()
        .split('/')
        .skip_while(|segment| *segment != "orders");
    match segments.nth(1) {
        Some(order) => timeline.cart_of_order(&KustomOrderId(order.to_owned())),
        None => {
            let creation: Creation = serde_json::from_slice(asked.body).ok()?;
            timeline.cart_of_number(&creation.merchant_reference1?)
        }
    }
}

fn answer(timeline: &Timeline, cart_id: CartId, told: Told<'_>, started: Instant) -> Draft {
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let (title, detail) = match told {
        Told::Answer {
            status,
            headers,
            body,
        } => {
            let detail = json!({
                "status": status,
                "headers": self::headers(&headers, cart_id),
                "durationMs": duration_ms,
            });
            let detail = with_body(detail, Some("application/json"), body, cart_id);
            (status.to_string(), detail)
        }
        Told::Failure { reason } => (
            "no answer".to_owned(),
            json!({ "failure": reason, "durationMs": duration_ms }),
        ),
    };
    Draft {
        at: timeline.now(),
        from: Party::Kustom,
        to: Party::Kassa,
        kind: Kind::Answer,
        title,
        detail,
    }
}

fn headers(headers: &[(&str, &str)], cart_id: CartId) -> Value {
    let shown = headers.iter().map(|(name, value)| {
        let value = redact::header(name, value.as_bytes(), cart_id);
        ((*name).to_owned(), Value::String(value))
    });
    shown.collect::<Map<_, _>>().into()
}

fn with_body(mut detail: Value, content_type: Option<&str>, bytes: &[u8], cart_id: CartId) -> Value {
    if let Some(body) = redact::body(content_type, bytes, cart_id) {
        detail["body"] = body.into();
    }
    detail
}
