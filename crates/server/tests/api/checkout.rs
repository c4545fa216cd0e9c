//! Opening the checkout and keeping Kustom's order like the cart.

use crate::answer::{hashes, is_syncing};
use crate::kustom_faults::Fault;
use crate::shop::{Shop, pages};
use axum::http::{Method, StatusCode};
use futures_util::future::join_all;
use jiff::SignedDuration;
use kassa_commerce::kustom::KustomOrderState;
use serde_json::json;

const ORDERS: &str = "/checkout/v3/orders";

#[tokio::test]
async fn the_kustom_order_is_the_cart_in_minor_units() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.mutate(&cart_id, "email", json!({ "email": "a@example.test" }))
        .await;
    let id = shop.opened(&cart_id).await;

    let cart = shop.cart(&cart_id).await;
    let order = shop
        .emulator
        .inspect(|kustom| kustom.order(&id).unwrap().checkout.clone());
    assert_eq!(order.order_amount, Some(179_800));
    assert_eq!(order.order_tax_amount, Some(35_960));
    assert_eq!(cart["orderTotal"], 1798);
    assert_eq!(order.purchase_country.as_deref(), Some("SE"));
    assert_eq!(order.purchase_currency.as_deref(), Some("SEK"));
    assert_eq!(order.locale.as_deref(), Some("sv-SE"));
    assert_eq!(order.merchant_reference1.as_deref(), cart["cartNumber"].as_str());
    assert_eq!(
        order.billing_address.unwrap().email.as_deref(),
        Some("a@example.test")
    );
    let urls = order.merchant_urls.unwrap();
    assert_eq!(
        urls.confirmation.as_deref(),
        Some("http://localhost:5173/confirmation")
    );
    assert!(
        !urls.push.unwrap().contains(&cart_id),
        "the cart's id is a key and never leaves"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_openings_make_one_kustom_order() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let answers = join_all((0..50).map(|_| shop.open_checkout(&cart_id))).await;
    for answer in answers {
        assert!(answer.ok()["htmlSnippet"].is_string());
    }
    assert_eq!(shop.kustom_faults.count(&Method::POST, ORDERS), 1);
    assert_eq!(shop.kustom_order_count(), 1);
    shop.assert_no_job_left().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_openings_on_two_servers_make_one_kustom_order() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = cart_id.parse().unwrap();
    let urls = || kassa_commerce::kustom::StorefrontUrls {
        terms: "http://localhost/terms".into(),
        checkout: "http://localhost/checkout".into(),
        confirmation: "http://localhost/confirmation".into(),
    };
    let nodes: Vec<_> = (0..10).map(|_| shop.another_node()).collect();
    for opened in join_all(nodes.iter().map(|node| node.open_checkout(id, urls()))).await {
        assert!(opened.unwrap().contains("klarna-checkout-container"));
    }
    assert_eq!(shop.kustom_order_count(), 1);
}

#[tokio::test]
async fn at_creation_only_the_sync_hash_is_there() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let cart = shop.cart(&cart_id).await;
    let (pending, synced) = hashes(&cart);
    assert_eq!(pending, None);
    assert_eq!(synced.unwrap().len(), 64);
}

#[tokio::test]
async fn an_edit_is_pending_at_once_and_synced_after_the_job() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let edited = shop.set_first_quantity(&cart_id, 5).await;
    assert!(is_syncing(&edited));
    assert_eq!(
        shop.first_quantity_at_kustom(&id),
        2,
        "nothing is sent before the delay has passed"
    );
    assert_eq!(shop.app.run_due_jobs().await.unwrap(), 0);

    shop.settle().await;
    let cart = shop.cart(&cart_id).await;
    assert_eq!(hashes(&cart), (hashes(&edited).0, hashes(&edited).0));
    assert_eq!(shop.first_quantity_at_kustom(&id), 5);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn an_edit_and_its_undo_end_in_two_new_hashes() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let first = shop.cart(&cart_id).await;
    let edited = shop.set_first_quantity(&cart_id, 5).await;
    let undone = shop.set_first_quantity(&cart_id, 2).await;
    assert!(
        is_syncing(&undone),
        "a storefront that suspended its iframe must see a hash arrive"
    );
    shop.settle().await;
    let cart = shop.cart(&cart_id).await;
    assert!(!is_syncing(&cart));
    assert_eq!(hashes(&cart).1, hashes(&undone).0);
    assert_ne!(hashes(&undone).0, hashes(&edited).0);
    assert_ne!(hashes(&undone).0, hashes(&first).1);
}

#[tokio::test]
async fn what_kustom_does_not_price_disturbs_nobody() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let calls = shop.kustom_faults.count(&Method::POST, ORDERS);
    shop.mutate(&cart_id, "email", json!({ "email": "a@example.test" }))
        .await;
    shop.mutate(&cart_id, "phone", json!({ "phone": "070 123 45 67" }))
        .await;
    shop.mutate(&cart_id, "set-field/tracking:ga", json!({ "value": "x" }))
        .await;
    let cart = shop
        .mutate(&cart_id, "address", json!({ "address": { "countryCode": "SE" } }))
        .await;
    assert_eq!(hashes(&cart).0, None);
    shop.settle().await;
    assert_eq!(shop.kustom_faults.count(&Method::POST, ORDERS), calls);
}

#[tokio::test]
async fn a_second_opening_pushes_what_kustom_lacks() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.set_first_quantity(&cart_id, 4).await;
    // The page is reloaded before the sync job had its turn.
    assert_eq!(shop.opened(&cart_id).await, id);
    assert_eq!(shop.first_quantity_at_kustom(&id), 4);
    let cart = shop.cart(&cart_id).await;
    assert!(!is_syncing(&cart));
    shop.settle().await;
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn a_second_opening_takes_the_new_pages() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let path = format!("/ingress/commerce/carts/{cart_id}/payment/kustom");
    shop.post(&path, pages("?tab=2")).await.ok();
    let urls = shop
        .emulator
        .inspect(|kustom| kustom.order(&id).unwrap().checkout.merchant_urls.clone());
    assert_eq!(
        urls.unwrap().confirmation.as_deref(),
        Some("http://localhost:5173/confirmation?tab=2")
    );
    assert_eq!(shop.kustom_order_count(), 1);
}

#[tokio::test]
async fn an_edit_during_the_opening_is_pending_when_it_ends() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    // The creation's answer is lost; the shopper edits; the page tries again.
    shop.kustom_faults
        .inject(Method::POST, ORDERS, Fault::AnswerLost, 1);
    assert_eq!(
        shop.open_checkout(&cart_id).await.failure(),
        (503, "KUSTOM_UNAVAILABLE".to_owned())
    );
    assert_eq!(
        shop.cart(&cart_id).await["fields"],
        json!({}),
        "nothing was bound, so nobody saw it"
    );
    shop.set_first_quantity(&cart_id, 3).await;
    let id = shop.opened(&cart_id).await;
    assert_eq!(shop.first_quantity_at_kustom(&id), 3);
}

#[tokio::test]
async fn only_a_404_replaces_a_kustom_order() {
    for status in [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::GATEWAY_TIMEOUT,
        StatusCode::UNAUTHORIZED,
    ] {
        let shop = Shop::open().await;
        let cart_id = shop.cart_with_shoes().await;
        let id = shop.opened(&cart_id).await;
        shop.kustom_faults
            .inject(Method::GET, ORDERS, Fault::Refused(status), 1);
        let failed = shop.open_checkout(&cart_id).await;
        assert!(failed.status.is_server_error());
        assert_eq!(shop.opened(&cart_id).await, id, "{status} replaced a live order");
    }
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.control(&format!("orders/{id}/expire"), json!({})).await;
    let replacement = shop.opened(&cart_id).await;
    assert_ne!(replacement, id);
    assert_eq!(shop.state_of(&id).await, KustomOrderState::Retired);
    shop.pay(&replacement).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &replacement).await;
}

#[tokio::test]
async fn a_sync_that_meets_an_expired_order_lets_the_next_opening_replace_it() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.advance(SignedDuration::from_hours(49));
    shop.set_first_quantity(&cart_id, 3).await;
    shop.settle().await;
    assert_eq!(shop.cart(&cart_id).await["fields"], json!({}));
    assert_ne!(shop.opened(&cart_id).await, id);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn a_sync_is_retried_until_kustom_is_back_also_after_a_restart() {
    let mut shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.kustom_faults.inject(
        Method::POST,
        ORDERS,
        Fault::Refused(StatusCode::TOO_MANY_REQUESTS),
        3,
    );
    shop.set_first_quantity(&cart_id, 6).await;
    shop.settle().await;
    assert_eq!(
        shop.app.run_due_jobs().await.unwrap(),
        0,
        "a failed call is not repeated at once"
    );
    shop.restart().await;
    for _ in 0..4 {
        shop.advance(SignedDuration::from_mins(1));
        shop.settle().await;
    }
    assert_eq!(shop.first_quantity_at_kustom(&id), 6);
    assert!(!is_syncing(&shop.cart(&cart_id).await));
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn an_emptied_cart_is_offered_to_nobody() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let item_id = shop.cart(&cart_id).await["items"][0]["cartItemId"].clone();
    let emptied = shop
        .mutate(&cart_id, "remove-item", json!({ "cartItemId": item_id }))
        .await;
    assert!(
        is_syncing(&emptied),
        "the iframe must not be left open over something else"
    );
    shop.settle().await;
    assert_eq!(shop.order_amount(&id), 179_800);
    assert_eq!(
        shop.open_checkout(&cart_id).await.failure(),
        (400, "EMPTY_CART".to_owned())
    );

    shop.mutate(
        &cart_id,
        "add-item",
        json!({ "productNumber": "BOOK-001", "quantity": 1 }),
    )
    .await;
    shop.settle().await;
    assert!(!is_syncing(&shop.cart(&cart_id).await));
    assert_eq!(shop.order_amount(&id), 24_900 + 4900);
}
