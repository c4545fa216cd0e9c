//! Country, currency and locale.
//!
//! Sources: <https://docs.kustom.co/contents/checkout/use-cases/selling-to-multiple-countries> and
//! <https://docs.kustom.co/contents/checkout/additional-resources/available-languages>. An unknown language falls back
//! to English; only bad syntax is refused.

use super::Finding;
use iso_currency::Currency;
use kustom_api::CheckoutOrder;

/// The countries with local payment methods, and the only currency of each.
const CORE_COUNTRIES: &[(&str, &str)] = &[
    ("AT", "EUR"),
    ("BE", "EUR"),
    ("CH", "CHF"),
    ("DE", "EUR"),
    ("DK", "DKK"),
    ("ES", "EUR"),
    ("FI", "EUR"),
    ("FR", "EUR"),
    ("GB", "GBP"),
    ("NL", "EUR"),
    ("NO", "NOK"),
    ("PL", "PLN"),
    ("SE", "SEK"),
    ("US", "USD"),
];

/// Kustom's own examples use either case.
pub(super) fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

pub(super) fn is_currency_code(text: &str) -> bool {
    text.len() == 3 && Currency::from_code(&text.to_ascii_uppercase()).is_some()
}

/// `^[A-Za-z]{2}(?:-[A-Za-z]{2})*$`, the schema's own pattern.
pub(super) fn is_locale(text: &str) -> bool {
    text.split('-').all(is_country)
}

pub(super) fn check_currency(order: &CheckoutOrder, findings: &mut Vec<Finding>) {
    let (Some(country), Some(currency)) = (&order.purchase_country, &order.purchase_currency) else {
        return;
    };
    let fitting = CORE_COUNTRIES
        .iter()
        .find(|(core, _)| core.eq_ignore_ascii_case(country));
    if let Some((core, fitting)) = fitting
        && !fitting.eq_ignore_ascii_case(currency)
    {
        findings.push(Finding::new(
            "purchase_currency",
            format!("{core} is sold to in {fitting}"),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locales_are_checked_by_syntax_only() {
        for good in ["sv", "sv-SE", "SV-se", "zh-CN", "xx"] {
            assert!(is_locale(good), "{good}");
        }
        for bad in ["", "s", "sv_SE", "sv-", "swe", "sv-SWE", "s1"] {
            assert!(!is_locale(bad), "{bad}");
        }
    }

    #[test]
    fn a_currency_must_exist() {
        assert!(is_currency_code("SEK") && is_currency_code("eur"));
        assert!(!is_currency_code("SEKK") && !is_currency_code("QQQ"));
    }

    #[test]
    fn core_countries_have_one_currency_and_others_any() {
        let refused = |country: &str, currency: &str| {
            let order = CheckoutOrder {
                purchase_country: Some(country.to_owned()),
                purchase_currency: Some(currency.to_owned()),
                ..CheckoutOrder::default()
            };
            let mut findings = Vec::new();
            check_currency(&order, &mut findings);
            !findings.is_empty()
        };
        assert!(!refused("SE", "SEK") && !refused("se", "sek") && !refused("JP", "USD"));
        assert!(refused("SE", "EUR") && refused("gb", "EUR") && refused("CH", "EUR"));
    }
}
