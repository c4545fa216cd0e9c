//! Coupon codes as people type them.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

pub const MAX_CODE_CHARS: usize = 64;

/// A code in the one form that is compared: NFKC, upper case, without space around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CouponCode(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a coupon code has 1 to {MAX_CODE_CHARS} characters, none of them a space or a control character")]
pub struct CodeError;

impl CouponCode {
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        // A longer text is refused before it is worked on.
        if text.len() > MAX_CODE_CHARS * 8 {
            return Err(CodeError);
        }
        let code: String = text.trim().nfkc().flat_map(char::to_uppercase).collect();
        let readable = !code.is_empty()
            && code.chars().count() <= MAX_CODE_CHARS
            && !code
                .chars()
                .any(|character| character.is_control() || character.is_whitespace());
        if readable { Ok(Self(code)) } else { Err(CodeError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CouponCode {
    type Error = CodeError;

    fn try_from(text: String) -> Result<Self, CodeError> {
        Self::parse(&text)
    }
}

impl From<CouponCode> for String {
    fn from(code: CouponCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        for text in [
            "SUMMER2026",
            "summer2026",
            "  Summer2026 ",
            "ｓｕｍｍｅｒ２０２６",
        ] {
            assert_eq!(CouponCode::parse(text).unwrap().as_str(), "SUMMER2026", "{text}");
        }
        assert_eq!(CouponCode::parse("straße").unwrap().as_str(), "STRASSE");
    }

    /// A letter may be written with many marks that come to one: what counts is the length in the end, and only a text that is
    /// far longer is refused before it is looked at.
    #[test]
    fn a_code_is_measured_in_the_form_that_is_compared() {
        let padded = format!("{:>512}", "A");
        assert_eq!(CouponCode::parse(&padded).unwrap().as_str(), "A");
        let too_long = format!("{:>513}", "A");
        assert_eq!(CouponCode::parse(&too_long), Err(CodeError));
    }

    #[test]
    fn what_nobody_could_print_is_refused() {
        let longest = "x".repeat(MAX_CODE_CHARS);
        assert!(CouponCode::parse(&longest).is_ok());
        for text in [
            "",
            "  ",
            "A B",
            "A\u{0}B",
            &format!("{longest}x"),
            &"x".repeat(5000),
        ] {
            assert_eq!(CouponCode::parse(text), Err(CodeError), "{text}");
        }
    }
}
