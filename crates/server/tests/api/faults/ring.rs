//! Faults 4, 5 and 6: Kustom's doorbell, and our answer that stops it.

use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jiff::SignedDuration;
use kassa_commerce::review::ReviewReason;
use kustom_api::KustomOrderId;
use serde_json::json;

/// What follows `/ingress/kustom/webhook/push`, the content type and the body. `ID` and `TOKEN` stand for the order's own.
type Shape = (&'static str, &'static str, Option<&'static str>, &'static str);

const JSON: Option<&str> = Some("application/json");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

#[rustfmt::skip]
const SHAPES: [Shape; 14] = [
    ("as told",                  "?order_id=ID&token=TOKEN",               None, ""),
    ("an empty object",          "?order_id=ID&token=TOKEN",               JSON, "{}"),
    ("a form",                   "?order_id=ID&token=TOKEN",               FORM, "a=b"),
    ("an object called a form",  "?order_id=ID&token=TOKEN",               FORM, "{}"),
    ("no JSON at all",           "?order_id=ID&token=TOKEN",               JSON, "{order"),
    ("a web page",               "?order_id=ID&token=TOKEN",               Some("text/html"), "<html></html>"),
    ("another order's body",     "?order_id=ID&token=TOKEN",               JSON, r#"{"order_id":"another"}"#),
    ("a member that is no text", "?order_id=ID&token=TOKEN",               JSON, r#"{"order_id":7}"#),
    ("the id twice",             "?order_id=ID&token=TOKEN&order_id=ID",   None, ""),
    ("more in the query",        "?order_id=ID&token=TOKEN&klarna_id=x",   None, ""),
    ("the id in the path",       "/ID?token=TOKEN",                        None, ""),
    ("the same and an object",   "/ID?token=TOKEN",                        JSON, "{}"),
    ("the id in a JSON body",    "?token=TOKEN",                           JSON, r#"{"order_id":"ID"}"#),
    ("the id in a form",         "?token=TOKEN",                           FORM, "order_id=ID"),
];

async fn push_as(shop: &Shop, id: &KustomOrderId, (name, target, content_type, body): Shape) {
    let told = shop.push_path(id);
    let token = told.split("token=").nth(1).unwrap();
    let target = target.replace("ID", &id.0).replace("TOKEN", token);
    let mut request = Request::post(format!("/ingress/kustom/webhook/push{target}"));
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    let request = request.body(Body::from(body.replace("ID", &id.0))).unwrap();
    let answer = shop.request(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.text);
}

#[tokio::test]
async fn fault_4_a_push_of_another_shape_is_not_understood() {
    let shop = Shop::open().await;
    for shape in SHAPES {
        let cart_id = shop.cart_with_shoes().await;
        let id = shop.opened(&cart_id).await;
        shop.pay(&id).await;
        push_as(&shop, &id, shape).await;
        assert!(shop.order(&cart_id).await.is_some(), "{}: no order", shape.0);
        // Retries come in shapes of their own, before the acknowledge and after it.
        push_as(&shop, &id, SHAPES[1]).await;
        shop.settle().await;
        shop.assert_one_order(&cart_id, &id).await;
        let before = shop.cart(&cart_id).await;
        for retried in SHAPES {
            push_as(&shop, &id, retried).await;
        }
        assert_eq!(shop.cart(&cart_id).await, before);
        shop.assert_no_job_left().await;
    }
}

#[tokio::test]
async fn fault_5_acknowledged_before_it_was_stored() {
    let mut shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    // The order is durable, and Kustom has not heard a word yet.
    assert!(shop.order(&cart_id).await.is_some());
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/acknowledge"), 0);

    // A crash between the commit and the acknowledge, then lost answers: it is sent until Kustom has heard it.
    shop.restart().await;
    shop.kustom_faults
        .inject(Method::POST, "/acknowledge", Fault::AnswerLost, 1);
    shop.kustom_faults.inject(
        Method::POST,
        "/acknowledge",
        Fault::Refused(StatusCode::SERVICE_UNAVAILABLE),
        2,
    );
    for _ in 0..5 {
        shop.settle().await;
        shop.advance(SignedDuration::from_mins(10));
    }
    shop.assert_one_order(&cart_id, &id).await;
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/acknowledge"), 4);
}

#[tokio::test]
async fn fault_6_ten_pushes_to_a_finished_order() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    let (order, cart) = (shop.order(&cart_id).await, shop.cart(&cart_id).await);
    for _ in 0..10 {
        shop.push(&id).await.ok();
        shop.settle().await;
    }
    assert_eq!(
        (shop.order(&cart_id).await, shop.cart(&cart_id).await),
        (order, cart)
    );
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/acknowledge"), 1);
    shop.assert_one_order(&cart_id, &id).await;
}

/// Two minutes after the purchase, then 5, 15, 30 and 60, then every four hours up to the 45th.
const PUSHES_IN_TWO_DAYS: usize = 16;

#[tokio::test]
async fn fault_6_two_days_of_pushes_to_an_order_that_cannot_be_acknowledged() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    let (order, cart) = (shop.order(&cart_id).await, shop.cart(&cart_id).await);
    assert!(order.is_some());
    // Kustom takes no acknowledge, so it rings on.
    let down = Fault::Refused(StatusCode::BAD_GATEWAY);
    shop.kustom_faults
        .inject(Method::POST, "/acknowledge", down, u32::MAX);
    for _ in 0..49 {
        shop.pass(SignedDuration::from_hours(1), SignedDuration::from_hours(1))
            .await;
        shop.control("clock/advance", json!({ "seconds": 0 })).await.ok();
    }
    assert_eq!(shop.push_answers(&id), [Some(200); PUSHES_IN_TWO_DAYS]);
    assert_eq!(
        (shop.order(&cart_id).await, shop.cart(&cart_id).await),
        (order, cart)
    );
    assert_eq!(shop.review_reasons().await, [ReviewReason::MessageUnheard]);

    shop.kustom_faults.heal();
    shop.pass(SignedDuration::from_mins(6), SignedDuration::from_mins(1))
        .await;
    shop.assert_one_order(&cart_id, &id).await;
}
