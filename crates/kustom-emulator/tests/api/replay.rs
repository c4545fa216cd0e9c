//! Any calls in any order: the core gives the same value again, and never buys what the merchant did not let through.

use crate::pure::{
    answered, approval, later, message, opened, order_that_asks, request, shopper, silence, sold_out, update,
};
use crate::support::two_shoes;
use http::Method;
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use kustom_emulator::{
    CallbackAnswer, CallbackNumber, Change, Kustom, Outcome, PaymentStep, Purchase, PurchaseRefusal,
};
use proptest::prelude::*;
use serde_json::{Value, json};

/// One call, as a simulation would make it.
#[derive(Clone, Debug)]
enum Call {
    Pay {
        three_d_secure: bool,
        outcome: Option<Outcome>,
        shown_amount: Option<i64>,
    },
    Answer {
        number: u64,
        answer: CallbackAnswer,
    },
    Authenticated,
    Abandon,
    Update,
    Abort,
    Expire,
    Fault,
    Strike,
    Push,
}

fn call() -> impl Strategy<Value = Call> {
    let outcome = prop_oneof![
        Just(None),
        Just(Some(Outcome::Pending)),
        Just(Some(Outcome::Rejected))
    ];
    let shown_amount = prop_oneof![Just(None), Just(Some(10_000)), Just(Some(20_000))];
    let answer = prop_oneof![
        4 => Just(approval()),
        1 => Just(sold_out()),
        1 => Just(silence()),
        1 => Just(answered(303, Some("/sorry"), "")),
        1 => Just(answered(500, None, "")),
    ];
    prop_oneof![
        4 => (any::<bool>(), outcome, shown_amount).prop_map(|(three_d_secure, outcome, shown_amount)| {
            Call::Pay { three_d_secure, outcome, shown_amount }
        }),
        8 => (1..8u64, answer).prop_map(|(number, answer)| Call::Answer { number, answer }),
        3 => Just(Call::Authenticated),
        1 => Just(Call::Abandon),
        2 => Just(Call::Update),
        1 => prop_oneof![Just(Call::Abort), Just(Call::Expire)],
        2 => prop_oneof![Just(Call::Fault), Just(Call::Strike), Just(Call::Push)],
    ]
}

/// Makes one call and says whether it bought the order.
fn make(kustom: &mut Kustom, id: &KustomOrderId, call: &Call, seconds: i64) -> bool {
    let now = later(seconds);
    let step: Result<PaymentStep, PurchaseRefusal> = match call.clone() {
        Call::Pay {
            three_d_secure,
            outcome,
            shown_amount,
        } => {
            let purchase = Purchase {
                outcome,
                shown_amount,
                three_d_secure,
                ..shopper()
            };
            kustom.pay(id, purchase, now)
        }
        Call::Answer { number, answer } => kustom.payment_answered(CallbackNumber(number), answer, now),
        Call::Authenticated => kustom.authenticated(id, now),
        Call::Abandon => kustom
            .abandon_payment(id, now)
            .map(|()| PaymentStep::Authenticating),
        other => {
            look(kustom, id, &other, now);
            return false;
        }
    };
    matches!(step, Ok(PaymentStep::Done(_)))
}

fn look(kustom: &mut Kustom, id: &KustomOrderId, call: &Call, now: Timestamp) {
    let path = format!("/checkout/v3/orders/{id}");
    match call {
        Call::Update => {
            update(kustom, id, &two_shoes());
        }
        Call::Abort => {
            request(kustom, Method::POST, &format!("{path}/abort"), &Value::Null);
        }
        Call::Expire => {
            let _ = kustom.expire(id, now);
        }
        Call::Fault => {
            let rule = json!({ "method": "*", "path": "*", "effect": "reset" });
            request(kustom, Method::POST, "/_emulator/faults", &rule);
        }
        Call::Strike => {
            kustom.strike(&message(Method::GET, &path, &Value::Null));
        }
        _ => {
            kustom.due_callbacks(now);
        }
    }
}

fn run(calls: &[Call], is_required: bool) -> (Kustom, KustomOrderId, usize) {
    let (mut kustom, id) = opened(&order_that_asks(is_required));
    let mut purchases = 0;
    for (seconds, call) in (0..).zip(calls) {
        purchases += usize::from(make(&mut kustom, &id, call, seconds));
    }
    (kustom, id, purchases)
}

proptest! {
    #[test]
    fn the_same_calls_give_the_same_value(calls in prop::collection::vec(call(), 0..30), is_required: bool) {
        let (one, other) = (run(&calls, is_required), run(&calls, is_required));
        prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }

    #[test]
    fn an_order_is_bought_once_and_only_when_let_through(
        calls in prop::collection::vec(call(), 0..30),
        is_required: bool,
    ) {
        let (kustom, id, purchases) = run(&calls, is_required);
        let order = kustom.order(&id).unwrap();
        prop_assert_eq!(purchases, order.count(&Change::Completed));
        prop_assert!(purchases <= 1);
        prop_assert_eq!(order.managed.is_some(), purchases == 1);
        if purchases == 1 {
            let before = order.history.iter().rev().find(|event| {
                matches!(
                    event.change,
                    Change::ValidationApproved
                        | Change::ValidationUnanswered
                        | Change::ValidationDenied
                        | Change::ValidationFailed
                )
            });
            let last = before.map(|event| event.change.clone());
            let is_let_through = last == Some(Change::ValidationApproved)
                || !is_required && last == Some(Change::ValidationUnanswered);
            prop_assert!(is_let_through, "{:?}", order.history);
            prop_assert!(!order.is_being_paid());
        }
    }
}
