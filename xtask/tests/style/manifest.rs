//! Rules about `Cargo.toml`: who may depend on whom, and that it says why.

use toml::{Table, Value};

use crate::file::File;
use crate::{check, kept};

/// What `kassa-commerce` may use: libraries that compute and never wait, read a clock or touch the system.
const PURE: [&str; 15] = [
    "celes",
    "garde",
    "hex",
    "iso_currency",
    "jiff",
    "kustom-api",
    "rust_decimal",
    "serde",
    "serde_json",
    "serde_json_canonicalizer",
    "sha2",
    "thiserror",
    "unicode-normalization",
    "url",
    "uuid",
];

/// The crates of this repository that some crate may use; crates that are not listed may use any.
const DIRECTION: [(&str, &[&str]); 4] = [
    ("kustom-api", &[]),
    ("kassa-commerce", &["kustom-api"]),
    ("kustom-emulator", &["kustom-api"]),
    ("kassa-torture", &[]),
];

const OURS: [&str; 8] = [
    "kassa",
    "kassa-commerce",
    "kassa-simulator",
    "kassa-torture",
    "kustom-api",
    "kustom-emulator",
    "kustom-emulator-fuzz",
    "xtask",
];

const SHIPPED: [&str; 2] = ["dependencies", "build-dependencies"];
const ANY: [&str; 3] = ["dependencies", "build-dependencies", "dev-dependencies"];

struct Manifest<'a> {
    file: &'a File,
    package: String,
    table: Table,
}

fn manifests(files: &[File]) -> impl Iterator<Item = Manifest<'_>> {
    let files = files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    files.map(|file| {
        let table: Table = file.text.parse().expect("Cargo has read this manifest already");
        let package = table["package"]["name"]
            .as_str()
            .expect("a package has a name")
            .to_owned();
        Manifest { file, package, table }
    })
}

/// The real names of what a manifest depends on, on every system.
fn dependencies(manifest: &Table, sections: &[&str]) -> Vec<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let for_targets = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    let tables = std::iter::once(manifest).chain(for_targets);
    let sections = tables.flat_map(|table| {
        sections
            .iter()
            .filter_map(|section| table.get(*section)?.as_table())
    });
    sections
        .flatten()
        .map(|(key, value)| real_name(key, value))
        .collect()
}

fn real_name(key: &str, value: &Value) -> String {
    value
        .get("package")
        .and_then(Value::as_str)
        .unwrap_or(key)
        .to_owned()
}

fn impure_dependency_of_commerce(files: &[File]) -> Vec<String> {
    let commerce = manifests(files).filter(|manifest| manifest.package == "kassa-commerce");
    let used = commerce.flat_map(|manifest| dependencies(&manifest.table, &SHIPPED));
    used.filter(|used| !PURE.contains(&used.as_str()))
        .map(|used| format!("kassa-commerce uses {used}, which is not known to be pure"))
        .collect()
}

fn dependency_against_the_direction(files: &[File]) -> Vec<String> {
    let mut violations = Vec::new();
    for manifest in manifests(files) {
        let Some((_, allowed)) = DIRECTION.iter().find(|(package, _)| *package == manifest.package) else {
            continue;
        };
        let used = dependencies(&manifest.table, &ANY);
        let ours = used.iter().filter(|used| OURS.contains(&used.as_str()));
        let wrong = ours.filter(|used| !allowed.contains(&used.as_str()));
        violations.extend(wrong.map(|used| format!("{} must not use {used}", manifest.package)));
    }
    violations
}

fn package_without_a_place(files: &[File]) -> Vec<String> {
    let packages: Vec<String> = manifests(files).map(|manifest| manifest.package).collect();
    let unknown = packages
        .iter()
        .filter(|package| !OURS.contains(&package.as_str()));
    unknown
        .map(|package| format!("{package} is missing in the list of our crates"))
        .collect()
}

fn dependency_without_a_reason(files: &[File]) -> Vec<String> {
    manifests(files)
        .flat_map(|manifest| unexplained_lines(manifest.file))
        .collect()
}

/// Read as text: to a TOML parser the reason is only a comment.
fn unexplained_lines(file: &File) -> Vec<String> {
    let mut in_dependencies = false;
    let mut violations = Vec::new();
    for (line, number) in file.text.lines().zip(1..) {
        let header = line.strip_prefix('[').and_then(|rest| rest.split(']').next());
        if let Some(header) = header {
            in_dependencies = header.ends_with("dependencies");
        }
        let names_one = match header {
            Some(header) => header.contains("dependencies."),
            None => {
                in_dependencies && line.starts_with(|first: char| first.is_alphanumeric() || first == '"')
            }
        };
        if names_one && !has_reason(line) {
            violations.push(format!("{}:{number}: no reason beside `{line}`", file.path));
        }
    }
    violations
}

fn has_reason(line: &str) -> bool {
    line.split_once(" #")
        .is_some_and(|(_, reason)| !reason.trim().is_empty())
}

const COMMERCE: &str = "crates/commerce/Cargo.toml";

#[test]
fn commerce_uses_pure_libraries_only() {
    kept(impure_dependency_of_commerce);
    let uses = |section: &str, library: &str| {
        format!("[package]\nname = \"kassa-commerce\"\n[{section}]\n{library}\nserde.workspace = true")
    };
    let refused = ["kassa-commerce uses tokio, which is not known to be pure"];
    let rule = impure_dependency_of_commerce;
    check(
        rule,
        COMMERCE,
        &uses("dependencies", "tokio.workspace = true"),
        &refused,
    );
    check(
        rule,
        COMMERCE,
        &uses("build-dependencies", "tokio = \"1\""),
        &refused,
    );
    check(
        rule,
        COMMERCE,
        &uses("target.'cfg(unix)'.dependencies", "tokio = \"1\""),
        &refused,
    );
    check(
        rule,
        COMMERCE,
        &uses("dependencies", "hex = { package = \"tokio\", version = \"1\" }"),
        &refused,
    );
    check(
        rule,
        COMMERCE,
        &uses("dev-dependencies", "proptest.workspace = true"),
        &[],
    );
}

#[test]
fn dependencies_point_one_way() {
    kept(dependency_against_the_direction);
    let rule = dependency_against_the_direction;
    let uses = |package: &str, used: &str| {
        format!(
            "[package]\nname = \"{package}\"\n[dependencies]\nserde = \"1\"\n[dev-dependencies]\n{used} = {{}}"
        )
    };
    let path = "crates/some/Cargo.toml";
    check(
        rule,
        path,
        &uses("kustom-api", "xtask"),
        &["kustom-api must not use xtask"],
    );
    check(
        rule,
        path,
        &uses("kassa-commerce", "kassa"),
        &["kassa-commerce must not use kassa"],
    );
    check(rule, path, &uses("kassa-commerce", "kustom-api"), &[]);
    check(
        rule,
        path,
        &uses("kustom-emulator", "kassa-commerce"),
        &["kustom-emulator must not use kassa-commerce"],
    );
    check(
        rule,
        path,
        &uses("kassa-torture", "kustom-api"),
        &["kassa-torture must not use kustom-api"],
    );
    check(rule, path, &uses("kassa", "kustom-emulator"), &[]);
}

/// A renamed or new crate would otherwise slip past the rules above.
#[test]
fn every_crate_is_known_to_the_rules() {
    kept(package_without_a_place);
    let stray = "[package]\nname = \"kassa-stray\"";
    check(
        package_without_a_place,
        "crates/stray/Cargo.toml",
        stray,
        &["kassa-stray is missing in the list of our crates"],
    );

    let files = crate::repository();
    let packages: Vec<String> = manifests(&files).map(|manifest| manifest.package).collect();
    for (package, _) in DIRECTION {
        assert!(
            packages.iter().any(|name| name == package),
            "there is no crate {package} any more"
        );
    }
}

#[test]
fn every_dependency_says_why() {
    kept(dependency_without_a_reason);
    let check = |section: &str, expect: &[&str]| {
        let text = format!("[package]\nname = \"kassa\"\n{section}");
        check(dependency_without_a_reason, "a/Cargo.toml", &text, expect);
    };
    let refused = ["a/Cargo.toml:4: no reason beside `url = \"2\"`"];
    check("[dependencies]\nurl = \"2\"", &refused);
    check("[dev-dependencies]\nurl = \"2\"", &refused);
    check("[target.'cfg(unix)'.dependencies]\nurl = \"2\"", &refused);
    check(
        "[dependencies]\nurl = \"2\" #",
        &["a/Cargo.toml:4: no reason beside `url = \"2\" #`"],
    );
    check(
        "[dependencies.url]\nversion = \"2\"",
        &["a/Cargo.toml:3: no reason beside `[dependencies.url]`"],
    );
    check("[dependencies]\nurl = \"2\"  # addresses are parsed", &[]);
    check(
        "[dependencies]\nurl = {  # addresses are parsed\n  version = \"2\",\n}",
        &[],
    );
    check("[features]\ntls = []", &[]);
}
