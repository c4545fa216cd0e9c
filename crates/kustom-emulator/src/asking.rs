//! What the shopper changes before paying, where the merchant is asked first: the way to ship, the address, the country.
//!
//! An order that names `shipping_option_update`, `address_update` or `country_change` is changed only as the merchant
//! answers. 200 brings the whole order's lines and amounts, which replace what there was; 400 or a redirect refuses, and
//! nothing is taken over. Source:
//! <https://docs.kustom.co/contents/checkout/additional-resources/server-side-callbacks>.
//!
//! Inferred, because it is not documented: how long an answer is waited for ([`crate::Rules::change_patience`]); anything
//! else than the documented answers takes nothing over; the lines of an answer about a way to ship are final, and so are
//! those of an answer about an address that charge for the chosen way. If they do not, it is added at its offered price, as
//! after an update. A country that was agreed to stays, also when the address in it is refused.
//!
//! Nothing here waits. A step says what has to be sent before the change can go on.

use crate::callback::{CallbackAnswer, CallbackKind, CallbackNumber, DueCallback};
use crate::checkout;
use crate::kustom::Kustom;
use crate::order::{Change, Order};
use crate::purchase::{self, Purchase};
use crate::refusal::PurchaseRefusal;
use crate::separate_shipping;
use crate::shipping;
use crate::strictness::{ChosenShipping, Strictness};
use crate::validation;
use crate::verdict::{Verdict, verdict};
use bytes::Bytes;
use jiff::Timestamp;
use kustom_api::{Address, CheckoutOrder, Customer, KustomOrderId, ShippingServiceRequest};
use serde::{Deserialize, Serialize};

/// What the shopper does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShopperChange {
    ShippingOption {
        id: String,
    },
    Address {
        address: Box<Address>,
        /// `None` where the goods go to the same address.
        shipping_address: Option<Box<Address>>,
        customer: Option<Customer>,
    },
}

/// How far a change has come.
#[derive(Clone, Debug, PartialEq)]
pub enum AskingStep {
    /// The change is made: nobody had to be asked, or the last one has agreed.
    Done { was_asked: bool },
    /// To be sent now. Its answer, or that there is none, goes to [`Kustom::change_answered`].
    Asking(DueCallback),
}

/// A change that waits for the merchant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asking {
    change: ShopperChange,
    number: CallbackNumber,
    /// Still to be asked, the next one last.
    to_ask: Vec<CallbackKind>,
}

impl Kustom {
    /// Begins a change. Where nobody has to be asked it is made at once, as Kustom makes it alone.
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
        let change = written_out(order, change);
        let to_ask = to_ask(order, &change);
        if !to_ask.is_empty() {
            check_idle(order)?;
        }
        self.ask(id, change, to_ask, false, now)
    }

    /// What the merchant has to be asked about before [`Kustom::pay`] takes this purchase. Nothing where it would be refused
    /// anyway.
    pub fn change_before(&self, id: &KustomOrderId, purchase: &Purchase) -> Option<ShopperChange> {
        let order = self.orders.get(id)?;
        let (address, shipping_address) = purchase::complete_addresses(order, purchase).ok()?;
        purchase::check_organization(order, purchase).ok()?;
        let entered = ShopperChange::Address {
            address: Box::new(address),
            shipping_address: shipping_address.map(Box::new),
            customer: purchase.customer.clone(),
        };
        let shown = shipping::shown_option(&order.checkout).map(|option| option.id.clone());
        let choice = purchase.shipping_option.clone().or(shown);
        let choice = choice.map(|id| ShopperChange::ShippingOption { id });
        std::iter::once(entered)
            .chain(choice)
            .find(|change| !to_ask(order, change).is_empty())
    }

    /// Goes on with the merchant's answer. That there was none in time is [`CallbackAnswer::Failed`].
    pub fn change_answered(
        &mut self,
        number: CallbackNumber,
        answer: CallbackAnswer,
        now: Timestamp,
    ) -> Result<AskingStep, PurchaseRefusal> {
        let callback = QUESTIONS
            .into_iter()
            .find_map(|kind| self.take_callback(number, kind))
            .ok_or(PurchaseRefusal::NoChangeUnderWay)?;
        let id = callback.order_id.clone();
        let strictness = self.rules.strictness;
        let order = self.orders.get_mut(&id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        let asking = order.asking.take_if(|asking| asking.number == number);
        let asking = asking.ok_or(PurchaseRefusal::NoChangeUnderWay)?;
        let verdict = verdict(&callback.url, &answer);
        let body = match &answer {
            CallbackAnswer::Answered { body, .. } => body.clone(),
            CallbackAnswer::Failed { .. } => String::new(),
        };
        order.record_answer(number, answer, now);
        purchase::check_state(order, now)?;
        let taken = match verdict {
            Verdict::Approved => taken_over(order, &asking.change, callback.kind, &body, strictness),
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
        let way = self.rules.strictness.chosen_shipping;
        let order = self.orders.get_mut(id).ok_or(PurchaseRefusal::NoSuchOrder)?;
        let Some(kind) = to_ask.pop() else {
            finish(order, change, was_asked, way, now);
            return Ok(AskingStep::Done { was_asked });
        };
        let body = question(&with(order, &change, way));
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
}

const QUESTIONS: [CallbackKind; 3] = [
    CallbackKind::ShippingOption,
    CallbackKind::Address,
    CallbackKind::Country,
];

/// One question and one payment at a time: an answer must not change what another question was about.
pub(crate) fn check_idle(order: &Order) -> Result<(), PurchaseRefusal> {
    if order.asking.is_some() {
        return Err(PurchaseRefusal::ChangeUnderWay);
    }
    match order.payment {
        Some(_) => Err(PurchaseRefusal::PaymentUnderWay),
        None => Ok(()),
    }
}

/// Whether the merchant wants to be asked before a way to ship is chosen.
pub(crate) fn asks_about_shipping(order: &CheckoutOrder) -> bool {
    order
        .merchant_urls
        .as_ref()
        .is_some_and(|urls| urls.shipping_option_update.is_some())
}

/// Nobody had to be asked, or everybody has agreed.
fn finish(order: &mut Order, change: ShopperChange, was_asked: bool, way: ChosenShipping, now: Timestamp) {
    match change {
        ShopperChange::ShippingOption { id } => {
            // What was agreed to before has the merchant's price, which may be another than the offered one.
            if !was_asked && asks_about_shipping(&order.checkout) {
                return;
            }
            if !was_asked {
                shipping::select(&mut order.checkout, &id, way);
            }
            order.record(Change::ShippingOptionSelected, now);
        }
        ShopperChange::Address {
            address,
            shipping_address,
            customer,
        } => {
            if !order.customer_typed {
                order.record(Change::CustomerTyped, now);
            }
            order.set_typed_addresses(*address, shipping_address.map(|address| *address));
            order.set_customer(customer);
        }
    }
    order.touch(now);
}

fn is_offered(order: &CheckoutOrder, id: &str) -> bool {
    let offered = order.shipping_options.as_deref().unwrap_or_default();
    offered.iter().any(|option| option.id == id)
}

/// An address that is complete says its country, as it will once it is bought at; else every purchase would be a question.
fn written_out(order: &Order, change: ShopperChange) -> ShopperChange {
    match change {
        ShopperChange::Address {
            address,
            shipping_address,
            customer,
        } => {
            let shipping_address = shipping_address.map(|shipping| {
                match separate_shipping::complete(order, &address, shipping.as_ref().clone()) {
                    Ok(complete) => Box::new(complete),
                    Err(_) => shipping,
                }
            });
            ShopperChange::Address {
                address: match purchase::complete_address(order, address.as_ref().clone()) {
                    Ok(complete) => Box::new(complete),
                    Err(_) => address,
                },
                shipping_address,
                customer,
            }
        }
        choice @ ShopperChange::ShippingOption { .. } => choice,
    }
}

/// Whom to ask, the first one last. What has not changed is no question, and neither is what the form would not take.
fn to_ask(order: &Order, change: &ShopperChange) -> Vec<CallbackKind> {
    let urls = order.checkout.merchant_urls.as_ref();
    let named = |kind: CallbackKind| urls.is_some_and(|urls| kind.url(urls).is_some());
    let wanted = match change {
        ShopperChange::ShippingOption { id } => {
            let chosen = order.checkout.selected_shipping_option.as_ref();
            let is_new = chosen.is_none_or(|chosen| chosen.id != *id);
            vec![(CallbackKind::ShippingOption, is_new)]
        }
        ShopperChange::Address {
            address,
            shipping_address,
            ..
        } => {
            let shipping = shipping_address.as_deref();
            let is_taken = purchase::complete_address(order, address.as_ref().clone()).is_ok()
                && shipping.is_none_or(|to| separate_shipping::complete(order, address, to.clone()).is_ok());
            let is_new = is_new_address(order, address, shipping);
            vec![
                (CallbackKind::Address, is_taken && is_new),
                (CallbackKind::Country, is_elsewhere(order, address, shipping)),
            ]
        }
    };
    let kinds = wanted
        .into_iter()
        .filter(|(kind, is_new)| *is_new && named(*kind));
    kinds.map(|(kind, _)| kind).collect()
}

fn known_addresses(order: &Order) -> [Option<&Address>; 2] {
    [
        order.checkout.billing_address.as_ref(),
        order.checkout.shipping_address.as_ref(),
    ]
}

fn is_new_address(order: &Order, address: &Address, shipping: Option<&Address>) -> bool {
    let is_same = |(known, said): (Option<&Address>, &Address)| {
        known.is_some_and(|known| {
            let country = known.country.as_deref().map(str::to_ascii_uppercase);
            let known = Address {
                country,
                ..known.clone()
            };
            known == *said
        })
    };
    let said = [address, shipping.unwrap_or(address)];
    !known_addresses(order).into_iter().zip(said).all(is_same)
}

/// Whether an address is in another country than the order's of that kind, and one that the shop sells to.
fn is_elsewhere(order: &Order, address: &Address, shipping: Option<&Address>) -> bool {
    let is_known = |(known, country): (Option<&Address>, &String)| {
        let known = known.and_then(|known| known.country.as_deref());
        known
            .unwrap_or(order.purchase_country())
            .eq_ignore_ascii_case(country)
    };
    let country_of = |address: &Address| address.country.as_deref().map(str::to_ascii_uppercase);
    let Some(billing) = country_of(address) else {
        return false;
    };
    let offers_shipping =
        |country: &String| shipping.is_none() || order.shipping_countries().contains(country);
    let ships_to = shipping.map_or_else(|| Some(billing.clone()), country_of);
    let ships_to = ships_to.unwrap_or_else(|| billing.clone());
    order.billing_countries().contains(&billing)
        && offers_shipping(&ships_to)
        && !known_addresses(order)
            .into_iter()
            .zip([&billing, &ships_to])
            .all(is_known)
}

/// The order as it would be with the change, if Kustom made it alone.
fn with(order: &Order, change: &ShopperChange, way: ChosenShipping) -> CheckoutOrder {
    let mut changed = order.clone();
    match change {
        ShopperChange::ShippingOption { id } => {
            shipping::select(&mut changed.checkout, id, way);
        }
        ShopperChange::Address {
            address,
            shipping_address,
            customer,
        } => {
            let shipping = shipping_address.as_deref().cloned();
            changed.set_typed_addresses(address.as_ref().clone(), shipping);
            changed.set_customer(customer.clone());
        }
    }
    changed.checkout
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
    kind: CallbackKind,
    body: &str,
    strictness: Strictness,
) -> Result<CheckoutOrder, String> {
    let sent = validation::read_answer(body.as_bytes(), strictness).map_err(|all| explained(&all))?;
    let mut new = sent.order.clone();
    let currency = new.purchase_currency.take().unwrap_or_default();
    let of_order = order.checkout.purchase_currency.as_deref().unwrap_or_default();
    if !currency.eq_ignore_ascii_case(of_order) {
        return Err(format!(
            "the answer is in {currency} and the order is in {of_order}"
        ));
    }
    let mut next = order.checkout.clone();
    checkout::replace(&mut next, new);
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
        ShopperChange::Address {
            address,
            shipping_address,
            ..
        } => {
            shipping::keep_charged_selection(&mut next, strictness.chosen_shipping);
            if kind == CallbackKind::Country {
                let ships_to = shipping_address.as_ref().unwrap_or(address);
                move_to(
                    &mut next,
                    [address.country.as_deref(), ships_to.country.as_deref()],
                );
            }
        }
    }
    Ok(next)
}

/// From now on the order holds what is right for this country, so it must say the country, too.
fn move_to(order: &mut CheckoutOrder, countries: [Option<&str>; 2]) {
    let addresses = [&mut order.billing_address, &mut order.shipping_address];
    for (address, country) in addresses.into_iter().zip(countries) {
        address.get_or_insert_default().country = country.map(str::to_ascii_uppercase);
    }
}

fn explained(findings: &[validation::Finding]) -> String {
    let all: Vec<_> = findings.iter().map(validation::Finding::explanation).collect();
    all.join("; ")
}
