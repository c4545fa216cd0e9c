//! A file system of a few megabytes that fills up and is emptied again while the server runs on it.
//!
//! It is mounted in a mount namespace of the server's own, so that nobody else sees it and it goes with the server.

use crate::server::Server;
use serde_json::json;
use std::fs::{self, File};
use std::io::Write;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use tempfile::TempDir;

const CARTS: &str = "/ingress/commerce/carts";

/// Room for the database and its log, and little else.
const DISK: &str = "size=4m";

/// More than fit into no group, fewer than the machine minds.
const WRITERS: usize = 40;

/// A disk that only the servers on it see.
struct Disk {
    folder: TempDir,
    /// Root may mount anyway; anybody else becomes root in a user namespace first.
    privileges: &'static [&'static str],
}

impl Disk {
    /// `None` where neither root nor user namespaces may mount, as in most containers without privileges.
    fn allowed() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let ways: [&[&str]; 2] = [&["--mount"], &["--mount", "--map-root-user"]];
        let privileges = ways.into_iter().find(|privileges| {
            let mounted = mounting(folder.path(), privileges).arg("true").output();
            mounted.is_ok_and(|output| output.status.success())
        })?;
        Some(Self { folder, privileges })
    }

    fn start(&self) -> Server {
        let mut command = mounting(self.folder.path(), self.privileges);
        command.arg(env!("CARGO_BIN_EXE_kassa")).arg("serve");
        command.env("KASSA_DATABASE_URL", self.database_url());
        Server::start(command)
    }

    /// Another server on the same disk, which the namespace of the first one keeps mounted.
    fn start_again(&self, namespaces: &Namespaces) -> Server {
        let mut command = Command::new("nsenter");
        let path = |file: &File| format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
        if self.privileges.len() > 1 {
            command.arg(format!("--user={}", path(&namespaces.user)));
        }
        command.arg(format!("--mount={}", path(&namespaces.mount)));
        command.arg(env!("CARGO_BIN_EXE_kassa")).arg("serve");
        command.env("KASSA_DATABASE_URL", self.database_url());
        Server::start(command)
    }

    fn database_url(&self) -> String {
        format!("sqlite://{}/kassa.db", self.folder.path().display())
    }

    /// What lies on the disk, as the server sees it.
    fn seen_by(&self, server: &Server) -> PathBuf {
        let inside = self.folder.path().strip_prefix("/").unwrap();
        PathBuf::from(format!("/proc/{}/root", server.pid())).join(inside)
    }
}

/// Held open, a namespace outlives the process that it was made for.
struct Namespaces {
    user: File,
    mount: File,
}

impl Namespaces {
    fn of(server: &Server) -> Self {
        let open = |kind: &str| File::open(format!("/proc/{}/ns/{kind}", server.pid())).unwrap();
        Self {
            user: open("user"),
            mount: open("mnt"),
        }
    }
}

fn mounting(folder: &Path, privileges: &[&str]) -> Command {
    let mut command = Command::new("unshare");
    let script = "mount -t tmpfs -o \"$0\" kassa-test \"$1\" && shift && exec \"$@\"";
    command
        .args(privileges)
        .args(["sh", "-c", script, DISK])
        .arg(folder);
    command
}

/// Writes until the disk takes nothing more.
fn fill(filler: &Path) {
    let mut file = File::create(filler).unwrap();
    for size in [64 * 1024, 1024, 1] {
        while file.write_all(&vec![b'x'; size]).is_ok() {}
    }
}

fn cart_with_email(server: &Server, email: &str) -> String {
    let body = json!({ "profileKey": "se-webshop", "locale": "sv-SE" });
    let cart_id = server.post(CARTS, &body).ok()["cartId"]
        .as_str()
        .unwrap()
        .to_owned();
    set_email(server, &cart_id, email).ok();
    cart_id
}

fn set_email(server: &Server, cart_id: &str, email: &str) -> crate::server::Answer {
    server.post(&format!("{CARTS}/{cart_id}/email"), &json!({ "email": email }))
}

fn email_of(server: &Server, cart_id: &str) -> String {
    let cart = server.get(&format!("{CARTS}/{cart_id}")).ok();
    cart["email"].as_str().unwrap().to_owned()
}

#[test]
fn a_full_disk_refuses_what_it_cannot_keep_and_takes_it_again_when_there_is_room() {
    let Some(disk) = Disk::allowed() else {
        eprintln!("not shown here: a disk of a test's own needs `unshare --mount`, which is not allowed");
        return;
    };
    let server = disk.start();
    let carts: Vec<String> = (0..WRITERS)
        .map(|_| cart_with_email(&server, "before@example.test"))
        .collect();

    let filler = disk.seen_by(&server).join("filler");
    fill(&filler);
    thread::scope(|scope| {
        for cart_id in &carts {
            // Side by side, so that whole groups fail.
            scope.spawn(|| {
                set_email(&server, cart_id, "lost@example.test").assert_refused("STORAGE_UNAVAILABLE");
                assert_eq!(email_of(&server, cart_id), "before@example.test");
            });
        }
    });
    let body = json!({ "profileKey": "se-webshop", "locale": "sv-SE" });
    server.post(CARTS, &body).assert_refused("STORAGE_UNAVAILABLE");

    // Not even a restart needs room, as long as nobody was calling Kustom.
    let namespaces = Namespaces::of(&server);
    server.kill();
    let server = disk.start_again(&namespaces);
    set_email(&server, &carts[0], "lost@example.test").assert_refused("STORAGE_UNAVAILABLE");
    assert_eq!(email_of(&server, &carts[0]), "before@example.test");

    fs::remove_file(disk.seen_by(&server).join("filler")).unwrap();
    let (changed, unchanged) = carts.split_at(WRITERS / 2);
    for cart_id in changed {
        set_email(&server, cart_id, "after@example.test").ok();
    }
    server.kill();
    let server = disk.start_again(&namespaces);
    for (carts, email) in [
        (changed, "after@example.test"),
        (unchanged, "before@example.test"),
    ] {
        for cart_id in carts {
            assert_eq!(email_of(&server, cart_id), email);
        }
    }
    assert_eq!(integrity(&disk.seen_by(&server).join("kassa.db")), "ok");
}

fn integrity(database: &Path) -> String {
    let connection = rusqlite::Connection::open(database).unwrap();
    connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap()
}
