//! Changes in the core: what the merchant answers to each question and what comes of it. No socket, no clock.

use crate::pure::{answered, approval, later, opened, request, shopper, silence, update};
use crate::support::{lines, order_with, start};
use http::Method;
use jiff::SignedDuration;
use kustom_api::{Address, KustomOrderId, ShippingServiceRequest};
use kustom_emulator::{
    AskingStep, CallbackAnswer, CallbackKind, Change, DueCallback, Kustom, OrderState, PaymentStep, Purchase,
    PurchaseRefusal, ShopperChange,
};
use serde_json::{Value, json};

pub(crate) fn option(id: &str, price: i64) -> Value {
    json!({ "id": id, "name": id, "price": price, "tax_amount": price / 5, "tax_rate": 2500 })
}

/// Shoes and these fees, as a merchant answers.
pub(crate) fn cart(quantity: i64, fees: &[(&str, i64)]) -> Value {
    let mut all = lines(quantity);
    for (id, price) in fees {
        all.as_array_mut().unwrap().push(json!({
            "type": "shipping_fee", "reference": id, "name": id, "quantity": 1, "unit_price": price, "tax_rate": 2500,
            "total_amount": price, "total_tax_amount": price / 5,
        }));
    }
    let charged: i64 = fees.iter().map(|(_, price)| price).sum();
    json!({
        "order_amount": 10_000 * quantity + charged, "order_tax_amount": 2000 * quantity + charged / 5,
        "order_lines": all, "purchase_currency": "SEK",
    })
}

pub(crate) fn with(mut cart: Value, members: Value) -> Value {
    let Value::Object(members) = members else {
        panic!("{members} is not an object");
    };
    cart.as_object_mut().unwrap().extend(members);
    cart
}

pub(crate) fn order_asking(questions: &[&str]) -> Value {
    let mut order = order_with(json!({
        "shipping_options": [option("post", 4900), option("home", 9900)],
        "billing_countries": ["SE", "FI"],
    }));
    for question in questions {
        let url = format!("https://shop.example/{question}/{{checkout.order.id}}?t=1");
        order["merchant_urls"][*question] = json!(url);
    }
    order
}

pub(crate) const ALL: [&str; 3] = ["shipping_option_update", "address_update", "country_change"];

pub(crate) fn choice(id: &str) -> ShopperChange {
    ShopperChange::ShippingOption { id: id.to_owned() }
}

pub(crate) fn address(country: &str, city: &str) -> ShopperChange {
    ShopperChange::Address {
        address: Box::new(Address {
            country: Some(country.to_owned()),
            city: Some(city.to_owned()),
            ..shopper().address
        }),
        shipping_address: None,
        customer: None,
    }
}

pub(crate) fn agreed(body: &Value) -> CallbackAnswer {
    answered(200, None, &body.to_string())
}

#[track_caller]
fn asked(step: Result<AskingStep, PurchaseRefusal>) -> DueCallback {
    match step {
        Ok(AskingStep::Asking(callback)) => callback,
        other => panic!("{other:?}"),
    }
}

/// Changes an order and lets the merchant answer all questions alike.
#[track_caller]
fn change(
    kustom: &mut Kustom,
    id: &KustomOrderId,
    change: ShopperChange,
    answer: &CallbackAnswer,
) -> Vec<CallbackKind> {
    let mut kinds = Vec::new();
    let mut step = kustom.change(id, change, start()).unwrap();
    while let AskingStep::Asking(callback) = step {
        kinds.push(callback.kind);
        step = kustom
            .change_answered(callback.number, answer.clone(), later(1))
            .unwrap();
    }
    kinds
}

/// The amount, the chosen way to ship, and the country and city of the delivery.
fn content(kustom: &Kustom, id: &KustomOrderId) -> (i64, Option<String>, Option<String>, Option<String>) {
    let checkout = &kustom.order(id).unwrap().checkout;
    let chosen = checkout.selected_shipping_option.as_ref();
    let address = checkout.shipping_address.clone().unwrap();
    (
        checkout.order_amount.unwrap(),
        chosen.map(|option| option.id.clone()),
        address.country,
        address.city,
    )
}

/// Every question with every answer that takes nothing over: the code, and whether the attempt says why.
#[test]
fn only_a_whole_and_right_cart_agrees() {
    let good = cart(1, &[("home", 9900)]);
    let refusal = |error_type: &str| json!({ "error_type": error_type, "error_text": "No" }).to_string();
    let body = |members: Value| agreed(&with(good.clone(), members));
    let mut half = good.clone();
    half.as_object_mut().unwrap().remove("order_lines");
    let failed = [
        answered(200, None, ""),
        answered(200, None, "[]"),
        agreed(&json!({})),
        agreed(&half),
        body(json!({ "order_amount": 1 })),
        body(json!({ "order_tax_amount": 1 })),
        body(json!({ "purchase_currency": "NOK" })),
        // Kustom is known to choke on null, and a misspelt member is better noticed here.
        body(json!({ "shipping_options": null })),
        body(json!({ "merchant_data": null })),
        body(json!({ "shiping_options": [] })),
        body(json!({ "merchant_data": "x".repeat(1025) })),
        body(json!({ "shipping_options": [{ "id": "home" }] })),
        answered(201, None, &good.to_string()),
        answered(204, None, ""),
        answered(400, None, ""),
        answered(400, None, &refusal("other")),
        answered(303, None, ""),
        answered(404, None, &refusal("address_error")),
        answered(500, None, &good.to_string()),
        silence(),
    ];
    let refused = ["address_error", "unsupported_shipping_address", "approval_failed"];
    let refused = refused.map(|name| (answered(400, None, &refusal(name)), "PURCHASE_DENIED"));
    let away =
        [301, 302, 303, 307].map(|status| (answered(status, Some("/sorry"), ""), "PURCHASE_SENT_AWAY"));
    let failed = failed.map(|answer| (answer, "CHANGE_FAILED"));
    for (question, wanted) in [
        ("shipping_option_update", choice("home")),
        ("address_update", address("SE", "Ankeborg")),
        ("country_change", address("FI", "Pori")),
    ] {
        for (answer, code) in failed.iter().chain(&refused).chain(&away) {
            let (mut kustom, id) = opened(&order_asking(&[question]));
            let before = kustom.order(&id).unwrap().checkout.clone();
            let callback = asked(kustom.change(&id, wanted.clone(), start()));
            assert_eq!(callback.url, format!("https://shop.example/{question}/{id}?t=1"));
            let refusal = kustom
                .change_answered(callback.number, answer.clone(), later(1))
                .unwrap_err();
            assert_eq!(refusal.code(), *code, "{question} {answer:?}");
            let order = kustom.order(&id).unwrap();
            assert_eq!(order.checkout, before, "{question} {answer:?}");
            assert!(!order.customer_typed);
            let attempt = &order.attempts[0];
            assert_eq!(
                (&attempt.answer, attempt.answered_at),
                (&Some(answer.clone()), Some(later(1)))
            );
            let is_failure = *code == "CHANGE_FAILED";
            assert_eq!(attempt.remark.is_some(), is_failure, "{question} {answer:?}");
            let recorded = match is_failure {
                true => Change::ChangeFailed,
                false => Change::ChangeRefused,
            };
            assert_eq!(order.count(&recorded), 1);
            // The shopper may try again.
            asked(kustom.change(&id, wanted.clone(), start()));
        }
    }
}

#[test]
fn every_member_of_an_answer_is_taken_over() {
    for (question, wanted) in [
        ("shipping_option_update", choice("home")),
        ("address_update", address("SE", "Ankeborg")),
        ("country_change", address("FI", "Pori")),
    ] {
        let (mut kustom, id) = opened(&order_asking(&[question]));
        let answer = json!({
            "shipping_options": [option("home", 100)], "merchant_data": "m", "locale": "fi-FI", "tags": ["t"],
            "attachment": { "body": "{}", "content_type": "application/json" }, "external_payment_methods": [],
        });
        change(
            &mut kustom,
            &id,
            wanted,
            &agreed(&with(cart(2, &[("home", 100)]), answer.clone())),
        );
        let checkout = serde_json::to_value(&kustom.order(&id).unwrap().checkout).unwrap();
        for (name, value) in answer.as_object().unwrap() {
            assert_eq!(&checkout[name], value, "{question} {name}");
        }
        assert_eq!(
            (&checkout["order_amount"], &checkout["order_tax_amount"]),
            (&json!(20_100), &json!(4020))
        );
        assert_eq!(checkout["purchase_currency"], "SEK");
    }
}

#[test]
fn a_question_is_the_order_as_it_would_be_and_waits_ten_seconds() {
    let (mut kustom, id) = opened(&order_asking(&ALL));
    let callback = asked(kustom.change(&id, choice("home"), start()));
    assert_eq!(callback.patience, SignedDuration::from_secs(10));
    let body: ShippingServiceRequest = serde_json::from_slice(&callback.body).unwrap();
    assert_eq!((body.order_amount, body.order_tax_amount), (19_900, 3980));
    assert_eq!(body.order_lines[1].reference.as_deref(), Some("home"));
    assert_eq!(body.selected_shipping_option.unwrap().id, "home");
    assert_eq!(
        content(&kustom, &id),
        (10_000, None, Some("SE".to_owned()), None),
        "nothing is taken yet"
    );
    kustom
        .change_answered(callback.number, agreed(&cart(1, &[("home", 9900)])), start())
        .unwrap();
    let callback = asked(kustom.change(&id, address("FI", "Pori"), start()));
    let body: ShippingServiceRequest = serde_json::from_slice(&callback.body).unwrap();
    for address in [body.billing_address, body.shipping_address] {
        assert_eq!(address.unwrap().city.as_deref(), Some("Pori"));
    }
    assert_eq!(body.order_amount, 19_900);
    let text = std::str::from_utf8(&callback.body).unwrap();
    assert!(!text.contains("null") && !text.contains("order_id"), "{text}");
}

#[test]
fn one_question_at_a_time_and_no_payment_meanwhile() {
    let (mut kustom, id) = opened(&order_asking(&ALL));
    let callback = asked(kustom.change(&id, choice("home"), start()));
    let busy = PurchaseRefusal::ChangeUnderWay;
    assert_eq!(kustom.change(&id, choice("post"), start()), Err(busy.clone()));
    assert_eq!(kustom.pay(&id, shopper(), start()), Err(busy));
    let answer = agreed(&cart(1, &[("home", 9900)]));
    let number = callback.number;
    assert_eq!(
        kustom.payment_answered(number, approval(), start()),
        Err(PurchaseRefusal::NoPaymentUnderWay)
    );
    kustom.change_answered(number, answer.clone(), start()).unwrap();
    assert_eq!(
        kustom.change_answered(number, answer, start()),
        Err(PurchaseRefusal::NoChangeUnderWay)
    );
    let bank = Purchase {
        three_d_secure: true,
        ..shopper()
    };
    assert_eq!(kustom.pay(&id, bank, start()), Ok(PaymentStep::Authenticating));
    assert_eq!(
        kustom.change(&id, choice("post"), start()),
        Err(PurchaseRefusal::PaymentUnderWay)
    );
}

#[test]
fn an_answer_after_an_abort_or_an_expiry_changes_nothing() {
    for is_abort in [true, false] {
        let (mut kustom, id) = opened(&order_asking(&ALL));
        let callback = asked(kustom.change(&id, choice("home"), start()));
        let refusal = if is_abort {
            let path = format!("/checkout/v3/orders/{id}/abort");
            request(&mut kustom, Method::POST, &path, &Value::Null);
            PurchaseRefusal::Aborted
        } else {
            kustom.expire(&id, start()).unwrap();
            PurchaseRefusal::NoSuchOrder
        };
        let answer = agreed(&cart(1, &[("home", 9900)]));
        assert_eq!(
            kustom.change_answered(callback.number, answer, start()),
            Err(refusal)
        );
        assert_eq!(content(&kustom, &id).0, 10_000);
        assert_ne!(kustom.order(&id).unwrap().state(start()), OrderState::Open);
    }
}

/// Else the shopper would go back, not be asked about, and pay Finland's price in Sweden.
#[test]
fn a_country_that_was_agreed_to_stays_when_its_address_is_refused() {
    let (mut kustom, id) = opened(&order_asking(&ALL));
    let question = asked(kustom.change(&id, address("FI", "Pori"), start()));
    assert_eq!(question.kind, CallbackKind::Country);
    let finnish = with(
        cart(3, &[]),
        json!({ "shipping_options": [option("boat", 1900)] }),
    );
    let question = asked(kustom.change_answered(question.number, agreed(&finnish), start()));
    assert_eq!(question.kind, CallbackKind::Address);
    let no = json!({ "error_type": "address_error", "error_text": "No such street" }).to_string();
    kustom
        .change_answered(question.number, answered(400, None, &no), start())
        .unwrap_err();
    assert_eq!(content(&kustom, &id), (30_000, None, Some("FI".to_owned()), None));
    let kinds = change(
        &mut kustom,
        &id,
        address("SE", "Ankeborg"),
        &agreed(&cart(1, &[])),
    );
    assert_eq!(kinds, [CallbackKind::Country, CallbackKind::Address]);
    let swedish = (10_000, None, Some("SE".to_owned()), Some("Ankeborg".to_owned()));
    assert_eq!(content(&kustom, &id), swedish);
}

#[test]
fn what_has_not_changed_or_cannot_be_is_no_question() {
    let (mut kustom, id) = opened(&order_asking(&ALL));
    let mut home = shopper().address;
    let without_country = |address: &Address| ShopperChange::Address {
        address: Box::new(address.clone()),
        shipping_address: None,
        customer: None,
    };
    let same = agreed(&cart(1, &[]));
    assert_eq!(
        change(&mut kustom, &id, without_country(&home), &same),
        [CallbackKind::Address]
    );
    assert_eq!(change(&mut kustom, &id, without_country(&home), &same), []);
    home.country = Some("se".to_owned());
    assert_eq!(change(&mut kustom, &id, without_country(&home), &same), []);
    home.country = Some("NO".to_owned());
    assert_eq!(
        change(&mut kustom, &id, without_country(&home), &same),
        [],
        "not sold to"
    );
    // Half an address is typed and kept, and asked about once it is whole; its country at once.
    home.country = Some("FI".to_owned());
    home.city = None;
    assert_eq!(
        change(&mut kustom, &id, without_country(&home), &same),
        [CallbackKind::Country]
    );
    let before = kustom.order(&id).unwrap().attempts.len();
    let nobody = Purchase {
        address: home,
        ..shopper()
    };
    assert_eq!(
        kustom.change_before(&id, &nobody),
        None,
        "the purchase is refused anyway"
    );
    assert!(matches!(
        kustom.pay(&id, nobody, start()),
        Err(PurchaseRefusal::Incomplete { .. })
    ));
    assert_eq!(kustom.order(&id).unwrap().attempts.len(), before);
}

/// Whoever leaves the country out means the one that the form shows, and not the first of the list.
#[test]
fn an_address_without_a_country_is_in_the_orders_own() {
    let mut order = order_asking(&ALL);
    order["billing_countries"] = json!(["FI", "SE"]);
    let (mut kustom, id) = opened(&order);
    let wanted = ShopperChange::Address {
        address: Box::new(shopper().address),
        shipping_address: None,
        customer: None,
    };
    let same = agreed(&cart(1, &[]));
    assert_eq!(change(&mut kustom, &id, wanted, &same), [CallbackKind::Address]);
    assert_eq!(content(&kustom, &id).2.as_deref(), Some("SE"));
}

/// Without a question the core would sell at a price that the merchant has not agreed to.
#[test]
fn a_way_to_ship_is_not_bought_before_the_merchant_has_agreed() {
    let (mut kustom, id) = opened(&order_asking(&["shipping_option_update"]));
    let purchase = shopper();
    assert_eq!(
        kustom.pay(&id, purchase.clone(), start()),
        Err(PurchaseRefusal::ShippingNotAgreed)
    );
    assert_eq!(kustom.change_before(&id, &purchase), Some(choice("post")));
    change(
        &mut kustom,
        &id,
        choice("post"),
        &agreed(&cart(1, &[("post", 900)])),
    );
    assert_eq!(kustom.change_before(&id, &purchase), None);
    assert!(matches!(
        kustom.pay(&id, purchase, start()),
        Ok(PaymentStep::Done(_))
    ));
    let managed = kustom.order(&id).unwrap().managed.clone().unwrap();
    assert_eq!((managed.order_amount, managed.order_lines.len()), (10_900, 2));
}

/// The line of an answer, the offered price in it, and what is charged.
#[test]
fn a_fee_in_an_answer_about_an_address_is_final_and_a_missing_one_is_added() {
    for (fees, offered, expected) in [
        (
            &[("home", 3900)][..],
            Some(option("home", 9900)),
            (13_900, Some("home")),
        ),
        (&[], Some(option("home", 9900)), (19_900, Some("home"))),
        (&[("home", 3900)], None, (10_000, None)),
        (&[], None, (10_000, None)),
    ] {
        let (mut kustom, id) = opened(&order_asking(&ALL));
        change(
            &mut kustom,
            &id,
            choice("home"),
            &agreed(&cart(1, &[("home", 9900)])),
        );
        let options: Vec<Value> = [option("post", 100)].into_iter().chain(offered).collect();
        let answer = with(cart(1, fees), json!({ "shipping_options": options }));
        change(&mut kustom, &id, address("SE", "Ankeborg"), &agreed(&answer));
        let (amount, chosen, ..) = content(&kustom, &id);
        assert_eq!((amount, chosen.as_deref()), expected, "{fees:?}");
    }
}

#[test]
fn an_update_after_an_agreement_brings_the_offered_price_back() {
    let (mut kustom, id) = opened(&order_asking(&ALL));
    change(
        &mut kustom,
        &id,
        choice("home"),
        &agreed(&cart(1, &[("home", 5900)])),
    );
    assert_eq!(content(&kustom, &id).0, 15_900);
    assert_eq!(update(&mut kustom, &id, &cart(2, &[])), 200);
    assert_eq!(content(&kustom, &id).0, 29_900);
}
