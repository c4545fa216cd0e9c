//! Which promotions a cart qualifies for, and what its shopper is told of them.

use super::PricingError;
use super::discount::{Discounts, Goods};
use crate::cart::Cart;
use crate::catalogue::Catalogue;
use crate::money::Money;
use crate::promotion::{CouponCode, Promotion, PromotionMessage, Target, in_language};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// One promotion as the shopper sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromotionEntry {
    pub key: String,
    pub description: String,
    /// Of a coupon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What it has taken off, never negative.
    pub saved: Money,
    /// How many purchases may use it, all together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage_limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<PromotionMessage>,
}

impl PromotionEntry {
    pub(super) fn of(promotion: &Promotion, saved: Money, message: Option<PromotionMessage>) -> Self {
        Self {
            key: promotion.key.clone(),
            description: promotion.description.clone(),
            code: promotion.code.as_ref().map(|code| code.as_str().to_owned()),
            saved,
            usage_limit: promotion.usage_limit,
            message,
        }
    }
}

/// The promotions of a shop, sorted by what this cart may have.
pub(super) struct Offered<'a> {
    /// The cart qualifies for them.
    pub eligible: Vec<&'a Promotion>,
    /// The cart would qualify for them if it were worth so much more.
    within_reach: Vec<(&'a Promotion, Money)>,
}

pub(super) fn qualify<'a>(
    cart: &Cart,
    catalogue: &'a Catalogue,
    goods: &[Goods],
    now: Timestamp,
) -> Result<Offered<'a>, PricingError> {
    let value = Money::sum(cart.currency, goods.iter().map(|goods| goods.value))?;
    let mut offered = Offered {
        eligible: Vec::new(),
        within_reach: Vec::new(),
    };
    for promotion in catalogue.shop().promotions() {
        let is_asked_for = match &promotion.code {
            Some(code) => cart.coupons.contains(code),
            None => true,
        };
        let is_usable = is_asked_for
            && !goods.is_empty()
            && promotion
                .check_usable(&cart.profile_key, cart.currency, now)
                .is_ok()
            && !catalogue.is_used_up(promotion)
            && has_target(promotion, goods);
        if !is_usable {
            continue;
        }
        match promotion.minimum_in(cart.currency) {
            Some(minimum) if value.amount_minor() < minimum.amount_minor() => {
                offered.within_reach.push((promotion, minimum.minus(value)?));
            }
            _ => offered.eligible.push(promotion),
        }
    }
    Ok(offered)
}

fn has_target(promotion: &Promotion, goods: &[Goods]) -> bool {
    match &promotion.target {
        Target::Shipping(_) => true,
        Target::Products(selection) => goods
            .iter()
            .any(|goods| selection.includes(&goods.product_number, &goods.facts)),
    }
}

impl Offered<'_> {
    /// What the shopper is told, the codes that hold, and the codes that do not.
    pub(super) fn entries(
        &self,
        cart: &Cart,
        best: &[&Promotion],
        discounts: &Discounts,
        zero: Money,
    ) -> (Vec<PromotionEntry>, Vec<String>, Vec<String>) {
        let taken = best
            .iter()
            .zip(&discounts.saved)
            .filter(|(promotion, saved)| saved.amount_minor() > 0 || promotion.code.is_some())
            .map(|(promotion, saved)| PromotionEntry::of(promotion, *saved, None));
        let within_reach = self.within_reach.iter().filter_map(|(promotion, remaining)| {
            let template = in_language(&promotion.message, &cart.locale)?;
            let message = PromotionMessage::progress(template, *remaining, &cart.locale);
            Some(PromotionEntry::of(promotion, zero, Some(message)))
        });
        let free_shipping = discounts.shipping.free_from_message(&cart.locale, zero);
        let entries = taken.chain(within_reach).chain(free_shipping).collect();
        let holds = |code: &&CouponCode| {
            best.iter()
                .any(|promotion| promotion.code.as_ref() == Some(*code))
        };
        let (valid, invalid): (Vec<_>, Vec<_>) = cart.coupons.iter().partition(holds);
        let text = |codes: Vec<&CouponCode>| codes.iter().map(|code| code.as_str().to_owned()).collect();
        (entries, text(valid), text(invalid))
    }
}
