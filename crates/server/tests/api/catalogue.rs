//! Imports while the shop is open: what carts, checkouts and orders make of them, and what operators are answered.

use crate::answer::{Answer, is_syncing};
use crate::failing_store::{FailingStore, Trouble};
use crate::purchase::purchase;
use crate::shop::{Shop, request_of};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use kassa::app::{App, Parts};
use kassa::shelf::Shelf;
use kustom_emulator::PurchaseRefusal;
use serde_json::{Value, json};
use std::sync::Arc;

const CSV: &str = "number,description,tax_class,stock,price_including_tax_SEK\n";

async fn post(shop: &Shop, query: &str, body: impl Into<Body>) -> Answer {
    let router = kassa::admin::router(shop.app.clone(), None);
    let request = Request::post(format!("/catalogue?{query}"));
    request_of(router, request.body(body.into()).unwrap()).await
}

/// Operators' answers have one shape.
fn refusal(answer: &Answer) -> (u16, String) {
    let code = answer.json()["error"]["code"].as_str().unwrap().to_owned();
    (answer.status.as_u16(), code)
}

async fn raise_price(shop: &Shop) {
    let row = format!("{CSV}SH006-WHT-09,Court shoe,standard,,999.00\n");
    post(shop, "format=csv", row).await.ok();
}

#[tokio::test]
async fn a_new_price_is_shown_at_once_and_kustom_hears_of_it_when_the_checkout_is_opened_again() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    raise_price(&shop).await;
    let cart = shop.cart(&cart_id).await;
    assert_eq!(
        (&cart["items"][0]["unitPrice"], &cart["orderTotal"]),
        (&json!(999), &json!(1998))
    );
    assert_eq!(shop.order_amount(&id), 179_800, "nobody has told Kustom yet");
    shop.open_checkout(&cart_id).await.ok();
    assert_eq!(shop.order_amount(&id), 199_800);
    assert!(!is_syncing(&shop.cart(&cart_id).await));
    shop.settle().await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let order = shop.order(&cart_id).await.unwrap();
    assert_eq!(order.priced.amount_to_pay().unwrap().amount_minor(), 199_800);
}

#[tokio::test]
async fn what_was_offered_at_the_old_price_is_not_sold_and_then_offered_at_the_new_one() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    raise_price(&shop).await;
    let refused = shop.buy_at(&id, 179_800).await.unwrap_err();
    assert!(matches!(refused, PurchaseRefusal::Denied { .. }), "{refused:?}");
    assert!(
        is_syncing(&shop.cart(&cart_id).await),
        "the page suspends its checkout"
    );
    shop.settle().await;
    assert_eq!(shop.order_amount(&id), 199_800);
    shop.buy_at(&id, 199_800).await.unwrap();
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn an_order_keeps_its_price_and_its_goods_whatever_is_imported() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay(&id).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    let (order, cart) = (shop.order(&cart_id).await, shop.cart(&cart_id).await);
    raise_price(&shop).await;
    let others = format!("{CSV}MUG,Mug,standard,,10\n");
    post(&shop, "format=csv&replace=true", others).await.ok();
    assert_eq!(shop.order(&cart_id).await, order);
    assert_eq!(shop.cart(&cart_id).await, cart);
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn a_payment_that_is_under_way_ends_at_the_price_that_was_let_through() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let question = shop.begin_payment(&id, purchase());
    let answer = shop.answer_to(&question).await;
    raise_price(&shop).await;
    shop.emulator
        .act(|kustom, now| kustom.payment_answered(question.number, answer, now))
        .unwrap();
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let order = shop.order(&cart_id).await.unwrap();
    assert_eq!(order.priced.amount_to_pay().unwrap().amount_minor(), 179_800);
}

#[tokio::test]
async fn what_was_imported_can_be_bought_and_what_was_removed_cannot() {
    let shop = Shop::open().await;
    let in_cart = shop.cart_with_shoes().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let path = format!("/ingress/commerce/carts/{cart_id}/add-item");
    let mug = json!({ "productNumber": "MUG", "quantity": 2 });
    let missing = shop.post(&path, mug.clone()).await.failure();
    assert_eq!(missing.1, "PRODUCT_NOT_FOUND");
    let row = format!("{CSV}MUG,Mug,standard,3,10\n");
    let imported = post(&shop, "format=csv&replace=true", row).await.ok();
    assert_eq!(imported["imported"], "1 product");
    let cart = shop.post(&path, mug.clone()).await.ok();
    assert_eq!(cart["items"][0]["unitPrice"], 10);
    let (status, _) = shop.post(&path, mug).await.failure();
    assert_eq!(status, 409, "there are three, and the cart wanted four");
    let shoe = json!({ "productNumber": "SH006-WHT-09", "quantity": 1 });
    assert_eq!(shop.post(&path, shoe).await.failure(), missing);
    assert_eq!(
        shop.cart(&in_cart).await["items"][0]["unitPrice"],
        899,
        "its last known price"
    );
}

#[tokio::test]
async fn a_cart_is_shown_without_asking_for_its_products_again() {
    let mut shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let store = FailingStore::new(shop.app.store.clone());
    let behind = store.clone();
    let shelf = Shelf::open(shop.app.store.as_ref()).await.unwrap();
    shop.reconfigure(|parts| {
        parts.store = behind;
        parts.shelf = shelf;
    });
    let path = format!("/ingress/commerce/carts/{cart_id}");
    store.fail_after(1, Trouble::Broken);
    assert_eq!(
        shop.get(&path).await.failure().0,
        500,
        "the products were not there"
    );
    assert!(store.mend());
    let cart = shop.cart(&cart_id).await;
    store.fail_after(1, Trouble::Broken);
    assert_eq!(shop.cart(&cart_id).await, cart);
    assert!(!store.mend(), "the cart was read, and nothing else");
}

/// Products of one import and tax classes of another must never meet.
#[tokio::test]
async fn another_process_notices_an_import_when_it_reads_a_product() {
    let shop = Shop::open().await;
    let shelf = Shelf::open(shop.app.store.as_ref()).await.unwrap();
    let node = App::new(Parts {
        shelf: Arc::clone(&shelf),
        ..shop.parts()
    });
    let text = "[tax_classes.luxury]\ndefault = \"33\"\n[products.RING]\ndescription = \"Ring\"\ntax_class = \"luxury\"\n\
                prices_including_tax = { SEK = \"100\" }";
    post(&shop, "format=toml", text).await.ok();
    assert!(!node.shop().has_tax_class("luxury"));
    let cart_id = shop.new_cart("se-webshop").await;
    let request = Request::post(format!("/ingress/commerce/carts/{cart_id}/add-item"))
        .header("content-type", "application/json")
        .body(Body::from(r#"{"productNumber":"RING","quantity":1}"#))
        .unwrap();
    let cart = request_of(kassa::http::router(node.clone()), request).await.ok();
    assert_eq!(cart["items"][0]["unitPrice"], 100);
    assert!(node.shop().has_tax_class("luxury"));
}

#[tokio::test]
async fn nothing_is_imported_if_anything_is_wrong_and_everything_wrong_is_named() {
    let shop = Shop::open().await;
    let before = shop.app.store.shop().await.unwrap();
    let rows = format!("{CSV}MUG,Mug,standard,3,10\nCUP,Cup,food-stuff,3,10\nJUG,Jug,standard,x,10.001\n");
    let refused = post(&shop, "format=csv", rows).await;
    assert_eq!(refusal(&refused), (422, "INVALID_CATALOGUE".to_owned()));
    let body = refused.json();
    assert_eq!(body["more"], 0);
    let shown: Vec<_> = body["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| {
            (
                problem["line"].as_u64().unwrap(),
                problem["column"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [(3, "tax_class"), (4, "stock"), (4, "price_including_tax_SEK")]
    );
    assert_eq!(
        body["problems"][0]["message"],
        "there is no tax class `food-stuff`"
    );
    assert_eq!(shop.app.store.shop().await.unwrap(), before);
    let stored = shop.app.store.products(&["MUG".to_owned()]).await.unwrap();
    assert_eq!(stored.products, []);
}

#[tokio::test]
async fn a_tax_class_that_stored_products_need_cannot_be_replaced_away() {
    let shop = Shop::open().await;
    let classes = "[tax_classes.standard]\ndefault = \"25\"";
    let refused = post(&shop, "format=toml&replace=true", classes).await;
    assert_eq!(refusal(&refused).0, 422);
    let message = refused.json()["problems"][0]["message"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(message.ends_with("which does not exist"), "{message}");
}

#[tokio::test]
async fn several_files_travel_together() {
    let shop = Shop::open().await;
    let classes = "[tax_classes.luxury]\ndefault = \"33\"";
    let rows = format!("{CSV}RING,Ring,luxury,,100\n");
    let query = format!("parts=csv:{},toml:{}", rows.len(), classes.len());
    let imported = post(&shop, &query, format!("{rows}{classes}")).await.ok();
    assert_eq!(imported["imported"], "1 product, 1 tax class");
    assert_eq!(
        (
            &imported["products"],
            &imported["taxClasses"],
            &imported["profiles"]
        ),
        (&json!(1), &json!(1), &json!(0))
    );
    for query in [
        "parts=csv:1",
        "parts=csv",
        "parts=xml:1",
        "format=xml",
        "",
        "parts=csv:1&format=csv",
    ] {
        let refused = post(&shop, query, rows.clone()).await;
        assert_eq!(refusal(&refused), (400, "INVALID_REQUEST".to_owned()), "{query}");
    }
    let refused = post(&shop, "format=csv&replace=perhaps", rows).await;
    assert_eq!(refusal(&refused).0, 400);
}

#[tokio::test]
async fn imports_are_bounded_and_come_one_at_a_time() {
    let shop = Shop::open().await;
    let router = kassa::admin::router(shop.app.clone(), None);
    let huge = Request::post("/catalogue?format=csv").header("content-length", "268435457");
    let refused = request_of(router, huge.body(Body::empty()).unwrap()).await;
    assert_eq!(refusal(&refused), (413, "BODY_TOO_LARGE".to_owned()));
    let first = shop.app.shelf.imports.try_acquire().unwrap();
    let refused = post(&shop, "format=csv", CSV).await;
    assert_eq!(refusal(&refused), (409, "IMPORT_RUNNING".to_owned()));
    drop(first);
    let nothing: Value = post(&shop, "format=csv", CSV).await.ok();
    assert_eq!(nothing["imported"], "nothing");
}

#[tokio::test]
async fn only_who_has_the_token_imports() {
    let shop = Shop::open().await;
    let router = kassa::admin::router(shop.app.clone(), Some("right".to_owned().into()));
    let request = Request::post("/catalogue?format=csv")
        .body(Body::from(CSV))
        .unwrap();
    assert_eq!(request_of(router, request).await.status, StatusCode::UNAUTHORIZED);
}

/// What a profile's carts and orders amount to was said in its currency.
#[tokio::test]
async fn a_profile_keeps_its_currency_and_whether_prices_include_tax() {
    let shop = Shop::open().await;
    let demo = kassa::demo::CATALOGUE;
    for (was, becomes) in [
        ("tax_included = true", "tax_included = false"),
        ("currency = \"SEK\"", "currency = \"NOK\""),
    ] {
        assert!(demo.contains(was));
        let refused = post(&shop, "format=toml", demo.replacen(was, becomes, 1)).await;
        assert_eq!(refusal(&refused).0, 422, "{}", refused.text);
    }
}
