//! Each action in each status: the answer, and the status that it leaves.

use super::{DAYS, capture, done, manage, refund};
use crate::support::{advance, bought, emulator};
use kustom_emulator::Emulator;
use serde_json::{Value, json};

pub(super) struct Row {
    pub(super) method: &'static str,
    /// `{capture}` stands for the id of the order's first capture.
    pub(super) path: &'static str,
    body: &'static str,
    /// One for each of [`STATUSES`]: the answer, and behind `>` the status that follows, where it is another.
    answers: [&'static str; 6],
}

const STATUSES: [&str; 6] = [
    "AUTHORIZED",
    "PART_CAPTURED",
    "CAPTURED",
    "CANCELLED",
    "EXPIRED",
    "CLOSED",
];

const NO: &str = "403 NOT_ALLOWED";
const NO_CAPTURE: &str = "403 CAPTURE_NOT_ALLOWED";
const NO_REFUND: &str = "403 REFUND_NOT_ALLOWED";
const NO_CANCEL: &str = "403 CANCEL_NOT_ALLOWED";

const fn row(
    method: &'static str,
    path: &'static str,
    body: &'static str,
    answers: [&'static str; 6],
) -> Row {
    Row {
        method,
        path,
        body,
        answers,
    }
}

/// The order amounts to 10000. Where it is captured in part, that part is 4000.
#[rustfmt::skip]
pub(super) const ACTIONS: &[Row] = &[
    row("POST", "/acknowledge", "", ["204"; 6]),
    row("PATCH", "/authorization", r#"{"order_amount":12000}"#, ["204", "204", NO, NO, NO, NO]),
    row("PATCH", "/authorization", r#"{"order_amount":4000}"#, ["204", "204>CAPTURED", NO, NO, NO, NO]),
    row("PATCH", "/authorization", r#"{"order_amount":3999}"#, ["204", NO, NO, NO, NO, NO]),
    row("POST", "/captures", r#"{"captured_amount":5000}"#,
        ["201>PART_CAPTURED", "201", NO_CAPTURE, NO_CAPTURE, NO_CAPTURE, NO_CAPTURE]),
    row("POST", "/captures", r#"{"captured_amount":6000}"#,
        ["201>PART_CAPTURED", "201>CAPTURED", NO_CAPTURE, NO_CAPTURE, NO_CAPTURE, NO_CAPTURE]),
    row("POST", "/captures", r#"{"captured_amount":10000}"#,
        ["201>CAPTURED", NO_CAPTURE, NO_CAPTURE, NO_CAPTURE, NO_CAPTURE, NO_CAPTURE]),
    row("POST", "/captures", r#"{"captured_amount":0}"#, [NO_CAPTURE; 6]),
    row("POST", "/captures/{capture}/shipping-info", r#"{"shipping_info":[{}]}"#, [NO, "204", "204", NO, "204", "204"]),
    row("POST", "/captures/{capture}/trigger-send-out", "", [NO, "204", "204", NO, "204", "204"]),
    row("POST", "/refunds", r#"{"refunded_amount":4000}"#,
        [NO_REFUND, "201", "201", NO_REFUND, NO_REFUND, NO_REFUND]),
    row("POST", "/refunds", r#"{"refunded_amount":10000}"#,
        [NO_REFUND, NO_REFUND, "201>CLOSED", NO_REFUND, NO_REFUND, NO_REFUND]),
    row("POST", "/refunds", r#"{"refunded_amount":0}"#, [NO_REFUND; 6]),
    row("POST", "/cancel", "", ["204>CANCELLED", NO_CANCEL, NO_CANCEL, NO_CANCEL, NO_CANCEL, NO_CANCEL]),
    row("POST", "/release-remaining-authorization", "", [NO, "204>CAPTURED", "204", NO, NO, NO]),
    row("POST", "/extend-authorization-time", "", ["204", "204", NO, NO, NO, NO]),
    row("PATCH", "/merchant-references", r#"{"merchant_reference1":"R"}"#, ["204", "204", "204", NO, "204", "204"]),
    row("PATCH", "/customer-details", r#"{"shipping_address":{"city":"Umeå"}}"#, ["204", "204", NO, NO, NO, NO]),
    row("POST", "/shipping-info", r#"{"shipping_info":[{}]}"#, ["204"; 6]),
];

/// A bought order in this status, with its first capture.
async fn order_in(emulator: &Emulator, status: &str) -> (String, String) {
    let id = bought(emulator).await;
    // Without pushes that nobody receives.
    done(emulator, &id, "POST", "/acknowledge", None).await;
    let first = match status {
        "PART_CAPTURED" | "EXPIRED" => capture(emulator, &id, 4000).await,
        "CAPTURED" | "CLOSED" => capture(emulator, &id, 10_000).await,
        _ => "none".to_owned(),
    };
    match status {
        "CANCELLED" => done(emulator, &id, "POST", "/cancel", None).await,
        "CLOSED" => drop(refund(emulator, &id, 10_000).await),
        "EXPIRED" => drop(advance(emulator, 28 * DAYS).await),
        _ => {}
    }
    assert_eq!(status_of(emulator, &id).await, status);
    (id, first)
}

async fn status_of(emulator: &Emulator, id: &str) -> String {
    let order = manage(emulator, id, "GET", "", None).await.json();
    order["status"].as_str().unwrap().to_owned()
}

async fn check(row: &Row, status: &str, expected: &str) {
    let emulator = emulator();
    let (id, first) = order_in(&emulator, status).await;
    let body: Option<Value> = (!row.body.is_empty()).then(|| serde_json::from_str(row.body).unwrap());
    let path = row.path.replace("{capture}", &first);
    let before = manage(&emulator, &id, "GET", "", None).await.text;
    let answer = manage(&emulator, &id, row.method, &path, body).await;
    let told = match answer.status {
        204 | 201 => answer.status.to_string(),
        other => format!(
            "{other} {}",
            answer.json()["error_code"].as_str().unwrap_or_default()
        ),
    };
    let (expected, after) = expected.split_once('>').unwrap_or((expected, status));
    let what = format!("{} {} {} while {status}", row.method, row.path, row.body);
    assert_eq!(told, expected, "{what}");
    assert_eq!(status_of(&emulator, &id).await, after, "{what}");
    if answer.status == 403 {
        let after = manage(&emulator, &id, "GET", "", None).await.text;
        assert_eq!(after, before, "a refusal changes nothing: {what}");
    }
}

#[tokio::test]
async fn each_action_in_each_status_is_answered_as_documented() {
    for row in ACTIONS {
        for (status, expected) in STATUSES.iter().zip(row.answers) {
            check(row, status, expected).await;
        }
    }
}

#[tokio::test]
async fn reads_are_answered_in_each_status_with_both_arrays() {
    for status in STATUSES {
        let emulator = emulator();
        let (id, first) = order_in(&emulator, status).await;
        let order = manage(&emulator, &id, "GET", "", None).await.json();
        assert!(
            order["captures"].is_array() && order["refunds"].is_array(),
            "{status}"
        );
        let captures = manage(&emulator, &id, "GET", "/captures", None).await;
        assert_eq!(
            (captures.status, captures.json()),
            (200, order["captures"].clone())
        );
        let one = manage(&emulator, &id, "GET", &format!("/captures/{first}"), None).await;
        match first.as_str() {
            "none" => assert_eq!(
                (one.status, one.json()["error_code"].clone()),
                (404, json!("NO_SUCH_CAPTURE"))
            ),
            _ => assert_eq!((one.status, one.json()), (200, order["captures"][0].clone())),
        }
    }
}
