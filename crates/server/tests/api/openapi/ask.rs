//! A request as the document describes it, with its first example for a body.

use super::example::examples;
use super::operations;
use crate::answer::Answer;
use crate::shop::Shop;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::Request;
use futures_util::stream;
use serde_json::Value;
use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

/// A well-formed id that nothing has.
pub(super) const NO_ID: &str = "7a0b1f6e-93c5-4d5b-8e0e-0c6a7b1a2f3d";

/// The network that documentation may use: not this machine, so it is counted.
const SHOPPER: &str = "192.0.2.1:1";

#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) operation_id: String,
    pub(super) method: String,
    /// As in the document until [`Ask::of`] fills it.
    pub(super) path: String,
    pub(super) body: Option<Value>,
    /// Instead of the body.
    pub(super) raw_body: Option<String>,
    /// As when the connection is lost.
    pub(super) breaks_off: bool,
    pub(super) media_type: &'static str,
    pub(super) key: Option<String>,
}

pub(super) fn asks(document: &Value) -> Vec<Ask> {
    let each = operations(document).map(|(path, method, operation)| {
        let content = &operation["requestBody"]["content"]["application/json"];
        let example = examples(document, content)
            .first()
            .map(|(_, example)| example["value"].clone());
        Ask {
            operation_id: operation["operationId"].as_str().unwrap().to_owned(),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            body: example,
            raw_body: None,
            breaks_off: false,
            media_type: "application/json",
            key: None,
        }
    });
    each.collect()
}

impl Ask {
    /// About this cart and item.
    pub(super) fn of(mut self, cart_id: &str, item_id: &str) -> Self {
        self.path = self
            .path
            .replace("{cart_id}", cart_id)
            .replace("{key}", "giftMessage")
            .replace("{file}", "none.js");
        if let Some(member) = self.body.as_mut().and_then(|body| body.get_mut("cartItemId")) {
            *member = item_id.into();
        }
        self
    }

    /// Of Kustom's calls, about this order: where Kustom was told to call.
    pub(super) fn of_kustom(mut self, shop: &Shop, id: &str) -> Self {
        let urls = shop.emulator.inspect(|kustom| {
            let order = kustom
                .orders()
                .find(|order| order.checkout.order_id.as_ref().is_some_and(|it| it.0 == id));
            serde_json::to_value(&order.unwrap().checkout.merchant_urls).unwrap()
        });
        let name = match self.operation_id.as_str() {
            "validateKustomPurchase" => "validation",
            "changeKustomShippingOption" => "shipping_option_update",
            "changeKustomAddress" => "address_update",
            "changeKustomCountry" => "country_change",
            _ => "push",
        };
        let url = urls[name].as_str().unwrap().replace("{checkout.order.id}", id);
        self.path = url[url.find("/ingress").unwrap()..].to_owned();
        if let Some(member) = self.body.as_mut().and_then(|body| body.get_mut("order_id")) {
            *member = id.into();
        }
        self
    }

    pub(super) fn is_kustoms(&self) -> bool {
        self.path.starts_with("/ingress/kustom/")
    }

    pub(super) fn set(&mut self, member: &str, value: impl Into<Value>) {
        self.body.as_mut().unwrap()[member] = value.into();
    }

    pub(super) async fn send(&self, shop: &Shop) -> Answer {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.path);
        if let Some(key) = &self.key {
            request = request.header("idempotency-key", key);
        }
        let text = self
            .raw_body
            .clone()
            .or_else(|| self.body.as_ref().map(Value::to_string));
        if text.is_some() {
            request = request.header("content-type", self.media_type);
        }
        let body = match text {
            _ if self.breaks_off => Body::from_stream(stream::iter([Err::<Bytes, _>(Error::from(
                ErrorKind::ConnectionReset,
            ))])),
            text => text.map_or_else(Body::empty, Body::from),
        };
        let mut request = request.body(body).unwrap();
        let address: SocketAddr = SHOPPER.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        shop.request(request).await
    }
}
