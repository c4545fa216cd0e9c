//! How this Kustom behaves where behaviour can be chosen, and how that is changed while it runs.

use crate::credentials::Credentials;
use crate::decision::Decision;
use crate::strictness::Strictness;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use thiserror::Error;

/// Longer than any reservation lives.
const LONGEST_MS: u64 = 400 * 24 * 3600 * 1000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Equal seeds give equal order ids. Give a new one at each start when callers keep their data between starts.
    pub seed: u64,
    /// `None` accepts any credentials that are not empty. Secrets stay out of snapshots.
    #[serde(skip)]
    pub credentials: Option<Credentials>,
    /// How long after the purchase the first push comes; never less than three seconds.
    pub first_push_after: SignedDuration,
    /// How long a merchant's approval is waited for; without one the purchase goes on.
    pub validation_patience: SignedDuration,
    /// The same where the order requires the approval; without one the purchase fails.
    pub required_validation_patience: SignedDuration,
    /// How long the answer about a way to ship, an address or a country is waited for. Kustom does not document its limit;
    /// this is the longest of those that it does.
    pub change_patience: SignedDuration,
    /// When a pending purchase is decided by itself. Kustom's reviews take up to a day; `None` waits for somebody to say it.
    pub pending_decided_after: Option<SignedDuration>,
    pub pending_decision: Decision,
    /// What is checked, and how, where the sources leave a choice.
    pub strictness: Strictness,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            seed: 1,
            credentials: None,
            first_push_after: SignedDuration::from_mins(2),
            validation_patience: SignedDuration::from_secs(3),
            required_validation_patience: SignedDuration::from_secs(10),
            change_patience: SignedDuration::from_secs(10),
            pending_decided_after: None,
            pending_decision: Decision::Accepted,
            strictness: Strictness::default(),
        }
    }
}

/// Why a rule cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RuleError {
    #[error("there is no rule {name}")]
    Unknown { name: String },
    #[error("the rule {name} cannot be {value}: {reason}")]
    BadValue {
        name: String,
        value: String,
        reason: String,
    },
}

/// The rules besides the switches, as they are named outside.
#[derive(Serialize, Deserialize)]
struct Times {
    first_push_after_ms: u64,
    validation_patience_ms: u64,
    required_validation_patience_ms: u64,
    change_patience_ms: u64,
    pending_decided_after_ms: Option<u64>,
    pending_decision: Decision,
}

impl Rules {
    /// Every rule that can be changed while the emulator runs.
    pub fn settable(&self) -> Map<String, Value> {
        let mut all = members(&self.strictness);
        all.extend(members(&self.times()));
        all
    }

    /// Changes one rule. A text that is not JSON is taken as a text, so that a command line needs no quotes.
    pub fn set_from_text(&mut self, name: &str, text: &str) -> Result<(), RuleError> {
        let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
        self.set(name, &value)
    }

    pub fn set(&mut self, name: &str, value: &Value) -> Result<(), RuleError> {
        if let Some(strictness) = changed(&self.strictness, name, value)? {
            self.strictness = strictness;
        } else if let Some(times) = changed(&self.times(), name, value)? {
            self.set_times(&times)
                .map_err(|reason| bad_value(name, value, reason))?;
        } else {
            return Err(RuleError::Unknown {
                name: name.to_owned(),
            });
        }
        Ok(())
    }

    /// These rules with several changes, or as they were when one of them is wrong.
    pub(crate) fn changed(&self, changes: Map<String, Value>) -> Result<Self, RuleError> {
        let mut rules = self.clone();
        for (name, value) in changes {
            rules.set(&name, &value)?;
        }
        Ok(rules)
    }

    fn times(&self) -> Times {
        Times {
            first_push_after_ms: in_ms(self.first_push_after),
            validation_patience_ms: in_ms(self.validation_patience),
            required_validation_patience_ms: in_ms(self.required_validation_patience),
            change_patience_ms: in_ms(self.change_patience),
            pending_decided_after_ms: self.pending_decided_after.map(in_ms),
            pending_decision: self.pending_decision,
        }
    }

    fn set_times(&mut self, times: &Times) -> Result<(), String> {
        self.first_push_after = of_ms(times.first_push_after_ms)?;
        self.validation_patience = of_ms(times.validation_patience_ms)?;
        self.required_validation_patience = of_ms(times.required_validation_patience_ms)?;
        self.change_patience = of_ms(times.change_patience_ms)?;
        self.pending_decided_after = times.pending_decided_after_ms.map(of_ms).transpose()?;
        self.pending_decision = times.pending_decision;
        Ok(())
    }
}

/// `None` when these rules do not have this name.
fn changed<T: Serialize + DeserializeOwned>(
    rules: &T,
    name: &str,
    value: &Value,
) -> Result<Option<T>, RuleError> {
    let mut members = members(rules);
    let Some(member) = members.get_mut(name) else {
        return Ok(None);
    };
    *member = value.clone();
    serde_json::from_value(Value::Object(members))
        .map(Some)
        .map_err(|error| bad_value(name, value, error.to_string()))
}

fn bad_value(name: &str, value: &Value, reason: String) -> RuleError {
    RuleError::BadValue {
        name: name.to_owned(),
        value: value.to_string(),
        reason,
    }
}

fn members(rules: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(rules) {
        Ok(Value::Object(members)) => members,
        _ => Map::new(),
    }
}

fn in_ms(duration: SignedDuration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(0)
}

fn of_ms(ms: u64) -> Result<SignedDuration, String> {
    match i64::try_from(ms) {
        Ok(value) if ms <= LONGEST_MS => Ok(SignedDuration::from_millis(value)),
        _ => Err(format!("it is at most {LONGEST_MS} milliseconds")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strictness::LineTotal;
    use serde_json::json;

    #[test]
    fn every_rule_can_be_set_to_what_it_is() {
        let rules = Rules::default();
        for (name, value) in rules.settable() {
            let mut again = rules.clone();
            again.set(&name, &value).unwrap();
            assert_eq!(again.settable(), rules.settable(), "{name}");
        }
    }

    #[test]
    fn a_command_line_needs_no_quotes() {
        let mut rules = Rules::default();
        rules.set_from_text("line_total", "within_quantity").unwrap();
        rules.set_from_text("first_push_after_ms", "5000").unwrap();
        rules.set_from_text("pending_decided_after_ms", "1000").unwrap();
        rules.set_from_text("pending_decision", "stopped").unwrap();
        assert_eq!(rules.strictness.line_total, LineTotal::WithinQuantity);
        assert_eq!(rules.first_push_after, SignedDuration::from_secs(5));
        assert_eq!(rules.pending_decided_after, Some(SignedDuration::from_secs(1)));
        assert_eq!(rules.pending_decision, Decision::Stopped);
        rules.set_from_text("pending_decided_after_ms", "null").unwrap();
        assert_eq!(rules.pending_decided_after, None);
    }

    #[test]
    fn a_rule_that_cannot_be_says_why_and_changes_nothing() {
        let rules = Rules::default();
        for (changes, message) in [
            (json!({ "line_totals": "exact" }), "there is no rule line_totals"),
            (
                json!({ "currency": "any", "line_total": "about" }),
                "the rule line_total cannot be \"about\": unknown variant `about`, expected `exact` or `within_quantity`",
            ),
            (
                json!({ "change_patience_ms": LONGEST_MS + 1 }),
                "the rule change_patience_ms cannot be 34560000001: it is at most 34560000000 milliseconds",
            ),
        ] {
            let Value::Object(changes) = changes else { panic!() };
            assert_eq!(rules.changed(changes).unwrap_err().to_string(), message);
        }
    }
}
