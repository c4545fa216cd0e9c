//! The arithmetic that Kustom checks on an order.
//!
//! Sums are exact and a line's tax may differ by one minor unit from the tax that its rate gives. Source: the
//! `order_lines` schema at <https://docs.kustom.co/contents/api/checkout>. An older revision let a line's total
//! differ by its quantity; the current one states equality, and so do we.

use super::Finding;
use crate::strictness::{ChosenShipping, LineReference, LineTotal, Strictness, SumOfLines, SumOfTaxes};
use kustom_api::{CheckoutOrder, OrderLine};

/// Tax rates are percent times one hundred, so this stands for 100 %.
const ONE: i128 = 10_000;

pub(crate) fn check_line(line: &OrderLine, path: &str, strictness: &Strictness, findings: &mut Vec<Finding>) {
    let discount = i128::from(line.total_discount_amount.unwrap_or(0));
    let total = i128::from(line.quantity) * i128::from(line.unit_price) - discount;
    let tolerance = match strictness.line_total {
        LineTotal::Exact => 0,
        LineTotal::WithinQuantity => i128::from(line.quantity),
    };
    if (i128::from(line.total_amount) - total).abs() > tolerance {
        let reason = format!("quantity * unit_price - total_discount_amount is {total}");
        findings.push(Finding::new(format!("{path}.total_amount"), reason));
    }
    if !tax_fits(line.total_amount, line.tax_rate, line.total_tax_amount) {
        let reason = format!(
            "must be within 1 of {} * {} / (10000 + {})",
            line.total_amount, line.tax_rate, line.tax_rate
        );
        findings.push(Finding::new(format!("{path}.total_tax_amount"), reason));
    }
    let length = line
        .reference
        .as_ref()
        .map_or(0, |reference| reference.chars().count());
    // Beyond the schema's own length it has been refused already.
    if strictness.line_reference == LineReference::Short && (65..=255).contains(&length) {
        let reason = format!("has {length} characters, allowed are 64");
        findings.push(Finding::new(format!("{path}.reference"), reason));
    }
}

/// `|tax - total * rate / (1 + rate)| <= 1`, compared with the exact fraction and not with a rounded one.
fn tax_fits(total: i64, rate: i64, tax: i64) -> bool {
    let denominator = ONE + i128::from(rate);
    let scaled_difference = i128::from(tax) * denominator - i128::from(total) * i128::from(rate);
    scaled_difference.abs() <= denominator
}

pub(crate) fn check_totals(order: &CheckoutOrder, strictness: &Strictness) -> Vec<Finding> {
    let lines = order.order_lines.as_deref().unwrap_or_default();
    let total: i128 = lines.iter().map(|line| i128::from(line.total_amount)).sum();
    let tax: i128 = lines.iter().map(|line| i128::from(order_tax(line))).sum();
    let shipping = unwritten_shipping(order, strictness);
    let mut findings = Vec::new();
    let is_checked = strictness.order_amount == SumOfLines::Exact;
    // A total that is missing has been reported as missing.
    if is_checked
        && order
            .order_amount
            .is_some_and(|amount| !fits(amount, total, shipping.0, 0))
    {
        let reason = format!("the lines sum up to {total}");
        findings.push(Finding::new("order_amount", reason));
    }
    let tolerance = match strictness.order_tax_amount {
        SumOfTaxes::Exact => Some(0),
        SumOfTaxes::WithinLines => i128::try_from(lines.len()).ok(),
        SumOfTaxes::Unchecked => None,
    };
    if let Some(tolerance) = tolerance
        && order
            .order_tax_amount
            .is_some_and(|amount| !fits(amount, tax, shipping.1, tolerance))
    {
        let reason = format!("the lines' tax sums up to {tax}");
        findings.push(Finding::new("order_tax_amount", reason));
    }
    findings
}

fn fits(amount: i64, sum: i128, shipping: i64, tolerance: i128) -> bool {
    let difference = i128::from(amount) - sum;
    [0, i128::from(shipping)]
        .iter()
        .any(|allowed| (difference - allowed).abs() <= tolerance)
}

/// Price and tax of a chosen way to ship that no line shows. A merchant sends the amounts without it or leaves them as they
/// are, with it.
fn unwritten_shipping(order: &CheckoutOrder, strictness: &Strictness) -> (i64, i64) {
    match (&order.selected_shipping_option, strictness.chosen_shipping) {
        (Some(option), ChosenShipping::AmountsOnly) => (option.price, option.tax_amount),
        _ => (0, 0),
    }
}

/// In the American style one `sales_tax` line carries the whole tax as its amount and none as its tax.
pub(crate) fn order_tax(line: &OrderLine) -> i64 {
    match line.line_type {
        Some(kustom_api::LineType::SalesTax) => line.total_amount,
        _ => line.total_tax_amount,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(quantity: i64, unit_price: i64, discount: i64, tax_rate: i64) -> OrderLine {
        let total_amount = quantity * unit_price - discount;
        OrderLine {
            name: "Thing".to_owned(),
            quantity,
            unit_price,
            tax_rate,
            total_amount,
            total_discount_amount: (discount > 0).then_some(discount),
            total_tax_amount: rounded_tax(total_amount, tax_rate),
            ..OrderLine::default()
        }
    }

    /// Half away from zero, as most shops round; any rounding stays within one.
    fn rounded_tax(total: i64, rate: i64) -> i64 {
        let (numerator, denominator) = (total * rate, 10_000 + rate);
        (2 * numerator + numerator.signum() * denominator) / (2 * denominator)
    }

    fn paths(line: &OrderLine) -> Vec<String> {
        let mut findings = Vec::new();
        check_line(line, "l", &Strictness::default(), &mut findings);
        findings.iter().map(Finding::message).collect()
    }

    #[test]
    fn the_documented_examples_are_accepted() {
        let rows = [
            (50_000, 1000, 4545),
            (25_000, 2500, 5000),
            (-1000, 2500, -200),
            (9900, 2500, 1980),
            (333, 2500, 67),
            (59_500, 2000, 9917),
            (12_000, 1200, 1286),
            (5100, 1200, 546),
            (-1000, 0, 0),
        ];
        for (total, rate, tax) in rows {
            assert!(tax_fits(total, rate, tax), "{total} at {rate} is not {tax}");
        }
    }

    #[test]
    fn tax_of_the_net_amount_instead_of_the_gross_amount_is_refused() {
        assert!(!tax_fits(10_000, 2500, 2500));
    }

    #[test]
    fn a_tax_exactly_one_away_is_the_last_one_accepted() {
        assert!(tax_fits(12_500, 2500, 2501));
        assert!(!tax_fits(12_500, 2500, 2502));
        assert!(tax_fits(333, 2500, 66));
        assert!(!tax_fits(333, 2500, 65));
    }

    #[test]
    fn both_mistakes_of_a_line_are_reported() {
        let mut wrong = line(2, 5000, 0, 2500);
        wrong.total_amount = 9999;
        wrong.total_tax_amount = 1;
        assert_eq!(
            paths(&wrong),
            ["Bad value: l.total_amount", "Bad value: l.total_tax_amount"]
        );
    }

    #[test]
    fn the_sales_tax_line_is_the_order_tax() {
        let sales_tax = OrderLine {
            line_type: Some(kustom_api::LineType::SalesTax),
            ..line(1, 800, 0, 0)
        };
        let order = CheckoutOrder {
            order_amount: Some(10_800),
            order_tax_amount: Some(800),
            order_lines: Some(vec![line(1, 10_000, 0, 0), sales_tax]),
            ..CheckoutOrder::default()
        };
        assert_eq!(check_totals(&order, &Strictness::default()), []);
    }

    proptest! {
        #[test]
        fn lines_constructed_right_are_accepted(
            quantity in 0i64..1000, unit_price in -100_000i64..100_000, discount in 0i64..50_000, rate in 0i64..=10_000,
        ) {
            let line = line(quantity, unit_price, discount, rate);
            prop_assert_eq!(paths(&line), Vec::<String>::new());
        }

        #[test]
        fn any_single_amount_changed_is_refused(
            quantity in 1i64..1000, unit_price in 1i64..100_000, discount in 1i64..50_000, rate in 1i64..=10_000,
            member in 0usize..5, change in prop_oneof![-5000i64..=-3, 3i64..=5000],
        ) {
            let mut line = line(quantity, unit_price, discount, rate);
            match member {
                0 => line.quantity += change,
                1 => line.unit_price += change,
                2 => line.total_discount_amount = Some(discount + change),
                3 => line.total_amount += change,
                _ => line.total_tax_amount += change,
            }
            prop_assert_ne!(paths(&line), Vec::<String>::new());
        }

        #[test]
        fn totals_are_the_sums_of_the_lines_and_nothing_else(
            lines in proptest::collection::vec((1i64..9, 1i64..9999, 0i64..=2500), 1..8), change in 1i64..100,
        ) {
            let lines: Vec<OrderLine> = lines.into_iter().map(|(q, p, r)| line(q, p, 0, r)).collect();
            let mut order = CheckoutOrder {
                order_amount: Some(lines.iter().map(|line| line.total_amount).sum()),
                order_tax_amount: Some(lines.iter().map(|line| line.total_tax_amount).sum()),
                order_lines: Some(lines),
                ..CheckoutOrder::default()
            };
            prop_assert_eq!(check_totals(&order, &Strictness::default()), vec![]);
            order.order_amount = order.order_amount.map(|amount| amount + change);
            prop_assert_eq!(check_totals(&order, &Strictness::default()).len(), 1);
            order.order_tax_amount = order.order_tax_amount.map(|tax| tax - change);
            prop_assert_eq!(check_totals(&order, &Strictness::default()).len(), 2);
        }
    }
}
