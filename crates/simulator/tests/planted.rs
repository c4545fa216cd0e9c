//! Each fault that can be planted is found. `cargo xtask simulate --planted` tells how soon.
#![cfg(feature = "planted-bugs")]

use kassa_commerce::planted::Bug;
use kassa_simulator::planted::find;
use std::sync::Mutex;
use std::thread;

/// Where to look further when the seed that found a fault last does not find it any more: the drivers have changed, and with
/// them every world.
const FURTHER: u64 = 3_000;

#[test]
fn every_planted_fault_is_found() {
    let bugs = Mutex::new(SOONEST.iter());
    let hidden = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let catalogue = kassa::demo::catalogue();
                loop {
                    let next = bugs.lock().unwrap().next();
                    let Some((bug, seed)) = next else { return };
                    let seeds = std::iter::once(*seed).chain(1..FURTHER);
                    match find(*bug, seeds, &catalogue) {
                        Some(found) => println!(
                            "{bug:?}: found after {} checkouts from seed {seed} on: {} {}",
                            found.checkouts, found.violation.invariant, found.violation.sentence
                        ),
                        None => hidden.lock().unwrap().push(*bug),
                    }
                }
            });
        }
    });
    assert_eq!(hidden.into_inner().unwrap(), [], "planted and not found");
}

#[test]
fn every_fault_has_a_seed_to_begin_with() {
    for bug in Bug::ALL {
        assert!(SOONEST.iter().any(|(known, _)| *known == bug), "{bug:?}");
    }
}

/// The seed that found each of them last. Begin here, because a test has no time for thousands of worlds.
const SOONEST: [(Bug, u64); Bug::ALL.len()] = [
    (Bug::HashWithoutRevision, 1),
    (Bug::PublishWithoutComparing, 1),
    (Bug::SyncedBeforeCall, 11),
    (Bug::AcknowledgeBeforeCommit, 1),
    (Bug::NoUniqueOrder, 106),
    (Bug::OrderFromCurrentCart, 16),
    (Bug::PaymentMustMatchCart, 16),
    (Bug::NewOrderOnServerError, 2),
    (Bug::LoserSnippetAnswered, 105),
    (Bug::LoserNotAborted, 121),
    (Bug::KeyPerAttempt, 2),
    (Bug::ReadOnlyIsAnError, 16),
    (Bug::ReadOnlyIsGone, 16),
    (Bug::CancelOnError, 2),
    (Bug::CallOutlastsLease, 37),
    (Bug::SettleWithoutLease, 38),
    (Bug::AmbiguousIsSuccess, 12),
    (Bug::WindowIgnored, 57),
    (Bug::WindowReadBelieved, 50),
    (Bug::RetiredNotAborted, 104),
    (Bug::RetiredForgotten, 16),
    (Bug::DuplicateKept, 107),
    (Bug::UnknownStatusAccepted, 31),
    (Bug::OutboxGivesUp, 2),
    (Bug::JobInAnotherTransaction, 1),
    (Bug::WishDuringRunLost, 54),
    (Bug::PushAnsweredEarly, 1),
    (Bug::ConfirmLatestOnly, 715),
    (Bug::UndoDropsJob, 4),
    (Bug::AbandonedLeaseTrusted, 262),
    (Bug::StaleCartOverwrites, 2),
    (Bug::SnippetBeforeBind, 1),
    (Bug::ToldBeforeCommit, 1),
    (Bug::StateGoesBack, 153),
    (Bug::PendingHashLate, 1),
    (Bug::GateAlwaysOpen, 5),
    (Bug::ApprovedBeforeCommit, 2),
    (Bug::FreezeIgnored, 6),
    (Bug::NobodyAsks, 1),
    (Bug::ReviewLocksNothing, 381),
    (Bug::TurnGivenBackUnnoted, 501_806),
    (Bug::CountryOfTheEdit, 3508),
];
