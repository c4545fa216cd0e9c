//! A storage that refuses, at the system calls themselves: a file system that has turned read-only, and a disk that
//! cannot sync. Both end again, because strace, which does the refusing, lets go.
//!
//! A real file system cannot be made read-only on purpose while a program writes to it; it does so by itself when its
//! disk breaks, and then its calls fail just like this.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};

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
    let mut refusing = Refusing::attach(pid, injection)?;
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
    refusing.end()?;
    ensure!(
        email(client, cart_id).await? == before,
        "a refused write was made later"
    );
    Ok(())
}

/// strace, refusing.
struct Refusing {
    strace: Program,
    /// It speaks of each new thread, and would die of a pipe that nobody holds.
    _said: BufReader<ChildStderr>,
}

impl Refusing {
    /// Answers once every thread is held; from then on the calls are refused.
    fn attach(pid: u32, injection: &str) -> Result<Self> {
        let mut strace = Command::new("strace");
        strace
            .args(["-f", "-p", &pid.to_string(), "-o", "/dev/null", "-e", injection])
            .stdin(Stdio::null())
            .stderr(Stdio::piped());
        let mut strace = Program::spawn(strace, Path::new("strace"))?;
        let mut said = BufReader::new(strace.take_stderr().context("it is piped")?);
        let mut first = String::new();
        said.read_line(&mut first)?;
        ensure!(first.contains("attached"), "strace says: {first}");
        Ok(Self { strace, _said: said })
    }

    fn end(&mut self) -> Result<()> {
        ensure!(
            self.strace.ended()?.is_none(),
            "strace ended while it was to refuse calls"
        );
        signal("INT", self.strace.pid())?;
        self.strace.wait()?;
        Ok(())
    }
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
