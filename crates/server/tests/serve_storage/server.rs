//! `kassa serve` as a process, and the requests that are sent to it.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;

/// Killed when dropped, so that a test that fails leaves nothing behind.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Server {
    /// Runs the command, which becomes `kassa serve`, until it says that it is ready. Nobody has to play Kustom: a cart
    /// without a checkout tells Kustom nothing.
    pub(crate) fn start(mut command: Command) -> Self {
        let inherited = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KASSA_"));
        for (name, _) in inherited {
            command.env_remove(name);
        }
        let mut child = command
            .env("KASSA_LISTEN", "127.0.0.1:0")
            .env("KASSA_KUSTOM_ENVIRONMENT", "emulator")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = String::new();
        let address = loop {
            let line = log.next().unwrap_or_else(|| panic!("it ended:\n{said}")).unwrap();
            if let Some(address) = ready_address(&line) {
                break address;
            }
            said += &line;
        };
        // A pipe that nobody reads would stop the program once it is full.
        thread::spawn(move || log.for_each(drop));
        Self { child, address }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: nothing gets to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request(&format!(
            "GET {path} HTTP/1.1\r\nhost: kassa\r\nconnection: close\r\n\r\n"
        ))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.request(&post(path, body))
    }

    fn request(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        Answer::read(&answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub(crate) fn read(answer: &str) -> Self {
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
        Self {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_ascii_lowercase(),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// A refusal that tells when to try again.
    #[track_caller]
    pub(crate) fn assert_refused(&self, code: &str) {
        let found = (self.status, self.body["error"]["code"].as_str());
        assert_eq!(found, (503, Some(code)), "{}", self.body);
        assert!(self.head.contains("\r\nretry-after: "), "{}", self.head);
    }
}

pub(crate) fn post(path: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: kassa\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The line is JSON and says where the program listens.
fn ready_address(line: &str) -> Option<SocketAddr> {
    let line: Value = serde_json::from_str(line).ok()?;
    let is_ready = line["message"] == "ready";
    is_ready.then(|| line["address"].as_str().unwrap().parse().unwrap())
}
