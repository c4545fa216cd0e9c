//! The timeline of a cart, for a developer's page and for operators. None of it is public: `kassa serve` has it on the admin
//! listener only.

use super::error::ApiError;
use crate::app::App;
use crate::timeline::{Excerpt, Timeline};
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, Stream, StreamExt};
use kassa_commerce::id::CartId;
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, watch};

/// Proxies close silent connections after a minute or less.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How soon a browser comes back after a break.
const RETRY: Duration = Duration::from_secs(1);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// By what a cart is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CartsBy {
    /// The id, which is the key to the cart: whoever has it may look.
    Id,
    /// Or its number, which is what operators know, and no key.
    IdOrNumber,
}

#[derive(Clone)]
struct Asked {
    app: App,
    timeline: Arc<Timeline>,
    by: CartsBy,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct From {
    after: u64,
}

/// The two routes, or none where nothing is recorded.
pub fn router(app: App, by: CartsBy) -> Router {
    let Some(timeline) = app.timeline.clone() else {
        return Router::new();
    };
    Router::new()
        .route("/carts/{cart}/timeline", get(list))
        .route("/carts/{cart}/timeline/events", get(events))
        .with_state(Asked { app, timeline, by })
}

async fn list(
    State(asked): State<Asked>,
    Path(cart): Path<String>,
    from: Result<Query<From>, QueryRejection>,
) -> Result<Response, ApiError> {
    let after = after(from)?;
    let cart_id = asked.cart(&cart).await?;
    let Excerpt { entries, dropped } = asked.timeline.after(cart_id, after);
    let entries: Vec<_> = entries.iter().map(|(_, entry)| entry.as_ref()).collect();
    let body = format!(r#"{{"entries":[{}],"dropped":{dropped}}}"#, entries.join(","));
    let headers = [
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

async fn events(
    State(asked): State<Asked>,
    Path(cart): Path<String>,
    from: Result<Query<From>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let after = last_event(&headers).map_or_else(|| after(from), Ok)?;
    let cart_id = asked.cart(&cart).await?;
    let place = asked.timeline.place_for_stream().ok_or_else(no_place)?;
    let follower = Follower {
        newest: asked.timeline.follow(cart_id),
        timeline: asked.timeline,
        cart_id,
        seen: after,
        waiting: VecDeque::new(),
        _place: place,
    };
    let stopping = asked.app.stop.clone().cancelled_owned();
    let events = follower
        .events()
        .map(Ok::<_, Infallible>)
        .take_until(Box::pin(stopping));
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx holds events back otherwise.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    Ok(response)
}

/// A browser that comes back says what it has seen. Its address still says where it began.
fn last_event(headers: &HeaderMap) -> Option<u64> {
    headers.get(LAST_EVENT_ID)?.to_str().ok()?.parse().ok()
}

fn after(from: Result<Query<From>, QueryRejection>) -> Result<u64, ApiError> {
    let message = "`after` is the sequence of an entry.";
    from.map(|Query(from)| from.after)
        .map_err(|_| ApiError::new(StatusCode::BAD_REQUEST, "INVALID_REQUEST", message))
}

fn no_place() -> ApiError {
    let message = "Too many follow timelines already. Close one of them.";
    ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", message)
}

impl Asked {
    async fn cart(&self, named: &str) -> Result<CartId, ApiError> {
        let by_id: Option<CartId> = named.parse().ok();
        let cart_id = match (by_id, self.by) {
            (Some(id), _) => Some(id),
            (None, CartsBy::Id) => None,
            (None, CartsBy::IdOrNumber) => match self.timeline.cart_of_number(named) {
                Some(id) => Some(id),
                None => self.app.store.cart_with_number(named).await?.map(|cart| cart.id),
            },
        };
        let cart_id = cart_id.ok_or_else(ApiError::no_such_cart)?;
        self.app
            .followed(cart_id)
            .await
            .ok_or_else(ApiError::no_such_cart)
    }
}

struct Follower {
    timeline: Arc<Timeline>,
    cart_id: CartId,
    newest: watch::Receiver<u64>,
    seen: u64,
    waiting: VecDeque<Event>,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    fn events(self) -> impl Stream<Item = Event> {
        let begin = stream::iter([Event::default().retry(RETRY)]);
        begin.chain(stream::unfold(self, |mut follower| async move {
            let event = follower.next().await?;
            Some((event, follower))
        }))
    }

    /// Ends when the cart is forgotten: its next log begins anew, and so does whoever follows.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            self.newest.borrow_and_update();
            self.read();
            if self.waiting.is_empty() {
                self.newest.changed().await.ok()?;
            }
        }
    }

    fn read(&mut self) {
        let Excerpt { entries, dropped } = self.timeline.after(self.cart_id, self.seen);
        if dropped > 0 {
            let data = format!(r#"{{"dropped":{dropped}}}"#);
            self.waiting
                .push_back(Event::default().event("dropped").data(data));
        }
        for (sequence, entry) in entries {
            self.seen = sequence;
            let event = Event::default().event("entry").id(sequence.to_string());
            self.waiting.push_back(event.data(entry.as_ref()));
        }
    }
}
