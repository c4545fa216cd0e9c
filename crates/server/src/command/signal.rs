//! Ctrl-C and SIGTERM.

use super::StartError;
use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Runs until the work is done. The first signal asks it to stop, the second does not wait for that.
pub(crate) async fn until_stopped<Work>(run: impl FnOnce(CancellationToken) -> Work) -> Result<(), StartError>
where
    Work: Future<Output = Result<(), StartError>>,
{
    // Before anything says that it is ready: whoever reads that may send a signal at once.
    let mut signals = Signals::new()?;
    let stop = CancellationToken::new();
    let mut work = std::pin::pin!(run(stop.clone()));
    tokio::select! {
        outcome = &mut work => return outcome,
        () = signals.next() => stop.cancel(),
    }
    tracing::info!("stopping, once the requests in flight are answered");
    tokio::select! {
        outcome = &mut work => outcome,
        () = signals.next() => {
            tracing::warn!("stopped without waiting");
            Ok(())
        }
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
