//! The real program from outside, judged by what it says and what it asks of the system.
//!
//! It links nothing of Kassa: what it knows of carts, orders and amounts it has from answers, and it keeps books of its
//! own about them.

mod basket;
mod books;
mod cart;
mod chance;
mod faults;
mod http;
mod killer;
mod program;
mod report;
mod run;
mod shopper;
mod syscalls;
mod verdict;
mod world;

use clap::Parser;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
enum Arguments {
    /// Kill it again and again while people shop, and compare what they were promised with what is there.
    Run(run::Options),
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
        Arguments::Run(options) => run::run(&options).await,
        Arguments::Syscalls { kassa } => syscalls::check(kassa).await.map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
