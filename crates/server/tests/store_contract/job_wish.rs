//! Wishes: when a job runs that was asked for, and asked for again.

use crate::data::{
    assert_due_at, assert_no_job, at, claim_due, claim_one, kustom_order_id, proceed, request, retry, settle,
    settlement, sync, wish,
};
use kassa::store::Store;
use kassa_commerce::change::Change;
use kassa_commerce::job::{JobEnd, JobKey};

pub(crate) async fn without_jobs_nothing_is_due(store: &dyn Store) {
    assert_no_job(store).await;
    assert_eq!(claim_due(store, 0, 1000).await, []);
}

pub(crate) async fn a_job_is_due_at_the_time_wished_for(store: &dyn Store) {
    wish(store, sync(1), 150, 2000).await;
    assert_due_at(store, 150).await;
}

pub(crate) async fn the_earliest_job_is_due_next(store: &dyn Store) {
    for (number, run_at) in [(1, 300), (2, 100), (3, 200)] {
        wish(store, sync(number), run_at, run_at).await;
    }
    assert_due_at(store, 100).await;
}

pub(crate) async fn a_wish_never_waits_beyond_its_own_latest_time(store: &dyn Store) {
    wish(store, sync(1), 500, 300).await;
    assert_due_at(store, 300).await;
}

pub(crate) async fn repeated_wishes_push_a_waiting_job_back(store: &dyn Store) {
    wish(store, sync(1), 150, 2000).await;
    wish(store, sync(1), 250, 2100).await;
    assert_due_at(store, 250).await;
    assert_eq!(claim_due(store, 3000, 4000).await.len(), 1);
}

pub(crate) async fn repeated_wishes_never_push_a_job_beyond_the_first_latest_time(store: &dyn Store) {
    for late_by in (0..1000).step_by(100) {
        wish(store, sync(1), 150 + late_by, 400 + late_by).await;
    }
    assert_due_at(store, 400).await;
}

pub(crate) async fn an_urgent_wish_brings_a_waiting_job_forward(store: &dyn Store) {
    wish(store, sync(1), 900, 900).await;
    wish(store, sync(1), 100, 100).await;
    assert_due_at(store, 100).await;
    wish(store, sync(1), 900, 900).await;
    assert_due_at(store, 100).await;
}

pub(crate) async fn jobs_of_another_kind_or_subject_stand_apart(store: &dyn Store) {
    let keys = [
        sync(1),
        sync(2),
        JobKey::Complete(kustom_order_id(1)),
        JobKey::Acknowledge(kustom_order_id(1)),
        JobKey::SetReferences(kustom_order_id(1)),
        JobKey::Cancel(kustom_order_id(1)),
        JobKey::Abort(kustom_order_id(2)),
    ];
    for (key, run_at) in keys.iter().zip(1..) {
        wish(store, key.clone(), run_at, run_at).await;
    }
    let claimed = claim_due(store, 100, 1000).await;
    let claimed_keys: Vec<_> = claimed.into_iter().map(|job| job.key).collect();
    assert_eq!(claimed_keys, keys);
}

pub(crate) async fn a_wish_ends_the_back_off(store: &dyn Store) {
    let job = claim_one(store, sync(1), 0, 100).await.unwrap();
    settle(store, &job, retry(60_000)).await.unwrap();
    wish(store, sync(1), 250, 2000).await;
    assert_due_at(store, 250).await;
    assert_eq!(claim_due(store, 250, 1000).await[0].attempts, 0);
}

pub(crate) async fn a_wish_during_a_run_waits_for_its_end(store: &dyn Store) {
    claim_one(store, sync(1), 0, 5000).await.unwrap();
    wish(store, sync(1), 150, 2000).await;
    assert_due_at(store, 5000).await;
    assert_eq!(claim_due(store, 4999, 9000).await, []);
}

pub(crate) async fn a_wish_during_a_run_is_not_bound_by_the_earlier_wish(store: &dyn Store) {
    wish(store, sync(1), 10, 20).await;
    let job = claim_one(store, sync(1), 10, 5000).await.unwrap();
    wish(store, sync(1), 150, 2000).await;
    settle(store, &job, JobEnd::Done).await.unwrap();
    assert_due_at(store, 150).await;
}

/// Debouncing starts anew with the wish that came during the run.
pub(crate) async fn wishes_after_a_run_renew_the_one_that_came_during_it(store: &dyn Store) {
    wish(store, sync(1), 10, 20).await;
    let job = claim_one(store, sync(1), 10, 5000).await.unwrap();
    wish(store, sync(1), 150, 400).await;
    settle(store, &job, JobEnd::Done).await.unwrap();
    wish(store, sync(1), 250, 2100).await;
    assert_due_at(store, 250).await;
    wish(store, sync(1), 450, 2300).await;
    assert_due_at(store, 400).await;
}

pub(crate) async fn a_wish_after_progress_is_not_bound_by_the_earlier_wish(store: &dyn Store) {
    wish(store, sync(1), 10, 20).await;
    let job = claim_one(store, sync(1), 10, 5000).await.unwrap();
    settle(store, &job, proceed(35_000)).await.unwrap();
    wish(store, sync(1), 150, 2000).await;
    assert_due_at(store, 150).await;
}

pub(crate) async fn a_wish_in_the_change_that_ends_the_run_is_a_fresh_one(store: &dyn Store) {
    wish(store, sync(1), 10, 20).await;
    let job = claim_one(store, sync(1), 10, 5000).await.unwrap();
    let change = Change {
        jobs: vec![request(sync(1), 150, 2000)],
        ..settlement(&job, JobEnd::Done)
    };
    store.commit(change).await.unwrap();
    assert_due_at(store, 150).await;
    let next = claim_due(store, 150, 1000).await.remove(0);
    assert_eq!((next.attempts, next.lease.until), (0, at(1000)));
    settle(store, &next, JobEnd::Done).await.unwrap();
    assert_no_job(store).await;
}

pub(crate) async fn a_wish_in_the_change_that_fails_the_run_replaces_the_back_off(store: &dyn Store) {
    let job = claim_one(store, sync(1), 0, 5000).await.unwrap();
    let change = Change {
        jobs: vec![request(sync(1), 150, 2000)],
        ..settlement(&job, retry(60_000))
    };
    store.commit(change).await.unwrap();
    assert_due_at(store, 150).await;
    assert_eq!(claim_due(store, 150, 1000).await[0].attempts, 0);
}
