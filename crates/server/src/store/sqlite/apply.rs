//! Writes one change inside whatever transaction is open. Whoever calls makes sure that a refusal undoes all of it.

use super::answer;
use super::catalogue;
use super::hold;
use super::job;
use super::order;
use super::query;
use super::time::Nanoseconds;
use crate::store::StoreError;
use kassa_commerce::cart::{Cart, CartState};
use kassa_commerce::change::{
    AuthorizationWrite, CartWrite, Change, Committed, KustomOrderWrite, ResolutionWrite,
};
use kassa_commerce::kustom::{KustomOrder, KustomOrderState};
use kassa_commerce::payment::Payment;
use kassa_commerce::review::Review;
use kassa_commerce::snapshot::Snapshot;
use kustom_api::KustomOrderId;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

/// Lease and version come first: whoever lost those has planned on what is no longer true, and must hear that and not
/// which of its rows collides. Wishes come after the end of a run, so that a run can ask for its own job again, and
/// claims come last, so that a change can claim the job it asks for.
pub(super) fn apply(connection: &Connection, change: &Change) -> Result<Committed, StoreError> {
    let mut committed = Committed::default();
    if let Some(now) = change.abandon_leases {
        job::abandon_leases(connection, now)?;
    }
    if let Some(settle) = &change.settle {
        job::settle(connection, settle)?;
    }
    match &change.cart {
        Some(CartWrite::Insert(cart)) => committed.cart_number = Some(insert_cart(connection, cart)?),
        Some(CartWrite::Update(cart)) => update_cart(connection, cart)?,
        None => {}
    }
    if let Some(write) = &change.answer {
        answer::keep(connection, write)?;
    }
    for write in &change.kustom_orders {
        write_kustom_order(connection, write)?;
    }
    for snapshot in &change.snapshots {
        insert_snapshot(connection, snapshot)?;
    }
    if let Some(payment) = &change.payment {
        insert_payment(connection, payment)?;
    }
    if let Some(write) = &change.authorization {
        move_authorization(connection, write)?;
    }
    if let Some(order) = &change.order {
        committed.order_number = Some(order::insert(connection, order)?);
    }
    if let Some(order) = &change.order_update {
        order::update(connection, order)?;
    }
    for review in &change.reviews {
        insert_review(connection, review)?;
    }
    if let Some(write) = &change.resolution {
        resolve_review(connection, write)?;
    }
    if let Some(write) = &change.catalogue {
        catalogue::write(connection, write)?;
    }
    for write in &change.stock {
        hold::set_stock(connection, write)?;
    }
    for write in &change.holds {
        hold::write(connection, write)?;
    }
    for request in &change.jobs {
        job::request(connection, request)?;
    }
    if let Some(claim) = &change.claim {
        committed.claimed = job::claim(connection, claim)?;
    }
    Ok(committed)
}

fn insert_cart(connection: &Connection, cart: &Cart) -> Result<String, StoreError> {
    let number = format!("C{}", draw(connection, "cart")?);
    let sql = "INSERT INTO cart (id, number, version, state, body) VALUES (?1, ?2, 1, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![
        cart.id.to_string(),
        number,
        cart_state(cart.state),
        document(cart)?,
    ])?;
    Ok(number)
}

fn update_cart(connection: &Connection, cart: &Cart) -> Result<(), StoreError> {
    let sql = "UPDATE cart SET version = version + 1, state = ?3, body = ?4 WHERE id = ?1 AND version = ?2";
    let updated = connection.prepare_cached(sql)?.execute(params![
        cart.id.to_string(),
        cart.version,
        cart_state(cart.state),
        document(cart)?,
    ])?;
    if updated == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

fn cart_state(state: CartState) -> &'static str {
    match state {
        CartState::Open => "open",
        CartState::Completed => "completed",
        CartState::Rejected => "rejected",
    }
}

fn write_kustom_order(connection: &Connection, write: &KustomOrderWrite) -> Result<(), StoreError> {
    match write {
        KustomOrderWrite::Open(kustom_order) => open_kustom_order(connection, kustom_order),
        KustomOrderWrite::Move { id, from, to } => move_kustom_order(connection, id, *from, *to),
        KustomOrderWrite::SetState { id, state } => set_kustom_order_state(connection, id, *state),
    }
}

fn open_kustom_order(connection: &Connection, kustom_order: &KustomOrder) -> Result<(), StoreError> {
    let sql = "INSERT INTO kustom_order (id, cart_id, session_id, location, state, opened_at, account)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        kustom_order.id.0,
        kustom_order.cart_id.to_string(),
        kustom_order.session_id.to_string(),
        kustom_order.location,
        kustom_order.state.as_str(),
        Nanoseconds(kustom_order.opened_at),
        kustom_order.account,
    ])?;
    Ok(())
}

fn move_kustom_order(
    connection: &Connection,
    id: &KustomOrderId,
    from: KustomOrderState,
    to: KustomOrderState,
) -> Result<(), StoreError> {
    let sql = "UPDATE kustom_order SET state = ?3 WHERE id = ?1 AND state = ?2";
    let moved = connection
        .prepare_cached(sql)?
        .execute(params![id.0, from.as_str(), to.as_str()])?;
    if moved == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}

fn set_kustom_order_state(
    connection: &Connection,
    id: &KustomOrderId,
    state: KustomOrderState,
) -> Result<(), StoreError> {
    let known: Option<String> = connection
        .prepare_cached("SELECT state FROM kustom_order WHERE id = ?1")?
        .query_row([&id.0], |row| row.get(0))
        .optional()?;
    let known = known.as_deref().and_then(KustomOrderState::from_name);
    let known = known.ok_or_else(|| {
        StoreError::Internal("a Kustom order that was never opened cannot change its state".to_owned())
    })?;
    if known.may_become(state) {
        let sql = "UPDATE kustom_order SET state = ?2 WHERE id = ?1";
        connection
            .prepare_cached(sql)?
            .execute(params![id.0, state.as_str()])?;
    }
    Ok(())
}

fn insert_snapshot(connection: &Connection, snapshot: &Snapshot) -> Result<(), StoreError> {
    let sql = "INSERT INTO snapshot (cart_id, revision, content_hash, goods_hash, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![
        snapshot.cart_id.to_string(),
        snapshot.revision,
        snapshot.content_hash,
        snapshot.goods_hash(),
        document(snapshot)?,
    ])?;
    Ok(())
}

fn insert_payment(connection: &Connection, payment: &Payment) -> Result<(), StoreError> {
    let sql = "INSERT INTO payment (id, cart_id, provider, reference, body) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![
        payment.id.to_string(),
        payment.cart_id.to_string(),
        payment.provider.key(),
        payment.reference(),
        document(payment)?,
    ])?;
    Ok(())
}

fn move_authorization(connection: &Connection, write: &AuthorizationWrite) -> Result<(), StoreError> {
    let id = write.payment_id.to_string();
    let payment: Option<Payment> = query::payment(connection, &id)?;
    let mut payment = payment.ok_or_else(|| {
        StoreError::Internal("a payment that was never made cannot change its state".to_owned())
    })?;
    if !payment.authorization.state.may_become(write.state) {
        return Ok(());
    }
    payment.authorization.state = write.state;
    connection
        .prepare_cached("UPDATE payment SET body = ?2 WHERE id = ?1")?
        .execute(params![id, document(&payment)?])?;
    Ok(())
}

/// Whoever planned this saw an open review. If it is open no longer, somebody else has decided.
fn resolve_review(connection: &Connection, write: &ResolutionWrite) -> Result<(), StoreError> {
    let key = (&write.kustom_order_id.0, write.reason.as_str());
    let review = query::review(connection, key)?.filter(Review::is_open);
    let mut review = review.ok_or(StoreError::Conflict)?;
    review.resolution = Some(write.resolution.clone());
    connection
        .prepare_cached("UPDATE review SET body = ?3 WHERE kustom_order_id = ?1 AND reason = ?2")?
        .execute(params![key.0, key.1, document(&review)?])?;
    Ok(())
}

/// A purchase has one review per reason. The first one stays: it tells when we stumbled. One that was resolved opens again.
fn insert_review(connection: &Connection, review: &Review) -> Result<(), StoreError> {
    let sql = "INSERT INTO review (kustom_order_id, reason, opened_at, body) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (kustom_order_id, reason) DO UPDATE SET opened_at = excluded.opened_at, body = excluded.body
               WHERE json_extract(body, '$.resolution') IS NOT NULL";
    connection.prepare_cached(sql)?.execute(params![
        review.kustom_order_id.0,
        review.reason.as_str(),
        Nanoseconds(review.opened_at),
        document(review)?,
    ])?;
    Ok(())
}

/// The next value of a counter. It belongs to the change like everything else, so a refused change skips no number.
pub(super) fn draw(connection: &Connection, counter: &str) -> Result<u64, StoreError> {
    let sql = "UPDATE counter SET value = value + 1 WHERE name = ?1 RETURNING value";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row([counter], |row| row.get(0))?)
}

pub(super) fn document<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Internal(error.to_string()))
}
