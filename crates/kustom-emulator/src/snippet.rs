//! The `html_snippet` that a shop puts into its page.
//!
//! Its anatomy is Kustom's, its markup is our own: a container with the documented id, one inline script that installs
//! `window._klarnaCheckout` as a queue and loads the bootstrap, and a note for browsers without scripts. Shops insert
//! it with `innerHTML` and create the script anew, so the script finds its container by itself.

use crate::order::Order;
use serde_json::json;

pub(crate) fn html(order: &Order, base_url: &str) -> String {
    let settings = json!({
        "BANK_SRC": format!("{base_url}/browser/bank"),
        "BOOTSTRAP_SRC": format!("{base_url}/browser/checkout.bootstrap.js"),
        "IFRAME_SRC": format!("{base_url}/browser/checkout"),
        "LOCALE": order.checkout.locale,
        "ORDER_ID": order.id,
        "ORDER_STATUS": order.checkout.status,
        "TESTDRIVE": true,
        "TOKEN": order.browser_token,
    });
    include_str!("../assets/snippet.html")
        .replace("{{settings}}", &script_safe(&settings.to_string()))
        .trim()
        .to_owned()
}

/// A value must not be able to end the script element that it stands in.
fn script_safe(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_end_the_script() {
        assert_eq!(script_safe(r#"{"a":"</script>"}"#), r#"{"a":"\u003c/script>"}"#);
    }

    #[test]
    fn the_template_has_one_container_and_one_inline_script() {
        let template = include_str!("../assets/snippet.html");
        assert!(template.starts_with(r#"<div id="klarna-checkout-container" style="overflow: hidden;">"#));
        assert_eq!(template.matches("<script").count(), 1);
        assert_eq!(template.matches("{{settings}}").count(), 1);
        assert!(template.contains("<noscript>"));
    }
}
