//! Jobs: wishes, claims and the ends of runs. This is the only place that knows what a job's row means.
//!
//! A row is in one of three states: waiting (no lease, no failed run), backing off (no lease, failed runs) or held. A
//! lease whose time has passed counts as held until somebody claims the job anew, because a wish does not know the time.

use super::apply::draw;
use super::time::Nanoseconds;
use crate::store::StoreError;
use jiff::Timestamp;
use kassa_commerce::change::{Claim, Settle};
use kassa_commerce::job::{ClaimedJob, JobEnd, JobKey, JobRequest, Lease};
use rusqlite::{Connection, OptionalExtension, params};

/// Repeated wishes push a waiting job back, but never beyond the first wish's latest time. A job that is held or backs
/// off gets the new wish's times: what was wished before is being done, or has failed and must not hold the new wish up.
pub(super) fn request(connection: &Connection, request: &JobRequest) -> Result<(), StoreError> {
    let sql = "INSERT INTO job (kind, subject, run_at, latest_at, generation, attempts, claim)
               VALUES (?1, ?2, min(?3, ?4), ?4, 1, 0, 0)
               ON CONFLICT (kind, subject) DO UPDATE SET
                   run_at = iif(lease_until IS NULL AND attempts = 0,
                       min(excluded.run_at, latest_at), excluded.run_at),
                   latest_at = iif(lease_until IS NULL AND attempts = 0,
                       min(excluded.latest_at, latest_at), excluded.latest_at),
                   generation = generation + 1,
                   attempts = 0";
    connection.prepare_cached(sql)?.execute(params![
        request.key.kind(),
        request.key.subject(),
        Nanoseconds(request.run_at),
        Nanoseconds(request.latest_at),
    ])?;
    Ok(())
}

pub(super) fn claim(connection: &Connection, claim: &Claim) -> Result<Vec<ClaimedJob>, StoreError> {
    match claim {
        Claim::Due { now, until, limit } => claim_due(connection, *now, *until, *limit),
        Claim::One { key, now, until } => {
            let parts = (key.kind().to_owned(), key.subject());
            insert_missing(connection, &parts, *now)?;
            Ok(take(connection, parts, *now, *until)?.into_iter().collect())
        }
    }
}

type KeyParts = (String, String);

fn claim_due(
    connection: &Connection,
    now: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<Vec<ClaimedJob>, StoreError> {
    let sql = "SELECT kind, subject FROM job WHERE due_at <= ?1 ORDER BY due_at, kind, subject LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let due: Vec<KeyParts> = statement
        .query_map(params![Nanoseconds(now), limit], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_, _>>()?;
    let mut claimed = Vec::with_capacity(due.len());
    for parts in due {
        claimed.extend(take(connection, parts, now, until)?);
    }
    Ok(claimed)
}

fn insert_missing(
    connection: &Connection,
    (kind, subject): &KeyParts,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO job (kind, subject, run_at, latest_at, generation, attempts, claim)
               VALUES (?1, ?2, ?3, ?3, 1, 0, 0) ON CONFLICT (kind, subject) DO NOTHING";
    connection
        .prepare_cached(sql)?
        .execute(params![kind, subject, Nanoseconds(now)])?;
    Ok(())
}

/// Claims the job unless somebody holds it. A lease that ended by itself was a run that failed.
fn take(
    connection: &Connection,
    (kind, subject): KeyParts,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<ClaimedJob>, StoreError> {
    // Drawn from one counter for all jobs: a count in the row would start again when a job is done and made anew, and
    // then a holder from before would pass for the present one.
    let claim = draw(connection, "claim")?;
    let abandoned_at = abandoned_lease(connection, &kind, &subject)?;
    let sql = "UPDATE job SET claim = ?3, attempts = attempts + (lease_until IS NOT NULL), lease_until = ?5
               WHERE kind = ?1 AND subject = ?2 AND (lease_until IS NULL OR lease_until <= ?4)
               RETURNING attempts, generation";
    let taken: Option<(u32, u64)> = connection
        .prepare_cached(sql)?
        .query_row(
            params![kind, subject, claim, Nanoseconds(now), Nanoseconds(until)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((attempts, generation)) = taken else {
        return Ok(None);
    };
    let Some(key) = JobKey::from_parts(&kind, subject) else {
        // A newer version asked for it. It stays claimed, so that it neither blocks nor wakes anybody for a while.
        tracing::error!(
            job.kind = kind,
            "a job of a kind that this version does not know was left alone"
        );
        return Ok(None);
    };
    let lease = Lease {
        claim,
        generation,
        until,
    };
    Ok(Some(ClaimedJob {
        key,
        attempts,
        abandoned_at,
        lease,
    }))
}

/// The lease that the row still shows. Whoever finds the row claimable knows that nobody ended that run.
fn abandoned_lease(
    connection: &Connection,
    kind: &str,
    subject: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT lease_until FROM job WHERE kind = ?1 AND subject = ?2";
    let lease: Option<Option<Nanoseconds>> = connection
        .prepare_cached(sql)?
        .query_row(params![kind, subject], |row| row.get(0))
        .optional()?;
    Ok(lease.flatten().map(|Nanoseconds(until)| until))
}

pub(super) fn abandon_leases(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE job SET lease_until = ?1 WHERE lease_until > ?1";
    connection.prepare_cached(sql)?.execute([Nanoseconds(now)])?;
    Ok(())
}

pub(super) fn settle(connection: &Connection, settle: &Settle) -> Result<(), StoreError> {
    let sql = "SELECT generation FROM job
               WHERE kind = ?1 AND subject = ?2 AND claim = ?3 AND lease_until IS NOT NULL";
    let generation: Option<u64> = connection
        .prepare_cached(sql)?
        .query_row(
            params![settle.key.kind(), settle.key.subject(), settle.lease.claim],
            |row| row.get(0),
        )
        .optional()?;
    let Some(generation) = generation else {
        return Err(StoreError::LeaseLost);
    };
    if generation == settle.lease.generation {
        end_run(connection, &settle.key, &settle.end)
    } else {
        end_renewed_run(connection, &settle.key, &settle.end)
    }
}

fn end_run(connection: &Connection, key: &JobKey, end: &JobEnd) -> Result<(), StoreError> {
    let (kind, subject) = (key.kind(), key.subject());
    match end {
        JobEnd::Done => connection
            .prepare_cached("DELETE FROM job WHERE kind = ?1 AND subject = ?2")?
            .execute(params![kind, subject])?,
        // The job waits anew: the wish that this run has served no longer limits how far later wishes push it.
        JobEnd::Continue { run_at } => connection
            .prepare_cached(
                "UPDATE job SET lease_until = NULL, attempts = 0, run_at = ?3, latest_at = ?3
                 WHERE kind = ?1 AND subject = ?2",
            )?
            .execute(params![kind, subject, Nanoseconds(*run_at)])?,
        JobEnd::Retry { run_at } => connection
            .prepare_cached(
                "UPDATE job SET lease_until = NULL, attempts = attempts + 1, run_at = ?3
                 WHERE kind = ?1 AND subject = ?2",
            )?
            .execute(params![kind, subject, Nanoseconds(*run_at)])?,
    };
    Ok(())
}

/// Ends a run during which the job was asked for again: the new wish stays, however the run ended. It has already set
/// the failed runs to none.
fn end_renewed_run(connection: &Connection, key: &JobKey, end: &JobEnd) -> Result<(), StoreError> {
    let continue_at = match end {
        JobEnd::Continue { run_at } => Some(Nanoseconds(*run_at)),
        JobEnd::Done | JobEnd::Retry { .. } => None,
    };
    let sql = "UPDATE job SET lease_until = NULL, run_at = min(run_at, coalesce(?3, run_at))
               WHERE kind = ?1 AND subject = ?2";
    connection
        .prepare_cached(sql)?
        .execute(params![key.kind(), key.subject(), continue_at])?;
    Ok(())
}
