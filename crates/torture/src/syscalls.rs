//! What the program asks of the system, seen by strace: the order of its calls, and what it does when one is refused.

mod order;
mod refused;
mod trace;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::http::Client;
use crate::program::{Program, Recipe, free_address};
use crate::world::CARTS;

/// Commits made one after the other, and as many by connections side by side.
const ALONE: usize = 1000;
const CONNECTIONS: usize = 32;
const EACH: usize = 40;

/// Everything that reads a request, writes an answer, or writes or syncs the log.
const WATCHED: &str = "trace=recvfrom,recvmsg,read,readv,sendto,sendmsg,write,writev,pwrite64,pwritev,pwritev2,\
                       fsync,fdatasync";

/// A page of the database, and some to spare: the changed row may be at its end.
const SHOWN_BYTES: &str = "4200";

/// The program stops within moments, and strace then has a few megabytes to write.
const LONGEST_END: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Our own pace is no shopper's.
const SETTINGS: &str = "[limits]\ncreate_per_minute = 1000000\nmutate_per_minute = 1000000\n";

pub(crate) async fn check(kassa: PathBuf) -> Result<()> {
    let kassa = fs::canonicalize(&kassa).with_context(|| format!("cannot find {}", kassa.display()))?;
    may_trace()?;
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("kassa.toml"), SETTINGS)?;
    let recipe = recipe(kassa, folder.path())?;
    order_is_kept(&recipe).await?;
    refused::check(&recipe).await
}

fn recipe(kassa: PathBuf, folder: &Path) -> Result<Recipe> {
    let mut chance = Chance::new(Chance::fresh_seed());
    let address = free_address(&mut chance)?;
    Ok(Recipe {
        program: kassa,
        arguments: vec!["serve".to_owned()],
        variables: vec![
            ("KASSA_LISTEN", address.to_string()),
            ("KASSA_KUSTOM_ENVIRONMENT", "emulator".to_owned()),
        ],
        folder: folder.to_owned(),
        log: folder.join("kassa.log"),
    })
}

pub(crate) fn client_of(recipe: &Recipe) -> Result<Client> {
    let listens = recipe.variables.iter().find(|(name, _)| *name == "KASSA_LISTEN");
    let (_, address) = listens.context("the recipe says where it listens")?;
    Ok(Client::new(address.parse()?))
}

/// Containers can forbid one process to trace another.
fn may_trace() -> Result<()> {
    let tried = Command::new("strace").args(["-o", "/dev/null", "true"]).output();
    let tried = tried.context("strace cannot be run; install it (Debian: apt-get install strace)")?;
    if tried.status.success() {
        return Ok(());
    }
    bail!(
        "strace may not trace here ({}); in a container allow it: docker run --cap-add=SYS_PTRACE",
        String::from_utf8_lossy(&tried.stderr).trim()
    );
}

async fn order_is_kept(recipe: &Recipe) -> Result<()> {
    let started = Instant::now();
    let file = recipe.folder.join("trace");
    let mut program = Program::start(&traced(recipe, &file))?;
    let client = client_of(recipe)?;
    program.until_healthy(&client, "/health").await?;
    let alone = mutate(client.clone(), "a".to_owned(), ALONE).await?;
    let together = mutate_together(&client).await?;
    program.ask_to_end()?;
    let trace = whole_trace(&file, program.pid()).await?;

    let trace = trace::read(&trace);
    let calls = order::Calls::of(&trace);
    let markers = || alone.iter().chain(&together);
    let doubts: Vec<String> = markers().filter_map(|marker| calls.doubt(marker)).collect();
    let (mutations, syncs) = (markers().count(), calls.syncs.len());
    if let Some(first) = doubts.first() {
        bail!(
            "{} of {mutations} answers left before the disk had the change; {first}",
            doubts.len()
        );
    }
    ensure!(
        syncs < mutations,
        "{syncs} syncs for {mutations} changes: those that wait together should share one"
    );
    println!(
        "{mutations} answers, each after a sync of its change; {syncs} syncs, because what waits together shares one \
         ({:.1} s)",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

/// The same program under strace, which becomes its grandchild, so that the program is still our child.
fn traced(recipe: &Recipe, trace: &Path) -> Recipe {
    let strace = [
        "-D",
        "-f",
        "--seccomp-bpf",
        "-y",
        "-s",
        SHOWN_BYTES,
        "-e",
        WATCHED,
        "-o",
    ];
    let mut arguments: Vec<String> = strace.map(str::to_owned).to_vec();
    arguments.extend([trace, &recipe.program].map(|path| path.display().to_string()));
    arguments.extend(recipe.arguments.iter().cloned());
    Recipe {
        program: "strace".into(),
        arguments,
        ..recipe.clone()
    }
}

/// strace writes what it has left after the program has ended.
async fn whole_trace(file: &Path, pid: u32) -> Result<String> {
    let end = format!("{pid} +++ exited with 0 +++");
    let started = Instant::now();
    while started.elapsed() < LONGEST_END {
        let trace = fs::read_to_string(file).context("strace wrote no trace")?;
        let last = trace.lines().next_back().unwrap_or_default();
        if last.split_whitespace().eq(end.split(' ')) {
            return Ok(trace);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    bail!(
        "the traced program did not end well within {} s",
        LONGEST_END.as_secs()
    )
}

/// Makes a cart and changes it, one answer after the other. Answers what to look for: of the first answer the cart's id,
/// of the others the e-mail address.
async fn mutate(client: Client, name: String, times: usize) -> Result<Vec<String>> {
    let cart_id = create_cart(&client).await?;
    let mut markers = Vec::with_capacity(times + 1);
    let path = format!("{CARTS}/{cart_id}/email");
    for number in 0..times {
        let marker = format!("{name}-{number:06}@example.test");
        client.post(&path, &json!({ "email": marker })).await?.ok()?;
        markers.push(marker);
    }
    markers.push(cart_id);
    Ok(markers)
}

async fn mutate_together(client: &Client) -> Result<Vec<String>> {
    let mutating = (0..CONNECTIONS).map(|number| mutate(client.clone(), format!("t{number:02}"), EACH));
    let mut mutating: JoinSet<_> = mutating.collect();
    let mut markers = Vec::new();
    while let Some(mutated) = mutating.join_next().await {
        markers.extend(mutated??);
    }
    Ok(markers)
}

async fn create_cart(client: &Client) -> Result<String> {
    let body = json!({ "profileKey": "se-webshop", "locale": "sv-SE" });
    let created = client.post(CARTS, &body).await?.ok()?;
    let cart_id = created["cartId"].as_str().context("a new cart has an id")?;
    Ok(cart_id.to_owned())
}
