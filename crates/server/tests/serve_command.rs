//! The program itself, as an operator meets it.

mod port;

use port::free_address;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// In an empty folder, and without the settings of whoever runs the tests.
fn kassa(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Command {
    let mut kassa = Command::new(env!("CARGO_BIN_EXE_kassa"));
    let inherited = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KASSA_"));
    for (name, _) in inherited {
        kassa.env_remove(name);
    }
    kassa
        .args(arguments)
        .envs(settings.iter().copied())
        .current_dir(folder);
    kassa
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    kassa
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for temporary files")
}

/// It ends with this code after one line.
#[track_caller]
fn check(arguments: &[&str], settings: &[(&str, &str)], code: i32, expect: &str) {
    let folder = folder();
    let output = kassa(folder.path(), arguments, settings).output();
    let Output {
        status,
        stdout,
        stderr,
    } = output.expect("the program was built with this test");
    assert_eq!(String::from_utf8_lossy(&stderr), format!("{expect}\n"));
    assert_eq!(status.code(), Some(code));
    assert!(stdout.is_empty());
}

struct Running {
    child: Child,
    /// What it printed when it was ready.
    greeting: String,
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, arguments, &[("KASSA_ADMIN_LISTEN", "127.0.0.1:0")])
    }

    fn start_with(folder: &Path, arguments: &[&str], more: &[(&str, &str)]) -> Self {
        let mut settings = vec![
            ("KASSA_LISTEN", "127.0.0.1:0"),
            ("KASSA_EMULATOR_LISTEN", "127.0.0.1:0"),
        ];
        settings.extend(more);
        let mut child = kassa(folder, arguments, &settings)
            .stderr(Stdio::inherit())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stdout.as_mut().expect("it is piped")).lines();
        let mut greeting = String::new();
        while !greeting.contains("Ctrl-C") {
            let line = lines
                .next()
                .expect("it says when it is ready")
                .expect("it prints text");
            greeting.push_str(&line);
            greeting.push('\n');
        }
        Self { child, greeting }
    }

    fn address(&self, label: &str) -> &str {
        let line = self
            .greeting
            .lines()
            .find(|line| line.contains(label))
            .expect("it is printed");
        let address = line.split("http://").nth(1).expect("it is an address");
        address.split([' ', '/']).next().expect("there is a first part")
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status();
        assert!(sent.expect("every Unix has it").success());
    }

    fn exit_code(mut self) -> Option<i32> {
        self.child.wait().expect("it is our child").code()
    }
}

fn health(address: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = b"GET /health HTTP/1.1\r\nhost: kassa\r\nconnection: close\r\n\r\n";
    stream.write_all(request).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers text");
    answer
}

#[test]
fn serving_without_settings_ends_with_78_and_one_line() {
    check(
        &["serve"],
        &[],
        78,
        "kassa: kustom.environment: found nothing, wanted `playground`, `live` or `emulator`; set \
         `kustom.environment` in the file, or KASSA_KUSTOM_ENVIRONMENT (`kassa check` lists everything that is wrong)",
    );
}

#[test]
fn a_bad_setting_ends_every_command_with_78() {
    let all = " (`kassa check` lists everything that is wrong)";
    for (command, hint) in [("dev", ""), ("serve", all), ("emulator", "")] {
        check(
            &[command],
            &[
                ("KASSA_EMULATOR_LISTEN", "3301"),
                ("KASSA_KUSTOM_ENVIRONMENT", "emulator"),
            ],
            78,
            &format!(
                "kassa: KASSA_EMULATOR_LISTEN: found `3301`, wanted an address such as `127.0.0.1:3300`; write an IP \
                 address and a port{hint}"
            ),
        );
    }
}

#[test]
fn a_rule_that_there_is_not_ends_the_emulator_with_78() {
    check(
        &["emulator", "--rule", "line_total=perhaps"],
        &[],
        78,
        "kassa: the rule line_total cannot be \"perhaps\": unknown variant `perhaps`, expected `exact` or \
         `within_quantity`",
    );
}

#[test]
fn a_port_in_use_ends_with_1_and_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    check(
        &["dev"],
        &[("KASSA_LISTEN", &address)],
        1,
        &format!(
            "kassa: another program listens on {address}; stop it, or set KASSA_LISTEN to another address"
        ),
    );
}

#[test]
fn development_answers_when_it_says_so_and_stops_on_sigterm() {
    let folder = folder();
    let dev = Running::start(folder.path(), &["dev"]);
    let answer = health(dev.address("Shop"));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(folder.path().join("kassa-data").is_dir());
    dev.signal("TERM");
    assert_eq!(dev.exit_code(), Some(0));
}

#[test]
fn ctrl_c_is_an_ordinary_end_and_data_can_be_emptied_after_it() {
    let folder = folder();
    for arguments in [&["dev"][..], &["dev", "--fresh"]] {
        let dev = Running::start(folder.path(), arguments);
        dev.signal("INT");
        assert_eq!(dev.exit_code(), Some(0));
    }
}

#[test]
fn the_emulator_runs_alone() {
    let folder = folder();
    let emulator = Running::start(folder.path(), &["emulator"]);
    assert!(health(emulator.address("emulator")).starts_with("HTTP/1.1"));
    emulator.signal("TERM");
    assert_eq!(emulator.exit_code(), Some(0));
    assert!(!folder.path().join("kassa-data").exists(), "it keeps nothing");
}

#[test]
fn reviews_are_listed_by_the_server_that_runs() {
    let address = free_address().to_string();
    let settings = [("KASSA_ADMIN_LISTEN", address.as_str())];
    let list = ["review", "list"];
    check(
        &list,
        &settings,
        1,
        &format!(
            "kassa: no server answers at {address}; start it with `admin.listen`, or set KASSA_ADMIN_LISTEN to where it \
             listens: client error (Connect): tcp connect error: Connection refused (os error 111)"
        ),
    );
    let folder = folder();
    let dev = Running::start_with(folder.path(), &["dev"], &settings);
    let listed = kassa(folder.path(), &list, &settings).output().expect("it runs");
    assert_eq!(
        String::from_utf8_lossy(&listed.stdout),
        "Nothing waits for you.\n"
    );
    let close = ["review", "close", "no-such-order", "--by", "Anna"];
    let refused = kassa(folder.path(), &close, &settings).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(said, "kassa: no open review of this purchase (NOT_FOUND)\n");
    dev.signal("TERM");
    assert_eq!(dev.exit_code(), Some(0));
}
