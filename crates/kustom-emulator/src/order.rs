//! One order as the emulator keeps it: the merchant's data, what the customer did, and what became of it.

use crate::asking::Asking;
use crate::callback::{Attempt, CallbackAnswer, CallbackKind, CallbackNumber};
use crate::ids::Ids;
use crate::payment::Payment;
use jiff::{SignedDuration, Timestamp};
use kustom_api::{
    Address, CheckoutOrder, CheckoutStatus, Customer, KustomOrderId, ManagedOrder, MerchantUrls,
    ORDER_ID_PLACEHOLDER,
};
use serde::{Deserialize, Serialize};

/// An order lives this long after the last merchant update or customer interaction.
/// Source: <https://docs.kustom.co/contents/checkout/use-cases/update-ongoing-order>.
pub(crate) const LIFETIME: SignedDuration = SignedDuration::from_hours(48);

/// More than happens to an order in any test. A merchant who updates one for weeks must not fill the machine.
const HISTORY_LIMIT: usize = 1000;

/// Where organisations may buy.
const B2B_COUNTRIES: [&str; 12] = [
    "AT", "BE", "DK", "FI", "FR", "DE", "NL", "NO", "ES", "SE", "GB", "CH",
];

/// Everything known about one order. Tests may read it; only the emulator writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: KustomOrderId,
    /// As the merchant sent it, with what the customer chose; defaults are added when it is rendered.
    pub checkout: CheckoutOrder,
    /// Present once bought.
    pub managed: Option<ManagedOrder>,
    pub acknowledged_at: Option<Timestamp>,
    pub aborted_at: Option<Timestamp>,
    /// Set by the control route; an order also expires by itself.
    pub expired_at: Option<Timestamp>,
    /// From then on prefilled addresses are ignored.
    pub customer_typed: bool,
    /// The operations that changed something, oldest first; of very many the first and the newest.
    pub history: Vec<Event>,
    /// The callbacks that were sent, oldest first; of very many the newest.
    pub attempts: Vec<Attempt>,
    /// Between the pressed button and its end.
    pub(crate) payment: Option<Payment>,
    /// While the merchant is asked about a change.
    pub(crate) asking: Option<Asking>,
    /// The address under which the merchant reached the emulator; what the merchant is sent names it again.
    pub(crate) base_url: String,
    /// What the browser shows instead of merchant credentials.
    pub(crate) browser_token: String,
    /// The last merchant update or customer interaction.
    pub(crate) touched_at: Timestamp,
    /// `None` before the purchase, while a push is under way, and after the last one.
    pub(crate) next_push_at: Option<Timestamp>,
}

/// What an order is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    Open,
    Aborted,
    Expired,
    Complete,
}

/// One entry of an order's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub at: Timestamp,
    pub change: Change,
}

/// An operation that changed an order. A repeated acknowledge changes nothing and leaves no entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Created,
    Updated,
    CustomerTyped,
    ShippingOptionSelected,
    /// The merchant did not agree to what the shopper wanted to change.
    ChangeRefused,
    /// The merchant was asked about a change, and there was no usable answer.
    ChangeFailed,
    Aborted,
    Expired,
    /// The merchant approved the purchase.
    ValidationApproved,
    /// The merchant refused the purchase, by a text or by a page of its own.
    ValidationDenied,
    /// No usable answer where one is required.
    ValidationFailed,
    /// No usable answer, and the payment goes on without.
    ValidationUnanswered,
    PaymentAbandoned,
    PaymentRejected,
    Completed,
    FraudAccepted,
    FraudRejected,
    FraudStopped,
    Acknowledged,
    Cancelled,
    ReferencesSet,
    Captured,
    Refunded,
    /// The merchant set another amount and other lines.
    AuthorizationUpdated,
    /// What was not captured is given up.
    AuthorizationReleased,
    AuthorizationExtended,
    /// The shipping address, after the purchase.
    CustomerUpdated,
    ShippingInfoAdded,
    /// The customer is written to again.
    SentOut,
}

impl Order {
    pub(crate) fn new(ids: &mut Ids, mut checkout: CheckoutOrder, base_url: &str, now: Timestamp) -> Self {
        let id = KustomOrderId(ids.uuid().to_string());
        checkout.order_id = Some(id.clone());
        checkout.started_at = Some(now);
        checkout.last_modified_at = Some(now);
        let mut order = Self {
            id,
            checkout,
            managed: None,
            acknowledged_at: None,
            aborted_at: None,
            expired_at: None,
            customer_typed: false,
            history: Vec::new(),
            attempts: Vec::new(),
            payment: None,
            asking: None,
            base_url: base_url.to_owned(),
            browser_token: ids.uuid().simple().to_string(),
            touched_at: now,
            next_push_at: None,
        };
        order.record(Change::Created, now);
        order
    }

    pub fn state(&self, now: Timestamp) -> OrderState {
        if self.checkout.status == Some(CheckoutStatus::Complete) {
            OrderState::Complete
        } else if self.expired_at.is_some() || now.duration_since(self.touched_at) >= LIFETIME {
            OrderState::Expired
        } else if self.aborted_at.is_some() {
            OrderState::Aborted
        } else {
            OrderState::Open
        }
    }

    /// How often the history has this entry.
    pub fn count(&self, change: &Change) -> usize {
        self.history
            .iter()
            .filter(|event| event.change == *change)
            .count()
    }

    /// Whether a payment waits for the merchant's answer or for the shopper.
    pub fn is_being_paid(&self) -> bool {
        self.payment.is_some()
    }

    /// Whether no number in it is beyond all sums that orders come to, so that adding them never overflows.
    pub(crate) fn has_sound_amounts(&self) -> bool {
        serde_json::to_value(self).is_ok_and(|order| has_small_numbers(&order))
    }

    /// How many callbacks of this kind were sent.
    pub fn count_attempts(&self, kind: CallbackKind) -> usize {
        self.attempts
            .iter()
            .filter(|attempt| attempt.kind == kind)
            .count()
    }

    /// The beginning stays, whatever happens after it.
    pub(crate) fn record(&mut self, change: Change, at: Timestamp) {
        let surplus = (self.history.len() + 1).saturating_sub(HISTORY_LIMIT);
        if surplus > 0 {
            self.history.drain(1..=surplus);
        }
        self.history.push(Event { at, change });
    }

    pub(crate) fn record_answer(&mut self, number: CallbackNumber, answer: CallbackAnswer, at: Timestamp) {
        if let Some(attempt) = self.attempt(number) {
            attempt.answered_at = Some(at);
            attempt.answer = Some(answer);
        }
    }

    /// Says why an answer counted as none.
    pub(crate) fn remark(&mut self, number: CallbackNumber, remark: &str) {
        if let Some(attempt) = self.attempt(number) {
            attempt.remark = Some(remark.to_owned());
        }
    }

    fn attempt(&mut self, number: CallbackNumber) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.number == number)
    }

    /// One of the merchant's addresses, with the order id in it.
    pub(crate) fn merchant_url(
        &self,
        choose: impl FnOnce(&MerchantUrls) -> Option<&String>,
    ) -> Option<String> {
        let url = choose(self.checkout.merchant_urls.as_ref()?)?;
        Some(url.replace(ORDER_ID_PLACEHOLDER, &self.id.0))
    }

    /// Prolongs the order's life, as every merchant update and customer interaction does.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.touched_at = now;
        self.checkout.last_modified_at = Some(now);
    }

    pub(crate) fn purchase_country(&self) -> &str {
        self.checkout.purchase_country.as_deref().unwrap_or_default()
    }

    /// Where the order may be billed. Default: the shipping countries, else the purchase country.
    pub(crate) fn billing_countries(&self) -> Vec<String> {
        listed(self.checkout.billing_countries.as_ref()).unwrap_or_else(|| self.shipping_countries())
    }

    /// Where the goods may go. Default: the purchase country.
    pub(crate) fn shipping_countries(&self) -> Vec<String> {
        listed(self.checkout.shipping_countries.as_ref())
            .unwrap_or_else(|| vec![self.purchase_country().to_ascii_uppercase()])
    }

    /// The country that the form shows: the order's, where it is still offered, else the first.
    pub(crate) fn shown_country(&self) -> String {
        let countries = self.billing_countries();
        let known = self.checkout.billing_address.as_ref();
        known
            .and_then(|address| address.country.as_deref())
            .map(str::to_ascii_uppercase)
            .filter(|known| countries.contains(known))
            .or_else(|| countries.first().cloned())
            .unwrap_or_default()
    }

    /// Person or organisation, as far as the customer said so.
    pub(crate) fn set_customer(&mut self, customer: Option<Customer>) {
        let Some(said) = customer else { return };
        let known = self.checkout.customer.get_or_insert_default();
        known.customer_type = said.customer_type.or(known.customer_type.take());
        let is_organization = known.customer_type.as_deref() == Some("organization");
        known.organization_registration_id = said
            .organization_registration_id
            .or(known.organization_registration_id.take())
            .filter(|_| is_organization);
        known.vat_id = said.vat_id.or(known.vat_id.take()).filter(|_| is_organization);
    }

    /// Who may buy: persons, and organisations where the merchant says so and Kustom sells to them.
    /// Source: <https://docs.kustom.co/contents/checkout/use-cases/business-to-business>.
    pub(crate) fn customer_types(&self) -> Vec<String> {
        let options = self.checkout.options.as_ref();
        let allowed = options.and_then(|options| options.allowed_customer_types.clone());
        let sells_to_businesses =
            B2B_COUNTRIES.contains(&self.purchase_country().to_ascii_uppercase().as_str());
        allowed
            .filter(|types| sells_to_businesses && !types.is_empty())
            .unwrap_or_else(|| vec!["person".to_owned()])
    }

    /// What the form opens with, where the order says so and the form offers it.
    pub(crate) fn customer_type(&self) -> Option<&str> {
        let said = self.checkout.customer.as_ref()?.customer_type.as_deref()?;
        self.customer_types()
            .iter()
            .any(|offered| offered == said)
            .then_some(said)
    }

    /// Without a second one, what the customer typed counts for both addresses.
    pub(crate) fn set_typed_addresses(&mut self, address: Address, shipping: Option<Address>) {
        self.checkout.shipping_address = Some(shipping.unwrap_or_else(|| address.clone()));
        self.checkout.billing_address = Some(address);
        self.customer_typed = true;
    }
}

fn listed(countries: Option<&Vec<String>>) -> Option<Vec<String>> {
    let countries = countries.filter(|list| !list.is_empty())?;
    Some(
        countries
            .iter()
            .map(|country| country.to_ascii_uppercase())
            .collect(),
    )
}

/// A thousand lines of a hundred million minor units each, ten thousand times. No number of an order is beyond it, whether
/// a merchant sends it or a snapshot brings it.
pub(crate) const LARGEST_NUMBER: i64 = 1_000_000_000_000_000;

fn has_small_numbers(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Number(number) if number.is_f64() => true,
        Value::Number(number) => number
            .as_i64()
            .is_some_and(|number| (-LARGEST_NUMBER..=LARGEST_NUMBER).contains(&number)),
        Value::Array(parts) => parts.iter().all(has_small_numbers),
        Value::Object(members) => members.values().all(has_small_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}
