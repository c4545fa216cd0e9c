//! `kassa serve`: production.

use super::StartError;
use super::log::{self, Reader};
use super::signal::until_stopped;
use super::start::start;
use kassa::config::{Settings, Variables};
use kassa::listen;
use std::path::Path;
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(config: Option<&Path>) -> Result<(), StartError> {
    let variables = Variables::of_process()?;
    let settings = Settings::for_serve(config, variables.clone())?;
    log::start(&settings.log, &Reader::Machine);
    log::misspelt(&variables);
    until_stopped(|stop| serve(settings, stop)).await
}

async fn serve(settings: Settings, stop: CancellationToken) -> Result<(), StartError> {
    let listener = listen::bind(settings.listen, "KASSA_LISTEN").await?;
    let address = listener.local_addr()?;
    let environment = settings.kustom.environment.name();
    let on_ready = move || tracing::info!(%address, kustom.environment = environment, "ready");
    start(settings, listener, None, stop, on_ready).await
}
