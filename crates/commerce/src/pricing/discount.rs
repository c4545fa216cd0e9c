//! What promotions take off the goods of a cart.
//!
//! The order is fixed, and each step works on what the steps before it have left: given pieces, then discounts of some
//! products, then percentages of everything, then amounts off everything, then shipping. Of a group the promotion by
//! which the shopper pays least is taken; an exclusive one stands against all the others together.

use super::PricedShipping;
use super::shipping::Shipping;
use crate::catalogue::ProductFacts;
use crate::money::{Money, MoneyError, spread};
use crate::promotion::{Benefit, Promotion, Selection, Target, amount_in};
use std::collections::BTreeMap;

/// One line's goods before any discount.
#[derive(Clone, Debug)]
pub(super) struct Goods {
    pub product_number: String,
    pub facts: ProductFacts,
    pub quantity: u32,
    /// Unit price times quantity.
    pub value: Money,
}

impl Goods {
    pub(super) fn weight_grams(&self) -> u64 {
        u64::from(self.facts.weight_grams.unwrap_or(0)) * u64::from(self.quantity)
    }
}

/// What is left of the goods and of shipping while promotions are applied one after the other.
#[derive(Clone, Debug)]
pub(super) struct Discounts {
    /// One for each line.
    pub lines: Vec<Money>,
    /// What each promotion has saved, in the order of `Discounts::of`'s argument.
    pub saved: Vec<Money>,
    pub shipping: Shipping,
}

impl Discounts {
    /// Applies these promotions and no others.
    pub(super) fn of(
        promotions: &[&Promotion],
        goods: &[Goods],
        ship: impl Fn(Money) -> Result<Shipping, MoneyError>,
        zero: Money,
    ) -> Result<Self, MoneyError> {
        let mut lines = vec![zero; goods.len()];
        let mut saved = vec![zero; promotions.len()];
        let mut order: Vec<usize> = (0..promotions.len()).collect();
        order.sort_by_key(|index| stage(promotions[*index]));
        for index in &order {
            if let Target::Products(selection) = &promotions[*index].target {
                let taken = take_off_goods(promotions[*index], selection, goods, &lines, zero)?;
                saved[*index] = Money::sum(zero.currency(), taken.iter().copied())?;
                for (line, taken) in lines.iter_mut().zip(taken) {
                    *line = line.plus(taken)?;
                }
            }
        }
        let values = goods.iter().map(|goods| goods.value);
        let discount = Money::sum(zero.currency(), lines.iter().copied())?;
        let mut shipping = ship(Money::sum(zero.currency(), values)?.minus(discount)?)?;
        for index in order {
            if let Target::Shipping(methods) = &promotions[index].target {
                shipping.take_off(methods, promotions[index], zero)?;
            }
        }
        for (promotion, saved) in promotions.iter().zip(&mut saved) {
            if is_of_shipping(promotion) {
                *saved = shipping.saved_by(promotion, zero);
            }
        }
        Ok(Self {
            lines,
            saved,
            shipping,
        })
    }

    /// What goods and shipping cost together. Tax on top is left out of comparisons.
    fn cost(&self, goods: &[Goods], zero: Money) -> Result<i64, MoneyError> {
        let value = Money::sum(zero.currency(), goods.iter().map(|goods| goods.value))?;
        let discount = Money::sum(zero.currency(), self.lines.iter().copied())?;
        let shipping = self.shipping.chosen().map_or(zero, PricedShipping::total);
        Ok(value.minus(discount)?.plus(shipping)?.amount_minor())
    }
}

/// Picks the promotions that a cart gets of those that it qualifies for: those by which the shopper pays least.
pub(super) fn best<'a>(
    eligible: &[&'a Promotion],
    goods: &[Goods],
    ship: impl Fn(Money) -> Result<Shipping, MoneyError>,
    zero: Money,
) -> Result<Vec<&'a Promotion>, MoneyError> {
    let cost = |promotions: &[&Promotion]| Discounts::of(promotions, goods, &ship, zero)?.cost(goods, zero);
    let mut alone = Vec::with_capacity(eligible.len());
    for promotion in eligible {
        alone.push((*promotion, cost(&[promotion])?));
    }
    let mut champions: BTreeMap<&str, (&str, i64)> = BTreeMap::new();
    for (promotion, cost) in alone.iter().filter(|(promotion, _)| !promotion.exclusive) {
        if let Some(group) = &promotion.group {
            let champion = champions.entry(group).or_insert((&promotion.key, *cost));
            if *cost < champion.1 {
                *champion = (&promotion.key, *cost);
            }
        }
    }
    let is_champion = |promotion: &Promotion| {
        let champion = promotion
            .group
            .as_ref()
            .and_then(|group| champions.get(group.as_str()));
        champion.is_none_or(|(key, _)| *key == promotion.key)
    };
    let together: Vec<_> = eligible
        .iter()
        .copied()
        .filter(|promotion| !promotion.exclusive && is_champion(promotion))
        .collect();
    let together = without_harmful(together, cost)?;
    let together_cost = cost(&together)?;
    // The first of equals, so that the order in the catalogue decides.
    let exclusive = alone.iter().filter(|(promotion, _)| promotion.exclusive);
    match exclusive.min_by_key(|(_, cost)| *cost) {
        Some((promotion, cost)) if *cost < together_cost => Ok(vec![promotion]),
        _ => Ok(together),
    }
}

/// A discount can leave too little for free shipping. Whoever would pay more with it than without does not get it.
fn without_harmful(
    mut promotions: Vec<&Promotion>,
    cost: impl Fn(&[&Promotion]) -> Result<i64, MoneyError>,
) -> Result<Vec<&Promotion>, MoneyError> {
    let mut least = cost(&promotions)?;
    for index in (0..promotions.len()).rev() {
        if is_of_shipping(promotions[index]) {
            continue;
        }
        let mut others = promotions.clone();
        others.remove(index);
        let cost = cost(&others)?;
        if cost < least {
            (promotions, least) = (others, cost);
        }
    }
    let of_shipping: Vec<_> = promotions
        .iter()
        .copied()
        .filter(|it| is_of_shipping(it))
        .collect();
    match cost(&of_shipping)? < least {
        true => Ok(of_shipping),
        false => Ok(promotions),
    }
}

fn is_of_shipping(promotion: &Promotion) -> bool {
    matches!(promotion.target, Target::Shipping(_))
}

fn stage(promotion: &Promotion) -> u8 {
    match (&promotion.target, &promotion.benefit) {
        (Target::Products(_), Benefit::BuyGet { .. }) => 0,
        (Target::Products(selection), _) if *selection != Selection::default() => 1,
        (Target::Products(_), Benefit::Percentage(_)) => 2,
        (Target::Products(_), Benefit::Fixed(_)) => 3,
        (Target::Shipping(_), Benefit::Percentage(_)) => 4,
        (Target::Shipping(_), _) => 5,
    }
}

fn take_off_goods(
    promotion: &Promotion,
    selection: &Selection,
    goods: &[Goods],
    taken_before: &[Money],
    zero: Money,
) -> Result<Vec<Money>, MoneyError> {
    let mut chosen: Vec<usize> = (0..goods.len())
        .filter(|index| selection.includes(&goods[*index].product_number, &goods[*index].facts))
        .collect();
    let unit_price = |index: &usize| goods[*index].facts.unit_price.amount_minor();
    let all: u64 = chosen.iter().map(|index| u64::from(goods[*index].quantity)).sum();
    let limit = promotion.limit_per_cart.map_or(u64::MAX, u64::from);
    let pieces = match &promotion.benefit {
        Benefit::BuyGet { buy, get, .. } => {
            chosen.sort_by_key(unit_price);
            let set = u64::from(*buy) + u64::from(*get);
            all.checked_div(set).unwrap_or(0) * u64::from(*get)
        }
        Benefit::Percentage(_) | Benefit::Fixed(_) => {
            // Where not all pieces count, the dearest do.
            chosen.sort_by_key(|index| std::cmp::Reverse(unit_price(index)));
            all
        }
    };
    let mut left = pieces.min(limit);
    let mut weights = vec![zero; goods.len()];
    for index in chosen {
        let count = left.min(u64::from(goods[index].quantity));
        left -= count;
        let remaining = goods[index].value.minus(taken_before[index])?;
        weights[index] = part_of_line(remaining, count, goods[index].quantity);
    }
    let sum = Money::sum(zero.currency(), weights.iter().copied())?;
    let total = match &promotion.benefit {
        Benefit::Percentage(share) | Benefit::BuyGet { off: share, .. } => share.of(sum),
        Benefit::Fixed(amounts) => amount_in(amounts, zero.currency()).unwrap_or(zero),
    };
    spread(total, &weights)
}

/// What `count` of a line's pieces are worth by now.
fn part_of_line(remaining: Money, count: u64, quantity: u32) -> Money {
    let exact = i128::from(remaining.amount_minor()) * i128::from(count) / i128::from(quantity.max(1));
    let minor = i64::try_from(exact).expect("a part of a line is not larger than the line");
    Money::new(minor, remaining.currency())
}
