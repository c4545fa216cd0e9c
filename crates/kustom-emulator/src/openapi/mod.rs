//! The document of all that the emulator answers and sends, for generators of clients and for people: `GET /openapi.json`.
//!
//! What a merchant may send is derived from the tables that validate it, so that the two cannot drift. What is answered is
//! written down here; the tests hold every exchange that they make against it. A test compares the operations with the
//! routes in the source, so a new route without a row fails it.

mod browser;
mod callback;
mod checkout;
mod control;
mod description;
mod fault;
mod management;
mod observation;
mod operation;
mod route;
mod schema;

use serde_json::{Map, Value, json};

pub(crate) fn document() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The Kustom emulator of Kassa",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What the emulator takes, answers and sends. Kustom's own documentation is at \
                https://docs.kustom.co/contents/api/checkout and https://docs.kustom.co/contents/api/order-management. \
                Amounts are integers in minor units (öre, cents) and include tax; tax rates are hundredths of a percent, \
                2500 is 25 %. The limits of what is sent are those of the rules as they are at the start: members that \
                are not documented here, and null, are refused.",
        },
        "tags": tags(),
        "paths": paths(),
        "webhooks": callback::webhooks(),
        "components": {
            "securitySchemes": {
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "`Basic` and the API key as it is, or `Basic` and `user:key` in base64. \
                        https://docs.kustom.co/contents/api/api-basics/authentication",
                },
                "browserToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of one order, which stands in its snippet.",
                },
            },
            "parameters": operation::shared_parameters(),
            "headers": operation::shared_headers(),
            "schemas": schemas(),
        },
    })
}

fn tags() -> Value {
    let kustoms = |name: &str, description: &str, page: &str| {
        let url = format!("https://docs.kustom.co/{page}");
        json!({ "name": name, "description": description, "externalDocs": { "url": url } })
    };
    json!([
        kustoms("checkout", "Orders until they are bought.", "contents/api/checkout"),
        kustoms("order management", "Orders from then on.", "contents/api/order-management"),
        kustoms("hosted payment page", "A page that sells one order.", "contents/api/hosted-payment-page"),
        kustoms("recurring", "Purchases by a token of an earlier one.", "v3/checkout/use-cases/recurring"),
        { "name": "control", "description": "The emulator's own: looking and steering. No credentials are needed." },
        {
            "name": "form",
            "description": "Internal: between the form in the iframe and the emulator. Kustom has no such routes, and \
                they change without notice.",
        },
    ])
}

fn paths() -> Map<String, Value> {
    let mut paths = Map::new();
    for operation in route::all() {
        paths.entry(operation.path).or_insert_with(|| json!({}))[operation.method] = operation.described();
    }
    paths
}

fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    checkout::add(&mut schemas);
    management::add(&mut schemas);
    control::add(&mut schemas);
    observation::add(&mut schemas);
    fault::add(&mut schemas);
    callback::add(&mut schemas);
    browser::add(&mut schemas);
    description::add(&mut schemas);
    schemas
}

#[cfg(test)]
mod tests;
