//! `cargo xtask dev`: the shortest way from a fresh clone to a shop in the browser.

use std::process::ExitCode;

use anyhow::Result;

use crate::{playground, process};

pub(crate) fn dev(arguments: &[String]) -> Result<ExitCode> {
    playground::ensure_built()?;
    // Not `cargo run -p kassa`: choosing one package changes features and compiles everything again.
    process::run("cargo build --workspace --bin kassa")?;
    let mut kassa = process::program(process::debug_binary("kassa")?);
    kassa.arg("dev").args(arguments_of_kassa(arguments));
    process::become_command(kassa)
}

/// Both `cargo xtask dev --fresh` and `cargo xtask dev -- --fresh` are what people type.
fn arguments_of_kassa(arguments: &[String]) -> &[String] {
    match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(arguments: &[&str], expect: &[&str]) {
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        assert_eq!(arguments_of_kassa(&arguments), expect);
    }

    #[test]
    fn everything_after_dev_goes_to_kassa() {
        check(&[], &[]);
        check(&["--fresh"], &["--fresh"]);
        check(&["--", "--fresh"], &["--fresh"]);
        check(&["--", "--", "x"], &["--", "x"]);
    }
}
