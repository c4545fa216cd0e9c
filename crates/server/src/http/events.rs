//! The event stream of a cart.
//!
//! Every connection begins with `init`; then each change is one `updated` with the whole cart, newest wins. A known
//! cart never answers with an error status, because browsers give a stream up for good at the first one.

use super::error::ApiError;
use super::openapi::CartIdParam;
use super::path::CartIdPath;
use super::view::CartView;
use crate::app::{App, PricedCart};
use crate::bus::{Heard, Subscription};
use crate::timeline::Draft;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream, StreamExt};
use kassa_commerce::cart::CartState;
use kassa_commerce::id::CartId;
use std::convert::Infallible;
use std::time::Duration;

/// Proxies close silent connections after a minute or less.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How soon a browser comes back after a break.
const RETRY: Duration = Duration::from_secs(2);

/// How soon a stream reads again after a read has failed.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// After a stream was closed in favour of a newer tab, there is no hurry.
const EVICTED_RETRY: Duration = Duration::from_secs(15);

#[utoipa::path(
    get, path = "/ingress/commerce/carts/{cart_id}/events", operation_id = "streamCartEvents", tag = "carts",
    summary = "Follow a cart",
    description = "Server-sent events. Each connection begins with `init`; then every change is one `updated`. The \
        data of both is the whole cart, the id its version, and the newest one wins. A completed cart gets an \
        `updated` right after `init`.",
    params(CartIdParam),
    responses((status = 200, description = "A stream of events. The data of each is a `Cart` as JSON, in one line.",
        body = String, content_type = "text/event-stream")),
)]
pub(super) async fn stream(State(app): State<App>, CartIdPath(id): CartIdPath) -> Result<Response, ApiError> {
    // Listen first and read after, or a change in between is missed.
    let subscription = app.bus.subscribe(id);
    let cart = match app.priced_cart(id).await {
        Ok(cart) => cart.ok_or_else(ApiError::no_such_cart)?,
        // Whether there is such a cart cannot be said now. A browser that hears an error never asks again.
        Err(error) => {
            tracing::warn!(%error, "a stream could not be opened; its browser is asked to come back");
            return Ok(response(
                &app,
                stream::iter([Sent::silent(Event::default().retry(RETRY))]),
            ));
        }
    };
    subscription.shows(cart.cart.version);
    let events = first_events(&app, &cart).chain(later_events(app.clone(), id, subscription, &cart));
    Ok(response(&app, events))
}

/// An event, and what the timeline is told of it when it leaves.
struct Sent {
    event: Event,
    told: Option<(CartId, Draft)>,
}

impl Sent {
    fn silent(event: Event) -> Self {
        Self { event, told: None }
    }
}

fn response(app: &App, events: impl Stream<Item = Sent> + Send + 'static) -> Response {
    let stopping = app.stop.clone().cancelled_owned();
    let timeline = app.timeline.clone();
    let events = events.map(move |sent| {
        if let (Some(timeline), Some((cart_id, draft))) = (&timeline, sent.told) {
            timeline.note(cart_id, &draft);
        }
        Ok::<_, Infallible>(sent.event)
    });
    let events = events.take_until(Box::pin(stopping));
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    never_buffered(response.headers_mut());
    response
}

pub(super) fn never_buffered(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
    // nginx holds events back otherwise.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
}

/// A page that only listens for `updated` would wait for ever on a cart that was completed before it connected.
fn first_events(app: &App, cart: &PricedCart) -> impl Stream<Item = Sent> + use<> {
    let init = sent(app, "init", cart);
    let init = Sent {
        event: init.event.retry(RETRY),
        ..init
    };
    let completed = (cart.cart.state == CartState::Completed).then(|| sent(app, "updated", cart));
    stream::iter(std::iter::once(init).chain(completed))
}

struct Listener {
    app: App,
    cart_id: CartId,
    subscription: Subscription,
    shown_version: u64,
    /// As it was last shown. What we note down about a cart is no news to a page, and a page that resumes its checkout at
    /// each event would disturb a payment.
    shown: String,
    evicted: bool,
}

fn later_events(
    app: App,
    cart_id: CartId,
    subscription: Subscription,
    shown: &PricedCart,
) -> impl Stream<Item = Sent> + use<> {
    let listener = Listener {
        app,
        cart_id,
        subscription,
        shown_version: shown.cart.version,
        shown: rendered(shown),
        evicted: false,
    };
    stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((event, listener))
    })
}

impl Listener {
    async fn next(&mut self) -> Option<Sent> {
        if self.evicted {
            return None;
        }
        loop {
            match self.subscription.heard().await {
                Heard::Evicted => {
                    self.evicted = true;
                    return Some(Sent::silent(Event::default().retry(EVICTED_RETRY)));
                }
                Heard::Changed { version } if version <= self.shown_version => (),
                Heard::Changed { .. } => {
                    let Ok(Some(cart)) = self.app.priced_cart(self.cart_id).await else {
                        // It may have been the last change, so no other hint would come.
                        tracing::warn!("a changed cart could not be read for its stream; will try again");
                        tokio::time::sleep(READ_AGAIN).await;
                        self.subscription.hear_again();
                        continue;
                    };
                    if cart.cart.version <= self.shown_version {
                        continue;
                    }
                    self.shown_version = cart.cart.version;
                    self.subscription.shows(self.shown_version);
                    let rendered = rendered(&cart);
                    if rendered != self.shown {
                        self.shown = rendered;
                        return Some(sent(&self.app, "updated", &cart));
                    }
                }
            }
        }
    }
}

fn sent(app: &App, name: &str, cart: &PricedCart) -> Sent {
    let event = Event::default().event(name).id(cart.cart.version.to_string());
    let timeline = app.timeline.as_ref();
    Sent {
        event: event.data(rendered(cart)),
        told: timeline.map(|timeline| (cart.cart.id, Draft::event(timeline.now(), name, &cart.cart))),
    }
}

fn rendered(cart: &PricedCart) -> String {
    serde_json::to_string(&CartView::new(cart)).expect("a rendered cart is JSON")
}
