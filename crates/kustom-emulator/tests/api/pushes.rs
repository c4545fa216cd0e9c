//! Pushes over a real loopback socket, on the virtual clock: nothing here waits for time to pass.

use crate::support::{advance, call, create, emulator, emulator_with, order, pay, serve, start, state};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use jiff::{SignedDuration, Timestamp};
use kustom_api::KustomOrderId;
use kustom_emulator::{CallbackAnswer, Change, Emulator, Rules};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A merchant who acknowledges the push with this number, or none.
#[derive(Clone)]
struct Merchant {
    emulator: Emulator,
    acknowledges: Option<usize>,
    received: Arc<Mutex<Vec<(String, usize, Timestamp)>>>,
    acknowledged: Arc<Notify>,
}

async fn receive(State(merchant): State<Merchant>, Path(id): Path<String>, body: Bytes) -> StatusCode {
    let now = merchant.emulator.now();
    let count = {
        let mut received = merchant.received.lock().unwrap();
        received.push((id.clone(), body.len(), now));
        received.len()
    };
    if merchant.acknowledges == Some(count) {
        let path = format!("/ordermanagement/v1/orders/{id}/acknowledge");
        call(&merchant.emulator, "POST", &path, None).await;
        merchant.acknowledged.notify_one();
    }
    StatusCode::OK
}

/// Serves the merchant and buys an order whose push goes there.
async fn purchase(emulator: &Emulator, acknowledges: Option<usize>) -> (Merchant, String) {
    let merchant = Merchant {
        emulator: emulator.clone(),
        acknowledges,
        received: Arc::default(),
        acknowledged: Arc::default(),
    };
    let router = Router::new()
        .route("/push/{id}", post(receive))
        .with_state(merchant.clone());
    let address = serve(router).await;
    let id = order_pushed_to(emulator, &format!("{address}/push/{{checkout.order.id}}")).await;
    assert_eq!(pay(emulator, &id, json!({})).await.status, 200);
    (merchant, id)
}

async fn order_pushed_to(emulator: &Emulator, url: &str) -> String {
    let mut body = order();
    body["merchant_urls"]["push"] = json!(url);
    create(emulator, body).await
}

fn minutes(merchant: &Merchant) -> Vec<i64> {
    let received = merchant.received.lock().unwrap();
    received
        .iter()
        .map(|(_, _, at)| at.duration_since(start()).as_mins())
        .collect()
}

#[tokio::test]
async fn pushes_follow_the_schedule_until_the_order_is_acknowledged() {
    let emulator = emulator();
    let (merchant, id) = purchase(&emulator, Some(3)).await;
    assert_eq!(advance(&emulator, 119).await["pushes_delivered"], 0);
    assert_eq!(advance(&emulator, 1).await["pushes_delivered"], 1);
    assert_eq!(advance(&emulator, 3 * 3600).await["pushes_delivered"], 2);
    assert_eq!(advance(&emulator, 48 * 3600).await["pushes_delivered"], 0);
    assert_eq!(minutes(&merchant), [2, 5, 15]);
    let received = merchant.received.lock().unwrap().clone();
    assert!(
        received
            .iter()
            .all(|(pushed, length, _)| *pushed == id && *length == 0),
        "{received:?}"
    );
    assert_eq!(state(&emulator, &id).count(&Change::Acknowledged), 1);
}

#[tokio::test]
async fn a_success_without_acknowledge_ends_nothing_before_48_hours() {
    let emulator = emulator();
    let (merchant, id) = purchase(&emulator, None).await;
    advance(&emulator, 100 * 3600).await;
    let minutes = minutes(&merchant);
    assert_eq!(minutes[..6], [2, 5, 15, 30, 60, 300]);
    assert_eq!((minutes.len(), minutes.last()), (16, Some(&2700)));
    let order = state(&emulator, &id);
    assert_eq!(order.attempts.len(), 16);
    assert_eq!(
        order.attempts[0].answer,
        Some(CallbackAnswer::Answered {
            status: 200,
            location: None,
            body: String::new()
        })
    );
    assert_eq!(emulator.now(), start() + SignedDuration::from_hours(100));
}

#[tokio::test]
async fn the_first_push_may_come_sooner_but_never_at_once() {
    for (setting, expected) in [(10, 10), (0, 3)] {
        let emulator = emulator_with(Rules {
            first_push_after: SignedDuration::from_secs(setting),
            ..Rules::default()
        });
        purchase(&emulator, None).await;
        let next = emulator.inspect(kustom_emulator::Kustom::next_callback_at);
        assert_eq!(next, Some(start() + SignedDuration::from_secs(expected)));
    }
}

#[tokio::test]
async fn a_push_can_be_asked_for_and_leaves_the_schedule_alone() {
    let emulator = emulator();
    let (merchant, id) = purchase(&emulator, None).await;
    let answer = call(&emulator, "POST", &format!("/_emulator/orders/{id}/push"), None).await;
    assert_eq!(
        (answer.status, answer.json()["status"].clone()),
        (200, json!(200))
    );
    assert_eq!(advance(&emulator, 121).await["pushes_delivered"], 1);
    assert_eq!(minutes(&merchant), [0, 2]);
}

#[tokio::test]
async fn a_merchant_who_cannot_be_reached_is_recorded_and_tried_again() {
    let emulator = emulator();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let id = order_pushed_to(&emulator, &format!("http://{address}/push")).await;
    pay(&emulator, &id, json!({})).await;
    assert_eq!(advance(&emulator, 300).await["pushes_delivered"], 2);
    let attempts = state(&emulator, &id).attempts;
    assert_eq!(attempts.len(), 2);
    assert!(
        attempts
            .iter()
            .all(|attempt| matches!(attempt.answer, Some(CallbackAnswer::Failed { .. }))),
        "{attempts:?}"
    );
    let answer = call(&emulator, "POST", &format!("/_emulator/orders/{id}/push"), None).await;
    assert_eq!(
        (answer.status, answer.json()["error"]["code"].clone()),
        (502, json!("MERCHANT_UNREACHABLE"))
    );
}

#[tokio::test]
async fn the_loop_delivers_what_is_due_and_stops_when_told() {
    let now = Arc::new(Mutex::new(start()));
    let clock = now.clone();
    let emulator = Emulator::new(
        kustom_emulator::Settings::default(),
        Arc::new(move || *clock.lock().unwrap()),
    );
    let (merchant, _) = purchase(&emulator, Some(1)).await;
    *now.lock().unwrap() = start() + SignedDuration::from_mins(2);
    let stop = CancellationToken::new();
    let running = tokio::spawn(emulator.run_callbacks(stop.clone()));
    merchant.acknowledged.notified().await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(minutes(&merchant), [2]);
}

#[tokio::test]
async fn details_of_an_order_show_its_callbacks() {
    let emulator = emulator();
    let (_, id) = purchase(&emulator, Some(1)).await;
    advance(&emulator, 120).await;
    let details: Value = call(&emulator, "GET", &format!("/_emulator/orders/{id}"), None)
        .await
        .json();
    assert_eq!(
        details["callbacks"][0]["answer"],
        json!({ "answered": { "status": 200, "body": "" } })
    );
    assert_eq!(details["next_push_at"], Value::Null);
    let known = emulator.inspect(|kustom| kustom.order(&KustomOrderId(id)).is_some());
    assert!(known);
}

#[tokio::test]
async fn a_push_that_waits_for_another_is_not_sent_once_its_order_is_acknowledged() {
    let emulator = emulator();
    let shop = emulator.clone();
    let acknowledges_all = Router::new().route(
        "/push/{id}",
        post(async move || {
            let ids: Vec<_> = shop.inspect(|kustom| kustom.orders().map(|order| order.id.clone()).collect());
            for id in ids {
                let path = format!("/ordermanagement/v1/orders/{id}/acknowledge");
                call(&shop, "POST", &path, None).await;
            }
        }),
    );
    let address = serve(acknowledges_all).await;
    for _ in 0..2 {
        let id = order_pushed_to(&emulator, &format!("{address}/push/{{checkout.order.id}}")).await;
        pay(&emulator, &id, json!({})).await;
    }
    assert_eq!(advance(&emulator, 600).await["pushes_delivered"], 1);
}

#[tokio::test]
async fn a_long_answer_is_an_answer() {
    let emulator = emulator();
    let page = Router::new().route(
        "/push/{id}",
        post(|| async { (StatusCode::NOT_FOUND, "x".repeat(200_000)) }),
    );
    let address = serve(page).await;
    let id = order_pushed_to(&emulator, &format!("{address}/push/{{checkout.order.id}}")).await;
    pay(&emulator, &id, json!({})).await;
    let pushed = call(&emulator, "POST", &format!("/_emulator/orders/{id}/push"), None).await;
    assert_eq!(
        (pushed.status, pushed.json()["status"].clone()),
        (200, json!(404))
    );
    assert!(pushed.text.len() < 80_000, "{}", pushed.text.len());
}
