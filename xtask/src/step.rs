//! The steps of `cargo xtask test`: what each is called and what it runs.

use anyhow::Result;

use crate::{browser, deny, node, php, playground, process, schemathesis, shell, simulate, torture};

pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) run: fn() -> Result<()>,
}

/// Cheapest first, with two exceptions: `web` is early because the server embeds what it builds, and
/// `deny` is last because on a new machine it first compiles its tool.
/// Cargo is always called with `--workspace`: choosing a package changes features and compiles everything again.
pub(crate) const ALL: [Step; 9] = [
    Step {
        name: "fmt",
        what: "the Rust code is formatted",
        run: fmt,
    },
    Step {
        name: "web",
        what: "lint, types, unit tests and build of everything under web/, examples/ and e2e/",
        run: web,
    },
    Step {
        name: "clippy",
        what: "the Rust code has no warnings",
        run: clippy,
    },
    Step {
        name: "rust",
        what: "unit, integration and style tests of the Rust code",
        run: rust,
    },
    Step {
        name: "planted",
        what: "the simulator finds every fault that is put back in",
        run: simulate::planted,
    },
    Step {
        name: "e2e",
        what: "the browser stories and the document of the API, against the real program",
        run: e2e,
    },
    Step {
        name: "syscalls",
        what: "answers leave after the disk has the change, seen by strace",
        run: torture::syscalls,
    },
    Step {
        name: "torture",
        what: "ten kills while people shop lose nothing that was promised",
        run: torture::short,
    },
    Step {
        name: "deny",
        what: "licences, banned crates and sources of the dependencies",
        run: deny::check,
    },
];

fn fmt() -> Result<()> {
    process::run("cargo fmt --all --check")
}

fn web() -> Result<()> {
    node::ensure_packages()?;
    process::run("npm run lint")?;
    process::run("npm run typecheck")?;
    process::run("npm test")?;
    playground::build()
}

fn clippy() -> Result<()> {
    process::run("cargo clippy --workspace --all-targets -- -D warnings")
}

fn rust() -> Result<()> {
    shell::ensure_installed()?;
    process::run("cargo test --workspace")
}

fn e2e() -> Result<()> {
    let browser = browser::ensure_installed()?;
    let php = php::ensure_installed()?;
    shell::ensure_installed()?;
    let schemathesis = schemathesis::ensure_installed()?;
    playground::ensure_built()?;
    // With the tests, because their dependencies add features, and the step `rust` has compiled just those.
    process::run("cargo build --workspace --tests --bin kassa")?;
    let mut stories = process::command("npm run e2e");
    stories
        .env("KASSA_BIN", process::debug_binary("kassa")?)
        .env("CHROMIUM", browser)
        .env("PHP", php)
        .env("SCHEMATHESIS", schemathesis);
    process::run_command(stories)
}
