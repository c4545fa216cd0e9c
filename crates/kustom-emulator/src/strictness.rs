//! Where Kustom's behaviour is not documented or documented twice: which way this emulator takes.
//!
//! Each switch is an enum whose first value is the default. Names and values are those of `GET /_emulator/rules` and of
//! `kassa emulator --rule`; the table with their sources is in `docs/emulator.md`.

use serde::{Deserialize, Serialize};

/// Declares the switches, each with its values, and the struct that has all of them.
macro_rules! switches {
    ($($(#[$doc:meta])* $switch:ident: $type:ident { $default:ident $(, $value:ident)+ $(,)? })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(rename_all = "snake_case")]
            pub enum $type {
                #[default]
                $default,
                $($value,)+
            }
        )+

        /// All switches. The default is as strict as the sources say Kustom is.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Strictness {
            $($(#[$doc])* pub $switch: $type,)+
        }

        /// Every switch with all its values, for the documentation.
        #[cfg(test)]
        pub(crate) fn all_values() -> Vec<(&'static str, Vec<serde_json::Value>)> {
            let named = |value: &dyn Fn() -> serde_json::Value| value();
            vec![$((
                stringify!($switch),
                vec![
                    named(&|| serde_json::json!($type::$default)),
                    $(named(&|| serde_json::json!($type::$value)),)+
                ],
            ),)+]
        }
    };
}

switches! {
    /// `total_amount` of a line. The schema states equality; an earlier revision of it allowed the quantity as deviation.
    line_total: LineTotal { Exact, WithinQuantity }
    /// `order_amount` against the sum of the lines. Equality is what it means; that it is checked exactly is inferred.
    order_amount: SumOfLines { Exact, Unchecked }
    /// `order_tax_amount` against the lines' tax. A sibling product documents one unit per line as tolerance.
    order_tax_amount: SumOfTaxes { Exact, WithinLines, Unchecked }
    /// A line of the type `shipping_fee` beside `shipping_options`: shippers are then paid twice.
    shipping_fee_beside_options: ShippingFeeBesideOptions { Charged, Refused }
    /// How an option chosen in the iframe is charged where the merchant is not asked. Plugins look for the line first.
    chosen_shipping: ChosenShipping { FeeLine, AmountsOnly }
    /// Members that the schema does not have.
    unknown_members: UnknownMembers { Refused, Ignored }
    /// Members that are null. Plugins strip them because calls fail.
    null_members: NullMembers { Refused, Ignored }
    /// Members that only Kustom sets, such as `status`, when they are sent.
    read_only_members: ReadOnlyMembers { Ignored, Refused }
    /// `merchant_urls` on create. The schema does not require it, its description and all examples do.
    merchant_urls: MerchantUrlsOnCreate { Required, Optional }
    /// Which of the four required addresses must differ. Documented is the push; plugins take care that all do.
    distinct_urls: DistinctUrls { Push, All }
    /// Of the callbacks that Kustom makes over https only. Loopback is excused for developers.
    callback_scheme: CallbackScheme { HttpsExceptLoopback, Https, Any }
    /// The length of a line's `reference`: the schema's 255, or the 64 of earlier documentation.
    line_reference: LineReference { Long, Short }
    /// Whether the countries with local payment methods are sold to in their own currency only.
    currency: CurrencyRule { OfCountry, Any }
    /// How `purchase_country` and countries of addresses are written in answers. Documentation has both cases.
    country_case: CountryCase { AsSent, Upper, Lower }
    /// The body of a 401, which is not documented.
    unauthorized_body: UnauthorizedBody { Empty, Error, Gateway }
    /// The body of the checkout API's 404. Plugins saw an empty one.
    gone_body: GoneBody { Empty, Error }
    /// What a call to an aborted order gets.
    aborted_order: AbortedOrder { ReadOnly, Gone }
    /// An answer to the validation that is none of the documented ones, where an approval is not required.
    unusable_approval: UnusableApproval { AsNone, AsRefusal }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_names_every_switch_with_its_values_and_its_default_first() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/emulator.md");
        let text = std::fs::read_to_string(path).unwrap();
        for (switch, values) in all_values() {
            let values: Vec<_> = values
                .iter()
                .map(|value| format!("`{}`", value.as_str().unwrap()))
                .collect();
            let row = format!("| `{switch}` | {} |", values.join(", "));
            assert!(text.contains(&row), "docs/emulator.md has no {row}");
        }
    }

    #[test]
    fn the_defaults_are_the_first_values() {
        let defaults = serde_json::to_value(Strictness::default()).unwrap();
        for (switch, values) in all_values() {
            assert_eq!(defaults[switch], values[0], "{switch}");
        }
    }
}
