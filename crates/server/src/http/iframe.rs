//! Kustom's questions while the shopper is in the checkout: another way to ship, another address, another country.
//!
//! Only Kustom knows the tokens in the URLs. From the body only the choice and the country are taken; lines and amounts of
//! the answer are ours.

use super::MAX_VALIDATION_BYTES;
use super::body;
use super::error::ApiError;
use super::openapi;
use super::validate::{ValidateQuery, asked_about};
use crate::app::App;
use crate::iframe::{IframeError, IframeTold};
use crate::token::Callback;
use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kassa_commerce::address::CountryCode;
use kassa_commerce::kustom::iframe::{IframeChange, IframeRefusal};
use kassa_commerce::kustom::validation::Denial;
use kassa_commerce::kustom::{Offer, OfferOption};
use kustom_api::{CallbackErrorType, CallbackRefusal, ShippingServiceResponse};
use serde::Deserialize;
use utoipa::ToSchema;

/// What is read of the question. Whatever else it holds cannot stop a shopper.
#[derive(Deserialize)]
struct Asked {
    selected_shipping_option: Option<Selected>,
    shipping_address: Option<Place>,
    billing_address: Option<Place>,
}

#[derive(Deserialize)]
struct Selected {
    id: Option<String>,
}

#[derive(Deserialize)]
struct Place {
    country: Option<String>,
}

/// The order as it is from now on.
#[derive(ToSchema)]
#[schema(as = CheckoutUpdated)]
#[expect(dead_code, reason = "describes what Kustom's own type writes")]
pub(super) struct UpdatedView {
    /// In minor units, including tax.
    order_amount: i64,
    order_tax_amount: i64,
    order_lines: Vec<serde_json::Value>,
    /// ISO 4217.
    purchase_currency: String,
    /// Where the shopper chooses in the checkout.
    shipping_options: Option<Vec<serde_json::Value>>,
}

/// Shown to the shopper inside the checkout.
#[derive(ToSchema)]
#[schema(as = CheckoutRefused)]
#[expect(dead_code, reason = "describes what Kustom's own type writes")]
pub(super) struct RefusedView {
    #[schema(schema_with = openapi::callback_errors)]
    error_type: String,
    error_text: String,
}

#[utoipa::path(
    post, path = "/ingress/kustom/shipping-option", operation_id = "changeKustomShippingOption", tag = "kustom",
    summary = "Called by Kustom when the shopper chooses a way to ship", description = openapi::IFRAME,
    params(ValidateQuery),
    request_body(content = Object, description = "The order, with the chosen option.", content_type = "application/json"),
    responses(
        (status = 200, description = "The order with what was chosen.", body = UpdatedView),
        (status = 400, description = "It cannot be chosen.", body = RefusedView),
    ),
)]
pub(super) async fn shipping_option(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&app, Callback::ShippingOption, query, request).await
}

#[utoipa::path(
    post, path = "/ingress/kustom/address", operation_id = "changeKustomAddress", tag = "kustom",
    summary = "Called by Kustom when the shopper enters an address", description = openapi::IFRAME,
    params(ValidateQuery),
    request_body(content = Object, description = "The order, with its addresses.", content_type = "application/json"),
    responses(
        (status = 200, description = "The order at that address.", body = UpdatedView),
        (status = 400, description = "Nothing is delivered there.", body = RefusedView),
    ),
)]
pub(super) async fn address(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&app, Callback::Address, query, request).await
}

#[utoipa::path(
    post, path = "/ingress/kustom/country", operation_id = "changeKustomCountry", tag = "kustom",
    summary = "Called by Kustom when the shopper changes the country", description = openapi::IFRAME,
    params(ValidateQuery),
    request_body(content = Object, description = "The order, with its addresses.", content_type = "application/json"),
    responses(
        (status = 200, description = "The order in that country.", body = UpdatedView),
        (status = 400, description = "Nothing is sold there.", body = RefusedView),
    ),
)]
pub(super) async fn country(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    answer(&app, Callback::Country, query, request).await
}

async fn answer(
    app: &App,
    callback: Callback,
    query: Option<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let kustom_order = asked_about(app, callback, &query.unwrap_or_default()).await?;
    let bytes = body::read(request, &(), MAX_VALIDATION_BYTES).await?;
    let Ok(asked) = serde_json::from_slice::<Asked>(&bytes) else {
        tracing::error!(?callback, "a change in the checkout could not be read");
        return Ok(refused(
            CallbackErrorType::ApprovalFailed,
            Denial::Unsure.sentence("en"),
        ));
    };
    match app.change_in_iframe(kustom_order, wish(callback, &asked)).await {
        Ok(IframeTold::Updated { offer, choice }) => {
            Ok(Json(updated(&offer, choice.as_ref())).into_response())
        }
        Ok(IframeTold::Refused { refusal, sentence }) => Ok(refused(
            match refusal {
                IframeRefusal::Place => CallbackErrorType::UnsupportedShippingAddress,
                IframeRefusal::Other(_) => CallbackErrorType::ApprovalFailed,
            },
            sentence,
        )),
        Err(IframeError::Unknown) => Err(ApiError::no_such_cart()),
        Err(error) => {
            tracing::error!(%error, ?callback, "a change in the checkout was not decided");
            Ok(refused(
                CallbackErrorType::ApprovalFailed,
                Denial::Unsure.sentence("en"),
            ))
        }
    }
}

/// Goods are taxed where they are delivered, so the shipping address comes first.
fn wish(callback: Callback, asked: &Asked) -> IframeChange {
    let option_id = asked
        .selected_shipping_option
        .as_ref()
        .and_then(|selected| selected.id.clone());
    if callback == Callback::ShippingOption {
        return IframeChange::Shipping {
            option_id: option_id.unwrap_or_default(),
        };
    }
    let country = |place: &Option<Place>| place.as_ref().and_then(|place| place.country.clone());
    let code = country(&asked.shipping_address).or_else(|| country(&asked.billing_address));
    IframeChange::Place {
        country: code.as_deref().and_then(CountryCode::from_code),
    }
}

fn updated(offer: &Offer, choice: Option<&OfferOption>) -> ShippingServiceResponse {
    let payload = offer.to_payload();
    let mut answer = ShippingServiceResponse {
        order_amount: offer.order_amount,
        order_tax_amount: offer.order_tax_amount,
        order_lines: payload.order_lines.unwrap_or_default(),
        purchase_currency: offer.purchase_currency.clone(),
        shipping_options: payload.shipping_options.filter(|options| !options.is_empty()),
        ..ShippingServiceResponse::default()
    };
    if let Some(choice) = choice {
        answer.order_amount += choice.price;
        answer.order_tax_amount += choice.tax_amount;
        answer.order_lines.push(choice.to_fee_line());
    }
    answer
}

fn refused(error_type: CallbackErrorType, sentence: &str) -> Response {
    let body = CallbackRefusal {
        error_type,
        error_text: sentence.to_owned(),
    };
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
