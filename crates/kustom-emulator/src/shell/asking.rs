//! The routes that change an order as a shopper does, and the merchant's answers that they may have to wait for.

use super::Emulator;
use crate::asking::{AskingStep, ShopperChange};
use crate::message::Response;
use crate::purchase::Purchase;
use crate::refusal::PurchaseRefusal;
use crate::{browser, control, shipping};
use axum::extract::{Path, State};
use http::StatusCode;
use kustom_api::KustomOrderId;

/// `POST /_emulator/orders/{id}/shipping-option` and `…/address`: what a shopper does in the iframe, without a browser.
pub(super) async fn without_browser(
    State(emulator): State<Emulator>,
    Path((id, what)): Path<(String, String)>,
    request: axum::extract::Request,
) -> Response {
    let Some(request) = emulator.request(request).await else {
        return Response::empty(StatusCode::BAD_REQUEST);
    };
    if !matches!(what.as_str(), "shipping-option" | "address") {
        return emulator.act(|kustom, now| kustom.handle(&request, now));
    }
    let id = KustomOrderId(id);
    let change = match emulator.inspect(|kustom| control::change(kustom, &id, &what, &request.body)) {
        Ok(change) => change,
        Err(problem) => return problem.into(),
    };
    match emulator.change(&id, change).await {
        Ok(()) => emulator.act(|kustom, now| control::show(kustom, &id.0, now)),
        Err(refusal) => refusal.response(),
    }
}

/// `POST /browser/orders/{id}/shipping-option` and `…/customer`: the form in the iframe.
pub(super) async fn from_browser(
    State(emulator): State<Emulator>,
    Path((id, what)): Path<(String, String)>,
    request: axum::extract::Request,
) -> Response {
    let Some(request) = emulator.request(request).await else {
        return Response::empty(StatusCode::BAD_REQUEST);
    };
    if !matches!(what.as_str(), "shipping-option" | "customer") {
        return emulator.act(|kustom, now| kustom.handle(&request, now));
    }
    let response = match emulator.act(|kustom, now| browser::change(kustom, &id, &what, &request, now)) {
        Ok(change) => match emulator.ask_about(&KustomOrderId(id.clone()), change).await {
            Ok(true) => emulator.act(|kustom, now| browser::changed(kustom, &id, now)),
            // Nobody had to be asked: the form's own way.
            Ok(false) => return emulator.act(|kustom, now| kustom.handle(&request, now)),
            Err(refusal) => refusal.response(),
        },
        Err(problem) => problem.into(),
    };
    emulator.act(|kustom, now| kustom.log_exchange(&request, &response, now));
    response
}

impl Emulator {
    /// Changes an order as a shopper would in the iframe. The merchant is asked over HTTP where the order says so.
    pub async fn change(&self, id: &KustomOrderId, change: ShopperChange) -> Result<(), PurchaseRefusal> {
        if self.ask_about(id, change.clone()).await? {
            return Ok(());
        }
        self.act(|kustom, now| {
            let order = kustom.orders.get_mut(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
            match change {
                ShopperChange::ShippingOption { id } => {
                    if !shipping::select(&mut order.checkout, &id) {
                        return Err(PurchaseRefusal::UnknownShippingOption);
                    }
                    order.record(crate::Change::ShippingOptionSelected, now);
                }
                ShopperChange::Address { address, customer } => {
                    order.set_typed_address(*address);
                    order.set_customer(customer);
                }
            }
            order.touch(now);
            Ok(())
        })
    }

    /// Whether anybody was asked; the order is changed then.
    async fn ask_about(&self, id: &KustomOrderId, change: ShopperChange) -> Result<bool, PurchaseRefusal> {
        let (emulator, id) = (self.clone(), id.clone());
        // Spawned, because a caller that leaves would leave the question open for ever.
        let asking = tokio::spawn(async move { emulator.ask_to_the_end(&id, change).await });
        asking.await.unwrap_or_else(|_| {
            Err(PurchaseRefusal::ChangeFailed {
                reason: "the question broke off".to_owned(),
            })
        })
    }

    async fn ask_to_the_end(
        &self,
        id: &KustomOrderId,
        change: ShopperChange,
    ) -> Result<bool, PurchaseRefusal> {
        let mut step = self.act(|kustom, now| kustom.change(id, change, now))?;
        loop {
            step = match step {
                AskingStep::Done { was_asked } => return Ok(was_asked),
                AskingStep::Asking(callback) => {
                    let answer = self.send(&callback).await;
                    self.act(|kustom, now| kustom.change_answered(callback.number, answer, now))?
                }
            };
        }
    }

    /// What a shopper does before she presses the button: she enters her address and chooses how to get the goods.
    pub(super) async fn fill_in(
        &self,
        id: &KustomOrderId,
        purchase: &Purchase,
    ) -> Result<(), PurchaseRefusal> {
        let address = ShopperChange::Address {
            address: Box::new(purchase.address.clone()),
            customer: purchase.customer.clone(),
        };
        self.ask_about(id, address).await?;
        let shown = self.inspect(|kustom| {
            let order = kustom.order(id)?;
            Some(shipping::shown_option(&order.checkout)?.id.clone())
        });
        if let Some(option_id) = purchase.shipping_option.clone().or(shown) {
            self.ask_about(id, ShopperChange::ShippingOption { id: option_id })
                .await?;
        }
        Ok(())
    }
}
