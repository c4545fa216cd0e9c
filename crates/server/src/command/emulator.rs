//! `kassa emulator`, and the emulator's part of `kassa dev`.

use super::StartError;
use super::log::{self, Reader};
use super::signal::until_stopped;
use axum::Router;
use kassa::config::{Settings, Variables};
use kassa::listen::{self, STOP_GRACE};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(crate) async fn run() -> Result<(), StartError> {
    let (address, filter) = Settings::for_emulator(Variables::of_process()?)?;
    log::start(&filter, &Reader::Person);
    until_stopped(|stop| async move {
        let listener = listen::bind(address, "KASSA_EMULATOR_LISTEN").await?;
        println!("The emulator is ready: http://{}", listener.local_addr()?);
        println!("Stop it with Ctrl-C.");
        serve(listener, stop).await;
        Ok(())
    })
    .await
}

/// Answers as Kustom would, until `stop`.
pub(crate) async fn serve(listener: TcpListener, stop: CancellationToken) {
    // The emulator's own router and its `run_callbacks(stop)` take the place of this empty one.
    let router = Router::new();
    listen::serve(listener, router, None, stop, STOP_GRACE).await;
}
