//! A rule about crash points: the torture kills at the places that the server has.

use std::collections::BTreeSet;

use crate::file::File;
use crate::{check, kept};

const NAMED_BY: &str = "crates/server/src/";
const KILLS_AT: &str = "crates/torture/src/killer.rs";

const ENDS: [&str; 5] = [
    ".before_commit",
    ".after_commit",
    ".before_call",
    ".after_call",
    ".before_answer",
];

/// A place that nobody dies at is not tested, and a death at no place never comes.
fn one_sided_crash_point(files: &[File]) -> Vec<String> {
    let named = points(files, |path| path.starts_with(NAMED_BY));
    let killed_at = points(files, |path| path == KILLS_AT);
    let one_sided = named.symmetric_difference(&killed_at);
    one_sided
        .map(|point| format!("the crash point {point} is not both in {NAMED_BY} and in {KILLS_AT}"))
        .collect()
}

fn points(files: &[File], is_looked_at: fn(&str) -> bool) -> BTreeSet<&str> {
    let texts = files.iter().filter(|file| is_looked_at(&file.path));
    let quoted = texts.flat_map(|file| file.text.split('"'));
    quoted
        .filter(|text| {
            ENDS.iter()
                .any(|end| text.ends_with(end) && text.len() > end.len())
        })
        .collect()
}

#[test]
fn the_server_can_die_wherever_the_torture_kills() {
    kept(one_sided_crash_point);
    let path = "crates/server/src/a.rs";
    check(
        one_sided_crash_point,
        path,
        "crash::point(\"a.after_call\");",
        &[
            "the crash point a.after_call is not both in crates/server/src/ and in crates/torture/src/killer.rs",
        ],
    );
    check(one_sided_crash_point, path, "crash::point(name);", &[]);
}
