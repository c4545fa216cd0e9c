//! The checkout order as it is opened, changed and answered, hosted payment pages, and purchases by a token.
//!
//! Source: <https://docs.kustom.co/contents/api/checkout>, <https://docs.kustom.co/contents/api/hosted-payment-page>,
//! <https://docs.kustom.co/v3/checkout/use-cases/recurring>.

use super::schema::{add_shape, flag, list, members_of, moment, named, object, one_of, said, text, texts};
use crate::hosted::HostedStatus;
use crate::validation::{self, REQUIRED_ON_CREATE, SERVER_OWNED};
use kustom_api::{CheckoutStatus, FraudStatus};
use serde_json::{Map, Value, json};

/// What stands in every order that is answered, besides what was required of it.
const ALWAYS_ANSWERED: [&str; 15] = [
    "order_id",
    "status",
    "purchase_country",
    "purchase_currency",
    "locale",
    "order_amount",
    "order_tax_amount",
    "order_lines",
    "customer",
    "options",
    "external_payment_methods",
    "external_checkouts",
    "html_snippet",
    "started_at",
    "last_modified_at",
];

pub(super) fn add(schemas: &mut Map<String, Value>) {
    for shape in validation::shapes_of_checkout() {
        add_shape(shape, schemas);
    }
    add_orders(schemas);
    add_errors(schemas);
    schemas.insert(
        "HostedSessionCreated".to_owned(),
        object(&json!({
            "session_id": text(),
            "session_url": said(text(), "Where its status is read."),
            "redirect_url": said(text(), "The page for the shopper."),
            "distribution_url": text(),
            "expires_at": moment(),
        })),
    );
    schemas.insert("HostedSession".to_owned(), hosted_session());
    schemas.insert(
        "TokenOrderPlaced".to_owned(),
        object(&json!({ "order_id": text(), "fraud_status": fraud_status() })),
    );
}

pub(super) fn fraud_status() -> Value {
    use FraudStatus::{Accepted, Pending, Rejected, Stopped};
    said(
        one_of(&[Accepted, Pending, Rejected, Stopped]),
        "Kustom's verdict on the purchase. Nothing may be shipped before it is ACCEPTED.",
    )
}

/// `OrderUpdate` is derived; the order that is opened has the same members and requires some, and the one that is
/// answered has those that only Kustom sets besides.
fn add_orders(schemas: &mut Map<String, Value>) {
    let sent = members_of(schemas, "OrderUpdate");
    let mut answered = sent.clone();
    let owned = owned_members();
    let Value::Object(of_kustom) = owned else { return };
    answered.extend(of_kustom);
    let ignored = said(
        json!({ "readOnly": true }),
        "Only Kustom sets it. It may be sent and is ignored, unless the rule `read_only_members` says otherwise.",
    );
    let mut taken = sent;
    taken.extend(
        SERVER_OWNED
            .iter()
            .map(|name| ((*name).to_owned(), ignored.clone())),
    );
    let update = json!({ "type": "object", "properties": taken, "additionalProperties": false });
    let mut new = update.clone();
    new["required"] = json!(REQUIRED_ON_CREATE);
    schemas.insert("OrderUpdate".to_owned(), update);
    schemas.insert("NewOrder".to_owned(), new);
    let stored = json!({ "type": "object", "properties": answered });
    let mut order = stored.clone();
    order["required"] = json!(ALWAYS_ANSWERED);
    schemas.insert("Order".to_owned(), order);
    schemas.insert("StoredOrder".to_owned(), stored);
    let answer = object(
        &json!({ "additional_checkbox?": flag(), "additional_checkboxes?": list(named("CheckboxAnswer")) }),
    );
    schemas.insert("MerchantRequested".to_owned(), answer);
    schemas.insert(
        "CheckboxAnswer".to_owned(),
        object(&json!({ "id": text(), "checked": flag() })),
    );
}

fn owned_members() -> Value {
    json!({
        "order_id": said(text(), "The same in order management."),
        "name": text(),
        "status": one_of(&[CheckoutStatus::Incomplete, CheckoutStatus::Complete]),
        "html_snippet": said(text(), "The form, or the confirmation once the order is bought. Put it into a page so that its \
            script runs."),
        "started_at": moment(),
        "completed_at": moment(),
        "last_modified_at": moment(),
        "selected_shipping_option": named("ShippingOption"),
        "merchant_requested": named("MerchantRequested"),
        "recurring_token": said(text(), "Buys again; present once an order with `recurring` is bought."),
        "discount_lines": list(json!({})),
    })
}

fn hosted_session() -> Value {
    use HostedStatus::{Back, Cancelled, Completed, Disabled, InProgress, Waiting};
    let statuses = [Waiting, Back, InProgress, Completed, Cancelled, Disabled];
    object(&json!({
        "session_id": text(),
        "status": one_of(&statuses),
        "updated_at": moment(),
        "expires_at": moment(),
        "order_id?": said(text(), "Once the order is bought."),
        "klarna_reference?": text(),
    }))
}

fn add_errors(schemas: &mut Map<String, Value>) {
    let mut error = object(&json!({
        "error_code": text(),
        "error_messages": texts(),
        "correlation_id": text(),
    }));
    error["description"] =
        json!("https://docs.kustom.co/contents/checkout/additional-resources/errors-in-checkout");
    error["examples"] = json!([{
        "error_code": "BAD_VALUE",
        "error_messages": ["Bad value: order_amount"],
        "correlation_id": "6bd6b2b2-0c5a-4b0c-9f3b-5b0f8f3f4a10",
    }]);
    schemas.insert("MerchantError".to_owned(), error);
    let gateway = object(&json!({
        "http_status_code": { "type": "integer" },
        "http_status_message": text(),
        "internal_message": text(),
    }));
    let words = "By the rule `unauthorized_body` only: as reported of gateways in front of such APIs.";
    schemas.insert("GatewayError".to_owned(), said(gateway, words));
}
