//! Storage that fails, carts with too many keys, and requests that come again before the first one has ended.

use super::{CARTS, KEY, OTHER_KEY, assert_refused, book, keyed, new_cart, of};
use crate::failing_store::{FailingStore, Trouble};
use crate::shop::{Shop, request_of};
use crate::storage::Troubled;
use axum::body::Body;
use axum::http::Request;
use futures_util::future::join_all;
use kassa_commerce::answer::{
    Answer, Fingerprint, IdempotencyKey, KeyScope, KeyedRequest, MAX_KEYS_PER_CART,
};
use kassa_commerce::change::Change;
use kassa_commerce::id::CartId;
use std::sync::{Arc, Mutex};

/// Every call to the store fails once, in every way. The request is sent until it is done, as a client would.
#[tokio::test]
async fn whatever_the_store_does_an_item_is_added_once() {
    for trouble in Trouble::ALL {
        let mut struck = 0;
        for calls_before in 0..8 {
            let mut shop = Shop::open().await;
            let cart_id = shop.new_cart("se-webshop").await;
            let store = FailingStore::new(shop.app.store.clone());
            shop.reconfigure(|parts| parts.store = store.clone());
            store.fail_after(calls_before, trouble);
            let path = of(&cart_id, "add-item");
            let first = shop.keyed(&path, KEY, &book()).await;
            struck += usize::from(store.mend());
            let last = shop.keyed(&path, KEY, &book()).await;
            let cart = last.ok();
            assert_eq!(cart["items"].as_array().unwrap().len(), 1);
            assert_eq!(shop.cart(&cart_id).await, cart, "{trouble:?} at {calls_before}");
            if first.status.is_success() {
                assert_eq!(first.text, last.text, "{trouble:?} at {calls_before}");
            }
        }
        assert!(struck >= 4, "{trouble:?} struck {struck} times");
    }
}

#[tokio::test]
async fn whatever_the_store_does_one_cart_is_made() {
    for trouble in Trouble::ALL {
        for calls_before in 0..4 {
            let mut shop = Shop::open().await;
            let store = FailingStore::new(shop.app.store.clone());
            shop.reconfigure(|parts| parts.store = store.clone());
            store.fail_after(calls_before, trouble);
            let first = shop.keyed(CARTS, KEY, &new_cart()).await;
            store.mend();
            let last = shop.keyed(CARTS, KEY, &new_cart()).await;
            last.ok();
            if first.status.is_success() {
                assert_eq!(first.text, last.text, "{trouble:?} at {calls_before}");
            }
            let next: CartId = shop.new_cart("se-webshop").await.parse().unwrap();
            let next = shop.app.store.cart(next).await.unwrap().unwrap();
            assert_eq!(next.number, "C100002", "{trouble:?} at {calls_before}");
        }
    }
}

#[tokio::test]
async fn a_request_that_comes_again_while_it_runs_is_told_so() {
    let mut shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let troubled = Troubled::install(&mut shop);
    let path = of(&cart_id, "add-item");
    let (router, again) = (shop.router.clone(), keyed(&path, KEY, &book()));
    let heard = Arc::new(Mutex::new(None));
    let early = heard.clone();
    troubled.after_next_read(async move {
        let answer = request_of(router, again).await;
        *early.lock().unwrap() = Some(answer);
    });
    let first = shop.keyed(&path, KEY, &book()).await;
    let early = heard.lock().unwrap().take().unwrap();
    assert_refused(&early, 409, "REQUEST_IN_PROGRESS");
    assert_eq!(first.ok()["items"].as_array().unwrap().len(), 1);
    assert_eq!(shop.keyed(&path, KEY, &book()).await.text, first.text);
}

/// A browser that leaves drops its request, and the key is free for the next try.
#[tokio::test]
async fn a_request_whose_browser_has_left_can_be_sent_again() {
    let mut shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let troubled = Troubled::install(&mut shop);
    let path = of(&cart_id, "add-item");
    let (reached, reaches) = tokio::sync::oneshot::channel();
    troubled.after_next_read(async move {
        reached.send(()).unwrap();
        std::future::pending::<()>().await;
    });
    let first = tokio::spawn(request_of(shop.router.clone(), keyed(&path, KEY, &book())));
    reaches.await.unwrap();
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let cart = shop.keyed(&path, KEY, &book()).await.ok();
    assert_eq!(cart["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_cart_has_so_many_keys_and_can_still_be_changed_without() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let path = of(&cart_id, "add-item");
    let first = shop.keyed(&path, KEY, &book()).await;
    let scope = KeyScope::Cart(cart_id.parse().unwrap());
    let others = (1..MAX_KEYS_PER_CART).map(|number| {
        let request = KeyedRequest {
            key: IdempotencyKey::parse(&format!("{OTHER_KEY}-{number}")).unwrap(),
            fingerprint: Fingerprint([0; 32]),
        };
        let answer = Answer {
            status: 200,
            body: b"{}".to_vec(),
        };
        shop.app.commit(Change {
            answer: Some(request.answered(scope, answer, shop.app.now())),
            ..Change::default()
        })
    });
    assert!(join_all(others).await.iter().all(Result::is_ok));
    let refused = shop.keyed(&path, OTHER_KEY, &book()).await;
    assert_refused(&refused, 429, "TOO_MANY_KEYS");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(shop.item_count(&cart_id).await, 1);
    assert_eq!(shop.keyed(&path, KEY, &book()).await.text, first.text);
    shop.post(&path, book()).await.ok();
    assert_eq!(shop.item_count(&cart_id).await, 2);
}

/// The published client claims JSON and sends nothing.
#[tokio::test]
async fn a_request_without_a_body_has_a_key_too() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let send = async || {
        let request = Request::post(of(&cart_id, "remove-field/note"))
            .header("content-type", "application/json")
            .header("idempotency-key", KEY);
        shop.request(request.body(Body::empty()).unwrap()).await
    };
    let first = send().await;
    first.ok();
    shop.mutate(&cart_id, "add-item", book()).await;
    assert_eq!(send().await.text, first.text);
}
