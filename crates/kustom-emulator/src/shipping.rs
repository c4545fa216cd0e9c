//! The shipping option chosen inside the iframe, and what it adds to the order.
//!
//! The merchant sends the order without shipping. Without a `shipping_option_update` callback Kustom adjusts the cost
//! itself; that it does so by a `shipping_fee` line is what plugins look for first, not documented.
//! Source: <https://docs.kustom.co/contents/checkout/additional-resources/server-side-callbacks>.

use crate::order::LARGEST_NUMBER;
use crate::strictness::ChosenShipping;
use crate::validation::order_tax;
use kustom_api::{CheckoutOrder, LineType, OrderLine, ShippingOption};

/// The option that the form shows as chosen: the customer's, else the preselected one, else the first.
pub(crate) fn shown_option(order: &CheckoutOrder) -> Option<&ShippingOption> {
    let options = order.shipping_options.as_deref()?;
    order
        .selected_shipping_option
        .as_ref()
        .or_else(|| options.iter().find(|option| option.preselected == Some(true)))
        .or_else(|| options.first())
}

/// Chooses an option by its id. `false` when the order offers no such option.
pub(crate) fn select(order: &mut CheckoutOrder, id: &str, way: ChosenShipping) -> bool {
    let offered = order.shipping_options.as_deref().unwrap_or_default();
    let Some(option) = offered.iter().find(|option| option.id == id).cloned() else {
        return false;
    };
    if let Some(earlier) = order.selected_shipping_option.take() {
        remove_fee(order, &earlier);
    }
    remove_fee(order, &option);
    match way {
        ChosenShipping::FeeLine => add_fee(order, &option),
        ChosenShipping::AmountsOnly => sum_up(order, option.price, option.tax_amount),
    }
    order.selected_shipping_option = Some(option);
    true
}

/// After a merchant's update the customer's choice stays when it is still offered, at today's price. A merchant who wants to
/// be asked about the choice has the last word on what it costs: lines that charge for shipping already are left as they are.
pub(crate) fn keep_selection(order: &mut CheckoutOrder, way: ChosenShipping) {
    let Some(selected) = order.selected_shipping_option.clone() else {
        return;
    };
    let offered = order.shipping_options.as_deref().unwrap_or_default();
    if let Some(option) = offered.iter().find(|option| option.id == selected.id)
        && merchant_charges_for_shipping(order)
    {
        order.selected_shipping_option = Some(option.clone());
        return;
    }
    if !select(order, &selected.id, way) {
        match way {
            ChosenShipping::FeeLine => remove_fee(order, &selected),
            ChosenShipping::AmountsOnly => sum_up(order, 0, 0),
        }
        order.selected_shipping_option = None;
    }
}

/// The same, but a line that charges for the choice is the merchant's own price and stays.
pub(crate) fn keep_charged_selection(order: &mut CheckoutOrder, way: ChosenShipping) {
    let Some(selected) = &order.selected_shipping_option else {
        return;
    };
    let lines = order.order_lines.as_deref().unwrap_or_default();
    let offered = order.shipping_options.as_deref().unwrap_or_default();
    let today = offered.iter().find(|option| option.id == selected.id).cloned();
    match today.filter(|_| lines.iter().any(|line| is_fee_of(line, selected))) {
        Some(today) => order.selected_shipping_option = Some(today),
        None => keep_selection(order, way),
    }
}

/// Takes the fee of a way to ship out, also when the merchant sent it back among its own lines.
fn remove_fee(order: &mut CheckoutOrder, option: &ShippingOption) {
    let lines = order.order_lines.get_or_insert_default();
    let Some(index) = lines.iter().position(|line| is_fee_of(line, option)) else {
        return;
    };
    let fee = lines.remove(index);
    change_totals(
        order,
        fee.total_amount.saturating_neg(),
        fee.total_tax_amount.saturating_neg(),
    );
}

fn merchant_charges_for_shipping(order: &CheckoutOrder) -> bool {
    let urls = order.merchant_urls.as_ref();
    let is_asked = urls.is_some_and(|urls| urls.shipping_option_update.is_some());
    let mut lines = order.order_lines.iter().flatten();
    is_asked && lines.any(|line| line.line_type == Some(LineType::ShippingFee))
}

fn is_fee_of(line: &OrderLine, option: &ShippingOption) -> bool {
    line.line_type == Some(LineType::ShippingFee) && line.reference.as_deref() == Some(&option.id)
}

fn add_fee(order: &mut CheckoutOrder, option: &ShippingOption) {
    order.order_lines.get_or_insert_default().push(OrderLine {
        line_type: Some(LineType::ShippingFee),
        reference: Some(option.id.clone()),
        name: option.name.clone(),
        quantity: 1,
        unit_price: option.price,
        tax_rate: option.tax_rate,
        total_amount: option.price,
        total_tax_amount: option.tax_amount,
        ..OrderLine::default()
    });
    change_totals(order, option.price, option.tax_amount);
}

/// Shipping that no line shows: the amounts are those of the lines and of it.
fn sum_up(order: &mut CheckoutOrder, price: i64, tax: i64) {
    let lines = order.order_lines.as_deref().unwrap_or_default();
    let total = lines.iter().map(|line| line.total_amount);
    let total_tax = lines.iter().map(order_tax);
    order.order_amount = Some(bounded_sum(total.chain([price])));
    order.order_tax_amount = Some(bounded_sum(total_tax.chain([tax])));
}

fn change_totals(order: &mut CheckoutOrder, amount: i64, tax: i64) {
    order.order_amount = Some(bounded_sum([order.order_amount.unwrap_or(0), amount]));
    order.order_tax_amount = Some(bounded_sum([order.order_tax_amount.unwrap_or(0), tax]));
}

/// Where sums are not checked, lines and amounts need not fit each other. Even then no amount is one that no order can have.
fn bounded_sum(amounts: impl IntoIterator<Item = i64>) -> i64 {
    let sum = amounts.into_iter().fold(0, i64::saturating_add);
    sum.clamp(-LARGEST_NUMBER, LARGEST_NUMBER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(id: &str, price: i64) -> ShippingOption {
        ShippingOption {
            id: id.to_owned(),
            name: format!("By {id}"),
            price,
            tax_amount: price / 5,
            tax_rate: 2500,
            ..ShippingOption::default()
        }
    }

    fn order(options: Vec<ShippingOption>) -> CheckoutOrder {
        CheckoutOrder {
            order_amount: Some(10_000),
            order_tax_amount: Some(2000),
            order_lines: Some(vec![OrderLine::default()]),
            shipping_options: Some(options),
            ..CheckoutOrder::default()
        }
    }

    fn totals(order: &CheckoutOrder) -> (i64, i64, usize) {
        let lines = order.order_lines.as_ref().unwrap().len();
        (
            order.order_amount.unwrap(),
            order.order_tax_amount.unwrap(),
            lines,
        )
    }

    #[test]
    fn choosing_again_replaces_the_earlier_fee() {
        let mut order = order(vec![option("post", 4900), option("home", 9900)]);
        assert!(select(&mut order, "post", ChosenShipping::FeeLine));
        assert_eq!(totals(&order), (14_900, 2980, 2));
        assert!(select(&mut order, "home", ChosenShipping::FeeLine));
        assert_eq!(totals(&order), (19_900, 3980, 2));
        assert!(!select(&mut order, "drone", ChosenShipping::FeeLine));
        assert_eq!(totals(&order), (19_900, 3980, 2));
    }

    #[test]
    fn an_update_keeps_the_choice_at_the_new_price() {
        let mut chosen = order(vec![option("post", 4900)]);
        select(&mut chosen, "post", ChosenShipping::FeeLine);
        let mut updated = order(vec![option("post", 2900)]);
        updated.selected_shipping_option = chosen.selected_shipping_option.clone();
        keep_selection(&mut updated, ChosenShipping::FeeLine);
        assert_eq!(totals(&updated), (12_900, 2580, 2));
        assert_eq!(updated.selected_shipping_option.unwrap().price, 2900);
    }

    #[test]
    fn an_update_that_echoes_the_fee_line_does_not_charge_it_twice() {
        let mut order = order(vec![option("post", 4900)]);
        select(&mut order, "post", ChosenShipping::FeeLine);
        keep_selection(&mut order, ChosenShipping::FeeLine);
        assert_eq!(totals(&order), (14_900, 2980, 2));
    }

    #[test]
    fn a_choice_that_is_no_longer_offered_is_dropped_with_its_fee() {
        let mut order = order(vec![option("post", 4900)]);
        select(&mut order, "post", ChosenShipping::FeeLine);
        order.shipping_options = Some(vec![]);
        keep_selection(&mut order, ChosenShipping::FeeLine);
        assert_eq!(totals(&order), (10_000, 2000, 1));
        assert_eq!(order.selected_shipping_option, None);
    }

    #[test]
    fn a_fee_of_any_size_leaves_amounts_that_an_order_can_have() {
        for amount in [i64::MIN, -LARGEST_NUMBER, LARGEST_NUMBER, i64::MAX] {
            for way in [ChosenShipping::FeeLine, ChosenShipping::AmountsOnly] {
                let mut order = order(vec![option("post", 4900)]);
                let fee = OrderLine {
                    line_type: Some(LineType::ShippingFee),
                    reference: Some("post".to_owned()),
                    total_amount: amount,
                    total_tax_amount: amount,
                    ..OrderLine::default()
                };
                order.order_lines = Some(vec![fee.clone(), fee.clone(), fee]);
                order.order_amount = Some(LARGEST_NUMBER);
                assert!(select(&mut order, "post", way));
                let (total, tax, _) = totals(&order);
                let possible = -LARGEST_NUMBER..=LARGEST_NUMBER;
                assert!(possible.contains(&total) && possible.contains(&tax), "{amount}");
            }
        }
    }

    #[test]
    fn the_form_shows_the_preselected_option_first() {
        let preselected = ShippingOption {
            preselected: Some(true),
            ..option("home", 1)
        };
        let mut order = order(vec![option("post", 1), preselected]);
        assert_eq!(shown_option(&order).unwrap().id, "home");
        select(&mut order, "post", ChosenShipping::FeeLine);
        assert_eq!(shown_option(&order).unwrap().id, "post");
    }
}
