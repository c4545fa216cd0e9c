//! The commands of this repository: `cargo xtask dev` and `test`, and for sceptics `simulate` and `torture`.
//!
//! Knows how to call the tools and in which order; knows nothing about what Kassa does.

mod browser;
mod debian;
mod deny;
mod dev;
mod gate;
mod node;
mod php;
mod playground;
mod process;
mod schemathesis;
mod shell;
mod simulate;
mod step;
mod torture;

use std::process::ExitCode;

use anyhow::bail;

const USAGE: &str = "\
cargo xtask dev [-- ARGS]   build what is stale and run `kassa dev ARGS`
cargo xtask test [STEP…]    run every test, or only the named steps
cargo xtask simulate [ARGS] play worlds from seeds and judge them; `--help` lists the arguments
cargo xtask torture --minutes M [--seed S]
                            kill the server again and again while people shop, and judge what is left";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Not returned from main: RUST_BACKTRACE would then print a back trace after the message.
    run(&arguments).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    match arguments.split_first() {
        Some((command, rest)) if command == "dev" => dev::dev(rest),
        Some((command, rest)) if command == "test" => gate::test(rest),
        Some((command, rest)) if command == "simulate" => simulate::simulate(rest),
        Some((command, rest)) if command == "torture" => torture::torture(rest),
        None => Ok(help()),
        Some((command, _)) if ["help", "--help", "-h"].contains(&command.as_str()) => Ok(help()),
        Some((command, _)) => bail!("there is no command `{command}`\n\n{USAGE}"),
    }
}

fn help() -> ExitCode {
    println!("{USAGE}\n\nSteps of the test, in order:");
    for step in step::ALL {
        println!("  {:<8} {}", step.name, step.what);
    }
    ExitCode::SUCCESS
}
