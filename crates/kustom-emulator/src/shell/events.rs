//! `GET /_emulator/events`: whatever happens, told to everybody who listens, as it happens.
//!
//! A listener is told first that it listens, and reads the rest by the other routes; what it reads is never older than the
//! events that follow. One that cannot keep up loses the oldest events and is told to read again.

use super::serve::Stopping;
use super::{Emulator, State};
use crate::message::Response as Answer;
use crate::watch::Sight;
use axum::Extension;
use axum::extract::State as Extracted;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, Sender, error::RecvError};

/// A shop under test makes some ten calls at once; a page that is busy for a second is not yet behind.
const BACKLOG: usize = 512;

/// More tabs than anybody has open. A browser opens six connections to one address at most.
const LISTENER_LIMIT: usize = 32;

/// Below the shortest idle limit of common proxies, which is 30 seconds.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How soon a browser comes back after the emulator was started anew.
const RETRY: Duration = Duration::from_secs(1);

pub(super) struct Events {
    sender: Sender<Sight>,
}

impl Events {
    pub(super) fn new() -> Self {
        Self {
            sender: Sender::new(BACKLOG),
        }
    }

    /// Tells what has changed. Called with the state in hand, so that events have the order of the changes.
    pub(super) fn announce(&self, state: &mut State, now: Timestamp) {
        if self.sender.receiver_count() == 0 {
            state.kustom.look_away(&mut state.watched);
            return;
        }
        for sight in state.kustom.look(&mut state.watched, now) {
            self.tell(sight);
        }
    }

    /// That nobody listens is no failure.
    fn tell(&self, sight: Sight) {
        let _ = self.sender.send(sight);
    }
}

impl Emulator {
    /// Tells of a clock that was set. That it runs is no news.
    pub(super) fn announce_clock(&self, state: &mut State) {
        let reading = self.read(&mut state.clock);
        self.inner.events.tell(Sight::new("clock", &reading));
    }

    fn listen(&self) -> Option<(Sight, Receiver<Sight>)> {
        let mut state = self.state();
        let events = &self.inner.events;
        if events.sender.receiver_count() >= LISTENER_LIMIT {
            return None;
        }
        let hello = json!({
            "now": self.read(&mut state.clock).now,
            "accepts_any_credentials": state.kustom.accepts_any_credentials(),
        });
        Some((Sight::new("hello", &hello), events.sender.subscribe()))
    }
}

pub(super) async fn stream(
    Extracted(emulator): Extracted<Emulator>,
    stopping: Option<Extension<Stopping>>,
) -> Response {
    let Some((hello, receiver)) = emulator.listen() else {
        let message = format!("{LISTENER_LIMIT} listen already");
        return Answer::problem(StatusCode::SERVICE_UNAVAILABLE, "TOO_MANY_LISTENERS", &message)
            .into_response();
    };
    let first = event(&hello).retry(RETRY);
    let events = stream::iter([first])
        .chain(following(receiver))
        .map(Ok::<_, Infallible>)
        .take_until(Box::pin(until_stopped(stopping)));
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx holds events back otherwise.
    let buffering = HeaderName::from_static("x-accel-buffering");
    headers.insert(buffering, HeaderValue::from_static("no"));
    response
}

fn following(receiver: Receiver<Sight>) -> impl Stream<Item = Event> {
    stream::unfold(receiver, |mut receiver: Receiver<Sight>| async move {
        match receiver.recv().await {
            Ok(sight) => Some((event(&sight), receiver)),
            Err(RecvError::Lagged(_)) => {
                // What is left of the backlog is older than what will be read now.
                receiver = receiver.resubscribe();
                Some((event(&Sight::new("resync", &json!({}))), receiver))
            }
            Err(RecvError::Closed) => None,
        }
    })
}

fn event(sight: &Sight) -> Event {
    Event::default()
        .event(sight.kind)
        .data(String::from_utf8_lossy(&sight.data))
}

/// Another server than the emulator's own ends its answers itself.
async fn until_stopped(stopping: Option<Extension<Stopping>>) {
    match stopping {
        Some(Extension(Stopping(stop))) => stop.cancelled_owned().await,
        None => std::future::pending().await,
    }
}
