//! The document of the API. Each route describes itself beside its handler; here is what they share.

mod error;
mod example;
mod known;

use axum::body::Bytes;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use std::sync::LazyLock;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{OneOfBuilder, Schema, SchemaType, Type};
use utoipa::openapi::{Object, ObjectBuilder, Ref, RefOr};
use utoipa::{IntoParams, OpenApi, ToSchema};

pub(super) const PUSH: &str = "A doorbell. Only the id is taken from it, from the query, the path or the body; the \
    order itself is read from Kustom. Storefronts never call this.";

pub(super) const VALIDATE: &str = "Compares what is about to be paid with the cart, and freezes the cart while the \
    payment runs. Storefronts never call this.";

pub(super) const IFRAME: &str = "The answer has our lines, amounts and ways to ship, which Kustom takes over. The cart \
    remembers what was chosen. Storefronts never call this.";

/// Made once: it is the same for every shop.
static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| {
    let mut document = super::documented_routes().into_openapi();
    error::add_to(&mut document);
    example::add_to(&mut document);
    leave_out_null(&mut document);
    let mut text = document.to_pretty_json().expect("the document is JSON");
    text.push('\n');
    text.into()
});

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kassa",
        description = "Carts and checkout of a shop.\n\n\
            Amounts are JSON numbers in major units of the cart's currency, as exact decimals: `99.5` in SEK is \
            99.50 kr. Members that have no value are left out of answers; unknown members of requests are \
            refused by name.\n\n\
            Every answer is JSON, errors included. Besides the errors that an operation lists, any call can be \
            answered with 404 `NOT_FOUND` (no such route) or 405 `METHOD_NOT_ALLOWED`, and the preflight request of \
            a page that the shop does not know with 403 `ORIGIN_NOT_ALLOWED`.\n\n\
            There are no accounts: whoever knows the id of a cart may read and change it.",
    ),
    tags(
        (name = "carts", description = "Called by storefronts."),
        (name = "payment", description = "Called by storefronts."),
        (name = "orders", description = "Called by storefronts."),
        (name = "kustom", description = "Called by Kustom."),
        (name = "about", description = "About this server."),
    ),
    components(schemas(super::error::Body)),
)]
struct Preface;

/// All of the document but the routes.
pub(super) fn preface() -> utoipa::openapi::OpenApi {
    Preface::openapi()
}

#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getOpenApi", tag = "about",
    summary = "This document", description = "",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
pub(super) async fn serve() -> impl IntoResponse {
    let json = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, json)], DOCUMENT.clone())
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `CartIdPath` reads")]
pub(super) struct CartIdParam {
    /// The id that opening the cart was answered with.
    #[param(format = "uuid")]
    cart_id: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "describes what `FieldKey` parses")]
pub(super) struct FieldKeyParam {
    /// Percent-encoded. Keys that start with `kustom`, in any spelling, are reserved. At most 128 bytes.
    #[param(min_length = 1, max_length = 128)]
    key: String,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "describes what `keyed` reads")]
pub(super) struct IdempotencyKeyParam {
    /// A random UUID of the client's making, also accepted as `X-Idempotency-Key`. The same request under the same key is
    /// done once within 24 hours: sent again, it gets the same answer. Refusals are not kept. Without the header, every
    /// request is done.
    #[param(
        rename = "Idempotency-Key",
        min_length = 16,
        max_length = 128,
        pattern = "^[!-~]{16,128}$"
    )]
    idempotency_key: Option<String>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the handler writes")]
pub(super) struct Health {
    #[schema(pattern = "^ok$")]
    status: String,
}

pub(super) fn cart_states() -> Object {
    one_of(["open", "completed", "rejected"])
}

pub(super) fn order_states() -> Object {
    one_of(["pending", "confirmed", "cancelled"])
}

pub(super) fn providers() -> Object {
    one_of(["kustom", "demo"])
}

pub(super) fn demo_states() -> Object {
    one_of(["completed"])
}

pub(super) fn message_types() -> Object {
    one_of(["progress"])
}

pub(super) fn confirm_states() -> Object {
    one_of(["checkout_complete", "checkout_incomplete"])
}

pub(super) fn confirm_reasons() -> Object {
    one_of(["declined", "in_review"])
}

pub(super) fn callback_errors() -> Object {
    one_of(["approval_failed", "unsupported_shipping_address"])
}

pub(super) fn push_states() -> Object {
    one_of(["accepted", "in_review", "completed"])
}

pub(super) fn schema_or_word<T: ToSchema>(word: &'static str) -> RefOr<Schema> {
    OneOfBuilder::new()
        .item(Ref::from_schema_name(T::name()))
        .item(one_of([word]))
        .into()
}

pub(super) fn add_schema<T: ToSchema>(schemas: &mut Vec<(String, RefOr<Schema>)>) {
    schemas.push((T::name().into(), T::schema()));
    T::schemas(schemas);
}

fn one_of<const N: usize>(words: [&'static str; N]) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .build()
}

fn operations(document: &mut utoipa::openapi::OpenApi) -> impl Iterator<Item = &mut Operation> {
    let items = document.paths.paths.values_mut();
    items.flat_map(|item| [&mut item.get, &mut item.post].into_iter().flatten())
}

/// In requests `null` stands for an absent member. Answers leave absent members out and never write `null`.
fn leave_out_null(document: &mut utoipa::openapi::OpenApi) {
    let Some(components) = &mut document.components else {
        return;
    };
    for (name, schema) in &mut components.schemas {
        if !name.contains("Request")
            && let RefOr::T(schema) = schema
        {
            forbid_null(schema);
        }
    }
}

fn forbid_null(schema: &mut Schema) {
    match schema {
        Schema::Object(object) => {
            if let SchemaType::Array(types) = &object.schema_type
                && let [only] = types.iter().filter(|one| **one != Type::Null).collect::<Vec<_>>()[..]
            {
                object.schema_type = SchemaType::Type(only.clone());
            }
            object.properties.values_mut().for_each(forbid_null_in);
        }
        Schema::AllOf(all) => all.items.iter_mut().for_each(forbid_null_in),
        _ => (),
    }
}

/// A member of another schema's type is `oneOf` that and `null`.
fn forbid_null_in(member: &mut RefOr<Schema>) {
    let RefOr::T(schema) = member else { return };
    if let Schema::OneOf(one_of) = schema
        && let Some(RefOr::Ref(reference)) = one_of.items.iter().find(|item| matches!(item, RefOr::Ref(_)))
    {
        let mut reference = reference.clone();
        reference.description = one_of.description.clone().unwrap_or_default();
        *member = RefOr::Ref(reference);
    } else {
        forbid_null(schema);
    }
}
