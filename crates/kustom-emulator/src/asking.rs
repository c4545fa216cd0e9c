//! What the shopper changes before paying, where the merchant is asked first: the way to ship, the address, the country.
//!
//! An order that names `shipping_option_update`, `address_update` or `country_change` is changed only as the merchant
//! answers. 200 brings the whole order's lines and amounts, which replace what there was; 400 or a redirect refuses, and
//! nothing is taken over. Source:
//! <https://docs.kustom.co/contents/checkout/additional-resources/server-side-callbacks>.
//!
//! Inferred, because it is not documented: an answer is waited for as long as for a required validation; anything else than
//! the documented answers takes nothing over; the lines of an answer about a way to ship are final, and to those of an
//! answer about an address the chosen way is added at its offered price, if they lack it and it is still offered.
//!
//! Nothing here waits. A step says what has to be sent before the change can go on.

use crate::callback::{CallbackAnswer, CallbackKind, CallbackNumber, DueCallback};
use crate::kustom::Kustom;
use crate::order::{Change, Order};
use crate::purchase;
use crate::refusal::PurchaseRefusal;
use crate::shipping;
use crate::validation;
use crate::verdict::{Verdict, verdict};
use bytes::Bytes;
use jiff::Timestamp;
use kustom_api::{
    Address, CheckoutOrder, Customer, KustomOrderId, ShippingServiceRequest, ShippingServiceResponse,
};

/// What the shopper does.
#[derive(Clone, Debug, PartialEq)]
pub enum ShopperChange {
    ShippingOption {
        id: String,
    },
    Address {
        address: Box<Address>,
        customer: Option<Customer>,
    },
}

/// How far a change has come.
#[derive(Clone, Debug, PartialEq)]
pub enum AskingStep {
    /// Nobody has to be asked, or the last one has agreed.
    Done { was_asked: bool },
    /// To be sent now. Its answer, or that there is none, goes to [`Kustom::change_answered`].
    Asking(DueCallback),
}

/// A change that waits for the merchant.
#[derive(Clone, Debug)]
pub(crate) struct Asking {
    change: ShopperChange,
    number: CallbackNumber,
    /// Still to be asked, the next one last.
    to_ask: Vec<CallbackKind>,
}

impl Kustom {
    /// Begins a change. Without anybody to ask nothing is done here: the caller changes the order as ever.
    pub fn change(
        &mut self,
        id: &KustomOrderId,
        change: ShopperChange,
        now: Timestamp,
    ) -> Result<AskingStep, PurchaseRefusal> {
        let order = self.orders.get(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        purchase::check_state(order, now)?;
        if let ShopperChange::ShippingOption { id } = &change
            && !is_offered(&order.checkout, id)
        {
            return Err(PurchaseRefusal::UnknownShippingOption);
        }
        let to_ask = to_ask(order, &change);
        if !to_ask.is_empty() && (order.asking.is_some() || order.payment.is_some()) {
            return Err(PurchaseRefusal::PaymentUnderWay);
        }
        self.ask(id, change, to_ask, false, now)
    }

    /// Goes on with the merchant's answer. That there was none in time is [`CallbackAnswer::Failed`].
    pub fn change_answered(
        &mut self,
        number: CallbackNumber,
        answer: CallbackAnswer,
        now: Timestamp,
    ) -> Result<AskingStep, PurchaseRefusal> {
        let kinds = [
            CallbackKind::ShippingOption,
            CallbackKind::Address,
            CallbackKind::Country,
        ];
        let callback = kinds
            .into_iter()
            .find_map(|kind| self.take_callback(number, kind))
            .ok_or(PurchaseRefusal::NoPaymentUnderWay)?;
        let id = callback.order_id.clone();
        let rules = self.rules.clone();
        let order = self.orders.get_mut(&id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        let asking = order.asking.take_if(|asking| asking.number == number);
        let asking = asking.ok_or(PurchaseRefusal::NoPaymentUnderWay)?;
        let verdict = verdict(&callback.url, &answer);
        let body = match &answer {
            CallbackAnswer::Answered { body, .. } => body.clone(),
            CallbackAnswer::Failed { .. } => String::new(),
        };
        order.record_answer(number, answer, now);
        purchase::check_state(order, now)?;
        let taken = match verdict {
            Verdict::Approved => taken_over(order, &asking.change, &body, &rules),
            Verdict::Refused(refusal) => {
                order.record(Change::ChangeRefused, now);
                return Err(refusal);
            }
            Verdict::Unanswered { reason } => Err(reason),
        };
        match taken {
            Ok(checkout) => {
                order.checkout = checkout;
                order.touch(now);
                self.ask(&id, asking.change, asking.to_ask, true, now)
            }
            Err(reason) => {
                order.remark(number, &reason);
                order.record(Change::ChangeFailed, now);
                Err(PurchaseRefusal::ChangeFailed { reason })
            }
        }
    }

    fn ask(
        &mut self,
        id: &KustomOrderId,
        change: ShopperChange,
        mut to_ask: Vec<CallbackKind>,
        was_asked: bool,
        now: Timestamp,
    ) -> Result<AskingStep, PurchaseRefusal> {
        let order = self.orders.get(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        let Some(kind) = to_ask.pop() else {
            if was_asked {
                self.finish(id, change, now);
            }
            return Ok(AskingStep::Done { was_asked });
        };
        let body = question(&with(&order.checkout, &change));
        let callback = self
            .begin_question(id, kind, body, now)
            .ok_or(PurchaseRefusal::NoSuchOrder)?;
        if let Some(order) = self.orders.get_mut(id) {
            order.asking = Some(Asking {
                change,
                number: callback.number,
                to_ask,
            });
        }
        Ok(AskingStep::Asking(callback))
    }

    /// The merchant has agreed to all of it.
    fn finish(&mut self, id: &KustomOrderId, change: ShopperChange, now: Timestamp) {
        let Some(order) = self.orders.get_mut(id) else {
            return;
        };
        match change {
            ShopperChange::ShippingOption { .. } => order.record(Change::ShippingOptionSelected, now),
            ShopperChange::Address { address, customer } => {
                if !order.customer_typed {
                    order.record(Change::CustomerTyped, now);
                }
                order.set_typed_address(*address);
                order.set_customer(customer);
            }
        }
        order.touch(now);
    }
}

fn is_offered(order: &CheckoutOrder, id: &str) -> bool {
    let offered = order.shipping_options.as_deref().unwrap_or_default();
    offered.iter().any(|option| option.id == id)
}

/// Whom to ask, the first one last. What has not changed is no question.
fn to_ask(order: &Order, change: &ShopperChange) -> Vec<CallbackKind> {
    let urls = order.checkout.merchant_urls.as_ref();
    let named = |kind: CallbackKind| urls.is_some_and(|urls| kind.url(urls).is_some());
    let wanted = match change {
        ShopperChange::ShippingOption { id } => {
            let chosen = order.checkout.selected_shipping_option.as_ref();
            let is_new = chosen.is_none_or(|chosen| chosen.id != *id);
            vec![(CallbackKind::ShippingOption, is_new)]
        }
        ShopperChange::Address { address, .. } => {
            let known = order.checkout.shipping_address.as_ref();
            let country =
                |address: &Address| address.country.clone().unwrap_or_default().to_ascii_uppercase();
            let known_country = known.map_or_else(|| order.purchase_country().to_ascii_uppercase(), country);
            let is_elsewhere = country(address) != known_country && !country(address).is_empty();
            let is_new = known != Some(address) && purchase::is_complete(order, address);
            vec![
                (CallbackKind::Address, is_new),
                (CallbackKind::Country, is_elsewhere),
            ]
        }
    };
    let kinds = wanted
        .into_iter()
        .filter(|(kind, is_new)| *is_new && named(*kind));
    kinds.map(|(kind, _)| kind).collect()
}

/// The order as it would be with the change, if Kustom made it alone.
fn with(order: &CheckoutOrder, change: &ShopperChange) -> CheckoutOrder {
    let mut changed = order.clone();
    match change {
        ShopperChange::ShippingOption { id } => {
            shipping::select(&mut changed, id);
        }
        ShopperChange::Address { address, customer } => {
            changed.billing_address = Some(address.as_ref().clone());
            changed.shipping_address = Some(address.as_ref().clone());
            if customer.is_some() {
                changed.customer.clone_from(customer);
            }
        }
    }
    changed
}

fn question(order: &CheckoutOrder) -> Bytes {
    let order = order.clone();
    let request = ShippingServiceRequest {
        order_amount: order.order_amount.unwrap_or(0),
        order_tax_amount: order.order_tax_amount.unwrap_or(0),
        order_lines: order.order_lines.unwrap_or_default(),
        purchase_currency: order.purchase_currency.unwrap_or_default(),
        billing_address: order.billing_address,
        shipping_address: order.shipping_address,
        selected_shipping_option: order.selected_shipping_option,
        customer: order.customer,
        locale: order.locale,
        merchant_data: order.merchant_data,
        merchant_reference1: order.merchant_reference1,
        merchant_reference2: order.merchant_reference2,
        tags: order.tags,
    };
    serde_json::to_vec(&request)
        .expect("a question has only texts and integers")
        .into()
}

/// The order with the merchant's answer in it, or why it cannot be.
fn taken_over(
    order: &Order,
    change: &ShopperChange,
    body: &str,
    rules: &crate::Rules,
) -> Result<CheckoutOrder, String> {
    let answer: ShippingServiceResponse =
        serde_json::from_str(body).map_err(|error| format!("the answer cannot be read: {error}"))?;
    let currency = order.checkout.purchase_currency.as_deref().unwrap_or_default();
    if !answer.purchase_currency.eq_ignore_ascii_case(currency) {
        return Err(format!("the answer is in {}", answer.purchase_currency));
    }
    // The rules of an update hold for an answer as well.
    let sent = validation::read_update(body.as_bytes(), rules).map_err(|all| explained(&all))?;
    let mut next = CheckoutOrder {
        order_amount: Some(answer.order_amount),
        order_tax_amount: Some(answer.order_tax_amount),
        order_lines: Some(answer.order_lines),
        shipping_options: answer
            .shipping_options
            .or_else(|| order.checkout.shipping_options.clone()),
        merchant_data: answer
            .merchant_data
            .or_else(|| order.checkout.merchant_data.clone()),
        locale: answer.locale.or_else(|| order.checkout.locale.clone()),
        tags: answer.tags.or_else(|| order.checkout.tags.clone()),
        ..order.checkout.clone()
    };
    let findings = sent.findings_with(&next);
    if !findings.is_empty() {
        return Err(explained(&findings));
    }
    match change {
        ShopperChange::ShippingOption { id } => {
            let offered = next.shipping_options.as_deref().unwrap_or_default();
            let chosen = offered.iter().find(|option| option.id == *id).cloned();
            next.selected_shipping_option =
                Some(chosen.ok_or("the answer no longer offers what was chosen")?);
        }
        ShopperChange::Address { .. } => shipping::keep_selection(&mut next),
    }
    Ok(next)
}

fn explained(findings: &[validation::Finding]) -> String {
    let all: Vec<_> = findings.iter().map(validation::Finding::explanation).collect();
    all.join("; ")
}
