//! What happens while the clock is being moved: receivers that move it, too, and states that are replaced under it.

use crate::support::{advance, bought, call, create, emulator, order, pay, serve, start, state};
use axum::Router;
use axum::routing::post;
use jiff::SignedDuration;
use kustom_emulator::{CallbackAnswer, Emulator};
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio_util::sync::CancellationToken;

const ADVANCE: &str = "/_emulator/clock/advance";

/// Buys an order of a merchant that calls the emulator whenever it is pushed to, before it answers. What it was answered
/// itself can be received.
async fn bought_by_a_caller(
    emulator: &Emulator,
    method: &'static str,
    path: &'static str,
    body: Option<Value>,
) -> (String, UnboundedReceiver<(u16, Value)>) {
    let (sender, answers) = mpsc::unbounded_channel();
    let called = emulator.clone();
    let push = async move || {
        let answer = call(&called, method, path, body).await;
        sender.send((answer.status, answer.json())).unwrap_or(());
    };
    let router = Router::new().route("/push", post(push));
    let mut order = order();
    order["merchant_urls"]["push"] = json!(format!("{}/push", serve(router).await));
    let id = create(emulator, order).await;
    pay(emulator, &id, json!({})).await;
    (id, answers)
}

#[tokio::test]
async fn a_receiver_cannot_move_the_clock_that_is_being_moved() {
    let emulator = emulator();
    let body = Some(json!({ "seconds": 60 }));
    let (id, mut answers) = bought_by_a_caller(&emulator, "POST", ADVANCE, body).await;
    assert_eq!(advance(&emulator, 120).await["pushes_delivered"], 1);
    let (status, refusal) = answers.recv().await.unwrap();
    assert_eq!(
        (status, &refusal["error"]["code"]),
        (409, &json!("CLOCK_IS_MOVING"))
    );
    assert_eq!(emulator.now(), start() + SignedDuration::from_secs(120));
    assert!(was_answered(&emulator, &id));
    advance(&emulator, 1).await;
}

/// Here nobody moves the clock yet, so the receiver may.
#[tokio::test]
async fn a_receiver_may_move_a_clock_that_nobody_moves() {
    let emulator = emulator();
    let body = Some(json!({ "seconds": 60 }));
    let (id, mut answers) = bought_by_a_caller(&emulator, "POST", ADVANCE, body).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(emulator.run_callbacks(stop.clone()));
    emulator.turn_clock(|clock, wall| clock.move_to(start() + SignedDuration::from_mins(2), wall));
    let (status, _) = answers.recv().await.unwrap();
    assert_eq!(status, 200);
    // Waits for what is being sent.
    advance(&emulator, 0).await;
    assert!(was_answered(&emulator, &id));
    stop.cancel();
    running.await.unwrap();
}

fn was_answered(emulator: &Emulator, id: &str) -> bool {
    let answer = state(emulator, id).attempts[0].answer.clone();
    matches!(answer, Some(CallbackAnswer::Answered { status: 200, .. }))
}

#[tokio::test]
async fn a_reset_ends_an_advance_where_it_is() {
    let emulator = emulator();
    let (_, mut answers) = bought_by_a_caller(&emulator, "POST", "/_emulator/reset", None).await;
    let moved = advance(&emulator, 3600).await;
    assert_eq!(answers.recv().await.unwrap().0, 200);
    let then = start() + SignedDuration::from_secs(120);
    assert_eq!(
        (&moved["pushes_delivered"], &moved["now"]),
        (&json!(1), &json!(then))
    );
}

#[tokio::test]
async fn a_snapshot_that_is_taken_in_during_an_advance_keeps_its_time() {
    let emulator = emulator();
    bought(&emulator).await;
    let snapshot = call(&emulator, "GET", "/_emulator/snapshot", None).await.json();
    call(&emulator, "POST", "/_emulator/reset", None).await;
    let (_, mut answers) = bought_by_a_caller(&emulator, "PUT", "/_emulator/snapshot", Some(snapshot)).await;
    let moved = advance(&emulator, 3600).await;
    assert_eq!(answers.recv().await.unwrap().0, 200);
    assert_eq!(
        (&moved["pushes_delivered"], &moved["now"]),
        (&json!(1), &json!(start()))
    );
}

/// Each row: the clock and the push of a snapshot that was written by hand.
#[tokio::test]
async fn an_advance_ends_whatever_times_a_snapshot_has() {
    for (now, due_at) in [
        ("2026-11-23T08:00:00Z", "2026-11-23T08:00:01.000000001Z"),
        ("2026-11-23T08:00:00.0001Z", "2026-11-23T08:00:00.0002Z"),
        ("9999-12-30T22:00:00Z", "9999-12-30T22:00:00.999999999Z"),
    ] {
        let emulator = emulator();
        bought(&emulator).await;
        let mut snapshot = call(&emulator, "GET", "/_emulator/snapshot", None).await.json();
        snapshot["clock"]["now"] = json!(now);
        snapshot["clock"]["frozen"] = json!(true);
        snapshot["kustom"]["due_pushes"][0][0] = json!(due_at);
        // Nobody listens there, so that this is over at once.
        let text = snapshot
            .to_string()
            .replace("https://shop.example/push", "http://127.0.0.1:1/push");
        let snapshot = serde_json::from_str(&text).unwrap();
        let taken = call(&emulator, "PUT", "/_emulator/snapshot", Some(snapshot)).await;
        assert_eq!(taken.status, 200, "{}", taken.text);
        let moved = advance(&emulator, 2).await;
        assert_eq!(moved["pushes_delivered"], 1, "{due_at}");
    }
}
