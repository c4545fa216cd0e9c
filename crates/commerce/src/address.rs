//! Postal addresses as the storefront writes them.

use serde::{Deserialize, Serialize};

/// The primary address, for delivery and invoice alike. Every part may be missing while the shopper types.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "snake_case")]
pub struct Address {
    pub name: Option<String>,
    pub care_of: Option<String>,
    pub attention: Option<String>,
    pub address_line1: Option<String>,
    pub address_line2: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub postal_code: Option<String>,
    pub country_code: Option<CountryCode>,
}

/// Who gets the invoice, where that is somebody else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InvoiceRecipient {
    pub address: Address,
    pub tax_id: Option<String>,
    pub tax_id_type: Option<String>,
    pub tax_country_code: Option<CountryCode>,
}

/// An ISO 3166-1 alpha-2 code of a country that exists, in upper case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CountryCode(String);

impl CountryCode {
    /// Reads a code in either case: Kustom's own documents show both.
    pub fn from_code(code: &str) -> Option<Self> {
        let upper = code.to_ascii_uppercase();
        celes::Country::from_alpha2(&upper).ok()?;
        Some(Self(upper))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for CountryCode {
    type Error = String;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::from_code(&code).ok_or_else(|| format!("`{code}` is not a country"))
    }
}

impl From<CountryCode> for String {
    fn from(code: CountryCode) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::CountryCode;

    #[test]
    fn countries_are_read_in_either_case_and_must_exist() {
        assert_eq!(CountryCode::from_code("se").unwrap().as_str(), "SE");
        for code in ["XX", "SWE", "", "S", "S\u{0130}"] {
            assert!(CountryCode::from_code(code).is_none(), "{code}");
        }
    }
}
