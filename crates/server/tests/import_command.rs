//! `kassa import`, as an operator meets it: into a database that nobody has, and to the server that has it.

#![expect(
    clippy::unwrap_used,
    reason = "the whole binary is tests, which the lint sees only in functions marked as such"
)]

mod port;
#[expect(
    dead_code,
    reason = "these tests need less of it than those that it was written for"
)]
#[path = "serve_storage/server.rs"]
mod server;

use port::free_address;
use serde_json::{Value, json};
use server::Server;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

const SHOP: &str = include_str!("../demo/catalogue.toml");
const HEADER: &str = "number,description,tax_class,stock,price_including_tax_SEK\n";

fn kassa(folder: &Path, arguments: &[&str]) -> Command {
    let mut kassa = Command::new(env!("CARGO_BIN_EXE_kassa"));
    let inherited = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("KASSA_"));
    for (name, _) in inherited {
        kassa.env_remove(name);
    }
    kassa.args(arguments).current_dir(folder);
    kassa
}

struct Shop {
    folder: TempDir,
    /// Where the server's operators' listener is, if it runs.
    admin: String,
}

impl Shop {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            admin: free_address().to_string(),
        }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut kassa = kassa(self.folder.path(), arguments);
        kassa.env("KASSA_ADMIN_LISTEN", &self.admin).output().unwrap()
    }

    #[track_caller]
    fn imports(&self, arguments: &[&str], expect: &str) {
        let output = self.run(&[&["import"], arguments].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            format!("{expect}\n"),
            "{said}"
        );
        assert_eq!(output.status.code(), Some(0));
    }

    #[track_caller]
    fn refuses(&self, arguments: &[&str], code: i32, expect: &str) {
        let output = self.run(arguments);
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("{expect}\n"));
        assert_eq!(output.status.code(), Some(code));
    }

    fn serve(&self, catalogue: Option<&str>) -> Server {
        let mut command = kassa(self.folder.path(), &["serve"]);
        if let Some(catalogue) = catalogue {
            command.env("KASSA_CATALOGUE", catalogue);
        }
        command.env("KASSA_ADMIN_LISTEN", &self.admin);
        Server::start(command)
    }
}

/// What a product costs by now, or nothing if it cannot be bought.
fn price(server: &Server, number: &str) -> Option<Value> {
    let carts = "/ingress/commerce/carts";
    let body = json!({ "profileKey": "se-webshop", "locale": "sv-SE" });
    let cart = server.post(carts, &body).ok();
    let path = format!("{carts}/{}/add-item", cart["cartId"].as_str().unwrap());
    let added = server.post(&path, &json!({ "productNumber": number, "quantity": 1 }));
    (added.status == 200).then(|| added.body["items"][0]["unitPrice"].clone())
}

#[test]
fn a_shop_is_imported_before_the_server_starts_and_while_it_runs() {
    let shop = Shop::new();
    shop.write("shop.toml", SHOP);
    shop.write("mugs.csv", &format!("{HEADER}MUG,Mug,standard,5,129.50\n"));
    shop.imports(
        &["shop.toml", "mugs.csv"],
        "imported 22 products, 4 profiles, 4 tax classes, 3 promotions",
    );
    let server = shop.serve(None);
    assert_eq!(price(&server, "MUG"), Some(json!(129.5)));
    shop.write("mugs.csv", &format!("{HEADER}MUG,Mug,standard,5,139.50\n"));
    shop.imports(&["mugs.csv"], "imported 1 product");
    assert_eq!(price(&server, "MUG"), Some(json!(139.5)));
    assert_eq!(price(&server, "BOOK-001"), Some(json!(249)));
    shop.imports(&["mugs.csv", "--replace"], "imported 1 product");
    assert_eq!(price(&server, "BOOK-001"), None);
    server.kill();
    let server = shop.serve(None);
    assert_eq!(price(&server, "MUG"), Some(json!(139.5)), "it was kept");
}

const WRONG: &str = "kassa: nothing was imported\n\
                     wrong.csv:2: column `tax_class`: there is no tax class `stone`\n\
                     wrong.csv:3: column `stock`: `many` is not a whole number from 0 to 4294967295";

#[test]
fn a_wrong_file_changes_nothing_whoever_reads_it() {
    let shop = Shop::new();
    shop.write("shop.toml", SHOP);
    shop.write("right.csv", &format!("{HEADER}JUG,Jug,standard,5,129.50\n"));
    shop.write(
        "wrong.csv",
        &format!("{HEADER}MUG,Mug,stone,5,129.50\nCUP,Cup,standard,many,1\n"),
    );
    shop.imports(
        &["shop.toml"],
        "imported 21 products, 4 profiles, 4 tax classes, 3 promotions",
    );
    shop.refuses(&["import", "right.csv", "wrong.csv"], 1, WRONG);
    let server = shop.serve(None);
    shop.refuses(&["import", "right.csv", "wrong.csv"], 1, WRONG);
    assert_eq!(price(&server, "JUG"), None);
    let many: String = (0..30).map(|number| format!("P{number},P,stone,,1\n")).collect();
    shop.write("many.csv", &format!("{HEADER}{many}"));
    let said = shop.run(&["import", "many.csv"]).stderr;
    let said = String::from_utf8_lossy(&said).into_owned();
    assert_eq!(said.lines().count(), 1 + 20 + 1, "{said}");
    assert!(said.ends_with("\nand 10 more\n"), "{said}");
}

#[test]
fn what_cannot_be_read_is_said_in_a_line() {
    let shop = Shop::new();
    shop.write("shop.txt", SHOP);
    shop.refuses(
        &["import", "shop.txt"],
        1,
        "kassa: shop.txt: cannot tell the format by the name; add `--format toml`, `json` or `csv`",
    );
    shop.imports(
        &["shop.txt", "--format", "toml"],
        "imported 21 products, 4 profiles, 4 tax classes, 3 promotions",
    );
    shop.refuses(
        &["import", "gone.toml"],
        1,
        "kassa: cannot read gone.toml: No such file or directory (os error 2)",
    );
    let server = shop.serve(None);
    let elsewhere = Shop {
        admin: Shop::new().admin,
        ..shop
    };
    elsewhere.refuses(
        &["import", "shop.txt", "--format", "toml"],
        75,
        &format!(
            "kassa: another process has the database kassa-data/kassa.db, and no server answers at {}; wait for it, stop \
             it, or set KASSA_ADMIN_LISTEN to where the server listens",
            elsewhere.admin
        ),
    );
    drop(server);
}

#[test]
fn a_start_imports_its_file_when_it_has_changed_and_only_then() {
    let shop = Shop::new();
    shop.write("shop.toml", SHOP);
    shop.write("book.csv", &format!("{HEADER}BOOK-001,Book,books,,300\n"));
    let server = shop.serve(Some("shop.toml"));
    shop.imports(&["book.csv"], "imported 1 product");
    server.kill();
    let server = shop.serve(Some("shop.toml"));
    assert_eq!(
        price(&server, "BOOK-001"),
        Some(json!(300)),
        "the file is the same as at the last start"
    );
    server.kill();
    shop.write("shop.toml", &SHOP.replace("\"249.00\"", "\"259.00\""));
    let server = shop.serve(Some("shop.toml"));
    assert_eq!(price(&server, "BOOK-001"), Some(json!(259)));
    server.kill();
    // Without the setting the shop is what the database has.
    let server = shop.serve(None);
    assert_eq!(price(&server, "BOOK-001"), Some(json!(259)));
    server.kill();
    shop.write("shop.toml", &SHOP.replace("\"249.00\"", "\"249.001\""));
    let mut serve = kassa(shop.folder.path(), &["serve"]);
    serve
        .env("KASSA_KUSTOM_ENVIRONMENT", "emulator")
        .env("KASSA_LISTEN", "127.0.0.1:0")
        .env("KASSA_CATALOGUE", "shop.toml");
    let output = serve.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("`249.001` has more decimals than SEK has, which is 2; correct the catalogue")
            && said.contains("kassa: shop.toml:"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(78));
}

#[test]
fn a_server_without_a_shop_says_how_to_get_one() {
    let shop = Shop::new();
    let mut serve = kassa(shop.folder.path(), &["serve"]);
    serve
        .env("KASSA_LISTEN", "127.0.0.1:0")
        .env("KASSA_KUSTOM_ENVIRONMENT", "playground")
        .env("KASSA_KUSTOM_KEY_ID", "PK1_abc")
        .env("KASSA_KUSTOM_PASSWORD", "kco_test_api_x")
        .env("KASSA_PUBLIC_URL", "https://checkout.shop.example");
    let output = serve.output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "kassa: catalogue: found nothing, and the database has no shop; wanted a catalogue; import one with `kassa import \
         FILE`, or set `catalogue` in the file, or KASSA_CATALOGUE (`kassa check` lists everything that is wrong)\n"
    );
    assert_eq!(output.status.code(), Some(78));
}
