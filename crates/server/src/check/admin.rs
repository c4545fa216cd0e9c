//! The running server as its operators see it, or the port that it would listen on.

use super::Report;
use super::client::{Names, Reply, Until};
use super::code::{ADMIN_REVIEWS, ADMIN_SERVER, ADMIN_TOKEN, SERVER_LISTEN};
use super::database::Known;
use crate::config::{AdminSettings, Draft, is_this_machine};
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use secrecy::ExposeSecret;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn check(report: &mut Report, draft: &Draft, database: &Known) {
    check_listen(report, draft, database).await;
    let Some(AdminSettings {
        listen: Some(listen),
        token,
    }) = &draft.admin
    else {
        return report.skipped(
            &[ADMIN_SERVER, ADMIN_REVIEWS],
            "there is no `admin.listen`, so nobody can ask the server how it is",
        );
    };
    if !report.has_problem_with(ADMIN_TOKEN) {
        let who = if is_this_machine(listen.ip()) {
            "only this machine reaches"
        } else {
            "a token guards"
        };
        report.ok(ADMIN_TOKEN, format!("{who} the operators' listener at {listen}"));
    }
    if !database.is_in_use {
        return report.skipped(
            &[ADMIN_SERVER, ADMIN_REVIEWS],
            "no server runs with this database",
        );
    }
    let token = token.as_ref().map(ExposeSecret::expose_secret);
    match ask(*listen, "/ready", token).await {
        None => report.problem(
            ADMIN_SERVER,
            format!("a server has the database, but none answers operators at {listen}; wanted `admin.listen` of the running one; \
                     start it again with these settings"),
        ),
        Some(reply) if reply.status == 401 => report.problem(
            ADMIN_SERVER,
            format!("the server at {listen} refuses the token; wanted its own; start it again with these settings"),
        ),
        Some(reply) if reply.status != 200 => report.problem(
            ADMIN_SERVER,
            format!("the server at {listen} is not ready ({}); wanted 200 from /ready; look into its log", reply.status.as_u16()),
        ),
        Some(_) => {
            report.ok(ADMIN_SERVER, format!("the server at {listen} is ready"));
            check_reviews(report, *listen, token).await;
        }
    }
}

async fn check_reviews(report: &mut Report, listen: SocketAddr, token: Option<&str>) {
    let reply = ask(listen, "/reviews", token).await;
    let reviews = reply.and_then(|reply| serde_json::from_slice::<Vec<serde_json::Value>>(&reply.body).ok());
    match reviews.as_deref() {
        Some([]) => report.ok(ADMIN_REVIEWS, "no purchase waits for a person"),
        Some(waiting) => report.warning(
            ADMIN_REVIEWS,
            format!(
                "{} purchases wait for a person; see `kassa review list`",
                waiting.len()
            ),
        ),
        None => report.warning(
            ADMIN_REVIEWS,
            "the list of reviews cannot be read; see `kassa review list`",
        ),
    }
}

async fn ask(listen: SocketAddr, path: &str, token: Option<&str>) -> Option<Reply> {
    let address = crate::config::reachable(listen);
    let base = Url::parse(&format!("http://{address}")).ok()?;
    let mut request = Request::get(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Full::<Bytes>::default()).ok()?;
    Names::default()
        .ask(&base, request, Until::End, PATIENCE)
        .await
        .ok()
}

/// A server that has the database listens; without one, the port must be free for it.
async fn check_listen(report: &mut Report, draft: &Draft, database: &Known) {
    let Some(listen) = draft.listen else {
        return report.skipped(&[SERVER_LISTEN], "the setting `listen` could not be read");
    };
    if database.is_in_use {
        match ask(listen, "/health", None).await {
            Some(reply) if reply.status == 200 => report.ok(SERVER_LISTEN, format!("the running server answers at {listen}")),
            _ => report.problem(
                SERVER_LISTEN,
                format!("a server has the database, but none answers at {listen}; start it again with these settings"),
            ),
        }
        return;
    }
    match TcpListener::bind(listen).await {
        Ok(_) => report.ok(SERVER_LISTEN, format!("{listen} is free for the server")),
        Err(error) => report.problem(
            SERVER_LISTEN,
            format!(
                "no server can listen on {listen} ({error}); stop the program that does, or set `listen`"
            ),
        ),
    }
}
