//! Custom fields: the storefront's own notes on a cart. What Kustom knows is shown among them but cannot be written.

use std::collections::BTreeMap;
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// A shop has a dozen tracking fields; a hundred would be a database.
pub const MAX_FIELDS: usize = 32;
pub const MAX_KEY_BYTES: usize = 128;
pub const MAX_VALUE_BYTES: usize = 4096;

/// Our own fields on the wire begin with this, in any spelling that a person could mistake for it.
const RESERVED_PREFIX: &str = "kustom";

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FieldError {
    #[error("a field key has 1 to {MAX_KEY_BYTES} bytes and no control characters")]
    Key,
    #[error("fields that start with `{RESERVED_PREFIX}` belong to the checkout")]
    Reserved,
    #[error("a field value has at most {MAX_VALUE_BYTES} bytes as JSON")]
    TooLarge,
    #[error("a cart has at most {MAX_FIELDS} fields")]
    TooMany,
}

/// A key that a storefront may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldKey(String);

impl FieldKey {
    pub fn parse(key: &str) -> Result<Self, FieldError> {
        if key.is_empty() || key.len() > MAX_KEY_BYTES || key.chars().any(char::is_control) {
            return Err(FieldError::Key);
        }
        let folded: String = key.nfkc().flat_map(char::to_lowercase).collect();
        if folded.trim_start().starts_with(RESERVED_PREFIX) {
            return Err(FieldError::Reserved);
        }
        Ok(Self(key.to_owned()))
    }
}

/// Sets a field; `null` removes it.
pub fn set(
    fields: &mut BTreeMap<String, serde_json::Value>,
    key: FieldKey,
    value: serde_json::Value,
) -> Result<(), FieldError> {
    if value.is_null() {
        remove(fields, &key);
        return Ok(());
    }
    if value.to_string().len() > MAX_VALUE_BYTES {
        return Err(FieldError::TooLarge);
    }
    if fields.len() >= MAX_FIELDS && !fields.contains_key(&key.0) {
        return Err(FieldError::TooMany);
    }
    fields.insert(key.0, value);
    Ok(())
}

pub fn remove(fields: &mut BTreeMap<String, serde_json::Value>, key: &FieldKey) {
    fields.remove(&key.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reserved_keys_are_refused_in_every_spelling() {
        for key in [
            "kustomOrderId",
            "KUSTOMSyncHash",
            "kustom",
            " kustomX",
            "ｋｕｓｔｏｍOrderId",
            "\u{212A}ustomX",
        ] {
            assert_eq!(FieldKey::parse(key), Err(FieldError::Reserved), "{key}");
        }
    }

    #[test]
    fn ordinary_keys_pass() {
        for key in [
            "tracking:gaSessionId:G-XXXX",
            "note",
            "a b/c",
            "myKustom",
            "günther",
        ] {
            assert!(FieldKey::parse(key).is_ok(), "{key}");
        }
        for key in ["", "a\nb", &"k".repeat(129)] {
            assert_eq!(FieldKey::parse(key), Err(FieldError::Key), "{key:?}");
        }
    }

    #[test]
    fn fields_are_bounded_and_null_removes() {
        let mut fields = BTreeMap::new();
        let key = |number: usize| FieldKey::parse(&format!("key{number}")).unwrap();
        for number in 0..MAX_FIELDS {
            set(&mut fields, key(number), json!(number)).unwrap();
        }
        assert_eq!(
            set(&mut fields, key(MAX_FIELDS), json!(1)),
            Err(FieldError::TooMany)
        );
        assert_eq!(set(&mut fields, key(0), json!("replaced")), Ok(()));
        assert_eq!(
            set(&mut fields, key(0), json!("x".repeat(MAX_VALUE_BYTES))),
            Err(FieldError::TooLarge)
        );
        assert_eq!(fields["key0"], json!("replaced"));
        set(&mut fields, key(0), json!(null)).unwrap();
        assert!(!fields.contains_key("key0"));
    }
}
