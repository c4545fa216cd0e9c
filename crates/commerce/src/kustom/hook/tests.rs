use super::*;
use crate::address::Address;
use crate::command::CartCommand;
use crate::contact::{Email, Phone};
use crate::field::FieldKey;
use crate::fixture::{
    TIMING, add, apply, cart_id, cart_with, catalogue, changed, country, edited, now, opened, remove,
    seconds_later, set_quantity, state, written,
};
use jiff::ToSpan;
use serde_json::json;

fn open_cart() -> Cart {
    opened(&cart_with(&[("SHOE", 1)])).cart
}

fn check_disturbs_nobody(command: CartCommand) {
    let cart = open_cart();
    let change = apply(&cart, command).unwrap();
    assert_eq!((change.snapshots.len(), change.jobs.len()), (0, 0));
    let after = written(&change);
    assert_eq!(after.kustom, cart.kustom);
    assert_eq!(after.payload_revision, cart.payload_revision);
}

fn address_in(code: Option<&str>) -> CartCommand {
    let address = Address {
        name: Some("Åsa Öberg".into()),
        country_code: code.map(country),
        ..Address::default()
    };
    CartCommand::SetAddress {
        address: Some(Box::new(address)),
        invoice_recipient: None,
    }
}

#[test]
fn a_cart_without_a_kustom_order_has_nobody_to_tell() {
    let cart = cart_with(&[("SHOE", 1)]);
    let change = apply(&cart, set_quantity(1, 2)).unwrap();
    assert_eq!((change.snapshots.len(), change.jobs.len()), (0, 0));
    let after = written(&change);
    assert_eq!((after.kustom, after.payload_revision), (None, 0));
}

#[test]
fn contacts_and_fields_disturb_nobody() {
    check_disturbs_nobody(CartCommand::SetEmail {
        email: Email::parse("a@example.test").unwrap(),
    });
    check_disturbs_nobody(CartCommand::SetPhone {
        phone: Phone::parse("070 123").unwrap(),
    });
    let key = FieldKey::parse("tracking:ga").unwrap();
    check_disturbs_nobody(CartCommand::SetField {
        key: key.clone(),
        value: json!("G-1"),
    });
    check_disturbs_nobody(CartCommand::RemoveField { key });
    check_disturbs_nobody(address_in(None));
    check_disturbs_nobody(address_in(Some("SE")));
    check_disturbs_nobody(set_quantity(1, 1));
}

#[test]
fn an_edit_is_pending_in_the_same_change() {
    let before = open_cart();
    let (after, snapshot) = edited(&before, set_quantity(1, 2));
    let kustom = state(&after);
    assert_eq!((kustom.revision, kustom.synced_revision), (2, 1));
    assert_eq!((after.payload_revision, snapshot.revision), (2, 2));
    assert_eq!(
        kustom.sync_hash,
        state(&before).sync_hash,
        "Kustom holds what it held"
    );
    assert_eq!(
        kustom.pending_hash.as_deref(),
        Some(snapshot.offer.sync_hash(&kustom.kustom_order_id, 2).as_str())
    );
    assert_eq!(kustom.content_hash, snapshot.content_hash);
    assert_eq!(snapshot.content_hash, snapshot.offer.content_hash());
    assert!(kustom.is_syncing());
}

#[test]
fn a_new_country_is_an_edit() {
    let (after, snapshot) = edited(&open_cart(), address_in(Some("FI")));
    assert_eq!(snapshot.offer.purchase_country, "FI");
    assert_eq!(state(&after).revision, 2);
}

#[test]
fn an_edit_and_its_undo_are_two_revisions() {
    let before = open_cart();
    let (edit, first) = edited(&before, set_quantity(1, 2));
    let (undo, second) = edited(&edit, set_quantity(1, 1));
    assert_eq!(state(&undo).revision, 3);
    assert_eq!(second.content_hash, state(&before).content_hash);
    assert_ne!(first.content_hash, second.content_hash);
    let hashes = [
        Some(state(&before).sync_hash.clone()),
        state(&edit).pending_hash.clone(),
        state(&undo).pending_hash.clone(),
    ];
    assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
    assert_eq!(state(&undo).sync_hash, state(&before).sync_hash);
}

#[test]
fn an_email_between_edits_keeps_what_is_pending() {
    let (edit, _) = edited(&open_cart(), set_quantity(1, 2));
    let email = Email::parse("a@example.test").unwrap();
    let after = changed(&edit, CartCommand::SetEmail { email });
    assert_eq!(after.kustom, edit.kustom);
}

#[test]
fn an_empty_cart_is_pending_but_not_sent() {
    let change = apply(&open_cart(), remove(1)).unwrap();
    assert_eq!((change.snapshots.len(), change.jobs.len()), (1, 0));
    let emptied = written(&change);
    assert_ne!(
        state(&emptied).pending_hash.as_ref(),
        Some(&state(&emptied).sync_hash)
    );
    assert!(state(&emptied).is_syncing());
    let refilled = apply(&emptied, add(1, "SHOE", 1)).unwrap();
    assert_eq!(refilled.jobs.len(), 1);
    assert_eq!(state(&written(&refilled)).revision, 3);
}

#[test]
fn the_job_starts_after_the_delay_and_by_the_longest_delay() {
    let timing = SyncTiming {
        delay: SignedDuration::from_secs(2),
        longest_delay: SignedDuration::from_secs(5),
    };
    let change =
        crate::command::apply(&open_cart(), set_quantity(1, 2), &catalogue(), &timing, now()).unwrap();
    let expected = JobRequest {
        key: JobKey::Sync(cart_id()),
        run_at: seconds_later(2),
        latest_at: seconds_later(5),
    };
    assert_eq!(change.jobs, [expected]);
}

#[test]
fn the_usual_delays_let_the_answer_reach_the_page_first() {
    let change = crate::command::apply(
        &open_cart(),
        set_quantity(1, 2),
        &catalogue(),
        &SyncTiming::default(),
        now(),
    )
    .unwrap();
    let job = &change.jobs[0];
    assert_eq!(job.run_at, now() + 150.milliseconds());
    assert_eq!(job.latest_at, now() + 1.second());
    assert_eq!(SyncTiming::default(), TIMING);
}

#[test]
fn a_clock_or_a_delay_beyond_all_time_is_survived() {
    let timing = SyncTiming {
        delay: SignedDuration::MAX,
        longest_delay: SignedDuration::MAX,
    };
    let change =
        crate::command::apply(&open_cart(), set_quantity(1, 2), &catalogue(), &timing, now()).unwrap();
    assert_eq!(change.jobs[0].run_at, Timestamp::MAX);
}
