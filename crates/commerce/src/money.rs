//! Money as checked integers in minor units with a currency.
//!
//! Nothing here is a float and nothing wraps: a sum that does not fit, or that mixes currencies, is an error. Every
//! rounding has a name and a test, because a shopper, an accountant and Kustom must all arrive at the same öre.

mod share;

pub use share::{Share, spread};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use thiserror::Error;

/// An ISO 4217 currency that can be paid with: no funds, no superseded ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    pub fn from_code(code: &str) -> Option<Self> {
        let currency = iso_currency::Currency::from_code(code)?;
        let payable =
            currency.is_superseded().is_none() && !currency.is_fund() && currency.exponent().is_some();
        payable.then_some(Self(currency))
    }

    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals a major unit has: 2 for SEK, 0 for JPY.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code)
            .ok_or_else(|| serde::de::Error::custom(format!("`{code}` is not a currency in use")))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("the amount does not fit")]
    Overflow,
    #[error("{left:?} and {right:?} do not mix")]
    CurrencyMismatch { left: Currency, right: Currency },
}

/// An amount of money. Negative amounts are differences, never prices.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount_minor: i64,
    currency: Currency,
}

impl Money {
    pub fn new(amount_minor: i64, currency: Currency) -> Self {
        Self {
            amount_minor,
            currency,
        }
    }

    pub fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    pub fn amount_minor(self) -> i64 {
        self.amount_minor
    }

    pub fn currency(self) -> Currency {
        self.currency
    }

    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let amount_minor = self
            .amount_minor
            .checked_add(other.amount_minor)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { amount_minor, ..self })
    }

    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let amount_minor = self
            .amount_minor
            .checked_sub(other.amount_minor)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { amount_minor, ..self })
    }

    pub fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let amount_minor = self
            .amount_minor
            .checked_mul(i64::from(quantity))
            .ok_or(MoneyError::Overflow)?;
        Ok(Self { amount_minor, ..self })
    }

    /// The smaller of the two, where both are of one currency; this one where they are not.
    #[must_use]
    pub fn at_most(self, other: Self) -> Self {
        if self.currency == other.currency && other.amount_minor < self.amount_minor {
            other
        } else {
            self
        }
    }

    /// Adds up amounts; an empty sum is zero in `currency`.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// The amount as an exact decimal number in major units: `407.2` for 40720 öre. Valid JSON.
    pub fn to_major_units(self) -> String {
        let sign = if self.amount_minor < 0 { "-" } else { "" };
        let digits = self.amount_minor.unsigned_abs();
        let scale = 10_u64.pow(self.currency.exponent());
        let (whole, fraction) = (digits / scale, digits % scale);
        if fraction == 0 {
            return format!("{sign}{whole}");
        }
        let width = self.currency.exponent() as usize;
        let decimals = format!("{fraction:0width$}");
        format!("{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch {
            left: self.currency,
            right: other.currency,
        })
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.currency.code(), self.amount_minor)
    }
}

/// Stored as text such as `SEK 40720`: short, and never mistaken for a number in major units.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let stored = text
            .split_once(' ')
            .and_then(|(code, amount)| Some(Self::new(amount.parse().ok()?, Currency::from_code(code)?)));
        stored.ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a stored amount")))
    }
}

/// A tax rate in basis points: 25 % is 2500. An input, never derived from amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct TaxRate {
    basis_points: u16,
}

impl TaxRate {
    /// Kustom accepts rates up to 100 %.
    pub const MAX: Self = Self { basis_points: 10_000 };

    pub fn from_basis_points(basis_points: u16) -> Option<Self> {
        (basis_points <= Self::MAX.basis_points).then_some(Self { basis_points })
    }

    pub fn basis_points(self) -> u16 {
        self.basis_points
    }

    /// The tax contained in an amount that includes it, rounded half away from zero.
    pub fn tax_included_in(self, total: Money) -> Money {
        let rate = i128::from(self.basis_points);
        self.rounded(total, rate, 10_000 + rate)
    }

    /// The tax that comes on top of an amount without it, rounded half away from zero.
    pub fn tax_on_top_of(self, total: Money) -> Money {
        self.rounded(total, i128::from(self.basis_points), 10_000)
    }

    fn rounded(self, total: Money, numerator: i128, denominator: i128) -> Money {
        let exact = i128::from(total.amount_minor) * numerator;
        let rounded = divide_half_away_from_zero(exact, denominator);
        let amount_minor = i64::try_from(rounded).expect("a tax is never larger than its amount");
        Money {
            amount_minor,
            ..total
        }
    }
}

impl TryFrom<u16> for TaxRate {
    type Error = String;

    fn try_from(basis_points: u16) -> Result<Self, Self::Error> {
        Self::from_basis_points(basis_points)
            .ok_or_else(|| format!("{basis_points} basis points are more than 100 %"))
    }
}

impl From<TaxRate> for u16 {
    fn from(rate: TaxRate) -> Self {
        rate.basis_points
    }
}

/// Divides and rounds the way Kustom's worked examples do: 66.5 becomes 67 and -66.5 becomes -67.
fn divide_half_away_from_zero(numerator: i128, denominator: i128) -> i128 {
    let doubled = numerator.abs() * 2 + denominator;
    doubled.div_euclid(denominator * 2) * numerator.signum()
}

#[cfg(test)]
mod tests;
