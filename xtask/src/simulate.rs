//! `cargo xtask simulate`: worlds from seeds, in a build that is fast.

use std::process::ExitCode;

use anyhow::Result;

use crate::process;

/// Faults are compiled in only where they are asked for.
const PLANTED: &str = "--planted";

pub(crate) fn simulate(arguments: &[String]) -> Result<ExitCode> {
    let features = match arguments.iter().any(|argument| argument == PLANTED) {
        true => " --features kassa-simulator/planted-bugs",
        false => "",
    };
    process::run(&format!(
        "cargo build --workspace --release --bin simulator{features}"
    ))?;
    let mut simulator = process::program(process::release_binary("simulator")?);
    simulator.args(arguments);
    process::become_command(simulator)
}

/// `cargo xtask test planted`
pub(crate) fn planted() -> Result<()> {
    process::run(
        "cargo test --workspace --features kassa-simulator/planted-bugs --test planted -- --nocapture",
    )
}
