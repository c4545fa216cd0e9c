//! Puts down what storefronts and Kustom ask and what they are answered, around everything else, as both really see it.
//!
//! A body is copied while its handler reads it, so nothing waits for anything that it would not have waited for.

use super::push::{could_be_an_id, values};
use crate::app::App;
use crate::timeline::{Draft, Kind, Party, Timeline, redact};
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;
use kassa_commerce::id::CartId;
use kustom_api::KustomOrderId;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// A whole Kustom order with a hundred lines; what is longer is told by its length alone.
const MAX_COPIED_BYTES: usize = 128 * 1024;

const CARTS: &str = "/ingress/commerce/carts";
const CALLBACKS: &str = "/ingress/kustom/";

/// Its handler takes no body, whatever comes, so nothing would say when to put it down.
const WITHOUT_BODY: &str = "/payment/kustom/confirm";

/// A request on its way to its place in the timeline.
struct Asked {
    at: Timestamp,
    started: Instant,
    from: Party,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Mutex<Copied>,
}

/// What was read of a body.
#[derive(Default)]
struct Copied {
    bytes: Vec<u8>,
    length: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    cart_id: CartId,
}

/// Whose request it is, and by which number its answer is known once it was put down.
struct Place {
    timeline: Arc<Timeline>,
    cart_id: CartId,
    exchange: Mutex<Option<u64>>,
}

impl Place {
    /// Puts the request down if that was not done yet: when its body has been read, and at the latest before its answer.
    fn exchange(&self, asked: &Asked) -> u64 {
        let mut exchange = lock(&self.exchange);
        *exchange.get_or_insert_with(|| self.timeline.request(self.cart_id, &asked.draft(self.cart_id)))
    }
}

/// What is asked of carts that exist. Preflights say nothing about a cart.
pub(super) async fn record(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(timeline) = app
        .timeline
        .clone()
        .filter(|_| request.method() != Method::OPTIONS)
    else {
        return next.run(request).await;
    };
    let path = request.uri().path();
    if path == CARTS {
        return record_creation(&timeline, request, next).await;
    }
    let (cart_id, from) = if path.starts_with(CALLBACKS) {
        (cart_of_callback(&app, request.uri()).await, Party::Kustom)
    } else {
        (cart_of_path(&app, path).await, Party::Browser)
    };
    let Some(cart_id) = cart_id else {
        return next.run(request).await;
    };
    let place = Arc::new(Place {
        timeline,
        cart_id,
        exchange: Mutex::default(),
    });
    let is_read = !request.body().is_end_stream() && !path_of(&request).ends_with(WITHOUT_BODY);
    let reader = is_read.then(|| Arc::clone(&place));
    let (asked, request) = Asked::of(&place.timeline, from, request, reader);
    if !is_read {
        place.exchange(&asked);
    }
    let (response, body) = copy(next.run(request).await).await;
    let exchange = place.exchange(&asked);
    let answer = asked.answer(place.timeline.now(), cart_id, &response, &body);
    place.timeline.answer(cart_id, exchange, &answer);
    response
}

/// Which cart it is about is known when it is there.
async fn record_creation(timeline: &Timeline, request: Request, next: Next) -> Response {
    let (asked, request) = Asked::of(timeline, Party::Browser, request, None);
    let (response, body) = copy(next.run(request).await).await;
    if let Ok(Created { cart_id }) = serde_json::from_slice(&body.bytes) {
        let exchange = timeline.request(cart_id, &asked.draft(cart_id));
        let now = timeline.now();
        timeline.note(cart_id, &Draft::state(now, "cart", None, "open"));
        timeline.answer(cart_id, exchange, &asked.answer(now, cart_id, &response, &body));
    }
    response
}

fn path_of(request: &Request) -> &str {
    request.uri().path()
}

async fn cart_of_path(app: &App, path: &str) -> Option<CartId> {
    let segment = path.strip_prefix(CARTS)?.strip_prefix('/')?.split('/').next()?;
    let cart_id = segment.parse().ok()?;
    app.followed(cart_id).await
}

/// By the order that its address names. Kustom got the address from us.
async fn cart_of_callback(app: &App, uri: &Uri) -> Option<CartId> {
    let query = uri.query().unwrap_or_default();
    let in_path = uri.path().rsplit('/').next().map(str::to_owned);
    let mut ids = values(query.as_bytes(), "order_id").chain(in_path);
    let id = ids.find(|id| could_be_an_id(id))?;
    app.cart_of_kustom_order(&KustomOrderId(id)).await
}

impl Asked {
    /// Takes down what is known of the request, and has its body copied as it is read; once all of it was, `place` is told.
    fn of(
        timeline: &Timeline,
        from: Party,
        request: Request,
        place: Option<Arc<Place>>,
    ) -> (Arc<Self>, Request) {
        let (parts, body) = request.into_parts();
        let asked = Arc::new(Self {
            at: timeline.now(),
            started: Instant::now(),
            from,
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            body: Mutex::default(),
        });
        if body.is_end_stream() {
            return (asked, Request::from_parts(parts, body));
        }
        let copied = Arc::clone(&asked);
        let frames = body.into_data_stream().map(move |read| {
            if let Ok(bytes) = &read {
                lock(&copied.body).take(bytes);
            }
            read
        });
        let ended = Arc::clone(&asked);
        let end = stream::once(async move {
            if let Some(place) = place {
                place.exchange(&ended);
            }
            Ok(Bytes::new())
        });
        let body = Body::from_stream(frames.chain(end));
        (asked, Request::from_parts(parts, body))
    }

    fn draft(&self, cart_id: CartId) -> Draft {
        let role = match self.from {
            Party::Kustom => "callback",
            _ => "storefront",
        };
        let path = redact::path(self.uri.path(), cart_id);
        let mut detail = json!({
            "method": self.method.as_str(),
            "url": redact::url(&self.uri.to_string(), cart_id),
            "headers": headers(&self.headers, cart_id),
            "role": role,
        });
        if let Some(body) = lock(&self.body).shown(&self.headers, cart_id) {
            detail["body"] = body.into();
        }
        Draft {
            at: self.at,
            from: self.from,
            to: Party::Kassa,
            kind: Kind::Request,
            title: format!("{} {path}", self.method),
            detail,
        }
    }

    fn answer(&self, now: Timestamp, cart_id: CartId, response: &Response, body: &Copied) -> Draft {
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        let mut detail = json!({
            "status": status,
            "headers": headers(response.headers(), cart_id),
            "durationMs": duration_ms,
        });
        if let Some(body) = body.shown(response.headers(), cart_id) {
            detail["body"] = body.into();
        }
        Draft {
            at: now,
            from: Party::Kassa,
            to: self.from,
            kind: Kind::Answer,
            title: status.to_string(),
            detail,
        }
    }
}

impl Copied {
    fn take(&mut self, bytes: &[u8]) {
        self.length += bytes.len();
        if self.length <= MAX_COPIED_BYTES {
            self.bytes.extend_from_slice(bytes);
        }
    }

    fn shown(&self, headers: &HeaderMap, cart_id: CartId) -> Option<String> {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if self.length > MAX_COPIED_BYTES {
            let media_type = redact::media_type(content_type.unwrap_or_default());
            return Some(redact::told_by_length(self.length, media_type));
        }
        redact::body(content_type, &self.bytes, cart_id)
    }
}

/// The answer with a copy of its body. One whose length is not known is a stream, and is not waited for.
async fn copy(response: Response) -> (Response, Copied) {
    let mut copied = Copied::default();
    let Some(length) = response.body().size_hint().exact() else {
        return (response, copied);
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > MAX_COPIED_BYTES {
        copied.length = length;
        return (response, copied);
    }
    let (parts, body) = response.into_parts();
    // What has a length is in memory already.
    let bytes = to_bytes(body, MAX_COPIED_BYTES).await.unwrap_or_default();
    copied.take(&bytes);
    (Response::from_parts(parts, Body::from(bytes)), copied)
}

fn headers(headers: &HeaderMap, cart_id: CartId) -> Value {
    let shown = headers.iter().map(|(name, value)| {
        let value = redact::header(name.as_str(), value.as_bytes(), cart_id);
        (name.as_str().to_owned(), Value::String(value))
    });
    shown.collect::<Map<_, _>>().into()
}

/// Nothing panics while it holds one of these, and a panic elsewhere is no reason for one here.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
