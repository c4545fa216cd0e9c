//! The program `kassa`: reads the command line, runs one command, and says in one line why it could not.

mod command;

use clap::Parser;
use command::Command;
use std::process::ExitCode;

/// An open checkout server for Kustom Checkout.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let Err(error) = Arguments::parse().command.run() else {
        return ExitCode::SUCCESS;
    };
    let code = error.exit_code();
    // With its causes in the same line; a returned error would print a back trace.
    eprintln!("kassa: {:#}", anyhow::Error::from(error));
    ExitCode::from(code)
}
