//! Priced lines in Kustom's terms: amounts include tax, and every line agrees with Kustom's arithmetic.

use super::OfferLine;
use crate::money::{Money, MoneyError, TaxRate};
use crate::pricing::{PricedLine, PricedShipping};
use kustom_api::LineType;

/// One line, or two where a price without tax leaves a total that no whole unit price divides.
///
/// Kustom demands `quantity * unit_price - discount = total` including tax. Three pieces at 33.33 with
/// 25 % on top are 124.99, which is one piece at 41.67 and two at 41.66: splitting keeps every amount true, where a
/// pretended discount or a rounding line would be a lie on the receipt. A line with a discount needs no splitting: its
/// pieces cost what they cost with tax, and the discount is what is missing to the total.
pub(super) fn product_lines(line: &PricedLine, tax_included: bool) -> Result<Vec<OfferLine>, MoneyError> {
    if tax_included {
        let amounts = Amounts {
            unit_price: line.unit_price,
            total: line.total,
            discount: line.discount,
            tax: line.tax,
        };
        return Ok(vec![offer_line(line, line.quantity, amounts)]);
    }
    let total = line.total.plus(line.tax)?;
    let zero = Money::zero(total.currency());
    if line.discount.amount_minor() > 0 {
        let amounts = discounted(line.unit_price, line.tax_rate, line.quantity, total, line.tax)?;
        return Ok(vec![offer_line(line, line.quantity, amounts)]);
    }
    let quantity = i64::from(line.quantity);
    let unit_price = Money::new(total.amount_minor() / quantity, total.currency());
    let dearer_count =
        u32::try_from(total.amount_minor() % quantity).expect("a remainder is below its u32 divisor");
    let even = |unit_price, total, tax| Amounts {
        unit_price,
        total,
        discount: zero,
        tax,
    };
    if dearer_count == 0 {
        return Ok(vec![offer_line(
            line,
            line.quantity,
            even(unit_price, total, line.tax),
        )]);
    }
    let dearer_unit = Money::new(unit_price.amount_minor() + 1, total.currency());
    let dearer_total = dearer_unit.times(dearer_count)?;
    let dearer_tax = line.tax_rate.tax_included_in(dearer_total);
    let (cheaper_total, cheaper_tax) = (total.minus(dearer_total)?, line.tax.minus(dearer_tax)?);
    Ok(vec![
        offer_line(line, dearer_count, even(dearer_unit, dearer_total, dearer_tax)),
        offer_line(
            line,
            line.quantity - dearer_count,
            even(unit_price, cheaper_total, cheaper_tax),
        ),
    ])
}

pub(super) fn shipping_line(shipping: &PricedShipping, tax_included: bool) -> Result<OfferLine, MoneyError> {
    let total = including_tax(shipping.total(), shipping.tax, tax_included)?;
    let amounts = if shipping.discount.is_none() {
        Amounts {
            unit_price: total,
            total,
            discount: Money::zero(total.currency()),
            tax: shipping.tax,
        }
    } else if tax_included {
        Amounts {
            unit_price: shipping.price,
            total,
            discount: shipping.discount(),
            tax: shipping.tax,
        }
    } else {
        discounted(shipping.price, shipping.tax_rate, 1, total, shipping.tax)?
    };
    let line_type = LineType::ShippingFee;
    Ok(OfferLine {
        reference: reference(&shipping.method_key),
        name: name(&shipping.name, &shipping.method_key),
        ..amounts.line(&line_type, 1, shipping.tax_rate)
    })
}

/// What Kustom is told of one line, all of it including tax.
#[derive(Clone, Copy)]
struct Amounts {
    unit_price: Money,
    total: Money,
    discount: Money,
    tax: Money,
}

/// A line whose price has no tax in it and which has been reduced to `total`, tax included. The unit price is rounded up
/// where rounding it down would leave less than the total before the discount.
fn discounted(
    unit_price: Money,
    tax_rate: TaxRate,
    quantity: u32,
    total: Money,
    tax: Money,
) -> Result<Amounts, MoneyError> {
    let with_tax = unit_price.plus(tax_rate.tax_on_top_of(unit_price))?;
    let least = total.amount_minor().div_euclid(i64::from(quantity))
        + i64::from(total.amount_minor().rem_euclid(i64::from(quantity)) > 0);
    let unit_price = Money::new(with_tax.amount_minor().max(least), total.currency());
    Ok(Amounts {
        unit_price,
        total,
        discount: unit_price.times(quantity)?.minus(total)?,
        tax,
    })
}

fn offer_line(line: &PricedLine, quantity: u32, amounts: Amounts) -> OfferLine {
    OfferLine {
        reference: reference(&line.product_number),
        name: name(&line.description, &line.product_number),
        ..amounts.line(&LineType::Physical, quantity, line.tax_rate)
    }
}

impl Amounts {
    fn line(self, line_type: &LineType, quantity: u32, tax_rate: TaxRate) -> OfferLine {
        OfferLine {
            line_type: line_type.as_str().to_owned(),
            reference: String::new(),
            name: String::new(),
            quantity: i64::from(quantity),
            unit_price: self.unit_price.amount_minor(),
            tax_rate: i64::from(tax_rate.basis_points()),
            total_amount: self.total.amount_minor(),
            total_discount_amount: self.discount.amount_minor(),
            total_tax_amount: self.tax.amount_minor(),
        }
    }
}

pub(super) fn sum(amounts: impl IntoIterator<Item = i64>) -> Result<i64, MoneyError> {
    let add = |sum: i64, amount| sum.checked_add(amount).ok_or(MoneyError::Overflow);
    amounts.into_iter().try_fold(0, add)
}

/// Longer references have been refused in practice although the schema allows 255 characters.
const MAX_REFERENCE_CHARS: usize = 64;
const MAX_NAME_CHARS: usize = 255;

pub(crate) fn reference(text: &str) -> String {
    cut(text, MAX_REFERENCE_CHARS)
}

/// Kustom refuses a line without a name.
pub(super) fn name(text: &str, fallback: &str) -> String {
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

pub(super) fn including_tax(amount: Money, tax: Money, tax_included: bool) -> Result<Money, MoneyError> {
    if tax_included {
        Ok(amount)
    } else {
        amount.plus(tax)
    }
}
