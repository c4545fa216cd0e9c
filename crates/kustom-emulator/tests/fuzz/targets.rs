//! One function for each place where foreign JSON comes in. They take any bytes; a first byte may choose where they go.

use crate::edit::{Edit, edited};
use crate::law;
use crate::step::{Seldom, Shopper, Sketch};
use crate::world::{World, order, request};
use axum::body::Body;
use bytes::Bytes;
use http::Method;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use kustom_emulator::{
    AskingStep, CallbackAnswer, ClockReading, Emulator, Kustom, PaymentStep, Purchase, Request, Response,
    Rules, Settings, ShopperChange, Speed,
};
use serde_json::{Value, json};
use std::sync::Arc;
use tower::ServiceExt;

/// Its name, which is that of its corpus, and what it does.
pub(crate) type Target = (&'static str, fn(&[u8]));

pub(crate) const TARGETS: [Target; 7] = [
    ("callback_answer", callback_answer),
    ("control", control),
    ("management", management),
    ("order", new_order),
    ("pay", pay),
    ("snapshot", snapshot),
    ("sequence", crate::sequence::run),
];

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

fn sketch() -> Sketch {
    Sketch {
        quantity: 1,
        price: 10_000,
        tax_rate: 3,
        has_validation: Seldom(0),
        is_required: true,
        offers_shipping: true,
        asks_about_shipping: Seldom(0),
        asks_about_address: Seldom(0),
        captures_itself: false,
        mistake: 255,
    }
}

fn send(kustom: &mut Kustom, method: Method, path: &str, body: &[u8]) -> Response {
    let request = Request {
        body: Bytes::copy_from_slice(body),
        ..request(method, path, &Value::Null)
    };
    let answer = kustom.handle(&request, now());
    law::check_answer(&request, &answer);
    law::Standing::of(kustom, now()).check(kustom, now(), false);
    answer
}

fn opened(sketch: &Sketch) -> (Kustom, KustomOrderId) {
    let mut kustom = Kustom::new(Rules::default());
    let body = order(sketch).to_string();
    let answer = send(&mut kustom, Method::POST, "/checkout/v3/orders", body.as_bytes());
    let order: Value = serde_json::from_slice(&answer.body).unwrap();
    (
        kustom,
        KustomOrderId(order["order_id"].as_str().unwrap().to_owned()),
    )
}

fn shopper() -> Purchase {
    crate::world::purchase(&Shopper {
        persona: 0,
        three_d_secure: Seldom(0),
        elsewhere: Seldom(0),
        wrong_amount: Seldom(0),
    })
}

/// The body of a create and of an update.
pub(crate) fn new_order(data: &[u8]) {
    let (mut kustom, id) = opened(&sketch());
    for path in [
        "/checkout/v3/orders".to_owned(),
        format!("/checkout/v3/orders/{id}"),
    ] {
        send(&mut kustom, Method::POST, &path, data);
    }
    // Whatever was taken can be bought, or is refused.
    let ids: Vec<_> = kustom.orders().map(|order| order.id.clone()).collect();
    for id in ids {
        let _ = kustom.change_before(&id, &shopper());
        let _ = kustom.pay(&id, shopper(), now());
        send(
            &mut kustom,
            Method::GET,
            &format!("/checkout/v3/orders/{id}"),
            b"",
        );
        send(
            &mut kustom,
            Method::GET,
            &format!("/ordermanagement/v1/orders/{id}"),
            b"",
        );
    }
}

/// The bodies of order management; the first byte chooses which.
pub(crate) fn management(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let (mut kustom, id) = opened(&sketch());
    kustom.pay(&id, shopper(), now()).unwrap();
    let base = format!("/ordermanagement/v1/orders/{id}");
    if choice % 2 == 1 {
        send(
            &mut kustom,
            Method::POST,
            &format!("{base}/captures"),
            br#"{"captured_amount":5000}"#,
        );
    }
    let capture = kustom
        .order(&id)
        .and_then(|order| order.managed.as_ref()?.captures.first());
    let capture = capture.map_or("none", |capture| &capture.capture_id).to_owned();
    let routes = [
        (Method::POST, "/captures".to_owned()),
        (Method::POST, "/refunds".to_owned()),
        (Method::PATCH, "/authorization".to_owned()),
        (Method::PATCH, "/merchant-references".to_owned()),
        (Method::PATCH, "/customer-details".to_owned()),
        (Method::POST, "/shipping-info".to_owned()),
        (Method::POST, format!("/captures/{capture}/shipping-info")),
        (Method::POST, "/cancel".to_owned()),
    ];
    let (method, rest) = routes[usize::from(choice / 2) % routes.len()].clone();
    send(&mut kustom, method, &format!("{base}{rest}"), body);
    send(&mut kustom, Method::GET, &base, b"");
}

/// The bodies of the control routes that the core answers; the first byte chooses which.
pub(crate) fn control(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let (mut kustom, id) = opened(&sketch());
    kustom.pay(&id, shopper(), now()).unwrap();
    let (method, path) = match choice % 3 {
        0 => (Method::POST, "/_emulator/faults".to_owned()),
        1 => (Method::PUT, "/_emulator/webhooks".to_owned()),
        _ => (Method::POST, format!("/_emulator/orders/{id}/dispute")),
    };
    send(&mut kustom, method, &path, body);
    let read = request(Method::GET, &format!("/checkout/v3/orders/{id}"), &Value::Null);
    let _ = kustom.strike(&read);
    send(&mut kustom, Method::GET, "/_emulator/faults", b"");
    send(&mut kustom, Method::GET, "/_emulator/webhooks", b"");
}

/// What a merchant answers to a callback: two bytes of status, then the body, which is also a place to be sent to.
pub(crate) fn callback_answer(data: &[u8]) {
    let [choice, status, body @ ..] = data else { return };
    let statuses = [200, 201, 301, 302, 303, 307, 400, 404, 500];
    let body = String::from_utf8_lossy(body).into_owned();
    let answer = CallbackAnswer::Answered {
        status: statuses[usize::from(*status) % statuses.len()],
        location: Some(body.clone()),
        body,
    };
    let asks = Sketch {
        has_validation: Seldom(if choice % 2 == 0 { 7 } else { 0 }),
        asks_about_shipping: Seldom(7),
        asks_about_address: Seldom(7),
        ..sketch()
    };
    let (mut kustom, id) = opened(&asks);
    let change = ShopperChange::ShippingOption {
        id: "express".to_owned(),
    };
    let mut asked = kustom.change(&id, change, now());
    while let Ok(AskingStep::Asking(callback)) = asked {
        asked = kustom.change_answered(callback.number, answer.clone(), now());
    }
    let mut paid = kustom.pay(&id, shopper(), now());
    while let Ok(PaymentStep::Validating(callback)) = paid {
        paid = kustom.payment_answered(callback.number, answer.clone(), now());
    }
    send(
        &mut kustom,
        Method::GET,
        &format!("/checkout/v3/orders/{id}"),
        b"",
    );
}

/// The bodies of the routes that act for a shopper; the first byte chooses which.
pub(crate) fn pay(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else {
        return;
    };
    let what = ["pay", "address", "shipping-option"][usize::from(choice % 3)];
    let emulator = Emulator::new(Settings::default(), Arc::new(now));
    let body = body.to_vec();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(async move {
        let create = request(Method::POST, "/checkout/v3/orders", &order(&sketch()));
        let created = emulator.act(|kustom, now| kustom.handle(&create, now));
        let created: Value = serde_json::from_slice(&created.body).unwrap();
        let path = format!(
            "/_emulator/orders/{}/{what}",
            created["order_id"].as_str().unwrap()
        );
        let call = http::Request::post(path).body(Body::from(body)).unwrap();
        let answer = emulator.router().oneshot(call).await.unwrap();
        assert!(answer.status().as_u16() < 500, "{answer:?}");
        emulator.inspect(|kustom| law::Standing::of(kustom, now()).check(kustom, now(), false));
    });
}

/// A document that is taken must be one that can be worked with. Documents of this release come from a sequence of steps
/// and are edited as the first bytes say.
pub(crate) fn snapshot(data: &[u8]) {
    match data {
        [b'{', ..] => work_with(data),
        [count, rest @ ..] => {
            let (edits, steps) = rest.split_at(rest.len().min(usize::from(count % 6) * 4));
            let edits: Vec<Edit> = edits
                .chunks_exact(4)
                .map(|edit| (u16::from_le_bytes([edit[0], edit[1]]), edit[2], edit[3]))
                .collect();
            work_with(&edited(&written(steps), &edits));
        }
        [] => {}
    }
}

fn written(steps: &[u8]) -> Vec<u8> {
    let mut world = World::new(7);
    for step in &crate::sequence::steps(steps) {
        world.live(step);
    }
    let clock = ClockReading {
        now: world.now,
        frozen: false,
        speed: Speed::NORMAL,
    };
    world.kustom.snapshot(&clock).unwrap()
}

fn work_with(document: &[u8]) {
    let Ok((restored, reading)) = Kustom::restore(document) else {
        return;
    };
    let again = restored.snapshot(&reading).unwrap();
    assert!(Kustom::restore(&again).unwrap() == (restored.clone(), reading));
    let mut kustom = Kustom::new(Rules::default());
    kustom.replace(restored, reading.now);
    let ids: Vec<_> = kustom.orders().map(|order| order.id.clone()).collect();
    let mut handle = |method: Method, path: &str, body: &Value| {
        let answer = kustom.handle(&request(method, path, body), reading.now);
        assert!(answer.status.as_u16() < 500, "{answer:?}");
    };
    handle(Method::POST, "/checkout/v3/orders", &order(&sketch()));
    for id in ids.iter().take(3) {
        handle(Method::GET, &format!("/checkout/v3/orders/{id}"), &Value::Null);
        handle(
            Method::POST,
            &format!("/checkout/v3/orders/{id}"),
            &order(&sketch()),
        );
        let managed = format!("/ordermanagement/v1/orders/{id}");
        handle(
            Method::POST,
            &format!("{managed}/captures"),
            &json!({ "captured_amount": 1 }),
        );
        handle(
            Method::POST,
            &format!("{managed}/refunds"),
            &json!({ "refunded_amount": 1 }),
        );
        handle(
            Method::PATCH,
            &format!("{managed}/authorization"),
            &json!({ "order_amount": 2 }),
        );
        handle(
            Method::POST,
            &format!("{managed}/release-remaining-authorization"),
            &Value::Null,
        );
    }
    for id in ids.iter().take(3) {
        let _ = kustom.pay(id, shopper(), reading.now);
    }
    for callback in kustom.due_callbacks(reading.now).into_iter().take(3) {
        let reason = String::new();
        kustom.callback_answered(callback.number, CallbackAnswer::Failed { reason }, reading.now);
    }
    handle_again(&mut kustom, reading.now);
}

fn handle_again(kustom: &mut Kustom, now: Timestamp) {
    for path in ["orders", "requests", "callbacks", "faults", "webhooks"] {
        let answer = kustom.handle(
            &request(Method::GET, &format!("/_emulator/{path}"), &Value::Null),
            now,
        );
        assert!(answer.status.as_u16() < 500, "{answer:?}");
    }
}
