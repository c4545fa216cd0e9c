//! Everything that a client can get wrong, and what it is told.
//!
//! One test runs every row. A row is a request with the status, code and words of its answer. After each one all carts
//! are byte for byte what they were, no job has been added, and Kustom has heard nothing: a refusal loses nothing.

mod payment;
mod request;
mod row;
mod value;

use crate::answer::assert_headers;
use crate::parts::client;
use crate::shop::{Shop, pages};
use kassa::kustom_client::Timeouts;
use row::{MARKER, Row};
use serde_json::json;

/// A well-formed id that no cart has.
const UNKNOWN_CART: &str = "5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90";

/// Carts in every state that refuses something.
struct World {
    shop: Shop,
    /// Open, with two shoes and an open checkout.
    cart: String,
    item: String,
    empty: String,
    /// Has shoes, and no checkout was ever opened.
    unopened: String,
    /// Holds 100 lines and 32 fields.
    full: String,
    completed: String,
    item_of_completed: String,
    /// The push URL of `cart`, as Kustom knows it.
    push: String,
}

impl World {
    async fn make() -> Self {
        let shop = Shop::open().await;
        let cart = shop.cart_with_shoes().await;
        let id = shop.opened(&cart).await;
        let push = shop.push_path(&id);
        let completed = shop.cart_with_shoes().await;
        let paid = shop.opened(&completed).await;
        shop.pay(&paid).await;
        shop.confirm(&completed).await.ok();
        shop.settle().await;
        shop.assert_no_job_left().await;
        Self {
            item: first_item(&shop, &cart).await,
            item_of_completed: first_item(&shop, &completed).await,
            empty: shop.new_cart("se-webshop").await,
            unopened: shop.cart_with_shoes().await,
            full: full_cart(&shop).await,
            shop,
            cart,
            completed,
            push,
        }
    }

    fn cart_ids(&self) -> [&str; 5] {
        [
            &self.cart,
            &self.empty,
            &self.unopened,
            &self.full,
            &self.completed,
        ]
        .map(String::as_str)
    }

    /// Everything that a refused request must leave alone.
    async fn state(&self) -> State {
        let mut carts = Vec::new();
        for cart_id in self.cart_ids() {
            let path = format!("/ingress/commerce/carts/{cart_id}");
            carts.push(self.shop.get(&path).await.text);
        }
        State {
            carts,
            next_job: self
                .shop
                .app
                .store
                .next_job_at()
                .await
                .unwrap()
                .map(|at| at.to_string()),
            kustom_orders: self.shop.kustom_order_count(),
            kustom_calls: self.shop.kustom_faults.total(),
        }
    }

    /// Answers the state after the row, which is the one before it.
    async fn check(&self, row: Row, mut before: State) -> State {
        let what = row.what.clone();
        let calls_kustom = row.fault.is_some();
        if let Some((method, path_part, fault)) = row.fault {
            self.shop.kustom_faults.inject(method, path_part, fault, 1);
        }
        let answer = self.shop.request(row.request).await;
        let expected = (row.status, row.code.to_owned());
        assert_eq!(answer.failure(), expected, "{what}: {}", answer.text);
        let body = answer.json();
        let message = body["error"]["message"].as_str().unwrap();
        assert!(
            message.contains(&row.says),
            "{what}: {message:?} lacks {:?}",
            row.says
        );
        assert_headers(&answer);
        for header in row.headers {
            assert!(answer.header(header).is_some(), "{what}: no {header}");
        }
        let text = answer.text.to_ascii_lowercase();
        for secret in self.cart_ids().into_iter().chain([UNKNOWN_CART, MARKER]) {
            assert!(!text.contains(secret), "{what}: {text} echoes {secret:?}");
        }
        let after = self.state().await;
        if calls_kustom {
            assert!(
                after.kustom_calls > before.kustom_calls,
                "{what}: the fault was not met"
            );
            before.kustom_calls = after.kustom_calls;
        }
        assert_eq!(after, before, "{what} changed something");
        after
    }
}

#[derive(Debug, PartialEq)]
struct State {
    carts: Vec<String>,
    next_job: Option<String>,
    kustom_orders: usize,
    kustom_calls: usize,
}

async fn first_item(shop: &Shop, cart_id: &str) -> String {
    let cart = shop.cart(cart_id).await;
    cart["items"][0]["cartItemId"].as_str().unwrap().to_owned()
}

async fn full_cart(shop: &Shop) -> String {
    let cart_id = shop.new_cart("se-webshop").await;
    let item = json!({ "productNumber": "GIFT-100", "quantity": 1 });
    for _ in 0..100 {
        shop.mutate(&cart_id, "add-item", item.clone()).await;
    }
    for number in 0..32 {
        let method = format!("set-field/field{number}");
        shop.mutate(&cart_id, &method, json!({ "value": number })).await;
    }
    cart_id
}

#[tokio::test]
async fn every_bad_input_is_refused_by_its_name_and_loses_nothing() {
    let world = World::make().await;
    let tables = [request::rows(&world), value::rows(&world), payment::rows(&world)];
    let mut state = world.state().await;
    for row in tables.into_iter().flatten() {
        state = world.check(row, state).await;
    }
    // What was opened, shown and paid before still works after all that.
    world.shop.set_first_quantity(&world.cart, 3).await;
    world.shop.settle().await;
    world.shop.assert_no_job_left().await;
}

/// Whoever guesses ids learns nothing from how they are refused.
#[tokio::test]
async fn every_cart_that_does_not_exist_is_answered_with_the_same_bytes() {
    let shop = Shop::open().await;
    let cart_id = shop.new_cart("se-webshop").await;
    let huge = "a".repeat(8000);
    let ids = [
        UNKNOWN_CART,
        "no-such-cart",
        "%00",
        "%FF",
        "..%2f",
        &huge,
        "5b2c1f0e0c554a579d0a6f3a4c1d2e90",
        "%7B5b2c1f0e-0c55-4a57-9d0a-6f3a4c1d2e90%7D",
        &cart_id[1..],
    ];
    let mut answers = Vec::new();
    for id in ids {
        let of = |rest: &str| format!("/ingress/commerce/carts/{id}{rest}");
        answers.push(shop.get(&of("")).await);
        answers.push(shop.get(&of("/events")).await);
        let item = json!({ "productNumber": "BOOK-001", "quantity": 1 });
        answers.push(shop.post(&of("/add-item"), item).await);
        answers.push(
            shop.post(&of("/email"), json!({ "email": "a@example.test" }))
                .await,
        );
        answers.push(shop.post(&of("/set-field/a"), json!({ "value": 1 })).await);
        answers.push(shop.post_nothing(&of("/remove-field/a")).await);
        answers.push(shop.post(&of("/payment/kustom"), pages("")).await);
        answers.push(shop.post_nothing(&of("/payment/kustom/confirm")).await);
    }
    for answer in &answers {
        assert_eq!(answer.failure(), (404, "NOT_FOUND".to_owned()));
        assert_eq!(answer.json()["error"]["message"], "No such cart.");
        assert_eq!(answer.text, answers[0].text);
        assert_eq!(answer.headers, answers[0].headers);
    }
    shop.assert_no_job_left().await;
}

/// The demo has every price, so here is a catalogue that lacks one.
#[tokio::test]
async fn a_product_without_a_price_in_the_carts_currency_is_refused() {
    let shop = Shop::open().await;
    shop.import(&kassa::demo::CATALOGUE.replacen(r#", EUR = "24.90""#, "", 1))
        .await;
    let cart_id = shop.new_cart("de-webshop").await;
    let path = format!("/ingress/commerce/carts/{cart_id}/add-item");
    let item = json!({ "productNumber": "BOOK-001", "quantity": 1 });
    let refused = shop.post(&path, item).await;
    assert_eq!(refused.failure(), (400, "PRICE_NOT_FOUND".to_owned()));
    assert_eq!(shop.cart(&cart_id).await["items"], json!([]));
}

#[tokio::test]
async fn without_credentials_carts_work_and_payment_says_what_is_missing() {
    let mut shop = Shop::open().await;
    shop.reconfigure(|parts| parts.kustom = None);
    let cart_id = shop.cart_with_shoes().await;
    let before = shop.cart(&cart_id).await;
    let refused = shop.open_checkout(&cart_id).await;
    assert_eq!(refused.failure(), (500, "KUSTOM_NOT_CONFIGURED".to_owned()));
    assert_headers(&refused);
    assert_eq!(
        shop.confirm(&cart_id).await.failure(),
        (409, "NO_KUSTOM_ORDER".to_owned())
    );
    assert_eq!(shop.cart(&cart_id).await, before);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn a_kustom_that_cannot_be_reached_is_worth_another_try() {
    let mut shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    // Nobody listens on the discard port of this machine.
    shop.reconfigure(|parts| parts.kustom = Some(client("http://127.0.0.1:9", Timeouts::default())));
    let before = shop.cart(&cart_id).await;
    let refused = shop.open_checkout(&cart_id).await;
    assert_eq!(refused.failure(), (503, "KUSTOM_UNAVAILABLE".to_owned()));
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() > 0);
    assert!(!refused.text.contains("127.0.0.1"), "{}", refused.text);
    assert_headers(&refused);
    assert_eq!(shop.cart(&cart_id).await, before);
    shop.assert_no_job_left().await;
}

/// The table runs where any page on this machine is trusted. This is a shop in the open.
#[tokio::test]
async fn in_production_shoppers_are_sent_to_the_profiles_own_origins_only() {
    let mut shop = Shop::open().await;
    shop.trust_only(&["https://shop.example", "http://shop.example"])
        .await;
    let cart_id = shop.cart_with_shoes().await;
    let open = async |cart_id: &str, member: &str, url: &str| {
        let mut pages = json!({
            "termsUrl": "https://shop.example/terms",
            "checkoutUrl": "https://shop.example/checkout",
            "confirmationUrl": "https://shop.example/confirmation",
        });
        pages[member] = json!(url);
        let path = format!("/ingress/commerce/carts/{cart_id}/payment/kustom");
        shop.post(&path, pages).await
    };
    for member in ["termsUrl", "checkoutUrl", "confirmationUrl"] {
        for url in [
            "http://shop.example/listed-but-not-encrypted",
            "http://localhost:5173/page",
            "https://127.0.0.1/page",
            "https://shop.example:8443/page",
            "https://shop.example.evil.example/page",
            "https://evil.example/https://shop.example/",
            "https://shop.example@evil.example/page",
            "https://shop.example./page",
            "https://shop.example%2eevil.example/page",
            "https://xn--shp-sna.example/page",
            "https://shöp.example/page",
            "https://shop.exampl\u{435}/page",
        ] {
            let refused = open(&cart_id, member, url).await;
            assert_eq!(refused.failure(), (400, "URL_NOT_ALLOWED".to_owned()), "{url}");
            let message = refused.json()["error"]["message"].to_string();
            assert!(message.contains(&format!("`{member}`")), "{message}");
            assert!(!message.contains("evil"), "{message}");
        }
    }
    assert_eq!(shop.kustom_faults.total(), 0);

    // One profile's pages are not another's.
    let norwegian = shop.new_cart("no-webshop").await;
    let item = json!({ "productNumber": "BOOK-001", "quantity": 1 });
    shop.mutate(&norwegian, "add-item", item).await;
    let refused = open(&norwegian, "termsUrl", "https://shop.example/terms").await;
    assert_eq!(refused.failure(), (400, "URL_NOT_ALLOWED".to_owned()));
    open(&cart_id, "termsUrl", "https://shop.example/terms")
        .await
        .ok();
}

/// Pages give up at the first error while the shopper's money is on its way, so these are no errors.
#[tokio::test]
async fn confirm_too_early_or_without_kustom_is_an_honest_not_yet() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let not_yet = json!({ "status": "checkout_incomplete" });
    assert_eq!(shop.confirm(&cart_id).await.ok(), not_yet);

    shop.pay(&id).await;
    for fault in [
        crate::kustom_faults::Fault::Refused(axum::http::StatusCode::SERVICE_UNAVAILABLE),
        crate::kustom_faults::Fault::AnswerLost,
    ] {
        let orders = "/checkout/v3/orders/";
        shop.kustom_faults
            .inject(axum::http::Method::GET, orders, fault, 1);
        let confirmed = shop.confirm(&cart_id).await;
        assert_headers(&confirmed);
        assert_eq!(confirmed.ok(), not_yet, "{fault:?}");
        assert_eq!(shop.cart(&cart_id).await["cartState"], "open");
    }
    assert_eq!(
        shop.confirm(&cart_id).await.ok(),
        json!({ "status": "checkout_complete" })
    );
}

/// The push says only where to look, so an id or a token that stands there twice is as good as one.
#[tokio::test]
async fn a_push_is_heard_whatever_else_its_url_says() {
    let shop = Shop::open().await;
    for change in [
        |push: &str| format!("{push}&order_id=another"),
        |push: &str| push.replacen("?", "?order_id=another&", 1),
        |push: &str| push.replacen("?", "?token=another&token&%FF=%FF&", 1),
        |push: &str| push.replacen("?", "/%FF?", 1),
        |push: &str| push.replacen("?", "/another?", 1),
    ] {
        let cart_id = shop.cart_with_shoes().await;
        let id = shop.opened(&cart_id).await;
        shop.pay(&id).await;
        let path = change(&shop.push_path(&id));
        assert_eq!(
            shop.post_nothing(&path).await.ok(),
            json!({ "status": "completed" }),
            "{path}"
        );
        shop.settle().await;
        shop.assert_one_order(&cart_id, &id).await;
    }
}
