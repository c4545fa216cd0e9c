//! `kassa emulator`, and the emulator's part of `kassa dev`.

use super::StartError;
use super::log::{self, Reader};
use super::signal::until_stopped;
use jiff::SignedDuration;
use kassa::clock::{Clock, Ids, SystemClock, SystemIds};
use kassa::config::{Settings, Variables};
use kassa::listen;
use kustom_emulator::{Emulator, Rules};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A developer who closes the page after paying does not wait two minutes to see the push.
pub(crate) const DEV_FIRST_PUSH_AFTER: SignedDuration = SignedDuration::from_secs(10);

pub(crate) async fn run() -> Result<(), StartError> {
    let (address, filter) = Settings::for_emulator(Variables::of_process()?)?;
    log::start(&filter, &Reader::Person);
    until_stopped(|stop| async move {
        let listener = listen::bind(address, "KASSA_EMULATOR_LISTEN").await?;
        println!("The emulator is ready: http://{}", listener.local_addr()?);
        println!("Stop it with Ctrl-C.");
        serve(listener, Rules::default().first_push_after, stop).await;
        Ok(())
    })
    .await
}

/// Answers as Kustom would, until `stop`.
pub(crate) async fn serve(listener: TcpListener, first_push_after: SignedDuration, stop: CancellationToken) {
    let rules = Rules {
        seed: fresh_seed(),
        first_push_after,
        ..Rules::default()
    };
    let settings = kustom_emulator::Settings {
        rules,
        ..kustom_emulator::Settings::default()
    };
    let emulator = Emulator::new(settings, std::sync::Arc::new(|| SystemClock.now()));
    let callbacks = emulator.run_callbacks(stop.clone());
    let answers = emulator.serve(listener, stop);
    tokio::join!(answers, callbacks);
}

/// Shops keep their data between starts, so order ids must not repeat.
fn fresh_seed() -> u64 {
    let (seed, _) = SystemIds.secret().as_u64_pair();
    seed
}
