//! What the shopper is asked to pay, in Kustom's terms and nothing else.
//!
//! The offer holds exactly what a purchase must agree on: country, currency, amounts and lines. E-mail, addresses and
//! URLs are not part of it, so typing an e-mail disturbs nobody. Its hash is the identity of a payload's content.

mod content;
mod line;

pub use content::Content;

use crate::address::CountryCode;
use crate::money::MoneyError;
#[cfg(test)]
use crate::money::TaxRate;
use crate::planted::{self, Bug};
use crate::pricing::{Priced, PricedShipping};
use line::{including_tax, name, product_lines, shipping_line, sum};

use kustom_api::{CheckoutOrder, KustomOrderId, LineType, OrderLine, ShippingOption};
pub(crate) use line::reference;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub purchase_country: String,
    pub purchase_currency: String,
    pub order_amount: i64,
    pub order_tax_amount: i64,
    pub lines: Vec<OfferLine>,
    /// What the shopper may choose from in Kustom's checkout. Amounts and lines are then those of the goods alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipping_options: Vec<OfferOption>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferLine {
    #[serde(rename = "type")]
    pub line_type: String,
    pub reference: String,
    pub name: String,
    pub quantity: i64,
    pub unit_price: i64,
    pub tax_rate: i64,
    pub total_amount: i64,
    pub total_discount_amount: i64,
    pub total_tax_amount: i64,
}

/// One way to ship, at what it costs including tax.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferOption {
    pub id: String,
    pub name: String,
    pub price: i64,
    pub tax_amount: i64,
    pub tax_rate: i64,
}

impl Offer {
    /// Puts a priced cart into Kustom's terms: every amount includes tax.
    pub fn new(priced: &Priced, country: &CountryCode) -> Result<Self, MoneyError> {
        let mut lines = Vec::with_capacity(priced.lines.len() + 1);
        for line in &priced.lines {
            lines.extend(product_lines(line, priced.tax_included)?);
        }
        let mut shipping_options = Vec::new();
        if priced.shipping_in_checkout {
            for option in &priced.shipping_options {
                shipping_options.push(OfferOption::new(option, priced.tax_included)?);
            }
        } else if let Some(shipping) = &priced.shipping {
            lines.push(shipping_line(shipping, priced.tax_included)?);
        }
        let order_amount = sum(lines.iter().map(|line| line.total_amount))?;
        let order_tax_amount = sum(lines.iter().map(|line| line.total_tax_amount))?;
        Ok(Self {
            purchase_country: country.as_str().to_owned(),
            purchase_currency: priced.currency.code().to_owned(),
            order_amount,
            order_tax_amount,
            lines,
            shipping_options,
        })
    }

    /// Reads the offer back from Kustom's order. `None` if the order does not say enough to be compared.
    pub fn from_order(order: &CheckoutOrder) -> Option<Self> {
        Some(Content::from_order(order)?.offer)
    }

    /// The same goods have the same hash, whichever ways to ship are offered with them: order management tells of the
    /// goods and of the one way that was chosen, and not of the others.
    pub fn goods_hash(&self) -> String {
        hash(&Self {
            shipping_options: Vec::new(),
            ..self.clone()
        })
    }

    /// The option of this offer that the shopper has chosen, if it is exactly one that we offered. An offer that leaves
    /// nothing to choose is met by no choice.
    pub fn accepts(&self, shipping: Option<&OfferOption>) -> bool {
        match shipping {
            Some(chosen) => self.shipping_options.contains(chosen),
            None => self.shipping_options.is_empty(),
        }
    }

    /// The same content has the same hash, wherever it was read.
    pub fn content_hash(&self) -> String {
        hash(self)
    }

    /// The hash that storefronts see. It also names the Kustom order and the revision: an edit and its undo give two
    /// new hashes, so a storefront that suspended its iframe for the edit resumes it after the undo.
    pub fn sync_hash(&self, kustom_order_id: &KustomOrderId, revision: u64) -> String {
        #[derive(Serialize)]
        struct Hashed<'a> {
            offer: &'a Offer,
            kustom_order_id: &'a KustomOrderId,
            revision: u64,
        }
        let revision = match planted::is(Bug::HashWithoutRevision) {
            true => 0,
            false => revision,
        };
        hash(&Hashed {
            offer: self,
            kustom_order_id,
            revision,
        })
    }

    /// The first one is what the shopper gets who chooses nothing.
    fn options_to_choose_from(&self) -> Vec<ShippingOption> {
        let mut options: Vec<_> = self.shipping_options.iter().map(OfferOption::to_option).collect();
        if let Some(first) = options.first_mut() {
            first.preselected = Some(true);
        }
        options
    }

    /// The offer as the body of an update: amounts and lines always together, because Kustom checks them together.
    pub fn to_payload(&self) -> CheckoutOrder {
        CheckoutOrder {
            purchase_country: Some(self.purchase_country.clone()),
            purchase_currency: Some(self.purchase_currency.clone()),
            order_amount: Some(self.order_amount),
            order_tax_amount: Some(self.order_tax_amount),
            order_lines: Some(self.lines.iter().map(OfferLine::to_order_line).collect()),
            // Left out, options of an earlier update would stay.
            shipping_options: Some(self.options_to_choose_from()),
            ..CheckoutOrder::default()
        }
    }
}

impl OfferOption {
    fn new(shipping: &PricedShipping, tax_included: bool) -> Result<Self, MoneyError> {
        let price = including_tax(shipping.total(), shipping.tax, tax_included)?;
        Ok(Self {
            id: reference(&shipping.method_key),
            name: name(&shipping.name, &shipping.method_key),
            price: price.amount_minor(),
            tax_amount: shipping.tax.amount_minor(),
            tax_rate: i64::from(shipping.tax_rate.basis_points()),
        })
    }

    fn from_option(option: &ShippingOption) -> Self {
        Self {
            id: option.id.clone(),
            name: option.name.clone(),
            price: option.price,
            tax_amount: option.tax_amount,
            tax_rate: option.tax_rate,
        }
    }

    pub fn to_option(&self) -> ShippingOption {
        ShippingOption {
            id: self.id.clone(),
            name: self.name.clone(),
            price: self.price,
            tax_amount: self.tax_amount,
            tax_rate: self.tax_rate,
            ..ShippingOption::default()
        }
    }

    /// The line by which Kustom charges for the option.
    pub fn to_fee_line(&self) -> OrderLine {
        OrderLine {
            line_type: Some(LineType::ShippingFee),
            reference: Some(self.id.clone()),
            name: self.name.clone(),
            quantity: 1,
            unit_price: self.price,
            tax_rate: self.tax_rate,
            total_amount: self.price,
            total_discount_amount: Some(0),
            total_tax_amount: self.tax_amount,
            ..OrderLine::default()
        }
    }
}

impl OfferLine {
    fn is_fee_of(&self, option: &OfferOption) -> bool {
        self.line_type == LineType::ShippingFee.as_str()
            && self.reference == option.id
            && self.total_amount == option.price
            && self.total_tax_amount == option.tax_amount
    }

    fn from_order_line(line: &OrderLine) -> Self {
        Self {
            line_type: line
                .line_type
                .as_ref()
                .unwrap_or(&LineType::Physical)
                .as_str()
                .to_owned(),
            reference: line.reference.clone().unwrap_or_default(),
            name: line.name.clone(),
            quantity: line.quantity,
            unit_price: line.unit_price,
            tax_rate: line.tax_rate,
            total_amount: line.total_amount,
            total_discount_amount: line.total_discount_amount.unwrap_or(0),
            total_tax_amount: line.total_tax_amount,
        }
    }

    fn to_order_line(&self) -> OrderLine {
        OrderLine {
            line_type: Some(LineType::from(self.line_type.clone())),
            reference: Some(self.reference.clone()),
            name: self.name.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price,
            tax_rate: self.tax_rate,
            total_amount: self.total_amount,
            total_discount_amount: Some(self.total_discount_amount),
            total_tax_amount: self.total_tax_amount,
            ..OrderLine::default()
        }
    }
}

fn hash<T: Serialize>(value: &T) -> String {
    let canonical = serde_json_canonicalizer::to_vec(value).expect("an offer has only text and integers");
    hex::encode(Sha256::digest(canonical))
}

/// Whether a line agrees with Kustom's arithmetic, for tests of everything that makes lines.
#[cfg(test)]
pub(crate) fn assert_arithmetic(offer: &Offer) {
    for line in &offer.lines {
        assert_eq!(
            line.total_amount,
            line.quantity * line.unit_price - line.total_discount_amount,
            "{line:?}"
        );
        let rate = TaxRate::from_basis_points(u16::try_from(line.tax_rate).unwrap()).unwrap();
        let denominator = 10_000 + i128::from(rate.basis_points());
        let exact = i128::from(line.total_amount) * i128::from(rate.basis_points());
        let error = (i128::from(line.total_tax_amount) * denominator - exact).abs();
        assert!(error <= denominator, "tax off by more than one: {line:?}");
    }
    assert_eq!(
        offer.order_amount,
        offer.lines.iter().map(|line| line.total_amount).sum::<i64>()
    );
    assert_eq!(
        offer.order_tax_amount,
        offer.lines.iter().map(|line| line.total_tax_amount).sum::<i64>()
    );
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod properties;
