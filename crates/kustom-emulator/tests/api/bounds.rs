//! What is too large, too much or too late: refused or forgotten, and never the end of the emulator.

use crate::pure::{message, opened, request, shopper};
use crate::support::{
    Answer, call, call_with, create, emulator, emulator_with, lines, order, order_with, pay, start,
};
use http::Method;
use jiff::Timestamp;
use kustom_emulator::{Change, ClockReading, Kustom, PaymentStep, Rules, Speed};
use serde_json::{Value, json};

const LARGEST: i64 = 1_000_000_000_000_000;

fn order_of(line: &Value, amount: i64) -> Value {
    order_with(json!({ "order_lines": [line], "order_amount": amount, "order_tax_amount": 0 }))
}

fn line_with(members: &Value) -> Value {
    let mut line = json!({
        "name": "Thing", "quantity": 1, "unit_price": 0, "tax_rate": 0, "total_amount": 0, "total_tax_amount": 0,
    });
    let members = members.as_object().unwrap().clone();
    line.as_object_mut().unwrap().extend(members);
    line
}

async fn lenient() -> kustom_emulator::Emulator {
    let emulator = emulator();
    let changes = json!({ "order_amount": "unchecked", "order_tax_amount": "unchecked" });
    let answer = call(&emulator, "PATCH", "/_emulator/rules", Some(changes)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    emulator
}

async fn post(emulator: &kustom_emulator::Emulator, order: Value) -> Answer {
    call(emulator, "POST", "/checkout/v3/orders", Some(order)).await
}

#[tokio::test]
async fn a_number_beyond_every_order_is_refused_by_its_name() {
    for beyond in [LARGEST + 1, -LARGEST - 1, i64::MAX, i64::MIN] {
        for member in ["quantity", "unit_price", "total_amount", "total_tax_amount"] {
            let emulator = lenient().await;
            let answer = post(&emulator, order_of(&line_with(&json!({ member: beyond })), 0)).await;
            assert_eq!(answer.status, 400, "{member} {beyond}");
            let named = format!("Bad value: order_lines[0].{member}");
            let messages = answer.json()["error_messages"].clone();
            assert!(messages.as_array().unwrap().contains(&json!(named)), "{messages}");
        }
    }
}

/// A shopper's choice takes the merchant's own fee out of the amounts again.
#[tokio::test]
async fn a_fee_as_large_as_may_be_is_taken_out_again_and_the_snapshot_is_taken_in() {
    for amount in [-LARGEST, 100_000_000] {
        let emulator = lenient().await;
        let fee = line_with(&json!({
            "type": "shipping_fee", "reference": "post", "unit_price": amount, "total_amount": amount,
        }));
        let option = json!({ "id": "post", "name": "Post", "price": 100, "tax_amount": 0, "tax_rate": 0 });
        let mut order = order_of(&fee, LARGEST);
        order["shipping_options"] = json!([option]);
        let changes = json!({ "shipping_fee_beside_options": "charged" });
        call(&emulator, "PATCH", "/_emulator/rules", Some(changes)).await;
        let id = create(&emulator, order).await;
        let paid = pay(&emulator, &id, json!({ "shipping_option": "post" })).await;
        assert_eq!(paid.status, 200, "{}", paid.text);
        let snapshot = call(&emulator, "GET", "/_emulator/snapshot", None).await.json();
        let restored = call(&emulator, "PUT", "/_emulator/snapshot", Some(snapshot)).await;
        assert_eq!(restored.status, 200, "{}", restored.text);
    }
}

#[tokio::test]
async fn what_may_be_created_may_be_restored() {
    for (quantity, created) in [(LARGEST, 201), (10 * LARGEST, 400)] {
        let emulator = emulator();
        let answer = post(
            &emulator,
            order_of(&line_with(&json!({ "quantity": quantity })), 0),
        )
        .await;
        assert_eq!(answer.status, created, "{quantity}: {}", answer.text);
        let snapshot = call(&emulator, "GET", "/_emulator/snapshot", None).await.json();
        let restored = call(&emulator, "PUT", "/_emulator/snapshot", Some(snapshot)).await;
        assert_eq!(restored.status, 200, "{quantity}: {}", restored.text);
    }
}

#[tokio::test]
async fn lines_of_order_management_have_the_same_bounds() {
    let emulator = emulator();
    let id = crate::support::bought(&emulator).await;
    for (member, value) in [
        ("quantity", LARGEST + 1),
        ("total_amount", -LARGEST - 1),
        ("tax_rate", LARGEST + 1),
    ] {
        let body = json!({ "captured_amount": 1, "order_lines": [line_with(&json!({ member: value }))] });
        let path = format!("/ordermanagement/v1/orders/{id}/captures");
        let answer = call(&emulator, "POST", &path, Some(body)).await;
        assert_eq!(answer.status, 400, "{member}: {}", answer.text);
    }
}

#[test]
fn nothing_breaks_at_the_end_of_time() {
    let end = Timestamp::MAX;
    let mut kustom = Kustom::new(Rules::default());
    let created = kustom.handle(&message(Method::POST, "/checkout/v3/orders", &order()), end);
    let created: Value = serde_json::from_slice(&created.body).unwrap();
    let id = kustom_api::KustomOrderId(created["order_id"].as_str().unwrap().to_owned());
    let session = json!({ "payment_session_url": format!("http://emulator.test/checkout/v3/orders/{id}") });
    let opened = kustom.handle(&message(Method::POST, "/hpp/v1/sessions", &session), end);
    assert_eq!(opened.status, 201);
    assert!(matches!(
        kustom.pay(&id, shopper(), end),
        Ok(PaymentStep::Done(_))
    ));
    let path = format!("/ordermanagement/v1/orders/{id}/extend-authorization-time");
    assert_eq!(
        kustom
            .handle(&message(Method::POST, &path, &Value::Null), end)
            .status,
        204
    );
}

#[test]
fn a_history_keeps_its_beginning_and_what_is_newest() {
    let (mut kustom, id) = opened(&order());
    for _ in 0..1500 {
        assert_eq!(
            crate::pure::update(&mut kustom, &id, &json!({ "merchant_data": "x" })),
            200
        );
    }
    let abort = format!("/checkout/v3/orders/{id}/abort");
    request(&mut kustom, Method::POST, &abort, &Value::Null);
    let history = &kustom.order(&id).unwrap().history;
    assert_eq!(history.len(), 1000);
    assert_eq!(history[0].change, Change::Created);
    assert_eq!(history[999].change, Change::Aborted);
}

#[test]
fn captures_and_refunds_of_one_order_have_an_end() {
    let (mut kustom, id) = opened(&order());
    assert!(matches!(
        kustom.pay(&id, shopper(), start()),
        Ok(PaymentStep::Done(_))
    ));
    for (what, member) in [("captures", "captured_amount"), ("refunds", "refunded_amount")] {
        let path = format!("/ordermanagement/v1/orders/{id}/{what}");
        for number in 1..=201 {
            let answer = request(&mut kustom, Method::POST, &path, &json!({ member: 1 }));
            let said = String::from_utf8_lossy(&answer.body);
            match number {
                201 => assert!(
                    answer.status == 403 && said.contains(&format!("At most 200 {what}")),
                    "{said}"
                ),
                _ => assert_eq!(answer.status, 201, "{what} {number}: {said}"),
            }
        }
    }
}

/// A document may have been written by another hand, with more in it than the emulator itself would keep.
#[test]
fn what_a_snapshot_brings_too_much_of_is_forgotten() {
    let (mut kustom, id) = opened(&order());
    let reading = ClockReading {
        now: start(),
        frozen: false,
        speed: Speed::NORMAL,
    };
    let mut document: Value = serde_json::from_slice(&kustom.snapshot(&reading).unwrap()).unwrap();
    let entries = &mut document["kustom"]["log"]["entries"];
    *entries = Value::Array(vec![entries[0].clone(); 700]);
    let history = &mut document["kustom"]["orders"][&id.0]["history"];
    *history = Value::Array(vec![history[0].clone(); 1200]);
    kustom = Kustom::restore(document.to_string().as_bytes()).unwrap().0;
    assert_eq!(kustom.exchanges().count(), 700);
    assert_eq!(
        crate::pure::update(&mut kustom, &id, &json!({ "merchant_data": "x" })),
        200
    );
    assert_eq!(kustom.exchanges().count(), 500);
    assert_eq!(kustom.order(&id).unwrap().history.len(), 1000);
}

#[tokio::test]
async fn an_authorization_that_is_over_is_never_captured_by_itself() {
    let rules = Rules {
        pending_decided_after: None,
        ..Rules::default()
    };
    let emulator = emulator_with(rules);
    let id = create(
        &emulator,
        order_with(json!({ "options": { "auto_capture": true } })),
    )
    .await;
    pay(&emulator, &id, json!({ "outcome": "pending" })).await;
    crate::support::advance(&emulator, 28 * 24 * 3600).await;
    let body = Some(json!({ "decision": "accepted" }));
    let path = format!("/_emulator/orders/{id}/decide");
    assert_eq!(call(&emulator, "POST", &path, body).await.status, 200);
    let path = format!("/ordermanagement/v1/orders/{id}");
    let managed = call(&emulator, "GET", &path, None).await.json();
    assert_eq!(
        (&managed["status"], &managed["captured_amount"]),
        (&json!("EXPIRED"), &json!(0))
    );
}

#[tokio::test]
async fn control_shows_that_an_authorization_is_over_before_anybody_asks_order_management() {
    let emulator = emulator();
    let id = crate::support::bought(&emulator).await;
    crate::support::advance(&emulator, 28 * 24 * 3600).await;
    let shown = call(&emulator, "GET", &format!("/_emulator/orders/{id}"), None)
        .await
        .json();
    assert_eq!(shown["management_status"], "EXPIRED");
    assert_eq!(shown["management"]["status"], "EXPIRED");
    assert_eq!(shown["management"]["remaining_authorized_amount"], 0);
    let listed = call(&emulator, "GET", "/_emulator/orders", None).await.json();
    assert_eq!(listed["orders"][0]["management_status"], "EXPIRED");
}

const NO_ADDRESSES: [&str; 5] = [
    "https://shop.example/a\nb",
    "http:shop.example/a",
    "https:/shop.example/a",
    "https://shop.example/a b",
    "ftp://shop.example/a",
];

#[tokio::test]
async fn addresses_that_are_none_are_refused_wherever_they_stand() {
    let emulator = emulator();
    let open = create(&emulator, order()).await;
    let recurring = create(&emulator, order_with(json!({ "recurring": true }))).await;
    pay(&emulator, &recurring, json!({})).await;
    let read = call(
        &emulator,
        "GET",
        &format!("/checkout/v3/orders/{recurring}"),
        None,
    )
    .await
    .json();
    let token = read["recurring_token"].as_str().unwrap();
    let order_url = format!("http://emulator.test/checkout/v3/orders/{open}");
    let with_terms = |url: &str| {
        let mut order = order();
        order["merchant_urls"]["terms"] = json!(url);
        order
    };
    for url in NO_ADDRESSES {
        let external = json!([{ "name": "Bank", "redirect_url": url }]);
        let again = json!({
            "purchase_currency": "SEK", "order_amount": 10_000, "order_tax_amount": 2000, "order_lines": lines(1),
            "merchant_urls": { "push": url },
        });
        for (path, body, named) in [
            (
                "/checkout/v3/orders".to_owned(),
                with_terms(url),
                "merchant_urls.terms",
            ),
            (
                "/checkout/v3/orders".to_owned(),
                order_with(json!({ "external_payment_methods": external })),
                "external_payment_methods[0].redirect_url",
            ),
            (
                "/hpp/v1/sessions".to_owned(),
                json!({ "payment_session_url": order_url, "merchant_urls": { "success": url } }),
                "merchant_urls.success",
            ),
            (
                format!("/customer-token/v1/tokens/{token}/order"),
                again,
                "merchant_urls.push",
            ),
        ] {
            let answer = call(&emulator, "POST", &path, Some(body)).await;
            assert_eq!(answer.status, 400, "{path} {url:?}: {}", answer.text);
            assert!(answer.text.contains(named), "{path} {url:?}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_shopper_is_led_to_an_address_with_letters_beyond_ascii() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let body = json!({
        "payment_session_url": format!("http://emulator.test/checkout/v3/orders/{id}"),
        "merchant_urls": { "back": "https://shop.example/kött" },
    });
    let answer = call(&emulator, "POST", "/hpp/v1/sessions", Some(body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let session = answer.json()["session_id"].as_str().unwrap().to_owned();
    let path = format!("/browser/hosted/{session}/back");
    let led = call_with(&emulator, "POST", &path, &[], None).await;
    assert_eq!(
        (led.status, led.header("location")),
        (303, "https://shop.example/k%C3%B6tt")
    );
}

/// What names no write is not remembered, and nothing remembered is told to it.
#[tokio::test]
async fn a_key_does_not_remember_a_wrong_path_a_wrong_method_or_wrong_credentials() {
    let emulator = emulator();
    let id = crate::support::bought(&emulator).await;
    let send = async |method: &str, what: &str, authorization: &str| {
        let path = format!("/ordermanagement/v1/orders/{id}/{what}");
        let headers = [("authorization", authorization), ("klarna-idempotency-key", "a")];
        let body = json!({ "captured_amount": 1 });
        call_with(&emulator, method, &path, &headers, Some(body))
            .await
            .status
    };
    assert_eq!(send("PUT", "captures", "Basic x").await, 405);
    assert_eq!(send("POST", "invented", "Basic x").await, 404);
    assert_eq!(send("POST", "captures", "").await, 401);
    assert_eq!(send("POST", "captures", "Basic x").await, 201);
    assert_eq!(send("PUT", "captures", "Basic x").await, 405);
}
