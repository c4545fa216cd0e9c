//! Creating, reading and changing carts.

use super::body::{StrictJson, quantity};
use super::error::ApiError;
use super::json::{Object, any_value};
use super::limits;
use super::path::{CartIdPath, FieldKeyPath};
use super::view::CartView;
use crate::app::App;
use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use kassa_commerce::address::{Address, CountryCode, InvoiceRecipient};
use kassa_commerce::command::{self, CartCommand, CartError, InvoiceChange};
use kassa_commerce::contact::{Email, Phone};
use kassa_commerce::id::{CartId, CartItemId};
use kassa_commerce::locale::Locale;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

type CartAnswer = Result<Json<CartView>, ApiError>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CreateCart {
    profile_key: String,
    locale: String,
    country_code: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedCart {
    cart_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AddItem {
    product_number: String,
    quantity: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RemoveItem {
    cart_item_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SetQuantity {
    cart_item_id: String,
    quantity: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SetAddress {
    address: Option<Object<AddressBody>>,
    invoice_recipient: Option<InvoiceBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct AddressBody {
    name: Option<String>,
    care_of: Option<String>,
    attention: Option<String>,
    address_line1: Option<String>,
    address_line2: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct InvoiceRecipientBody {
    name: Option<String>,
    care_of: Option<String>,
    attention: Option<String>,
    address_line1: Option<String>,
    address_line2: Option<String>,
    city: Option<String>,
    state: Option<String>,
    postal_code: Option<String>,
    country_code: Option<String>,
    tax_id: Option<String>,
    tax_id_type: Option<String>,
    tax_country_code: Option<String>,
}

/// A recipient, or the text `unset`.
enum InvoiceBody {
    Set(Box<InvoiceRecipientBody>),
    Unset,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetEmail {
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetPhone {
    phone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetField {
    #[serde(deserialize_with = "any_value")]
    value: serde_json::Value,
}

pub(super) async fn create(
    State(app): State<App>,
    parts: Parts,
    StrictJson(body): StrictJson<CreateCart>,
) -> Result<Json<CreatedCart>, ApiError> {
    limits::check(&app, |limits| limits.creation(&parts))?;
    let locale = Locale::parse(&body.locale)
        .map_err(|_| ApiError::bad_request("INVALID_LOCALE", "`locale` looks like `sv-SE`."))?;
    let country = body.country_code.as_deref().map(country).transpose()?;
    let id = CartId(app.ids.secret());
    let change = command::create(id, &body.profile_key, &locale, country, &app.catalogue, app.now())?;
    app.commit(change).await?;
    Ok(Json(CreatedCart {
        cart_id: id.to_string(),
    }))
}

pub(super) async fn read(State(app): State<App>, CartIdPath(id): CartIdPath) -> CartAnswer {
    let cart = app.priced_cart(id).await?.ok_or_else(ApiError::no_such_cart)?;
    Ok(Json(CartView::new(&cart)))
}

pub(super) async fn add_item(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    StrictJson(body): StrictJson<AddItem>,
) -> CartAnswer {
    let command = CartCommand::AddItem {
        item_id: CartItemId(app.ids.secret()),
        product_number: body.product_number,
        quantity: quantity(&body.quantity)?,
    };
    mutate(&app, id, command).await
}

pub(super) async fn remove_item(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    StrictJson(body): StrictJson<RemoveItem>,
) -> CartAnswer {
    mutate(
        &app,
        id,
        CartCommand::RemoveItem {
            item_id: item_id(&body.cart_item_id)?,
        },
    )
    .await
}

pub(super) async fn set_quantity(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    StrictJson(body): StrictJson<SetQuantity>,
) -> CartAnswer {
    let command = CartCommand::SetQuantity {
        item_id: item_id(&body.cart_item_id)?,
        quantity: quantity(&body.quantity)?,
    };
    mutate(&app, id, command).await
}

pub(super) async fn set_address(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    StrictJson(body): StrictJson<SetAddress>,
) -> CartAnswer {
    let address = body
        .address
        .map(|Object(address)| address.into_address())
        .transpose()?
        .map(Box::new);
    let invoice_recipient = body.invoice_recipient.map(InvoiceBody::into_change).transpose()?;
    mutate(
        &app,
        id,
        CartCommand::SetAddress {
            address,
            invoice_recipient,
        },
    )
    .await
}

pub(super) async fn set_email(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    StrictJson(body): StrictJson<SetEmail>,
) -> CartAnswer {
    let email = Email::parse(&body.email)?;
    mutate(&app, id, CartCommand::SetEmail { email }).await
}

pub(super) async fn set_phone(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    StrictJson(body): StrictJson<SetPhone>,
) -> CartAnswer {
    let phone = Phone::parse(&body.phone)?;
    mutate(&app, id, CartCommand::SetPhone { phone }).await
}

pub(super) async fn set_field(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    FieldKeyPath(key): FieldKeyPath,
    StrictJson(body): StrictJson<SetField>,
) -> CartAnswer {
    mutate(
        &app,
        id,
        CartCommand::SetField {
            key,
            value: body.value,
        },
    )
    .await
}

/// The published client sends no body but claims JSON, so none is read.
pub(super) async fn remove_field(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    FieldKeyPath(key): FieldKeyPath,
) -> CartAnswer {
    mutate(&app, id, CartCommand::RemoveField { key }).await
}

async fn mutate(app: &App, id: CartId, command: CartCommand) -> CartAnswer {
    limits::check(app, |limits| limits.mutation(id))?;
    let cart = app.mutate_cart(id, command).await?;
    Ok(Json(CartView::new(&cart)))
}

/// An id that is not one names no item of this cart.
fn item_id(text: &str) -> Result<CartItemId, ApiError> {
    text.parse().map_err(|_| CartError::ItemNotFound.into())
}

fn country(code: &str) -> Result<CountryCode, ApiError> {
    CountryCode::from_code(code).ok_or_else(|| CartError::CountryNotAllowed.into())
}

impl AddressBody {
    fn into_address(self) -> Result<Address, ApiError> {
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
    fn into_change(self) -> Result<InvoiceChange, ApiError> {
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
