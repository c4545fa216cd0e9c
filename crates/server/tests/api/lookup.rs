//! Looking up an order by number and e-mail address.

use crate::answer::Answer;
use crate::shop::Shop;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PATH: &str = "/ingress/commerce/orders/lookup";

impl Shop {
    async fn look_up(&self, reference: &str, email: &str) -> Answer {
        self.post(PATH, json!({ "reference": reference, "email": email }))
            .await
    }
}

fn without(cart: &Value, members: &[&str]) -> Value {
    let mut cart = cart.clone();
    for member in members {
        cart.as_object_mut().unwrap().remove(*member);
    }
    cart
}

#[tokio::test]
async fn an_order_is_found_by_each_of_its_numbers() {
    let shop = Shop::open().await;
    let (cart_id, id) = shop.bought().await;
    let cart = shop.cart(&cart_id).await;
    let email = cart["email"].as_str().unwrap();
    let number = cart["orderNumber"].as_str().unwrap();
    let cart_number = cart["cartNumber"].as_str().unwrap();
    let found = shop.look_up(number, email).await;
    assert!(!found.text.contains(&cart_id), "the cart's id opens the cart");
    let found = found.ok();
    for (reference, email) in [
        (format!("D{number}"), email.to_owned()),
        (cart_number.to_lowercase(), email.to_uppercase()),
        (format!("  {number}\t"), format!(" {email} ")),
    ] {
        assert_eq!(
            shop.look_up(&reference, &email).await.ok(),
            found,
            "{reference:?}"
        );
    }

    let differs = ["cartId", "items", "fields", "address", "invoiceRecipient"];
    assert_eq!(
        without(&found, &differs),
        without(&cart, &differs),
        "the rest is the cart's"
    );
    assert_eq!(found["payments"][0]["reference"], id.0.as_str());
    assert_eq!(found["fields"], json!({}));
    assert_eq!(found["address"]["email"], email);
    assert_eq!(found["address"]["city"], cart["address"]["city"]);
    let mut item = without(&cart["items"][0], &["cartItemId"]);
    item["deliveryNumber"] = json!(format!("D{number}"));
    assert_eq!(found["items"], json!([item]));
    assert_eq!(found["coupons"], json!([]));
    assert_eq!(found["invalidCoupons"], json!([]));
}

#[tokio::test]
async fn a_cart_is_found_until_it_is_an_order() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.mutate(&cart_id, "email", json!({ "email": "Anna@shop.example" }))
        .await;
    shop.opened(&cart_id).await;
    let cart = shop.cart(&cart_id).await;
    let number = cart["cartNumber"].as_str().unwrap();
    let found = shop.look_up(number, "anna@SHOP.example").await;
    assert!(!found.text.contains(&cart_id));
    let found = found.ok();
    let differs = ["cartId", "items", "fields"];
    assert_eq!(without(&found, &differs), without(&cart, &differs));
    assert_eq!(
        found["items"],
        json!([without(&cart["items"][0], &["cartItemId"])])
    );
    assert_eq!(found["fields"], json!({}), "what Kustom knows is nobody's");
}

#[tokio::test]
async fn a_cancelled_order_says_so() {
    let shop = Shop::open().await;
    let (cart_id, _) = shop.bought().await;
    let cart = shop.cancel_order(&cart_id).await.ok();
    let number = cart["orderNumber"].as_str().unwrap();
    let found = shop.look_up(number, cart["email"].as_str().unwrap()).await.ok();
    assert_eq!(found["orderState"], "cancelled");
}

#[tokio::test]
async fn unknown_and_wrong_are_one_answer_at_one_time() {
    let shop = Shop::open().await;
    let (cart_id, _) = shop.bought().await;
    let cart = shop.cart(&cart_id).await;
    let number = cart["orderNumber"].as_str().unwrap();
    let email = cart["email"].as_str().unwrap();
    let stranger = shop.cart_with_shoes().await;
    let without_email = shop.cart(&stranger).await;
    let long = "9".repeat(1000);
    let mut bodies = Vec::new();
    for (reference, email) in [
        (number, "other@shop.example"),
        (&format!("D{number}"), "other@shop.example"),
        (cart["cartNumber"].as_str().unwrap(), "other@shop.example"),
        (&format!("D{number}-2"), email),
        ("999999", email),
        ("C999999", email),
        (without_email["cartNumber"].as_str().unwrap(), email),
        (&long, email),
        (number, &format!("{long}@shop.example")),
    ] {
        let started = Instant::now();
        let answer = shop.look_up(reference, email).await;
        assert!(started.elapsed() >= Duration::from_millis(99), "{reference}");
        assert_eq!(
            answer.failure(),
            (404, "ORDER_NOT_FOUND".to_owned()),
            "{reference}"
        );
        bodies.push(answer.text);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn blank_and_malformed_requests_are_told_apart_from_misses() {
    let shop = Shop::open().await;
    for (reference, email) in [
        ("", "a@shop.example"),
        ("  ", "a@shop.example"),
        ("1", ""),
        ("1", " \t"),
    ] {
        let refused = shop.look_up(reference, email).await.failure();
        assert_eq!(refused, (400, "INVALID_REQUEST".to_owned()));
    }
    for (body, code) in [
        (json!({ "reference": "1" }), "INVALID_MESSAGE_BODY"),
        (
            json!({ "reference": 1, "email": "a@shop.example" }),
            "INVALID_MESSAGE_BODY",
        ),
        (
            json!({ "reference": "1", "email": "a@shop.example", "x": 1 }),
            "UNKNOWN_FIELD",
        ),
    ] {
        assert_eq!(shop.post(PATH, body).await.failure(), (400, code.to_owned()));
    }
}
