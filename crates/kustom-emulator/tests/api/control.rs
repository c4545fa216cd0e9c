//! The control routes.

use crate::support::{bought, call, create, emulator, emulator_with, order, order_with, pay, state};
use axum::body::Body;
use http_body_util::BodyExt;
use kustom_emulator::Rules;
use serde_json::{Value, json};
use tower::ServiceExt;

#[tokio::test]
async fn outcomes_are_asked_for_or_follow_from_the_email() {
    let emulator = emulator();
    for (body, outcome, fraud_status) in [
        (json!({ "outcome": "pending" }), "pending", json!("PENDING")),
        (json!({ "email": "x+pending@a.se" }), "pending", json!("PENDING")),
        (json!({ "outcome": "rejected" }), "rejected", Value::Null),
        (json!({ "email": "rejected@a.se" }), "rejected", Value::Null),
        (
            json!({ "email": "rejected@a.se", "outcome": "approved" }),
            "approved",
            json!("ACCEPTED"),
        ),
    ] {
        let id = create(&emulator, order()).await;
        let paid = pay(&emulator, &id, body.clone()).await.json();
        assert_eq!(
            (&paid["outcome"], &paid["fraud_status"]),
            (&json!(outcome), &fraud_status),
            "{body}"
        );
        let is_bought = state(&emulator, &id).managed.is_some();
        assert_eq!(is_bought, outcome != "rejected", "{body}");
    }
}

#[tokio::test]
async fn control_routes_refuse_what_they_do_not_know() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    for (path, body, status, code) in [
        (
            format!("orders/{id}/pay"),
            json!({ "outcom": "approved" }),
            400,
            "BAD_BODY",
        ),
        (
            format!("orders/{id}/pay"),
            json!({ "email": "nobody" }),
            400,
            "INCOMPLETE_ADDRESS",
        ),
        (
            format!("orders/{id}/pay"),
            json!({ "shipping_option": "boat" }),
            400,
            "UNKNOWN_SHIPPING_OPTION",
        ),
        (format!("orders/{id}/push"), json!({}), 409, "ORDER_NOT_BOUGHT"),
        ("orders/none/push".to_owned(), json!({}), 404, "NO_SUCH_ORDER"),
        ("orders/none/pay".to_owned(), json!({}), 404, "NO_SUCH_ORDER"),
        (
            "clock/advance".to_owned(),
            json!({ "seconds": 99_999_999 }),
            400,
            "TOO_FAR",
        ),
        (
            "clock/advance".to_owned(),
            json!({ "seconds": -1 }),
            400,
            "BAD_BODY",
        ),
        (format!("orders/{id}/capture"), json!({}), 409, "ORDER_NOT_BOUGHT"),
        ("orders/none/capture".to_owned(), json!({}), 404, "NO_SUCH_ORDER"),
        ("nothing".to_owned(), json!({}), 404, "NO_SUCH_ROUTE"),
    ] {
        let answer = call(&emulator, "POST", &format!("/_emulator/{path}"), Some(body)).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].clone()),
            (status, json!(code)),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_is_refused_before_a_control_route_is_an_error_like_all_others() {
    let emulator = emulator();
    let long = json!("x".repeat(3_000_000));
    for (method, path, body, status, code) in [
        ("GET", "reset", None, 405, "METHOD_NOT_ALLOWED"),
        ("DELETE", "orders/1/pay", None, 405, "METHOD_NOT_ALLOWED"),
        ("POST", "clock/advance", Some(long.clone()), 413, "BODY_TOO_LARGE"),
        ("POST", "orders/1/push", Some(long), 413, "BODY_TOO_LARGE"),
        ("POST", "orders/%ff/pay", None, 400, "BAD_REQUEST"),
        ("POST", "callbacks/%ff/repeat", None, 400, "BAD_REQUEST"),
        ("GET", "", None, 404, "NO_SUCH_ROUTE"),
        ("POST", "reset/", None, 404, "NO_SUCH_ROUTE"),
    ] {
        let mut request = http::Request::builder();
        request = request.method(method).uri(format!("/_emulator/{path}"));
        let body = body.map_or_else(String::new, |body| body.to_string());
        let answer = emulator.router().oneshot(request.body(Body::from(body)).unwrap());
        let (parts, body) = answer.await.unwrap().into_parts();
        assert_eq!(parts.status, status, "{method} {path}");
        assert_eq!(
            parts.headers.contains_key("allow"),
            status == 405,
            "{method} {path}"
        );
        let types: Vec<_> = parts.headers.get_all("content-type").iter().collect();
        assert_eq!(types, ["application/json;charset=utf-8"], "{method} {path}");
        let body = body.collect().await.unwrap().to_bytes();
        let said: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(said["error"]["code"], code, "{method} {path}");
        assert_ne!(said["error"]["message"], "", "{method} {path}");
    }
}

#[tokio::test]
async fn expire_makes_an_open_order_unknown_and_leaves_a_bought_one() {
    let emulator = emulator();
    let open = create(&emulator, order()).await;
    let paid = bought(&emulator).await;
    let expired = call(
        &emulator,
        "POST",
        &format!("/_emulator/orders/{open}/expire"),
        None,
    )
    .await;
    assert_eq!(
        (expired.status, expired.json()["state"].clone()),
        (200, json!("expired"))
    );
    assert_eq!(
        call(&emulator, "GET", &format!("/checkout/v3/orders/{open}"), None)
            .await
            .status,
        404
    );
    let refused = call(
        &emulator,
        "POST",
        &format!("/_emulator/orders/{paid}/expire"),
        None,
    )
    .await;
    assert_eq!(
        (refused.status, refused.json()["error"]["code"].clone()),
        (409, json!("ORDER_COMPLETE"))
    );
}

#[tokio::test]
async fn reset_forgets_orders_and_never_repeats_an_id() {
    let emulator = emulator();
    let before = create(&emulator, order()).await;
    assert_eq!(
        call(&emulator, "POST", "/_emulator/reset", None).await.status,
        200
    );
    let list = call(&emulator, "GET", "/_emulator/orders", None).await.json();
    assert_eq!(list["orders"], json!([]));
    assert_ne!(create(&emulator, order()).await, before);
}

#[tokio::test]
async fn equal_seeds_and_equal_calls_give_equal_emulators() {
    let (left, right) = (emulator(), emulator());
    assert_eq!(bought(&left).await, bought(&right).await);
    let other = emulator_with(Rules {
        seed: 2,
        ..Rules::default()
    });
    assert_ne!(bought(&emulator()).await, bought(&other).await);
}

#[tokio::test]
async fn a_purchase_that_is_refused_changes_nothing() {
    let emulator = emulator();
    let option = json!({ "id": "post", "name": "Post", "price": 5000, "tax_amount": 1000, "tax_rate": 2500 });
    let id = create(&emulator, order_with(json!({ "shipping_options": [option] }))).await;
    let before = state(&emulator, &id);
    let refused = pay(
        &emulator,
        &id,
        json!({ "email": "nobody", "shipping_option": "post" }),
    )
    .await;
    assert_eq!(refused.status, 400);
    let after = state(&emulator, &id);
    assert_eq!(after.checkout, before.checkout);
    assert_eq!(after.history, before.history);
}

#[tokio::test]
async fn an_empty_prefill_is_filled_in_by_the_test_person() {
    let emulator = emulator();
    let id = create(
        &emulator,
        order_with(json!({ "billing_address": { "email": "", "given_name": "Anna", "country": "se" } })),
    )
    .await;
    let paid = pay(&emulator, &id, json!({})).await;
    assert_eq!(paid.status, 200, "{}", paid.text);
    let address = state(&emulator, &id).managed.unwrap().billing_address.unwrap();
    assert_eq!(address.email.as_deref(), Some("Testperson-se@kustom.co"));
    assert_eq!(address.given_name.as_deref(), Some("Anna"));
}
