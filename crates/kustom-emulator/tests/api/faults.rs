//! Faults as a merchant's server meets them: over a real socket, down to the bytes.

use crate::served::{CREATE, Served, add, read_all};
use crate::support::{bought, call, create, emulator, order, order_with, state, two_shoes};
use http_body_util::BodyExt;
use kustom_emulator::Change;
use serde_json::{Value, json};
use std::io::ErrorKind;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

#[tokio::test]
async fn delay_applies_and_answers_later() {
    let served = Served::with(json!({ "effect": "delay", "ms": 80 })).await;
    let start = Instant::now();
    assert_eq!(served.create().await.status(), 201);
    assert!(start.elapsed() >= Duration::from_millis(80));
    assert_eq!(served.log().await, [(json!("delay"), json!(201))]);
}

#[tokio::test]
async fn timeout_holds_the_connection_and_never_answers() {
    let served = Served::with(json!({ "effect": "timeout", "ms": 80 })).await;
    let received = served.create().await;
    assert_eq!((received.text.as_str(), received.error), ("", None));
    served.add(json!({ "effect": "timeout" })).await;
    let mut held = served.connect("POST", CREATE, Some(&order())).await;
    let waited = tokio::time::timeout(Duration::from_millis(200), held.read_u8()).await;
    assert!(waited.is_err(), "{waited:?}");
    assert_eq!(served.orders(), 0);
    let nothing = (json!("timeout"), Value::Null);
    assert_eq!(served.log().await, [nothing.clone(), nothing]);
}

#[tokio::test]
async fn lost_answer_applies_and_closes_without_a_byte() {
    let served = Served::with(json!({ "effect": "lost_answer" })).await;
    let received = served.create().await;
    assert_eq!((received.text.as_str(), received.error), ("", None));
    assert_eq!(served.orders(), 1);
    assert_eq!(served.log().await, [(json!("lost_answer"), json!(201))]);
}

#[tokio::test]
async fn reset_applies_nothing_and_resets_the_connection() {
    let served = Served::with(json!({ "effect": "reset" })).await;
    let received = served.create().await;
    assert_eq!(
        (received.text.as_str(), received.error),
        ("", Some(ErrorKind::ConnectionReset))
    );
    assert_eq!(served.orders(), 0);
    assert_eq!(served.log().await, [(json!("reset"), Value::Null)]);
}

#[tokio::test]
async fn applied_late_answers_504_at_once() {
    let served = Served::with(json!({ "effect": "applied_late", "ms": 60_000 })).await;
    assert_eq!(served.create().await.status(), 504);
    assert_eq!(served.orders(), 0);
    served.add(json!({ "effect": "applied_late", "ms": 20 })).await;
    assert_eq!(served.create().await.status(), 504);
    // Answered after a longer wait that began later.
    served.add(json!({ "effect": "delay", "ms": 300 })).await;
    served.send("GET", "/checkout/v3/orders/none", None).await;
    assert_eq!(served.orders(), 1);
    let late = json!("applied_late");
    let log = served.log().await;
    assert!(
        log.contains(&(late.clone(), json!(504))) && log.contains(&(late, json!(201))),
        "{log:?}"
    );
}

#[tokio::test]
async fn what_would_be_applied_late_is_forgotten_by_a_reset() {
    let served = Served::with(json!({ "effect": "applied_late", "ms": 20 })).await;
    served.create().await;
    call(&served.emulator, "POST", "/_emulator/reset", None).await;
    served.emulator.late_calls_applied().await;
    assert_eq!(served.orders(), 0);
}

#[tokio::test]
async fn applied_twice_answers_the_second_time() {
    let served = Served::with(json!({ "effect": "applied_twice" })).await;
    let answer = served.create().await;
    let ids: Vec<String> = served
        .emulator
        .inspect(|kustom| kustom.orders().map(|order| order.id.0.clone()).collect());
    assert_eq!(
        (ids.len(), answer.json()["order_id"].as_str().unwrap()),
        (2, ids[1].as_str())
    );
    let entry = (json!("applied_twice"), json!(201));
    assert_eq!(served.log().await, [entry.clone(), entry]);
}

#[tokio::test]
async fn statuses_are_answered_instead_of_kustoms_own() {
    for (effect, status) in [
        ("unauthorized", 401),
        ("forbidden_page", 403),
        ("not_found", 404),
        ("too_many_requests", 429),
        ("server_error", 500),
        ("gateway_timeout", 504),
    ] {
        let served = Served::with(json!({ "effect": effect })).await;
        let answer = served.create().await;
        assert_eq!((answer.status(), served.orders()), (status, 0), "{effect}");
        assert_eq!(served.log().await, [(json!(effect), json!(status))]);
        let retry_after = (status == 429).then_some("1");
        assert_eq!(answer.header("retry-after"), retry_after);
        if effect == "forbidden_page" {
            assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
            assert!(answer.body().contains("<title>"), "{answer:?}");
        } else {
            assert_eq!(answer.body(), "", "{effect}");
        }
    }
}

#[tokio::test]
async fn gateway_timeout_and_empty_apply_when_told_so() {
    for (rule, status, orders) in [
        (json!({ "effect": "gateway_timeout", "applied": false }), 504, 0),
        (json!({ "effect": "gateway_timeout", "applied": true }), 504, 1),
        (json!({ "effect": "empty" }), 201, 0),
        (json!({ "effect": "empty", "applied": true }), 201, 1),
    ] {
        let served = Served::with(rule.clone()).await;
        let answer = served.create().await;
        assert_eq!((answer.status(), answer.body()), (status, ""), "{rule}");
        assert_eq!(served.orders(), orders, "{rule}");
    }
}

#[tokio::test]
async fn empty_has_the_status_of_the_call() {
    let served = Served::with(json!({ "effect": "empty", "times": null })).await;
    for (method, path, status) in [
        ("GET", "/checkout/v3/orders/1", 200),
        ("POST", "/checkout/v3/orders/1", 200),
        ("POST", "/checkout/v3/orders/1/abort", 200),
        ("GET", "/ordermanagement/v1/orders/1", 200),
        ("POST", "/ordermanagement/v1/orders/1/acknowledge", 204),
        ("PATCH", "/ordermanagement/v1/orders/1/merchant-references", 204),
    ] {
        let answer = served.send(method, path, None).await;
        assert_eq!((answer.status(), answer.body()), (status, ""), "{method} {path}");
    }
}

#[tokio::test]
async fn truncated_sends_half_of_what_it_promises() {
    let served = Served::with(json!({ "effect": "truncated" })).await;
    let answer = served.create().await;
    let promised: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert_eq!((answer.status(), answer.body().len()), (201, promised / 2));
    assert_eq!(answer.error, None);
    assert_eq!(served.orders(), 1);
    let id = bought(&served.emulator).await;
    served.add(json!({ "effect": "truncated" })).await;
    let path = format!("/ordermanagement/v1/orders/{id}/acknowledge");
    assert_eq!(served.send("POST", &path, None).await.status(), 204);
    assert_eq!(state(&served.emulator, &id).count(&Change::Acknowledged), 1);
}

#[tokio::test]
async fn a_truncated_answer_of_any_length_has_its_half() {
    let served = Served::start().await;
    let long = order_with(json!({ "merchant_data": "x".repeat(1024), "tags": vec!["y".repeat(200); 900] }));
    served.add(json!({ "effect": "truncated" })).await;
    let answer = served.send("POST", CREATE, Some(&long)).await;
    let promised: usize = answer.header("content-length").unwrap().parse().unwrap();
    assert!(promised > 100_000, "{promised}");
    assert_eq!(answer.body().len(), promised / 2);
}

#[tokio::test]
async fn foreign_order_answers_with_another_order_and_applies() {
    let served = Served::start().await;
    let own = create(&served.emulator, order()).await;
    let path = format!("/checkout/v3/orders/{own}");
    served.add(json!({ "effect": "foreign_order" })).await;
    let invented = served.send("POST", &path, Some(&two_shoes())).await.json();
    assert_ne!(invented["order_id"], own.as_str());
    assert_eq!((&invented["order_amount"], served.orders()), (&json!(20_000), 1));
    let snippet = invented["html_snippet"].as_str().unwrap();
    assert!(!snippet.contains(&own), "{snippet}");
    let other = create(&served.emulator, order()).await;
    served.add(json!({ "effect": "foreign_order" })).await;
    let foreign = served.send("GET", &path, None).await.json();
    assert_eq!(
        (&foreign["order_id"], &foreign["order_amount"]),
        (&json!(other), &json!(10_000))
    );
}

#[tokio::test]
async fn foreign_order_in_order_management_needs_another_bought_one() {
    let served = Served::start().await;
    let own = bought(&served.emulator).await;
    create(&served.emulator, order()).await;
    let path = format!("/ordermanagement/v1/orders/{own}");
    served.add(json!({ "effect": "foreign_order" })).await;
    let invented = served.send("GET", &path, None).await.json();
    let known = served.emulator.inspect(|kustom| {
        kustom
            .orders()
            .any(|order| invented["order_id"] == order.id.0.as_str())
    });
    assert!(!known, "{invented}");
    let other = bought(&served.emulator).await;
    served.add(json!({ "effect": "foreign_order" })).await;
    assert_eq!(
        served.send("GET", &path, None).await.json()["order_id"],
        other.as_str()
    );
    served.add(json!({ "effect": "foreign_order" })).await;
    let acknowledged = served.send("POST", &format!("{path}/acknowledge"), None).await;
    assert_eq!((acknowledged.status(), acknowledged.body()), (204, ""));
}

#[tokio::test]
async fn foreign_location_names_a_host_that_does_not_exist() {
    let served = Served::with(json!({ "effect": "foreign_location", "times": 2 })).await;
    let answer = served.create().await;
    let id = answer.json()["order_id"].as_str().unwrap().to_owned();
    let location = answer.header("location").unwrap();
    assert_eq!(
        location,
        format!("http://elsewhere.invalid/checkout/v3/orders/{id}")
    );
    let read = served
        .send("GET", &format!("/checkout/v3/orders/{id}"), None)
        .await;
    assert_eq!((read.status(), read.header("location")), (200, None));
}

#[tokio::test]
async fn an_answer_before_a_cut_arrives_whole() {
    let served = Served::with(json!({ "method": "POST", "effect": "lost_answer" })).await;
    let mut stream = TcpStream::connect(&served.address).await.unwrap();
    let head = "HTTP/1.1\r\nhost: kustom.test\r\nauthorization: Basic x\r\ncontent-length: 0\r\n\r\n";
    let both = format!("GET /checkout/v3/orders/none {head}POST /checkout/v3/orders/none/abort {head}");
    stream.write_all(both.as_bytes()).await.unwrap();
    let received = read_all(stream).await;
    assert_eq!(
        (received.status(), received.body(), received.error),
        (404, "", None)
    );
}

#[tokio::test]
async fn another_server_breaks_the_answer_off_where_it_cannot_end_the_connection() {
    let emulator = emulator();
    add(&emulator, json!({ "effect": "lost_answer" })).await;
    let request = http::Request::get("/checkout/v3/orders/none").body(axum::body::Body::empty());
    let answer = emulator.router().oneshot(request.unwrap()).await.unwrap();
    assert!(answer.into_body().collect().await.is_err());
}

#[tokio::test]
async fn another_spelling_of_a_path_is_no_way_around_a_rule() {
    let emulator = emulator();
    let rule =
        json!({ "method": "POST", "path": "/checkout/v3/orders", "effect": "server_error", "times": null });
    assert_eq!(
        call(&emulator, "POST", "/_emulator/faults", Some(rule))
            .await
            .status,
        201
    );
    for (path, status) in [
        ("/checkout/v3/orders", 500),
        ("//checkout/v3/orders", 404),
        ("/checkout//v3/orders", 404),
        ("/checkout/v3/orders/", 404),
    ] {
        assert_eq!(
            call(&emulator, "POST", path, Some(order())).await.status,
            status,
            "{path}"
        );
    }
    assert_eq!(emulator.inspect(|kustom| kustom.orders().count()), 0);
}
