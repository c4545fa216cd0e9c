use super::*;
use proptest::prelude::*;

fn sek(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::from_code("SEK").unwrap())
}

fn rate(basis_points: u16) -> TaxRate {
    TaxRate::from_basis_points(basis_points).unwrap()
}

#[test]
fn included_tax_agrees_with_worked_examples() {
    let rows = [
        (50_000, 1000, 4545),
        (25_000, 2500, 5000),
        (-1000, 2500, -200),
        (9900, 2500, 1980),
        (333, 2500, 67),
        (59_500, 2000, 9917),
        (12_000, 1200, 1286),
        (5100, 1200, 546),
        (40_720, 0, 0),
    ];
    for (total, basis_points, tax) in rows {
        assert_eq!(
            rate(basis_points).tax_included_in(sek(total)),
            sek(tax),
            "{total} at {basis_points}"
        );
    }
}

#[test]
fn tax_on_top_rounds_half_away_from_zero() {
    for (total, basis_points, tax) in [(100, 2500, 25), (2, 2500, 1), (-2, 2500, -1), (23_491, 600, 1409)] {
        assert_eq!(
            rate(basis_points).tax_on_top_of(sek(total)),
            sek(tax),
            "{total} at {basis_points}"
        );
    }
}

#[test]
fn major_units_are_exact_decimals() {
    for (amount, text) in [
        (40_720, "407.2"),
        (40_701, "407.01"),
        (40_700, "407"),
        (5, "0.05"),
        (-50, "-0.5"),
    ] {
        assert_eq!(sek(amount).to_major_units(), text);
    }
    let yen = Currency::from_code("JPY").unwrap();
    assert_eq!(Money::new(407, yen).to_major_units(), "407");
    let dinar = Currency::from_code("KWD").unwrap();
    assert_eq!(Money::new(1005, dinar).to_major_units(), "1.005");
}

#[test]
fn currencies_never_mix_and_sums_never_wrap() {
    let euro = Money::new(1, Currency::from_code("EUR").unwrap());
    assert!(matches!(
        sek(1).plus(euro),
        Err(MoneyError::CurrencyMismatch { .. })
    ));
    assert_eq!(sek(i64::MAX).plus(sek(1)), Err(MoneyError::Overflow));
    assert_eq!(sek(i64::MAX).times(2), Err(MoneyError::Overflow));
}

#[test]
fn funds_and_superseded_currencies_are_refused() {
    for code in ["XYZ", "CHE", "HRK", "sek", ""] {
        assert!(Currency::from_code(code).is_none(), "{code}");
    }
}

#[test]
fn a_stored_rate_has_the_limits_of_a_new_one() {
    assert_eq!(serde_json::from_str::<TaxRate>("2500").unwrap(), rate(2500));
    assert_eq!(serde_json::to_string(&rate(2500)).unwrap(), "2500");
    for text in ["10001", "65535", "-1", "25.5"] {
        assert!(serde_json::from_str::<TaxRate>(text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn included_tax_is_within_half_a_unit(total in 0_i64..200_000_000, basis_points in 0_u16..=10_000) {
        let tax = i128::from(rate(basis_points).tax_included_in(sek(total)).amount_minor());
        let denominator = 10_000 + i128::from(basis_points);
        let error = (tax * denominator - i128::from(total) * i128::from(basis_points)).abs();
        prop_assert!(error * 2 <= denominator);
    }

    #[test]
    fn stored_amounts_are_read_back(amount in any::<i64>()) {
        let stored = serde_json::to_string(&sek(amount)).unwrap();
        prop_assert_eq!(serde_json::from_str::<Money>(&stored).unwrap(), sek(amount));
    }
}

#[test]
fn the_smaller_amount_is_taken_and_currencies_are_not_compared() {
    assert_eq!(sek(5).at_most(sek(3)), sek(3));
    assert_eq!(sek(3).at_most(sek(5)), sek(3));
    let euro = Money::new(1, Currency::from_code("EUR").unwrap());
    assert_eq!(sek(3).at_most(euro), sek(3));
}

#[test]
fn amounts_are_logged_with_their_currency() {
    assert_eq!(format!("{:?} {:?}", sek(5).currency(), sek(-5)), "SEK SEK -5");
    assert_eq!(sek(0).to_major_units(), "0");
}
