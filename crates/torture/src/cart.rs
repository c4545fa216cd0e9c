//! A cart as the public API shows it, read from JSON by somebody who has none of the server's types.

use anyhow::{Context as _, Result, bail};
use serde_json::{Number, Value};

/// Minor units. The demo's currencies all have two decimals.
pub(crate) type Amount = i64;

const DECIMALS: usize = 2;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cart {
    pub(crate) is_open: bool,
    pub(crate) is_completed: bool,
    /// Empty until there is an order.
    pub(crate) order_number: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) to_pay: Amount,
    pub(crate) kustom_order_id: Option<String>,
    /// Whether Kustom holds what the cart shows, as far as the cart says.
    pub(crate) is_synced: bool,
    /// By which Kustom order it was paid, and what.
    pub(crate) payments: Vec<(String, Amount)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) item_id: String,
    pub(crate) product: String,
    pub(crate) quantity: u64,
}

impl Cart {
    pub(crate) fn read(body: &Value) -> Result<Self> {
        let cart = Self::try_read(body);
        cart.with_context(|| format!("no cart that can be read: {body}"))
    }

    fn try_read(body: &Value) -> Result<Self> {
        let state = text(&body["cartState"])?;
        let tax_on_top = match body["taxIncluded"].as_bool().context("taxIncluded")? {
            true => 0,
            false => amount(&body["orderTaxTotal"])?,
        };
        let fields = &body["fields"];
        let (pending, synced) = (&fields["kustomPendingHash"], &fields["kustomSyncHash"]);
        let payments = list(&body["payments"])?.iter();
        Ok(Self {
            is_open: state == "open",
            is_completed: state == "completed",
            order_number: text(&body["orderNumber"])?,
            lines: list(&body["items"])?
                .iter()
                .map(Line::read)
                .collect::<Result<_>>()?,
            to_pay: amount(&body["orderTotal"])? + tax_on_top,
            kustom_order_id: fields["kustomOrderId"].as_str().map(str::to_owned),
            is_synced: pending.is_null() || pending == synced,
            payments: payments
                .map(|payment| Ok((text(&payment["reference"])?, amount(&payment["amount"])?)))
                .collect::<Result<_>>()?,
        })
    }
}

impl Line {
    fn read(item: &Value) -> Result<Self> {
        Ok(Self {
            item_id: text(&item["cartItemId"])?,
            product: text(&item["productNumber"])?,
            quantity: item["quantity"].as_u64().context("quantity")?,
        })
    }
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().context("a text is missing")?.to_owned())
}

fn list(value: &Value) -> Result<&Vec<Value>> {
    value.as_array().context("a list is missing")
}

fn amount(value: &Value) -> Result<Amount> {
    match value {
        Value::Number(number) => minor_units(number),
        _ => bail!("an amount is missing"),
    }
}

/// By its digits: 84.9 is 8490, without a float in between.
fn minor_units(number: &Number) -> Result<Amount> {
    let text = number.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    if decimals.len() > DECIMALS && decimals != "0" {
        bail!("{text} has too many decimals");
    }
    let decimals = decimals.get(..DECIMALS).unwrap_or(decimals);
    format!("{whole}{decimals:0<DECIMALS$}")
        .parse()
        .with_context(|| format!("{text} is no amount"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_are_read_by_their_digits() {
        for (written, expected) in [
            (json!(1299), 129_900),
            (json!(84.9), 8490),
            (json!(0.05), 5),
            (json!(99.0), 9900),
            (json!(-1.5), -150),
        ] {
            assert_eq!(amount(&written).unwrap(), expected, "{written}");
        }
        assert!(amount(&json!(0.005)).is_err());
        assert!(amount(&json!("1")).is_err());
    }

    #[test]
    fn a_cart_is_in_sync_when_nothing_is_pending() {
        let cart = |fields: Value| {
            let body = json!({
                "cartState": "open", "taxIncluded": false, "orderNumber": "", "items": [], "payments": [],
                "orderTotal": 10, "orderTaxTotal": 2.5, "fields": fields,
            });
            Cart::read(&body).unwrap()
        };
        assert_eq!(cart(json!({})).to_pay, 1250);
        assert!(cart(json!({ "kustomSyncHash": "a" })).is_synced);
        assert!(cart(json!({ "kustomSyncHash": "a", "kustomPendingHash": "a" })).is_synced);
        assert!(!cart(json!({ "kustomSyncHash": "a", "kustomPendingHash": "b" })).is_synced);
    }
}
