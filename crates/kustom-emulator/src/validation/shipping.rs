//! Shipping that would be charged twice: as a line and as an option in the iframe.

use super::Finding;
use crate::strictness::{ShippingFeeBesideOptions, Strictness};
use kustom_api::{CheckoutOrder, LineType};

/// The fee of what was chosen in the iframe is no such line: it is sent back by merchants who read the order before.
pub(super) fn check_fee(order: &CheckoutOrder, strictness: &Strictness, findings: &mut Vec<Finding>) {
    let offers_options = order
        .shipping_options
        .as_ref()
        .is_some_and(|options| !options.is_empty());
    if strictness.shipping_fee_beside_options == ShippingFeeBesideOptions::Charged || !offers_options {
        return;
    }
    let chosen = order
        .selected_shipping_option
        .as_ref()
        .map(|option| option.id.as_str());
    for (index, line) in order.order_lines.iter().flatten().enumerate() {
        let is_fee = line.line_type == Some(LineType::ShippingFee);
        if is_fee && (chosen.is_none() || line.reference.as_deref() != chosen) {
            let path = format!("order_lines[{index}].type");
            findings.push(Finding::new(
                path,
                "shipping is charged by shipping_options already",
            ));
        }
    }
}
