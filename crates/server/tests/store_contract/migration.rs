//! What was stored before orders had deliveries and payments had providers is read as if they always had.

use crate::data::{cart, kustom_order, order, payment};
use kassa_commerce::cart::Cart;
use kassa_commerce::order::Order;
use kassa_commerce::payment::{Payment, Provider};
use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

const FIRST: &str = include_str!("../../migrations/sqlite/V1__carts_orders_and_jobs.sql");
const THIRD: &str = include_str!("../../migrations/sqlite/V3__orders_and_deliveries.sql");

fn document(value: &impl Serialize, change: impl FnOnce(&mut Value)) -> String {
    let mut document = serde_json::to_value(value).unwrap();
    change(&mut document);
    document.to_string()
}

fn read<T: DeserializeOwned>(connection: &Connection, sql: &str) -> T {
    let text: String = connection.query_row(sql, [], |row| row.get(0)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_purchase_of_the_first_version_is_read_with_its_delivery_and_provider() {
    let connection = Connection::open_in_memory().unwrap();
    connection.pragma_update(None, "foreign_keys", 1).unwrap();
    connection.execute_batch(FIRST).unwrap();
    let kustom_order = kustom_order(1, cart(1).id);
    let (cart_id, kustom_id) = (cart(1).id.to_string(), kustom_order.id.0.as_str());
    let open = document(&cart(2), |_| ());
    let bought = document(&cart(1), |cart| cart["bought_by"] = json!(kustom_id));
    let paid = document(&payment(1, &kustom_order), |payment| {
        payment.as_object_mut().unwrap().remove("provider");
        payment.as_object_mut().unwrap().remove("captured");
        payment["kustom_order_id"] = json!(kustom_id);
    });
    let ordered = document(&order(1, &kustom_order), |order| {
        for member in ["deliveries", "series", "cancelled_at"] {
            order.as_object_mut().unwrap().remove(member);
        }
        order["shipping"] = order["billing"].clone();
    });
    let insert = |sql: &str, values: &[&str]| {
        connection
            .execute(sql, rusqlite::params_from_iter(values))
            .unwrap();
    };
    let cart_sql = "INSERT INTO cart (id, number, version, state, body) VALUES (?1, ?2, 1, 'open', ?3)";
    insert(cart_sql, &[&cart_id, "C100001", &bought]);
    insert(cart_sql, &[&cart(2).id.to_string(), "C100002", &open]);
    let sql = "INSERT INTO kustom_order (id, cart_id, session_id, state, opened_at) VALUES (?1, ?2, 's', 'completed', 0)";
    insert(sql, &[kustom_id, &cart_id]);
    let sql = "INSERT INTO payment (id, cart_id, kustom_order_id, body) VALUES ('p', ?1, ?2, ?3)";
    insert(sql, &[&cart_id, kustom_id, &paid]);
    let sql =
        "INSERT INTO orders (id, number, cart_id, kustom_order_id, body) VALUES ('o', '100001', ?1, ?2, ?3)";
    insert(sql, &[&cart_id, kustom_id, &ordered]);

    connection.execute_batch(THIRD).unwrap();

    let migrated: Order = read(&connection, "SELECT body FROM orders");
    let mut expected = order(1, &kustom_order);
    expected.shipping.clone_from(&expected.billing);
    assert_eq!(migrated, expected);
    let migrated: Payment = read(&connection, "SELECT body FROM payment");
    assert_eq!(migrated, payment(1, &kustom_order));
    let migrated: Cart = read(&connection, "SELECT body FROM cart ORDER BY number LIMIT 1");
    assert_eq!(
        migrated.bought_by,
        Some(Provider::Kustom(kustom_order.id.clone()))
    );
    let untouched: Cart = read(&connection, "SELECT body FROM cart ORDER BY number DESC LIMIT 1");
    assert_eq!(untouched, cart(2));
    let keys: (String, i64, String) = connection
        .query_row("SELECT number, version, payment_id FROM orders", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(keys, ("100001".to_owned(), 1, expected.payment_id.to_string()));
    // The keys hold as before.
    let twice = connection.execute(
        "INSERT INTO payment (id, cart_id, provider, reference, body) VALUES ('q', ?1, 'kustom', ?2, '{}')",
        params![cart_id, kustom_id],
    );
    assert!(
        twice
            .unwrap_err()
            .to_string()
            .contains("payment.provider, payment.reference")
    );
    let unknown = connection.execute(
        "INSERT INTO payment (id, cart_id, provider, reference, body) VALUES ('q', ?1, 'kustom', 'k9', '{}')",
        params![cart_id],
    );
    assert!(unknown.unwrap_err().to_string().contains("FOREIGN KEY"));
}
