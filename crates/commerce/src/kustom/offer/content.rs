//! An order as Kustom tells it, taken apart into our part and the shopper's.

use super::line::sum;
use super::{Offer, OfferLine, OfferOption};
use kustom_api::{CheckoutOrder, LineType};

/// An order has one shipping line, or a few. What has more is not guessed at.
const MAX_GUESSES: usize = 4;

/// An order at Kustom, taken apart: what we offered, and what the shopper has added to it by choosing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub offer: Offer,
    pub shipping: Option<OfferOption>,
    /// Whether the choice is part of what is paid. Kustom may know of a choice before it charges for it.
    pub is_charged: bool,
}

impl Content {
    /// Takes an order of Kustom's apart. `None` if it does not say enough.
    ///
    /// What the shopper's choice costs is a `shipping_fee` line under the option's id; where Kustom keeps the option alone,
    /// its price is in the total all the same. Anything else is left as it is, and will not be what we offered.
    pub fn from_order(order: &CheckoutOrder) -> Option<Self> {
        let mut offer = Offer {
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
            shipping_options: order
                .shipping_options
                .iter()
                .flatten()
                .map(OfferOption::from_option)
                .collect(),
        };
        let selected = order
            .selected_shipping_option
            .as_ref()
            .map(OfferOption::from_option);
        let Some(selected) = selected else {
            return Some(Self {
                offer,
                shipping: None,
                is_charged: true,
            });
        };
        let is_fee = |line: &OfferLine| line.is_fee_of(&selected);
        let fee = offer.lines.iter().position(is_fee);
        let lines_amount = sum(offer.lines.iter().map(|line| line.total_amount)).ok()?;
        let is_charged = fee.is_some() || lines_amount != offer.order_amount;
        if let Some(index) = fee {
            offer.lines.remove(index);
        }
        if is_charged {
            offer.order_amount = offer.order_amount.checked_sub(selected.price)?;
            offer.order_tax_amount = offer.order_tax_amount.checked_sub(selected.tax_amount)?;
        }
        Some(Self {
            offer,
            shipping: Some(selected),
            is_charged,
        })
    }

    /// Which offers of ours this may have been, by [`Offer::goods_hash`]: what order management tells does not say which of
    /// its lines was offered as a way to ship.
    pub fn goods_hashes(&self) -> Vec<String> {
        let fees =
            self.offer.lines.iter().enumerate().filter(|(_, line)| {
                self.shipping.is_none() && line.line_type == LineType::ShippingFee.as_str()
            });
        let without = fees.filter_map(|(index, line)| {
            let mut offer = self.offer.clone();
            offer.order_amount = offer.order_amount.checked_sub(line.total_amount)?;
            offer.order_tax_amount = offer.order_tax_amount.checked_sub(line.total_tax_amount)?;
            offer.lines.remove(index);
            Some(offer.goods_hash())
        });
        std::iter::once(self.offer.goods_hash())
            .chain(without.take(MAX_GUESSES))
            .collect()
    }

    /// The choice with which this offer is exactly what was bought. `None` if it is not.
    pub fn bought_of(&self, offer: &Offer) -> Option<Option<OfferOption>> {
        let content = self.clone().with_fee_line_as_choice(offer);
        let is_same = content.offer.goods_hash() == offer.goods_hash()
            && content.is_charged
            && offer.accepts(content.shipping.as_ref());
        is_same.then_some(content.shipping)
    }

    fn with_fee_line_as_choice(mut self, offered: &Offer) -> Self {
        if self.shipping.is_some() {
            return self;
        }
        let fee = self.offer.lines.iter().enumerate().find_map(|(index, line)| {
            let option = offered
                .shipping_options
                .iter()
                .find(|option| line.is_fee_of(option))?;
            Some((index, option.clone()))
        });
        if let Some((index, option)) = fee {
            self.offer.lines.remove(index);
            self.offer.order_amount -= option.price;
            self.offer.order_tax_amount -= option.tax_amount;
            self.shipping = Some(option);
        }
        self
    }
}
