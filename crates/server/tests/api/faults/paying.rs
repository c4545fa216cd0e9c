//! Faults 11 and 15: from the pressed button to the bank's last word.

use crate::events::Events;
use crate::kustom_faults::Fault;
use crate::purchase::purchase;
use crate::shop::{Setup, Shop, pages, request_of};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use jiff::SignedDuration;
use kassa_commerce::change::Change;
use kassa_commerce::job::{JobKey, JobRequest};
use kassa_commerce::kustom::validation::FREEZE;
use kassa_commerce::review::ReviewReason;
use kustom_api::KustomOrderId;
use kustom_emulator::{CallbackAnswer, PaymentStep, Purchase, PurchaseRefusal, Purchased, Rules};
use serde_json::json;

#[tokio::test]
async fn fault_11_a_payment_at_the_bank_is_disturbed() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let paid_amount = shop.order_amount(&id);
    let mut events = Events::open(&shop, &cart_id).await;
    events.next().await.unwrap();
    authenticate(&shop, &id).await;

    disturb(&shop, &cart_id).await;
    shop.advance(SignedDuration::from_secs(60));
    disturb(&shop, &cart_id).await;
    // The question made pages look at the cart, which has the new price by now. It is bought at the old one.
    assert_eq!(events.updated().await["orderTotal"], 1998);
    events.assert_silent();
    let touched = shop.kustom_faults.count(&Method::POST, &id.0);
    assert_eq!(touched, 0, "Kustom's order was changed under the payment");

    let step = shop
        .emulator
        .act(|kustom, now| kustom.authenticated(&id, now))
        .unwrap();
    let PaymentStep::Validating(again) = step else {
        panic!("{step:?}");
    };
    let answer = shop.answer_to(&again).await;
    let end = shop
        .emulator
        .act(|kustom, now| kustom.payment_answered(again.number, answer, now));
    assert!(matches!(end, Ok(PaymentStep::Done(_))), "{end:?}");
    shop.confirm(&cart_id).await.ok();
    assert_eq!(events.updated().await["cartState"], "completed");
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
    let order = shop.order(&cart_id).await.unwrap();
    assert_eq!(order.priced.amount_to_pay().unwrap().amount_minor(), paid_amount);
    assert_eq!(shop.review_reasons().await, []);
}

#[tokio::test]
async fn fault_11_an_edit_overtakes_the_bank() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let paid_amount = shop.order_amount(&id);
    authenticate(&shop, &id).await;
    // The shopper takes longer than the freeze lasts, and another tab edits. Then the bank answers after all.
    shop.advance(FREEZE);
    shop.set_first_quantity(&cart_id, 3).await;
    let step = shop
        .emulator
        .act(|kustom, now| kustom.authenticated(&id, now))
        .unwrap();
    let PaymentStep::Validating(again) = step else {
        panic!("{step:?}");
    };
    let answer = shop.answer_to(&again).await;
    shop.settle().await;
    let touched = shop.kustom_faults.count(&Method::POST, &id.0);
    assert_eq!(touched, 0, "Kustom's order was changed under the payment");
    shop.emulator
        .act(|kustom, now| kustom.payment_answered(again.number, answer, now))
        .unwrap();
    shop.confirm(&cart_id).await.ok();
    // The edit's message waits until the payment must be over, and then there is nothing to tell.
    shop.pass(SignedDuration::from_mins(3), SignedDuration::from_secs(30))
        .await;
    shop.assert_one_order(&cart_id, &id).await;
    let order = shop.order(&cart_id).await.unwrap();
    assert_eq!(order.priced.amount_to_pay().unwrap().amount_minor(), paid_amount);
    assert_eq!(shop.review_reasons().await, [ReviewReason::EditedAfterPayment]);
}

/// The shopper presses the button and goes to the bank's page.
async fn authenticate(shop: &Shop, id: &KustomOrderId) {
    let purchase = Purchase {
        three_d_secure: true,
        ..purchase()
    };
    let question = shop.begin_payment(id, purchase);
    let answer = shop.answer_to(&question).await;
    let at_the_bank = shop
        .emulator
        .act(|kustom, now| kustom.payment_answered(question.number, answer, now))
        .unwrap();
    assert_eq!(at_the_bank, PaymentStep::Authenticating);
}

/// All that other tabs, the catalogue and our own jobs could do to a cart that is being paid.
async fn disturb(shop: &Shop, cart_id: &str) {
    let item = shop.cart(cart_id).await["items"][0]["cartItemId"].clone();
    for (method, body) in [
        ("add-item", json!({ "productNumber": "BOOK-001", "quantity": 1 })),
        ("set-quantity", json!({ "cartItemId": item, "quantity": 9 })),
        ("remove-item", json!({ "cartItemId": item })),
        ("email", json!({ "email": "another@example.test" })),
        ("phone", json!({ "phone": "+46701111111" })),
        (
            "address",
            json!({ "address": { "city": "Malmö", "countryCode": "SE" } }),
        ),
        ("set-field/gift", json!({ "value": true })),
        ("remove-field/gift", json!({})),
    ] {
        let path = format!("/ingress/commerce/carts/{cart_id}/{method}");
        let refused = shop.post(&path, body).await;
        assert_eq!(refused.failure(), (409, "CART_LOCKED".to_owned()), "{method}");
    }
    let sync = JobRequest::at(JobKey::Sync(cart_id.parse().unwrap()), shop.app.now());
    shop.app
        .commit(Change {
            jobs: vec![sync],
            ..Change::default()
        })
        .await
        .unwrap();
    shop.app.run_due_jobs().await.unwrap();
    // A price rises, and a page is loaded again: the same one, then one under another address.
    shop.import(&kassa::demo::CATALOGUE.replace("899.00", "999.00"))
        .await;
    for query in ["", "?tab=2"] {
        let request = Request::post(format!("/ingress/commerce/carts/{cart_id}/payment/kustom"))
            .header("content-type", "application/json");
        let request = request.body(Body::from(pages(query).to_string())).unwrap();
        request_of(shop.router.clone(), request).await.ok();
    }
}

/// How long our answer takes, in tenths of a second. Kustom waits three seconds, and ten where it was told to insist.
const ANSWERED_AFTER: [i64; 5] = [0, 29, 31, 99, 110];

#[tokio::test]
async fn fault_15_kustom_sells_without_our_yes() {
    let shop = Shop::open().await;
    for tenths in ANSWERED_AFTER {
        for is_edited in [false, true] {
            let what = format!("answered after {tenths}/10 s, edited: {is_edited}");
            let cart_id = shop.cart_with_shoes().await;
            let id = shop.opened(&cart_id).await;
            let (said_yes_in_time, sold) = press_pay(&shop, &cart_id, &id, tenths, is_edited).await;
            assert_eq!(said_yes_in_time, tenths < 100 && !is_edited, "{what}");
            assert_eq!(sold.is_ok(), said_yes_in_time, "{what}: {sold:?}");
            assert_asking_made_nothing(&shop, &cart_id).await;
            if sold.is_err() {
                // The shopper presses the button again, when all has been told.
                shop.pass(SignedDuration::from_mins(1), SignedDuration::from_secs(10))
                    .await;
                shop.pay(&id).await;
            }
            shop.confirm(&cart_id).await.ok();
            shop.settle().await;
            shop.assert_one_order(&cart_id, &id).await;
        }
    }
}

#[tokio::test]
async fn fault_15_an_order_that_lost_its_gate_is_sold_for_what_it_says() {
    let shop = Shop::open().await;
    for tenths in ANSWERED_AFTER {
        for is_edited in [false, true] {
            let what = format!("answered after {tenths}/10 s, edited: {is_edited}");
            let cart_id = shop.cart_with_shoes().await;
            let id = shop.opened(&cart_id).await;
            let options = json!({ "options": { "require_validate_callback_success": false } });
            shop.change_at_kustom(&id, options).await;
            let (said_yes_in_time, sold) = press_pay(&shop, &cart_id, &id, tenths, is_edited).await;
            assert_eq!(said_yes_in_time, tenths < 30 && !is_edited, "{what}");
            // Kustom sells after three seconds of silence. A no that comes in time counts.
            assert_eq!(sold.is_ok(), tenths > 30 || !is_edited, "{what}: {sold:?}");
            assert_asking_made_nothing(&shop, &cart_id).await;
            if sold.is_err() {
                continue;
            }
            shop.confirm(&cart_id).await.ok();
            shop.settle().await;
            shop.assert_one_order(&cart_id, &id).await;
            assert_eq!(
                shop.order(&cart_id).await.unwrap().priced.lines[0].quantity,
                2,
                "{what}"
            );
        }
    }
}

/// The shopper presses the button, and our answer arrives so late. Whether we said yes in time, and what Kustom did.
async fn press_pay(
    shop: &Shop,
    cart_id: &str,
    id: &KustomOrderId,
    tenths: i64,
    is_edited: bool,
) -> (bool, Result<PaymentStep, PurchaseRefusal>) {
    if is_edited {
        shop.set_first_quantity(cart_id, 3).await;
    }
    let question = shop.begin_payment(id, purchase());
    let delay = SignedDuration::from_millis(tenths * 100);
    let ours = shop.answer_to(&question).await;
    shop.advance(delay);
    let is_yes = matches!(&ours, CallbackAnswer::Answered { status: 200, .. });
    let in_time = delay < question.patience;
    let heard = match in_time {
        true => ours,
        false => CallbackAnswer::Failed {
            reason: "too late".to_owned(),
        },
    };
    let sold = shop
        .emulator
        .act(|kustom, now| kustom.payment_answered(question.number, heard, now));
    (is_yes && in_time, sold)
}

async fn assert_asking_made_nothing(shop: &Shop, cart_id: &str) {
    assert!(shop.order(cart_id).await.is_none());
    let cart_id = cart_id.parse().unwrap();
    assert_eq!(shop.app.store.payments_of_cart(cart_id).await.unwrap(), []);
    assert_eq!(shop.app.store.kustom_orders_of(cart_id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn fault_15_an_answer_comes_when_kustom_has_hung_up() {
    let rules = Rules {
        required_validation_patience: SignedDuration::from_millis(200),
        ..Rules::default()
    };
    let shop = Shop::set_up(Setup {
        rules,
        ..Setup::default()
    })
    .await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let callbacks = shop.faults_of_callbacks();
    callbacks.inject(Method::POST, "/ingress/kustom/validate", Fault::Held, 1);
    let (bought, ()) = tokio::join!(shop.buy_at(&id, shop.order_amount(&id)), callbacks.held());
    assert!(
        matches!(bought, Err(PurchaseRefusal::ValidationFailed { .. })),
        "{bought:?}"
    );
    callbacks.release();
    assert_asking_made_nothing(&shop, &cart_id).await;
    let bought: Purchased = shop.buy_at(&id, shop.order_amount(&id)).await.unwrap();
    assert!(
        bought
            .redirect_url
            .is_some_and(|url| url.starts_with("http://localhost:5173/confirmation"))
    );
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}

#[tokio::test]
async fn fault_15_our_own_trouble_is_a_yes() {
    let shop = Shop::open().await;
    let cart_id = shop.cart_with_shoes().await;
    let id = shop.opened(&cart_id).await;
    let callbacks = shop.faults_of_callbacks();
    for status in [201, 204, 401, 403, 404, 500, 503] {
        let broken = Fault::Refused(StatusCode::from_u16(status).unwrap());
        callbacks.inject(Method::POST, "/ingress/kustom/validate", broken, 1);
        let refused = shop.buy_at(&id, shop.order_amount(&id)).await.unwrap_err();
        assert!(
            matches!(refused, PurchaseRefusal::ValidationFailed { .. }),
            "{status}: {refused}"
        );
    }
    shop.fill_the_disk();
    let refused = shop.buy_at(&id, shop.order_amount(&id)).await.unwrap_err();
    assert!(matches!(
        refused,
        PurchaseRefusal::Denied { .. } | PurchaseRefusal::ValidationFailed { .. }
    ));
}

#[tokio::test]
async fn fault_15_space_around_a_name_blocks_the_purchase() {
    let shop = Shop::open().await;
    shop.import(&kassa::demo::CATALOGUE.replace("size 9\"", "size 9  \""))
        .await;
    let cart_id = shop.cart_with_shoes().await;
    let address =
        json!({ "address": { "name": " Anna  Svensson ", "city": "Ankeborg ", "countryCode": "SE" } });
    shop.mutate(&cart_id, "address", address).await;
    let id = shop.opened(&cart_id).await;
    let typed = json!({ "given_name": "Anna ", "family_name": " Svensson ", "city": "Ankeborg " });
    let mut question = shop.begin_payment(&id, purchase());
    // Kustom asks about what it has kept, and it keeps no space around a text.
    let mut asked: serde_json::Value = serde_json::from_slice(&question.body).unwrap();
    for line in asked["order_lines"].as_array_mut().unwrap() {
        line["name"] = line["name"].as_str().unwrap().trim().into();
    }
    question.body = asked.to_string().into();
    let answer = shop.answer_to(&question).await;
    assert!(
        matches!(&answer, CallbackAnswer::Answered { status: 200, .. }),
        "{answer:?}"
    );
    shop.emulator
        .act(|kustom, now| {
            kustom.payment_answered(
                question.number,
                CallbackAnswer::Failed {
                    reason: "lost".into(),
                },
                now,
            )
        })
        .unwrap_err();
    shop.pay_with(&id, json!({ "address": typed })).await;
    shop.confirm(&cart_id).await.ok();
    shop.settle().await;
    shop.assert_one_order(&cart_id, &id).await;
}
