//! What the members mean that are derived from tables, in words of ours. Their source is the page of their API:
//! <https://docs.kustom.co/contents/api/checkout>, <https://docs.kustom.co/contents/api/order-management> and
//! <https://docs.kustom.co/contents/api/hosted-payment-page>.

use serde_json::{Map, Value, json};

/// A member in every schema, or in one of them, `Schema.member`, which comes first.
const WORDS: &[(&str, &str)] = &[
    ("additional_checkbox", "A checkbox of your own."),
    (
        "additional_checkboxes",
        "Several of them, with ids; the answers are in `merchant_requested`.",
    ),
    (
        "additional_merchant_terms",
        "Your terms, with links as in Markdown.",
    ),
    (
        "allow_separate_shipping_address",
        "A second address for the goods. On from the start in Germany only.",
    ),
    ("allowed_customer_types", "Who may buy."),
    ("Attachment.body", "JSON in a string: data of your trade."),
    ("auto_capture", "Captures everything together with the purchase."),
    (
        "billing_address",
        "Left out when empty. Ignored in an update once the shopper has typed.",
    ),
    ("shipping_address", "The address of the goods."),
    (
        "billing_countries",
        "Where buyers may live. None is the purchase country.",
    ),
    ("shipping_countries", "Where goods may go."),
    ("captured_amount", "Minor units, with tax."),
    ("checkout", "The page with the form."),
    (
        "confirmation",
        "Where the shopper comes back to after the purchase.",
    ),
    ("country", "ISO 3166-1 alpha-2."),
    (
        "country_change",
        "Asked when the shopper chooses another country. https.",
    ),
    (
        "address_update",
        "Asked when the shopper enters an address. https.",
    ),
    (
        "shipping_option_update",
        "Asked when the shopper chooses a way to ship. https.",
    ),
    ("validation", "Asked before the purchase. https."),
    ("notification", "Told when a pending purchase is decided."),
    (
        "push",
        "Told when the order is bought. Must differ from the pages.",
    ),
    ("terms", "Your terms of sale."),
    ("date_of_birth", "yyyy-mm-dd."),
    ("fee", "Minor units."),
    ("height", "Millimetres."),
    ("length", "Millimetres."),
    ("width", "Millimetres."),
    ("weight", "Grams."),
    ("interval_count", "So many intervals lie between two payments."),
    ("locale", "Decides the language of the form only."),
    ("merchant_data", "Yours; kept and given back."),
    (
        "merchant_reference1",
        "Yours, shown to people; most use their order number.",
    ),
    ("merchant_reference2", "Yours."),
    (
        "order_amount",
        "Minor units, with tax: the sum of the lines' `total_amount`.",
    ),
    (
        "order_tax_amount",
        "Minor units: the sum of the lines' `total_tax_amount`.",
    ),
    ("payment_session_url", "The address of the checkout order."),
    ("price", "Minor units, with tax."),
    (
        "ShippingOption.price",
        "Minor units, with tax. No more than a line may cost, because it becomes one.",
    ),
    ("purchase_country", "ISO 3166-1 alpha-2, in either case."),
    (
        "purchase_currency",
        "ISO 4217. Countries with local ways to pay take their own only.",
    ),
    ("quantity", "Pieces, or what `quantity_unit` says."),
    (
        "ManagedOrderLine.total_amount",
        "Minor units, with tax. Negative for what is kept back.",
    ),
    ("recurring", "Makes a `recurring_token` with the purchase."),
    ("reference", "Yours, an article number for instance."),
    ("refunded_amount", "Minor units, with tax."),
    (
        "require_client_validation",
        "The pressed button asks your page first.",
    ),
    (
        "require_validate_callback_success",
        "Without an approval there is no purchase: 10 s are waited for it. Without \
        this, the purchase goes on after 3 s.",
    ),
    ("selected_shipping_option", "What the shopper chose."),
    (
        "shipping_delay",
        "How much later the goods leave. Not given back when the order is read.",
    ),
    (
        "shipping_options",
        "Ways to ship, chosen in the form. Do not charge for shipping in a line besides.",
    ),
    ("status_update", "Told whenever the page has come further."),
    (
        "success",
        "Where the shopper comes back to, instead of the order's confirmation.",
    ),
    ("tax_amount", "Minor units."),
    ("tax_rate", "Hundredths of a percent: 2500 is 25 %."),
    (
        "total_amount",
        "Minor units, with tax: `quantity * unit_price - total_discount_amount`.",
    ),
    ("total_discount_amount", "Minor units, with tax, and positive."),
    (
        "total_tax_amount",
        "Minor units: `total_amount * tax_rate / (10000 + tax_rate)`, up to one unit off. \
        https://docs.kustom.co/v3/checkout/additional-resources/tax-handling",
    ),
    ("unit_price", "Minor units, with tax. Negative for discounts."),
    ("vat_removed", "No tax is shown."),
    (
        "CustomerDetails.billing_address",
        "Refused in words of its own: it cannot be changed.",
    ),
];

/// What a schema says of a member itself is left as it is.
pub(super) fn add(schemas: &mut Map<String, Value>) {
    for (name, schema) in schemas.iter_mut() {
        let Some(members) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
            continue;
        };
        for (member, schema) in members {
            if let Some(words) = words(name, member).filter(|_| schema.get("description").is_none()) {
                schema["description"] = json!(words);
            }
        }
    }
}

fn words(schema: &str, member: &str) -> Option<&'static str> {
    let find = |wanted: &str| {
        WORDS
            .iter()
            .find(|(key, _)| *key == wanted)
            .map(|(_, words)| *words)
    };
    find(&format!("{schema}.{member}")).or_else(|| find(member))
}

#[cfg(test)]
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(key, _)| *key)
}
