//! Faults on demand: rules that say which merchant calls go wrong, and how.
//!
//! None of this is Kustom's. The effects are what integrators have met behind any HTTP API: slow, lost, late, doubled,
//! cut or wrong answers. Matching and counting is here, and what is answered is in [`crate::struck`]; waiting and
//! cutting connections is the shell's.

use crate::kustom::Kustom;
use crate::message::Request;
use http::Method;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A test that needs more has forgotten to remove its rules.
pub(crate) const RULE_LIMIT: usize = 100;

/// Twice as long as Kustom's own limit for an answer, and longer than any caller waits.
pub(crate) const LONGEST_WAIT_MS: u64 = 60_000;

/// The longest path of a call has about a hundred characters.
pub(crate) const LONGEST_PATH: usize = 300;

pub(crate) const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PATCH,
    Method::PUT,
    Method::DELETE,
];

/// Only merchants' calls are struck: a test must stay able to look and to steer.
const MERCHANT_PATHS: [&str; 4] = ["/checkout/", "/ordermanagement/", "/customer-token/", "/hpp/"];

/// What goes wrong. An effect that makes no sense for a call, such as another `Location` where there is none, leaves
/// it as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultEffect {
    /// Applied; the answer is sent `ms` later.
    Delay,
    /// Not applied; no answer, and the connection is held until the caller goes, or for `ms`.
    Timeout,
    /// Applied; the connection is closed without a byte.
    LostAnswer,
    /// 504 at once; applied `ms` later.
    AppliedLate,
    /// Applied two times; the second answer is sent.
    AppliedTwice,
    Unauthorized,
    /// 403 with a web page, as from a firewall in front of Kustom.
    ForbiddenPage,
    /// 404 without a body.
    NotFound,
    /// 429 with `Retry-After: 1`.
    TooManyRequests,
    ServerError,
    /// 504, applied if so wished.
    GatewayTimeout,
    /// The call's status of success without its body, applied if so wished.
    Empty,
    /// Applied; half of the body under the length of all of it.
    Truncated,
    /// Not applied; the connection is reset.
    Reset,
    /// Applied; the answer speaks of another order.
    ForeignOrder,
    /// Applied; `Location` names another host.
    ForeignLocation,
}

/// One rule, as `POST /_emulator/faults` takes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// `*` is any method.
    pub method: String,
    /// `*` is any run of characters.
    pub path: String,
    /// How often it strikes; `None` is for ever.
    #[serde(default = "once")]
    pub times: Option<u32>,
    /// How many calls it lets through first.
    #[serde(default)]
    pub skip: u32,
    pub effect: FaultEffect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<bool>,
}

/// A rule that would not do what its author expects.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FaultRuleError {
    #[error("method must be * or one of GET, POST, PATCH, PUT and DELETE, not {method}")]
    UnknownMethod { method: String },
    #[error("path must match something below {}, and {path} does not", MERCHANT_PATHS.join(", "))]
    PathNeverMatches { path: String },
    #[error("path must have at most {LONGEST_PATH} characters")]
    PathTooLong,
    #[error("times must be at least 1, or null for ever")]
    NeverStrikes,
    #[error("ms is required with this effect")]
    WaitMissing,
    #[error("ms has no meaning with this effect")]
    WaitUnused,
    #[error("ms must be from 1 to {LONGEST_WAIT_MS}, not {ms}")]
    WaitOutOfRange { ms: u64 },
    #[error("applied can be chosen with gateway_timeout and empty only")]
    AppliedUnused,
    #[error("there are {RULE_LIMIT} rules already; remove them with DELETE /_emulator/faults")]
    TooManyRules,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub effect: FaultEffect,
    /// Nothing where the effect has no wait.
    pub wait_ms: u64,
    /// Whether the request takes effect all the same. Means something with `GatewayTimeout` and `Empty` only.
    pub applied: bool,
}

/// A rule and how often it was met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CountedRule {
    /// By which it is removed. Never given twice.
    number: u64,
    #[serde(flatten)]
    rule: FaultRule,
    struck: u32,
    skipped: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct FaultRules {
    rules: Vec<CountedRule>,
    last_number: u64,
    /// Grows with every change, also of the counts.
    changes: u64,
}

impl FaultRules {
    pub(crate) fn changes(&self) -> u64 {
        self.changes
    }
}

fn once() -> Option<u32> {
    Some(1)
}

impl Kustom {
    /// Adds a rule behind the others.
    pub fn add_fault(&mut self, rule: FaultRule) -> Result<(), FaultRuleError> {
        check(&rule)?;
        let faults = &mut self.faults;
        if faults.rules.len() >= RULE_LIMIT {
            return Err(FaultRuleError::TooManyRules);
        }
        faults.last_number += 1;
        faults.changes += 1;
        faults.rules.push(CountedRule {
            number: faults.last_number,
            rule,
            struck: 0,
            skipped: 0,
        });
        Ok(())
    }

    pub fn remove_faults(&mut self) {
        self.faults.changes += 1;
        self.faults.rules.clear();
    }

    /// Whether there was a rule with this number.
    pub fn remove_fault(&mut self, number: u64) -> bool {
        let rules = &mut self.faults.rules;
        let before = rules.len();
        rules.retain(|counted| counted.number != number);
        let is_removed = rules.len() < before;
        self.faults.changes += u64::from(is_removed);
        is_removed
    }

    /// The fault that this request meets, which counts as a strike. The first rule that matches and is not spent
    /// decides; one that still lets calls through leaves this call to the rules behind it.
    pub fn strike(&mut self, request: &Request) -> Option<Fault> {
        if !MERCHANT_PATHS.iter().any(|start| request.path.starts_with(start)) {
            return None;
        }
        let mut matching = self
            .faults
            .rules
            .iter_mut()
            .filter(|counted| counted.rule.matches(request))
            .peekable();
        self.faults.changes += u64::from(matching.peek().is_some());
        matching.find_map(CountedRule::strike)
    }

    pub(crate) fn fault_rules(&self) -> &[CountedRule] {
        &self.faults.rules
    }
}

impl CountedRule {
    fn strike(&mut self) -> Option<Fault> {
        if self.rule.times.is_some_and(|times| self.struck >= times) {
            return None;
        }
        if self.skipped < self.rule.skip {
            self.skipped += 1;
            return None;
        }
        self.struck = self.struck.saturating_add(1);
        Some(self.rule.fault())
    }
}

impl FaultRule {
    fn matches(&self, request: &Request) -> bool {
        (self.method == "*" || self.method == request.method.as_str())
            && matches_pattern(&self.path, &request.path)
    }

    fn fault(&self) -> Fault {
        let longest = match self.effect {
            FaultEffect::Timeout => LONGEST_WAIT_MS,
            _ => 0,
        };
        Fault {
            effect: self.effect,
            wait_ms: self.ms.unwrap_or(longest),
            applied: self.applied.unwrap_or(false),
        }
    }
}

fn check(rule: &FaultRule) -> Result<(), FaultRuleError> {
    if rule.method != "*" && !METHODS.iter().any(|method| rule.method == method.as_str()) {
        return Err(FaultRuleError::UnknownMethod {
            method: rule.method.clone(),
        });
    }
    if rule.path.len() > LONGEST_PATH {
        return Err(FaultRuleError::PathTooLong);
    }
    let fixed_start = rule.path.split('*').next().unwrap_or_default();
    let can_match = |start: &str| match rule.path.contains('*') {
        true => fixed_start.starts_with(start) || start.starts_with(fixed_start),
        false => rule.path.starts_with(start),
    };
    if !MERCHANT_PATHS.into_iter().any(can_match) {
        return Err(FaultRuleError::PathNeverMatches {
            path: rule.path.clone(),
        });
    }
    if rule.times == Some(0) {
        return Err(FaultRuleError::NeverStrikes);
    }
    check_wait(rule)?;
    let may_choose = matches!(rule.effect, FaultEffect::GatewayTimeout | FaultEffect::Empty);
    if rule.applied.is_some() && !may_choose {
        return Err(FaultRuleError::AppliedUnused);
    }
    Ok(())
}

fn check_wait(rule: &FaultRule) -> Result<(), FaultRuleError> {
    match (rule.effect, rule.ms) {
        (FaultEffect::Delay | FaultEffect::AppliedLate, None) => Err(FaultRuleError::WaitMissing),
        (FaultEffect::Delay | FaultEffect::AppliedLate | FaultEffect::Timeout, Some(ms)) => {
            if (1..=LONGEST_WAIT_MS).contains(&ms) {
                Ok(())
            } else {
                Err(FaultRuleError::WaitOutOfRange { ms })
            }
        }
        (_, Some(_)) => Err(FaultRuleError::WaitUnused),
        (_, None) => Ok(()),
    }
}

/// Each part between two stars is taken where it is found first. That is enough: a later place leaves less for the
/// parts behind it.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        rest = behind;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests;
