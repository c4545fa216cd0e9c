//! Answers that are no success, and no answers at all.

use super::ask::{Ask, ORDER, PATIENT};
use super::script::{Act, Kustom, answer, html, json, part};
use kassa::kustom_client::Timeouts;
use kustom_api::Failure;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinSet;

const OTHER_ORDER: &str = r#"{"order_id":"o-2","status":"checkout_incomplete"}"#;
const OTHER_MANAGED: &str = r#"{"order_id":"o-2","status":"AUTHORIZED","fraud_status":"ACCEPTED","order_amount":100,"purchase_country":"SE","purchase_currency":"SEK"}"#;
const BAD_VALUE: &str =
    r#"{"error_code":"BAD_VALUE","error_messages":["Bad value: locale"],"correlation_id":"c"}"#;
const READ_ONLY: &str = r#"{"error_code":"READ_ONLY_ORDER","error_messages":["Resource is read-only"]}"#;
const NOT_ALLOWED: &str = r#"{"error_code":"NOT_ALLOWED","error_messages":[],"correlation_id":"c"}"#;
const NO_SUCH_ORDER: &str = r#"{"error_code":"NO_SUCH_ORDER","error_messages":[],"correlation_id":"c"}"#;
const TIMEOUT: &str = r#"{"error_code":"TIMEOUT","error_messages":[],"correlation_id":"c"}"#;
const GATEWAY: &str =
    r#"{"http_status_code":401,"http_status_message":"Unauthorized","internal_message":"no"}"#;

/// Each row: what happens, what it is, may the call be repeated, may it have taken effect.
type Row = (&'static str, Act, &'static str, bool, bool);

#[tokio::test]
async fn every_call_classifies_every_answer_that_is_no_success() {
    for ask in Ask::ALL {
        check(ask, answers_of_the_api()).await;
        check(ask, answers_from_in_front_of_the_api()).await;
    }
}

#[tokio::test]
async fn every_call_survives_every_broken_answer() {
    for ask in Ask::ALL {
        check(ask, broken_answers()).await;
    }
}

fn answers_of_the_api() -> Vec<Row> {
    vec![
        (
            "bad value",
            json(400, BAD_VALUE),
            "refused 400 BAD_VALUE",
            false,
            false,
        ),
        ("a bare 400", json(400, ""), "refused 400 ", false, false),
        ("wrong key", json(401, ""), "unauthorized", false, false),
        (
            "wrong key, at the gateway",
            json(401, GATEWAY),
            "unauthorized",
            false,
            false,
        ),
        ("read-only", json(403, READ_ONLY), "read-only", false, false),
        (
            "not allowed",
            json(403, NOT_ALLOWED),
            "refused 403 NOT_ALLOWED",
            false,
            false,
        ),
        (
            "not allowed, at the gateway",
            json(403, GATEWAY),
            "refused 403 ",
            false,
            false,
        ),
        ("expired", json(404, ""), "gone", false, false),
        ("unknown", json(404, NO_SUCH_ORDER), "gone", false, false),
        ("unprocessable", json(422, "[]"), "refused 422 ", false, false),
        ("failed inside", json(500, TIMEOUT), "ambiguous 500", true, true),
        (
            "failed inside, silently",
            json(500, ""),
            "ambiguous 500",
            true,
            true,
        ),
    ]
}

fn answers_from_in_front_of_the_api() -> Vec<Row> {
    let slow_down = answer(429, "Retry-After: 7\r\n", "");
    let elsewhere = answer(302, "Location: http://127.0.0.1:1/\r\n", "");
    vec![
        ("firewall", html(403), "blocked", true, false),
        ("a page for 404", html(404), "gone", false, false),
        ("too large", html(413), "refused 413 ", false, false),
        ("slow down", slow_down, "later Some(7)", true, false),
        ("took too long to ask", html(408), "later None", true, false),
        ("too early", html(425), "later None", true, false),
        ("moved", elsewhere, "ambiguous 302", true, true),
        ("bad gateway", html(502), "ambiguous 502", true, true),
        ("down", html(503), "ambiguous 503", true, true),
        ("Kustom's own limit", html(504), "ambiguous 504", true, true),
        (
            "a success nobody documented",
            json(202, ""),
            "ambiguous 202",
            true,
            true,
        ),
        ("a page for success", html(200), "ambiguous 200", true, true),
    ]
}

fn broken_answers() -> Vec<Row> {
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"order_id\":\"o-1\"";
    let short_chunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"or";
    let short_refusal = "HTTP/1.1 404 Not Found\r\nContent-Length: 500\r\n\r\n{";
    let large = "x".repeat(2 * 1024 * 1024);
    let large_chunk =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n{large}\r\n0\r\n\r\n");
    vec![
        ("truncated", part(short), "ambiguous 200", true, true),
        ("truncated chunk", part(short_chunk), "ambiguous 200", true, true),
        (
            "truncated refusal",
            part(short_refusal),
            "ambiguous 404",
            true,
            true,
        ),
        (
            "truncated head",
            part("HTTP/1.1 200 OK\r\nCont"),
            "ambiguous",
            true,
            true,
        ),
        (
            "not HTTP",
            part("SSH-2.0-OpenSSH_9.2\r\n"),
            "ambiguous",
            true,
            true,
        ),
        ("closed without a word", part(""), "ambiguous", true, true),
        ("reset", Act::Reset, "ambiguous", true, true),
        ("too large", json(200, &large), "ambiguous 200", true, true),
        (
            "too large, in chunks",
            part(&large_chunk),
            "ambiguous 200",
            true,
            true,
        ),
        (
            "too large a refusal",
            json(400, &large),
            "ambiguous 400",
            true,
            true,
        ),
    ]
}

#[tokio::test]
async fn a_success_without_the_right_order_in_it_is_ambiguous() {
    let reads = [
        ("nothing", json(200, ""), "ambiguous 200", true, true),
        ("an empty order", json(200, "{}"), "ambiguous 200", true, true),
        ("a list", json(200, "[]"), "ambiguous 200", true, true),
        (
            "half an order",
            json(200, &ORDER[..20]),
            "ambiguous 200",
            true,
            true,
        ),
        (
            "another order",
            json(200, OTHER_ORDER),
            "ambiguous 200",
            true,
            true,
        ),
        ("another status", json(201, ORDER), "ambiguous 201", true, true),
    ];
    check(Ask::Read, reads.to_vec()).await;
    check(Ask::Update, reads.to_vec()).await;
    // An abort may be answered with nothing, but not with something else.
    check(Ask::Abort, reads[1..].to_vec()).await;
    let managed = [
        ("nothing", json(200, ""), "ambiguous 200", true, true),
        (
            "an order of the other API",
            json(200, ORDER),
            "ambiguous 200",
            true,
            true,
        ),
        (
            "another order",
            json(200, OTHER_MANAGED),
            "ambiguous 200",
            true,
            true,
        ),
    ];
    check(Ask::ReadManaged, managed.to_vec()).await;
    let created = [
        ("nothing", json(201, ""), "ambiguous 201", true, true),
        ("a page", html(201), "ambiguous 201", true, true),
        (
            "an order without id",
            json(201, "{}"),
            "ambiguous 201",
            true,
            true,
        ),
        (
            "an order with an empty id",
            json(201, r#"{"order_id":""}"#),
            "ambiguous 201",
            true,
            true,
        ),
        ("another status", json(200, ORDER), "ambiguous 200", true, true),
    ];
    check(Ask::Create, created.to_vec()).await;
    let written = [("another status", json(200, ""), "ambiguous 200", true, true)];
    for ask in [Ask::Acknowledge, Ask::Cancel, Ask::SetReferences] {
        check(ask, written.to_vec()).await;
    }
}

#[tokio::test]
async fn the_reason_never_quotes_the_body() {
    let mut kustom = Kustom::play([json(200, r#"{"order_id":"o-1","order_amount":"Astrid Berg"}"#)]).await;
    let failure = Ask::Read.of(&kustom.client(PATIENT)).await.unwrap_err();
    assert!(failure.is_ambiguous());
    assert!(!failure.to_string().contains("Astrid"), "{failure}");
    kustom.request().await;
}

#[tokio::test]
async fn silence_after_the_request_is_ambiguous() {
    let hurried = Timeouts {
        total: Duration::from_millis(500),
        ..PATIENT
    };
    let mut calls = JoinSet::new();
    for ask in Ask::ALL {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{";
        for (act, kind) in [(Act::Hang(""), "ambiguous"), (Act::Hang(head), "ambiguous 200")] {
            let kustom = Kustom::play([act]).await;
            calls.spawn(async move {
                let failure = ask.of(&kustom.client(hurried)).await.unwrap_err();
                assert_failure(&format!("{ask:?}"), &failure, kind, true, true);
            });
        }
    }
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
}

async fn check(ask: Ask, rows: Vec<Row>) {
    for (story, act, kind, retryable, ambiguous) in rows {
        let mut kustom = Kustom::play([act]).await;
        let failure = ask.of(&kustom.client(PATIENT)).await.expect_err(story);
        assert_failure(&format!("{ask:?}: {story}"), &failure, kind, retryable, ambiguous);
        kustom.request().await;
        let connections = kustom.connections.load(Ordering::SeqCst);
        assert_eq!(
            connections, 1,
            "{ask:?}: {story}: a request that left is never repeated"
        );
    }
}

pub(super) fn assert_failure(story: &str, failure: &Failure, kind: &str, retryable: bool, ambiguous: bool) {
    let seen = match failure {
        Failure::Unreachable { .. } => "unreachable".to_owned(),
        Failure::Ambiguous { status: None, .. } => "ambiguous".to_owned(),
        Failure::Ambiguous {
            status: Some(status), ..
        } => format!("ambiguous {status}"),
        Failure::ReadOnly => "read-only".to_owned(),
        Failure::Gone => "gone".to_owned(),
        Failure::Unauthorized => "unauthorized".to_owned(),
        Failure::Blocked { .. } => "blocked".to_owned(),
        Failure::TooManyRequests { retry_after_seconds } => format!("later {retry_after_seconds:?}"),
        Failure::Refused(refusal) => format!("refused {} {}", refusal.status, refusal.code),
    };
    assert_eq!(seen, kind, "{story}: {failure}");
    assert_eq!(failure.is_retryable(), retryable, "{story}: {failure}");
    assert_eq!(failure.is_ambiguous(), ambiguous, "{story}: {failure}");
}
