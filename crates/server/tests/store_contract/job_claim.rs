//! Claims: who runs a job, and until when.

use crate::data::{
    assert_due_at, at, cart, claim_due, claim_of_due, claim_one, insertion, request, settle, sync, wish,
};
use futures_util::future::join_all;
use kassa::store::Store;
use kassa_commerce::change::{Change, Claim};
use kassa_commerce::job::JobEnd;
use std::collections::HashSet;

pub(crate) async fn a_job_is_not_claimed_before_its_time(store: &dyn Store) {
    wish(store, sync(1), 150, 2000).await;
    assert_eq!(claim_due(store, 149, 1000).await, []);
    assert_eq!(claim_due(store, 150, 1000).await.len(), 1);
}

pub(crate) async fn due_jobs_are_claimed_oldest_first_and_up_to_the_limit(store: &dyn Store) {
    for (number, run_at) in [(1, 300), (2, 100), (3, 400), (4, 200)] {
        wish(store, sync(number), run_at, run_at).await;
    }
    let claimed = store.commit(claim_of_due(1000, 2000, 3)).await.unwrap().claimed;
    let keys: Vec<_> = claimed.into_iter().map(|job| job.key).collect();
    assert_eq!(keys, [sync(2), sync(4), sync(1)]);
    assert_due_at(store, 400).await;
}

pub(crate) async fn a_claim_gives_back_exactly_the_lease_asked_for(store: &dyn Store) {
    wish(store, sync(1), 150, 2000).await;
    let by_time = claim_due(store, 150, 35_000).await.remove(0);
    assert_eq!(by_time.lease.until, at(35_000));
    assert_due_at(store, 35_000).await;
    let by_key = claim_one(store, sync(2), 150, 34_000).await.unwrap();
    assert_eq!(by_key.lease.until, at(34_000));
    assert_due_at(store, 34_000).await;
}

pub(crate) async fn a_held_job_is_not_claimed_again(store: &dyn Store) {
    wish(store, sync(1), 0, 0).await;
    assert_eq!(claim_due(store, 0, 1000).await.len(), 1);
    assert_eq!(claim_due(store, 999, 2000).await, []);
    assert_eq!(claim_one(store, sync(1), 999, 2000).await, None);
}

pub(crate) async fn held_jobs_do_not_use_up_the_limit(store: &dyn Store) {
    for number in 1..=4 {
        wish(store, sync(number), 0, 0).await;
    }
    for expected in [[sync(1), sync(2)], [sync(3), sync(4)]] {
        let claimed = store.commit(claim_of_due(0, 1000, 2)).await.unwrap().claimed;
        let keys: Vec<_> = claimed.into_iter().map(|job| job.key).collect();
        assert_eq!(keys, expected);
    }
}

pub(crate) async fn a_held_job_is_due_when_its_lease_ends(store: &dyn Store) {
    wish(store, sync(1), 0, 0).await;
    claim_due(store, 0, 1000).await;
    assert_due_at(store, 1000).await;
    assert_eq!(claim_due(store, 1000, 2000).await.len(), 1);
    assert!(claim_one(store, sync(1), 2000, 3000).await.is_some());
}

pub(crate) async fn one_job_is_claimed_before_its_time(store: &dyn Store) {
    wish(store, sync(1), 60_000, 60_000).await;
    let job = claim_one(store, sync(1), 0, 1000).await.unwrap();
    assert_eq!((job.key, job.attempts), (sync(1), 0));
}

pub(crate) async fn a_missing_job_is_made_by_claiming_it(store: &dyn Store) {
    let job = claim_one(store, sync(1), 200, 1000).await.unwrap();
    assert_eq!((&job.key, job.attempts), (&sync(1), 0));
    assert_due_at(store, 1000).await;
    settle(store, &job, JobEnd::Done).await.unwrap();
}

pub(crate) async fn a_change_claims_the_job_it_asks_for(store: &dyn Store) {
    let change = Change {
        jobs: vec![request(sync(1), 150, 2000)],
        claim: Some(Claim::One {
            key: sync(1),
            now: at(0),
            until: at(1000),
        }),
        ..insertion(cart(1))
    };
    let job = store.commit(change).await.unwrap().claimed.remove(0);
    assert_eq!(claim_due(store, 150, 2000).await, []);
    settle(store, &job, JobEnd::Done).await.unwrap();
}

/// The process that held it has crashed, perhaps because of this very job.
pub(crate) async fn a_lease_that_ended_by_itself_counts_as_a_failed_run(store: &dyn Store) {
    wish(store, sync(1), 0, 0).await;
    for attempts in 0..3 {
        let now = i64::from(attempts) * 1000;
        let job = claim_due(store, now, now + 1000).await.remove(0);
        assert_eq!(job.attempts, attempts);
    }
    let job = claim_one(store, sync(1), 3000, 4000).await.unwrap();
    assert_eq!(job.attempts, 3);
}

pub(crate) async fn a_later_claim_has_a_larger_number(store: &dyn Store) {
    let first = claim_one(store, sync(1), 0, 1000).await.unwrap();
    let second = claim_one(store, sync(1), 1000, 2000).await.unwrap();
    assert!(second.lease.claim > first.lease.claim);
    assert_eq!(second.lease.generation, first.lease.generation);
}

pub(crate) async fn many_workers_claim_each_job_once(store: &dyn Store) {
    for number in 0..40 {
        wish(store, sync(number), 0, 0).await;
    }
    let workers = (0..16).map(|_| store.commit(claim_of_due(0, 1000, 4)));
    let claimed: Vec<_> = join_all(workers)
        .await
        .into_iter()
        .flat_map(|committed| committed.unwrap().claimed)
        .map(|job| job.key)
        .collect();
    assert_eq!(claimed.len(), 40);
    assert_eq!(claimed.iter().collect::<HashSet<_>>().len(), 40);
}

pub(crate) async fn a_lease_that_ended_unreported_is_told_to_the_next_holder(store: &dyn Store) {
    wish(store, sync(1), 0, 0).await;
    assert_eq!(claim_due(store, 0, 1000).await[0].abandoned_at, None);
    let second = claim_due(store, 1500, 3000).await.remove(0);
    assert_eq!(second.abandoned_at, Some(at(1000)));
}

pub(crate) async fn leases_of_the_dead_end_when_a_new_process_says_so(store: &dyn Store) {
    wish(store, sync(1), 0, 0).await;
    wish(store, sync(2), 0, 0).await;
    claim_one(store, sync(1), 0, 30_000).await.unwrap();
    claim_one(store, sync(2), 0, 100).await.unwrap();
    let started = Change {
        abandon_leases: Some(at(500)),
        ..Change::default()
    };
    store.commit(started).await.unwrap();
    let claimed = claim_due(store, 500, 2000).await;
    let abandoned: Vec<_> = claimed
        .iter()
        .map(|job| (job.key.clone(), job.abandoned_at))
        .collect();
    assert_eq!(abandoned, [(sync(2), Some(at(100))), (sync(1), Some(at(500)))]);
}
