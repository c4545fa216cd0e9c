//! The real program from outside: what `crates/torture` does with it.

use anyhow::{Result, bail};

use crate::{debian, process};

const HOW_TO_GET_STRACE: &str = "  Debian:  apt-get install strace
  only Linux has it: elsewhere run this step in a container, with --cap-add=SYS_PTRACE";

/// `cargo xtask test syscalls`
pub(crate) fn syscalls() -> Result<()> {
    ensure_strace()?;
    process::run("cargo build --workspace --tests --bin kassa --bin kassa-torture")?;
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
