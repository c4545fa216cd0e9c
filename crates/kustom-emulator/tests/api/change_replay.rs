//! Any choices, addresses, updates and answers in any order: the order stays the sum of its lines, and nothing is charged twice.

use crate::change::{ALL, address, agreed, cart, choice, option, order_asking, with};
use crate::pure::{answered, later, opened, shopper, silence, update};
use kustom_api::{CheckoutOrder, KustomOrderId, LineType};
use kustom_emulator::{CallbackAnswer, CallbackNumber, Kustom, ShopperChange};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
enum Call {
    Change(ShopperChange),
    Answer(u64, CallbackAnswer),
    Update(Value),
    Pay,
}

/// What a merchant sends of its own accord or as an answer: a cart, with at most one fee of each way to ship.
fn sent() -> impl Strategy<Value = Value> {
    let fee = |id: &'static str| prop::option::of((0..50i64).prop_map(move |price| (id, price * 100)));
    let options = prop::option::of(prop::sample::subsequence(
        vec![("post", 4900), ("home", 9900), ("boat", 1900)],
        0..=3,
    ));
    (1..4i64, fee("post"), fee("home"), options).prop_map(|(quantity, post, home, options)| {
        let fees: Vec<_> = post.into_iter().chain(home).collect();
        let offered =
            |options: Vec<(&str, i64)>| options.into_iter().map(|(id, price)| option(id, price)).collect();
        match options {
            Some(options) => {
                let options: Vec<Value> = offered(options);
                with(cart(quantity, &fees), json!({ "shipping_options": options }))
            }
            None => cart(quantity, &fees),
        }
    })
}

fn call() -> impl Strategy<Value = Call> {
    let answer = prop_oneof![
        6 => sent().prop_map(|cart| agreed(&cart)),
        1 => Just(answered(400, None, r#"{"error_type":"address_error","error_text":"No"}"#)),
        1 => Just(answered(500, None, "")),
        1 => Just(silence()),
    ];
    let choices = prop::sample::select(vec!["post", "home", "boat"]);
    let places = prop::sample::select(vec![("SE", "Ankeborg"), ("SE", "Lund"), ("FI", "Pori")]);
    prop_oneof![
        4 => choices.prop_map(|id| Call::Change(choice(id))),
        3 => places.prop_map(|(country, city)| Call::Change(address(country, city))),
        8 => (0..3u64, answer).prop_map(|(back, answer)| Call::Answer(back, answer)),
        2 => sent().prop_map(Call::Update),
        1 => Just(Call::Pay),
    ]
}

/// Answers go to one of the newest questions, so that most of them find theirs.
fn make(kustom: &mut Kustom, id: &KustomOrderId, call: Call, seconds: i64) {
    let now = later(seconds);
    match call {
        Call::Change(change) => {
            let _ = kustom.change(id, change, now);
        }
        Call::Answer(back, answer) => {
            let newest = kustom.order(id).unwrap().attempts.len() as u64;
            let _ = kustom.change_answered(CallbackNumber(newest.saturating_sub(back)), answer, now);
        }
        Call::Update(body) => {
            update(kustom, id, &body);
        }
        Call::Pay => {
            let _ = kustom.pay(id, shopper(), now);
        }
    }
}

fn fees_of(order: &CheckoutOrder, id: &str) -> usize {
    let lines = order.order_lines.iter().flatten();
    lines
        .filter(|line| line.line_type == Some(LineType::ShippingFee) && line.reference.as_deref() == Some(id))
        .count()
}

proptest! {
    #[test]
    fn an_order_is_the_sum_of_its_lines_and_no_way_to_ship_is_charged_twice(
        calls in prop::collection::vec(call(), 0..40),
        asked in prop::sample::subsequence(ALL.to_vec(), 0..=3),
    ) {
        let (mut kustom, id) = opened(&order_asking(&asked));
        for (seconds, call) in (0..).zip(calls) {
            let what = format!("{call:?}");
            make(&mut kustom, &id, call, seconds);
            let order = kustom.order(&id).unwrap();
            let checkout = &order.checkout;
            let lines = || checkout.order_lines.iter().flatten();
            prop_assert_eq!(checkout.order_amount, Some(lines().map(|line| line.total_amount).sum()), "{}", &what);
            prop_assert_eq!(checkout.order_tax_amount, Some(lines().map(|line| line.total_tax_amount).sum()), "{}", &what);
            for id in ["post", "home", "boat"] {
                prop_assert!(fees_of(checkout, id) <= 1, "{} twice after {}", id, &what);
            }
            let offered = checkout.shipping_options.as_deref().unwrap_or_default();
            if let Some(chosen) = &checkout.selected_shipping_option {
                prop_assert!(offered.contains(chosen), "{} is not offered after {}", chosen.id, &what);
            }
            if let Some(managed) = &order.managed {
                prop_assert_eq!(Some(managed.order_amount), checkout.order_amount);
            }
        }
    }
}
