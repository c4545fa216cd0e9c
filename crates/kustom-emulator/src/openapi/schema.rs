//! How schemas are written here, and how they are derived from the tables that validate.

use crate::validation::{Need, Rule, Shape, Written};
use serde::Serialize;
use serde_json::{Map, Value, json};

pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

pub(super) fn texts() -> Value {
    list(text())
}

pub(super) fn flag() -> Value {
    json!({ "type": "boolean" })
}

pub(super) fn integer() -> Value {
    json!({ "type": "integer", "format": "int64" })
}

pub(super) fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// A point in time, as RFC 3339 writes it.
pub(super) fn moment() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(super) fn list(item: Value) -> Value {
    let mut schema = json!({ "type": "array" });
    schema["items"] = item;
    schema
}

/// An object of members whose names are not known, each of this form.
pub(super) fn dictionary(value: Value) -> Value {
    let mut schema = json!({ "type": "object" });
    schema["additionalProperties"] = value;
    schema
}

pub(super) fn named(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(super) fn or_null(schema: Value) -> Value {
    let forms = vec![schema, json!({ "type": "null" })];
    json!({ "anyOf": forms })
}

pub(super) fn said(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

/// One of these values, as they are written.
pub(super) fn one_of<T: Serialize>(values: &[T]) -> Value {
    json!({ "type": "string", "enum": values })
}

/// An object of these members. A name with a question mark behind it may be left out.
pub(super) fn object(members: &Value) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, schema) in members.as_object().into_iter().flatten() {
        match name.strip_suffix('?') {
            Some(name) => properties.insert(name.to_owned(), schema.clone()),
            None => {
                required.push(name.as_str());
                properties.insert(name.clone(), schema.clone())
            }
        };
    }
    json!({ "type": "object", "required": required, "properties": properties })
}

/// The same where other members are refused.
pub(super) fn closed(members: &Value) -> Value {
    let mut schema = object(members);
    schema["additionalProperties"] = json!(false);
    schema
}

/// Adds what a table says, and the tables in it.
pub(super) fn add_shape(shape: &'static Shape, schemas: &mut Map<String, Value>) {
    if schemas.contains_key(shape.name) {
        return;
    }
    let mut properties = Map::new();
    let mut required = Vec::new();
    for member in shape.members {
        properties.insert(member.name.to_owned(), of_rule(&member.rule, schemas));
        if member.need == Need::Required {
            required.push(member.name);
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schemas.insert(shape.name.to_owned(), schema);
}

fn of_rule(rule: &Rule, schemas: &mut Map<String, Value>) -> Value {
    match rule {
        Rule::Text { min, max } => of_text(*min, *max),
        Rule::Form {
            expected, written, ..
        } => of_form(expected, written),
        Rule::OneOf(words) => one_of(words),
        Rule::Integer { min, max } => of_integer(*min, *max),
        Rule::Flag => flag(),
        Rule::List { max, item } => {
            json!({ "type": "array", "maxItems": max, "items": of_rule(item, schemas) })
        }
        Rule::NonEmptyList { max, item } => {
            json!({ "type": "array", "minItems": 1, "maxItems": max, "items": of_rule(item, schemas) })
        }
        Rule::Object(shape) => {
            add_shape(shape, schemas);
            named(shape.name)
        }
        Rule::Anything => json!({}),
    }
}

fn of_text(min: usize, max: usize) -> Value {
    let mut schema = text();
    if min > 0 {
        schema["minLength"] = json!(min);
    }
    if max < usize::MAX {
        schema["maxLength"] = json!(max);
    }
    schema
}

fn of_form(expected: &str, written: &Written) -> Value {
    let mut schema = said(text(), &format!("Must be {expected}."));
    match written {
        Written::Pattern(pattern) => schema["pattern"] = json!(pattern),
        Written::Format(format) => schema["format"] = json!(format),
    }
    schema
}

fn of_integer(min: i64, max: i64) -> Value {
    let mut schema = integer();
    if min > i64::MIN {
        schema["minimum"] = json!(min);
    }
    if max < i64::MAX {
        schema["maximum"] = json!(max);
    }
    schema
}

/// The members of a schema that is known already.
pub(super) fn members_of(schemas: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let properties = schemas
        .get(name)
        .and_then(|schema| schema["properties"].as_object());
    properties.cloned().unwrap_or_default()
}
