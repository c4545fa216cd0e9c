//! What a cart costs. The only place where amounts come into being.

mod discount;
mod offers;
mod shipping;

pub use offers::PromotionEntry;

use crate::cart::{Cart, CartItem};
use crate::catalogue::{Catalogue, ProductFacts, ShippingMode};
use crate::id::CartItemId;
use crate::kustom;
use crate::money::{Currency, Money, MoneyError, TaxRate};
use discount::{Discounts, Goods};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shipping::Shipping;
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
    /// The method that counts: chosen by the shopper or by us.
    pub shipping: Option<PricedShipping>,
    /// Every method that serves the cart, the cheapest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipping_options: Vec<PricedShipping>,
    /// Whether the shopper chooses in Kustom's checkout.
    #[serde(default)]
    pub shipping_in_checkout: bool,
    /// The shop has ways to ship, and none of them serves this cart: it cannot be bought as it is.
    #[serde(default)]
    pub is_unshippable: bool,
    pub product_total: Money,
    pub shipping_total: Money,
    pub shipping_discount: Money,
    pub shipping_tax: Money,
    /// Products and shipping.
    pub order_total: Money,
    pub order_tax_total: Money,
    /// What was taken off, and what is within reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotions: Vec<PromotionEntry>,
    /// The cart's codes that hold for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coupons: Vec<String>,
    /// The cart's codes that do not, as it is now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invalid_coupons: Vec<String>,
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
    /// Before any discount.
    pub price: Money,
    /// What promotions have taken off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Money>,
    /// Which ones, and how much each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promotions: Vec<PromotionEntry>,
    /// Of the price after the discount.
    pub tax: Money,
    pub tax_rate: TaxRate,
}

impl PricedShipping {
    pub fn discount(&self) -> Money {
        self.discount.unwrap_or(Money::zero(self.price.currency()))
    }

    /// What is paid for it.
    pub fn total(&self) -> Money {
        let total = self.price.minus(self.discount());
        total.expect("a discount is an amount of the price, and not larger")
    }
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
    /// The same cart, sent by this method.
    pub fn shipped_by(mut self, shipping: Option<PricedShipping>) -> Result<Self, MoneyError> {
        self.promotions = self.promotions_with(shipping.as_ref());
        let zero = Money::zero(self.currency);
        self.shipping_total = shipping.as_ref().map_or(zero, PricedShipping::total);
        self.shipping_discount = shipping.as_ref().map_or(zero, PricedShipping::discount);
        self.shipping_tax = shipping.as_ref().map_or(zero, |shipping| shipping.tax);
        self.shipping = shipping;
        let line_tax = Money::sum(self.currency, self.lines.iter().map(|line| line.tax))?;
        self.order_total = self.product_total.plus(self.shipping_total)?;
        self.order_tax_total = line_tax.plus(self.shipping_tax)?;
        Ok(self)
    }

    /// What each promotion takes off if the cart is sent by this method.
    fn promotions_with(&self, shipping: Option<&PricedShipping>) -> Vec<PromotionEntry> {
        let mut taken: Vec<_> = shipping
            .map(|method| method.promotions.clone())
            .unwrap_or_default();
        let is_of_shipping = |entry: &PromotionEntry| {
            let mut all = self.shipping_options.iter().flat_map(|option| &option.promotions);
            entry.message.is_none() && all.any(|other| other.key == entry.key)
        };
        let mut entries = Vec::with_capacity(self.promotions.len());
        for entry in &self.promotions {
            if !is_of_shipping(entry) {
                entries.push(entry.clone());
            } else if let Some(index) = taken.iter().position(|other| other.key == entry.key) {
                entries.push(taken.remove(index));
            } else if entry.code.is_some() {
                let saved = Money::zero(self.currency);
                entries.push(PromotionEntry {
                    saved,
                    ..entry.clone()
                });
            }
        }
        let messages = entries.iter().position(|entry| entry.message.is_some());
        let end = messages.unwrap_or(entries.len());
        entries.splice(end..end, taken);
        entries
    }

    /// As it was bought. What the shopper might have had besides is of no interest any more.
    pub(crate) fn without_messages(mut self) -> Self {
        self.promotions.retain(|entry| entry.message.is_none());
        self
    }

    /// The way to ship that Kustom knows by this id.
    pub fn option(&self, kustom_id: &str) -> Option<&PricedShipping> {
        self.shipping_options
            .iter()
            .find(|option| kustom::offer::reference(&option.method_key) == kustom_id)
    }

    /// Refuses what Kustom would refuse: a piece, a line or a total that is too large.
    pub fn check_limits(&self) -> Result<(), PricingError> {
        let tax_on_top = |tax: Money| {
            if self.tax_included {
                Money::zero(self.currency)
            } else {
                tax
            }
        };
        let of_rate = |rate: TaxRate, amount: Money| tax_on_top(rate.tax_on_top_of(amount));
        let lines = self.lines.iter().flat_map(|line| {
            [
                (line.total, tax_on_top(line.tax)),
                (line.unit_price, of_rate(line.tax_rate, line.unit_price)),
            ]
        });
        let shipping = self.shipping.iter().chain(&self.shipping_options);
        let shipping = shipping.map(|line| (line.price, of_rate(line.tax_rate, line.price)));
        for (amount, tax) in lines.chain(shipping) {
            if amount.plus(tax)?.amount_minor() > MAX_LINE_MINOR {
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

/// Prices a cart as it is at this time. A bought cart keeps the price it was bought for.
///
/// Whether it can be paid is another question, which [`Priced::check_limits`] answers: a cart that a price rise has made
/// too large must still be shown, or nobody could make it smaller.
pub fn price(cart: &Cart, catalogue: &Catalogue, now: Timestamp) -> Result<Priced, PricingError> {
    if let Some(frozen) = &cart.frozen {
        return Ok(frozen.clone());
    }
    let profile = catalogue
        .profile(&cart.profile_key)
        .ok_or(PricingError::ProfileGone)?;
    let zero = Money::zero(cart.currency);
    let goods: Vec<_> = cart
        .items
        .iter()
        .map(|item| goods(cart, item, catalogue, now))
        .collect::<Result<_, _>>()?;
    let weight_grams = goods.iter().map(Goods::weight_grams).sum();
    let ship = |product_total| {
        if goods.is_empty() {
            return Ok(Shipping::none());
        }
        Ok(Shipping::of(
            cart,
            profile,
            weight_grams,
            product_total,
            catalogue,
            now,
        ))
    };
    let offered = offers::qualify(cart, catalogue, &goods, now)?;
    let best = discount::best(&offered.eligible, &goods, ship, zero)?;
    let discounts = Discounts::of(&best, &goods, ship, zero)?;
    let lines: Vec<_> = cart
        .items
        .iter()
        .zip(&goods)
        .zip(&discounts.lines)
        .map(|((item, goods), discount)| priced_line(cart, item, goods, *discount))
        .collect::<Result<_, _>>()?;
    let (promotions, coupons, invalid_coupons) = offered.entries(cart, &best, &discounts, zero);
    let priced = Priced {
        currency: cart.currency,
        tax_included: cart.tax_included,
        product_total: Money::sum(cart.currency, lines.iter().map(|line| line.total))?,
        lines,
        shipping: None,
        shipping_options: discounts.shipping.cheapest_first(),
        shipping_in_checkout: profile.shipping_mode == ShippingMode::Iframe,
        is_unshippable: !goods.is_empty()
            && !profile.shipping_methods.is_empty()
            && discounts.shipping.options.is_empty(),
        shipping_total: zero,
        shipping_discount: zero,
        shipping_tax: zero,
        order_total: zero,
        order_tax_total: zero,
        promotions,
        coupons,
        invalid_coupons,
    };
    Ok(priced.shipped_by(discounts.shipping.chosen().cloned())?)
}

fn goods(cart: &Cart, item: &CartItem, catalogue: &Catalogue, now: Timestamp) -> Result<Goods, PricingError> {
    let facts = current_facts(cart, item, catalogue, now);
    Ok(Goods {
        product_number: item.product_number.clone(),
        value: facts.unit_price.times(item.quantity)?,
        quantity: item.quantity,
        facts,
    })
}

fn priced_line(
    cart: &Cart,
    item: &CartItem,
    goods: &Goods,
    discount: Money,
) -> Result<PricedLine, PricingError> {
    let facts = &goods.facts;
    let total = goods.value.minus(discount)?;
    Ok(PricedLine {
        item_id: item.id,
        product_number: item.product_number.clone(),
        description: facts.description.clone(),
        image: facts.image.clone(),
        quantity: item.quantity,
        unit_price: facts.unit_price,
        discount,
        total,
        tax: tax_of(cart.tax_included, facts.tax_rate, total),
        tax_rate: facts.tax_rate,
    })
}

/// What the catalogue says now, or said last if the product has left it: a cart must stay readable.
fn current_facts(cart: &Cart, item: &CartItem, catalogue: &Catalogue, now: Timestamp) -> ProductFacts {
    catalogue
        .facts(&item.product_number, cart.market(), now)
        .unwrap_or_else(|_| item.last_known.clone())
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

#[cfg(test)]
mod promotion_tests;

#[cfg(test)]
mod examples;
