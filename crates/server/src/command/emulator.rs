//! `kassa emulator`, and the emulator's part of `kassa dev`.

use super::StartError;
use super::log::{self, Reader};
use super::signal::until_stopped;
use clap::Args;
use jiff::SignedDuration;
use kassa::clock::{Clock, Ids, SystemClock, SystemIds};
use kassa::config::{Settings, Variables};
use kassa::listen;
use kustom_emulator::{Credentials, Emulator, RuleError, Rules, Speed, read_origin};
use serde_json::json;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use url::{Host, Origin, Url};

/// A developer who closes the page after paying does not wait two minutes to see the push.
const DEV_FIRST_PUSH_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Longer than Kustom pushes at all.
const LONGEST_FIRST_PUSH_SECONDS: i64 = 48 * 3600;

/// The greatest that JavaScript reads exactly, 2^53 - 1: who starts an emulator reads the seed from a line of JSON.
const GREATEST_SEED: u64 = (1 << 53) - 1;

/// What tests of other projects want to choose. The rest is chosen over HTTP.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes a free one. Overrides `KASSA_EMULATOR_LISTEN`.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Print one line of JSON when ready, and nothing else: {"url":"http://127.0.0.1:41234",…}.
    #[arg(long)]
    json: bool,
    /// Equal seeds give equal ids. Without one, every start has its own. At most 9007199254740991, so that every reader of
    /// JSON reads it exactly.
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=GREATEST_SEED))]
    seed: Option<u64>,
    /// Seconds between a purchase and its first push; never less than three.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(i64).range(0..=LONGEST_FIRST_PUSH_SECONDS))]
    first_push_after: Option<i64>,
    /// How many times as fast as the wall clock the virtual one runs, from 0.1 to 10000.
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    speed: Option<Speed>,
    /// Let the virtual clock stand still until it is moved.
    #[arg(long)]
    frozen: bool,
    /// The address under which shops and browsers reach the emulator, where that is another than they ask.
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Let the control routes answer under this name, too, such as the name of a container; may be given several times.
    #[arg(long = "allow-host", value_name = "NAME", value_parser = allowed_host)]
    allowed_hosts: Vec<Host>,
    /// Let pages of this origin call the control routes, too; may be given several times.
    #[arg(long = "allow-origin", value_name = "URL", value_parser = allowed_origin)]
    allowed_origins: Vec<Origin>,
    /// Accept this API key only. Without one, any credentials will do.
    #[arg(long, value_name = "KEY")]
    api_key: Option<String>,
    /// What the emulator does where Kustom's documentation leaves a choice; may be given several times. The names are those
    /// of `GET /_emulator/rules`.
    #[arg(long = "rule", value_name = "NAME=VALUE", value_parser = RuleSetting::parse)]
    rules: Vec<RuleSetting>,
    /// Stop when standard input is closed: when the program that started this one is gone.
    #[arg(long)]
    stop_with_stdin: bool,
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

fn allowed_host(text: &str) -> Result<Host, &'static str> {
    Host::parse(text).map_err(|_| "it is a name or an address, without scheme and port; IPv6 in brackets")
}

fn allowed_origin(text: &str) -> Result<Origin, &'static str> {
    read_origin(text).ok_or("it is http:// or https:// with a name and maybe a port, and nothing behind them")
}

/// It is written into pages and answers, so it is one that a browser could ask.
fn public_url(text: &str) -> Result<String, StartError> {
    let url = Url::parse(text).ok().filter(|url| {
        let has_more = url.query().is_some() || url.fragment().is_some();
        let has_userinfo = !url.username().is_empty() || url.password().is_some();
        matches!(url.scheme(), "http" | "https") && !has_more && !has_userinfo
    });
    url.map(String::from).ok_or(StartError::EmulatorPublicUrl)
}

fn speed(text: &str) -> Result<Speed, String> {
    let factor: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Speed::try_from(factor).map_err(|error| error.to_string())
}

pub(crate) async fn run(arguments: &Arguments) -> Result<(), StartError> {
    let settings = arguments.settings()?;
    let (configured, filter) = Settings::for_emulator(Variables::of_process()?)?;
    log::start(&filter, &Reader::Person);
    let (address, named_by) = match arguments.listen {
        Some(address) => (address, "--listen"),
        None => (configured, "KASSA_EMULATOR_LISTEN"),
    };
    until_stopped(|stop| async move {
        if arguments.stop_with_stdin {
            stop_with_stdin(stop.clone());
        }
        let listener = listen::bind(address, named_by).await?;
        greet(arguments, &settings, listener.local_addr()?)?;
        serve_with(listener, settings, stop).await;
        Ok(())
    })
    .await
}

impl Arguments {
    fn settings(&self) -> Result<kustom_emulator::Settings, StartError> {
        Ok(kustom_emulator::Settings {
            rules: self.rules()?,
            public_url: self.public_url.as_deref().map(public_url).transpose()?,
            allowed_hosts: self.allowed_hosts.clone(),
            allowed_origins: self.allowed_origins.clone(),
            speed: self.speed.unwrap_or_default(),
            frozen: self.frozen,
        })
    }

    fn rules(&self) -> Result<Rules, RuleError> {
        let mut rules = Rules {
            seed: self.seed.unwrap_or_else(fresh_seed),
            credentials: self.api_key.clone().map(|api_key| Credentials {
                username: None,
                api_key,
            }),
            ..Rules::default()
        };
        for RuleSetting { name, value } in &self.rules {
            rules.set_from_text(name, value)?;
        }
        if let Some(seconds) = self.first_push_after {
            rules.first_push_after = SignedDuration::from_secs(seconds);
        }
        Ok(rules)
    }
}

/// Whoever reads it may call at once: the port is open.
fn greet(arguments: &Arguments, settings: &kustom_emulator::Settings, address: SocketAddr) -> io::Result<()> {
    let url = format!("http://{address}");
    let mut output = io::stdout().lock();
    if arguments.json {
        let line = json!({
            "url": url,
            "control": format!("{url}/_emulator"),
            "openapi": format!("{url}/openapi.json"),
            "seed": settings.rules.seed,
        });
        writeln!(output, "{line}")?;
    } else {
        writeln!(output, "The emulator is ready: {url}")?;
        writeln!(output, "Stop it with Ctrl-C.")?;
    }
    output.flush()
}

/// On a thread of its own, which ends with the program: a read of standard input cannot be called off.
fn stop_with_stdin(stop: CancellationToken) {
    std::thread::spawn(move || {
        let mut ignored = [0; 1024];
        while matches!(io::stdin().read(&mut ignored), Ok(1..)) {}
        stop.cancel();
    });
}

/// The rules of `kassa dev`.
pub(crate) fn dev_rules() -> Rules {
    Rules {
        first_push_after: DEV_FIRST_PUSH_AFTER,
        ..Rules::default()
    }
}

/// Answers as Kustom would, until `stop`. The pages of the shop at `shop` have buttons that steer it.
pub(crate) async fn serve(listener: TcpListener, rules: Rules, shop: &[String], stop: CancellationToken) {
    let settings = kustom_emulator::Settings {
        rules: Rules {
            seed: fresh_seed(),
            ..rules
        },
        allowed_origins: shop.iter().filter_map(|origin| read_origin(origin)).collect(),
        ..kustom_emulator::Settings::default()
    };
    serve_with(listener, settings, stop).await;
}

async fn serve_with(listener: TcpListener, settings: kustom_emulator::Settings, stop: CancellationToken) {
    let emulator = Emulator::new(settings, std::sync::Arc::new(|| SystemClock.now()));
    let callbacks = emulator.run_callbacks(stop.clone());
    let answers = emulator.serve(listener, stop);
    tokio::join!(answers, callbacks);
}

/// Shops keep their data between starts, so order ids must not repeat.
fn fresh_seed() -> u64 {
    let (seed, _) = SystemIds.secret().as_u64_pair();
    seed & GREATEST_SEED
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_number_that_every_reader_of_json_reads_exactly() {
        let seeds: Vec<u64> = (0..100).map(|_| fresh_seed()).collect();
        assert!(seeds.iter().all(|seed| *seed <= GREATEST_SEED), "{seeds:?}");
        assert_ne!(seeds[0], seeds[1]);
    }

    #[test]
    fn a_public_url_is_one_under_which_browsers_ask() {
        for url in [
            "https://kustom.test",
            "http://localhost:3301/",
            "https://kustom.test/emulator",
        ] {
            assert!(public_url(url).is_ok(), "{url}");
        }
        for url in [
            "",
            "kustom.test",
            "javascript:alert(1)",
            "ftp://kustom.test",
            "http://user:key@kustom.test",
            "https://kustom.test/?a=b",
            "https://kustom.test/#a",
            r#"http://"><script>"#,
        ] {
            assert!(public_url(url).is_err(), "{url}");
        }
        let written = public_url(r#"https://kustom.test/"><b>"#).unwrap();
        assert_eq!(written, "https://kustom.test/%22%3E%3Cb%3E");
    }
}
