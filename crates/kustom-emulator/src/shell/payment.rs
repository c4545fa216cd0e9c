//! The routes that pay, and the merchant's answer that they may have to wait for.

use super::Emulator;
use crate::browser::BankAnswer;
use crate::message::{Request, Response};
use crate::payment::PaymentStep;
use crate::purchase::{Purchase, Purchased};
use crate::refusal::PurchaseRefusal;
use crate::{browser, control};
use axum::extract::{Path, State};
use kustom_api::KustomOrderId;

/// `POST /_emulator/orders/{id}/pay`: a purchase without a browser.
pub(super) async fn without_browser(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
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
    request: Request,
) -> Response {
    let response = match emulator.act(|kustom, now| browser::purchase(kustom, &id, &request, now)) {
        Ok(purchase) => browser::paid(emulator.pay_in_browser(&KustomOrderId(id), purchase).await),
        Err(problem) => problem.into(),
    };
    emulator.act(|kustom, now| kustom.log_exchange(&request, &response, now));
    response
}

/// `POST /browser/orders/{id}/bank`: what was pressed on the bank's page.
pub(super) async fn at_bank(
    State(emulator): State<Emulator>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    let response = match emulator.act(|kustom, now| browser::bank_answer(kustom, &id, &request, now)) {
        Ok(answer) => emulator.back_from_bank(&KustomOrderId(id), answer).await,
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
        unbroken(async move {
            let mut step = emulator.begin_payment(&id, purchase).await?;
            loop {
                step = match step {
                    PaymentStep::Done(purchased) => return Ok(purchased),
                    PaymentStep::Authenticating => {
                        emulator.act(|kustom, now| kustom.authenticated(&id, now))?
                    }
                    asking @ PaymentStep::Validating(_) => emulator.ask_while_paying(asking).await?,
                };
            }
        })
        .await
    }

    /// The same as far as the bank's page, which a browser shows.
    async fn pay_in_browser(
        &self,
        id: &KustomOrderId,
        purchase: Purchase,
    ) -> Result<PaymentStep, PurchaseRefusal> {
        let (emulator, id) = (self.clone(), id.clone());
        // Who presses the button again has left the bank's page, also by closing the browser over it; else nothing was open.
        let _ = self.act(|kustom, now| kustom.abandon_payment(&id, now));
        unbroken(async move { emulator.begin_payment(&id, purchase).await }).await
    }

    async fn back_from_bank(&self, id: &KustomOrderId, answer: BankAnswer) -> Response {
        let step = match answer {
            BankAnswer::Approved => self.act(|kustom, now| kustom.authenticated(id, now)),
            BankAnswer::Rejected => self.act(|kustom, now| kustom.authentication_failed(id, now)),
            BankAnswer::Abandoned => {
                return match self.act(|kustom, now| kustom.abandon_payment(id, now)) {
                    Ok(()) => browser::left(),
                    Err(refusal) => browser::refused(refusal),
                };
            }
        };
        let emulator = self.clone();
        browser::paid(unbroken(async move { emulator.ask_while_paying(step?).await }).await)
    }

    async fn begin_payment(
        &self,
        id: &KustomOrderId,
        purchase: Purchase,
    ) -> Result<PaymentStep, PurchaseRefusal> {
        self.fill_in(id, &purchase).await?;
        let step = self.act(|kustom, now| kustom.pay(id, purchase, now))?;
        self.ask_while_paying(step).await
    }

    /// Until the shopper is wanted, or everything is done.
    async fn ask_while_paying(&self, mut step: PaymentStep) -> Result<PaymentStep, PurchaseRefusal> {
        while let PaymentStep::Validating(callback) = step {
            let answer = self.send(&callback).await;
            step = self.act(|kustom, now| kustom.payment_answered(callback.number, answer, now))?;
        }
        Ok(step)
    }
}

/// A payment that a caller who leaves cannot take away.
async fn unbroken<T: Send + 'static>(
    payment: impl Future<Output = Result<T, PurchaseRefusal>> + Send + 'static,
) -> Result<T, PurchaseRefusal> {
    tokio::spawn(payment).await.unwrap_or_else(|_| {
        Err(PurchaseRefusal::ValidationFailed {
            reason: "the payment broke off".to_owned(),
        })
    })
}
