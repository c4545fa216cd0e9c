//! Addresses and invoice recipients as storefronts send them.

use super::error::ApiError;
use super::json::Object;
use super::openapi;
use kassa_commerce::address::{Address, CountryCode, InvoiceRecipient};
use kassa_commerce::command::{CartError, InvoiceChange};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use utoipa::ToSchema;

#[derive(Deserialize, ToSchema)]
#[schema(as = AddressRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AddressBody {
    #[schema(max_length = 100)]
    name: Option<String>,
    #[schema(max_length = 100)]
    care_of: Option<String>,
    #[schema(max_length = 100)]
    attention: Option<String>,
    #[schema(max_length = 100)]
    address_line1: Option<String>,
    #[schema(max_length = 100)]
    address_line2: Option<String>,
    #[schema(max_length = 100)]
    city: Option<String>,
    #[schema(max_length = 100)]
    state: Option<String>,
    #[schema(max_length = 10, pattern = "^[A-Za-z0-9 -]*$")]
    postal_code: Option<String>,
    /// ISO 3166-1, two letters. One of the profile's countries.
    #[schema(pattern = "^[A-Za-z]{2}$")]
    country_code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = InvoiceRecipientRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct InvoiceRecipientBody {
    #[schema(max_length = 100)]
    name: Option<String>,
    #[schema(max_length = 100)]
    care_of: Option<String>,
    #[schema(max_length = 100)]
    attention: Option<String>,
    #[schema(max_length = 100)]
    address_line1: Option<String>,
    #[schema(max_length = 100)]
    address_line2: Option<String>,
    #[schema(max_length = 100)]
    city: Option<String>,
    #[schema(max_length = 100)]
    state: Option<String>,
    #[schema(max_length = 10, pattern = "^[A-Za-z0-9 -]*$")]
    postal_code: Option<String>,
    /// ISO 3166-1, two letters. One of the profile's countries.
    #[schema(pattern = "^[A-Za-z]{2}$")]
    country_code: Option<String>,
    #[schema(max_length = 100)]
    tax_id: Option<String>,
    #[schema(max_length = 100)]
    tax_id_type: Option<String>,
    /// ISO 3166-1, two letters.
    #[schema(pattern = "^[A-Za-z]{2}$")]
    tax_country_code: Option<String>,
}

/// A recipient, or the text `unset`.
pub(super) enum InvoiceBody {
    Set(Box<InvoiceRecipientBody>),
    Unset,
}

/// A country that does not exist is one that nobody sells to.
pub(super) fn country(code: &str) -> Result<CountryCode, ApiError> {
    CountryCode::from_code(code).ok_or_else(|| CartError::CountryNotAllowed.into())
}

impl AddressBody {
    pub(super) fn into_address(self) -> Result<Address, ApiError> {
        Ok(Address {
            name: self.name,
            care_of: self.care_of,
            attention: self.attention,
            address_line1: self.address_line1,
            address_line2: self.address_line2,
            city: self.city,
            state: self.state,
            postal_code: self.postal_code,
            country_code: self.country_code.as_deref().map(country).transpose()?,
        })
    }
}

impl InvoiceBody {
    pub(super) fn into_change(self) -> Result<InvoiceChange, ApiError> {
        match self {
            Self::Unset => Ok(InvoiceChange::Unset),
            Self::Set(body) => Ok(InvoiceChange::Set(Box::new(body.into_recipient()?))),
        }
    }
}

impl InvoiceRecipientBody {
    fn into_recipient(self) -> Result<InvoiceRecipient, ApiError> {
        let address = AddressBody {
            name: self.name,
            care_of: self.care_of,
            attention: self.attention,
            address_line1: self.address_line1,
            address_line2: self.address_line2,
            city: self.city,
            state: self.state,
            postal_code: self.postal_code,
            country_code: self.country_code,
        };
        Ok(InvoiceRecipient {
            address: address.into_address()?,
            tax_id: self.tax_id,
            tax_id_type: self.tax_id_type,
            tax_country_code: self.tax_country_code.as_deref().map(country).transpose()?,
        })
    }
}

impl<'de> Deserialize<'de> for InvoiceBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Box::<RawValue>::deserialize(deserializer)?;
        if written.get() == "\"unset\"" {
            return Ok(Self::Unset);
        }
        serde_json::from_str(written.get())
            .map(|Object(recipient)| Self::Set(Box::new(recipient)))
            .map_err(serde::de::Error::custom)
    }
}

/// utoipa knows no enum that is either an object or one word.
type DocumentedSchema = utoipa::openapi::RefOr<utoipa::openapi::Schema>;

impl utoipa::PartialSchema for InvoiceBody {
    fn schema() -> DocumentedSchema {
        openapi::schema_or_word::<InvoiceRecipientBody>("unset")
    }
}

impl ToSchema for InvoiceBody {
    fn name() -> Cow<'static, str> {
        "InvoiceRecipientRequestOrUnset".into()
    }

    fn schemas(schemas: &mut Vec<(String, DocumentedSchema)>) {
        openapi::add_schema::<InvoiceRecipientBody>(schemas);
    }
}
