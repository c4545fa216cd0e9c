use super::*;
use crate::fixture::{cart_id, kustom_id, now};

fn every_key() -> [JobKey; 6] {
    [
        JobKey::Sync(cart_id()),
        JobKey::Complete(kustom_id("k1")),
        JobKey::Acknowledge(kustom_id("k1")),
        JobKey::SetReferences(kustom_id("k1")),
        JobKey::Cancel(kustom_id("k1")),
        JobKey::Abort(kustom_id("k1")),
    ]
}

#[test]
fn every_key_is_read_back_from_its_stored_form() {
    for key in every_key() {
        assert_eq!(JobKey::from_parts(key.kind(), key.subject()), Some(key));
    }
}

#[test]
fn stored_forms_that_no_key_has_are_refused() {
    assert_eq!(JobKey::from_parts("sync", "not a cart".into()), None);
    assert_eq!(JobKey::from_parts("dance", "k1".into()), None);
    assert_eq!(JobKey::from_parts("", String::new()), None);
}

#[test]
fn kinds_are_distinct_and_shown_without_their_subject() {
    let kinds: std::collections::BTreeSet<_> = every_key().iter().map(ToString::to_string).collect();
    assert_eq!(kinds.len(), 6);
    assert!(kinds.iter().all(|kind| !kind.contains("k1")));
}

#[test]
fn a_request_at_a_time_waits_for_no_other_wish() {
    let request = JobRequest::at(JobKey::Sync(cart_id()), now());
    assert_eq!((request.run_at, request.latest_at), (now(), now()));
}
