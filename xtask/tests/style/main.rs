//! The house rules that a machine can check.
//!
//! Each rule is a function from files to violations. It runs twice: over the repository, which must be
//! clean, and over a small example that breaks it, because a rule nobody has seen fail may not be one.

mod crash_point;
mod file;
mod manifest;
mod source;

use file::{File, repository};

type Rule = fn(&[File]) -> Vec<String>;

/// The repository keeps the rule.
#[track_caller]
fn kept(rule: Rule) {
    let violations = rule(&repository());
    assert!(
        violations.is_empty(),
        "{} violations:\n  {}",
        violations.len(),
        violations.join("\n  ")
    );
}

/// One file on its own breaks the rule in exactly these ways.
#[track_caller]
fn check(rule: Rule, path: &str, text: &str, expect: &[&str]) {
    assert_eq!(rule(&[File::new(path, text)]), expect, "{path}");
}

/// Otherwise every rule could pass by looking at nothing.
#[test]
fn the_rules_see_the_repository() {
    let files = repository();
    let sees = |path: &str| files.iter().any(|file| file.path == path);
    for path in [
        "Cargo.toml",
        ".ci/run",
        "crates/commerce/src/lib.rs",
        "xtask/tests/style/main.rs",
    ] {
        assert!(sees(path), "{path} is not seen");
    }
    assert!(
        !files.iter().any(|file| file.path.starts_with("target/")),
        "build output is not ours"
    );
}
