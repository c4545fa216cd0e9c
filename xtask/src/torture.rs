//! The real program from outside: what `crates/torture` does with it.

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::{debian, process};

const HOW_TO_GET_STRACE: &str = "  Debian:  apt-get install strace
  only Linux has it: elsewhere run this step in a container, with --cap-add=SYS_PTRACE";

/// A target folder of its own, because a program with crash points must never be taken for one to be used.
const BUILD_FOR_TORTURE: &str = "cargo build --release --workspace --bin kassa --bin kassa-torture \
     --features kassa/crash-points --target-dir target/torture";

/// With one test, because the tests' dependencies add features, and the step `rust` has compiled just those.
const BUILD: &str = "cargo build --workspace --test style --bin kassa --bin kassa-torture";

/// Ten kills take about ten seconds. The slowest start is that of an unoptimized program on a machine with other work.
const SHORT: &str = "--minutes 0.5 --kills 10 --shoppers 8 --slowest-start-ms 10000";

/// `cargo xtask torture --minutes 30`
pub(crate) fn torture(arguments: &[String]) -> Result<ExitCode> {
    process::run(BUILD_FOR_TORTURE)?;
    let folder = process::root().join("target/torture/release");
    let mut torture = process::program(folder.join("kassa-torture"));
    torture
        .args(["run", "--kassa"])
        .arg(folder.join("kassa"))
        .args(arguments);
    process::become_command(torture)
}

/// `cargo xtask test torture`
pub(crate) fn short() -> Result<()> {
    process::run(&format!("{BUILD} --features kassa/crash-points"))?;
    let mut torture = process::program(process::debug_binary("kassa-torture")?);
    torture
        .args(["run", "--kassa"])
        .arg(process::debug_binary("kassa")?)
        .args(SHORT.split_whitespace());
    process::run_command(torture)
}

/// `cargo xtask test syscalls`
pub(crate) fn syscalls() -> Result<()> {
    ensure_strace()?;
    process::run(BUILD)?;
    let mut check = process::program(process::debug_binary("kassa-torture")?);
    check
        .args(["syscalls", "--kassa"])
        .arg(process::debug_binary("kassa")?);
    process::run_command(check)
}

fn ensure_strace() -> Result<()> {
    if process::find_on_path("strace").is_none() && debian::may_install() {
        debian::install("strace")?;
    }
    if process::find_on_path("strace").is_none() {
        bail!("no strace found; how to get it:\n{HOW_TO_GET_STRACE}");
    }
    Ok(())
}
