//! The gate before a payment: what Kustom is answered when the shopper presses the pay button.

use crate::answer::{hashes, is_syncing};
use crate::events::Events;
use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use kassa_commerce::kustom::validation::FREEZE;
use kustom_api::KustomOrderId;
use serde_json::{Value, json};

const ONE_ORDER: &str = "/checkout/v3/orders/";

/// The path and query that Kustom was given, and the order as Kustom would send it.
pub(crate) fn question(shop: &Shop, id: &KustomOrderId) -> (String, Value) {
    let order = shop
        .emulator
        .inspect(|kustom| kustom.order(id).unwrap().checkout.clone());
    let url = order.merchant_urls.clone().unwrap().validation.unwrap();
    let at = url.find("/ingress").unwrap();
    let path = url[at..].replace("{checkout.order.id}", &id.0);
    (path, serde_json::to_value(order).unwrap())
}

async fn denial(shop: &Shop, id: &KustomOrderId) -> String {
    let denied = shop.control(&format!("orders/{id}/pay"), json!({})).await;
    assert_eq!(denied.status, StatusCode::CONFLICT, "{}", denied.text);
    let error = &serde_json::from_str::<Value>(&denied.text).unwrap()["error"];
    assert_eq!(error["error_type"], "approval_failed", "{}", denied.text);
    error["error_text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn kustom_is_told_to_insist_on_our_answer() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let (path, order) = question(&shop, &id);
    assert!(path.starts_with("/ingress/kustom/validate?order_id="), "{path}");
    assert!(!path.contains(&cart_id));
    assert_eq!(order["options"]["require_validate_callback_success"], true);
    // A page that opens the checkout again must not leave it without the gate.
    shop.post(
        &format!("/ingress/commerce/carts/{cart_id}/payment/kustom"),
        crate::shop::pages("?tab=2"),
    )
    .await
    .ok();
    assert_eq!(question(&shop, &id), (path, shop_order(&shop, &id)));
}

fn shop_order(shop: &Shop, id: &KustomOrderId) -> Value {
    question(shop, id).1
}

#[tokio::test]
async fn a_cart_that_is_being_paid_refuses_every_change_until_the_freeze_ends() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let (path, order) = question(&shop, &id);
    assert_eq!(
        shop.post(&path, order).await.ok(),
        json!({ "status": "approved" })
    );
    let item = shop.cart(&cart_id).await["items"][0]["cartItemId"].clone();
    let changes = [
        ("add-item", json!({ "productNumber": "BOOK-001", "quantity": 1 })),
        ("set-quantity", json!({ "cartItemId": item, "quantity": 9 })),
        ("remove-item", json!({ "cartItemId": item })),
        ("email", json!({ "email": "another@example.test" })),
        ("set-field/gift", json!({ "value": true })),
    ];
    let before = shop.cart(&cart_id).await;
    for (method, body) in &changes {
        let refused = shop
            .post(
                &format!("/ingress/commerce/carts/{cart_id}/{method}"),
                body.clone(),
            )
            .await;
        assert!(refused.header("retry-after").is_some(), "{method}");
        assert_eq!(refused.failure(), (409, "CART_LOCKED".to_owned()), "{method}");
    }
    assert_eq!(shop.cart(&cart_id).await, before);
    // The shopper's page may be loaded again; nothing is changed at Kustom meanwhile.
    let calls = shop.kustom_faults.count(&Method::POST, &id.0);
    assert_eq!(shop.opened(&cart_id).await, id);
    assert_eq!(shop.kustom_faults.count(&Method::POST, &id.0), calls);

    shop.advance(FREEZE);
    shop.mutate(&cart_id, "set-quantity", changes[1].1.clone()).await;
    shop.settle().await;
    assert_eq!(shop.first_quantity_at_kustom(&id), 9);
}

#[tokio::test]
async fn an_approval_is_no_news_to_a_page() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let mut events = Events::open(&shop, &cart_id).await;
    events.next().await.unwrap();
    // Documented storefront code resumes its checkout at every event. During a card payment that would end it.
    let (path, order) = question(&shop, &id);
    shop.post(&path, order).await.ok();
    shop.advance(FREEZE);
    shop.set_first_quantity(&cart_id, 4).await;
    let next = events.updated().await;
    assert_eq!(next["items"][0]["quantity"], 4, "the first news is the edit");
}

#[tokio::test]
async fn a_total_that_is_changing_cannot_be_paid() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let edited = shop.set_first_quantity(&cart_id, 3).await;
    assert!(is_syncing(&edited));
    // Kustom still holds the old total, and an iframe that was not suspended shows it.
    let sentence = denial(&shop, &id).await;
    assert_eq!(
        sentence,
        "Varukorgen har ändrats. Vänta ett ögonblick och försök igen."
    );
    shop.settle().await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    assert_eq!(shop.order(&cart_id).await.unwrap().priced.lines[0].quantity, 3);
}

#[tokio::test]
async fn an_older_total_that_may_come_back_cannot_be_paid() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.kustom_faults
        .inject(Method::POST, ONE_ORDER, Fault::AnswerLost, 1);
    shop.set_first_quantity(&cart_id, 3).await;
    shop.settle().await;
    // Kustom has it, we do not know; and a later edit is answered while the lost call might still be carried out.
    shop.set_first_quantity(&cart_id, 4).await;
    shop.settle().await;
    assert_eq!(shop.first_quantity_at_kustom(&id), 4);
    denial(&shop, &id).await;
    shop.advance(SignedDuration::from_secs(40));
    shop.settle().await;
    let cart = shop.cart(&cart_id).await;
    assert_eq!(hashes(&cart).0, hashes(&cart).1);
    shop.pay(&id).await;
}

#[tokio::test]
async fn what_was_changed_behind_our_back_cannot_be_paid() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.overwrite_at_kustom(&id, 12_300, 2460).await;
    denial(&shop, &id).await;
    // The pages hear of it, Kustom is told again what the cart is, and the next press of the button sells that.
    assert!(is_syncing(&shop.cart(&cart_id).await));
    shop.settle().await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn a_passing_404_gives_no_order_up_while_its_payment_runs() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let (path, order) = question(&shop, &id);
    shop.post(&path, order).await.ok();
    let not_found = Fault::Refused(StatusCode::NOT_FOUND);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, not_found, 2);
    // Another tab is loaded again while the shopper is at the bank.
    let refused = shop.open_checkout(&cart_id).await;
    assert_eq!(refused.failure(), (503, "KUSTOM_UNAVAILABLE".to_owned()));
    assert_eq!(shop.kustom_order_count(), 1);
    assert_eq!(shop.opened(&cart_id).await, id);
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn a_page_that_was_left_open_cannot_be_paid_beside_its_successor() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let first = shop.opened(&cart_id).await;
    let not_found = Fault::Refused(StatusCode::NOT_FOUND);
    shop.kustom_faults.inject(Method::GET, ONE_ORDER, not_found, 1);
    let second = shop.opened(&cart_id).await;
    assert_ne!(first, second);
    assert_eq!(
        denial(&shop, &first).await,
        "Kassan har öppnats på nytt. Ladda om sidan."
    );
    shop.pay(&second).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &second).await;
}

#[tokio::test]
async fn with_3d_secure_both_questions_are_answered_alike() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay_with(&id, json!({ "outcome": "approved", "three_d_secure": true }))
        .await;
    shop.push(&id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn a_stranger_freezes_nothing() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let (path, order) = question(&shop, &id);
    let push_token = shop.push_path(&id).split("token=").nth(1).unwrap().to_owned();
    let (bare, token) = path.split_once("&token=").unwrap();
    let forged = [
        bare.to_owned(),
        format!("{bare}&token="),
        format!("{bare}&token={push_token}"),
        format!("{bare}&token={}", token.replace(|_: char| true, "0")),
        "/ingress/kustom/validate".to_owned(),
        format!("/ingress/kustom/validate?order_id=%27%20OR%201%3D1&token={token}"),
    ];
    for path in forged {
        let refused = shop.post(&path, order.clone()).await;
        assert_eq!(refused.failure(), (404, "NOT_FOUND".to_owned()), "{path}");
    }
    let mut another_carts = order.clone();
    another_carts["merchant_reference1"] = "C1".into();
    assert_eq!(shop.post(&path, another_carts).await.failure().0, 404);
    let mut another_order = order.clone();
    another_order["order_id"] = "k2".into();
    assert_eq!(shop.post(&path, another_order).await.failure().0, 404);
    shop.set_first_quantity(&cart_id, 3).await;
}

#[tokio::test]
async fn a_body_that_says_nothing_is_a_no() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let (path, order) = question(&shop, &id);
    let mut bare = json!({ "merchant_reference1": order["merchant_reference1"] });
    for denied in [
        shop.post(&path, bare.clone()).await,
        shop.post_nothing(&path).await,
    ] {
        assert_eq!(denied.status, StatusCode::BAD_REQUEST);
        assert!(denied.text.contains("approval_failed"), "{}", denied.text);
    }
    // What is not compared may be as odd as it likes.
    let mut odd = order.clone();
    odd["customer"] = json!([7]);
    odd["shipping_options"] = json!("none");
    odd["order_amount"] = json!(1);
    assert_eq!(shop.post(&path, odd).await.status, StatusCode::BAD_REQUEST);
    bare["attachment"] = "x".repeat(600 * 1024).into();
    assert_eq!(
        shop.post(&path, bare).await.failure(),
        (413, "BODY_TOO_LARGE".to_owned())
    );
    shop.set_first_quantity(&cart_id, 3).await;
}

#[tokio::test]
async fn what_cannot_be_saved_is_not_approved() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.fill_the_disk();
    denial(&shop, &id).await;
}
