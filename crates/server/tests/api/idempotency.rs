//! Requests under a key: done once, answered as often as they are sent.

mod trouble;

use crate::answer::{Answer, assert_headers};
use crate::shop::{Shop, request_of};
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use futures_util::future::join_all;
use jiff::SignedDuration;
use kassa_commerce::id::CartId;
use serde_json::{Value, json};

const CARTS: &str = "/ingress/commerce/carts";
const KEY: &str = "5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90";
const OTHER_KEY: &str = "9d0a6f3a-0c55-4a57-9d0a-6f3a4c1d2e90";

fn of(cart_id: &str, method: &str) -> String {
    format!("{CARTS}/{cart_id}/{method}")
}

fn book() -> Value {
    json!({ "productNumber": "BOOK-001", "quantity": 1 })
}

fn new_cart() -> Value {
    json!({ "profileKey": "se-webshop", "locale": "sv_SE" })
}

fn keyed(path: &str, key: &str, body: &Value) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    let request = request.header("idempotency-key", key);
    request.body(Body::from(body.to_string())).unwrap()
}

impl Shop {
    async fn keyed(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.request(keyed(path, key, body)).await
    }

    async fn item_count(&self, cart_id: &str) -> usize {
        self.cart(cart_id).await["items"].as_array().unwrap().len()
    }
}

#[track_caller]
fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.failure(), (status, code.to_owned()));
}

/// Every change of a cart, in an order in which each has something to do.
fn mutations(item_id: &Value) -> [(&'static str, Value); 10] {
    [
        ("add-item", book()),
        ("set-quantity", json!({ "cartItemId": item_id, "quantity": 7 })),
        ("remove-item", json!({ "cartItemId": item_id })),
        ("address", json!({ "address": { "city": "Lund" } })),
        ("email", json!({ "email": "once@example.test" })),
        ("phone", json!({ "phone": "0701234567" })),
        ("set-field/note", json!({ "value": "once" })),
        ("remove-field/note", json!({})),
        ("add-coupon", json!({ "couponCode": "FREESHIP" })),
        ("remove-coupon", json!({ "couponCode": "FREESHIP" })),
    ]
}

#[tokio::test]
async fn every_change_is_answered_with_the_same_bytes_although_the_cart_has_changed_since() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let item_id = shop.cart(&cart_id).await["items"][0]["cartItemId"].clone();
    let mut sent = Vec::new();
    for (number, (method, body)) in mutations(&item_id).into_iter().enumerate() {
        let key = format!("{KEY}-{number}");
        let first = shop.keyed(&of(&cart_id, method), &key, &body).await;
        assert_headers(&first);
        first.ok();
        sent.push((method, key, body, first));
    }
    shop.mutate(&cart_id, "email", json!({ "email": "later@example.test" }))
        .await;
    let before = shop.cart(&cart_id).await;
    for (method, key, body, first) in sent {
        let again = shop.keyed(&of(&cart_id, method), &key, &body).await;
        assert_headers(&again);
        assert_eq!(again.status, first.status, "{method}");
        assert_eq!(again.text, first.text, "{method}");
    }
    assert_eq!(shop.cart(&cart_id).await, before);
}

#[tokio::test]
async fn the_first_answer_is_what_a_request_without_a_key_would_get() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let answer = shop.keyed(&of(&cart_id, "add-item"), KEY, &book()).await;
    assert_eq!(answer.ok(), shop.cart(&cart_id).await);
}

#[tokio::test]
async fn a_key_means_one_request() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let email = json!({ "email": "once@example.test" });
    let first = shop.keyed(&of(&cart_id, "email"), KEY, &email).await;
    first.ok();
    let before = shop.cart(&cart_id).await;
    let space = Request::post(of(&cart_id, "email"))
        .header("content-type", "application/json")
        .header("idempotency-key", KEY)
        .body(Body::from(r#"{ "email":"once@example.test"}"#))
        .unwrap();
    for other in [
        keyed(
            &of(&cart_id, "email"),
            KEY,
            &json!({ "email": "twice@example.test" }),
        ),
        keyed(&of(&cart_id, "phone"), KEY, &json!({ "phone": "0701234567" })),
        keyed(&of(&cart_id, "remove-field/note"), KEY, &email),
        space,
    ] {
        let path = other.uri().path().to_owned();
        let answer = shop.request(other).await;
        assert_eq!(
            answer.failure(),
            (409, "IDEMPOTENCY_KEY_REUSED".to_owned()),
            "{path}"
        );
    }
    assert_eq!(shop.cart(&cart_id).await, before);
    let again = shop.keyed(&of(&cart_id, "email"), KEY, &email).await;
    assert_eq!(again.text, first.text);
}

/// The key of a field is a part of the route, and no body tells two of them apart.
#[tokio::test]
async fn another_field_is_another_request() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let first = shop
        .keyed(&of(&cart_id, "remove-field/one"), KEY, &json!({}))
        .await;
    first.ok();
    let other = shop
        .keyed(&of(&cart_id, "remove-field/two"), KEY, &json!({}))
        .await;
    assert_refused(&other, 409, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn a_key_of_one_cart_means_nothing_to_another() {
    let shop = Shop::open().await;
    let (one, two) = (
        shop.new_cart("se-webshop").await,
        shop.new_cart("se-webshop").await,
    );
    shop.keyed(&of(&one, "add-item"), KEY, &book()).await.ok();
    shop.keyed(&of(&two, "phone"), KEY, &json!({ "phone": "0701234567" }))
        .await
        .ok();
    shop.keyed(CARTS, KEY, &new_cart()).await.ok();
    assert_eq!(shop.item_count(&one).await, 1);
    assert_eq!(shop.item_count(&two).await, 0);
}

#[tokio::test]
async fn a_creation_that_is_sent_again_makes_no_second_cart() {
    let mut shop = Shop::open().await;
    let first = shop.keyed(CARTS, KEY, &new_cart()).await;
    assert_headers(&first);
    let cart_id = first.ok()["cartId"].as_str().unwrap().to_owned();
    shop.mutate(&cart_id, "add-item", book()).await;
    assert_eq!(shop.keyed(CARTS, KEY, &new_cart()).await.text, first.text);
    let mut other = new_cart();
    other["locale"] = json!("en_SE");
    let other = shop.keyed(CARTS, KEY, &other).await;
    assert_refused(&other, 409, "IDEMPOTENCY_KEY_REUSED");
    shop.restart().await;
    assert_eq!(shop.keyed(CARTS, KEY, &new_cart()).await.text, first.text);
    let another = shop.keyed(CARTS, OTHER_KEY, &new_cart()).await.ok();
    let another: CartId = another["cartId"].as_str().unwrap().parse().unwrap();
    // The second number: nothing was made in between.
    let another = shop.app.store.cart(another).await.unwrap().unwrap();
    assert_eq!(another.number, "C100002");
}

/// Sends the same at once, through these servers in turn.
async fn at_once(routers: &[&Router], path: &str, body: &Value) -> Vec<Answer> {
    let requests = (0..20).map(|number| {
        let router = routers[number % routers.len()].clone();
        request_of(router, keyed(path, KEY, body))
    });
    join_all(requests).await
}

#[track_caller]
fn one_answer_of(answers: &[Answer]) -> &str {
    let (done, early): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status.is_success());
    for answer in early {
        assert_refused(answer, 409, "REQUEST_IN_PROGRESS");
        assert_eq!(answer.header("retry-after"), Some("1"));
    }
    assert!(done.iter().all(|answer| answer.text == done[0].text));
    &done.first().expect("one of them is done").text
}

#[tokio::test]
async fn twenty_at_once_add_one_item() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let path = of(&cart_id, "add-item");
    let answers = at_once(&[&shop.router], &path, &book()).await;
    let text = one_answer_of(&answers);
    assert_eq!(shop.item_count(&cart_id).await, 1);
    assert_eq!(shop.keyed(&path, KEY, &book()).await.text, text);
}

/// What runs in one process is not known in the other: the store alone keeps the second application out.
#[tokio::test]
async fn twenty_at_once_through_two_nodes_add_one_item() {
    let shop = Shop::open().await;
    let other = kassa::http::router(shop.another_node());
    let cart_id = shop.new_cart("se-webshop").await;
    let path = of(&cart_id, "add-item");
    let answers = at_once(&[&shop.router, &other], &path, &book()).await;
    one_answer_of(&answers);
    assert_eq!(shop.item_count(&cart_id).await, 1);
    let answers = at_once(&[&shop.router, &other], CARTS, &new_cart()).await;
    one_answer_of(&answers);
}

#[tokio::test]
async fn an_answer_outlives_the_server_and_the_cart_being_open() {
    let mut shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let path = of(&cart_id, "email");
    let email = json!({ "email": "once@example.test" });
    let first = shop.keyed(&path, KEY, &email).await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.restart().await;
    assert_refused(&shop.post(&path, email.clone()).await, 409, "CART_NOT_OPEN");
    assert_eq!(shop.keyed(&path, KEY, &email).await.text, first.text);
    assert_eq!(first.ok()["cartState"], "open");
    shop.settle().await;
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn a_cancellation_has_a_key_too() {
    let mut shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let (path, nothing) = (of(&cart_id, "cancel-order"), json!({}));
    let early = shop.keyed(&path, KEY, &nothing).await;
    assert_refused(&early, 409, "NO_ORDER");
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    let first = shop.keyed(&path, KEY, &nothing).await;
    assert_eq!(first.ok()["orderState"], "cancelled");
    assert_eq!(first.ok(), shop.cart(&cart_id).await);
    shop.restart().await;
    assert_eq!(shop.keyed(&path, KEY, &nothing).await.text, first.text);
    // There is nothing left to do, and that has an answer as well.
    assert_eq!(shop.keyed(&path, OTHER_KEY, &nothing).await.text, first.text);
    let email = json!({ "email": "once@example.test" });
    let other = shop.keyed(&of(&cart_id, "email"), OTHER_KEY, &email).await;
    assert_refused(&other, 409, "IDEMPOTENCY_KEY_REUSED");
    shop.settle().await;
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn a_refusal_is_not_kept() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let path = of(&cart_id, "add-item");
    let unknown = json!({ "productNumber": "NOTHING", "quantity": 1 });
    for _ in 0..2 {
        let refused = shop.keyed(&path, KEY, &unknown).await;
        assert_refused(&refused, 400, "PRODUCT_NOT_FOUND");
    }
    shop.keyed(&path, KEY, &book()).await.ok();
    let late = shop.keyed(&path, KEY, &unknown).await;
    assert_refused(&late, 409, "IDEMPOTENCY_KEY_REUSED");
    let mut nowhere = new_cart();
    nowhere["profileKey"] = json!("nowhere");
    assert_refused(&shop.keyed(CARTS, KEY, &nowhere).await, 400, "INVALID_PROFILE");
    shop.keyed(CARTS, KEY, &new_cart()).await.ok();
}

#[tokio::test]
async fn what_changes_nothing_has_an_answer_too() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let path = of(&cart_id, "remove-coupon");
    let body = json!({ "couponCode": "FREESHIP" });
    let first = shop.keyed(&path, KEY, &body).await;
    first.ok();
    shop.mutate(&cart_id, "add-item", book()).await;
    assert_eq!(shop.keyed(&path, KEY, &body).await.text, first.text);
    let other = shop.keyed(&path, KEY, &json!({ "couponCode": "OTHER" })).await;
    assert_refused(&other, 409, "IDEMPOTENCY_KEY_REUSED");
}

#[tokio::test]
async fn a_key_is_new_again_after_a_day() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let path = of(&cart_id, "add-item");
    let first = shop.keyed(&path, KEY, &book()).await;
    shop.advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    assert_eq!(shop.keyed(&path, KEY, &book()).await.text, first.text);
    shop.advance(SignedDuration::from_secs(1));
    assert_ne!(shop.keyed(&path, KEY, &book()).await.text, first.text);
    assert_eq!(shop.item_count(&cart_id).await, 2);
}

#[tokio::test]
async fn both_spellings_of_the_header_are_one() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let path = of(&cart_id, "add-item");
    let first = shop.keyed(&path, KEY, &book()).await;
    let send = async |headers: &[(&str, &str)]| {
        let mut request = Request::post(&path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        shop.request(request.body(Body::from(book().to_string())).unwrap())
            .await
    };
    let (short, long) = ("Idempotency-Key", "X-Idempotency-Key");
    for same in [
        &[(long, KEY)][..],
        &[(short, KEY), (long, KEY)],
        &[(short, KEY); 2],
    ] {
        assert_eq!(send(same).await.text, first.text, "{same:?}");
    }
    for two in [
        [(short, KEY), (long, OTHER_KEY)],
        [(short, OTHER_KEY), (short, KEY)],
    ] {
        assert_refused(&send(&two).await, 400, "INVALID_IDEMPOTENCY_KEY");
    }
    assert_eq!(shop.item_count(&cart_id).await, 1);
}
