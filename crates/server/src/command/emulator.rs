//! `kassa emulator`, and the emulator's part of `kassa dev`.

use super::StartError;
use super::log::{self, Reader};
use super::signal::until_stopped;
use clap::Args;
use jiff::SignedDuration;
use kassa::clock::{Clock, Ids, SystemClock, SystemIds};
use kassa::config::{Settings, Variables};
use kassa::listen;
use kustom_emulator::{Emulator, RuleError, Rules};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A developer who closes the page after paying does not wait two minutes to see the push.
const DEV_FIRST_PUSH_AFTER: SignedDuration = SignedDuration::from_secs(10);

#[derive(Args)]
pub(crate) struct Arguments {
    /// What the emulator does where Kustom's documentation leaves a choice; may be given several times. The names are those
    /// of `GET /_emulator/rules`.
    #[arg(long = "rule", value_name = "NAME=VALUE", value_parser = RuleSetting::parse)]
    rules: Vec<RuleSetting>,
}

#[derive(Clone)]
struct RuleSetting {
    name: String,
    value: String,
}

impl RuleSetting {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (name, value) = text.split_once('=').ok_or("it is NAME=VALUE")?;
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

impl Arguments {
    fn rules(&self) -> Result<Rules, RuleError> {
        let mut rules = Rules::default();
        for RuleSetting { name, value } in &self.rules {
            rules.set_from_text(name, value)?;
        }
        Ok(rules)
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), StartError> {
    let rules = arguments.rules()?;
    let (address, filter) = Settings::for_emulator(Variables::of_process()?)?;
    log::start(&filter, &Reader::Person);
    until_stopped(|stop| async move {
        let listener = listen::bind(address, "KASSA_EMULATOR_LISTEN").await?;
        println!("The emulator is ready: http://{}", listener.local_addr()?);
        println!("Stop it with Ctrl-C.");
        serve(listener, rules, stop).await;
        Ok(())
    })
    .await
}

/// The rules of `kassa dev`.
pub(crate) fn dev_rules() -> Rules {
    Rules {
        first_push_after: DEV_FIRST_PUSH_AFTER,
        ..Rules::default()
    }
}

/// Answers as Kustom would, until `stop`.
pub(crate) async fn serve(listener: TcpListener, rules: Rules, stop: CancellationToken) {
    let rules = Rules {
        seed: fresh_seed(),
        ..rules
    };
    let settings = kustom_emulator::Settings {
        rules,
        ..kustom_emulator::Settings::default()
    };
    let emulator = Emulator::new(settings, std::sync::Arc::new(|| SystemClock.now()));
    let callbacks = emulator.run_callbacks(stop.clone());
    let answers = emulator.serve(listener, stop);
    tokio::join!(answers, callbacks);
}

/// Shops keep their data between starts, so order ids must not repeat.
fn fresh_seed() -> u64 {
    let (seed, _) = SystemIds.secret().as_u64_pair();
    seed
}
