//! The merchant's own checkboxes in the form, and what the shopper answered to them.
//!
//! `options.additional_checkbox` is one without an id, `options.additional_checkboxes` are several with one. A required
//! one that is not ticked blocks the purchase; the answers are read from `merchant_requested`. Source:
//! <https://docs.kustom.co/contents/api/checkout>, `options` and `merchant_requested`. Inferred: the single one goes by the
//! key `additional_checkbox` in the browser's event, too.

use crate::refusal::PurchaseRefusal;
use kustom_api::{AdditionalCheckbox, CheckoutOrder, MerchantRequested};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// The key of the one that has no id.
const SINGLE: &str = "additional_checkbox";

/// One checkbox as the form shows it.
#[derive(Serialize)]
pub(crate) struct Shown<'a> {
    pub(crate) key: &'a str,
    text: &'a str,
    checked: bool,
    required: bool,
}

/// All checkboxes of an order, in the order in which they are shown.
pub(crate) fn shown(order: &CheckoutOrder) -> Vec<Shown<'_>> {
    let options = order.options.as_ref();
    let single = options.and_then(|options| options.additional_checkbox.as_ref());
    let listed = options.and_then(|options| options.additional_checkboxes.as_ref());
    let single = single.into_iter().map(|checkbox| (SINGLE, checkbox));
    let listed = listed
        .into_iter()
        .flatten()
        .map(|checkbox| (checkbox.id.as_deref().unwrap_or_default(), checkbox));
    single
        .chain(listed)
        .map(|(key, checkbox)| Shown::of(key, checkbox))
        .collect()
}

impl<'a> Shown<'a> {
    fn of(key: &'a str, checkbox: &'a AdditionalCheckbox) -> Self {
        Self {
            key,
            text: &checkbox.text,
            checked: checkbox.checked,
            required: checkbox.required,
        }
    }

    /// What counts without a word from the shopper is what is shown; somebody who buys has ticked what is required.
    fn answer(&self, said: Option<&BTreeMap<String, bool>>) -> bool {
        match said {
            Some(said) => said.get(self.key).copied().unwrap_or(self.checked),
            None => self.checked || self.required,
        }
    }
}

/// The answers as the merchant reads them. `None` where nothing was asked.
pub(crate) fn answered(
    order: &CheckoutOrder,
    said: Option<&BTreeMap<String, bool>>,
) -> Result<Option<MerchantRequested>, PurchaseRefusal> {
    let shown = shown(order);
    if shown
        .iter()
        .any(|checkbox| checkbox.required && !checkbox.answer(said))
    {
        return Err(PurchaseRefusal::Incomplete {
            fields: vec!["merchant_requested"],
        });
    }
    let (single, listed): (Vec<_>, Vec<_>) = shown.iter().partition(|checkbox| checkbox.key == SINGLE);
    if shown.is_empty() {
        return Ok(None);
    }
    let entries: Vec<_> = listed
        .iter()
        .map(|checkbox| json!({ "id": checkbox.key, "checked": checkbox.answer(said) }))
        .collect();
    Ok(Some(MerchantRequested {
        additional_checkbox: single.first().map(|checkbox| checkbox.answer(said)),
        additional_checkboxes: (!entries.is_empty()).then_some(entries),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kustom_api::CheckoutOptions;

    fn order() -> CheckoutOrder {
        let checkbox = |id: Option<&str>, checked, required| AdditionalCheckbox {
            id: id.map(str::to_owned),
            text: "Yes".to_owned(),
            checked,
            required,
        };
        CheckoutOrder {
            options: Some(CheckoutOptions {
                additional_checkbox: Some(checkbox(None, true, false)),
                additional_checkboxes: Some(vec![
                    checkbox(Some("age"), false, true),
                    checkbox(Some("news"), false, false),
                ]),
                ..CheckoutOptions::default()
            }),
            ..CheckoutOrder::default()
        }
    }

    #[test]
    fn a_required_checkbox_that_is_not_ticked_blocks_the_purchase() {
        let said = BTreeMap::from([("news".to_owned(), true)]);
        let refused = answered(&order(), Some(&said));
        assert!(
            matches!(refused, Err(PurchaseRefusal::Incomplete { fields }) if fields == ["merchant_requested"])
        );
    }

    #[test]
    fn the_answers_are_told_to_the_merchant_by_id() {
        let said = BTreeMap::from([
            ("age".to_owned(), true),
            ("additional_checkbox".to_owned(), false),
        ]);
        let told = answered(&order(), Some(&said)).unwrap().unwrap();
        assert_eq!(told.additional_checkbox, Some(false));
        let listed = told.additional_checkboxes.unwrap();
        assert_eq!(
            listed,
            [
                json!({ "id": "age", "checked": true }),
                json!({ "id": "news", "checked": false })
            ]
        );
    }

    #[test]
    fn who_buys_without_a_word_has_ticked_what_is_required() {
        let told = answered(&order(), None).unwrap().unwrap();
        assert_eq!(told.additional_checkbox, Some(true));
        assert_eq!(told.additional_checkboxes.unwrap()[0]["checked"], true);
        assert_eq!(answered(&CheckoutOrder::default(), None), Ok(None));
    }
}
