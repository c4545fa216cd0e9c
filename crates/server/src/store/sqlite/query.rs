//! Everything that is read, each in one statement, so that it is true at one moment.

use super::time::Nanoseconds;
use crate::store::{MAX_SNAPSHOTS, StoreError};
use jiff::Timestamp;
use kassa_commerce::cart::{Cart, CartOrder};
use kassa_commerce::id::CartId;
use kassa_commerce::kustom::{KustomOrder, KustomOrderState};
use kassa_commerce::order::Order;
use kassa_commerce::payment::Payment;
use kassa_commerce::review::Review;
use kassa_commerce::snapshot::Snapshot;
use kustom_api::KustomOrderId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::IntoDeserializer;
use serde::de::value::Error as ValueError;
use std::fmt::Display;
use std::str::FromStr;

macro_rules! cart_by {
    ($column:literal) => {
        concat!(
            "SELECT cart.number, cart.version, cart.body, orders.number, orders.version, orders.body, payment.body
             FROM cart LEFT JOIN orders ON orders.cart_id = cart.id LEFT JOIN payment ON payment.id = orders.payment_id
             WHERE cart.",
            $column,
            " = ?1"
        )
    };
}

pub(super) fn cart(connection: &Connection, id: CartId) -> Result<Option<Cart>, StoreError> {
    first(connection, cart_by!("id"), [id.to_string()], to_cart)
}

pub(super) fn cart_with_number(connection: &Connection, number: &str) -> Result<Option<Cart>, StoreError> {
    first(connection, cart_by!("number"), [number], to_cart)
}

fn to_cart(row: &Row<'_>) -> Result<Cart, StoreError> {
    let mut cart: Cart = document(row, 2)?;
    cart.number = row.get(0)?;
    cart.version = row.get(1)?;
    if row.get_ref(6)? != ValueRef::Null {
        let payment: Payment = document(row, 6)?;
        cart.order = Some(CartOrder::new(&to_order(row, 3)?, &payment));
    }
    Ok(cart)
}

pub(super) fn kustom_order(
    connection: &Connection,
    id: &KustomOrderId,
) -> Result<Option<KustomOrder>, StoreError> {
    let sql =
        "SELECT id, cart_id, session_id, location, state, opened_at, account FROM kustom_order WHERE id = ?1";
    first(connection, sql, [&id.0], to_kustom_order)
}

pub(super) fn kustom_orders_of(
    connection: &Connection,
    cart_id: CartId,
) -> Result<Vec<KustomOrder>, StoreError> {
    let sql = "SELECT id, cart_id, session_id, location, state, opened_at, account FROM kustom_order
               WHERE cart_id = ?1 ORDER BY opened_at DESC, rowid DESC";
    all(connection, sql, [cart_id.to_string()], to_kustom_order)
}

fn to_kustom_order(row: &Row<'_>) -> Result<KustomOrder, StoreError> {
    Ok(KustomOrder {
        id: KustomOrderId(row.get(0)?),
        cart_id: parsed(&row.get::<_, String>(1)?)?,
        session_id: parsed(&row.get::<_, String>(2)?)?,
        location: row.get(3)?,
        state: kustom_order_state(&row.get::<_, String>(4)?)?,
        opened_at: row.get::<_, Nanoseconds>(5)?.0,
        account: row.get(6)?,
    })
}

fn kustom_order_state(text: &str) -> Result<KustomOrderState, StoreError> {
    let state: Result<_, ValueError> = KustomOrderState::deserialize(text.into_deserializer());
    state.map_err(unreadable)
}

pub(super) fn snapshot(
    connection: &Connection,
    cart_id: CartId,
    revision: u64,
) -> Result<Option<Snapshot>, StoreError> {
    let sql = "SELECT body FROM snapshot WHERE cart_id = ?1 AND revision = ?2";
    first(connection, sql, (cart_id.to_string(), revision), |row| {
        document(row, 0)
    })
}

pub(super) fn snapshots_with_goods(
    connection: &Connection,
    cart_id: CartId,
    goods_hash: &str,
) -> Result<Vec<Snapshot>, StoreError> {
    let sql =
        "SELECT body FROM snapshot WHERE cart_id = ?1 AND goods_hash = ?2 ORDER BY revision DESC LIMIT ?3";
    let key = (cart_id.to_string(), goods_hash, MAX_SNAPSHOTS);
    all(connection, sql, key, |row| document(row, 0))
}

pub(super) fn order_of_cart(connection: &Connection, cart_id: CartId) -> Result<Option<Order>, StoreError> {
    let sql = "SELECT number, version, body FROM orders WHERE cart_id = ?1";
    first(connection, sql, [cart_id.to_string()], |row| to_order(row, 0))
}

pub(super) fn order_of_kustom_order(
    connection: &Connection,
    id: &KustomOrderId,
) -> Result<Option<Order>, StoreError> {
    let sql = "SELECT number, version, body FROM orders WHERE kustom_order_id = ?1";
    first(connection, sql, [&id.0], |row| to_order(row, 0))
}

pub(super) fn order_with_number(connection: &Connection, number: &str) -> Result<Option<Order>, StoreError> {
    let sql = "SELECT number, version, body FROM orders WHERE number = ?1";
    first(connection, sql, [number], |row| to_order(row, 0))
}

/// Number, version and body, from this column on.
fn to_order(row: &Row<'_>, column: usize) -> Result<Order, StoreError> {
    let mut order: Order = document(row, column + 2)?;
    order.number = row.get(column)?;
    order.version = row.get(column + 1)?;
    Ok(order)
}

pub(super) fn payments_of_cart(connection: &Connection, cart_id: CartId) -> Result<Vec<Payment>, StoreError> {
    let sql = "SELECT body FROM payment WHERE cart_id = ?1 ORDER BY rowid";
    all(connection, sql, [cart_id.to_string()], |row| document(row, 0))
}

pub(super) fn payment(connection: &Connection, id: &str) -> Result<Option<Payment>, StoreError> {
    first(
        connection,
        "SELECT body FROM payment WHERE id = ?1",
        [id],
        |row| document(row, 0),
    )
}

pub(super) fn review(connection: &Connection, key: (&String, &str)) -> Result<Option<Review>, StoreError> {
    let sql = "SELECT body FROM review WHERE kustom_order_id = ?1 AND reason = ?2";
    first(connection, sql, key, |row| document(row, 0))
}

pub(super) fn reviews(connection: &Connection) -> Result<Vec<Review>, StoreError> {
    let sql = "SELECT body FROM review ORDER BY opened_at, rowid";
    all(connection, sql, [], |row| document(row, 0))
}

pub(super) fn next_job_at(connection: &Connection) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT min(due_at) FROM job")?;
    let due_at: Option<Nanoseconds> = statement.query_row([], |row| row.get(0))?;
    Ok(due_at.map(|due_at| due_at.0))
}

pub(super) fn callback_key(connection: &Connection) -> Result<[u8; 32], StoreError> {
    let mut statement = connection.prepare_cached("SELECT value FROM meta WHERE name = 'callback_key'")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_and_then(params, read)?.next().transpose()
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_and_then(params, read)?.collect()
}

pub(super) fn document<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    let text = row.get_ref(column)?.as_str().map_err(unreadable)?;
    serde_json::from_str(text).map_err(|error| {
        // The error's own text may quote an address or an e-mail, and this one reaches the log.
        unreadable(format_args!(
            "{:?} in a document at column {}",
            error.classify(),
            error.column()
        ))
    })
}

fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(unreadable)
}

pub(super) fn unreadable(reason: impl Display) -> StoreError {
    StoreError::Internal(format!("what is stored cannot be read: {reason}"))
}
