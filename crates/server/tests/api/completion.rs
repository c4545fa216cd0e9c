//! From a purchase to an order, whoever brings the news.

use crate::kustom_faults::Fault;
use crate::shop::Shop;
use axum::http::{Method, StatusCode};
use jiff::SignedDuration;
use kassa_commerce::payment::AuthorizationState;
use kustom_emulator::CallbackKind;
use serde_json::{Value, json};

#[tokio::test]
async fn confirm_completes_and_says_so_only_when_the_order_exists() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    assert_eq!(
        shop.confirm(&cart_id).await.ok(),
        json!({ "status": "checkout_incomplete" })
    );
    shop.pay(&id).await;
    assert_eq!(
        shop.confirm(&cart_id).await.ok(),
        json!({ "status": "checkout_complete" })
    );
    let cart = shop.cart(&cart_id).await;
    assert_eq!(cart["cartState"], "completed");
    assert_eq!(
        cart["payments"],
        json!([{ "provider": "kustom", "reference": id.0, "amount": 1798 }])
    );
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn confirm_turns_passing_trouble_into_a_status_and_finds_out_later() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.kustom_faults.inject(
        Method::GET,
        "/checkout/",
        Fault::Refused(StatusCode::BAD_GATEWAY),
        1,
    );
    assert_eq!(
        shop.confirm(&cart_id).await.ok(),
        json!({ "status": "checkout_incomplete" })
    );
    // The browser is gone and no push ever comes: the question was noted down.
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn what_the_iframe_collected_comes_home() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let address = json!({
        "given_name": "Åsa", "family_name": "Öberg", "street_address": "Stårgatan 1",
        "postal_code": "12345", "city": "Ankeborg", "phone": "0765260000", "country": "SE",
    });
    let paid = json!({ "outcome": "approved", "email": "asa@example.test", "address": address });
    shop.pay_with(&id, paid).await;
    shop.confirm(&cart_id).await.ok();

    let cart = shop.cart(&cart_id).await;
    assert_eq!(cart["email"], "asa@example.test");
    assert_eq!(cart["phone"], "0765260000");
    assert_eq!(
        cart["address"],
        json!({
            "name": "Åsa Öberg", "addressLine1": "Stårgatan 1", "postalCode": "12345",
            "city": "Ankeborg", "countryCode": "SE",
        })
    );
    assert_eq!(
        cart["invoiceRecipient"],
        Value::Null,
        "billing is where shipping is"
    );
    let order = shop.order(&cart_id).await.unwrap();
    assert_eq!(order.billing.unwrap().email.as_deref(), Some("asa@example.test"));
    assert_eq!(order.shipping.unwrap().address.city.as_deref(), Some("Ankeborg"));
}

#[tokio::test]
async fn a_pending_purchase_is_an_order_that_may_not_be_shipped_yet() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay_with(&id, json!({ "outcome": "pending" })).await;
    shop.confirm(&cart_id).await.ok();
    let order = shop.order(&cart_id).await.unwrap();
    let payments = shop.app.store.payments_of_cart(order.cart_id).await.unwrap();
    assert_eq!(payments[0].authorization.state, AuthorizationState::Pending);
}

#[tokio::test]
async fn kustoms_own_pushes_stop_once_the_order_is_acknowledged() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    // Nobody comes back. The first push finds us after two minutes, over the network.
    shop.control("clock/advance", json!({ "seconds": 130 }))
        .await
        .ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    shop.control("clock/advance", json!({ "seconds": 48 * 3600 }))
        .await
        .ok();
    let pushes = shop.emulator.inspect(|kustom| {
        let attempts = &kustom.order(&id).unwrap().attempts;
        attempts
            .iter()
            .filter(|attempt| attempt.kind == CallbackKind::Push)
            .count()
    });
    assert_eq!(pushes, 1);
}

#[tokio::test]
async fn a_push_while_kustom_is_down_is_answered_and_looked_into_later() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    let down = Fault::Refused(StatusCode::SERVICE_UNAVAILABLE);
    shop.kustom_faults
        .inject(Method::GET, "/ordermanagement/", down, 3);
    shop.push(&id).await.ok();
    for _ in 0..4 {
        shop.settle().await;
        shop.advance(SignedDuration::from_mins(1));
    }
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn a_restart_loses_no_cart_order_or_job() {
    let mut shop = Shop::open().await;
    let open_cart = shop.cart_with_shoes().await;
    shop.opened(&open_cart).await;
    let open_before = shop.set_first_quantity(&open_cart, 9).await;
    let bought_cart = shop.cart_with_shoes().await;
    let id = shop.opened(&bought_cart).await;
    shop.pay(&id).await;
    shop.confirm(&bought_cart).await.ok();
    let bought_before = shop.cart(&bought_cart).await;

    shop.restart().await;
    assert_eq!(shop.cart(&open_cart).await, open_before);
    assert_eq!(shop.cart(&bought_cart).await, bought_before);
    shop.push(&id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&bought_cart, &id).await;
    assert_ne!(
        shop.cart(&open_cart).await,
        open_before,
        "the sync that was waiting has run"
    );
}
