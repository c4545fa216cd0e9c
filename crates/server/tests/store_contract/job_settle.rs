//! The ends of runs, and who may tell them.

use crate::data::{assert_due_at, assert_no_job, claim_due, claim_one, proceed, retry, settle, sync, wish};
use kassa::store::{Store, StoreError};
use kassa_commerce::job::JobEnd;

pub(crate) async fn a_job_that_is_done_is_gone(store: &dyn Store) {
    wish(store, sync(1), 0, 0).await;
    let job = claim_due(store, 0, 1000).await.remove(0);
    settle(store, &job, JobEnd::Done).await.unwrap();
    assert_no_job(store).await;
}

pub(crate) async fn a_job_that_was_asked_for_during_its_run_outlives_it(store: &dyn Store) {
    wish(store, sync(1), 0, 0).await;
    let job = claim_due(store, 0, 5000).await.remove(0);
    wish(store, sync(1), 150, 2000).await;
    settle(store, &job, JobEnd::Done).await.unwrap();
    assert_due_at(store, 150).await;
    let next = claim_due(store, 150, 5000).await.remove(0);
    assert!(next.lease.generation > job.lease.generation);
    settle(store, &next, JobEnd::Done).await.unwrap();
    assert_no_job(store).await;
}

pub(crate) async fn a_failed_run_is_counted_and_tried_again_at_its_time(store: &dyn Store) {
    wish(store, sync(1), 0, 0).await;
    for attempts in 0..3 {
        let now = i64::from(attempts) * 1000;
        let job = claim_due(store, now, now + 500).await.remove(0);
        assert_eq!(job.attempts, attempts);
        settle(store, &job, retry(now + 1000)).await.unwrap();
        assert_due_at(store, now + 1000).await;
    }
}

pub(crate) async fn a_failed_run_gives_way_to_a_newer_wish(store: &dyn Store) {
    let job = claim_one(store, sync(1), 0, 5000).await.unwrap();
    wish(store, sync(1), 150, 2000).await;
    settle(store, &job, retry(60_000)).await.unwrap();
    assert_due_at(store, 150).await;
    assert_eq!(claim_due(store, 150, 1000).await[0].attempts, 0);
}

pub(crate) async fn progress_forgets_the_failed_runs(store: &dyn Store) {
    let failed = claim_one(store, sync(1), 0, 500).await.unwrap();
    settle(store, &failed, retry(1000)).await.unwrap();
    let job = claim_due(store, 1000, 1500).await.remove(0);
    assert_eq!(job.attempts, 1);
    settle(store, &job, proceed(2000)).await.unwrap();
    assert_due_at(store, 2000).await;
    assert_eq!(claim_due(store, 2000, 2500).await[0].attempts, 0);
}

pub(crate) async fn progress_keeps_the_earlier_of_its_time_and_a_newer_wish(store: &dyn Store) {
    for (number, continue_at) in [(1, 100), (2, 40_000)] {
        let job = claim_one(store, sync(number), 0, 5000).await.unwrap();
        wish(store, sync(number), 150, 2000).await;
        settle(store, &job, proceed(continue_at)).await.unwrap();
        assert_due_at(store, continue_at.min(150)).await;
        let next = claim_due(store, 200, 5000).await.remove(0);
        settle(store, &next, JobEnd::Done).await.unwrap();
    }
}

pub(crate) async fn a_lease_taken_over_by_another_is_lost(store: &dyn Store) {
    let slow = claim_one(store, sync(1), 0, 1000).await.unwrap();
    let other = claim_one(store, sync(1), 1000, 2000).await.unwrap();
    for end in [JobEnd::Done, proceed(0), retry(0)] {
        assert_eq!(settle(store, &slow, end).await, Err(StoreError::LeaseLost));
    }
    assert_due_at(store, 2000).await;
    settle(store, &other, JobEnd::Done).await.unwrap();
}

pub(crate) async fn a_lease_that_ended_still_settles_while_nobody_took_over(store: &dyn Store) {
    let job = claim_one(store, sync(1), 0, 1000).await.unwrap();
    wish(store, sync(1), 9000, 9000).await;
    settle(store, &job, JobEnd::Done).await.unwrap();
    assert_due_at(store, 9000).await;
}

pub(crate) async fn a_lease_settles_once(store: &dyn Store) {
    let job = claim_one(store, sync(1), 0, 1000).await.unwrap();
    settle(store, &job, retry(3000)).await.unwrap();
    let again = settle(store, &job, JobEnd::Done).await;
    assert_eq!(again, Err(StoreError::LeaseLost));
    assert_due_at(store, 3000).await;
}

/// The job is done by another and made anew. A count that starts again would let the first holder settle the new one.
pub(crate) async fn a_lease_of_the_jobs_earlier_life_is_lost(store: &dyn Store) {
    let slow = claim_one(store, sync(1), 0, 1000).await.unwrap();
    let other = claim_one(store, sync(1), 1000, 2000).await.unwrap();
    settle(store, &other, JobEnd::Done).await.unwrap();
    claim_one(store, sync(1), 1100, 2100).await.unwrap();
    assert_eq!(
        settle(store, &slow, JobEnd::Done).await,
        Err(StoreError::LeaseLost)
    );
    assert_due_at(store, 2100).await;
}

pub(crate) async fn a_job_that_nobody_claimed_cannot_be_settled(store: &dyn Store) {
    let job = claim_one(store, sync(1), 0, 1000).await.unwrap();
    settle(store, &job, JobEnd::Done).await.unwrap();
    assert_eq!(
        settle(store, &job, JobEnd::Done).await,
        Err(StoreError::LeaseLost)
    );
    wish(store, sync(1), 0, 0).await;
    assert_eq!(
        settle(store, &job, JobEnd::Done).await,
        Err(StoreError::LeaseLost)
    );
}
