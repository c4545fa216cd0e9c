//! What the shopper is asked to pay, in Kustom's terms and nothing else.
//!
//! The offer holds exactly what a purchase must agree on: country, currency, amounts and lines. E-mail, addresses and
//! URLs are not part of it, so typing an e-mail disturbs nobody. Its hash is the identity of a payload's content.

use crate::address::CountryCode;
#[cfg(test)]
use crate::money::TaxRate;
use crate::money::{Money, MoneyError};
use crate::planted::{self, Bug};
use crate::pricing::{Priced, PricedLine};
use kustom_api::{CheckoutOrder, KustomOrderId, LineType, OrderLine};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub purchase_country: String,
    pub purchase_currency: String,
    pub order_amount: i64,
    pub order_tax_amount: i64,
    pub lines: Vec<OfferLine>,
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

impl Offer {
    /// Puts a priced cart into Kustom's terms: every amount includes tax.
    pub fn new(priced: &Priced, country: &CountryCode) -> Result<Self, MoneyError> {
        let mut lines = Vec::with_capacity(priced.lines.len() + 1);
        for line in &priced.lines {
            lines.extend(product_lines(line, priced.tax_included)?);
        }
        if let Some(shipping) = &priced.shipping {
            let total = including_tax(shipping.price, shipping.tax, priced.tax_included)?;
            lines.push(OfferLine {
                line_type: LineType::ShippingFee.as_str().to_owned(),
                reference: reference(&shipping.method_key),
                name: name(&shipping.name, &shipping.method_key),
                quantity: 1,
                unit_price: total.amount_minor(),
                tax_rate: i64::from(shipping.tax_rate.basis_points()),
                total_amount: total.amount_minor(),
                total_discount_amount: 0,
                total_tax_amount: shipping.tax.amount_minor(),
            });
        }
        Ok(Self {
            purchase_country: country.as_str().to_owned(),
            purchase_currency: priced.currency.code().to_owned(),
            order_amount: priced.amount_to_pay()?.amount_minor(),
            order_tax_amount: priced.order_tax_total.amount_minor(),
            lines,
        })
    }

    /// Reads the offer back from Kustom's order. `None` if the order does not say enough to be compared.
    pub fn from_order(order: &CheckoutOrder) -> Option<Self> {
        Some(Self {
            purchase_country: order.purchase_country.as_deref()?.to_ascii_uppercase(),
            purchase_currency: order.purchase_currency.as_deref()?.to_ascii_uppercase(),
            order_amount: order.order_amount?,
            order_tax_amount: order.order_tax_amount?,
            lines: order
                .order_lines
                .as_ref()?
                .iter()
                .map(OfferLine::from_order_line)
                .collect(),
        })
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

    /// The offer as the body of an update: amounts and lines always together, because Kustom checks them together.
    pub fn to_payload(&self) -> CheckoutOrder {
        CheckoutOrder {
            purchase_country: Some(self.purchase_country.clone()),
            purchase_currency: Some(self.purchase_currency.clone()),
            order_amount: Some(self.order_amount),
            order_tax_amount: Some(self.order_tax_amount),
            order_lines: Some(self.lines.iter().map(OfferLine::to_order_line).collect()),
            ..CheckoutOrder::default()
        }
    }
}

impl OfferLine {
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

/// One line, or two where a price without tax leaves a total that no whole unit price divides.
///
/// Kustom demands `quantity * unit_price - discount = total` including tax. Three pieces at 33.33 with
/// 25 % on top are 124.99, which is one piece at 41.67 and two at 41.66: splitting keeps every amount true, where a
/// pretended discount or a rounding line would be a lie on the receipt.
fn product_lines(line: &PricedLine, tax_included: bool) -> Result<Vec<OfferLine>, MoneyError> {
    if tax_included {
        return Ok(vec![offer_line(
            line,
            line.quantity,
            line.unit_price,
            line.total,
            line.discount,
            line.tax,
        )]);
    }
    let total = including_tax(line.total, line.tax, tax_included)?;
    let quantity = i64::from(line.quantity);
    let unit = Money::new(total.amount_minor() / quantity, total.currency());
    let dearer_count =
        u32::try_from(total.amount_minor() % quantity).expect("a remainder is below its u32 divisor");
    let zero = Money::zero(total.currency());
    if dearer_count == 0 {
        return Ok(vec![offer_line(line, line.quantity, unit, total, zero, line.tax)]);
    }
    let dearer_unit = Money::new(unit.amount_minor() + 1, unit.currency());
    let dearer_total = dearer_unit.times(dearer_count)?;
    let dearer_tax = line.tax_rate.tax_included_in(dearer_total);
    let cheaper_count = line.quantity - dearer_count;
    Ok(vec![
        offer_line(line, dearer_count, dearer_unit, dearer_total, zero, dearer_tax),
        offer_line(
            line,
            cheaper_count,
            unit,
            total.minus(dearer_total)?,
            zero,
            line.tax.minus(dearer_tax)?,
        ),
    ])
}

fn offer_line(
    line: &PricedLine,
    quantity: u32,
    unit_price: Money,
    total: Money,
    discount: Money,
    tax: Money,
) -> OfferLine {
    OfferLine {
        line_type: LineType::Physical.as_str().to_owned(),
        reference: reference(&line.product_number),
        name: name(&line.description, &line.product_number),
        quantity: i64::from(quantity),
        unit_price: unit_price.amount_minor(),
        tax_rate: i64::from(line.tax_rate.basis_points()),
        total_amount: total.amount_minor(),
        total_discount_amount: discount.amount_minor(),
        total_tax_amount: tax.amount_minor(),
    }
}

/// Longer references have been refused in practice although the schema allows 255 characters.
const MAX_REFERENCE_CHARS: usize = 64;
const MAX_NAME_CHARS: usize = 255;

fn reference(text: &str) -> String {
    cut(text, MAX_REFERENCE_CHARS)
}

/// Kustom refuses a line without a name.
fn name(text: &str, fallback: &str) -> String {
    let name = cut(text, MAX_NAME_CHARS);
    if name.is_empty() {
        cut(fallback, MAX_NAME_CHARS)
    } else {
        name
    }
}

/// A text that comes back as it was sent: space around it may be lost on the way, and would look like another offer.
fn cut(text: &str, max_chars: usize) -> String {
    let cut: String = text.trim().chars().take(max_chars).collect();
    cut.trim_end().to_owned()
}

fn including_tax(amount: Money, tax: Money, tax_included: bool) -> Result<Money, MoneyError> {
    if tax_included {
        Ok(amount)
    } else {
        amount.plus(tax)
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
