//! Numbers that people read: of orders, and of the deliveries that belong to them.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Long enough for a shop, a country and a year; short enough for Kustom's merchant reference and a voice on the phone.
const MAX_PREFIX_CHARS: usize = 16;

/// Leaves each series room for more orders than anybody will place.
const MAX_FIRST: u64 = 1_000_000_000_000;

/// Before the number of a cart.
const CART_PREFIX: &str = "C";

/// Before the number of an order, in the number of its delivery.
const DELIVERY_PREFIX: &str = "D";

/// A series of order numbers without gaps. Its prefix tells it from every other one, so no number is ever in two of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberSeries {
    /// Profiles that name the same key share the series.
    pub key: String,
    pub prefix: String,
    /// The first number that is drawn. Raised later on, it is where the series goes on.
    pub first: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SeriesError {
    #[error(
        "its prefix may have at most {MAX_PREFIX_CHARS} of `A` to `Z`, digits and `-`, and ends with none of the digits"
    )]
    Prefix,
    #[error("its prefix is the one of carts or deliveries")]
    Reserved,
    #[error("its first number must be from 1 to {MAX_FIRST}")]
    First,
    #[error("its key is empty")]
    Key,
    #[error("another profile writes the same series with another prefix or first number")]
    Differs,
    #[error("another series has the same prefix, or deliveries whose numbers look like these orders")]
    Clash,
}

impl Default for NumberSeries {
    /// Of every profile that names none.
    fn default() -> Self {
        Self {
            key: "order".to_owned(),
            prefix: String::new(),
            first: 100_001,
        }
    }
}

impl NumberSeries {
    pub fn number(&self, value: u64) -> String {
        format!("{}{value}", self.prefix)
    }

    /// What the last number must have been at least, for the next one to be right.
    pub fn before_first(&self) -> u64 {
        self.first.saturating_sub(1)
    }

    /// Whether this series can be drawn from.
    pub fn check(&self) -> Result<(), SeriesError> {
        let is_allowed =
            |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '-';
        let ends_with_digit = self.prefix.ends_with(|letter: char| letter.is_ascii_digit());
        if self.prefix.len() > MAX_PREFIX_CHARS || !self.prefix.chars().all(is_allowed) || ends_with_digit {
            return Err(SeriesError::Prefix);
        }
        if self.prefix == CART_PREFIX || self.prefix == DELIVERY_PREFIX {
            return Err(SeriesError::Reserved);
        }
        if !(1..=MAX_FIRST).contains(&self.first) {
            return Err(SeriesError::First);
        }
        if self.key.trim().is_empty() {
            return Err(SeriesError::Key);
        }
        Ok(())
    }

    /// Whether the two can stand side by side.
    pub fn check_beside(&self, other: &Self) -> Result<(), SeriesError> {
        if self.key == other.key {
            return if self == other {
                Ok(())
            } else {
                Err(SeriesError::Differs)
            };
        }
        let delivered = |series: &Self| format!("{DELIVERY_PREFIX}{}", series.prefix);
        let clashes =
            self.prefix == other.prefix || self.prefix == delivered(other) || other.prefix == delivered(self);
        if clashes { Err(SeriesError::Clash) } else { Ok(()) }
    }
}

/// The number of an order's delivery, counted from zero.
pub(super) fn delivery_number(order_number: &str, position: usize) -> String {
    match position {
        0 => format!("{DELIVERY_PREFIX}{order_number}"),
        position => format!("{DELIVERY_PREFIX}{order_number}-{}", position + 1),
    }
}

/// The numbers of orders that a reference may stand for: it is one itself, or the number of an order's first or later
/// delivery. Always three, so that looking them up takes equally long for every reference; some are of no order.
pub fn order_numbers(reference: &str) -> [String; 3] {
    let first = reference.strip_prefix(DELIVERY_PREFIX).unwrap_or_default();
    let later = first.rsplit_once('-').map_or("", |(number, _)| number);
    [reference.to_owned(), first.to_owned(), later.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(key: &str, prefix: &str, first: u64) -> NumberSeries {
        NumberSeries {
            key: key.into(),
            prefix: prefix.into(),
            first,
        }
    }

    #[test]
    fn a_series_is_refused_when_its_numbers_could_be_taken_for_others() {
        assert_eq!(NumberSeries::default().check(), Ok(()));
        for prefix in ["SE-", "DE-", "2026-", "SE2026X", ""] {
            assert_eq!(series("a", prefix, 1).check(), Ok(()), "{prefix}");
        }
        for prefix in ["se-", "SE 1", "SE1", "Ä-", "ABCDEFGHIJKLMNOP-"] {
            assert_eq!(
                series("a", prefix, 1).check(),
                Err(SeriesError::Prefix),
                "{prefix}"
            );
        }
        for prefix in ["C", "D"] {
            assert_eq!(
                series("a", prefix, 1).check(),
                Err(SeriesError::Reserved),
                "{prefix}"
            );
        }
        for first in [0, MAX_FIRST + 1] {
            assert_eq!(series("a", "A", first).check(), Err(SeriesError::First));
        }
        assert_eq!(series(" ", "A", 1).check(), Err(SeriesError::Key));
    }

    #[test]
    fn two_series_share_everything_or_nothing() {
        let se = series("se", "SE-", 1);
        assert_eq!(se.check_beside(&se), Ok(()));
        assert_eq!(se.check_beside(&series("no", "NO-", 1)), Ok(()));
        for other in [series("se", "NO-", 1), series("se", "SE-", 2)] {
            assert_eq!(se.check_beside(&other), Err(SeriesError::Differs), "{other:?}");
        }
        for other in [series("no", "SE-", 1), series("no", "DSE-", 1)] {
            assert_eq!(se.check_beside(&other), Err(SeriesError::Clash), "{other:?}");
            assert_eq!(other.check_beside(&se), Err(SeriesError::Clash), "{other:?}");
        }
        assert_eq!(
            series("x", "", 1).check_beside(&NumberSeries::default()),
            Err(SeriesError::Clash)
        );
    }

    #[test]
    fn every_delivery_number_leads_to_its_order() {
        for number in ["100001", "SE-100001", "DE-7"] {
            assert!(order_numbers(number).contains(&number.to_owned()));
            for position in 0..3 {
                let delivery = delivery_number(number, position);
                assert!(
                    order_numbers(&delivery).contains(&number.to_owned()),
                    "{delivery}"
                );
            }
        }
        assert_eq!(delivery_number("SE-7", 0), "DSE-7");
        assert_eq!(delivery_number("SE-7", 1), "DSE-7-2");
    }
}
