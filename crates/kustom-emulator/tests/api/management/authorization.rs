//! The authorization and the order's details: what each change leaves.

use super::{DAYS, HOURS, amounts, capture, done, manage, read, refused};
use crate::support::{advance, bought, create, emulator, lines, order_with, pay, state};
use kustom_emulator::{Change, Emulator};
use serde_json::{Value, json};

const AUTHORIZATION: (&str, &str) = ("PATCH", "/authorization");
const EXTEND: (&str, &str) = ("POST", "/extend-authorization-time");

async fn set_amount(emulator: &Emulator, id: &str, body: Value) {
    done(emulator, id, "PATCH", "/authorization", Some(body)).await;
}

#[tokio::test]
async fn a_new_amount_moves_what_is_left_and_keeps_the_original() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let body = json!({ "order_amount": 20_000, "order_lines": lines(2), "description": "One more" });
    set_amount(&emulator, &id, body).await;
    capture(&emulator, &id, 5000).await;
    set_amount(
        &emulator,
        &id,
        json!({ "order_amount": 15_000, "order_lines": lines(1) }),
    )
    .await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["PART_CAPTURED", 15_000, 5000, 0, 10_000])
    );
    let members = ["original_order_amount", "order_lines"];
    assert_eq!(read(&emulator, &id, &members).await, json!([10_000, lines(1)]));
    let messages = refused(
        &emulator,
        &id,
        AUTHORIZATION,
        Some(json!({ "order_amount": 4999 })),
        "NOT_ALLOWED",
    )
    .await;
    assert_eq!(
        messages,
        ["Order amount 4999 is lower than the captured amount 5000."]
    );
    set_amount(&emulator, &id, json!({ "order_amount": 5000 })).await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["CAPTURED", 5000, 5000, 0, 0])
    );
    assert_eq!(read(&emulator, &id, &["order_lines"]).await, json!([[]]));
}

#[tokio::test]
async fn an_order_under_examination_does_not_grow() {
    let emulator = emulator();
    let id = create(&emulator, order_with(json!({}))).await;
    pay(&emulator, &id, json!({ "outcome": "pending" })).await;
    set_amount(&emulator, &id, json!({ "order_amount": 9000 })).await;
    let more = Some(json!({ "order_amount": 9001 }));
    let messages = refused(&emulator, &id, AUTHORIZATION, more, "NOT_ALLOWED").await;
    assert_eq!(
        messages,
        ["Order amount cannot grow: the fraud status is PENDING."]
    );
}

#[tokio::test]
async fn a_released_order_has_nothing_left_and_a_second_release_changes_nothing() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    capture(&emulator, &id, 4000).await;
    for _ in 0..2 {
        done(&emulator, &id, "POST", "/release-remaining-authorization", None).await;
    }
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["CAPTURED", 10_000, 4000, 0, 0])
    );
    assert_eq!(state(&emulator, &id).count(&Change::AuthorizationReleased), 1);
}

#[tokio::test]
async fn an_extension_counts_from_today_until_the_last_day() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    done(&emulator, &id, "POST", "/acknowledge", None).await;
    let expiry = async || read(&emulator, &id, &["expires_at"]).await[0].clone();
    let (method, path) = EXTEND;
    done(&emulator, &id, method, path, None).await;
    assert_eq!(expiry().await, "2026-12-21T08:00:00Z");
    advance(&emulator, 10 * DAYS).await;
    done(&emulator, &id, method, path, None).await;
    assert_eq!(expiry().await, "2026-12-31T08:00:00Z");
    advance(&emulator, HOURS).await;
    done(&emulator, &id, method, path, None).await;
    assert_eq!(expiry().await, "2026-12-31T08:00:00Z");
    assert_eq!(state(&emulator, &id).count(&Change::AuthorizationExtended), 1);
    // The last of these would lead beyond 180 days from the purchase.
    for _ in 0..6 {
        advance(&emulator, 27 * DAYS).await;
        done(&emulator, &id, method, path, None).await;
    }
    assert_eq!(expiry().await, "2027-05-22T08:00:00Z");
    advance(&emulator, 8 * DAYS - HOURS).await;
    refused(&emulator, &id, EXTEND, None, "NOT_ALLOWED").await;
}

#[tokio::test]
async fn what_was_paid_by_card_is_not_extended() {
    let emulator = emulator();
    let id = create(&emulator, order_with(json!({}))).await;
    assert_eq!(pay(&emulator, &id, json!({ "method": "card" })).await.status, 200);
    let messages = refused(&emulator, &id, EXTEND, None, "NOT_ALLOWED").await;
    assert_eq!(messages, ["What was paid by card cannot be extended."]);
}

#[tokio::test]
async fn the_shipping_address_is_changed_member_by_member_and_billing_not_at_all() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let path = "/customer-details";
    let before = read(&emulator, &id, &["billing_address", "shipping_address"]).await;
    let body = json!({ "shipping_address": { "city": "Umeå", "phone": "", "street_address2": "Port 2" } });
    done(&emulator, &id, "PATCH", path, Some(body)).await;
    let mut expected = before.clone();
    expected[1]["city"] = json!("Umeå");
    expected[1]["street_address2"] = json!("Port 2");
    expected[1].as_object_mut().unwrap().remove("phone");
    let after = read(&emulator, &id, &["billing_address", "shipping_address"]).await;
    assert_eq!(after, expected);
    let billing = Some(json!({ "billing_address": { "city": "Umeå" } }));
    let messages = refused(&emulator, &id, ("PATCH", path), billing, "NOT_ALLOWED").await;
    assert_eq!(messages, ["The billing address cannot be updated."]);
    done(&emulator, &id, "PATCH", path, Some(json!({}))).await;
    assert_eq!(state(&emulator, &id).count(&Change::CustomerUpdated), 1);
}

#[tokio::test]
async fn shipping_info_of_the_order_is_read_with_it() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    for company in ["DHL", "UPS"] {
        let body = json!({ "shipping_info": [{ "shipping_company": company }] });
        done(&emulator, &id, "POST", "/shipping-info", Some(body)).await;
    }
    assert_eq!(
        read(&emulator, &id, &["shipping_info"]).await,
        json!([[{ "shipping_company": "DHL" }, { "shipping_company": "UPS" }]])
    );
}

#[tokio::test]
async fn a_part_that_is_not_captured_expires() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    done(&emulator, &id, "POST", "/acknowledge", None).await;
    capture(&emulator, &id, 4000).await;
    advance(&emulator, 28 * DAYS).await;
    assert_eq!(
        amounts(&emulator, &id).await,
        json!(["EXPIRED", 10_000, 4000, 0, 0])
    );
    let answer = manage(&emulator, &id, "GET", "/captures", None).await;
    assert_eq!(answer.json().as_array().unwrap().len(), 1);
}
