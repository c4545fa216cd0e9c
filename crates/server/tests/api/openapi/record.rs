//! Makes requests of a demo shop and keeps them, with what they were answered, as the examples of the document.
//!
//! What differs from run to run, or tells of this machine, is replaced; all else is as it came over the wire.

use crate::shop::Shop;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use kassa::clock::Ids;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tower::ServiceExt;
use uuid::Uuid;

/// Stand for the addresses of this machine.
const PUBLIC_URL: &str = "https://checkout.shop.example";
const KUSTOM_URL: &str = "https://kustom.example";

#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Exchange {
    pub(super) operation_id: String,
    pub(super) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) request: Option<Value>,
    pub(super) status: u16,
    pub(super) answer: Value,
}

pub(super) struct Recorder {
    pub(super) shop: Shop,
    exchanges: Vec<Exchange>,
}

/// The same ids each time.
#[derive(Debug, Default)]
struct CountedIds(AtomicU32);

impl CountedIds {
    fn next(&self) -> Uuid {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{PUBLIC_URL}/{number}").as_bytes())
    }
}

impl Ids for CountedIds {
    fn secret(&self) -> Uuid {
        self.next()
    }

    fn row(&self) -> Uuid {
        self.next()
    }
}

impl Recorder {
    pub(super) async fn open() -> Self {
        let mut shop = Shop::open().await;
        shop.reconfigure(|parts| parts.ids = Arc::new(CountedIds::default()));
        Self {
            shop,
            exchanges: Vec::new(),
        }
    }

    pub(super) fn exchanges(self) -> Vec<Exchange> {
        self.exchanges
    }

    pub(super) async fn get(&mut self, operation_id: &str, name: &str, path: &str) -> Value {
        let answer = self.shop.get(path).await;
        self.keep(operation_id, name, None, answer.status.as_u16(), answer.json())
    }

    pub(super) async fn post(&mut self, operation_id: &str, name: &str, path: &str, body: Value) -> Value {
        let answer = self.shop.post(path, body.clone()).await;
        self.keep(
            operation_id,
            name,
            Some(body),
            answer.status.as_u16(),
            answer.json(),
        )
    }

    pub(super) async fn post_nothing(&mut self, operation_id: &str, name: &str, path: &str) -> Value {
        let answer = self.shop.post_nothing(path).await;
        self.keep(operation_id, name, None, answer.status.as_u16(), answer.json())
    }

    /// What a stream says at first, and of one change.
    pub(super) async fn stream(&mut self, name: &str, cart: &str, change: (&str, Value)) {
        let request = Request::get(format!("{cart}/events"));
        let response = self.shop.router.clone();
        let response = response
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status().as_u16();
        let mut body = response.into_body();
        let mut text = String::new();
        for method in [Some(change), None] {
            let bytes = body.frame().await.unwrap().unwrap().into_data().unwrap();
            text.push_str(std::str::from_utf8(&bytes).unwrap());
            if let Some((method, body)) = method {
                self.shop.post(&format!("{cart}/{method}"), body).await.ok();
            }
        }
        self.keep("streamCartEvents", name, None, status, json!(text));
    }

    /// For what is too long, or not JSON.
    pub(super) fn keep(
        &mut self,
        operation_id: &str,
        name: &str,
        request: Option<Value>,
        status: u16,
        answer: Value,
    ) -> Value {
        self.exchanges.push(Exchange {
            operation_id: operation_id.to_owned(),
            name: name.to_owned(),
            request: request.map(|request| self.anywhere(&request)),
            status,
            answer: self.anywhere(&answer),
        });
        answer
    }

    /// The value as it would be on any other machine.
    fn anywhere(&self, value: &Value) -> Value {
        let text = value.to_string();
        let text = text.replace(&self.shop.app.options.public_url, PUBLIC_URL);
        serde_json::from_str(&text.replace(self.shop.kustom_url(), KUSTOM_URL)).unwrap()
    }
}
