//! Runs the emulator alone: `cargo run -p kustom-emulator --example serve -- 127.0.0.1:3301`.

use kustom_emulator::{Emulator, Settings};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

#[expect(
    clippy::disallowed_methods,
    reason = "a program has to read the wall clock somewhere"
)]
fn wall_clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:3301".to_owned());
    let mut settings = Settings::default();
    settings.rules.seed = u64::try_from(wall_clock().as_millisecond()).unwrap_or(1);
    let emulator = Emulator::new(settings, Arc::new(wall_clock));
    let forever = CancellationToken::new();
    tokio::spawn(emulator.run_callbacks(forever.clone()));
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("The emulator listens on http://{address}");
    emulator.serve(listener, forever).await;
    Ok(())
}
