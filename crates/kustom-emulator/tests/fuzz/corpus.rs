//! Every document of the corpora, and many that are nearly like them. `PROPTEST_CASES` says how many.

use crate::edit::{Edit, edited};
use crate::targets::{TARGETS, Target};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::fs;
use std::path::PathBuf;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(name);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

fn check((name, target): Target) {
    let documents = corpus(name);
    documents.iter().for_each(|document| target(document));
    let edits = prop::collection::vec(any::<Edit>(), 1..6);
    let inputs = (any::<prop::sample::Index>(), edits);
    let config = Config::default();
    let config = Config {
        // These live through a sequence first.
        cases: if name == "snapshot" {
            config.cases.div_ceil(8)
        } else {
            config.cases
        },
        ..config
    };
    TestRunner::new(config)
        .run(&inputs, |(index, edits)| {
            let document: &Vec<u8> = index.get(&documents);
            target(&edited(document, &edits));
            Ok(())
        })
        .unwrap();
}

#[test]
fn callback_answers() {
    check(target("callback_answer"));
}

#[test]
fn control_bodies() {
    check(target("control"));
}

#[test]
fn management_bodies() {
    check(target("management"));
}

#[test]
fn orders() {
    check(target("order"));
}

#[test]
fn pay_bodies() {
    check(target("pay"));
}

#[test]
fn snapshots() {
    check(target("snapshot"));
}

fn target(name: &str) -> Target {
    let found = TARGETS.into_iter().find(|(known, _)| *known == name);
    found.expect("the target is in the list")
}

/// Each has a file for the fuzzer and a corpus, and nothing else has.
#[test]
fn every_target_can_be_fuzzed() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let names = |folder: PathBuf| -> Vec<String> {
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        let mut names: Vec<_> = files
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let mut known: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    known.sort();
    assert_eq!(names(folder.join("fuzz_targets")), known);
    assert_eq!(names(folder.join("corpus")), known);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    for name in known {
        assert!(
            manifest.contains(&format!("fuzz_targets/{name}.rs")),
            "{name} is not in fuzz/Cargo.toml"
        );
    }
}
