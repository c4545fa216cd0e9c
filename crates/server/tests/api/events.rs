//! The event stream of a cart, read frame by frame.
//!
//! Nothing here waits for time to pass: a frame that is due comes, and one that must not come is not there yet when
//! everything that could send it has been done.

use crate::answer::{assert_headers, hashes, is_syncing};
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use kassa::bus::MAX_STREAMS_PER_CART;
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;

/// Only so that a frame that never comes fails the test instead of hanging it.
const SAFETY_NET: Duration = Duration::from_secs(10);

pub(crate) struct Events {
    headers: HeaderMap,
    body: Body,
    unread: String,
}

#[derive(Debug, Default)]
pub(crate) struct Frame {
    event: Option<String>,
    id: Option<u64>,
    retry_ms: Option<u64>,
    data: Option<Value>,
}

impl Frame {
    fn parse(text: &str) -> Self {
        let mut frame = Self::default();
        for line in text.lines() {
            match line.split_once(':').unwrap() {
                ("event", name) => frame.event = Some(name.trim_start().to_owned()),
                ("id", id) => frame.id = Some(id.trim_start().parse().unwrap()),
                ("retry", ms) => frame.retry_ms = Some(ms.trim_start().parse().unwrap()),
                ("data", json) => {
                    assert!(frame.data.is_none(), "data is one line");
                    frame.data = Some(serde_json::from_str(json).unwrap());
                }
                (other, _) => panic!("{other:?} in an event"),
            }
        }
        frame
    }

    #[track_caller]
    pub(crate) fn cart(&self, event: &str) -> &Value {
        assert_eq!(self.event.as_deref(), Some(event), "{self:?}");
        self.data.as_ref().unwrap()
    }
}

impl Events {
    pub(crate) async fn open(shop: &Shop, cart_id: &str) -> Self {
        let request = Request::get(format!("/ingress/commerce/carts/{cart_id}/events"))
            .header("accept", "text/event-stream")
            .body(Body::empty());
        let response = shop.router.clone().oneshot(request.unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let (parts, body) = response.into_parts();
        Self {
            headers: parts.headers,
            body,
            unread: String::new(),
        }
    }

    /// The next event, or `None` when the server has ended the stream.
    pub(crate) async fn next(&mut self) -> Option<Frame> {
        tokio::time::timeout(SAFETY_NET, self.read())
            .await
            .expect("an event or the end of the stream")
    }

    pub(crate) async fn updated(&mut self) -> Value {
        self.next().await.unwrap().cart("updated").clone()
    }

    /// No event is waiting: whatever was done has sent nothing.
    pub(crate) fn assert_silent(&mut self) {
        if let Some(frame) = self.read().now_or_never() {
            panic!("unexpected {frame:?}");
        }
    }

    async fn read(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, rest)) = self.unread.split_once("\n\n") {
                let (frame, rest) = (frame.to_owned(), rest.to_owned());
                self.unread = rest;
                let is_comment = frame.lines().all(|line| line.starts_with(':'));
                if !is_comment {
                    return Some(Frame::parse(&frame));
                }
                continue;
            }
            let bytes = self.body.frame().await?.unwrap().into_data().unwrap();
            self.unread.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

#[tokio::test]
async fn a_connection_begins_with_the_whole_cart() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    for _ in 0..2 {
        let mut events = Events::open(&shop, &cart_id).await;
        let init = events.next().await.unwrap();
        assert_eq!(*init.cart("init"), shop.cart(&cart_id).await);
        assert!(init.id.is_some() && init.retry_ms.is_some());
        events.assert_silent();
    }
}

#[tokio::test]
async fn the_stream_is_neither_stored_nor_held_back_on_its_way() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let events = Events::open(&shop, &cart_id).await;
    let header = |name: &str| events.headers[name].to_str().unwrap();
    assert_eq!(header("content-type"), "text/event-stream");
    assert!(header("cache-control").contains("no-cache"));
    assert!(header("cache-control").contains("no-store"));
    assert_eq!(header("x-accel-buffering"), "no");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(events.headers.get("content-length").is_none());
    assert!(events.headers.get("content-encoding").is_none());
}

#[tokio::test]
async fn a_change_of_another_client_shows_the_new_pending_hash_and_then_its_sync() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let mut events = Events::open(&shop, &cart_id).await;
    let before = events.next().await.unwrap().cart("init").clone();
    assert!(!is_syncing(&before));

    let answered = shop.set_first_quantity(&cart_id, 5).await;
    let updated = events.updated().await;
    assert_eq!(updated, answered, "the event and the answer show the same cart");
    assert!(is_syncing(&updated));
    assert_eq!(hashes(&updated).1, hashes(&before).1, "Kustom has not heard yet");
    events.assert_silent();

    shop.settle().await;
    let synced = events.updated().await;
    assert_eq!(hashes(&synced).1, hashes(&updated).0);
    assert_eq!(hashes(&synced).0, hashes(&updated).0, "pending is never cleared");
    assert_eq!(synced, shop.cart(&cart_id).await);
    events.assert_silent();
}

#[tokio::test]
async fn what_changes_nothing_for_kustom_is_shown_without_a_sync() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let mut events = Events::open(&shop, &cart_id).await;
    let before = events.next().await.unwrap().cart("init").clone();
    shop.mutate(&cart_id, "set-field/tracking:fbp", json!({ "value": "fb.1" }))
        .await;
    let updated = events.updated().await;
    assert_eq!(updated["fields"]["tracking:fbp"], "fb.1");
    assert_eq!(hashes(&updated), hashes(&before));
}

#[tokio::test]
async fn a_refused_change_is_no_event() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let mut events = Events::open(&shop, &cart_id).await;
    let init = events.next().await.unwrap();
    let path = format!("/ingress/commerce/carts/{cart_id}/email");
    let refused = shop.post(&path, json!({ "email": "nobody" })).await;
    assert_eq!(refused.failure().0, 400);
    events.assert_silent();

    // The next version is that of the next change: the refused one has used none up.
    shop.set_first_quantity(&cart_id, 3).await;
    assert_eq!(events.next().await.unwrap().id, init.id.map(|id| id + 1));
}

#[tokio::test]
async fn events_of_one_cart_reach_all_its_streams_and_no_others() {
    let shop = Shop::open().await;
    let (mine, yours) = (shop.cart_with_shoes().await, shop.cart_with_shoes().await);
    let mut first = Events::open(&shop, &mine).await;
    let mut second = Events::open(&shop, &mine).await;
    let mut other = Events::open(&shop, &yours).await;
    for events in [&mut first, &mut second, &mut other] {
        events.next().await.unwrap().cart("init");
    }
    shop.set_first_quantity(&mine, 4).await;
    assert_eq!(first.updated().await["items"][0]["quantity"], 4);
    assert_eq!(second.updated().await["items"][0]["quantity"], 4);
    other.assert_silent();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn versions_never_fall_and_the_newest_cart_always_comes() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let mut events = Events::open(&shop, &cart_id).await;
    let mut version = events.next().await.unwrap().id.unwrap();
    let edits = async {
        for quantity in 1..=30 {
            shop.set_first_quantity(&cart_id, quantity).await;
            if quantity % 10 == 0 {
                shop.settle().await;
            }
        }
    };
    let reads = async {
        loop {
            let frame = events.next().await.unwrap();
            let cart = frame.cart("updated");
            let id = frame.id.unwrap();
            assert!(id > version, "{id} after {version}");
            version = id;
            if cart["items"][0]["quantity"] == 30 && !is_syncing(cart) {
                return;
            }
        }
    };
    tokio::join!(edits, reads);
    events.assert_silent();
}

#[tokio::test]
async fn completion_reaches_a_stream_that_is_open() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let mut events = Events::open(&shop, &cart_id).await;
    events.next().await.unwrap();
    shop.pay(&id).await;
    shop.push(&id).await.ok();
    let completed = events.updated().await;
    assert_eq!(completed["cartState"], "completed");
    assert_ne!(completed["orderNumber"], "");
}

/// The documented return page listens for `updated` only, and would wait for ever.
#[tokio::test]
async fn a_completed_cart_is_shown_twice_at_once() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    let mut events = Events::open(&shop, &cart_id).await;
    let init = events.next().await.unwrap();
    assert_eq!(init.cart("init")["cartState"], "completed");
    assert_eq!(events.updated().await, *init.cart("init"));
    events.assert_silent();
}

/// Browsers give a stream up for good at the first error, so only a cart that does not exist gets one.
#[tokio::test]
async fn a_stream_of_an_unknown_cart_is_an_error_and_stays_one() {
    let shop = Shop::open().await;
    for cart_id in ["no-such-cart", "5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90"] {
        let path = format!("/ingress/commerce/carts/{cart_id}/events");
        let answer = shop.get(&path).await;
        assert_eq!(answer.failure(), (404, "NOT_FOUND".to_owned()));
        assert_headers(&answer);
    }
}

#[tokio::test]
async fn a_stream_too_many_ends_the_oldest_which_may_come_back_later() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let mut streams = Vec::new();
    for _ in 0..MAX_STREAMS_PER_CART {
        let mut events = Events::open(&shop, &cart_id).await;
        events.next().await.unwrap().cart("init");
        streams.push(events);
    }
    streams[0].assert_silent();

    let mut newest = Events::open(&shop, &cart_id).await;
    newest.next().await.unwrap().cart("init");
    let farewell = streams[0].next().await.unwrap();
    assert!(farewell.event.is_none() && farewell.data.is_none());
    assert_eq!(farewell.retry_ms, Some(15_000));
    assert!(streams[0].next().await.is_none(), "the oldest stream has ended");

    shop.set_first_quantity(&cart_id, 9).await;
    streams.remove(0);
    streams.push(newest);
    for events in &mut streams {
        assert_eq!(events.updated().await["items"][0]["quantity"], 9);
    }

    // A tab that was closed makes room again.
    streams.pop();
    streams.push(Events::open(&shop, &cart_id).await);
    streams[0].assert_silent();
}

#[tokio::test]
async fn a_server_that_stops_ends_its_streams() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let mut events = Events::open(&shop, &cart_id).await;
    events.next().await.unwrap().cart("init");
    events.assert_silent();
    shop.app.stop.cancel();
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_hint_that_was_lost_costs_time_and_never_truth() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let mut events = Events::open(&shop, &cart_id).await;
    let init = events.next().await.unwrap();

    // Another node changes the cart, and this one never hears of it.
    let node = kassa::http::router(shop.another_node());
    let path = format!("/ingress/commerce/carts/{cart_id}/email");
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.body(Body::from(r#"{"email":"shopper@example.test"}"#));
    let changed = crate::shop::request_of(node, request.unwrap()).await.ok();
    events.assert_silent();

    let mut reconnected = Events::open(&shop, &cart_id).await;
    let shown = reconnected.next().await.unwrap();
    assert_eq!(*shown.cart("init"), changed);
    assert!(shown.id > init.id);

    // The next hint brings everything that was missed.
    shop.set_first_quantity(&cart_id, 3).await;
    let updated = events.updated().await;
    assert_eq!(updated["email"], "shopper@example.test");
    assert_eq!(updated["items"][0]["quantity"], 3);
}
