//! The rules by which calls fail.

use super::schema::{closed, count, flag, list, named, object, one_of, said, text};
use crate::fault::{FaultEffect, LONGEST_PATH, LONGEST_WAIT_MS, METHODS, RULE_LIMIT};
use serde_json::{Map, Value, json};

/// Whether a rule says how long.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    Must,
    May,
    No,
}

struct Effect {
    effect: FaultEffect,
    wait: Wait,
    may_be_applied: bool,
    words: &'static str,
}

#[rustfmt::skip]
const EFFECTS: [Effect; 16] = [
    effect(FaultEffect::Delay, Wait::Must, false, "Applied; the answer is sent later."),
    effect(FaultEffect::Timeout, Wait::May, false, "Not applied; no answer, and the connection is held."),
    effect(FaultEffect::LostAnswer, Wait::No, false, "Applied; the connection is closed without a byte."),
    effect(FaultEffect::AppliedLate, Wait::Must, false, "504 at once; applied later."),
    effect(FaultEffect::AppliedTwice, Wait::No, false, "Applied two times; the second answer is sent."),
    effect(FaultEffect::Unauthorized, Wait::No, false, "401."),
    effect(FaultEffect::ForbiddenPage, Wait::No, false, "403 with a web page."),
    effect(FaultEffect::NotFound, Wait::No, false, "404."),
    effect(FaultEffect::TooManyRequests, Wait::No, false, "429 with Retry-After."),
    effect(FaultEffect::ServerError, Wait::No, false, "500."),
    effect(FaultEffect::GatewayTimeout, Wait::No, true, "504."),
    effect(FaultEffect::Empty, Wait::No, true, "The status of success and no body."),
    effect(FaultEffect::Truncated, Wait::No, false, "Applied; half of the body under the length of all of it."),
    effect(FaultEffect::Reset, Wait::No, false, "Not applied; a reset connection."),
    effect(FaultEffect::ForeignOrder, Wait::No, false, "Applied; another order, or the same under another id."),
    effect(FaultEffect::ForeignLocation, Wait::No, false, "Applied; a Location on another host."),
];

const fn effect(effect: FaultEffect, wait: Wait, may_be_applied: bool, words: &'static str) -> Effect {
    Effect {
        effect,
        wait,
        may_be_applied,
        words,
    }
}

pub(super) fn add(schemas: &mut Map<String, Value>) {
    let forms: Vec<Value> = EFFECTS.iter().map(rule).collect();
    let rule = said(
        json!({ "oneOf": forms }),
        "One call that matches is struck, in one of these ways.",
    );
    schemas.insert("FaultRule".to_owned(), rule);
    let effects: Vec<FaultEffect> = EFFECTS.iter().map(|row| row.effect).collect();
    schemas.insert("FaultEffect".to_owned(), one_of(&effects));
    schemas.insert(
        "CountedFault".to_owned(),
        object(&json!({
            "number": said(count(), "By which it is removed."),
            "method": text(),
            "path": text(),
            "times": { "type": ["integer", "null"] },
            "skip": count(),
            "effect": named("FaultEffect"),
            "ms?": count(),
            "applied?": flag(),
            "struck": said(count(), "How often it has struck."),
            "skipped": said(count(), "How many calls it has let through."),
        })),
    );
    let mut rules = list(named("CountedFault"));
    rules["maxItems"] = json!(RULE_LIMIT);
    let rules = said(rules, "In the order in which they are asked.");
    schemas.insert("Faults".to_owned(), object(&json!({ "faults": rules })));
}

fn rule(row: &Effect) -> Value {
    let methods: Vec<&str> = METHODS.iter().map(http::Method::as_str).chain(["*"]).collect();
    let path = json!({ "type": "string", "maxLength": LONGEST_PATH });
    let times = json!({ "type": ["integer", "null"], "minimum": 1, "maximum": u32::MAX, "default": 1 });
    let mut members = json!({
        "method": said(one_of(&methods), "`*` is any."),
        "path": said(path, "`*` is any run of characters. Only Kustom's own paths can be struck."),
        "times?": said(times, "How often it strikes; null is for ever."),
        "skip?": said(json!({ "type": "integer", "minimum": 0, "maximum": u32::MAX, "default": 0 }),
            "How many calls it lets through first."),
        "effect": { "const": row.effect },
    });
    let wait = said(
        json!({ "type": ["integer", "null"], "minimum": 1, "maximum": LONGEST_WAIT_MS }),
        "Milliseconds of real time.",
    );
    let must_wait = said(
        json!({ "type": "integer", "minimum": 1, "maximum": LONGEST_WAIT_MS }),
        "Milliseconds of real time.",
    );
    match row.wait {
        Wait::Must => members["ms"] = must_wait,
        Wait::May => members["ms?"] = wait,
        Wait::No => members["ms?"] = json!({ "type": "null" }),
    }
    members["applied?"] = match row.may_be_applied {
        true => said(
            json!({ "type": ["boolean", "null"] }),
            "Whether the call takes effect all the same.",
        ),
        false => json!({ "type": "null" }),
    };
    said(closed(&members), row.words)
}
