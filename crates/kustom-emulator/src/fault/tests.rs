//! Which calls a rule strikes, and which rules are refused.

use super::*;
use crate::rules::Rules;
use bytes::Bytes;
use http::HeaderMap;
use proptest::prelude::*;
use serde_json::{Value, json};

const CREATE: &str = "/checkout/v3/orders";

fn rule(members: &Value) -> FaultRule {
    let mut rule = json!({ "method": "*", "path": "*", "effect": "reset" });
    let members = members.as_object().unwrap().clone();
    rule.as_object_mut().unwrap().extend(members);
    serde_json::from_value(rule).unwrap()
}

fn request(method: &str, path: &str) -> Request {
    Request {
        method: method.parse().unwrap(),
        path: path.to_owned(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        base_url: String::new(),
    }
}

fn kustom(rules: &[Value]) -> Kustom {
    let mut kustom = Kustom::new(Rules::default());
    for members in rules {
        kustom.add_fault(rule(members)).unwrap();
    }
    kustom
}

/// Which effects a row of creates meets.
fn strikes(kustom: &mut Kustom, count: usize) -> Vec<Option<FaultEffect>> {
    let create = request("POST", CREATE);
    let mut strike = || kustom.strike(&create).map(|fault| fault.effect);
    std::iter::repeat_with(&mut strike).take(count).collect()
}

#[test]
fn a_rule_strikes_once_unless_it_says_otherwise() {
    use FaultEffect::Reset;
    let (hit, miss) = (Some(Reset), None);
    assert_eq!(strikes(&mut kustom(&[json!({})]), 3), [hit, miss, miss]);
    assert_eq!(
        strikes(&mut kustom(&[json!({ "times": 2 })]), 3),
        [hit, hit, miss]
    );
    assert_eq!(
        strikes(&mut kustom(&[json!({ "times": null })]), 3),
        [hit, hit, hit]
    );
    assert_eq!(
        strikes(&mut kustom(&[json!({ "skip": 2 })]), 4),
        [miss, miss, hit, miss]
    );
}

#[test]
fn the_first_rule_that_is_not_spent_strikes() {
    use FaultEffect::{NotFound, Reset, ServerError};
    let mut kustom = kustom(&[
        json!({ "method": "GET", "effect": "unauthorized" }),
        json!({ "skip": 1, "effect": "server_error" }),
        json!({ "effect": "reset" }),
        json!({ "effect": "not_found" }),
    ]);
    let met = strikes(&mut kustom, 4);
    assert_eq!(met, [Some(Reset), Some(ServerError), Some(NotFound), None]);
}

#[test]
fn only_merchants_calls_are_struck() {
    let mut kustom = kustom(&[json!({ "times": null })]);
    for path in [
        "/",
        "/_emulator/orders",
        "/browser/orders/1/pay",
        "/browser/checkout",
    ] {
        assert_eq!(kustom.strike(&request("POST", path)), None, "{path}");
    }
    for path in [
        CREATE,
        "/checkout/v3/orders/1/abort",
        "/ordermanagement/v1/orders/1",
    ] {
        assert!(kustom.strike(&request("POST", path)).is_some(), "{path}");
    }
}

#[test]
fn method_and_path_must_match() {
    for (method, path, is_struck) in [
        ("POST", "/checkout/v3/orders", true),
        ("GET", "/checkout/v3/orders", false),
        ("*", "/checkout/v3/orders/*", false),
        ("*", "*orders", true),
        ("*", "/ordermanagement/*", false),
    ] {
        let mut kustom = kustom(&[json!({ "method": method, "path": path })]);
        let found = kustom.strike(&request("POST", CREATE)).is_some();
        assert_eq!(found, is_struck, "{method} {path}");
    }
}

#[test]
fn rules_that_do_nothing_are_refused() {
    use FaultRuleError as E;
    let check = |members: Value, expected: E| assert_eq!(check(&rule(&members)), Err(expected));
    let unknown = |method: &str| E::UnknownMethod {
        method: method.to_owned(),
    };
    let never = |path: &str| E::PathNeverMatches {
        path: path.to_owned(),
    };
    check(json!({ "method": "post" }), unknown("post"));
    check(json!({ "method": "" }), unknown(""));
    check(json!({ "path": "/browser/*" }), never("/browser/*"));
    check(json!({ "path": "checkout/*" }), never("checkout/*"));
    check(json!({ "path": "/_emulator/orders" }), never("/_emulator/orders"));
    check(json!({ "path": "/check" }), never("/check"));
    check(json!({ "path": "*".repeat(301) }), E::PathTooLong);
    check(json!({ "times": 0 }), E::NeverStrikes);
    check(json!({ "effect": "delay" }), E::WaitMissing);
    check(json!({ "effect": "applied_late" }), E::WaitMissing);
    check(json!({ "effect": "reset", "ms": 1 }), E::WaitUnused);
    check(json!({ "effect": "delay", "ms": 0 }), E::WaitOutOfRange { ms: 0 });
    check(
        json!({ "effect": "timeout", "ms": 60_001 }),
        E::WaitOutOfRange { ms: 60_001 },
    );
    check(
        json!({ "effect": "delay", "ms": 1, "applied": true }),
        E::AppliedUnused,
    );
}

#[test]
fn a_hundred_rules_are_enough() {
    let mut kustom = kustom(&vec![json!({}); 100]);
    assert_eq!(
        kustom.add_fault(rule(&json!({}))),
        Err(FaultRuleError::TooManyRules)
    );
    kustom.remove_faults();
    assert_eq!(kustom.add_fault(rule(&json!({}))), Ok(()));
}

#[test]
fn a_star_is_any_run_of_characters() {
    for (pattern, text, expected) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("a", "a", true),
        ("a", "ab", false),
        ("a*", "ab/c", true),
        ("*c", "ab/c", true),
        ("a*a", "a", false),
        ("a*b*c", "a--b--c", true),
        ("a*b*c", "a--c--b", false),
        ("*b*", "abc", true),
        ("**", "abc", true),
        ("*ab", "aab", true),
        ("*aba", "ababa", true),
    ] {
        assert_eq!(matches_pattern(pattern, text), expected, "{pattern} {text}");
    }
}

/// The definition, letter by letter.
fn by_definition(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|taken| by_definition(rest, &text[taken..])),
        Some((letter, rest)) => text
            .split_first()
            .is_some_and(|(first, behind)| first == letter && by_definition(rest, behind)),
    }
}

proptest! {
    #[test]
    fn matching_agrees_with_its_definition(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
        let expected = by_definition(pattern.as_bytes(), text.as_bytes());
        prop_assert_eq!(matches_pattern(&pattern, &text), expected);
    }
}
