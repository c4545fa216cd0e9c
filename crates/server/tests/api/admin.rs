//! What operators ask.

use crate::answer::Answer;
use crate::shop::{Shop, request_of};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};

async fn ask(shop: &Shop, path: &str, token: Option<&str>) -> Answer {
    let router = kassa::admin::router(shop.app.clone(), Some("right".to_owned().into()));
    let mut request = Request::get(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request_of(router, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn only_who_has_the_token_is_answered() {
    let shop = Shop::open().await;
    for token in [None, Some(""), Some("wrong"), Some("right ")] {
        for path in ["/ready", "/reviews"] {
            assert_eq!(
                ask(&shop, path, token).await.status,
                StatusCode::UNAUTHORIZED,
                "{token:?}"
            );
        }
    }
    assert_eq!(
        ask(&shop, "/ready", Some("right")).await.ok(),
        json!({ "ready": true })
    );
}

/// A page can have a name of its own lead to this machine, and then asks as if it were ours.
#[tokio::test]
async fn without_a_token_only_this_machine_is_answered() {
    let shop = Shop::open().await;
    for (host, status) in [
        ("127.0.0.1:3302", 200),
        ("localhost:3302", 200),
        ("[::1]:3302", 200),
        ("rebound.example:3302", 403),
        ("127.0.0.1.rebound.example", 403),
    ] {
        let router = kassa::admin::router(shop.app.clone(), None);
        let request = Request::get("/reviews")
            .header("host", host)
            .body(Body::empty())
            .unwrap();
        assert_eq!(request_of(router, request).await.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_server_that_stops_is_not_ready() {
    let shop = Shop::open().await;
    shop.app.stop.cancel();
    let answer = ask(&shop, "/ready", Some("right")).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_purchase_that_waits_for_a_person_is_listed_without_the_carts_key() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.overwrite_at_kustom(&id, 12_300, 2460).await;
    shop.pay_without_asking(&id);
    shop.confirm(&cart_id).await.ok();

    let reviews = ask(&shop, "/reviews", Some("right")).await;
    assert!(!reviews.text.contains(&cart_id));
    let reviews = reviews.ok();
    assert_eq!(reviews.as_array().map(Vec::len), Some(1));
    assert_eq!(reviews[0]["reason"], "content_mismatch");
    assert_eq!(reviews[0]["kustomOrderId"], id.0.as_str());
    assert_eq!(reviews[0]["cartNumber"], shop.cart(&cart_id).await["cartNumber"]);
    assert_ne!(reviews[0]["detail"], Value::Null);
}

/// Any page that an operator looks at could ask the listener on their own machine otherwise.
#[tokio::test]
async fn pages_of_other_sites_are_not_answered() {
    let shop = Shop::open().await;
    for (name, value, status) in [
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", "http://127.0.0.1:3302", 200),
        ("sec-fetch-site", "cross-site", 403),
        ("sec-fetch-site", "same-site", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "none", 200),
    ] {
        let router = kassa::admin::router(shop.app.clone(), None);
        let request = Request::post("/catalogue?format=csv")
            .header("host", "127.0.0.1:3302")
            .header(name, value)
            .body(Body::from("number,description,tax_class\n"))
            .unwrap();
        let answer = request_of(router, request).await;
        assert_eq!(
            answer.status.as_u16() == 403,
            status == 403,
            "{name}: {value}: {}",
            answer.text
        );
    }
}
