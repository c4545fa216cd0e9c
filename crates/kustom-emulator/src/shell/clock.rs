//! The control routes of the virtual clock.

use super::Emulator;
use crate::clock::{ClockReading, Speed, VirtualClock};
use crate::kustom::Kustom;
use crate::message::{Problem, Response};
use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use bytes::Bytes;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

/// Longer than any reservation lives, and short enough to keep dates readable.
pub(crate) const LONGEST_ADVANCE_SECONDS: u32 = 400 * 24 * 3600;

/// A callback that is being sent may plan the next one, so its answer is waited for; but not for long, as its receiver may
/// be the one who moves the clock.
const PATIENCE_WITH_DELIVERY: Duration = Duration::from_secs(2);

/// Only one at a time moves the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IsMoving;

/// When an advance began, and in which of the emulator's lives.
struct Departure {
    at: Timestamp,
    resets: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Factor {
    factor: f64,
}

pub(super) fn router() -> Router<Emulator> {
    Router::new()
        .route("/_emulator/clock", get(show))
        .route("/_emulator/clock/advance", post(advance))
        .route("/_emulator/clock/freeze", post(freeze))
        .route("/_emulator/clock/run", post(run))
        .route("/_emulator/clock/speed", post(set_speed))
}

async fn show(State(emulator): State<Emulator>) -> Response {
    shown(&emulator, json!({}))
}

async fn freeze(State(emulator): State<Emulator>) -> Response {
    emulator.turn_clock(VirtualClock::freeze);
    shown(&emulator, json!({}))
}

async fn run(State(emulator): State<Emulator>) -> Response {
    emulator.turn_clock(VirtualClock::run);
    shown(&emulator, json!({}))
}

async fn set_speed(State(emulator): State<Emulator>, body: Bytes) -> Response {
    let factor = match serde_json::from_slice::<Factor>(&body) {
        Ok(body) => body.factor,
        Err(error) => return Problem::bad_body(&error).into(),
    };
    match Speed::try_from(factor) {
        Ok(speed) => {
            emulator.turn_clock(|clock, wall| clock.set_speed(speed, wall));
            shown(&emulator, json!({}))
        }
        Err(error) => Response::problem(StatusCode::BAD_REQUEST, "BAD_SPEED", &error.to_string()),
    }
}

async fn advance(State(emulator): State<Emulator>, body: Bytes) -> Response {
    let seconds = match serde_json::from_slice::<Advance>(&body) {
        Ok(body) => body.seconds,
        Err(error) => return Problem::bad_body(&error).into(),
    };
    if seconds > LONGEST_ADVANCE_SECONDS {
        let message = format!("at most {LONGEST_ADVANCE_SECONDS} seconds at a time");
        return Response::problem(StatusCode::BAD_REQUEST, "TOO_FAR", &message);
    }
    let clock = emulator.clone();
    let by = SignedDuration::from_secs(i64::from(seconds));
    match tokio::spawn(async move { clock.advance(by).await }).await {
        Ok(Ok(delivered)) => shown(&emulator, json!({ "pushes_delivered": delivered })),
        Ok(Err(IsMoving)) => Response::problem(
            StatusCode::CONFLICT,
            "CLOCK_IS_MOVING",
            "the clock is being moved already; a receiver of callbacks that moves it would wait for itself",
        ),
        Err(_) => Response::problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "PUSH_FAILED",
            "a push broke off",
        ),
    }
}

/// What the clock shows, with what else there is to say.
fn shown(emulator: &Emulator, mut more: Value) -> Response {
    let reading = emulator.clock_reading();
    more["now"] = json!(reading.now);
    more["frozen"] = json!(reading.frozen);
    more["speed"] = json!(reading.speed);
    Response::json(StatusCode::OK, &more)
}

impl Emulator {
    /// Freezes the clock, lets it run, or changes its speed.
    pub fn turn_clock(&self, turn: impl FnOnce(&mut VirtualClock, Timestamp)) {
        let mut state = self.state();
        turn(&mut state.clock, (self.inner.clock)());
        self.announce_clock(&mut state);
        drop(state);
        self.inner.changed.notify_one();
    }

    /// Forgets everything. The clock keeps its time, so that nothing new is older than something forgotten, and goes on as
    /// it did at the start: a test that forgot to let it run again does not stop the next one.
    pub fn reset(&self) {
        let wall = (self.inner.clock)();
        let mut state = self.state();
        state.kustom.reset();
        let shown = ClockReading {
            now: state.clock.read(wall).now,
            frozen: self.inner.frozen,
            speed: self.inner.speed,
        };
        state.clock = VirtualClock::restored(shown, wall);
        self.inner.events.announce(&mut state, shown.now);
        self.announce_clock(&mut state);
        drop(state);
        self.inner.changed.notify_one();
    }

    /// Moves the clock in steps, so that every push on the way is sent at its own time. Returns how many were sent. What
    /// is forgotten or replaced meanwhile is not moved: its clock is another one.
    pub(super) async fn advance(&self, by: SignedDuration) -> Result<usize, IsMoving> {
        let _moving = self.inner.moving.try_lock().map_err(|_| IsMoving)?;
        let _delivering = timeout(PATIENCE_WITH_DELIVERY, self.inner.delivering.lock()).await;
        let start = self.departure();
        let target = start.at.checked_add(by).unwrap_or(Timestamp::MAX);
        let mut delivered = 0;
        let mut last_step = None;
        while let Some(next) = self.next_step(target, last_step) {
            if !self.move_clock(next, &start) {
                return Ok(delivered);
            }
            let sent = self.deliver_until_now().await;
            delivered += sent;
            // A callback that the clock does not reach must not be tried for ever.
            last_step = (sent == 0).then_some(next);
        }
        self.move_clock(target, &start);
        Ok(delivered)
    }

    fn departure(&self) -> Departure {
        let mut state = self.state();
        Departure {
            at: self.read(&mut state.clock).now,
            resets: state.kustom.resets,
        }
    }

    /// `None` when nothing more falls due on the way, or the last step was for nothing.
    fn next_step(&self, target: Timestamp, vain: Option<Timestamp>) -> Option<Timestamp> {
        let next = self.inspect(Kustom::next_callback_at)?;
        (next <= target && Some(next) != vain).then_some(next)
    }

    /// Says whether the clock is still the one that was to be moved.
    fn move_clock(&self, to: Timestamp, start: &Departure) -> bool {
        let wall = (self.inner.clock)();
        let mut state = self.state();
        if state.kustom.resets != start.resets {
            return false;
        }
        state.clock.move_to(to, wall);
        self.announce_clock(&mut state);
        drop(state);
        self.inner.changed.notify_one();
        true
    }

    /// `None` while the clock stands still.
    pub(super) fn wait_until(&self, time: Timestamp) -> Option<Duration> {
        self.state().clock.wait_until(time, (self.inner.clock)())
    }
}
