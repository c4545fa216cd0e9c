//! The programs under test, as processes of ours.

use anyhow::{Context as _, Result, bail, ensure};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::chance::Chance;
use crate::http::Client;

/// Below the ports that systems hand out by themselves. Otherwise somebody's outgoing connection could take the
/// server's port in the moment between a kill and the next start.
const PORTS: std::ops::Range<u64> = 15_000..30_000;

/// A program tells nobody when its port is open, so it is asked again and again.
const ASK_EVERY: Duration = Duration::from_millis(2);

/// A start that takes longer will not end.
const LONGEST_START: Duration = Duration::from_secs(60);

/// A running process, killed when dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    name: String,
}

/// How a program was started: enough to do it again.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) variables: Vec<(&'static str, String)>,
    pub(crate) folder: PathBuf,
    /// What it prints is added to this file.
    pub(crate) log: PathBuf,
}

impl Recipe {
    pub(crate) fn command(&self) -> Result<Command> {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("KASSA_") {
                command.env_remove(name);
            }
        }
        command
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value.as_str())))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(self.log()?)
            .stderr(self.log()?);
        Ok(command)
    }

    fn log(&self) -> Result<File> {
        let log = File::options().create(true).append(true).open(&self.log);
        log.with_context(|| format!("cannot write {}", self.log.display()))
    }
}

impl Program {
    pub(crate) fn start(recipe: &Recipe) -> Result<Self> {
        Self::spawn(recipe.command()?, &recipe.program)
    }

    pub(crate) fn spawn(mut command: Command, program: &Path) -> Result<Self> {
        let name = program.display().to_string();
        let child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { child, name })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it says on standard error, where that was piped.
    pub(crate) fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    pub(crate) fn wait(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait()?)
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// SIGTERM, as an operator would.
    pub(crate) fn ask_to_end(&mut self) -> Result<()> {
        signal("TERM", self.pid())?;
        self.child.wait()?;
        Ok(())
    }

    /// SIGKILL: nothing gets to tidy up. Answers how it ended, because it may have been faster.
    pub(crate) fn kill(&mut self) -> Result<ExitStatus> {
        self.child.kill()?;
        Ok(self.child.wait()?)
    }

    /// Waits until it answers 200 here.
    pub(crate) async fn until_healthy(&mut self, client: &Client, path: &str) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < LONGEST_START {
            if client.get(path).await.is_ok_and(|answer| answer.is_ok()) {
                return Ok(());
            }
            if let Some(status) = self.ended()? {
                bail!("{} ended before it was ready ({status})", self.name);
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        bail!("{} was not ready after {} s", self.name, LONGEST_START.as_secs())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The standard library sends no other signal than SIGKILL, and calling the system by hand would be unsafe code.
pub(crate) fn signal(name: &str, pid: u32) -> Result<()> {
    let sent = Command::new("kill")
        .args(["-s", name, &pid.to_string()])
        .status()?;
    ensure!(sent.success(), "cannot send SIG{name} to process {pid}");
    Ok(())
}

/// A port of this machine that nobody has at the moment.
pub(crate) fn free_address(chance: &mut Chance) -> Result<SocketAddr> {
    for _ in 0..1000 {
        let port = u16::try_from(chance.within(PORTS)).expect("the range holds ports");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("no port between {} and {} is free", PORTS.start, PORTS.end)
}
