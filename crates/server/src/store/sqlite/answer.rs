//! Answers that are kept for requests that come again.

use super::time::Nanoseconds;
use crate::store::{ENDED_ANSWERS_PER_WRITE, StoreError};
use jiff::Timestamp;
use kassa_commerce::answer::{
    Answer, AnswerWrite, Fingerprint, IdempotencyKey, KeptAnswer, KeyScope, MAX_KEYS_PER_CART,
};
use rusqlite::{Connection, OptionalExtension, params};

/// How the scope is called in its column. No cart's id is a word.
fn name(scope: KeyScope) -> String {
    match scope {
        KeyScope::Creation => "creation".to_owned(),
        KeyScope::Cart(id) => id.to_string(),
    }
}

pub(super) fn kept(
    connection: &Connection,
    scope: KeyScope,
    key: &IdempotencyKey,
    now: Timestamp,
) -> Result<Option<KeptAnswer>, StoreError> {
    let sql = "SELECT fingerprint, status, body FROM answer WHERE scope = ?1 AND key = ?2 AND until > ?3";
    let kept = connection
        .prepare_cached(sql)?
        .query_row(params![name(scope), key.as_str(), Nanoseconds(now)], |row| {
            Ok(KeptAnswer {
                fingerprint: Fingerprint(row.get(0)?),
                answer: Answer {
                    status: row.get(1)?,
                    body: row.get(2)?,
                },
            })
        })
        .optional()?;
    Ok(kept)
}

pub(super) fn keep(connection: &Connection, write: &AnswerWrite) -> Result<(), StoreError> {
    let (scope, key) = (name(write.scope), write.request.key.as_str());
    let now = Nanoseconds(write.now);
    // A key that has ended names a new request. The sweep comes to its row some time, and not before this one needs it.
    connection
        .prepare_cached("DELETE FROM answer WHERE scope = ?1 AND key = ?2 AND until <= ?3")?
        .execute(params![scope, key, now])?;
    sweep(connection, write.now)?;
    let sql = "INSERT INTO answer (scope, key, fingerprint, status, body, until)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![
        scope,
        key,
        write.request.fingerprint.0,
        write.answer.status,
        write.answer.body,
        Nanoseconds(write.until),
    ])?;
    match write.scope {
        KeyScope::Cart(_) => check_count(connection, &scope, write.now),
        // A creation makes a cart, which stays: its answer is the smaller part of what is kept.
        KeyScope::Creation => Ok(()),
    }
}

/// Every write takes away more than it brings, so what has ended goes in small steps and nobody waits for all of it.
fn sweep(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let sql = "DELETE FROM answer WHERE rowid IN
               (SELECT rowid FROM answer WHERE until <= ?1 ORDER BY until LIMIT ?2)";
    connection
        .prepare_cached(sql)?
        .execute(params![Nanoseconds(now), ENDED_ANSWERS_PER_WRITE])?;
    Ok(())
}

/// Reads no more entries of the index than there may be.
fn check_count(connection: &Connection, scope: &str, now: Timestamp) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM (SELECT 1 FROM answer WHERE scope = ?1 AND until > ?2 LIMIT ?3)";
    let most = MAX_KEYS_PER_CART + 1;
    let count: u32 = connection
        .prepare_cached(sql)?
        .query_row(params![scope, Nanoseconds(now), most], |row| row.get(0))?;
    if count > MAX_KEYS_PER_CART {
        return Err(StoreError::TooManyKeys);
    }
    Ok(())
}
