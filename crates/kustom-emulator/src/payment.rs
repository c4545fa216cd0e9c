//! A payment from the pressed button to its end, with the merchant's approval in between.
//!
//! An order with `merchant_urls.validation` is bought only after the merchant was asked. With 3-D Secure the merchant
//! is asked twice: before the shopper goes to the bank's page, and after. Meanwhile the order stays incomplete, so the
//! merchant may still change it, and what is bought is what it holds at the end. Source:
//! <https://docs.kustom.co/contents/checkout/use-cases/validate-order>.
//!
//! Nothing here waits. A step says what has to happen outside before the payment can go on.

use crate::asking;
use crate::callback::{CallbackAnswer, CallbackKind, CallbackNumber, DueCallback};
use crate::kustom::Kustom;
use crate::order::{Change, Order};
use crate::persona::Persona;
use crate::purchase::{self, Purchase, Purchased};
use crate::refusal::PurchaseRefusal;
use crate::strictness::UnusableApproval;
use crate::verdict::{Verdict, verdict};
use jiff::Timestamp;
use kustom_api::KustomOrderId;
use serde::{Deserialize, Serialize};

/// How far a payment has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentStep {
    Done(Purchased),
    /// To be sent now. Its answer, or that there is none, goes to [`Kustom::payment_answered`].
    Validating(DueCallback),
    /// The shopper is at the bank's page. Goes on by [`Kustom::authenticated`] or ends by [`Kustom::abandon_payment`].
    Authenticating,
}

/// A purchase that waits for the merchant or for the shopper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Payment {
    purchase: Purchase,
    is_authenticated: bool,
    waits_for: WaitsFor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WaitsFor {
    Merchant(CallbackNumber),
    Shopper,
}

impl Kustom {
    /// Buys an order as a shopper would in the iframe, as far as that goes without the merchant and the bank.
    pub fn pay(
        &mut self,
        id: &KustomOrderId,
        purchase: Purchase,
        now: Timestamp,
    ) -> Result<PaymentStep, PurchaseRefusal> {
        let order = self.orders.get_mut(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        purchase::check_state(order, now)?;
        asking::check_idle(order)?;
        let payment = Payment {
            purchase,
            is_authenticated: false,
            waits_for: WaitsFor::Shopper,
        };
        self.ask_merchant(id, payment, now)
    }

    /// Goes on with the merchant's answer to a validation. That there was none in time is
    /// [`CallbackAnswer::Failed`].
    pub fn payment_answered(
        &mut self,
        number: CallbackNumber,
        answer: CallbackAnswer,
        now: Timestamp,
    ) -> Result<PaymentStep, PurchaseRefusal> {
        let callback = self
            .take_callback(number, CallbackKind::Validation)
            .ok_or(PurchaseRefusal::NoPaymentUnderWay)?;
        let order = self
            .orders
            .get_mut(&callback.order_id)
            .ok_or(PurchaseRefusal::NoSuchOrder)?;
        let payment = take_payment(order, WaitsFor::Merchant(number))?;
        let is_late = Persona::SlowValidation.is(&payment.purchase.address);
        let verdict = if is_late {
            too_late(&callback)
        } else {
            verdict(&callback.url, &answer)
        };
        let is_answered = !is_late && matches!(answer, CallbackAnswer::Answered { .. });
        let is_refusal =
            is_answered && self.rules.strictness.unusable_approval == UnusableApproval::AsRefusal;
        let callback = DueCallback {
            is_required: callback.is_required || is_refusal,
            ..callback
        };
        order.record_answer(number, answer, now);
        judge(order, verdict, &callback, now)?;
        purchase::check_state(order, now)?;
        self.go_on(&callback.order_id, payment, now)
    }

    /// The shopper comes back from the bank's page. The merchant is asked once more.
    pub fn authenticated(
        &mut self,
        id: &KustomOrderId,
        now: Timestamp,
    ) -> Result<PaymentStep, PurchaseRefusal> {
        let order = self.orders.get_mut(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        let payment = take_payment(order, WaitsFor::Shopper)?;
        purchase::check_state(order, now)?;
        let payment = Payment {
            is_authenticated: true,
            ..payment
        };
        self.ask_merchant(id, payment, now)
    }

    /// The bank's page says no.
    pub fn authentication_failed(
        &mut self,
        id: &KustomOrderId,
        now: Timestamp,
    ) -> Result<PaymentStep, PurchaseRefusal> {
        let order = self.orders.get_mut(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        take_payment(order, WaitsFor::Shopper)?;
        order.record(Change::PaymentRejected, now);
        Err(PurchaseRefusal::Rejected)
    }

    /// The shopper leaves the bank's page, and the order is as open as before. Only that page can be left: a payment
    /// that waits for the merchant goes on without its shopper.
    pub fn abandon_payment(&mut self, id: &KustomOrderId, now: Timestamp) -> Result<(), PurchaseRefusal> {
        let order = self.orders.get_mut(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        take_payment(order, WaitsFor::Shopper)?;
        order.record(Change::PaymentAbandoned, now);
        Ok(())
    }

    /// What the shopper entered goes into the order first: the merchant is shown what would be bought.
    fn ask_merchant(
        &mut self,
        id: &KustomOrderId,
        payment: Payment,
        now: Timestamp,
    ) -> Result<PaymentStep, PurchaseRefusal> {
        let way = self.rules.strictness.chosen_shipping;
        let order = self.orders.get_mut(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        purchase::enter(&payment.purchase, order, way, now)?;
        let Some(callback) = self.begin_validation(id, now) else {
            return self.go_on(id, payment, now);
        };
        self.keep_payment(id, payment, WaitsFor::Merchant(callback.number));
        Ok(PaymentStep::Validating(callback))
    }

    /// After an approval, or without anybody to ask.
    fn go_on(
        &mut self,
        id: &KustomOrderId,
        payment: Payment,
        now: Timestamp,
    ) -> Result<PaymentStep, PurchaseRefusal> {
        if payment.purchase.three_d_secure && !payment.is_authenticated {
            self.keep_payment(id, payment, WaitsFor::Shopper);
            return Ok(PaymentStep::Authenticating);
        }
        self.buy(id, &payment.purchase, now).map(PaymentStep::Done)
    }

    fn keep_payment(&mut self, id: &KustomOrderId, payment: Payment, waits_for: WaitsFor) {
        if let Some(order) = self.orders.get_mut(id) {
            order.payment = Some(Payment { waits_for, ..payment });
        }
    }
}

fn take_payment(order: &mut Order, waits_for: WaitsFor) -> Result<Payment, PurchaseRefusal> {
    order
        .payment
        .take_if(|payment| payment.waits_for == waits_for)
        .ok_or(PurchaseRefusal::NoPaymentUnderWay)
}

/// The answer has come, but for this shopper it counts as one that did not come in time.
fn too_late(callback: &DueCallback) -> Verdict {
    let seconds = callback.patience.as_secs();
    Verdict::Unanswered {
        reason: format!("no answer within {seconds} seconds, as the shopper's address asks for"),
    }
}

/// Whether the payment may go on. Without an answer that depends on `require_validate_callback_success`, as it was
/// when the merchant was asked.
fn judge(
    order: &mut Order,
    verdict: Verdict,
    callback: &DueCallback,
    now: Timestamp,
) -> Result<(), PurchaseRefusal> {
    let (change, outcome) = match verdict {
        Verdict::Approved => (Change::ValidationApproved, Ok(())),
        Verdict::Refused(refusal) => (Change::ValidationDenied, Err(refusal)),
        Verdict::Unanswered { reason } => {
            order.remark(callback.number, &reason);
            if callback.is_required {
                (
                    Change::ValidationFailed,
                    Err(PurchaseRefusal::ValidationFailed { reason }),
                )
            } else {
                (Change::ValidationUnanswered, Ok(()))
            }
        }
    };
    order.record(change, now);
    outcome
}
