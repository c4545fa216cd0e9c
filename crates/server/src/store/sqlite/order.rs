//! Orders: written once under a number of their series, and moved on from version to version.

use super::apply::{document, draw};
use crate::store::StoreError;
use kassa_commerce::order::{NumberSeries, Order};
use rusqlite::{Connection, params};

pub(super) fn insert(connection: &Connection, order: &Order) -> Result<String, StoreError> {
    let number = order.series.number(draw_of(connection, &order.series)?);
    let sql = "INSERT INTO orders (id, number, version, cart_id, payment_id, kustom_order_id, body)
               VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![
        order.id.to_string(),
        number,
        order.cart_id.to_string(),
        order.payment_id.to_string(),
        order.kustom_order_id.as_ref().map(|id| &id.0),
        document(order)?,
    ])?;
    Ok(number)
}

pub(super) fn update(connection: &Connection, order: &Order) -> Result<(), StoreError> {
    let sql = "UPDATE orders SET version = version + 1, body = ?3 WHERE id = ?1 AND version = ?2";
    let updated = connection.prepare_cached(sql)?.execute(params![
        order.id.to_string(),
        order.version,
        document(order)?
    ])?;
    if updated == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

/// A counter goes by its prefix, not by its key: then no two of its numbers are equal, whatever a series is called later.
fn draw_of(connection: &Connection, series: &NumberSeries) -> Result<u64, StoreError> {
    let counter = match series.prefix.as_str() {
        "" => "order".to_owned(),
        prefix => format!("order:{prefix}"),
    };
    let sql = "INSERT INTO counter (name, value) VALUES (?1, ?2)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > value";
    connection
        .prepare_cached(sql)?
        .execute(params![counter, series.before_first()])?;
    draw(connection, &counter)
}
