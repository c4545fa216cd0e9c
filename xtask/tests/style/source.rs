//! Rules about the text and the names of files.

use crate::file::File;
use crate::{check, kept};

/// Style says: aim below 200, split at 500.
const LONGEST_FILE: usize = 500;

/// Whoever decides must not wait, read the clock or touch the system.
const NOT_IN_COMMERCE: [&str; 8] = [
    "async ",
    "tokio",
    "std::env",
    "std::fs",
    "std::net",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
];

/// Names that say nothing about what is inside.
const NAMELESS: [&str; 9] = [
    "util", "utils", "helper", "helpers", "common", "manager", "managers", "service", "services",
];

// In two pieces, or this file would break its own rules.
const ALLOW: [&str; 2] = [concat!("#[", "allow("), concat!("#![", "allow(")];
const IGNORE: &str = concat!("#[", "ignore");
const MACHINE_SPECIFIC: [&str; 2] = [concat!("/wo", "rk/"), concat!("/tmp", "/wt")];

const NOT_RUN_IN_TYPESCRIPT: [&str; 5] = ["it.skip(", "test.skip(", "describe.skip(", ".only(", ".todo("];

fn long_file(files: &[File]) -> Vec<String> {
    let ours = files
        .iter()
        .filter(|file| (file.is_rust() || file.is_typescript()) && is_our_source(&file.path));
    let counted = ours.map(|file| (file, file.text.lines().count()));
    let long = counted.filter(|(_, lines)| *lines > LONGEST_FILE);
    long.map(|(file, lines)| format!("{} has {lines} lines, {LONGEST_FILE} is the limit", file.path))
        .collect()
}

fn is_our_source(path: &str) -> bool {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["crates" | "xtask" | "e2e" | "examples", ..] => true,
        ["web", _, folder, ..] => *folder == "src",
        _ => false,
    }
}

fn impure_source_of_commerce(files: &[File]) -> Vec<String> {
    let sources = files
        .iter()
        .filter(|file| file.path.starts_with("crates/commerce/src/") && file.is_rust());
    let code = sources.flat_map(|file| {
        file.text
            .lines()
            .zip(1..)
            .map(move |(line, number)| (file, line, number))
    });
    let code = code.filter(|(_, line, _)| !line.trim_start().starts_with("//"));
    let found = code.flat_map(|(file, line, number)| {
        let words = NOT_IN_COMMERCE
            .into_iter()
            .filter(move |word| line.contains(word));
        words.map(move |word| format!("{}:{number}: `{}`", file.path, word.trim_end()))
    });
    found.collect()
}

fn nameless_file(files: &[File]) -> Vec<String> {
    let nameless = files.iter().filter(|file| file.path.split('/').any(says_nothing));
    nameless
        .map(|file| format!("{}: name what is inside", file.path))
        .collect()
}

fn says_nothing(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.split(['_', '-'])
        .any(|word| NAMELESS.contains(&word.to_lowercase().as_str()))
}

fn allowed_lint(files: &[File]) -> Vec<String> {
    let rust = files.iter().filter(|file| file.is_rust());
    rust.flat_map(|file| ALLOW.into_iter().flat_map(|allow| file.lines_with(allow)))
        .collect()
}

fn ignored_test(files: &[File]) -> Vec<String> {
    let rust = files
        .iter()
        .filter(|file| file.is_rust())
        .flat_map(|file| file.lines_with(IGNORE));
    let typescript = files.iter().filter(|file| file.is_typescript());
    rust.chain(typescript.flat_map(|file| {
        NOT_RUN_IN_TYPESCRIPT
            .into_iter()
            .flat_map(|word| file.lines_with(word))
    }))
    .collect()
}

fn machine_specific_path(files: &[File]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| {
            MACHINE_SPECIFIC
                .into_iter()
                .flat_map(|path| file.lines_with(path))
        })
        .collect()
}

#[test]
fn no_file_is_longer_than_500_lines() {
    kept(long_file);
    let long = "x\n".repeat(501);
    check(long_file, "crates/server/src/a.rs", &"x\n".repeat(500), &[]);
    check(
        long_file,
        "crates/server/src/a.rs",
        &long,
        &["crates/server/src/a.rs has 501 lines, 500 is the limit"],
    );
    check(
        long_file,
        "web/element/src/a.ts",
        &long,
        &["web/element/src/a.ts has 501 lines, 500 is the limit"],
    );
    check(
        long_file,
        "e2e/stories/a.test.ts",
        &long,
        &["e2e/stories/a.test.ts has 501 lines, 500 is the limit"],
    );
    check(
        long_file,
        "examples/react/src/a.tsx",
        &long,
        &["examples/react/src/a.tsx has 501 lines, 500 is the limit"],
    );
    check(long_file, "Cargo.lock", &long, &[]);
}

#[test]
fn commerce_waits_for_nothing_and_reads_no_clock() {
    kept(impure_source_of_commerce);
    let check = |text: &str, expect: &[&str]| {
        check(
            impure_source_of_commerce,
            "crates/commerce/src/cart.rs",
            text,
            expect,
        );
    };
    check(
        "\npub async fn pay() {}",
        &["crates/commerce/src/cart.rs:2: `async`"],
    );
    check("use tokio::time;", &["crates/commerce/src/cart.rs:1: `tokio`"]);
    check(
        "let now = std::time::SystemTime::now();",
        &["crates/commerce/src/cart.rs:1: `std::time::SystemTime`"],
    );
    check(
        "use std::fs::File;",
        &["crates/commerce/src/cart.rs:1: `std::fs`"],
    );
    check(
        "use std::net::IpAddr;",
        &["crates/commerce/src/cart.rs:1: `std::net`"],
    );
    check("//! No async code, no tokio, no std::fs.", &[]);
}

#[test]
fn the_server_may_wait() {
    check(
        impure_source_of_commerce,
        "crates/server/src/app.rs",
        "pub async fn run() {}",
        &[],
    );
}

#[test]
fn every_file_says_what_is_inside() {
    kept(nameless_file);
    for path in [
        "src/utils.rs",
        "src/cart_helpers.rs",
        "tests/common/mod.rs",
        "a/order-manager.ts",
        "service.test.ts",
    ] {
        check(
            nameless_file,
            path,
            "",
            &[&format!("{path}: name what is inside")],
        );
    }
    for path in ["src/utility.rs", "deploy/kassa.service", "src/commonwealth.rs"] {
        check(nameless_file, path, "", &[]);
    }
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    kept(allowed_lint);
    for allow in ALLOW {
        check(
            allowed_lint,
            "crates/server/src/a.rs",
            &format!("\n{allow}dead_code)]"),
            &["crates/server/src/a.rs:2"],
        );
    }
    check(
        allowed_lint,
        "crates/server/src/a.rs",
        "#[expect(dead_code, reason = \"\")]",
        &[],
    );
}

#[test]
fn no_test_is_ignored() {
    kept(ignored_test);
    for attribute in [format!("{IGNORE}]"), format!("{IGNORE} = \"slow\"]")] {
        check(ignored_test, "a.rs", &attribute, &["a.rs:1"]);
    }
    check(ignored_test, "a.rs", "items.skip(1)", &[]);
    check(
        ignored_test,
        "a.test.ts",
        "it.skip('pays', () => {})",
        &["a.test.ts:1"],
    );
    check(
        ignored_test,
        "a.test.ts",
        "describe.only('cart', () => {})",
        &["a.test.ts:1"],
    );
}

#[test]
fn nothing_names_the_machine_it_was_written_on() {
    kept(machine_specific_path);
    for path in MACHINE_SPECIFIC {
        check(
            machine_specific_path,
            "README.md",
            &format!("see {path}notes"),
            &["README.md:1"],
        );
    }
}
