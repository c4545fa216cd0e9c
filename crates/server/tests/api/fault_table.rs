//! Nine calls to Kustom, sixteen faults, and what becomes of a purchase in each of the 144 cases.
//!
//! The fault strikes once, then three times; after that nothing goes wrong any more, time passes, and the shopper does
//! what pages make shoppers do. In every case there is one order for what was paid, and nothing else has happened: see
//! [`ending`]. What the table says is how it looks at first.

mod ending;
mod scene;

use scene::{Call, Scene};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// How a fault looks to whoever waits for the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// As if nothing had happened.
    Same,
    /// Nothing yet: the iframe stays suspended, the confirmation says `checkout_incomplete`, the message goes out again.
    Later,
    /// The shopper is told to try again, and the same Kustom order goes on.
    Retry,
    /// The shopper is told that the provider refused, and tries again all the same.
    Refused,
    /// Another Kustom order takes the place of the first.
    Another,
}

use Fate::{Another, Later, Refused, Retry, Same};

#[rustfmt::skip]
const TABLE: [(&str, [Fate; 9]); 16] = [
    //                    create    reopen    sync      abort     checkout  managed   acknow-   refer-    cancel
    //                                                            read      read      ledge     ences
    ("delay",            [Same,     Same,     Same,     Same,     Same,     Same,     Same,     Same,     Same   ]),
    ("timeout",          [Retry,    Retry,    Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("lost_answer",      [Retry,    Retry,    Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("applied_late",     [Retry,    Retry,    Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("applied_twice",    [Same,     Same,     Same,     Later,    Same,     Same,     Same,     Same,     Same   ]),
    ("unauthorized",     [Refused,  Refused,  Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("forbidden_page",   [Retry,    Retry,    Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("not_found",        [Refused,  Another,  Another,  Same,     Same,     Later,    Later,    Later,    Later  ]),
    ("too_many_requests",[Retry,    Retry,    Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("server_error",     [Retry,    Retry,    Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("gateway_timeout",  [Retry,    Retry,    Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("empty",            [Retry,    Retry,    Later,    Same,     Later,    Later,    Same,     Same,     Same   ]),
    ("truncated",        [Retry,    Retry,    Later,    Later,    Later,    Later,    Same,     Same,     Same   ]),
    ("reset",            [Retry,    Retry,    Later,    Later,    Later,    Later,    Later,    Later,    Later  ]),
    ("foreign_order",    [Retry,    Retry,    Later,    Later,    Later,    Later,    Same,     Same,     Same   ]),
    ("foreign_location", [Same,     Same,     Same,     Same,     Same,     Same,     Same,     Same,     Same   ]),
];

const CALLS: [Call; 9] = [
    Call::Create,
    Call::Reopen,
    Call::Sync,
    Call::Abort,
    Call::ReadCheckout,
    Call::ReadManaged,
    Call::Acknowledge,
    Call::SetReferences,
    Call::Cancel,
];

/// One case. Some cells have two, where the effect can take place in two ways.
#[derive(Clone, Debug)]
struct Case {
    call: Call,
    effect: &'static str,
    strikes: u32,
    /// What the rule says besides.
    details: Value,
    /// Whether Kustom has other carts' orders to confuse ours with. Where it has none, it makes an id up.
    has_bystanders: bool,
    fate: Fate,
}

impl Case {
    fn rule(&self, method: &str, path: &str) -> Value {
        let mut rule = self.details.clone();
        rule["method"] = method.into();
        rule["path"] = path.into();
        rule["effect"] = self.effect.into();
        rule["times"] = self.strikes.into();
        rule
    }

    /// Three refusals of a message are for a person to know. The message goes out all the same.
    fn is_reported(&self) -> bool {
        self.strikes >= 3 && self.effect == "not_found" && self.call.is_message()
    }
}

/// What nobody notices once, nobody notices three times.
fn is_worth_repeating(fate: Fate) -> bool {
    fate != Same
}

fn cases(strikes: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for (effect, fates) in TABLE {
        let cells = CALLS.into_iter().zip(fates);
        for (call, fate) in cells.filter(|(_, fate)| strikes == 1 || is_worth_repeating(*fate)) {
            let case = Case {
                call,
                effect,
                strikes,
                details: json!({}),
                has_bystanders: strikes == 1,
                fate,
            };
            cases.extend(variants(case));
        }
    }
    cases
}

fn variants(case: Case) -> Vec<Case> {
    let with = |details: Value| Case {
        details,
        ..case.clone()
    };
    match case.effect {
        "delay" => vec![with(json!({ "ms": 50 }))],
        "applied_late" => vec![with(json!({ "ms": 30 }))],
        // Success without a body is all that a message is ever answered. A success that is a lie is nobody's to notice.
        "empty" if case.call.is_message() => vec![with(json!({ "applied": true }))],
        "gateway_timeout" | "empty" => vec![
            with(json!({ "applied": true })),
            with(json!({ "applied": false })),
        ],
        "foreign_order" => {
            let among = |has_bystanders| Case {
                has_bystanders,
                ..case.clone()
            };
            vec![among(true), among(false)]
        }
        _ => vec![case],
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fault_that_strikes_once_loses_nothing() {
    let cases = cases(1);
    assert!(cases.len() >= TABLE.len() * CALLS.len());
    check(cases).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fault_that_strikes_three_times_loses_nothing() {
    check(cases(3)).await;
}

/// Cases mostly wait for disks and for calls to time out, so many run at once.
const AT_ONCE: usize = 12;

async fn check(cases: Vec<Case>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for case in cases {
        let places = places.clone();
        let name = format!("{case:?}");
        let run = async move {
            let _place = places.acquire_owned().await.unwrap();
            run(case).await;
        };
        let handle = tokio::spawn(run);
        running.spawn(async move { handle.await.err().map(|error| format!("{name}: {error}")) });
    }
    let failed: Vec<String> = running.join_all().await.into_iter().flatten().collect();
    assert!(
        failed.is_empty(),
        "{} failed:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

async fn run(case: Case) {
    let mut scene = Scene::set(&case).await;
    let (method, path) = scene.struck_call();
    scene.arm(case.rule(method, &path)).await;
    let tries = if case.call.is_the_shoppers() {
        case.strikes
    } else {
        1
    };
    for _ in 0..tries {
        assert_eq!(scene.act().await, case.fate, "{case:?}");
    }
    scene.shop.emulator.late_calls_applied().await;
    assert!(scene.strikes() > 0, "{case:?}: the fault was not met");
    scene.finish().await;
    ending::check(&scene, &case).await;
}
