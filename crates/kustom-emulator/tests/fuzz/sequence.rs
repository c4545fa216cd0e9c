//! Anything in any order, and the same again.

use crate::step::Step;
use crate::world::World;
use arbitrary::{Arbitrary, Unstructured};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

/// More does not find more, and a sequence of that many can still be read.
const LONGEST: usize = 50;

pub(crate) fn steps(data: &[u8]) -> Vec<Step> {
    let mut data = Unstructured::new(data);
    let mut steps = Vec::new();
    while !data.is_empty() && steps.len() < LONGEST {
        let Ok(step) = Step::arbitrary(&mut data) else {
            break;
        };
        steps.push(step);
    }
    steps
}

/// Lives through it twice, the second time with snapshots on the way; both must be equal all the way.
pub(crate) fn run(data: &[u8]) {
    let (mut world, mut twin) = (World::new(7), World::new(7));
    for (index, step) in steps(data).iter().enumerate() {
        world.live(step);
        twin.live(step);
        if index % 5 == 4 {
            twin.live(&Step::Snapshot);
        }
        assert_eq!(world.answers.len(), twin.answers.len());
        assert_eq!(world.answers.last(), twin.answers.last(), "{step:?}");
        assert!(
            world.kustom == twin.kustom,
            "two that were asked the same differ after {step:?}"
        );
    }
    assert_eq!(world.answers, twin.answers);
}

/// A sequence takes as long as many documents.
#[test]
fn every_law_holds_after_any_sequence() {
    let config = Config::default();
    let config = Config {
        cases: config.cases.div_ceil(8),
        ..config
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(any::<u8>(), 0..1500), |data| {
            run(&data);
            Ok(())
        })
        .unwrap();
}

/// Else the sequences would prove little: most of what they try would be refused.
#[test]
fn sequences_get_somewhere() {
    let mut runner = TestRunner::deterministic();
    let mut reached = std::collections::BTreeMap::<String, usize>::new();
    for _ in 0..100 {
        let data = prop::collection::vec(any::<u8>(), 1000..1500)
            .new_tree(&mut runner)
            .unwrap();
        let mut world = World::new(7);
        for step in &steps(&data.current()) {
            world.live(step);
        }
        for event in world.kustom.orders().flat_map(|order| &order.history) {
            *reached.entry(format!("{:?}", event.change)).or_default() += 1;
        }
    }
    for change in [
        "Created",
        "Updated",
        "Aborted",
        "Expired",
        "Completed",
        "PaymentRejected",
        "ValidationApproved",
        "ValidationDenied",
        "ShippingOptionSelected",
        "Acknowledged",
        "Captured",
        "Refunded",
        "Cancelled",
        "FraudAccepted",
    ] {
        assert!(reached.contains_key(change), "never {change}: {reached:?}");
    }
}
