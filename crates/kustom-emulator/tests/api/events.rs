//! The stream of events.

use crate::served::{Served, add, read_all};
use crate::support::{advance, bought, call, create, emulator, order, pay};
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use kustom_emulator::Emulator;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tower::ServiceExt;

struct Listener {
    body: Body,
    unread: String,
}

impl Listener {
    /// Listens, past the greeting.
    async fn new(emulator: &Emulator) -> Self {
        let (mut listener, status) = Self::open(emulator).await;
        assert_eq!(status, 200);
        assert_eq!(listener.next().await.0, "hello");
        listener
    }

    async fn open(emulator: &Emulator) -> (Self, u16) {
        let request = Request::get("/_emulator/events").body(Body::empty()).unwrap();
        let answer = emulator.router().oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let listener = Self {
            body: answer.into_body(),
            unread: String::new(),
        };
        (listener, status)
    }

    async fn next(&mut self) -> (String, Value) {
        loop {
            if let Some((event, rest)) = self.unread.split_once("\n\n") {
                let lines: Vec<&str> = event.lines().collect();
                let value_of = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name));
                let kind = value_of("event: ").unwrap_or_default().to_owned();
                let data = serde_json::from_str(value_of("data: ").unwrap_or("null")).unwrap();
                self.unread = rest.to_owned();
                return (kind, data);
            }
            let frame = self.body.frame().await.unwrap().unwrap();
            let bytes = frame.into_data().unwrap();
            self.unread.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// The next event of this kind; those before it are let go.
    async fn until(&mut self, kind: &str) -> Value {
        loop {
            let (said, data) = self.next().await;
            if said == kind {
                return data;
            }
        }
    }
}

#[tokio::test]
async fn the_greeting_says_what_time_it_is_and_who_may_call() {
    let (mut listener, _) = Listener::open(&emulator()).await;
    let (kind, data) = listener.next().await;
    assert_eq!(kind, "hello");
    assert_eq!(
        data,
        json!({ "now": "2026-11-23T08:00:00Z", "accepts_any_credentials": true })
    );
}

#[tokio::test]
async fn a_created_order_is_told_with_the_request_that_created_it() {
    let emulator = emulator();
    let mut listener = Listener::new(&emulator).await;
    let id = create(&emulator, order()).await;
    let (kind, request) = listener.next().await;
    assert_eq!(kind, "request");
    assert_eq!(request["request"]["path"], "/checkout/v3/orders");
    assert_eq!(request["response"]["status"], 201);
    let (kind, told) = listener.next().await;
    assert_eq!(kind, "order");
    let listed = call(&emulator, "GET", "/_emulator/orders", None).await.json();
    assert_eq!(told, listed["orders"][0]);
    assert_eq!(told["order_id"], id);
}

#[tokio::test]
async fn what_happened_before_somebody_listened_is_not_told() {
    let emulator = emulator();
    create(&emulator, order()).await;
    let mut listener = Listener::new(&emulator).await;
    let later = create(&emulator, order()).await;
    let request = listener.until("request").await;
    assert_eq!(request["number"], 2);
    assert_eq!(listener.until("order").await["order_id"], later);
}

#[tokio::test]
async fn a_push_is_told_when_it_is_sent_and_when_it_is_answered() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let mut listener = Listener::new(&emulator).await;
    advance(&emulator, 150).await;
    assert_eq!(listener.until("clock").await["now"], "2026-11-23T08:02:00Z");
    let sent = listener.until("callback").await;
    assert_eq!((&sent["order_id"], &sent["kind"]), (&json!(id), &json!("push")));
    assert_eq!(sent["answered_at"], Value::Null);
    let answered = listener.until("callback").await;
    assert_eq!(answered["number"], sent["number"]);
    assert!(answered["answer"]["failed"].is_object(), "{answered}");
    assert_eq!(listener.until("clock").await["now"], "2026-11-23T08:02:30Z");
}

#[tokio::test]
async fn an_answer_to_a_callback_that_nobody_saw_leave_is_told() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let kustom_id = kustom_api::KustomOrderId(id.clone());
    let callback = emulator
        .act(|kustom, now| kustom.push_now(&kustom_id, now))
        .unwrap();
    let mut listener = Listener::new(&emulator).await;
    let answer = kustom_emulator::CallbackAnswer::Failed {
        reason: "nobody there".to_owned(),
    };
    emulator.act(|kustom, now| kustom.callback_answered(callback.number, answer, now));
    let told = listener.until("callback").await;
    assert_eq!(told["answer"]["failed"]["reason"], "nobody there");
}

#[tokio::test]
async fn a_payment_is_told_as_the_state_it_leads_to() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let mut listener = Listener::new(&emulator).await;
    assert_eq!(pay(&emulator, &id, json!({})).await.status, 200);
    let mut told = listener.until("order").await;
    while told["state"] != "complete" {
        told = listener.until("order").await;
    }
    assert_eq!(told["management_status"], "AUTHORIZED");
}

#[tokio::test]
async fn rules_for_faults_are_told_when_added_struck_and_removed() {
    let emulator = emulator();
    let mut listener = Listener::new(&emulator).await;
    add(&emulator, json!({ "effect": "server_error" })).await;
    let added = listener.until("faults").await;
    let number = added["faults"][0]["number"].as_u64().unwrap();
    call(&emulator, "GET", "/checkout/v3/orders/x", None).await;
    assert_eq!(listener.until("request").await["fault"], "server_error");
    assert_eq!(listener.until("faults").await["faults"][0]["struck"], 1);
    let path = format!("/_emulator/faults/{number}");
    assert_eq!(call(&emulator, "DELETE", &path, None).await.status, 200);
    assert_eq!(listener.until("faults").await, json!({ "faults": [] }));
}

#[tokio::test]
async fn a_reset_is_told_and_so_is_what_follows_it() {
    let emulator = emulator();
    for _ in 0..3 {
        create(&emulator, order()).await;
    }
    let mut listener = Listener::new(&emulator).await;
    call(&emulator, "POST", "/_emulator/reset", None).await;
    assert_eq!(listener.next().await, ("reset".to_owned(), json!({})));
    assert_eq!(listener.next().await.0, "clock");
    let id = create(&emulator, order()).await;
    assert_eq!(listener.until("request").await["response"]["status"], 201);
    assert_eq!(listener.until("order").await["order_id"], id);
}

#[tokio::test]
async fn a_restored_snapshot_is_told_as_a_reset() {
    let emulator = emulator();
    create(&emulator, order()).await;
    let snapshot = emulator.snapshot().unwrap();
    let mut listener = Listener::new(&emulator).await;
    emulator.restore(&snapshot).unwrap();
    assert_eq!(listener.next().await.0, "reset");
}

#[tokio::test]
async fn a_clock_that_is_frozen_or_fast_is_told() {
    let emulator = emulator();
    let mut listener = Listener::new(&emulator).await;
    call(&emulator, "POST", "/_emulator/clock/freeze", None).await;
    let told = listener.until("clock").await;
    assert_eq!((&told["frozen"], &told["speed"]), (&json!(true), &json!(1.0)));
    let factor = Some(json!({ "factor": 60 }));
    call(&emulator, "POST", "/_emulator/clock/speed", factor).await;
    let read = call(&emulator, "GET", "/_emulator/clock", None).await.json();
    assert_eq!(listener.until("clock").await, read);
}

#[tokio::test]
async fn who_cannot_keep_up_is_told_to_read_again() {
    let emulator = emulator();
    let mut listener = Listener::new(&emulator).await;
    for _ in 0..600 {
        call(&emulator, "GET", "/checkout/v3/orders/none", None).await;
    }
    assert_eq!(listener.next().await.0, "resync");
    let id = create(&emulator, order()).await;
    assert_eq!(listener.next().await.0, "request");
    assert_eq!(listener.next().await.1["order_id"], id);
}

#[tokio::test]
async fn listeners_are_limited_and_one_that_leaves_makes_room() {
    let emulator = emulator();
    let mut listeners = Vec::new();
    for _ in 0..32 {
        listeners.push(Listener::new(&emulator).await);
    }
    assert_eq!(Listener::open(&emulator).await.1, 503);
    listeners.pop();
    assert_eq!(Listener::open(&emulator).await.1, 200);
}

#[tokio::test]
async fn the_stream_ends_when_the_emulator_stops() {
    let served = Served::start().await;
    let mut stream = served.connect("GET", "/_emulator/events", None).await;
    let mut start = String::new();
    while !start.contains("event: hello") {
        let byte = stream.read_u8().await.unwrap();
        start.push(char::from(byte));
    }
    drop(served);
    assert_eq!(read_all(stream).await.error, None);
}
