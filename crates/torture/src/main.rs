//! The real program from outside, judged by what it says and what it asks of the system.
//!
//! It links nothing of Kassa: what it knows of carts, orders and amounts it has from answers, and it keeps books of its
//! own about them.

mod chance;
mod http;
mod program;
mod syscalls;

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
enum Arguments {
    /// Watch the order of system calls, and refuse some.
    Syscalls {
        /// The program `kassa`.
        #[arg(long)]
        kassa: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse() {
        Arguments::Syscalls { kassa } => syscalls::check(kassa).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
