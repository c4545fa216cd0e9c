//! Every member of the checkout order is kept and answered as it was sent, by create, read and update.

use crate::support::{call, create, emulator, order};
use serde_json::{Map, Value};

fn full_order() -> Map<String, Value> {
    serde_json::from_str(include_str!("full_order.json")).unwrap()
}

fn assert_holds(answer: &Value, sent: &Map<String, Value>) {
    for (name, value) in sent {
        assert_eq!(&answer[name], value, "{name}");
    }
}

#[tokio::test]
async fn what_is_sent_is_answered_by_create_and_read() {
    let emulator = emulator();
    let full = full_order();
    let body = Value::Object(full.clone());
    let created = call(&emulator, "POST", "/checkout/v3/orders", Some(body)).await;
    assert_eq!(created.status, 201, "{}", created.text);
    assert_holds(&created.json(), &full);
    let path = format!(
        "/checkout/v3/orders/{}",
        created.json()["order_id"].as_str().unwrap()
    );
    let read = call(&emulator, "GET", &path, None).await.json();
    assert_eq!(read, created.json());
}

#[tokio::test]
async fn each_member_alone_replaces_itself_and_nothing_else() {
    let emulator = emulator();
    let id = create(&emulator, order()).await;
    let path = format!("/checkout/v3/orders/{id}");
    let mut expected = call(&emulator, "GET", &path, None).await.json();
    let summed = ["order_amount", "order_tax_amount", "order_lines"];
    let full = full_order();
    let (together, alone): (Map<_, _>, Map<_, _>) = full
        .into_iter()
        .partition(|(name, _)| summed.contains(&name.as_str()));
    let alone = alone
        .into_iter()
        .map(|(name, value)| Map::from_iter([(name, value)]));
    for body in std::iter::once(together).chain(alone) {
        let answer = call(&emulator, "POST", &path, Some(Value::Object(body.clone()))).await;
        assert_eq!(answer.status, 200, "{body:?} {}", answer.text);
        expected.as_object_mut().unwrap().extend(body.clone());
        let mut found = answer.json();
        for name in ["html_snippet", "last_modified_at"] {
            found[name] = expected[name].clone();
        }
        assert_eq!(found, expected, "{:?}", body.keys());
    }
}

#[tokio::test]
async fn nested_members_are_replaced_as_a_whole_and_emptied_by_nothing_in_them() {
    let emulator = emulator();
    let id = create(&emulator, Value::Object(full_order())).await;
    let path = format!("/checkout/v3/orders/{id}");
    for (name, value) in [
        ("shipping_options", serde_json::json!([])),
        ("tags", serde_json::json!([])),
        ("external_payment_methods", serde_json::json!([])),
        ("gui", serde_json::json!({})),
        ("customer", serde_json::json!({ "type": "person" })),
        ("billing_address", serde_json::json!({ "city": "Ankeborg" })),
        ("merchant_reference2", serde_json::json!("")),
    ] {
        let body = Value::Object(Map::from_iter([(name.to_owned(), value.clone())]));
        let answer = call(&emulator, "POST", &path, Some(body)).await;
        assert_eq!((answer.status, &answer.json()[name]), (200, &value), "{name}");
    }
}
