//! A shop about to go live, healthy unless a test spoils it, and the program's verdict on it.

use crate::certificate::{Authority, Certified};
use crate::neighbour::{Asked, Neighbour, Then, answer};
use crate::port::free_address;
use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub(crate) const PASSWORD: &str = "kco_test_api_only-the-playground-knows-this";
const HOST: &str = "checkout.shop.example";

pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) settings: String,
    pub(crate) catalogue: String,
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) certified: Certified,
    /// What is done to requests on their way.
    pub(crate) proxy: fn(Asked) -> Then,
    pub(crate) plain_http: fn(Asked) -> Then,
    pub(crate) playground: fn(Asked) -> Then,
    pub(crate) live: fn(Asked) -> Then,
    pub(crate) listen: SocketAddr,
    pub(crate) admin_listen: SocketAddr,
    server: Option<Child>,
}

/// What the program said.
pub(crate) struct Verdict {
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

/// A Kustom that knows one password.
pub(crate) fn knows(asked: &Asked, password: &str) -> Then {
    use base64::Engine;
    let given = asked
        .header("authorization")
        .and_then(|header| header.strip_prefix("Basic "))
        .unwrap_or_default();
    let given = base64::engine::general_purpose::STANDARD
        .decode(given)
        .unwrap_or_default();
    let status = if given == format!("PK1_user:{password}").as_bytes() {
        404
    } else {
        401
    };
    Then::Answer(answer(status, "application/json", "{}"))
}

impl Shop {
    /// Ready for the world, in the environment `playground`.
    pub(crate) fn healthy() -> Self {
        let (listen, admin_listen) = (free_address(), free_address());
        let settings = format!(
            r#"listen = "{listen}"
public_url = "https://{HOST}"
catalogue = "shop.toml"

[database]
url = "sqlite://data/kassa.db"

[kustom]
environment = "playground"
key_id = "PK1_user"
password_file = "password"

[admin]
listen = "{admin_listen}"

[limits]
client_address = "RightmostXForwardedFor"
"#
        );
        Self {
            folder: tempfile::tempdir().unwrap(),
            settings,
            catalogue: include_str!("shop.toml").to_owned(),
            variables: Vec::new(),
            certified: Certified::Well,
            proxy: |asked| Then::Forward(asked.forwarded()),
            plain_http: |_| {
                let location = format!("location: https://{HOST}/\r\ncontent-length: 0\r\n\r\n");
                Then::Answer(format!("HTTP/1.1 301 Moved\r\nconnection: close\r\n{location}"))
            },
            playground: |asked| knows(&asked, PASSWORD),
            live: |asked| knows(&asked, "kco_live_api_other"),
            listen,
            admin_listen,
            server: None,
        }
    }

    /// Changes one line of the settings.
    pub(crate) fn with_setting(mut self, from: &str, to: &str) -> Self {
        assert!(self.settings.contains(from), "{from}");
        self.settings = self.settings.replace(from, to);
        self
    }

    pub(crate) fn with_catalogue(mut self, from: &str, to: &str) -> Self {
        assert!(self.catalogue.contains(from), "{from}");
        self.catalogue = self.catalogue.replace(from, to);
        self
    }

    pub(crate) fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn with_proxy(mut self, proxy: fn(Asked) -> Then) -> Self {
        self.proxy = proxy;
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file that only its owner reads, unless there is one already.
    pub(crate) fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        if !path.exists() {
            fs::write(&path, content).unwrap();
            fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        }
    }

    fn write_all(&self) {
        self.write("kassa.toml", &self.settings);
        self.write("shop.toml", &self.catalogue);
        self.write("password", &format!("{PASSWORD}\n"));
        self.write("authority.pem", &Authority::of_the_tests().pem);
    }

    fn kassa(&self, arguments: &[&str]) -> Command {
        let mut kassa = Command::new(env!("CARGO_BIN_EXE_kassa"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KASSA_"))
        {
            kassa.env_remove(name);
        }
        kassa
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        kassa
            .env("SSL_CERT_FILE", self.path("authority.pem"))
            .env_remove("SSL_CERT_DIR");
        kassa.envs(self.variables.iter().map(|(name, value)| (name, value)));
        kassa
    }

    /// Runs `kassa serve` until the shop is dropped.
    pub(crate) fn serve(mut self) -> Self {
        self.write_all();
        let mut server = self.kassa(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(server.stderr.take().unwrap()).lines();
        assert!(
            log.any(|line| line.unwrap().contains("\"ready\"")),
            "the server starts"
        );
        // Read on, or the server would wait for its reader.
        std::thread::spawn(move || log.for_each(drop));
        self.server = Some(server);
        self
    }

    pub(crate) fn check(&self) -> Verdict {
        self.check_with(&[])
    }

    pub(crate) fn check_with(&self, more: &[&str]) -> Verdict {
        self.write_all();
        let names = self.names();
        let mut arguments = vec!["check"];
        arguments.extend(names.split(' '));
        arguments.extend(more);
        let output = self.kassa(&arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(!text.contains(PASSWORD), "no secret is printed");
        Verdict {
            code: output.status.code(),
            text,
        }
    }

    /// Starts the neighbours, and says in options where they are.
    pub(crate) fn names(&self) -> String {
        let authority = Authority::of_the_tests();
        let tls = authority.server(HOST, self.certified);
        let proxy = Neighbour::start(Some(tls), Some(self.listen), self.proxy);
        let plain = Neighbour::start(None, Some(self.listen), self.plain_http);
        let kustom = |host: &str, then| {
            let tls = authority.server(host, Certified::Well);
            let address = Neighbour::start(Some(tls), None, then).address;
            format!("--resolve={host}:443={address}")
        };
        let names = [
            format!("--resolve={HOST}:443={}", proxy.address),
            format!("--resolve={HOST}:80={}", plain.address),
            kustom("api.playground.kustom.co", self.playground),
            kustom("api.kustom.co", self.live),
        ];
        names.join(" ")
    }

    /// Runs commands in the shop's folder, with the program under its own name.
    pub(crate) fn shell(&self, commands: &str) -> std::process::Output {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_kassa"));
        let folder = program.parent().unwrap().to_owned();
        let path = std::env::var("PATH").unwrap();
        let mut shell = Command::new("sh");
        shell
            .args(["-e", "-c", commands])
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        shell.env("PATH", format!("{}:{path}", folder.display()));
        shell
            .env("SSL_CERT_FILE", self.path("authority.pem"))
            .env_remove("SSL_CERT_DIR");
        shell.output().unwrap()
    }

    /// Exactly these, beside what is fine and what is skipped.
    #[track_caller]
    pub(crate) fn finds(&self, expected: &[(&str, &str)]) -> Verdict {
        let verdict = self.check();
        let found: Vec<_> = verdict
            .lines()
            .into_iter()
            .filter(|(level, _)| matches!(*level, "problem" | "warning"))
            .collect();
        assert_eq!(found, expected, "{}", verdict.text);
        let has_problem = expected.iter().any(|(level, _)| *level == "problem");
        assert_eq!(verdict.code, Some(i32::from(has_problem)), "{}", verdict.text);
        verdict
    }
}

impl Verdict {
    /// Level and code of each line.
    pub(crate) fn lines(&self) -> Vec<(&str, &str)> {
        let words = self
            .text
            .lines()
            .take_while(|line| !line.is_empty())
            .map(str::split_whitespace);
        words
            .map(|mut words| (words.next().unwrap(), words.next().unwrap()))
            .collect()
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) {
        assert!(self.text.contains(text), "{text:?} is not in\n{}", self.text);
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // It is our own child, and nothing of it is needed any more.
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}
