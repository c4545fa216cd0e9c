//! The control route that hands the whole state out, and takes it back in.

use super::{Emulator, read_start};
use crate::clock::VirtualClock;
use crate::kustom::Kustom;
use crate::message::Response;
use crate::snapshot::SnapshotError;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use http::{StatusCode, header};
use serde_json::json;

/// Room for ten thousand orders with everything that happened to them.
const LIMIT_BYTES: usize = 256 * 1024 * 1024;

pub(super) fn router() -> Router<Emulator> {
    Router::new().route("/_emulator/snapshot", get(hand_out).put(take_in))
}

async fn hand_out(State(emulator): State<Emulator>) -> Response {
    match emulator.snapshot() {
        Ok(document) => {
            let mut response = Response::empty(StatusCode::OK);
            response.set_header(header::CONTENT_TYPE, "application/json;charset=utf-8");
            response.body = document.into();
            response
        }
        Err(error) => Response::problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "SNAPSHOT_FAILED",
            &error.to_string(),
        ),
    }
}

async fn take_in(State(emulator): State<Emulator>, body: Body) -> Response {
    let Ok(document) = read_start(body, LIMIT_BYTES).await else {
        return Response::problem(StatusCode::BAD_REQUEST, "BAD_BODY", "the document broke off");
    };
    if document.len() > LIMIT_BYTES {
        let message = format!("a snapshot has at most {LIMIT_BYTES} bytes");
        return Response::problem(StatusCode::PAYLOAD_TOO_LARGE, "SNAPSHOT_TOO_LARGE", &message);
    }
    match emulator.restore(&document) {
        Ok(()) => {
            let orders = emulator.inspect(|kustom| kustom.orders().count());
            Response::json(
                StatusCode::OK,
                &json!({ "now": emulator.now(), "orders": orders }),
            )
        }
        Err(error) => Response::problem(StatusCode::BAD_REQUEST, error.code(), &error.to_string()),
    }
}

impl Emulator {
    /// The whole state as JSON, with the clock.
    pub fn snapshot(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut state = self.state();
        let shown = self.read(&mut state.clock);
        state.kustom.snapshot(&shown)
    }

    /// Goes back, or over, to the state that a document shows, and to its time. On failure nothing is changed.
    pub fn restore(&self, document: &[u8]) -> Result<(), SnapshotError> {
        let (kustom, shown) = Kustom::restore(document)?;
        let mut state = self.state();
        state.kustom.replace(kustom, shown.now);
        state.clock = VirtualClock::restored(shown, (self.inner.clock)());
        self.inner.events.announce(&mut state, shown.now);
        self.announce_clock(&mut state);
        drop(state);
        self.inner.changed.notify_one();
        Ok(())
    }
}
