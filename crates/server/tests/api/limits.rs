//! Who asks too often is told to wait; nobody else notices.

use crate::answer::Answer;
use crate::shop::Shop;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum_client_ip::ClientIpSource;
use kassa::app::{App, Parts};
use kassa::rate_limit::{Limits, RateLimits};
use serde_json::json;
use std::net::SocketAddr;
use std::num::NonZeroU32;

/// Twice a minute of everything, and then no more.
pub(crate) async fn limited() -> Shop {
    let shop = Shop::open().await;
    let twice = NonZeroU32::new(2).unwrap();
    let limits = RateLimits::new(&Limits {
        create: twice,
        mutate: twice,
        open: twice,
        confirm: twice,
        miss: twice,
        lookup: twice,
        lookup_of_reference: twice,
        lookup_of_email: NonZeroU32::new(4).unwrap(),
        client_address: ClientIpSource::ConnectInfo,
    });
    let app = App::new(Parts {
        rate_limits: Some(limits),
        ..shop.parts()
    });
    shop.serving(app)
}

async fn from(shop: &Shop, address: &str, request: axum::http::request::Builder, body: &str) -> Answer {
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    let address: SocketAddr = address.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(address));
    shop.request(request).await
}

#[track_caller]
fn assert_refused(answer: &Answer) {
    assert_eq!(answer.failure(), (429, "RATE_LIMITED".to_owned()));
    let seconds: u32 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
}

#[tokio::test]
async fn carts_are_opened_so_many_times_by_each_address() {
    let shop = limited().await;
    let body = json!({ "profileKey": "se-webshop", "locale": "sv-SE" }).to_string();
    let request = || Request::post("/ingress/commerce/carts").header("content-type", "application/json");
    for _ in 0..2 {
        from(&shop, "192.0.2.1:1", request(), &body).await.ok();
    }
    assert_refused(&from(&shop, "192.0.2.1:1", request(), &body).await);
    from(&shop, "192.0.2.2:1", request(), &body).await.ok();
}

#[tokio::test]
async fn guessing_ids_is_slowed_down_and_knowing_one_is_not() {
    let shop = limited().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let unknown = "/ingress/commerce/carts/7a0b1f6e-93c5-4d5b-8e0e-0c6a7b1a2f3d";
    for _ in 0..2 {
        let missed = from(&shop, "192.0.2.1:1", Request::get(unknown), "").await;
        assert_eq!(missed.failure(), (404, "NOT_FOUND".to_owned()));
    }
    assert_refused(&from(&shop, "192.0.2.1:1", Request::get(unknown), "").await);
    let known = format!("/ingress/commerce/carts/{cart_id}");
    from(&shop, "192.0.2.1:1", Request::get(known), "").await.ok();
}

#[tokio::test]
async fn a_cart_is_changed_and_opened_so_many_times() {
    let shop = limited().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.set_first_quantity(&cart_id, 3).await;
    let email = format!("/ingress/commerce/carts/{cart_id}/email");
    assert_refused(&shop.post(&email, json!({ "email": "a@example.test" })).await);
    for _ in 0..2 {
        shop.open_checkout(&cart_id).await.ok();
    }
    assert_refused(&shop.open_checkout(&cart_id).await);
}

#[tokio::test]
async fn confirming_too_often_is_no_error_and_asks_nobody() {
    let shop = limited().await;
    let cart_id = shop.cart_with_shoes().await;
    shop.opened(&cart_id).await;
    let asked = || shop.kustom_faults.count(&axum::http::Method::GET, "/checkout/");
    for _ in 0..2 {
        shop.confirm(&cart_id).await.ok();
    }
    let before = asked();
    for _ in 0..3 {
        assert_eq!(
            shop.confirm(&cart_id).await.ok(),
            json!({ "status": "checkout_incomplete" })
        );
    }
    assert_eq!(asked(), before);
}

#[tokio::test]
async fn orders_are_looked_up_so_many_times_by_each_address_and_for_each_number_and_email() {
    let shop = limited().await;
    let request =
        || Request::post("/ingress/commerce/orders/lookup").header("content-type", "application/json");
    let body = |reference: &str| json!({ "reference": reference, "email": "a@shop.example" }).to_string();
    for number in ["1", "2"] {
        let missed = from(&shop, "192.0.2.1:1", request(), &body(number)).await;
        assert_eq!(missed.failure(), (404, "ORDER_NOT_FOUND".to_owned()));
    }
    assert_refused(&from(&shop, "192.0.2.1:1", request(), &body("3")).await);
    let second = from(&shop, "192.0.2.2:1", request(), &body(" 1")).await;
    assert_eq!(second.failure(), (404, "ORDER_NOT_FOUND".to_owned()));
    let guessed = from(&shop, "192.0.2.3:1", request(), &body("1")).await;
    assert_eq!(guessed.failure(), (429, "RATE_LIMITED".to_owned()));
    // Whoever knows somebody's e-mail address goes through the numbers, from wherever.
    let fourth = from(&shop, "192.0.2.4:1", request(), &body("4")).await;
    assert_eq!(fourth.failure(), (404, "ORDER_NOT_FOUND".to_owned()));
    let fifth = from(&shop, "192.0.2.5:1", request(), &body("5")).await;
    assert_eq!(fifth.failure(), (429, "RATE_LIMITED".to_owned()));
}
