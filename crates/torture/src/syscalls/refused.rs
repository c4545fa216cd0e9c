//! A storage that refuses, at the system calls themselves: a file system that has turned read-only, and a disk that
//! cannot sync. Both end again, because strace, which does the refusing, lets go.
//!
//! A real file system cannot be made read-only on purpose while a program writes to it; it does so by itself when its
//! disk breaks, and then its calls fail just like this.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{client_of, create_cart};
use crate::http::Client;
use crate::program::{Program, Recipe, signal};
use crate::world::CARTS;

/// What is refused, and how the kernel would.
const REFUSALS: [(&str, &str); 2] = [
    (
        "a read-only file system",
        "inject=pwrite64,pwritev,ftruncate,fallocate:error=EROFS",
    ),
    ("a disk that cannot sync", "inject=fsync,fdatasync:error=EIO"),
];

pub(crate) async fn check(recipe: &Recipe) -> Result<()> {
    let client = client_of(recipe)?;
    let mut program = Program::start(recipe)?;
    program.until_healthy(&client, "/health").await?;
    let cart_id = create_cart(&client).await?;
    for (number, (name, injection)) in REFUSALS.into_iter().enumerate() {
        let (before, after) = (
            format!("before-{number}@example.test"),
            format!("after-{number}@example.test"),
        );
        set_email(&client, &cart_id, &before).await?.ok()?;
        refuse(&client, &cart_id, &before, (program.pid(), injection))
            .await
            .with_context(|| format!("on {name}"))?;
        set_email(&client, &cart_id, &after)
            .await?
            .ok()
            .with_context(|| format!("after {name}"))?;
        program.kill()?;
        program = Program::start(recipe)?;
        program.until_healthy(&client, "/health").await?;
        ensure!(
            email(&client, &cart_id).await? == after,
            "after {name}, a restart brought another cart"
        );
        println!("{name}: writes are refused, reads go on, and afterwards writes go on, too");
    }
    Ok(())
}

async fn refuse(client: &Client, cart_id: &str, before: &str, (pid, injection): (u32, &str)) -> Result<()> {
    let mut refusing = attach(pid, injection)?;
    let new_cart = json!({ "profileKey": "se-webshop", "locale": "sv-SE" });
    for answer in [
        set_email(client, cart_id, "lost@example.test").await?,
        client.post(CARTS, &new_cart).await?,
    ] {
        let found = (answer.status, answer.code());
        ensure!(
            found == (503, "STORAGE_UNAVAILABLE"),
            "a write was answered {found:?}"
        );
    }
    ensure!(
        email(client, cart_id).await? == before,
        "a refused write can be read"
    );
    signal("INT", refusing.pid())?;
    refusing.wait()?;
    ensure!(
        email(client, cart_id).await? == before,
        "a refused write was made later"
    );
    Ok(())
}

/// Answers once every thread is held; from then on the calls are refused.
fn attach(pid: u32, injection: &str) -> Result<Program> {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-p", &pid.to_string(), "-o", "/dev/null", "-e", injection])
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    let mut strace = Program::spawn(strace, Path::new("strace"))?;
    let said = strace.take_stderr().context("it is piped")?;
    let first = BufReader::new(said).lines().next();
    let first = first.context("strace ended")??;
    ensure!(first.contains("attached"), "strace says: {first}");
    Ok(strace)
}

async fn set_email(client: &Client, cart_id: &str, email: &str) -> Result<crate::http::Answer> {
    client
        .post(&format!("{CARTS}/{cart_id}/email"), &json!({ "email": email }))
        .await
}

async fn email(client: &Client, cart_id: &str) -> Result<Value> {
    let cart = client.get(&format!("{CARTS}/{cart_id}")).await?.ok()?;
    Ok(cart["email"].clone())
}
