//! The way in from outside: does what Kustom and browsers send to the public URL arrive here, whole and in time?

mod address;
mod arrival;
mod callback;
mod storefront;

use super::Report;
use super::client::Names;
use super::code::{
    ADMIN_PUBLIC, CALLBACK_PUSH, CALLBACK_SIZE, CALLBACK_TIME, CALLBACK_VALIDATION, Code,
    LIMITS_CLIENT_ADDRESS, PUBLIC_ADDRESS, PUBLIC_CERTIFICATE, PUBLIC_HTTP, PUBLIC_NAME, PUBLIC_REACHABLE,
    PUBLIC_REDIRECT, PUBLIC_SERVER, SERVER_LISTEN, STOREFRONT_EVENTS, STOREFRONT_ORIGINS,
};
use super::database::Known;
use crate::clock::{Ids, SystemIds};
use crate::config::{Draft, KustomEnvironment};
use crate::http::probe;
use crate::listen;
use crate::token::CallbackTokens;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::Url;

/// What rests on an answer from this server.
const ARRIVALS: [Code; 8] = [
    PUBLIC_SERVER,
    CALLBACK_PUSH,
    CALLBACK_VALIDATION,
    CALLBACK_SIZE,
    CALLBACK_TIME,
    STOREFRONT_EVENTS,
    STOREFRONT_ORIGINS,
    LIMITS_CLIENT_ADDRESS,
];

/// Nobody waits for what the stand-in still answers.
const STAND_IN_GRACE: Duration = Duration::ZERO;

/// Where we are called from outside, and by what we know our own server again.
struct Outside<'a> {
    url: Url,
    /// Kustom itself never calls here, and nobody pays.
    is_emulator: bool,
    names: &'a Names,
    keys: Arc<CallbackTokens>,
    draft: &'a Draft,
    database: &'a Known,
}

pub(super) async fn check(report: &mut Report, draft: &Draft, database: &Known, names: &Names) {
    let url = draft.public_url.as_deref().and_then(|url| Url::parse(url).ok());
    let Some(url) = url else {
        return report.skipped(&ARRIVALS, "the setting `public_url` has to be corrected first");
    };
    let outside = Outside {
        url,
        is_emulator: draft.environment == Some(KustomEnvironment::Emulator),
        names,
        keys: Arc::new(CallbackTokens::new(key(database))),
        draft,
        database,
    };
    if !address::check(report, &outside).await {
        return report.skipped(&ARRIVALS, "nothing can be asked at the public URL");
    }
    if report.has_problem_with(SERVER_LISTEN) {
        return report.skipped(&ARRIVALS, "no server of these settings listens");
    }
    let Some(stand_in) = StandIn::start(&outside, draft.listen).await else {
        return report.skipped(&ARRIVALS, "the address in `listen` cannot be listened on");
    };
    if arrival::check(report, &outside).await {
        callback::check(report, &outside).await;
        storefront::check(report, &outside).await;
    } else {
        report.skipped(
            &ARRIVALS[1..],
            "what is sent to the public URL does not arrive here",
        );
    }
    stand_in.stop().await;
}

/// Of the database, or for a server that has none yet, one for now.
fn key(database: &Known) -> [u8; 32] {
    if let Some(content) = &database.content {
        return content.callback_key;
    }
    let mut key = [0; 32];
    key[..16].copy_from_slice(SystemIds.secret().as_bytes());
    key[16..].copy_from_slice(SystemIds.secret().as_bytes());
    key
}

/// Answers probes where the server would listen, while none does.
struct StandIn {
    stop: CancellationToken,
    serving: Option<tokio::task::JoinHandle<()>>,
}

impl StandIn {
    async fn start(outside: &Outside<'_>, address: Option<SocketAddr>) -> Option<Self> {
        let stop = CancellationToken::new();
        if outside.database.is_in_use {
            return Some(Self { stop, serving: None });
        }
        let listener = TcpListener::bind(address?).await.ok()?;
        let router = probe::stand_in(Arc::clone(&outside.keys));
        let serving = tokio::spawn(listen::serve(
            listener,
            router,
            None,
            stop.clone(),
            STAND_IN_GRACE,
        ));
        Some(Self {
            stop,
            serving: Some(serving),
        })
    }

    async fn stop(self) {
        self.stop.cancel();
        if let Some(serving) = self.serving
            && let Err(error) = serving.await
        {
            tracing::warn!(%error, "the stand-in for the server ended otherwise than asked");
        }
    }
}
