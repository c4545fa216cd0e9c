//! Fault 25: calls that are not Kustom's, and calls of Kustom's that never arrive.

use crate::purchase::purchase;
use crate::shop::Shop;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jiff::SignedDuration;
use kustom_api::KustomOrderId;
use kustom_emulator::PurchaseRefusal;
use serde_json::{Value, json};

const INJECTION: &str = "'; DROP TABLE carts; DELETE FROM jobs; --";
/// The same, as a part of a path or query.
const INJECTION_IN_URL: &str = "%27%3B%20DROP%20TABLE%20carts%3B%20DELETE%20FROM%20jobs%3B%20--";

const ONE_MEGABYTE: usize = 1024 * 1024;

/// An order that nobody has paid, and one that is paid and that nobody has told us of.
struct World {
    shop: Shop,
    open: Target,
    paid: Target,
}

struct Target {
    cart_id: String,
    id: KustomOrderId,
    push: String,
    validation: String,
}

/// All that must stay as it is.
#[derive(Debug, PartialEq)]
struct State {
    carts: Vec<Value>,
    orders: usize,
    reviews: usize,
    next_job: Option<String>,
    kustom_calls: usize,
}

impl World {
    async fn make() -> Self {
        let shop = Shop::open().await;
        let mut targets = Vec::new();
        for _ in 0..2 {
            let cart_id = shop.cart_with_shoes().await;
            let id = shop.opened(&cart_id).await;
            targets.push(target(&shop, cart_id, id));
        }
        let [open, paid] = targets.try_into().unwrap_or_else(|_| panic!("two were made"));
        shop.pay(&paid.id).await;
        Self { shop, open, paid }
    }

    async fn state(&self) -> State {
        let mut carts = Vec::new();
        let mut orders = 0;
        for cart_id in [&self.open.cart_id, &self.paid.cart_id] {
            carts.push(self.shop.cart(cart_id).await);
            orders += usize::from(self.shop.order(cart_id).await.is_some());
        }
        let next_job = self.shop.app.store.next_job_at().await.unwrap();
        State {
            carts,
            orders,
            reviews: self.shop.review_reasons().await.len(),
            next_job: next_job.map(|at| at.to_string()),
            kustom_calls: self.shop.kustom_faults.total(),
        }
    }
}

fn target(shop: &Shop, cart_id: String, id: KustomOrderId) -> Target {
    let push = shop.push_path(&id);
    let urls = shop
        .emulator
        .inspect(|kustom| kustom.order(&id).unwrap().checkout.merchant_urls.clone());
    let url = urls.unwrap().validation.unwrap();
    let validation = url[url.find("/ingress").unwrap()..].replace("{checkout.order.id}", &id.0);
    Target {
        cart_id,
        id,
        push,
        validation,
    }
}

fn token(path: &str) -> &str {
    path.split("token=").nth(1).unwrap()
}

/// Every way to be somebody else that we could think of, for both orders and both callbacks.
fn forgeries(world: &World) -> Vec<String> {
    let mut paths = Vec::new();
    for (own, other) in [(&world.open, &world.paid), (&world.paid, &world.open)] {
        for (callback, own_path, other_callback) in [
            ("/ingress/kustom/webhook/push", &own.push, &own.validation),
            ("/ingress/kustom/validate", &own.validation, &own.push),
        ] {
            let id = &own.id;
            let others_path = if callback.ends_with("push") {
                &other.push
            } else {
                &other.validation
            };
            let own_token = token(own_path);
            for token in [
                "",
                &"0".repeat(own_token.len()),
                &own_token[1..],
                &format!("{own_token}00"),
                token(others_path),
                token(other_callback),
                INJECTION_IN_URL,
                "%00",
                "%FF",
            ] {
                paths.push(format!("{callback}?order_id={id}&token={token}"));
            }
            paths.push(format!("{callback}?order_id={id}"));
            paths.push(format!("{callback}?token={own_token}"));
            for id in [INJECTION_IN_URL, "%00", "%FF", "..%2F..", "*", "%25"] {
                paths.push(format!("{callback}?order_id={id}&token={own_token}"));
            }
            paths.push(format!(
                "{callback}?order_id={}&token={own_token}",
                "a".repeat(4000)
            ));
        }
    }
    paths
}

#[tokio::test]
async fn fault_25_a_stranger_calls() {
    let world = World::make().await;
    let before = world.state().await;
    let bodies = [
        String::new(),
        "{}".to_owned(),
        json!({ "status": "checkout_complete", "order_id": INJECTION }).to_string(),
        json!({ "order_amount": 1, "merchant_reference1": INJECTION }).to_string(),
    ];
    for path in forgeries(&world) {
        for body in &bodies {
            let request = Request::post(&path).header("content-type", "application/json");
            let answer = world
                .shop
                .request(request.body(Body::from(body.clone())).unwrap())
                .await;
            assert_eq!(answer.failure(), (404, "NOT_FOUND".to_owned()), "{path} {body}");
        }
    }
    for path in [
        &world.open.push,
        &world.open.validation,
        &world.paid.push,
        &world.paid.validation,
    ] {
        let request = Request::post(path).header("content-type", "application/json");
        let huge = request.body(Body::from(vec![b'x'; ONE_MEGABYTE])).unwrap();
        let answer = world.shop.request(huge).await;
        assert_eq!(answer.failure(), (413, "BODY_TOO_LARGE".to_owned()), "{path}");
    }
    assert_eq!(world.state().await, before);
    // Nothing is frozen, and both can go their ways.
    world.shop.set_first_quantity(&world.open.cart_id, 3).await;
    world.shop.push(&world.paid.id).await.ok();
    world.shop.settle().await;
    world
        .shop
        .assert_one_order(&world.paid.cart_id, &world.paid.id)
        .await;
    assert!(world.shop.order(&world.open.cart_id).await.is_none());
}

#[tokio::test]
async fn fault_25_a_callback_is_believed() {
    let World { shop, open, .. } = World::make().await;
    // Even with the right token: what a push says of a purchase is not looked at.
    let before = shop.cart(&open.cart_id).await;
    let writes =
        || shop.kustom_faults.count(&Method::POST, "") + shop.kustom_faults.count(&Method::PATCH, "");
    let writes_before = writes();
    for said in [
        json!({ "order_id": open.id.0, "status": "checkout_complete", "fraud_status": "ACCEPTED" }),
        json!({ "event_type": "FRAUD_RISK_ACCEPTED", "order_id": open.id.0 }),
    ] {
        shop.post(&open.push, said).await.ok();
        shop.settle().await;
    }
    assert_eq!(writes(), writes_before, "all that a push makes us do is to read");
    assert_eq!(shop.cart(&open.cart_id).await, before);
    assert!(shop.order(&open.cart_id).await.is_none());
    assert_eq!(shop.review_reasons().await, []);
}

#[tokio::test]
async fn fault_25_callbacks_are_played_again() {
    let World { shop, open, paid } = World::make().await;
    let question = serde_json::to_value(
        shop.emulator
            .inspect(|kustom| kustom.order(&paid.id).unwrap().checkout.clone()),
    )
    .unwrap();
    shop.push(&paid.id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&paid.cart_id, &paid.id).await;
    let (order, cart) = (shop.order(&paid.cart_id).await, shop.cart(&paid.cart_id).await);
    let calls = shop.kustom_faults.total();
    for _ in 0..10 {
        shop.post_nothing(&paid.push).await.ok();
        let denied = shop.post(&paid.validation, question.clone()).await;
        assert_eq!(denied.status, StatusCode::BAD_REQUEST, "{}", denied.text);
        // Somebody else's order under this one's name.
        let path = open.validation.replace(&open.id.0, &paid.id.0);
        assert_eq!(shop.post(&path, question.clone()).await.failure().0, 404);
        assert_eq!(
            shop.post(&open.validation, question.clone()).await.failure().0,
            404
        );
    }
    assert_eq!(
        shop.kustom_faults.total(),
        calls,
        "nobody makes us call Kustom by repeating"
    );
    assert_eq!(
        (shop.order(&paid.cart_id).await, shop.cart(&paid.cart_id).await),
        (order, cart)
    );
    shop.assert_one_order(&paid.cart_id, &paid.id).await;
}

#[tokio::test]
async fn fault_25_sql_in_every_field_and_id() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    for (method, body) in taken_as_text() {
        shop.mutate(&cart_id, &method, body).await;
    }
    for (path, body) in refused(&cart_id) {
        let answer = shop.post(&path, body).await;
        assert!(
            answer.status.is_client_error(),
            "{path}: {} {}",
            answer.status,
            answer.text
        );
    }
    for rest in ["", "/events"] {
        let path = format!("/ingress/commerce/carts/{INJECTION_IN_URL}{rest}");
        assert_eq!(shop.get(&path).await.failure().0, 404, "{path}");
    }

    let id = shop.opened(&cart_id).await;
    let typed = json!({ "email": "o'drop-table@example.test", "address": { "city": INJECTION } });
    shop.pay_with(&id, typed).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let cart = shop.cart(&cart_id).await;
    assert_eq!(cart["fields"]["note"], INJECTION);
    assert_eq!(cart["fields"][INJECTION], INJECTION);
    assert_eq!(cart["address"]["city"], INJECTION);
}

/// Where any text is welcome, this is one.
fn taken_as_text() -> Vec<(String, Value)> {
    let address = json!({
        "name": INJECTION, "careOf": INJECTION, "attention": INJECTION, "addressLine1": INJECTION,
        "addressLine2": INJECTION, "city": INJECTION, "state": INJECTION, "countryCode": "SE",
    });
    vec![
        (
            "email".to_owned(),
            json!({ "email": "o'drop-table@example.test" }),
        ),
        ("address".to_owned(), json!({ "address": address })),
        ("set-field/note".to_owned(), json!({ "value": INJECTION })),
        (
            format!("set-field/{INJECTION_IN_URL}"),
            json!({ "value": INJECTION }),
        ),
    ]
}

fn refused(cart_id: &str) -> Vec<(String, Value)> {
    let of = |cart_id: &str, method: &str| format!("/ingress/commerce/carts/{cart_id}/{method}");
    let mut rows: Vec<(String, Value)> = [
        ("add-item", json!({ "productNumber": INJECTION, "quantity": 1 })),
        ("remove-item", json!({ "cartItemId": INJECTION })),
        ("set-quantity", json!({ "cartItemId": INJECTION, "quantity": 1 })),
        ("email", json!({ "email": INJECTION })),
        ("phone", json!({ "phone": INJECTION })),
        ("address", json!({ "address": { "countryCode": INJECTION } })),
        (
            "address",
            json!({ "address": { "postalCode": INJECTION, "countryCode": "SE" } }),
        ),
        (
            "payment/kustom",
            json!({ "termsUrl": INJECTION, "checkoutUrl": INJECTION, "confirmationUrl": INJECTION }),
        ),
    ]
    .into_iter()
    .map(|(method, body)| (of(cart_id, method), body))
    .collect();
    for (profile, locale) in [(INJECTION, "sv-SE"), ("se-webshop", INJECTION)] {
        let body = json!({ "profileKey": profile, "locale": locale });
        rows.push(("/ingress/commerce/carts".to_owned(), body));
    }
    for method in ["add-item", "email", "payment/kustom", "payment/kustom/confirm"] {
        let body = json!({ "productNumber": "BOOK-001", "quantity": 1 });
        rows.push((of(INJECTION_IN_URL, method), body));
    }
    rows
}

#[tokio::test]
async fn fault_25_no_callback_ever_arrives() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    // A firewall, or maintenance: Kustom cannot ask, so it does not sell.
    let callbacks = shop.faults_of_callbacks();
    let blocked = crate::kustom_faults::Fault::Refused(StatusCode::FORBIDDEN);
    callbacks.inject(Method::POST, "/ingress/kustom/", blocked, u32::MAX);
    let refused = shop.buy_at(&id, shop.order_amount(&id)).await.unwrap_err();
    assert!(
        matches!(refused, PurchaseRefusal::ValidationFailed { .. }),
        "{refused}"
    );

    // The question came through and no push ever does, nor does the browser come back.
    let question = shop.begin_payment(&id, purchase());
    let yes = shop.answer_to(&question).await;
    shop.emulator
        .act(|kustom, now| kustom.payment_answered(question.number, yes, now))
        .unwrap();
    shop.control("clock/advance", json!({ "seconds": 0 })).await.ok();
    shop.pass(SignedDuration::from_mins(1), SignedDuration::from_secs(10))
        .await;
    shop.assert_one_order(&cart_id, &id).await;
    assert_eq!(shop.push_answers(&id), []);
}

#[tokio::test]
async fn fault_25_no_callback_ever_arrives_and_nobody_was_asked() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pass(SignedDuration::from_hours(20), SignedDuration::from_mins(30))
        .await;
    shop.pay_without_asking(&id);
    shop.pass(SignedDuration::from_hours(4), SignedDuration::from_mins(30))
        .await;
    shop.assert_one_order(&cart_id, &id).await;
}
