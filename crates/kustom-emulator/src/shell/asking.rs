//! The routes that change an order as a shopper does, and the merchant's answers that they may have to wait for.

use super::Emulator;
use crate::asking::{AskingStep, ShopperChange};
use crate::message::{Request, Response};
use crate::purchase::Purchase;
use crate::refusal::PurchaseRefusal;
use crate::{browser, control};
use axum::extract::{Path, State};
use kustom_api::KustomOrderId;

/// `POST /_emulator/orders/{id}/shipping-option` and `…/address`: what a shopper does in the iframe, without a browser.
pub(super) async fn without_browser(
    State(emulator): State<Emulator>,
    Path((id, what)): Path<(String, String)>,
    request: Request,
) -> Response {
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
    request: Request,
) -> Response {
    if !matches!(what.as_str(), "shipping-option" | "customer") {
        return emulator.act(|kustom, now| kustom.handle(&request, now));
    }
    let response = match emulator.act(|kustom, now| browser::change(kustom, &id, &what, &request, now)) {
        Ok(change) => match emulator.change(&KustomOrderId(id.clone()), change).await {
            Ok(()) => emulator.act(|kustom, now| browser::changed(kustom, &id, now)),
            Err(refusal) => browser::refused(refusal),
        },
        Err(problem) => problem.into(),
    };
    emulator.act(|kustom, now| kustom.log_exchange(&request, &response, now));
    response
}

impl Emulator {
    /// Changes an order as a shopper would in the iframe. The merchant is asked over HTTP where the order says so.
    pub async fn change(&self, id: &KustomOrderId, change: ShopperChange) -> Result<(), PurchaseRefusal> {
        let (emulator, id) = (self.clone(), id.clone());
        // Spawned, because a caller that leaves would leave the question open for ever.
        let asking = tokio::spawn(async move { emulator.ask_to_the_end(&id, change).await });
        asking.await.unwrap_or_else(|_| {
            Err(PurchaseRefusal::ChangeFailed {
                reason: "the question broke off".to_owned(),
            })
        })
    }

    async fn ask_to_the_end(&self, id: &KustomOrderId, change: ShopperChange) -> Result<(), PurchaseRefusal> {
        let mut step = self.act(|kustom, now| kustom.change(id, change, now))?;
        while let AskingStep::Asking(callback) = step {
            let answer = self.send(&callback).await;
            step = self.act(|kustom, now| kustom.change_answered(callback.number, answer, now))?;
        }
        Ok(())
    }

    /// What a shopper does before she presses the button, as far as the merchant wants to be asked about it.
    pub(super) async fn fill_in(
        &self,
        id: &KustomOrderId,
        purchase: &Purchase,
    ) -> Result<(), PurchaseRefusal> {
        // The address, and then the way to ship that is shown for it.
        for _ in 0..2 {
            let Some(change) = self.inspect(|kustom| kustom.change_before(id, purchase)) else {
                break;
            };
            self.change(id, change).await?;
        }
        Ok(())
    }
}
