//! Kustom's question before it takes money: may the shopper pay this?
//!
//! Only Kustom knows the token in the URL. Whatever goes wrong on our side, the answer is no: a shopper can press the
//! button again, and nobody pays for something else than the cart.

use super::MAX_VALIDATION_BYTES;
use super::body;
use super::error::ApiError;
use super::openapi;
use super::push::{self, could_be_an_id, values};
use crate::app::App;
use crate::crash;
use crate::token::Callback;
use crate::validation::{Validated, ValidationError, try_again_sentence};
use axum::Json;
use axum::extract::{RawQuery, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use kassa_commerce::kustom::KustomOrder;
use kustom_api::{CheckoutOrder, KustomOrderId, OrderLine, ShippingOption};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Kustom's form of a no. Source: <https://docs.kustom.co/contents/checkout/use-cases/validate-order>.
#[derive(Serialize, ToSchema)]
#[schema(as = PurchaseDenied)]
pub(super) struct DeniedView {
    /// Always `approval_failed`.
    error_type: &'static str,
    /// Shown to the shopper inside the checkout.
    error_text: &'static str,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PurchaseApproved)]
pub(super) struct ApprovedView {
    /// Always `approved`.
    status: &'static str,
}

#[derive(Deserialize)]
struct Asked {
    order_id: Option<KustomOrderId>,
    merchant_reference1: Option<String>,
    locale: Option<String>,
    purchase_country: Option<String>,
    purchase_currency: Option<String>,
    order_amount: Option<i64>,
    order_tax_amount: Option<i64>,
    order_lines: Option<Vec<OrderLine>>,
    shipping_options: Option<Vec<ShippingOption>>,
    selected_shipping_option: Option<ShippingOption>,
}

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the document")]
pub(super) struct ValidateQuery {
    /// The id of the Kustom order.
    order_id: String,
    /// Proves that the caller is Kustom. It is part of the URL that Kustom was given.
    token: String,
}

#[utoipa::path(
    post, path = "/ingress/kustom/validate", operation_id = "validateKustomPurchase", tag = "kustom",
    summary = "Called by Kustom when the shopper presses the pay button", description = openapi::VALIDATE,
    params(ValidateQuery),
    request_body(content = Object, description = "The whole order, as Kustom's checkout API shows it.",
        content_type = "application/json"),
    responses(
        (status = 200, description = "The shopper may pay. The cart is frozen for two minutes.", body = ApprovedView),
        (status = 400, description = "The shopper may not pay.", body = DeniedView),
    ),
)]
pub(super) async fn receive(
    State(app): State<App>,
    RawQuery(query): RawQuery,
    request: Request,
) -> Result<Response, ApiError> {
    let query = query.unwrap_or_default();
    let kustom_order = asked_about(&app, Callback::Validation, &query).await?;
    let bytes = body::read(request, &(), MAX_VALIDATION_BYTES).await?;
    let asked = read_order(&bytes);
    let is_another = asked.order_id.as_ref().is_some_and(|id| *id != kustom_order.id);
    if is_another {
        return Err(no_such_order());
    }
    let locale = asked.locale.clone().unwrap_or_default();
    let validated = app.validate(kustom_order, asked).await;
    crash::point("validation.before_answer");
    match validated {
        Ok(Validated::Approved) => Ok(Json(ApprovedView { status: "approved" }).into_response()),
        Ok(Validated::Denied { sentence }) => Ok(denied(sentence)),
        Err(ValidationError::Unknown) => Err(no_such_order()),
        Err(error) => Ok(denied(try_again_sentence(&error, &locale))),
    }
}

/// What the question is about. Only what is compared is read, so that nothing else in Kustom's order can stop a purchase.
fn read_order(bytes: &[u8]) -> CheckoutOrder {
    let read: Result<Asked, _> = serde_json::from_slice(bytes);
    match read {
        Ok(asked) => CheckoutOrder {
            order_id: asked.order_id,
            merchant_reference1: asked.merchant_reference1,
            locale: asked.locale,
            purchase_country: asked.purchase_country,
            purchase_currency: asked.purchase_currency,
            order_amount: asked.order_amount,
            order_tax_amount: asked.order_tax_amount,
            order_lines: asked.order_lines,
            shipping_options: asked.shipping_options,
            selected_shipping_option: asked.selected_shipping_option,
            ..CheckoutOrder::default()
        },
        Err(error) => {
            // The error's own text quotes the body, and a body holds names and addresses.
            let (kind, line, column) = (error.classify(), error.line(), error.column());
            tracing::error!(?kind, line, column, "an order to validate could not be read");
            CheckoutOrder::default()
        }
    }
}

/// The order that the URL names, if the URL is one that Kustom got from us.
pub(super) async fn asked_about(app: &App, callback: Callback, query: &str) -> Result<KustomOrder, ApiError> {
    let id = values(query.as_bytes(), "order_id").next().map(KustomOrderId);
    let token = values(query.as_bytes(), "token").next();
    let (Some(id), Some(token)) = (id.filter(|id| could_be_an_id(&id.0)), token) else {
        return Err(no_such_order());
    };
    let kustom_order = app.store.kustom_order(&id).await?;
    kustom_order
        .filter(|kustom_order| app.tokens.fits(callback, kustom_order.session_id, &token))
        .ok_or_else(no_such_order)
}

fn no_such_order() -> ApiError {
    // Anybody can make us say this, so it is no alarm.
    tracing::warn!("a question of Kustom's named no order of ours, or its token was wrong");
    push::no_such_order()
}

fn denied(error_text: &'static str) -> Response {
    let body = DeniedView {
        error_type: "approval_failed",
        error_text,
    };
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}
