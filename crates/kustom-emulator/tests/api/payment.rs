//! Payments in the core: what the merchant answers and what comes of it. No socket, no clock.

use crate::pure::{
    answered, approval, later, opened, order_that_asks, request, shopper, silence, sold_out, update,
};
use crate::support::{order_with, start, two_shoes};
use http::Method;
use jiff::SignedDuration;
use kustom_api::KustomOrderId;
use kustom_emulator::{
    CallbackAnswer, CallbackKind, Change, DueCallback, Kustom, OrderState, Outcome, PaymentStep, Purchase,
    PurchaseRefusal,
};
use serde_json::{Value, json};

fn with_bank() -> Purchase {
    Purchase {
        three_d_secure: true,
        ..shopper()
    }
}

#[track_caller]
fn asked(step: Result<PaymentStep, PurchaseRefusal>) -> DueCallback {
    match step {
        Ok(PaymentStep::Validating(callback)) => callback,
        other => panic!("{other:?}"),
    }
}

fn is_bought(kustom: &Kustom, id: &KustomOrderId) -> bool {
    kustom.order(id).unwrap().managed.is_some()
}

/// One answer, with the option off and on: what comes of it and what the history says.
#[track_caller]
fn check(answer: &CallbackAnswer, expected: [(&str, Change); 2]) {
    for (is_required, (outcome, change)) in [false, true].into_iter().zip(expected) {
        let (mut kustom, id) = opened(&order_that_asks(is_required));
        let callback = asked(kustom.pay(&id, shopper(), start()));
        let found = match kustom.payment_answered(callback.number, answer.clone(), later(1)) {
            Ok(PaymentStep::Done(_)) => "BOUGHT",
            Ok(other) => panic!("{other:?}"),
            Err(refusal) => refusal.code(),
        };
        assert_eq!(found, outcome, "{answer:?} {is_required}");
        let order = kustom.order(&id).unwrap();
        assert_eq!(
            order.managed.is_some(),
            outcome == "BOUGHT",
            "{answer:?} {is_required}"
        );
        assert_eq!(
            order.count(&change),
            1,
            "{answer:?} {is_required}: {:?}",
            order.history
        );
        assert!(!order.is_being_paid());
        let attempt = &order.attempts[0];
        assert_eq!(
            (attempt.kind, &attempt.answer),
            (CallbackKind::Validation, &Some(answer.clone()))
        );
        assert_eq!((attempt.sent_at, attempt.answered_at), (start(), Some(later(1))));
        let counts_as_none = matches!(change, Change::ValidationFailed | Change::ValidationUnanswered);
        assert_eq!(attempt.remark.is_some(), counts_as_none, "{answer:?}");
    }
}

#[test]
fn every_answer_has_its_effect_whether_approval_is_required_or_not() {
    use Change::{ValidationApproved, ValidationDenied, ValidationFailed, ValidationUnanswered};
    let always = |outcome, change: Change| [(outcome, change.clone()), (outcome, change)];
    let counts_as_none = [
        ("BOUGHT", ValidationUnanswered),
        ("VALIDATION_FAILED", ValidationFailed),
    ];
    check(&approval(), always("BOUGHT", ValidationApproved));
    check(&sold_out(), always("PURCHASE_DENIED", ValidationDenied));
    for status in [301, 302, 303, 307] {
        let redirect = answered(status, Some("https://shop.example/sorry"), "");
        check(&redirect, always("PURCHASE_SENT_AWAY", ValidationDenied));
        check(&answered(status, None, ""), counts_as_none.clone());
    }
    for status in [100, 201, 204, 308, 401, 403, 404, 500, 502, 503] {
        check(&answered(status, Some("/sorry"), "{}"), counts_as_none.clone());
    }
    check(&answered(400, None, ""), counts_as_none.clone());
    check(
        &answered(400, None, r#"{"error_type":"other","error_text":"x"}"#),
        counts_as_none.clone(),
    );
    check(&silence(), counts_as_none);
}

#[test]
fn the_merchant_is_asked_with_the_order_as_it_is_read() {
    let (mut kustom, id) = opened(&order_that_asks(false));
    let callback = asked(kustom.pay(&id, shopper(), start()));
    assert_eq!(callback.url, format!("https://shop.example/validate/{id}?t=1"));
    let read = request(
        &mut kustom,
        Method::GET,
        &format!("/checkout/v3/orders/{id}"),
        &Value::Null,
    );
    let (sent, read): (Value, Value) = (
        serde_json::from_slice(&callback.body).unwrap(),
        serde_json::from_slice(&read.body).unwrap(),
    );
    assert_eq!(sent, read);
    assert_eq!(sent["status"], "checkout_incomplete");
    assert_eq!(sent["billing_address"]["given_name"], "Anna");
}

#[test]
fn patience_depends_on_whether_the_approval_is_required() {
    for (is_required, seconds) in [(false, 3), (true, 10)] {
        let (mut kustom, id) = opened(&order_that_asks(is_required));
        let callback = asked(kustom.pay(&id, shopper(), start()));
        assert_eq!(callback.patience, SignedDuration::from_secs(seconds));
    }
}

#[test]
fn a_validation_is_no_push() {
    let (mut kustom, id) = opened(&order_that_asks(false));
    let callback = asked(kustom.pay(&id, shopper(), start()));
    assert_eq!(kustom.next_callback_at(), None);
    kustom.callback_answered(callback.number, approval(), start());
    assert!(kustom.order(&id).unwrap().is_being_paid());
    kustom
        .payment_answered(callback.number, approval(), start())
        .unwrap();
    let push = kustom.due_callback(later(120)).unwrap();
    assert_eq!((push.kind, push.body.len()), (CallbackKind::Push, 0));
    assert_eq!(
        kustom.payment_answered(push.number, approval(), later(120)),
        Err(PurchaseRefusal::NoPaymentUnderWay)
    );
}

#[test]
fn checks_come_before_the_merchant_is_asked() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let nobody = Purchase::default();
    let stale = Purchase {
        shown_amount: Some(1),
        ..shopper()
    };
    let by_boat = Purchase {
        shipping_option: Some("boat".to_owned()),
        ..shopper()
    };
    for purchase in [nobody, stale, by_boat] {
        kustom.pay(&id, purchase, start()).unwrap_err();
    }
    assert!(kustom.order(&id).unwrap().attempts.is_empty());
    let path = format!("/checkout/v3/orders/{id}/abort");
    request(&mut kustom, Method::POST, &path, &Value::Null);
    assert_eq!(kustom.pay(&id, shopper(), start()), Err(PurchaseRefusal::Aborted));
    assert!(kustom.order(&id).unwrap().attempts.is_empty());
}

#[test]
fn one_payment_at_a_time_and_none_after_the_purchase() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let callback = asked(kustom.pay(&id, shopper(), start()));
    assert_eq!(
        kustom.pay(&id, shopper(), start()),
        Err(PurchaseRefusal::PaymentUnderWay)
    );
    kustom
        .payment_answered(callback.number, sold_out(), start())
        .unwrap_err();
    let again = asked(kustom.pay(&id, shopper(), start()));
    assert_eq!(
        kustom.payment_answered(callback.number, approval(), start()),
        Err(PurchaseRefusal::NoPaymentUnderWay)
    );
    kustom
        .payment_answered(again.number, approval(), start())
        .unwrap();
    assert_eq!(
        kustom.pay(&id, shopper(), start()),
        Err(PurchaseRefusal::AlreadyComplete)
    );
    let order = kustom.order(&id).unwrap();
    assert_eq!(order.count_attempts(CallbackKind::Validation), 2);
    assert_eq!(order.count(&Change::Completed), 1);
}

#[test]
fn what_is_bought_is_the_order_at_the_end() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let callback = asked(kustom.pay(&id, shopper(), start()));
    assert_eq!(update(&mut kustom, &id, &two_shoes()), 200);
    kustom
        .payment_answered(callback.number, approval(), start())
        .unwrap();
    let managed = kustom.order(&id).unwrap().managed.clone().unwrap();
    assert_eq!(managed.order_amount, 20_000);
    assert_eq!(
        managed.billing_address.unwrap().given_name.as_deref(),
        Some("Anna")
    );
}

#[test]
fn an_amount_that_the_shopper_saw_is_checked_at_the_end_again() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let purchase = Purchase {
        shown_amount: Some(10_000),
        ..shopper()
    };
    let callback = asked(kustom.pay(&id, purchase, start()));
    assert_eq!(update(&mut kustom, &id, &two_shoes()), 200);
    assert_eq!(
        kustom.payment_answered(callback.number, approval(), start()),
        Err(PurchaseRefusal::AmountChanged {
            shown: 10_000,
            actual: 20_000
        })
    );
    assert!(!is_bought(&kustom, &id));
    assert_eq!(kustom.order(&id).unwrap().state(start()), OrderState::Open);
}

#[test]
fn the_flag_counts_as_it_was_when_the_merchant_was_asked() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let callback = asked(kustom.pay(&id, shopper(), start()));
    let options = json!({ "options": { "require_validate_callback_success": false } });
    assert_eq!(update(&mut kustom, &id, &options), 200);
    kustom
        .payment_answered(callback.number, silence(), later(10))
        .unwrap_err();
    assert!(!is_bought(&kustom, &id));
}

#[test]
fn an_abort_or_an_expiry_during_the_question_ends_the_payment() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let callback = asked(kustom.pay(&id, shopper(), start()));
    let path = format!("/checkout/v3/orders/{id}/abort");
    assert_eq!(
        request(&mut kustom, Method::POST, &path, &Value::Null).status,
        200
    );
    assert_eq!(
        kustom.payment_answered(callback.number, approval(), start()),
        Err(PurchaseRefusal::Aborted)
    );
    let (mut kustom, id) = opened(&order_that_asks(true));
    let callback = asked(kustom.pay(&id, shopper(), start()));
    kustom.expire(&id, start()).unwrap();
    assert_eq!(
        kustom.payment_answered(callback.number, approval(), start()),
        Err(PurchaseRefusal::NoSuchOrder)
    );
    assert!(!is_bought(&kustom, &id));
}

#[test]
fn a_rejection_comes_after_the_merchant_was_asked() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let purchase = Purchase {
        outcome: Some(Outcome::Rejected),
        ..shopper()
    };
    let callback = asked(kustom.pay(&id, purchase.clone(), start()));
    assert_eq!(
        kustom.payment_answered(callback.number, approval(), start()),
        Err(PurchaseRefusal::Rejected)
    );
    let callback = asked(kustom.pay(&id, purchase, start()));
    let denied = kustom.payment_answered(callback.number, sold_out(), start());
    assert_eq!(denied.unwrap_err().code(), "PURCHASE_DENIED");
    let order = kustom.order(&id).unwrap();
    assert_eq!(
        (
            order.count(&Change::PaymentRejected),
            order.count(&Change::ValidationDenied)
        ),
        (1, 1)
    );
}

#[test]
fn the_bank_brings_a_second_question_and_only_its_approval_buys() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let first = asked(kustom.pay(&id, with_bank(), start()));
    assert_eq!(
        kustom.authenticated(&id, start()),
        Err(PurchaseRefusal::NoPaymentUnderWay)
    );
    let step = kustom.payment_answered(first.number, approval(), later(1));
    assert_eq!(step, Ok(PaymentStep::Authenticating));
    assert!(!is_bought(&kustom, &id));
    assert_eq!(update(&mut kustom, &id, &two_shoes()), 200);
    let second = asked(kustom.authenticated(&id, later(60)));
    let sent: Value = serde_json::from_slice(&second.body).unwrap();
    assert_eq!(sent["order_amount"], 20_000);
    assert!(!is_bought(&kustom, &id));
    kustom
        .payment_answered(second.number, approval(), later(61))
        .unwrap();
    assert_eq!(kustom.order(&id).unwrap().count(&Change::ValidationApproved), 2);
    assert!(is_bought(&kustom, &id));
}

#[test]
fn a_denial_after_the_bank_buys_nothing() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let first = asked(kustom.pay(&id, with_bank(), start()));
    kustom
        .payment_answered(first.number, approval(), start())
        .unwrap();
    let second = asked(kustom.authenticated(&id, start()));
    let denied = kustom.payment_answered(second.number, sold_out(), start());
    assert_eq!(denied.unwrap_err().code(), "PURCHASE_DENIED");
    assert!(!is_bought(&kustom, &id));
    asked(kustom.pay(&id, shopper(), start()));
}

#[test]
fn a_shopper_who_leaves_the_banks_page_may_pay_again() {
    let (mut kustom, id) = opened(&order_that_asks(true));
    let first = asked(kustom.pay(&id, with_bank(), start()));
    assert_eq!(
        kustom.abandon_payment(&id, start()),
        Err(PurchaseRefusal::NoPaymentUnderWay)
    );
    kustom
        .payment_answered(first.number, approval(), start())
        .unwrap();
    assert_eq!(
        kustom.pay(&id, shopper(), start()),
        Err(PurchaseRefusal::PaymentUnderWay)
    );
    kustom.abandon_payment(&id, start()).unwrap();
    assert_eq!(kustom.order(&id).unwrap().count(&Change::PaymentAbandoned), 1);
    asked(kustom.pay(&id, shopper(), start()));
}

#[test]
fn the_bank_alone_is_passed_without_a_question() {
    let (mut kustom, id) = opened(&order_with(json!({})));
    let step = kustom.pay(&id, with_bank(), start());
    assert_eq!(step, Ok(PaymentStep::Authenticating));
    assert!(matches!(
        kustom.authenticated(&id, start()),
        Ok(PaymentStep::Done(_))
    ));
    assert!(kustom.order(&id).unwrap().attempts.is_empty());
}
