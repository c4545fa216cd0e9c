//! What a cart costs. The only place where amounts come into being.

use crate::cart::{Cart, CartItem, ProductFacts};
use crate::catalogue::{Catalogue, ShippingMethod};
use crate::id::CartItemId;
use crate::money::{Currency, Money, MoneyError, TaxRate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The largest amount of one Kustom order line, in minor units.
/// Source: <https://docs.kustom.co/contents/api/checkout>.
const MAX_LINE_MINOR: i64 = 100_000_000;

/// The largest amount of a whole order, in minor units: what order management can still capture.
const MAX_TOTAL_MINOR: i64 = 200_000_000;

/// A cart with its amounts. Lines and totals include tax or not as the cart's profile says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Priced {
    pub currency: Currency,
    pub tax_included: bool,
    pub lines: Vec<PricedLine>,
    pub shipping: Option<PricedShipping>,
    pub product_total: Money,
    pub shipping_total: Money,
    pub shipping_discount: Money,
    pub shipping_tax: Money,
    /// Products and shipping.
    pub order_total: Money,
    pub order_tax_total: Money,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PricedLine {
    pub item_id: CartItemId,
    pub product_number: String,
    pub description: String,
    pub image: Option<String>,
    pub quantity: u32,
    pub unit_price: Money,
    pub discount: Money,
    pub total: Money,
    pub tax: Money,
    pub tax_rate: TaxRate,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PricedShipping {
    pub method_key: String,
    pub name: String,
    pub price: Money,
    pub tax: Money,
    pub tax_rate: TaxRate,
}

/// Why a cart has no price.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PricingError {
    #[error("the total is above what Kustom accepts")]
    TotalTooLarge,
    #[error("the cart's profile is no longer configured")]
    ProfileGone,
}

impl From<MoneyError> for PricingError {
    fn from(_: MoneyError) -> Self {
        Self::TotalTooLarge
    }
}

impl Priced {
    /// Refuses what Kustom would refuse: a line or a total that is too large.
    pub fn check_limits(&self) -> Result<(), PricingError> {
        let tax_on_top = |tax: Money| {
            if self.tax_included {
                Money::zero(self.currency)
            } else {
                tax
            }
        };
        let lines = self.lines.iter().map(|line| (line.total, line.tax));
        let shipping = self.shipping.iter().map(|line| (line.price, line.tax));
        for (total, tax) in lines.chain(shipping) {
            if total.plus(tax_on_top(tax))?.amount_minor() > MAX_LINE_MINOR {
                return Err(PricingError::TotalTooLarge);
            }
        }
        if self.amount_to_pay()?.amount_minor() > MAX_TOTAL_MINOR {
            return Err(PricingError::TotalTooLarge);
        }
        Ok(())
    }

    /// What the shopper pays: tax comes on top where prices are without it.
    pub fn amount_to_pay(&self) -> Result<Money, MoneyError> {
        if self.tax_included {
            Ok(self.order_total)
        } else {
            self.order_total.plus(self.order_tax_total)
        }
    }
}

/// Prices a cart. A bought cart keeps the price it was bought for.
///
/// Whether it can be paid is another question, which [`Priced::check_limits`] answers: a cart that a price rise has made
/// too large must still be shown, or nobody could make it smaller.
pub fn price(cart: &Cart, catalogue: &Catalogue) -> Result<Priced, PricingError> {
    if let Some(frozen) = &cart.frozen {
        return Ok(frozen.clone());
    }
    let lines: Vec<_> = cart
        .items
        .iter()
        .map(|item| price_line(cart, item, catalogue))
        .collect::<Result<_, _>>()?;
    let product_total = Money::sum(cart.currency, lines.iter().map(|line| line.total))?;
    let shipping = price_shipping(cart, product_total, catalogue)?;
    let zero = Money::zero(cart.currency);
    let shipping_total = shipping.as_ref().map_or(zero, |shipping| shipping.price);
    let shipping_tax = shipping.as_ref().map_or(zero, |shipping| shipping.tax);
    let line_tax = Money::sum(cart.currency, lines.iter().map(|line| line.tax))?;
    Ok(Priced {
        currency: cart.currency,
        tax_included: cart.tax_included,
        lines,
        shipping,
        product_total,
        shipping_total,
        shipping_discount: zero,
        shipping_tax,
        order_total: product_total.plus(shipping_total)?,
        order_tax_total: line_tax.plus(shipping_tax)?,
    })
}

fn price_line(cart: &Cart, item: &CartItem, catalogue: &Catalogue) -> Result<PricedLine, PricingError> {
    let facts = current_facts(cart, item, catalogue);
    let total = facts.unit_price.times(item.quantity)?;
    Ok(PricedLine {
        item_id: item.id,
        product_number: item.product_number.clone(),
        description: facts.description,
        image: facts.image,
        quantity: item.quantity,
        unit_price: facts.unit_price,
        discount: Money::zero(cart.currency),
        total,
        tax: tax_of(cart.tax_included, facts.tax_rate, total),
        tax_rate: facts.tax_rate,
    })
}

/// What the catalogue says now, or said last if the product has left it: a cart must stay readable.
fn current_facts(cart: &Cart, item: &CartItem, catalogue: &Catalogue) -> ProductFacts {
    catalogue
        .facts(
            &item.product_number,
            cart.currency,
            cart.tax_included,
            &cart.country,
        )
        .unwrap_or_else(|_| item.last_known.clone())
}

fn price_shipping(
    cart: &Cart,
    product_total: Money,
    catalogue: &Catalogue,
) -> Result<Option<PricedShipping>, PricingError> {
    let profile = catalogue
        .profile(&cart.profile_key)
        .ok_or(PricingError::ProfileGone)?;
    if cart.items.is_empty() {
        return Ok(None);
    }
    let cheapest = |method: &&ShippingMethod| method.price_for(product_total).amount_minor();
    let Some(method) = profile.shipping_methods.iter().min_by_key(cheapest) else {
        return Ok(None);
    };
    let price = method.price_for(product_total);
    let tax_rate = catalogue.shipping_tax_rate(profile, &cart.country);
    Ok(Some(PricedShipping {
        method_key: method.key.clone(),
        name: method.name.clone(),
        price,
        tax: tax_of(cart.tax_included, tax_rate, price),
        tax_rate,
    }))
}

fn tax_of(tax_included: bool, rate: TaxRate, total: Money) -> Money {
    if tax_included {
        rate.tax_included_in(total)
    } else {
        rate.tax_on_top_of(total)
    }
}

#[cfg(test)]
mod tests;
