//! The shopper's language, in the forms that storefronts write.

use thiserror::Error;

#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a locale looks like `sv-SE`")]
pub struct BadLocale;

/// A locale as the storefront gave it: `sv_SE`, `sv-SE`, `sv_se` and `sv` are all in use, and it is echoed unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale(String);

impl Locale {
    pub fn parse(text: &str) -> Result<Self, BadLocale> {
        let two_letters = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let well_formed = match text.split_once(['-', '_']) {
            Some((language, region)) => two_letters(language) && two_letters(region),
            None => two_letters(text),
        };
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(BadLocale)
        }
    }

    pub fn as_given(&self) -> &str {
        &self.0
    }
}

/// The form Kustom reads: `sv-SE`.
pub fn to_kustom(locale: &str) -> String {
    match locale.split_once(['-', '_']) {
        Some((language, region)) => {
            format!(
                "{}-{}",
                language.to_ascii_lowercase(),
                region.to_ascii_uppercase()
            )
        }
        None => locale.to_ascii_lowercase(),
    }
}

/// The language alone, by the code that this shop's texts are filed under: `sv`. All Norwegian is `nb`.
pub(crate) fn language(locale: &str) -> String {
    let language = locale.split(['-', '_']).next().unwrap_or_default();
    match language.to_ascii_lowercase().as_str() {
        "no" | "nn" => "nb".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_in_use_becomes_the_one_kustom_reads() {
        for (given, kustom) in [
            ("sv_SE", "sv-SE"),
            ("sv-SE", "sv-SE"),
            ("sv_se", "sv-SE"),
            ("EN", "en"),
        ] {
            assert_eq!(to_kustom(Locale::parse(given).unwrap().as_given()), kustom);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "s", "swe", "sv-", "sv-SWE", "sv-S1", "sv SE", "sv-SE-x", "åä"] {
            assert_eq!(Locale::parse(text), Err(BadLocale), "{text}");
        }
    }
}
