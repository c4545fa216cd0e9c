//! The virtual clock's control routes, under a wall clock of our choosing.

use crate::support::{advance, call, create, order, pay, serve, start};
use axum::Router;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use kustom_emulator::{Emulator, Kustom, Settings, Speed};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
struct Wall(Arc<Mutex<Timestamp>>);

impl Wall {
    fn pass(&self, duration: SignedDuration) {
        let mut wall = self.0.lock().unwrap();
        *wall += duration;
    }
}

fn emulator_on_a_wall(settings: Settings) -> (Emulator, Wall) {
    let wall = Wall(Arc::new(Mutex::new(start())));
    let read = wall.clone();
    let emulator = Emulator::new(settings, Arc::new(move || *read.0.lock().unwrap()));
    (emulator, wall)
}

async fn turn(emulator: &Emulator, what: &str, body: Option<Value>) -> Value {
    let method = if what.is_empty() { "GET" } else { "POST" };
    let path = format!("/_emulator/clock{what}");
    let answer = call(emulator, method, &path, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn shows(seconds: i64, frozen: bool, speed: f64) -> Value {
    json!({ "now": start() + SignedDuration::from_secs(seconds), "frozen": frozen, "speed": speed })
}

fn due(emulator: &Emulator) -> usize {
    emulator.act(Kustom::due_callbacks).len()
}

#[tokio::test]
async fn a_frozen_clock_lets_nothing_fall_due_until_it_is_moved() {
    let (emulator, wall) = emulator_on_a_wall(Settings::default());
    let id = create(&emulator, order()).await;
    pay(&emulator, &id, json!({})).await;
    assert_eq!(turn(&emulator, "/freeze", None).await, shows(0, true, 1.0));
    wall.pass(SignedDuration::from_hours(100));
    assert_eq!(due(&emulator), 0);
    assert_eq!(turn(&emulator, "", None).await, shows(0, true, 1.0));
    let moved = advance(&emulator, 119).await;
    assert_eq!(
        (&moved["pushes_delivered"], &moved["frozen"]),
        (&json!(0), &json!(true))
    );
    turn(&emulator, "/run", None).await;
    wall.pass(SignedDuration::from_secs(1));
    assert_eq!(due(&emulator), 1);
}

#[tokio::test]
async fn an_order_of_a_frozen_emulator_never_expires() {
    let (emulator, wall) = emulator_on_a_wall(Settings {
        frozen: true,
        ..Settings::default()
    });
    let id = create(&emulator, order()).await;
    wall.pass(SignedDuration::from_hours(500));
    let path = format!("/checkout/v3/orders/{id}");
    assert_eq!(call(&emulator, "GET", &path, None).await.status, 200);
    advance(&emulator, 48 * 3600).await;
    assert_eq!(call(&emulator, "GET", &path, None).await.status, 404);
}

#[tokio::test]
async fn a_fast_clock_reaches_the_first_push_sooner() {
    let (emulator, wall) = emulator_on_a_wall(Settings::default());
    let id = create(&emulator, order()).await;
    pay(&emulator, &id, json!({})).await;
    let faster = turn(&emulator, "/speed", Some(json!({ "factor": 60 }))).await;
    assert_eq!(faster, shows(0, false, 60.0));
    wall.pass(SignedDuration::from_millis(1999));
    assert_eq!(due(&emulator), 0);
    wall.pass(SignedDuration::from_millis(1));
    assert_eq!(due(&emulator), 1);
}

/// The loop waits for the wall's time: at this speed two minutes are 12 ms. Had it waited for the virtual two minutes, the
/// test would not end.
#[tokio::test]
async fn the_loop_waits_for_the_virtual_time() {
    let emulator = Emulator::new(
        Settings {
            speed: Speed::try_from(10_000.0).unwrap(),
            ..Settings::default()
        },
        wall_clock(),
    );
    let (sender, mut pushed) = mpsc::channel(100);
    let router = Router::new().route("/push", post(async move || sender.send(()).await.unwrap_or(())));
    let mut body = order();
    body["merchant_urls"]["push"] = json!(format!("{}/push", serve(router).await));
    let id = create(&emulator, body).await;
    pay(&emulator, &id, json!({})).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(emulator.run_callbacks(stop.clone()));
    pushed.recv().await.unwrap();
    stop.cancel();
    running.await.unwrap();
}

#[expect(clippy::disallowed_methods, reason = "this test is about the wall's own time")]
fn wall_clock() -> kustom_emulator::Clock {
    Arc::new(Timestamp::now)
}

#[tokio::test]
async fn letting_the_clock_run_wakes_the_loop() {
    let (emulator, wall) = emulator_on_a_wall(Settings {
        frozen: true,
        ..Settings::default()
    });
    let (sender, mut pushed) = mpsc::channel(100);
    let router = Router::new().route("/push", post(async move || sender.send(()).await.unwrap_or(())));
    let mut body = order();
    body["merchant_urls"]["push"] = json!(format!("{}/push", serve(router).await));
    let id = create(&emulator, body).await;
    pay(&emulator, &id, json!({})).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(emulator.run_callbacks(stop.clone()));
    turn(&emulator, "/run", None).await;
    wall.pass(SignedDuration::from_mins(2));
    turn(&emulator, "/speed", Some(json!({ "factor": 1 }))).await;
    pushed.recv().await.unwrap();
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn speeds_and_bodies_that_make_no_sense_are_refused() {
    let (emulator, _) = emulator_on_a_wall(Settings::default());
    for (body, code) in [
        (json!({ "factor": 0 }), "BAD_SPEED"),
        (json!({ "factor": 0.09 }), "BAD_SPEED"),
        (json!({ "factor": 10_001 }), "BAD_SPEED"),
        (json!({ "factor": -1 }), "BAD_SPEED"),
        (json!({ "factor": "fast" }), "BAD_BODY"),
        (json!({ "speed": 1 }), "BAD_BODY"),
        (json!({}), "BAD_BODY"),
    ] {
        let answer = call(&emulator, "POST", "/_emulator/clock/speed", Some(body.clone())).await;
        let found = answer.json()["error"]["code"].clone();
        assert_eq!((answer.status, found), (400, json!(code)), "{body}");
    }
    assert_eq!(turn(&emulator, "", None).await, shows(0, false, 1.0));
}

#[tokio::test]
async fn a_reset_keeps_the_time_and_undoes_what_was_turned() {
    let (emulator, wall) = emulator_on_a_wall(Settings::default());
    turn(&emulator, "/speed", Some(json!({ "factor": 10 }))).await;
    wall.pass(SignedDuration::from_secs(1));
    turn(&emulator, "/freeze", None).await;
    call(&emulator, "POST", "/_emulator/reset", None).await;
    assert_eq!(turn(&emulator, "", None).await, shows(10, false, 1.0));
}
