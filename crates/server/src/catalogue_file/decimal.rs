//! Decimal text as whole minor units. Nothing is rounded: what does not fit exactly is refused.

use super::CatalogueProblem;
use kassa_commerce::money::Currency;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// The largest total that Kustom takes. A price above it could not be sold once.
const MAX_AMOUNT_MINOR: i64 = 200_000_000;

/// A percentage has two decimals at most: `5.5` is 550 basis points.
const RATE_DECIMALS: u32 = 2;

pub(super) fn amount_minor(text: &str, currency: Currency) -> Result<i64, CatalogueProblem> {
    let not_an_amount = || CatalogueProblem::NotAnAmount(text.to_owned());
    let amount = plain_decimal(text).ok_or_else(not_an_amount)?;
    if amount.normalize().scale() > currency.exponent() {
        return Err(CatalogueProblem::TooManyDecimals {
            text: text.to_owned(),
            currency,
        });
    }
    shifted(amount, currency.exponent())
        .filter(|amount_minor| *amount_minor <= MAX_AMOUNT_MINOR)
        .ok_or_else(not_an_amount)
}

pub(super) fn basis_points(percent: &str) -> Option<u16> {
    shifted(plain_decimal(percent)?, RATE_DECIMALS).and_then(|points| u16::try_from(points).ok())
}

/// Digits with at most one point in between. The library also takes signs, underscores and `.5`.
fn plain_decimal(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

/// The whole number that remains when the point moves right; `None` if some decimals are left over.
fn shifted(amount: Decimal, places: u32) -> Option<i64> {
    let moved = amount.checked_mul(Decimal::from(10_u64.pow(places)))?;
    moved.is_integer().then(|| moved.to_i64()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sek() -> Currency {
        Currency::from_code("SEK").unwrap()
    }

    #[test]
    fn amounts_become_minor_units_of_their_currency() {
        for (text, amount) in [
            ("1299.00", 129_900),
            ("84.9", 8490),
            ("100", 10_000),
            ("0", 0),
            ("1.500", 150),
        ] {
            assert_eq!(amount_minor(text, sek()), Ok(amount), "{text}");
        }
        let yen = Currency::from_code("JPY").unwrap();
        assert_eq!(amount_minor("407", yen), Ok(407));
        let dinar = Currency::from_code("KWD").unwrap();
        assert_eq!(amount_minor("1.005", dinar), Ok(1005));
        assert!(matches!(
            amount_minor("0.5", yen),
            Err(CatalogueProblem::TooManyDecimals { .. })
        ));
        assert!(matches!(
            amount_minor("1.005", sek()),
            Err(CatalogueProblem::TooManyDecimals { .. })
        ));
    }

    #[test]
    fn what_is_no_plain_amount_is_refused() {
        let too_long = "9".repeat(40);
        for text in [
            "",
            "-1",
            "+1",
            "1,50",
            "1 000",
            "1_000",
            ".5",
            "5.",
            "1e3",
            "NaN",
            "2000000.01",
            &too_long,
        ] {
            let refused = Err(CatalogueProblem::NotAnAmount(text.to_owned()));
            assert_eq!(amount_minor(text, sek()), refused, "{text}");
        }
    }

    #[test]
    fn percentages_become_basis_points() {
        for (text, points) in [
            ("25", Some(2500)),
            ("5.5", Some(550)),
            ("0", Some(0)),
            ("7.70", Some(770)),
        ] {
            assert_eq!(basis_points(text), points, "{text}");
        }
        for text in ["25%", "-1", "1.234", "1000", "", "25,5"] {
            assert_eq!(basis_points(text), None, "{text}");
        }
    }
}
