//! More changes than the writer can take, over sockets.

use crate::server::{Answer, Server, post};
use kassa::listen::MAX_CONNECTIONS;
use kassa::store::sqlite::{GROUP_LIMIT, QUEUE_LIMIT};
use rusqlite::Connection;
use serde_json::json;
use std::net::SocketAddr;
use std::process::Command;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What the server can hold while nothing is written: the queue, and a group in the writer's hands.
const HELD: usize = QUEUE_LIMIT + GROUP_LIMIT;

const REQUESTS: usize = HELD + 200;

// With fewer connections nobody would ever hear "busy", and while the writer is stuck reads would wait with the writes.
const _: () = assert!(HELD < MAX_CONNECTIONS / 2);

/// For both ends of every connection, and the rest of a test.
const OPEN_FILES: usize = 2 * REQUESTS + 500;

/// Each on a connection of its own. Nothing is asked for anything else, so an answer of 200 is one row.
async fn create_cart(address: SocketAddr) -> Answer {
    let body = json!({ "profileKey": "se-webshop", "locale": "sv-SE" });
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = post("/ingress/commerce/carts", &body);
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    Answer::read(&answer)
}

/// The limit of many systems is 1024 until a process asks for more.
fn allow_open_files() -> bool {
    let limit = format!("--nofile={OPEN_FILES}:");
    let raised = Command::new("prlimit")
        .args(["--pid", &std::process::id().to_string(), &limit])
        .status();
    raised.is_ok_and(|status| status.success())
}

#[tokio::test]
async fn a_writer_that_cannot_keep_up_says_busy_and_serves_those_who_wait() {
    if !allow_open_files() {
        eprintln!(
            "not shown here: a crowd of {REQUESTS} needs {OPEN_FILES} open files, which is not allowed"
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("kassa.db");
    let mut command = Command::new(env!("CARGO_BIN_EXE_kassa"));
    command
        .arg("serve")
        .env("KASSA_DATABASE_URL", format!("sqlite://{}", database.display()));
    let server = Server::start(command);
    let other = Connection::open(&database).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let mut crowd: JoinSet<Answer> = (0..REQUESTS).map(|_| create_cart(server.address)).collect();
    for _ in HELD..REQUESTS {
        let refused = crowd.join_next().await.unwrap().unwrap();
        refused.assert_refused("BUSY");
    }
    // Reads have connections of their own.
    assert_eq!(server.get("/ingress/commerce/cart-profiles").status, 200);
    other.execute_batch("ROLLBACK").unwrap();

    let mut served = 0;
    while let Some(answer) = crowd.join_next().await {
        match answer.unwrap() {
            Answer { status: 200, .. } => served += 1,
            // A machine so slow that the writer has waited long enough for the file.
            refused => refused.assert_refused("BUSY"),
        }
    }
    let stored: usize = other
        .query_row("SELECT count(*) FROM cart", [], |row| row.get(0))
        .unwrap();
    assert_eq!(stored, served, "what was answered is stored, and nothing else");
    assert_eq!(create_cart(server.address).await.status, 200);
}
