//! The server itself, the same for `dev` and `serve`.

use super::{StartError, data};
use axum::Router;
use axum::routing::get;
use kassa::config::{Database, Mode, Settings};
use kassa::listen::{self, STOP_GRACE};
use kassa::{playground, tls};
use kassa_commerce::catalogue::Catalogue;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Opens the data, says `on_ready` and answers until `stop`.
pub(crate) async fn start(
    settings: Settings,
    catalogue: Catalogue,
    listener: TcpListener,
    stop: CancellationToken,
    on_ready: impl FnOnce(),
) -> Result<(), StartError> {
    let Database::Sqlite(path) = &settings.database;
    data::make_folder_of(path)?;
    let app = app(&settings, catalogue, &stop);
    let (app, tls) = match settings.mode {
        Mode::Dev => (app.merge(playground::router()), Some(tls::self_signed()?)),
        Mode::Serve => (app, None),
    };
    on_ready();
    listen::serve(listener, app, tls, stop, STOP_GRACE).await;
    Ok(())
}

/// Opens the store, starts what works in the background, and makes the router.
fn app(_settings: &Settings, _catalogue: Catalogue, _stop: &CancellationToken) -> Router {
    Router::new().route("/health", get(async || "ok"))
}
