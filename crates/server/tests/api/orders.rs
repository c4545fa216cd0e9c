//! Orders after their purchase: cancelled by their owner, moved on by an operator.

use crate::answer::Answer;
use crate::events::Events;
use crate::kustom_faults::Fault;
use crate::purchase::purchase;
use crate::shop::{Shop, request_of};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jiff::SignedDuration;
use kassa::app::App;
use kassa_commerce::kustom::KustomOrderState;
use kassa_commerce::payment::AuthorizationState;
use kassa_commerce::review::ReviewReason;
use kustom_api::KustomOrderId;
use serde_json::{Value, json};

impl Shop {
    pub(crate) async fn bought(&self) -> (String, KustomOrderId) {
        let cart_id = self.cart_with_shoes().await;
        let id = self.opened(&cart_id).await;
        self.pay(&id).await;
        self.confirm(&cart_id).await.ok();
        (cart_id, id)
    }

    pub(crate) async fn cancel_order(&self, cart_id: &str) -> Answer {
        self.post_nothing(&format!("/ingress/commerce/carts/{cart_id}/cancel-order"))
            .await
    }

    async fn as_operator(&self, path: &str, body: Option<Value>) -> Answer {
        let router = kassa::admin::router(self.app.clone(), None);
        let request = match body {
            Some(body) => Request::post(path)
                .header("content-type", "application/json")
                .body(Body::from(body.to_string())),
            None => Request::get(path).body(Body::empty()),
        };
        request_of(router, request.unwrap()).await
    }

    pub(crate) async fn move_first_delivery(&self, order_number: &str, state: &str) -> Answer {
        let path = format!("/orders/{order_number}/deliveries/D{order_number}");
        self.as_operator(&path, Some(json!({ "state": state }))).await
    }

    async fn authorization(&self, cart_id: &str) -> AuthorizationState {
        let payments = self
            .app
            .store
            .payments_of_cart(cart_id.parse().unwrap())
            .await
            .unwrap();
        payments[0].authorization.state
    }
}

#[tokio::test]
async fn an_owner_cancels_an_order_and_the_money_is_released() {
    let shop = Shop::open().await;
    let (cart_id, id) = shop.bought().await;
    shop.settle().await;
    let before = shop.cart(&cart_id).await;
    assert_eq!(before["orderState"], "confirmed");

    let cancelled = shop.cancel_order(&cart_id).await.ok();
    let mut expected = before.clone();
    expected["orderState"] = json!("cancelled");
    assert_eq!(cancelled, expected, "nothing else has changed");
    assert_eq!(shop.cart(&cart_id).await, cancelled);
    assert_eq!(shop.authorization(&cart_id).await, AuthorizationState::Released);
    assert_eq!(shop.state_of(&id).await, KustomOrderState::GivenBack);

    shop.settle().await;
    assert!(shop.is_cancelled(&id));
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/cancel"), 1);
    assert_eq!(shop.cancel_order(&cart_id).await.ok(), cancelled, "again");
    shop.settle().await;
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/cancel"), 1);
    assert_eq!(shop.review_reasons().await, []);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn what_cannot_be_cancelled_says_why() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let failure = |answer: Answer| answer.failure();
    assert_eq!(
        failure(shop.cancel_order(&cart_id).await),
        (409, "NO_ORDER".to_owned())
    );
    let unknown = shop.cancel_order("not-a-cart").await;
    assert_eq!(failure(unknown), (404, "NOT_FOUND".to_owned()));

    let (cart_id, id) = shop.bought().await;
    let number = shop.order(&cart_id).await.unwrap().number;
    shop.move_first_delivery(&number, "processing").await.ok();
    let too_late = (409, "CANCEL_ORDER_FAILED".to_owned());
    assert_eq!(failure(shop.cancel_order(&cart_id).await), too_late);
    assert_eq!(shop.cart(&cart_id).await["orderState"], "confirmed");
    // Put back, it can be.
    shop.move_first_delivery(&number, "open").await.ok();
    shop.cancel_order(&cart_id).await.ok();
    let refused = shop.move_first_delivery(&number, "processing").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    shop.settle().await;
    assert!(shop.is_cancelled(&id));
}

#[tokio::test]
async fn a_cancellation_before_the_messages_ends_them_quietly() {
    let shop = Shop::open().await;
    let (cart_id, id) = shop.bought().await;
    // Neither the acknowledge nor the references have left yet.
    shop.cancel_order(&cart_id).await.ok();
    shop.settle().await;
    assert!(shop.is_cancelled(&id));
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/acknowledge"), 0);
    assert_eq!(shop.review_reasons().await, []);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn news_of_a_cancelled_order_changes_nothing() {
    let shop = Shop::open().await;
    let (cart_id, id) = shop.bought().await;
    let cancelled = shop.cancel_order(&cart_id).await.ok();
    shop.settle().await;
    assert_eq!(shop.confirm(&cart_id).await.ok()["status"], "checkout_complete");
    assert_eq!(shop.push(&id).await.status, StatusCode::OK);
    shop.pass(SignedDuration::from_hours(2), SignedDuration::from_mins(10))
        .await;
    assert_eq!(shop.cart(&cart_id).await, cancelled);
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/cancel"), 1);
    assert_eq!(shop.review_reasons().await, []);
}

#[tokio::test]
async fn a_late_verdict_does_not_bring_a_cancelled_order_back() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay_with(&id, json!({ "outcome": "pending" })).await;
    shop.confirm(&cart_id).await.ok();
    assert_eq!(shop.cart(&cart_id).await["orderState"], "pending");
    shop.cancel_order(&cart_id).await.ok();
    shop.settle().await;
    shop.kustom_faults.decide_fraud("ACCEPTED");
    shop.pass(SignedDuration::from_hours(2), SignedDuration::from_mins(10))
        .await;
    assert_eq!(shop.cart(&cart_id).await["orderState"], "cancelled");
    assert_eq!(shop.authorization(&cart_id).await, AuthorizationState::Released);
}

#[tokio::test]
async fn a_cancellation_that_kustom_refuses_is_shown() {
    let shop = Shop::open().await;
    let (cart_id, _) = shop.bought().await;
    shop.settle().await;
    // Somebody has captured it in Kustom's portal.
    let refusal =
        r#"{"error_code":"CANCEL_NOT_ALLOWED","error_messages":["captured"],"correlation_id":"c1"}"#;
    let refused = Fault::Answered(StatusCode::FORBIDDEN, refusal);
    shop.kustom_faults.inject(Method::POST, "/cancel", refused, 100);
    shop.cancel_order(&cart_id).await.ok();
    shop.pass(SignedDuration::from_mins(10), SignedDuration::from_secs(20))
        .await;
    assert_eq!(shop.review_reasons().await, [ReviewReason::MessageUnheard]);
    let reviews = shop.app.store.reviews().await.unwrap();
    assert!(reviews[0].detail.starts_with("cancel:"), "{}", reviews[0].detail);
}

#[tokio::test]
async fn a_cancellation_whose_answer_is_lost_takes_effect_once() {
    let shop = Shop::open().await;
    let (cart_id, id) = shop.bought().await;
    shop.settle().await;
    shop.kustom_faults
        .inject(Method::POST, "/cancel", Fault::AnswerLost, 2);
    shop.cancel_order(&cart_id).await.ok();
    shop.pass(SignedDuration::from_mins(5), SignedDuration::from_secs(20))
        .await;
    assert!(shop.is_cancelled(&id));
    assert_eq!(shop.review_reasons().await, []);
    shop.assert_no_job_left().await;
}

#[tokio::test]
async fn streams_see_the_cancelled_order() {
    let shop = Shop::open().await;
    let (cart_id, _) = shop.bought().await;
    let mut stream = Events::open(&shop, &cart_id).await;
    stream.next().await.unwrap();
    shop.cancel_order(&cart_id).await.ok();
    loop {
        let cart = stream.updated().await;
        assert_eq!(cart["cartState"], "completed");
        if cart["orderState"] == "cancelled" {
            break;
        }
    }
}

#[tokio::test]
async fn of_many_who_cancel_at_once_one_does() {
    let shop = Shop::open().await;
    let (cart_id, id) = shop.bought().await;
    let nodes: Vec<App> = (0..3).map(|_| shop.another_node()).collect();
    let id_of_cart = cart_id.parse().unwrap();
    let all = nodes
        .iter()
        .flat_map(|node| (0..5).map(move |_| node.cancel_order(id_of_cart)));
    for outcome in futures_util::future::join_all(all).await {
        let state = outcome.unwrap().cart.order.unwrap().state;
        assert_eq!(state.as_str(), "cancelled");
    }
    shop.settle().await;
    assert!(shop.is_cancelled(&id));
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/cancel"), 1);
    assert_eq!(shop.order(&cart_id).await.unwrap().version, 2, "it changed once");
}

#[tokio::test]
async fn an_operator_moves_a_delivery_on() {
    let shop = Shop::open().await;
    let (cart_id, id) = shop.bought().await;
    let number = shop.order(&cart_id).await.unwrap().number;
    let answer = shop.as_operator(&format!("/orders/{number}"), None).await;
    assert!(!answer.text.contains(&cart_id), "the cart's id is its key");
    let order = answer.ok();
    assert_eq!(order["orderNumber"], number.as_str());
    assert_eq!(
        (&order["orderState"], &order["isShippable"]),
        (&json!("confirmed"), &json!(true))
    );
    assert_eq!(order["payment"]["provider"], "kustom");
    assert_eq!(order["payment"]["reference"], id.0.as_str());
    assert_eq!(order["payment"]["amountMinor"], shop.order_amount(&id));
    let delivery = &order["deliveries"][0];
    assert_eq!(delivery["deliveryNumber"], format!("D{number}"));
    assert_eq!(delivery["lines"][0]["productNumber"], "SH006-WHT-09");
    assert_eq!(delivery["lines"][0]["quantity"], 2);
    assert_eq!(delivery["address"]["address"]["city"], "Ankeborg");

    for state in ["processing", "processing", "completed"] {
        let moved = shop.move_first_delivery(&number, state).await.ok();
        assert_eq!(moved["deliveries"][0]["state"], state);
    }
    let refused = shop.move_first_delivery(&number, "open").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(refused.json()["error"]["code"], "NOT_POSSIBLE");
    for (path, body, status) in [
        (
            "/orders/1/deliveries/D1".to_owned(),
            json!({ "state": "processing" }),
            404,
        ),
        (
            format!("/orders/{number}/deliveries/D1"),
            json!({ "state": "processing" }),
            404,
        ),
        (
            format!("/orders/{number}/deliveries/D{number}"),
            json!({ "state": "sent" }),
            400,
        ),
        (format!("/orders/{number}/deliveries/D{number}"), json!({}), 400),
    ] {
        assert_eq!(shop.as_operator(&path, Some(body)).await.status, status, "{path}");
    }
    assert_eq!(
        shop.as_operator("/orders/1", None).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn nothing_leaves_the_house_while_kustom_examines() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay_with(&id, json!({ "outcome": "pending" })).await;
    shop.confirm(&cart_id).await.ok();
    let number = shop.order(&cart_id).await.unwrap().number;
    let refused = shop.move_first_delivery(&number, "processing").await;
    assert_eq!(refused.json()["error"]["code"], "NOT_SHIPPABLE");
}

impl Shop {
    pub(crate) async fn pay_by_demo(&self, cart_id: &str) -> Answer {
        self.post_nothing(&format!("/ingress/commerce/carts/{cart_id}/payment/demo"))
            .await
    }
}

#[tokio::test]
async fn a_demo_payment_completes_a_cart() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let before = shop.cart(&cart_id).await;
    for _ in 0..2 {
        assert_eq!(
            shop.pay_by_demo(&cart_id).await.ok(),
            json!({ "status": "completed" })
        );
    }
    let cart = shop.cart(&cart_id).await;
    assert_eq!(
        (&cart["cartState"], &cart["orderState"]),
        (&json!("completed"), &json!("confirmed"))
    );
    assert_eq!(cart["orderNumber"], "100001");
    let payment = &cart["payments"][0];
    assert_eq!(payment["provider"], "demo");
    assert_eq!(payment["amount"], before["orderTotal"]);
    assert!(
        payment["reference"]
            .as_str()
            .is_some_and(|reference| !reference.is_empty())
    );
    assert_eq!(shop.kustom_faults.total(), 0, "Kustom hears nothing of it");
    let cancelled = shop.cancel_order(&cart_id).await.ok();
    assert_eq!(cancelled["orderState"], "cancelled");
    shop.assert_no_job_left().await;
    let json = json!({});
    let path = format!("/ingress/commerce/carts/{cart_id}/payment/demo");
    assert_eq!(shop.post(&path, json).await.ok()["status"], "completed");
}

#[tokio::test]
async fn what_cannot_be_paid_by_demo_says_why() {
    let shop = Shop::open().await;
    let empty = shop.new_cart("se-webshop").await;
    assert_eq!(
        shop.pay_by_demo(&empty).await.failure(),
        (400, "EMPTY_CART".to_owned())
    );
    assert_eq!(
        shop.pay_by_demo("x").await.failure(),
        (404, "NOT_FOUND".to_owned())
    );
    let (bought, _) = shop.bought().await;
    assert_eq!(
        shop.pay_by_demo(&bought).await.failure(),
        (409, "CART_NOT_OPEN".to_owned())
    );
    let paying = shop.cart_with_shoes().await;
    let id = shop.opened(&paying).await;
    let question = shop.begin_payment(&id, purchase());
    shop.answer_to(&question).await;
    let locked = shop.pay_by_demo(&paying).await;
    assert!(locked.header("retry-after").is_some());
    assert_eq!(locked.failure(), (409, "CART_LOCKED".to_owned()));
}

#[tokio::test]
async fn a_shop_that_allows_no_demo_payment_has_no_such_route() {
    let mut shop = Shop::open().await;
    shop.reconfigure(|parts| parts.options.demo_payment = false);
    let cart_id = shop.cart_with_shoes().await;
    assert_eq!(
        shop.pay_by_demo(&cart_id).await.failure(),
        (404, "NOT_FOUND".to_owned())
    );
    assert_eq!(shop.cart(&cart_id).await["cartState"], "open");
}

#[tokio::test]
async fn a_demo_payment_closes_kustoms_checkout() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay_by_demo(&cart_id).await.ok();
    assert_eq!(shop.state_of(&id).await, KustomOrderState::Retired);
    shop.settle().await;
    assert_eq!(shop.kustom_faults.count(&Method::POST, "/abort"), 1);
    assert_eq!(shop.review_reasons().await, []);
}

#[tokio::test]
async fn a_checkout_that_was_paid_beside_a_demo_payment_is_given_back() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    shop.pay_without_asking(&id);
    shop.pay_by_demo(&cart_id).await.ok();
    shop.pass(SignedDuration::from_mins(2), SignedDuration::from_secs(10))
        .await;
    assert!(shop.is_cancelled(&id));
    assert_eq!(shop.state_of(&id).await, KustomOrderState::GivenBack);
    assert_eq!(shop.review_reasons().await, [ReviewReason::DuplicatePurchase]);
    let cart = shop.cart(&cart_id).await;
    assert_eq!(
        (&cart["orderState"], &cart["payments"][0]["provider"]),
        (&json!("confirmed"), &json!("demo"))
    );
}

#[tokio::test]
async fn profiles_count_their_orders_apart() {
    let shop = Shop::open().await;
    let text = include_str!("../../demo/catalogue.toml").replace(
        "[profiles.no-webshop]\n",
        "[profiles.no-webshop]\norder_numbers = { series = \"no\", prefix = \"NO-\", first = 500 }\n",
    );
    shop.import(&text).await;
    let mut numbers = Vec::new();
    for profile in ["no-webshop", "se-webshop", "no-webshop"] {
        let cart_id = shop.new_cart(profile).await;
        let goods = json!({ "productNumber": "SH006-WHT-09", "quantity": 1 });
        shop.mutate(&cart_id, "add-item", goods).await;
        shop.pay_by_demo(&cart_id).await.ok();
        numbers.push(shop.order(&cart_id).await.unwrap().number);
    }
    assert_eq!(numbers, ["NO-500", "100001", "NO-501"]);
}

#[tokio::test]
async fn an_operator_cancels_an_order_as_its_owner_would() {
    let shop = Shop::open().await;
    let (cart_id, id) = shop.bought().await;
    let number = shop.order(&cart_id).await.unwrap().number;
    let cancel = async |number: &str| {
        let path = format!("/orders/{number}/cancel");
        shop.as_operator(&path, Some(json!({}))).await
    };
    assert_eq!(cancel("999999").await.status, StatusCode::NOT_FOUND);
    shop.move_first_delivery(&number, "processing").await.ok();
    assert_eq!(cancel(&number).await.status, StatusCode::CONFLICT);
    shop.move_first_delivery(&number, "open").await.ok();
    for _ in 0..2 {
        let cancelled = cancel(&number).await.ok();
        assert_eq!(cancelled["orderState"], "cancelled");
    }
    shop.settle().await;
    assert!(shop.is_cancelled(&id));
}
