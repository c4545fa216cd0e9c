//! Claims on what runs out. Everything here happens inside the transaction of the change, behind the one writer.

use super::time::Nanoseconds;
use crate::store::{LeftOver, Scarce, StoreError};
use jiff::Timestamp;
use kassa_commerce::change::StockWrite;
use kassa_commerce::id::CartId;
use kassa_commerce::reservation::{HoldClaim, HoldWrite, Resource};
use rusqlite::{Connection, OptionalExtension, params};

pub(super) fn write(connection: &Connection, write: &HoldWrite) -> Result<(), StoreError> {
    let used = usage(connection, &write.resource, write.cart_id)?;
    if used.is_none() && !is_counted(connection, &write.resource)? {
        return Ok(());
    }
    match (write.claim, used) {
        (HoldClaim::Until(_) | HoldClaim::Used { .. }, Some(_)) => Ok(()),
        (HoldClaim::Until(until), None) => {
            check(connection, write)?;
            hold(connection, write, until)
        }
        (HoldClaim::Used { honoured }, None) => {
            if !honoured {
                check(connection, write)?;
            }
            let_go(connection, write)?;
            record(connection, write)
        }
        (HoldClaim::Returned, used) => {
            let_go(connection, write)?;
            match used {
                Some(quantity) => give_back(connection, write, quantity),
                None => Ok(()),
            }
        }
    }
}

/// Of what nobody counts nothing is held, and nothing would come back if counting began later.
fn is_counted(connection: &Connection, resource: &Resource) -> Result<bool, StoreError> {
    match resource {
        Resource::Promotion(_) => Ok(true),
        Resource::Stock(number) => Ok(on_hand(connection, number)?.is_some()),
    }
}

fn on_hand(connection: &Connection, number: &str) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT on_hand FROM stock WHERE product_number = ?1";
    let on_hand = connection
        .prepare_cached(sql)?
        .query_row([number], |row| row.get(0));
    Ok(on_hand.optional()?)
}

/// What others have left for this cart.
pub(super) fn left_over(
    connection: &Connection,
    cart_id: CartId,
    scarce: &Scarce,
    now: Timestamp,
) -> Result<LeftOver, StoreError> {
    let mut left_over = LeftOver::default();
    for (key, limit) in &scarce.promotions {
        let resource = Resource::Promotion(key.clone());
        let has_it = usage(connection, &resource, cart_id)?.is_some();
        let free = free(connection, &resource, Some(*limit), cart_id, now)?;
        if !has_it && free.is_some_and(|free| free < 1) {
            left_over.used_up.push(key.clone());
        }
    }
    for number in &scarce.products {
        let resource = Resource::Stock(number.clone());
        if let Some(free) = free(connection, &resource, None, cart_id, now)? {
            let free = u32::try_from(free.max(0)).unwrap_or(u32::MAX);
            left_over.available.push((number.clone(), free));
        }
    }
    Ok(left_over)
}

pub(super) fn set_stock(connection: &Connection, write: &StockWrite) -> Result<(), StoreError> {
    match write.on_hand {
        Some(on_hand) => {
            let sql = "INSERT INTO stock (product_number, on_hand) VALUES (?1, ?2)
                       ON CONFLICT (product_number) DO UPDATE SET on_hand = excluded.on_hand";
            connection
                .prepare_cached(sql)?
                .execute(params![write.product_number, on_hand])?;
        }
        None => {
            connection
                .prepare_cached("DELETE FROM stock WHERE product_number = ?1")?
                .execute([&write.product_number])?;
        }
    }
    Ok(())
}

fn check(connection: &Connection, write: &HoldWrite) -> Result<(), StoreError> {
    let free = free(connection, &write.resource, write.limit, write.cart_id, write.now)?;
    match free {
        Some(free) if free < i64::from(write.quantity) => Err(StoreError::Exhausted(write.resource.clone())),
        _ => Ok(()),
    }
}

/// How much of it nobody else has. `None` where nobody counts.
fn free(
    connection: &Connection,
    resource: &Resource,
    limit: Option<u32>,
    cart_id: CartId,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let total: Option<i64> = match resource {
        Resource::Promotion(key) => {
            let sql = "SELECT quantity FROM redeemed WHERE promotion = ?1";
            let redeemed = connection.prepare_cached(sql)?.query_row([key], |row| row.get(0));
            let redeemed: i64 = redeemed.optional()?.unwrap_or(0);
            limit.map(|limit| i64::from(limit) - redeemed)
        }
        Resource::Stock(number) => on_hand(connection, number)?,
    };
    let Some(total) = total else { return Ok(None) };
    let sql = "SELECT coalesce(sum(quantity), 0) FROM hold
               WHERE kind = ?1 AND key = ?2 AND until > ?3 AND cart_id <> ?4";
    let held: i64 = connection.prepare_cached(sql)?.query_row(
        params![
            resource.kind(),
            resource.key(),
            Nanoseconds(now),
            cart_id.to_string()
        ],
        |row| row.get(0),
    )?;
    Ok(Some(total - held))
}

fn hold(connection: &Connection, write: &HoldWrite, until: Timestamp) -> Result<(), StoreError> {
    let (kind, key) = (write.resource.kind(), write.resource.key());
    let sql = "INSERT INTO hold (kind, key, cart_id, quantity, until) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (kind, key, cart_id) DO UPDATE SET quantity = excluded.quantity, until = excluded.until";
    connection.prepare_cached(sql)?.execute(params![
        kind,
        key,
        write.cart_id.to_string(),
        write.quantity,
        Nanoseconds(until)
    ])?;
    // Nobody asks for those that have ended. They are few, because each new one sweeps.
    connection
        .prepare_cached("DELETE FROM hold WHERE kind = ?1 AND key = ?2 AND until <= ?3")?
        .execute(params![kind, key, Nanoseconds(write.now)])?;
    Ok(())
}

fn let_go(connection: &Connection, write: &HoldWrite) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM hold WHERE kind = ?1 AND key = ?2 AND cart_id = ?3")?
        .execute(params![
            write.resource.kind(),
            write.resource.key(),
            write.cart_id.to_string()
        ])?;
    Ok(())
}

fn usage(connection: &Connection, resource: &Resource, cart_id: CartId) -> Result<Option<u32>, StoreError> {
    let sql = "SELECT quantity FROM usage WHERE kind = ?1 AND key = ?2 AND cart_id = ?3";
    let quantity = connection
        .prepare_cached(sql)?
        .query_row(
            params![resource.kind(), resource.key(), cart_id.to_string()],
            |row| row.get(0),
        )
        .optional()?;
    Ok(quantity)
}

fn record(connection: &Connection, write: &HoldWrite) -> Result<(), StoreError> {
    let sql = "INSERT INTO usage (kind, key, cart_id, quantity) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![
        write.resource.kind(),
        write.resource.key(),
        write.cart_id.to_string(),
        write.quantity
    ])?;
    count(connection, &write.resource, i64::from(write.quantity))
}

fn give_back(connection: &Connection, write: &HoldWrite, quantity: u32) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM usage WHERE kind = ?1 AND key = ?2 AND cart_id = ?3")?
        .execute(params![
            write.resource.kind(),
            write.resource.key(),
            write.cart_id.to_string()
        ])?;
    count(connection, &write.resource, -i64::from(quantity))
}

fn count(connection: &Connection, resource: &Resource, used: i64) -> Result<(), StoreError> {
    let sql = match resource {
        Resource::Promotion(_) => {
            "INSERT INTO redeemed (promotion, quantity) VALUES (?1, ?2)
             ON CONFLICT (promotion) DO UPDATE SET quantity = quantity + excluded.quantity"
        }
        Resource::Stock(_) => "UPDATE stock SET on_hand = on_hand - ?2 WHERE product_number = ?1",
    };
    connection
        .prepare_cached(sql)?
        .execute(params![resource.key(), used])?;
    Ok(())
}
