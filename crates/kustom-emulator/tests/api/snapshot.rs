//! Snapshots: handed out, taken in, refused, and what becomes of what was under way.

use crate::pure::{approval, opened, order_that_asks, shopper};
use crate::support::{
    advance, bought, call, create, emulator, emulator_with, order, pay, serve, start, state,
};
use axum::Router;
use axum::routing::post;
use jiff::SignedDuration;
use kustom_emulator::{
    CallbackAnswer, Change, ClockReading, Credentials, Emulator, Kustom, PaymentStep, PurchaseRefusal, Rules,
    Speed,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Notify;

const PATH: &str = "/_emulator/snapshot";

async fn taken(emulator: &Emulator) -> Value {
    let answer = call(emulator, "GET", PATH, None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

fn clock() -> ClockReading {
    ClockReading {
        now: start(),
        frozen: false,
        speed: Speed::NORMAL,
    }
}

/// What a pure emulator becomes by being written and read.
fn again(kustom: &Kustom) -> Kustom {
    let document = kustom.snapshot(&clock()).unwrap();
    let (restored, reading) = Kustom::restore(&document).unwrap();
    assert_eq!(reading, clock());
    restored
}

#[tokio::test]
async fn an_emulator_goes_back_to_what_it_was() {
    let emulator = emulator();
    let open = create(&emulator, order()).await;
    let paid = bought(&emulator).await;
    advance(&emulator, 60).await;
    let before = taken(&emulator).await;
    assert_eq!(before["version"], 1);
    pay(&emulator, &open, json!({})).await;
    create(&emulator, order()).await;
    advance(&emulator, 3600).await;
    let answer = call(&emulator, "PUT", PATH, Some(before.clone())).await;
    assert_eq!(
        (answer.status, answer.json()["orders"].clone()),
        (200, json!(2)),
        "{}",
        answer.text
    );
    assert_eq!(emulator.now(), start() + SignedDuration::from_secs(60));
    assert!(state(&emulator, &open).managed.is_none());
    assert!(state(&emulator, &paid).managed.is_some());
    let mut after = taken(&emulator).await;
    after["kustom"]["resets"] = before["kustom"]["resets"].clone();
    after["kustom"]["last_callback"] = before["kustom"]["last_callback"].clone();
    assert_eq!(after, before);
}

#[tokio::test]
async fn another_emulator_goes_on_where_this_one_was() {
    let first = emulator();
    let open = create(&first, order()).await;
    let snapshot = taken(&first).await;
    let second = emulator_with(Rules {
        seed: 99,
        ..Rules::default()
    });
    assert_eq!(call(&second, "PUT", PATH, Some(snapshot)).await.status, 200);
    assert_eq!(create(&first, order()).await, create(&second, order()).await);
    assert_eq!(pay(&second, &open, json!({})).await.status, 200);
}

#[tokio::test]
async fn the_clock_is_part_of_it() {
    let emulator = emulator();
    call(
        &emulator,
        "POST",
        "/_emulator/clock/speed",
        Some(json!({ "factor": 2.5 })),
    )
    .await;
    call(&emulator, "POST", "/_emulator/clock/freeze", None).await;
    let snapshot = taken(&emulator).await;
    call(&emulator, "POST", "/_emulator/reset", None).await;
    call(&emulator, "PUT", PATH, Some(snapshot.clone())).await;
    let shown = call(&emulator, "GET", "/_emulator/clock", None).await.json();
    assert_eq!(shown, snapshot["clock"]);
    assert_eq!(shown, json!({ "now": start(), "frozen": true, "speed": 2.5 }));
}

/// Each row: where the document is changed, to what, and how it is refused.
#[tokio::test]
async fn a_bad_document_is_refused_and_changes_nothing() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let good = taken(&emulator).await;
    for (pointer, value, code) in [
        ("/version", json!(2), "OTHER_VERSION"),
        ("/version", json!("1"), "BAD_SNAPSHOT"),
        ("/clock/speed", json!(0), "BAD_SNAPSHOT"),
        ("/clock", Value::Null, "BAD_SNAPSHOT"),
        ("/kustom/orders", json!([]), "BAD_SNAPSHOT"),
        ("/kustom/orders", json!({}), "CONTRADICTORY_SNAPSHOT"),
        ("/kustom/created", json!([]), "CONTRADICTORY_SNAPSHOT"),
        ("/kustom/created", json!([id, id]), "CONTRADICTORY_SNAPSHOT"),
        (
            "/kustom/due_pushes",
            json!([[start(), "none"]]),
            "CONTRADICTORY_SNAPSHOT",
        ),
        ("/kustom/last_callback", json!(u64::MAX), "CONTRADICTORY_SNAPSHOT"),
        (
            &format!("/kustom/orders/{id}/id"),
            json!("other"),
            "CONTRADICTORY_SNAPSHOT",
        ),
        (
            &format!("/kustom/orders/{id}/checkout/order_amount"),
            json!(i64::MAX),
            "CONTRADICTORY_SNAPSHOT",
        ),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        let answer = call(&emulator, "PUT", PATH, Some(bad)).await;
        let found = answer.json()["error"]["code"].clone();
        assert_eq!(
            (answer.status, found),
            (400, json!(code)),
            "{pointer}: {}",
            answer.text
        );
    }
    let mut unknown = good.clone();
    unknown["kustom"]["invented"] = json!(1);
    let answer = call(&emulator, "PUT", PATH, Some(unknown)).await;
    assert!(answer.text.contains("invented"), "{}", answer.text);
    assert_eq!(taken(&emulator).await, good);
}

#[tokio::test]
async fn credentials_stay_out_of_it_and_stay_in_force() {
    let emulator = emulator_with(Rules {
        credentials: Some(Credentials {
            username: None,
            api_key: "kco_test_api_x".to_owned(),
        }),
        ..Rules::default()
    });
    let snapshot = taken(&emulator).await;
    assert!(!snapshot.to_string().contains("kco_test_api_x"), "{snapshot}");
    call(&emulator, "PUT", PATH, Some(snapshot)).await;
    let headers = [("authorization", "Basic kco_test_api_y")];
    let answer =
        crate::support::call_with(&emulator, "POST", "/checkout/v3/orders", &headers, Some(order())).await;
    assert_eq!(answer.status, 401);
}

#[tokio::test]
async fn remembered_answers_and_faults_come_back() {
    let emulator = emulator();
    let id = bought(&emulator).await;
    let rule = json!({ "method": "GET", "path": "/checkout/*", "effect": "not_found", "times": 2 });
    call(&emulator, "POST", "/_emulator/faults", Some(rule)).await;
    let path = format!("/ordermanagement/v1/orders/{id}/cancel");
    let headers = [("authorization", "Basic x"), ("klarna-idempotency-key", "k1")];
    let first = crate::support::call_with(&emulator, "POST", &path, &headers, None).await;
    let read = format!("/checkout/v3/orders/{id}");
    assert_eq!(call(&emulator, "GET", &read, None).await.status, 404);
    let snapshot = taken(&emulator).await;
    call(&emulator, "POST", "/_emulator/reset", None).await;
    call(&emulator, "PUT", PATH, Some(snapshot)).await;
    let second = crate::support::call_with(&emulator, "POST", &path, &headers, None).await;
    // Without the key, a second cancellation is refused.
    assert_eq!((first.status, second.status), (204, 204));
    assert_eq!(call(&emulator, "GET", &read, None).await.status, 404);
    assert_eq!(call(&emulator, "GET", &read, None).await.status, 200);
}

#[test]
fn a_payment_under_way_goes_on_where_its_callbacks_are_known() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let Ok(PaymentStep::Validating(callback)) = kustom.pay(&id, shopper(), start()) else {
        panic!("the merchant is asked");
    };
    let mut restored = again(&kustom);
    assert_eq!(restored, kustom);
    for kustom in [&mut kustom, &mut restored] {
        let step = kustom.payment_answered(callback.number, approval(), start());
        assert!(matches!(step, Ok(PaymentStep::Done(_))), "{step:?}");
    }
    assert_eq!(restored, kustom);
}

#[test]
fn a_payment_whose_merchant_nobody_waits_for_is_over_and_can_be_repeated() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let Ok(PaymentStep::Validating(callback)) = kustom.pay(&id, shopper(), start()) else {
        panic!("the merchant is asked");
    };
    let restored = again(&kustom);
    kustom.replace(restored, start());
    let late = kustom.payment_answered(callback.number, approval(), start());
    assert_eq!(late, Err(PurchaseRefusal::NoPaymentUnderWay));
    let order = kustom.order(&id).unwrap();
    assert_eq!(order.count(&Change::PaymentAbandoned), 1);
    assert!(matches!(
        order.attempts[0].answer,
        Some(CallbackAnswer::Failed { .. })
    ));
    let Ok(PaymentStep::Validating(second)) = kustom.pay(&id, shopper(), start()) else {
        panic!("the merchant is asked again");
    };
    assert!(second.number > callback.number);
    assert!(
        kustom
            .payment_answered(second.number, approval(), start())
            .is_ok()
    );
}

/// Numbers of callbacks are not given twice, also when the state goes back to before they were given.
#[test]
fn an_answer_from_before_is_not_taken_for_one_of_after() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let before = again(&kustom);
    let Ok(PaymentStep::Validating(gone)) = kustom.pay(&id, shopper(), start()) else {
        panic!("the merchant is asked");
    };
    kustom.replace(before, start());
    let Ok(PaymentStep::Validating(asked)) = kustom.pay(&id, shopper(), start()) else {
        panic!("the merchant is asked again");
    };
    let stale = kustom.payment_answered(gone.number, approval(), start());
    assert_eq!(stale, Err(PurchaseRefusal::NoPaymentUnderWay));
    assert!(kustom.payment_answered(asked.number, approval(), start()).is_ok());
}

#[test]
fn a_push_that_nobody_sends_any_more_is_due_again() {
    let (mut kustom, id) = opened(&order());
    assert!(matches!(
        kustom.pay(&id, shopper(), start()),
        Ok(PaymentStep::Done(_))
    ));
    let due = start() + SignedDuration::from_mins(2);
    let sent = kustom.due_callback(due).unwrap();
    assert_eq!(kustom.next_callback_at(), None);
    let restored = again(&kustom);
    kustom.replace(restored, due);
    let again = kustom.due_callback(due).unwrap();
    assert_eq!(
        (again.kind, again.due_at, again.order_id),
        (sent.kind, sent.due_at, sent.order_id)
    );
    assert!(again.number > sent.number);
}

/// The answer to a payment of before does not touch the order of after, and the one who paid is told.
#[tokio::test]
async fn a_snapshot_taken_in_the_middle_of_a_payment_is_sound() {
    let emulator = emulator();
    let (asked, answered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let router = Router::new().route("/validate", {
        let (asked, answered) = (asked.clone(), answered.clone());
        post(async move || {
            asked.notify_one();
            answered.notified().await;
        })
    });
    let mut body = order();
    body["merchant_urls"]["validation"] = json!(format!("{}/validate", serve(router).await));
    let id = create(&emulator, body).await;
    let payment = {
        let (emulator, id) = (emulator.clone(), id.clone());
        tokio::spawn(async move { pay(&emulator, &id, json!({})).await })
    };
    asked.notified().await;
    let snapshot = taken(&emulator).await;
    call(&emulator, "PUT", PATH, Some(snapshot)).await;
    answered.notify_one();
    let refused = payment.await.unwrap();
    assert_eq!(refused.json()["error"]["code"], "NO_PAYMENT_UNDER_WAY");
    let order = state(&emulator, &id);
    assert!(!order.is_being_paid() && order.managed.is_none());
}

#[tokio::test]
async fn a_late_call_of_before_does_nothing_after() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let snapshot = taken(&emulator).await;
    let rule = json!({ "method": "POST", "path": "*/abort", "effect": "applied_late", "ms": 1 });
    call(&emulator, "POST", "/_emulator/faults", Some(rule)).await;
    let abort = format!("/checkout/v3/orders/{id}/abort");
    // Nothing else runs between the two, so the call cannot have taken effect yet.
    let answer = call(&emulator, "POST", &abort, None).await;
    emulator.restore(snapshot.to_string().as_bytes()).unwrap();
    assert_eq!(answer.status, 504);
    emulator.late_calls_applied().await;
    assert_eq!(state(&emulator, &id).count(&Change::Aborted), 0);
}
