//! The schema as data: which members an object may have, of which type and length.
//!
//! `serde` stops at the first mistake and Kustom reports all of them, so bodies are compared with these tables before
//! they are read into types.

use super::Finding;
use serde_json::{Map, Value};

/// The members of an object. Anything else in it is a mistake.
pub(crate) struct Shape(pub(crate) &'static [Member]);

pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) rule: Rule,
    pub(crate) need: Need,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Required,
    Optional,
}

/// What a value must be.
pub(crate) enum Rule {
    Text {
        min: usize,
        max: usize,
    },
    /// Text that a function accepts, and what it expects in words.
    Form(fn(&str) -> bool, &'static str),
    Integer {
        min: i64,
        max: i64,
    },
    Flag,
    List {
        max: usize,
        item: &'static Rule,
    },
    NonEmptyList {
        max: usize,
        item: &'static Rule,
    },
    Object(&'static Shape),
    Anything,
}

pub(crate) const fn required(name: &'static str, rule: Rule) -> Member {
    let need = Need::Required;
    Member { name, rule, need }
}

pub(crate) const fn optional(name: &'static str, rule: Rule) -> Member {
    let need = Need::Optional;
    Member { name, rule, need }
}

impl Shape {
    pub(crate) fn check(&self, members: &Map<String, Value>, path: &str, findings: &mut Vec<Finding>) {
        for member in self.0.iter().filter(|member| member.need == Need::Required) {
            if !members.contains_key(member.name) {
                findings.push(Finding::new(join(path, member.name), "is required"));
            }
        }
        for (name, value) in members {
            self.check_member(name, value, path, findings);
        }
    }

    pub(crate) fn check_member(&self, name: &str, value: &Value, path: &str, findings: &mut Vec<Finding>) {
        let path = join(path, name);
        match self.0.iter().find(|member| member.name == name) {
            Some(member) => member.rule.check(value, &path, findings),
            None => findings.push(Finding::unknown_member(path)),
        }
    }
}

impl Rule {
    fn check(&self, value: &Value, path: &str, findings: &mut Vec<Finding>) {
        match (self, value) {
            (Self::Anything, _) | (Self::Flag, Value::Bool(_)) => {}
            (Self::Text { min, max }, Value::String(text)) => {
                let length = text.chars().count();
                if length < *min || length > *max {
                    let reason = format!("has {length} characters, allowed are {min} to {max}");
                    findings.push(Finding::new(path, reason));
                }
            }
            (Self::Form(accepts, expected), Value::String(text)) => {
                if !accepts(text) {
                    findings.push(Finding::new(path, format!("must be {expected}")));
                }
            }
            (Self::Integer { min, max }, Value::Number(number)) => match number.as_i64() {
                Some(integer) if (*min..=*max).contains(&integer) => {}
                Some(_) => findings.push(Finding::new(path, format!("must be from {min} to {max}"))),
                None => findings.push(Finding::new(path, "must be an integer")),
            },
            (Self::NonEmptyList { .. }, Value::Array(values)) if values.is_empty() => {
                findings.push(Finding::new(path, "must not be empty"));
            }
            (Self::List { max, item } | Self::NonEmptyList { max, item }, Value::Array(values)) => {
                if values.len() > *max {
                    findings.push(Finding::new(path, format!("has more than {max} entries")));
                    return;
                }
                for (index, value) in values.iter().enumerate() {
                    item.check(value, &format!("{path}[{index}]"), findings);
                }
            }
            (Self::Object(shape), Value::Object(members)) => shape.check(members, path, findings),
            _ => findings.push(Finding::new(path, format!("must be {}", self.expected()))),
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Text { .. } => "a string",
            Self::Form(_, expected) => expected,
            Self::Integer { .. } => "an integer",
            Self::Flag => "true or false",
            Self::List { .. } | Self::NonEmptyList { .. } => "an array",
            Self::Object(_) => "an object",
            Self::Anything => "anything",
        }
    }
}

/// As if nothing had been said where null stands, at any depth.
pub(super) fn without_nulls(members: Map<String, Value>) -> Map<String, Value> {
    let said = members.into_iter().filter(|(_, value)| !value.is_null());
    said.map(|(name, value)| (name, plain(value))).collect()
}

fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(without_nulls(members)),
        Value::Array(values) => values.into_iter().map(plain).collect(),
        value => value,
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// An object with every member of a shape, for comparing the shape with the wire types.
#[cfg(test)]
pub(super) fn sample(shape: &Shape) -> Value {
    let members = shape
        .0
        .iter()
        .map(|member| (member.name.to_owned(), sample_of(&member.rule)));
    Value::Object(members.collect())
}

#[cfg(test)]
fn sample_of(rule: &Rule) -> Value {
    match rule {
        Rule::Text { .. } | Rule::Form(..) | Rule::Anything => Value::from("text"),
        Rule::Integer { .. } => Value::from(1),
        Rule::Flag => Value::from(true),
        Rule::List { item, .. } | Rule::NonEmptyList { item, .. } => Value::from(vec![sample_of(item)]),
        Rule::Object(shape) => sample(shape),
    }
}
