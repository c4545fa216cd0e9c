//! The two routes that pay, and the merchant's answer that they may have to wait for.

use super::Emulator;
use crate::message::Response;
use crate::payment::PaymentStep;
use crate::purchase::{Purchase, Purchased};
use crate::refusal::PurchaseRefusal;
use crate::{browser, control};
use axum::extract::{Path, State};
use http::StatusCode;
use kustom_api::KustomOrderId;

/// `POST /_emulator/orders/{id}/pay`: a purchase without a browser.
pub(super) async fn without_browser(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    request: axum::extract::Request,
) -> Response {
    let Some(request) = emulator.request(request).await else {
        return Response::empty(StatusCode::BAD_REQUEST);
    };
    let id = KustomOrderId(id);
    match emulator.inspect(|kustom| control::purchase(kustom, &id, &request.body)) {
        Ok(purchase) => {
            let outcome = emulator.pay(&id, purchase).await;
            emulator.inspect(|kustom| control::paid(kustom, &id, outcome))
        }
        Err(problem) => problem.into(),
    }
}

/// `POST /browser/orders/{id}/pay`: the pressed button in the iframe.
pub(super) async fn from_browser(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    request: axum::extract::Request,
) -> Response {
    let Some(request) = emulator.request(request).await else {
        return Response::empty(StatusCode::BAD_REQUEST);
    };
    let response = match emulator.act(|kustom, now| browser::purchase(kustom, &id, &request, now)) {
        Ok(purchase) => browser::paid(emulator.pay(&KustomOrderId(id), purchase).await),
        Err(problem) => problem.into(),
    };
    emulator.act(|kustom, now| kustom.log_exchange(&request, &response, now));
    response
}

impl Emulator {
    /// Buys an order as a shopper would in the iframe, who with 3-D Secure comes back from the bank's page at once.
    /// The merchant is asked over HTTP where the order says so.
    pub async fn pay(&self, id: &KustomOrderId, purchase: Purchase) -> Result<Purchased, PurchaseRefusal> {
        let (emulator, id) = (self.clone(), id.clone());
        // Spawned, because a caller that leaves would take the payment with it, and the order stay half paid for ever.
        let payment = tokio::spawn(async move { emulator.pay_to_the_end(&id, purchase).await });
        payment.await.unwrap_or_else(|_| {
            Err(PurchaseRefusal::ValidationFailed {
                reason: "the payment broke off".to_owned(),
            })
        })
    }

    async fn pay_to_the_end(
        &self,
        id: &KustomOrderId,
        purchase: Purchase,
    ) -> Result<Purchased, PurchaseRefusal> {
        self.fill_in(id, &purchase).await?;
        let mut step = self.act(|kustom, now| kustom.pay(id, purchase, now))?;
        loop {
            step = match step {
                PaymentStep::Done(purchased) => return Ok(purchased),
                PaymentStep::Authenticating => self.act(|kustom, now| kustom.authenticated(id, now))?,
                PaymentStep::Validating(callback) => {
                    let answer = self.send(&callback).await;
                    self.act(|kustom, now| kustom.payment_answered(callback.number, answer, now))?
                }
            };
        }
    }
}
