//! `kassa dev`: a whole shop on this machine.

use super::StartError;
use super::data::{self, Keep};
use super::emulator;
use super::log::{self, Reader};
use super::signal::until_stopped;
use super::start::start;
use kassa::config::{DATA_FOLDER, Database, Settings, Variables, reachable};
use kassa::dev::Pages;
use kassa::listen;
use std::net::SocketAddr;
use std::path::Path;
use tokio_util::sync::CancellationToken;

pub(crate) async fn run(keep: Keep) -> Result<(), StartError> {
    let variables = Variables::of_process()?;
    let settings = Settings::for_dev(variables.clone())?;
    log::start(&settings.log, &Reader::Person);
    log::misspelt(&variables);
    if keep == Keep::Nothing {
        data::empty(Path::new(DATA_FOLDER))?;
    }
    until_stopped(|stop| dev(settings, stop)).await
}

/// The emulator outlives no server and no server outlives the emulator: whichever ends, the other is stopped.
async fn dev(settings: Settings, stop: CancellationToken) -> Result<(), StartError> {
    let listener = listen::bind(settings.listen, "KASSA_LISTEN").await?;
    let emulator_listener = listen::bind(settings.emulator_listen, "KASSA_EMULATOR_LISTEN").await?;
    let greeting = greeting(
        listener.local_addr()?,
        emulator_listener.local_addr()?,
        &settings.database,
    );
    let pages = Pages {
        emulator: url_of(emulator_listener.local_addr()?),
    };
    let shop = origins_of_shop(&settings.public_url, listener.local_addr()?);
    let server = async {
        let _stop = stop.clone().drop_guard();
        start(settings, listener, Some(pages), stop.clone(), || {
            println!("{greeting}");
        })
        .await
    };
    let (outcome, ()) = tokio::join!(
        server,
        emulator::serve(emulator_listener, emulator::dev_rules(), &shop, stop.clone())
    );
    outcome
}

/// Where a browser of this machine finds what listens there: everywhere is no address to call.
fn url_of(listen: SocketAddr) -> String {
    format!("http://{}", reachable(listen))
}

/// Under which the pages of the shop may be open. Those of this machine may steer the emulator anyhow.
fn origins_of_shop(public_url: &str, listen: SocketAddr) -> Vec<String> {
    vec![
        public_url.to_owned(),
        format!("http://{listen}"),
        format!("https://{listen}"),
    ]
}

fn greeting(server: SocketAddr, emulator: SocketAddr, database: &Database) -> String {
    let Database::Sqlite(data) = database;
    let data = data.display();
    format!(
        "
Kassa is ready.

  Shop      http://{server}  (https works, too)
  API       http://{server}/ingress
  Emulator  http://{emulator}
  Data      {data}  (kept; `--fresh` empties it)

Stop it with Ctrl-C.
"
    )
}
