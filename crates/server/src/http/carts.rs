//! Creating, reading and changing carts.

use super::address::{AddressBody, InvoiceBody, country};
use super::body::quantity;
use super::error::ApiError;
use super::json::{Object, any_value};
use super::keyed::{Keyed, KeyedJson, Rendered, rendered};
use super::limits;
use super::openapi::{CartIdParam, FieldKeyParam, IdempotencyKeyParam};
use super::path::{CartIdPath, FieldKeyPath};
use super::view::CartView;
use crate::app::{App, PricedCart};
use axum::Json;
use axum::extract::State;
use axum::http::request::Parts;
use kassa_commerce::answer::{Answer, KeyedRequest};
use kassa_commerce::command::{CartCommand, CartError};
use kassa_commerce::contact::{Email, Phone};
use kassa_commerce::id::{CartId, CartItemId};
use kassa_commerce::locale::Locale;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

pub(super) type CartAnswer = Result<Rendered, ApiError>;

#[derive(Deserialize, ToSchema)]
#[schema(as = CreateCartRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CreateCart {
    profile_key: String,
    /// A language, or a language and a country: `sv`, `sv-SE`, `sv_se`.
    #[schema(pattern = "^[A-Za-z]{2}([-_][A-Za-z]{2})?$")]
    locale: String,
    /// ISO 3166-1, two letters. One of the profile's countries; without it, the profile's default.
    #[schema(pattern = "^[A-Za-z]{2}$")]
    country_code: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedCart {
    /// Whoever knows it may read and change the cart.
    #[schema(format = "uuid")]
    cart_id: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = AddItemRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AddItem {
    product_number: String,
    #[schema(value_type = u32, minimum = 1, maximum = 9999)]
    quantity: Box<RawValue>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = RemoveItemRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct RemoveItem {
    #[schema(format = "uuid")]
    cart_item_id: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SetQuantityRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SetQuantity {
    #[schema(format = "uuid")]
    cart_item_id: String,
    #[schema(value_type = u32, minimum = 1, maximum = 9999)]
    quantity: Box<RawValue>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SetAddressRequest)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct SetAddress {
    /// Replaces the one there was. For delivery, and for the invoice where there is no `invoiceRecipient`.
    #[schema(value_type = Option<AddressBody>)]
    address: Option<Object<AddressBody>>,
    /// Replaces the one there was; the text `unset` removes it.
    invoice_recipient: Option<InvoiceBody>,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SetEmailRequest)]
#[serde(deny_unknown_fields)]
pub(super) struct SetEmail {
    #[schema(format = "email", max_length = 254)]
    email: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SetPhoneRequest)]
#[serde(deny_unknown_fields)]
pub(super) struct SetPhone {
    /// At least three digits.
    #[schema(max_length = 40, pattern = r"^[0-9 +\-().\/]*$")]
    phone: String,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = SetFieldRequest)]
#[serde(deny_unknown_fields)]
pub(super) struct SetField {
    /// Any JSON, at most 4096 bytes and 15 levels deep. `null` removes the field.
    #[serde(deserialize_with = "any_value")]
    value: serde_json::Value,
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts", operation_id = "createCart", tag = "carts",
    summary = "Open a cart", description = "",
    params(IdempotencyKeyParam),
    request_body = CreateCart,
    responses((status = 200, description = "The empty cart.", body = CreatedCart)),
)]
pub(super) async fn create(
    State(app): State<App>,
    parts: Parts,
    KeyedJson { body, key }: KeyedJson<CreateCart>,
) -> CartAnswer {
    limits::check(&app, |limits| limits.creation(&parts))?;
    let locale = Locale::parse(&body.locale).map_err(|_| invalid_locale())?;
    let country = body.country_code.as_deref().map(country).transpose()?;
    let profile_key = &body.profile_key;
    let answer = match key {
        Some(key) => {
            app.create_cart_once(profile_key, &locale, country, &key, rendered_id)
                .await?
        }
        None => rendered_id(app.create_cart(profile_key, &locale, country).await?),
    };
    Ok(Rendered(answer))
}

pub(super) fn invalid_locale() -> ApiError {
    ApiError::bad_request("INVALID_LOCALE", "`locale` looks like `sv-SE`.")
}

fn rendered_id(id: CartId) -> Answer {
    rendered(&CreatedCart {
        cart_id: id.to_string(),
    })
}

#[utoipa::path(
    get, path = "/ingress/commerce/carts/{cart_id}", operation_id = "getCart", tag = "carts",
    summary = "Read a cart", description = "",
    params(CartIdParam),
    responses((status = 200, description = "The cart.", body = CartView)),
)]
pub(super) async fn read(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
) -> Result<Json<CartView>, ApiError> {
    let cart = app.priced_cart(id).await?.ok_or_else(ApiError::no_such_cart)?;
    Ok(Json(CartView::new(&cart)))
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/add-item", operation_id = "addCartItem", tag = "carts",
    summary = "Add an item",
    description = "Every call adds an item of its own, also of a product that is there. A cart has at most 100.",
    params(CartIdParam, IdempotencyKeyParam),
    request_body = AddItem,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn add_item(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    KeyedJson { body, key }: KeyedJson<AddItem>,
) -> CartAnswer {
    let command = CartCommand::AddItem {
        item_id: CartItemId(app.ids.secret()),
        product_number: body.product_number,
        quantity: quantity(&body.quantity)?,
    };
    mutate(&app, id, key, command).await
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/remove-item", operation_id = "removeCartItem", tag = "carts",
    summary = "Remove an item", description = "",
    params(CartIdParam, IdempotencyKeyParam),
    request_body = RemoveItem,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn remove_item(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    KeyedJson { body, key }: KeyedJson<RemoveItem>,
) -> CartAnswer {
    mutate(
        &app,
        id,
        key,
        CartCommand::RemoveItem {
            item_id: item_id(&body.cart_item_id)?,
        },
    )
    .await
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/set-quantity", operation_id = "setCartItemQuantity", tag = "carts",
    summary = "Change the quantity of an item", description = "",
    params(CartIdParam, IdempotencyKeyParam),
    request_body = SetQuantity,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn set_quantity(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    KeyedJson { body, key }: KeyedJson<SetQuantity>,
) -> CartAnswer {
    let command = CartCommand::SetQuantity {
        item_id: item_id(&body.cart_item_id)?,
        quantity: quantity(&body.quantity)?,
    };
    mutate(&app, id, key, command).await
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/address", operation_id = "setCartAddress", tag = "carts",
    summary = "Set the address, the recipient of the invoice, or both",
    description = "A part that is left out is left alone. An address may be incomplete.",
    params(CartIdParam, IdempotencyKeyParam),
    request_body = SetAddress,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn set_address(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    KeyedJson { body, key }: KeyedJson<SetAddress>,
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
        key,
        CartCommand::SetAddress {
            address,
            invoice_recipient,
        },
    )
    .await
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/email", operation_id = "setCartEmail", tag = "carts",
    summary = "Set the e-mail address", description = "",
    params(CartIdParam, IdempotencyKeyParam),
    request_body = SetEmail,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn set_email(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    KeyedJson { body, key }: KeyedJson<SetEmail>,
) -> CartAnswer {
    let email = Email::parse(&body.email)?;
    mutate(&app, id, key, CartCommand::SetEmail { email }).await
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/phone", operation_id = "setCartPhone", tag = "carts",
    summary = "Set the phone number", description = "",
    params(CartIdParam, IdempotencyKeyParam),
    request_body = SetPhone,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn set_phone(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    KeyedJson { body, key }: KeyedJson<SetPhone>,
) -> CartAnswer {
    let phone = Phone::parse(&body.phone)?;
    mutate(&app, id, key, CartCommand::SetPhone { phone }).await
}

#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/set-field/{key}", operation_id = "setCartField", tag = "carts",
    summary = "Set a field",
    description = "Fields are for the storefront. A cart has at most 32.",
    params(CartIdParam, FieldKeyParam, IdempotencyKeyParam),
    request_body = SetField,
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn set_field(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    FieldKeyPath(field): FieldKeyPath,
    KeyedJson { body, key }: KeyedJson<SetField>,
) -> CartAnswer {
    mutate(
        &app,
        id,
        key,
        CartCommand::SetField {
            key: field,
            value: body.value,
        },
    )
    .await
}

/// The published client sends no body but claims JSON, so none is read.
#[utoipa::path(
    post, path = "/ingress/commerce/carts/{cart_id}/remove-field/{key}", operation_id = "removeCartField", tag = "carts",
    summary = "Remove a field",
    description = "Takes no body.",
    params(CartIdParam, FieldKeyParam, IdempotencyKeyParam),
    responses((status = 200, description = "The cart after it.", body = CartView)),
)]
pub(super) async fn remove_field(
    State(app): State<App>,
    CartIdPath(id): CartIdPath,
    FieldKeyPath(field): FieldKeyPath,
    Keyed(key): Keyed,
) -> CartAnswer {
    mutate(&app, id, key, CartCommand::RemoveField { key: field }).await
}

/// Every change of a cart comes through here. With a key it is done once, however often it is sent.
pub(super) async fn mutate(
    app: &App,
    id: CartId,
    key: Option<KeyedRequest>,
    command: CartCommand,
) -> CartAnswer {
    limits::check(app, |limits| limits.mutation(id))?;
    let answer = match key {
        Some(key) => app.mutate_cart_once(id, command, &key, rendered_cart).await?,
        None => rendered_cart(&app.mutate_cart(id, command).await?),
    };
    Ok(Rendered(answer))
}

pub(super) fn rendered_cart(cart: &PricedCart) -> Answer {
    rendered(&CartView::new(cart))
}

/// An id that is not one names no item of this cart.
fn item_id(text: &str) -> Result<CartItemId, ApiError> {
    text.parse().map_err(|_| CartError::ItemNotFound.into())
}
