//! Documents that are nearly right.

use serde_json::{Value, json};

/// A place in a document, counted from its start, and what happens there.
pub(crate) type Edit = (u16, u8, u8);

/// Where a document is JSON, perhaps behind a few bytes that choose, it stays JSON and its values change. Every fourth edit
/// is one of bytes all the same.
pub(crate) fn edited(document: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut bytes = document.to_vec();
    for edit in edits {
        let start = bytes.iter().position(|byte| *byte == b'{').unwrap_or(0);
        bytes = match serde_json::from_slice::<Value>(&bytes[start..]) {
            Ok(mut value) if edit.1 % 4 != 3 => {
                let mut place = usize::from(edit.0) % count(&value);
                edit_value(&mut value, &mut place, edit);
                [&bytes[..start], value.to_string().as_bytes()].concat()
            }
            _ => edit_bytes(bytes, edit),
        };
    }
    bytes
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(parts) => parts.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

fn edit_value(value: &mut Value, place: &mut usize, edit: &Edit) {
    if *place == 0 {
        *value = strange(value.take(), edit);
    }
    // Below zero nothing is reached any more.
    *place = place.wrapping_sub(1);
    match value {
        _ if *place > usize::from(u16::MAX) => {}
        Value::Array(parts) => parts.iter_mut().for_each(|part| edit_value(part, place, edit)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| edit_value(member, place, edit)),
        _ => {}
    }
}

fn strange(value: Value, (_, kind, choice): &Edit) -> Value {
    let known = [
        Value::Null,
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(0.1),
        json!(1e300),
        json!(10_000),
        json!(100_000_000),
        json!(""),
        json!("x".repeat(300)),
        json!("\u{0}å\u{202e}"),
        json!("SE"),
        json!("https://shop.example/"),
        json!([]),
        json!({}),
        json!([[]]),
        json!({ "id": "express" }),
        json!("2026-11-23T08:00:00Z"),
        json!("-009999-01-02T01:59:59Z"),
        json!("PT9223372036854775807S"),
    ];
    match (kind % 4, value) {
        (1, Value::Array(mut parts)) if !parts.is_empty() => {
            parts.push(parts[usize::from(*choice) % parts.len()].clone());
            Value::Array(parts)
        }
        (2, Value::Object(mut members)) if !members.is_empty() => {
            let index = usize::from(*choice) % members.len();
            let name = members.keys().nth(index).cloned().unwrap_or_default();
            members.remove(&name);
            Value::Object(members)
        }
        _ => known[usize::from(*choice) % known.len()].clone(),
    }
}

fn edit_bytes(mut bytes: Vec<u8>, (place, kind, byte): &Edit) -> Vec<u8> {
    let place = usize::from(*place) % (bytes.len() + 1);
    match kind % 3 {
        0 => bytes.insert(place, *byte),
        1 => bytes.truncate(place),
        _ => {
            if let Some(found) = bytes.get_mut(place) {
                *found = *byte;
            }
        }
    }
    bytes
}
