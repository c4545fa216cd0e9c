//! Parts of an amount: percentages, and sums that are divided without a rest.

use super::{Money, MoneyError, divide_half_away_from_zero};
use serde::{Deserialize, Serialize};

/// A part of an amount in basis points, from nothing to all of it: 10 % is 1000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Share {
    basis_points: u16,
}

impl Share {
    pub const ALL: Self = Self { basis_points: 10_000 };

    pub fn from_basis_points(basis_points: u16) -> Option<Self> {
        (basis_points <= Self::ALL.basis_points).then_some(Self { basis_points })
    }

    pub fn basis_points(self) -> u16 {
        self.basis_points
    }

    /// The part of this amount, rounded half away from zero.
    pub fn of(self, amount: Money) -> Money {
        let exact = i128::from(amount.amount_minor) * i128::from(self.basis_points);
        let rounded = divide_half_away_from_zero(exact, i128::from(Self::ALL.basis_points));
        let amount_minor = i64::try_from(rounded).expect("a part is never larger than the whole");
        Money {
            amount_minor,
            ..amount
        }
    }
}

impl TryFrom<u16> for Share {
    type Error = String;

    fn try_from(basis_points: u16) -> Result<Self, Self::Error> {
        Self::from_basis_points(basis_points)
            .ok_or_else(|| format!("{basis_points} basis points are more than all of it"))
    }
}

impl From<Share> for u16 {
    fn from(share: Share) -> Self {
        share.basis_points
    }
}

/// Divides `total` in proportion to `weights`, so that the parts sum to it exactly and none is larger than its weight.
///
/// Each part is rounded down; what is then missing goes to the parts that lost most by it, one minor unit each, the first
/// of equals first. More than the sum of the weights cannot be divided: that much of `total` is left out.
///
/// Weights are amounts of `total`'s currency and never negative, and so is `total`.
pub fn spread(total: Money, weights: &[Money]) -> Result<Vec<Money>, MoneyError> {
    let sum = Money::sum(total.currency, weights.iter().copied())?.amount_minor;
    let total_minor = i128::from(total.amount_minor.min(sum));
    let mut parts = Vec::with_capacity(weights.len());
    let mut losses = Vec::with_capacity(weights.len());
    let mut missing = total_minor;
    for (index, weight) in weights.iter().enumerate() {
        let exact = total_minor * i128::from(weight.amount_minor);
        let (part, loss) = match i128::from(sum) {
            0 => (0, 0),
            sum => (exact / sum, exact % sum),
        };
        missing -= part;
        parts.push(part);
        losses.push((std::cmp::Reverse(loss), index));
    }
    losses.sort_unstable();
    let short = usize::try_from(missing).expect("rounding down loses less than one unit for each part");
    for (_, index) in losses.into_iter().take(short) {
        parts[index] += 1;
    }
    let part = |minor: i128| Money {
        amount_minor: i64::try_from(minor).expect("a part is never larger than its weight"),
        ..total
    };
    Ok(parts.into_iter().map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::super::Currency;
    use super::*;
    use proptest::prelude::*;

    fn sek(amount_minor: i64) -> Money {
        Money::new(amount_minor, Currency::from_code("SEK").unwrap())
    }

    fn minors(parts: &[Money]) -> Vec<i64> {
        parts.iter().map(|part| part.amount_minor()).collect()
    }

    fn spread_minors(total: i64, weights: &[i64]) -> Vec<i64> {
        let weights: Vec<_> = weights.iter().copied().map(sek).collect();
        minors(&spread(sek(total), &weights).unwrap())
    }

    #[test]
    fn the_largest_remainders_get_what_is_missing() {
        // 100 over 1 : 1 : 1 is 33.3 each; the first of equals gets the öre.
        assert_eq!(spread_minors(100, &[100, 100, 100]), [34, 33, 33]);
        // 1000 over 19900 : 4990 : 999 is 768.68, 192.75 and 38.59: two öre are missing.
        assert_eq!(spread_minors(1000, &[19_900, 4990, 999]), [769, 193, 38]);
        assert_eq!(spread_minors(0, &[5, 5]), [0, 0]);
        assert_eq!(spread_minors(7, &[]), Vec::<i64>::new());
        assert_eq!(spread_minors(7, &[0, 0]), [0, 0]);
        assert_eq!(spread_minors(7, &[0, 3, 2]), [0, 3, 2]);
    }

    #[test]
    fn a_share_is_rounded_half_away_from_zero() {
        for (amount, basis_points, part) in [
            (39_800, 1000, 3980),
            (5, 1000, 1),
            (4, 1000, 0),
            (333, 5000, 167),
            (99, 10_000, 99),
            (99, 0, 0),
        ] {
            let share = Share::from_basis_points(basis_points).unwrap();
            assert_eq!(share.of(sek(amount)), sek(part), "{amount} at {basis_points}");
        }
        assert_eq!(Share::from_basis_points(10_001), None);
        assert_eq!(Share::from_basis_points(725).unwrap().basis_points(), 725);
        assert!(serde_json::from_str::<Share>("10001").is_err());
        assert_eq!(serde_json::to_string(&Share::ALL).unwrap(), "10000");
    }

    #[test]
    fn weights_that_do_not_fit_are_an_error() {
        assert_eq!(
            spread(sek(1), &[sek(i64::MAX), sek(1)]),
            Err(MoneyError::Overflow)
        );
    }

    proptest! {
        #[test]
        fn parts_sum_exactly_and_fit_their_weights(
            total in 0_i64..300_000_000,
            weights in proptest::collection::vec(0_i64..100_000_000, 0..60),
        ) {
            let parts = spread_minors(total, &weights);
            let sum: i64 = weights.iter().sum();
            prop_assert_eq!(parts.iter().sum::<i64>(), total.min(sum));
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!((0..=*weight).contains(part));
                if sum > 0 {
                    let exact = i128::from(total.min(sum)) * i128::from(*weight) ;
                    let error = (i128::from(*part) * i128::from(sum) - exact).abs();
                    prop_assert!(error < i128::from(sum), "off by a whole unit");
                }
            }
        }
    }
}
