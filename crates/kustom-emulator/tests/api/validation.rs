//! The validation callback over a real loopback socket: what the control route and the iframe's route answer.

use crate::support::{
    browser, call, create, emulator_with, lines, order_with, pay, serve, state, token, two_shoes,
};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use jiff::SignedDuration;
use kustom_emulator::{CallbackKind, CallbackScheme, Change, Emulator, Rules, Strictness};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// What a merchant answers.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Status(u16),
    Denial(&'static str),
    Redirect(u16),
    Never,
}

impl Answer {
    async fn response(self) -> Response {
        match self {
            Self::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
            Self::Denial(body) => (StatusCode::BAD_REQUEST, body).into_response(),
            Self::Redirect(status) => {
                let status = StatusCode::from_u16(status).unwrap();
                (status, [(header::LOCATION, "/sorry")]).into_response()
            }
            Self::Never => std::future::pending().await,
        }
    }
}

const SOLD_OUT: Answer = Answer::Denial(r#"{"error_type":"approval_failed","error_text":"Sold out"}"#);

/// As patient as a test is.
fn impatient() -> Emulator {
    emulator_with(Rules {
        validation_patience: SignedDuration::from_millis(60),
        required_validation_patience: SignedDuration::from_millis(120),
        ..Rules::default()
    })
}

/// As patient as Kustom is: these merchants answer.
fn patient() -> Emulator {
    emulator_with(Rules::default())
}

async fn order_validated_at(emulator: &Emulator, merchant: &str, is_required: bool) -> String {
    let mut order = order_with(json!({ "options": { "require_validate_callback_success": is_required } }));
    order["merchant_urls"]["validation"] = json!(format!("{merchant}/validate"));
    create(emulator, order).await
}

async fn merchant(answer: Answer) -> String {
    serve(Router::new().route("/validate", post(async move || answer.response().await))).await
}

/// The control route's status and error code, for an approval that is not required and for one that is.
async fn check(answer: Answer, expected: [(u16, &str); 2]) {
    let address = merchant(answer).await;
    for (is_required, (status, code)) in [false, true].into_iter().zip(expected) {
        let emulator = match answer {
            Answer::Never => impatient(),
            _ => patient(),
        };
        let id = order_validated_at(&emulator, &address, is_required).await;
        let paid = pay(&emulator, &id, json!({})).await;
        let found = paid.json()["error"]["code"].as_str().unwrap_or("").to_owned();
        assert_eq!(
            (paid.status, found.as_str()),
            (status, code),
            "{answer:?} {is_required}"
        );
        let order = state(&emulator, &id);
        assert_eq!(order.managed.is_some(), status == 200, "{answer:?} {is_required}");
        assert_eq!(order.count_attempts(CallbackKind::Validation), 1);
    }
}

#[tokio::test]
async fn every_answer_ends_the_payment_as_it_should() {
    let bought = (200, "");
    let failed = (409, "VALIDATION_FAILED");
    check(Answer::Status(200), [bought, bought]).await;
    check(SOLD_OUT, [(409, "PURCHASE_DENIED"), (409, "PURCHASE_DENIED")]).await;
    for status in [301, 302, 303, 307] {
        let sent_away = (409, "PURCHASE_SENT_AWAY");
        check(Answer::Redirect(status), [sent_away, sent_away]).await;
    }
    for status in [204, 308, 400, 404, 500, 503] {
        check(Answer::Status(status), [bought, failed]).await;
    }
    check(Answer::Denial("Sold out"), [bought, failed]).await;
    check(Answer::Never, [bought, failed]).await;
}

#[tokio::test]
async fn a_merchant_who_cannot_be_reached_has_not_answered() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let emulator = patient();
    for (is_required, status) in [(false, 200), (true, 409)] {
        let id = order_validated_at(&emulator, &address, is_required).await;
        assert_eq!(pay(&emulator, &id, json!({})).await.status, status);
    }
}

#[tokio::test]
async fn refusals_of_the_merchant_carry_its_words() {
    let emulator = patient();
    let address = merchant(SOLD_OUT).await;
    let id = order_validated_at(&emulator, &address, true).await;
    let denied = pay(&emulator, &id, json!({})).await.json();
    assert_eq!(denied["error"]["error_type"], "approval_failed");
    assert_eq!(denied["error"]["error_text"], "Sold out");
    let address = merchant(Answer::Redirect(303)).await;
    let id = order_validated_at(&emulator, &address, true).await;
    let sent_away = pay(&emulator, &id, json!({})).await.json();
    assert_eq!(sent_away["error"]["location"], format!("{address}/sorry"));
}

#[tokio::test]
async fn the_iframe_gets_what_it_shows() {
    let sorry = "{merchant}/sorry";
    for (answer, expected) in [
        (SOLD_OUT, json!({ "outcome": "denied", "error_text": "Sold out" })),
        (
            Answer::Redirect(303),
            json!({ "outcome": "sent_away", "location": sorry }),
        ),
        (Answer::Status(500), json!({ "outcome": "validation_failed" })),
    ] {
        let emulator = patient();
        let address = merchant(answer).await;
        let id = order_validated_at(&emulator, &address, true).await;
        let view = browser(&emulator, &id, "GET", "", None).await.json();
        let body = json!({ "address": view["test_person"], "shown_amount": 10_000 });
        let said = browser(&emulator, &id, "POST", "/pay", Some(body)).await;
        let text = said.text.replace(&address, "{merchant}");
        assert_eq!((said.status, text), (200, expected.to_string()));
        let log = call(&emulator, "GET", "/_emulator/requests", None).await.json();
        let newest = log["requests"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(newest["request"]["path"], format!("/browser/orders/{id}/pay"));
        assert_eq!(newest["request"]["headers"]["authorization"], "(redacted)");
    }
}

/// A shop that notes what it is asked, and changes the order before it answers.
#[derive(Clone)]
struct Shop {
    emulator: Emulator,
    received: Arc<Mutex<Vec<(HeaderMap, Value)>>>,
}

async fn change_and_approve(State(shop): State<Shop>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let order: Value = serde_json::from_slice(&body).unwrap();
    let path = format!("/checkout/v3/orders/{}", order["order_id"].as_str().unwrap());
    shop.received.lock().unwrap().push((headers, order));
    let updated = call(&shop.emulator, "POST", &path, Some(two_shoes())).await;
    StatusCode::from_u16(updated.status).unwrap()
}

#[tokio::test]
async fn the_merchant_may_change_the_order_while_it_is_asked() {
    let shop = Shop {
        emulator: patient(),
        received: Arc::default(),
    };
    let router = Router::new()
        .route("/validate", post(change_and_approve))
        .with_state(shop.clone());
    let address = serve(router).await;
    let id = order_validated_at(&shop.emulator, &address, true).await;
    let paid = pay(&shop.emulator, &id, json!({ "three_d_secure": true })).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    let received = shop.received.lock().unwrap().clone();
    let quantities: Vec<&Value> = received
        .iter()
        .map(|(_, order)| &order["order_lines"][0]["quantity"])
        .collect();
    assert_eq!(quantities, [1, 2]);
    assert_eq!(received[0].0["content-type"], "application/json");
    assert_eq!(received[0].1["order_lines"], lines(1));
    assert_eq!(state(&shop.emulator, &id).managed.unwrap().order_amount, 20_000);
}

#[derive(Clone, Default)]
struct Slow {
    questions: Arc<Mutex<usize>>,
    asked: Arc<Notify>,
    asked_again: Arc<Notify>,
    released: Arc<Notify>,
}

async fn answer_slowly(State(slow): State<Slow>) {
    let number = {
        let mut questions = slow.questions.lock().unwrap();
        *questions += 1;
        *questions
    };
    if number == 1 {
        slow.asked.notify_one();
        slow.released.notified().await;
    } else {
        slow.asked_again.notify_one();
    }
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_stop_the_payment_and_a_second_one_is_refused() {
    let slow = Slow::default();
    let router = Router::new()
        .route("/validate", post(answer_slowly))
        .with_state(slow.clone());
    let address = serve(router).await;
    let emulator = patient();
    let id = order_validated_at(&emulator, &address, true).await;
    let caller = {
        let (emulator, id) = (emulator.clone(), id.clone());
        tokio::spawn(async move { pay(&emulator, &id, json!({ "three_d_secure": true })).await })
    };
    slow.asked.notified().await;
    let second = pay(&emulator, &id, json!({})).await;
    assert_eq!(
        (second.status, second.json()["error"]["code"].clone()),
        (409, json!("PAYMENT_UNDER_WAY"))
    );
    let details = call(&emulator, "GET", &format!("/_emulator/orders/{id}"), None)
        .await
        .json();
    assert_eq!(
        (
            &details["is_being_paid"],
            &details["validations"],
            &details["pushes"]
        ),
        (&json!(true), &json!(1), &json!(0))
    );
    assert_eq!(details["callbacks"][0]["kind"], "validation");
    caller.abort();
    slow.released.notify_one();
    slow.asked_again.notified().await;
    assert_eq!(state(&emulator, &id).count(&Change::ValidationApproved), 1);
}

#[tokio::test]
async fn the_iframes_pay_route_still_needs_the_token() {
    let emulator = patient();
    let address = merchant(Answer::Status(200)).await;
    let (one, other) = (
        order_validated_at(&emulator, &address, true).await,
        order_validated_at(&emulator, &address, true).await,
    );
    let token = token(&emulator, &other).await;
    let path = format!("/browser/orders/{one}/pay");
    let body = json!({ "address": {}, "shown_amount": 10_000 });
    let headers = [("authorization", token.as_str())];
    let refused = crate::support::call_with(&emulator, "POST", &path, &headers, Some(body)).await;
    assert_eq!(refused.status, 401);
    assert!(state(&emulator, &one).attempts.is_empty());
}

#[tokio::test]
async fn the_validation_address_is_https_except_on_loopback() {
    let emulator = patient();
    for (url, status) in [
        ("https://shop.example/validate", 201),
        ("http://127.0.0.1:1/validate", 201),
        ("http://shop.example/validate", 400),
        ("shop.example/validate", 400),
    ] {
        let mut order = order_with(json!({ "options": { "require_validate_callback_success": true } }));
        order["merchant_urls"]["validation"] = json!(url);
        let created = call(&emulator, "POST", "/checkout/v3/orders", Some(order)).await;
        assert_eq!(created.status, status, "{url}: {}", created.text);
    }
    let strict = emulator_with(Rules {
        strictness: Strictness {
            callback_scheme: CallbackScheme::Https,
            ..Strictness::default()
        },
        ..Rules::default()
    });
    let mut order = order_with(json!({}));
    order["merchant_urls"]["validation"] = json!("http://127.0.0.1:1/validate");
    let refused = call(&strict, "POST", "/checkout/v3/orders", Some(order)).await;
    assert_eq!(
        refused.json()["error_messages"],
        json!(["Bad value: merchant_urls.validation (must be a valid https URI)"])
    );
}
