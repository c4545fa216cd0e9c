//! What a shopper reads about a promotion, with amounts as her language writes them.

use crate::locale::language;
use crate::money::Money;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromotionMessage {
    pub kind: MessageKind,
    /// With `{remaining}` in the place of the amount.
    pub template: String,
    pub rendered: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// So much is missing for the promotion to hold.
    Progress,
}

impl MessageKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Progress => "progress",
        }
    }
}

impl PromotionMessage {
    pub fn progress(template: &str, remaining: Money, locale: &str) -> Self {
        Self {
            kind: MessageKind::Progress,
            template: template.to_owned(),
            rendered: template.replace("{remaining}", &show_amount(remaining, locale)),
        }
    }
}

/// Writes an amount for people: `49 kr`, `49,50 kr`, `4.90 €`. Whole amounts have no decimals.
pub fn show_amount(amount: Money, locale: &str) -> String {
    let exact = amount.to_major_units();
    let decimals = amount.currency().exponent() as usize;
    let number = match exact.split_once('.') {
        Some((whole, fraction)) => format!("{whole}{}{fraction:0<decimals$}", separator(locale)),
        None => exact,
    };
    let code = amount.currency().code();
    let symbol = match code {
        "SEK" | "NOK" | "DKK" => "kr",
        "EUR" => "€",
        "GBP" => "£",
        other => other,
    };
    format!("{number} {symbol}")
}

fn separator(locale: &str) -> char {
    match language(locale).as_str() {
        "en" => '.',
        _ => ',',
    }
}

/// The text in the shopper's language, else in English, else in whatever there is.
pub(crate) fn in_language<'a>(
    texts: &'a std::collections::BTreeMap<String, String>,
    locale: &str,
) -> Option<&'a str> {
    let text = texts
        .get(&language(locale))
        .or_else(|| texts.get("en"))
        .or_else(|| texts.values().next());
    text.map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn amounts_are_written_as_the_language_does() {
        let rows = [
            (4900, "SEK", "sv-SE", "49 kr"),
            (4950, "SEK", "sv_SE", "49,50 kr"),
            (4950, "NOK", "en", "49.50 kr"),
            (490, "EUR", "de-AT", "4,90 €"),
            (49, "JPY", "en", "49 JPY"),
            (1005, "KWD", "en", "1.005 KWD"),
            (1500, "GBP", "en-GB", "15 £"),
        ];
        for (minor, code, locale, text) in rows {
            let amount = Money::new(minor, Currency::from_code(code).unwrap());
            assert_eq!(show_amount(amount, locale), text);
        }
    }

    #[test]
    fn the_kind_of_a_message_has_a_name() {
        assert_eq!(MessageKind::Progress.as_str(), "progress");
    }

    #[test]
    fn a_message_comes_in_the_shoppers_language_or_else_in_english() {
        let texts = [("en", "more"), ("sv", "kvar"), ("nb", "igjen")]
            .map(|(language, text)| (language.to_owned(), text.to_owned()));
        let texts = texts.into_iter().collect();
        for (locale, text) in [("sv_SE", "kvar"), ("no-NO", "igjen"), ("de-DE", "more")] {
            assert_eq!(in_language(&texts, locale), Some(text), "{locale}");
        }
        let only_swedish = [("sv".to_owned(), "kvar".to_owned())].into_iter().collect();
        assert_eq!(in_language(&only_swedish, "de"), Some("kvar"));
    }
}
