//! docs/going-live.md and the codes hold together, and each code is provoked by a test.

use crate::shop::Shop;
use kassa::check::code;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn page() -> String {
    fs::read_to_string(root().join("docs/going-live.md")).unwrap()
}

/// Everything in code marks that looks like a code of ours.
fn named(text: &str) -> BTreeSet<String> {
    let known: BTreeSet<&str> = code::ALL
        .iter()
        .filter_map(|code| code.name().split('.').next())
        .collect();
    let marked = text.split('`').skip(1).step_by(2);
    let looks_like_one = |text: &&str| {
        let parts: Vec<&str> = text.split('.').collect();
        matches!(parts.as_slice(), [area, rest] if known.contains(area) && rest.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
    };
    marked.filter(looks_like_one).map(str::to_owned).collect()
}

#[test]
fn the_table_of_the_page_has_every_code_and_no_other() {
    let rows: Vec<String> = page()
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.split('`').nth(1).unwrap().to_owned())
        .collect();
    let codes: Vec<&str> = code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(rows, codes);
}

#[test]
fn every_item_of_the_list_names_what_finds_its_mistake() {
    let page = page();
    let items: Vec<&str> = page
        .split("\n- [ ] ")
        .skip(1)
        .map(|item| item.split("\n\n").next().unwrap())
        .collect();
    assert!(items.len() >= 10, "the list is there");
    for item in items {
        assert!(!named(item).is_empty(), "{item}");
    }
}

#[test]
fn every_code_is_provoked_by_a_test() {
    let here = root().join("crates/server");
    let mut tests = String::new();
    let own = fs::read_dir(here.join("tests/check_command"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let in_place = ["src/check/database.rs", "src/check/public/callback.rs"].map(|path| here.join(path));
    for path in own.chain(in_place).filter(|path| !path.ends_with("page.rs")) {
        tests.push_str(&fs::read_to_string(path).unwrap());
    }
    for code in code::ALL {
        let wrong = [
            "problem\", \"",
            "warning\", \"",
            "warning  ",
            "Warning, \"",
            "Problem, \"",
        ];
        let is_provoked = wrong
            .iter()
            .any(|level| tests.contains(&format!("{level}{}", code.name())));
        assert!(is_provoked || code.name() == "catalogue.order_numbers", "{code}");
    }
}

/// The language and the text of each block.
fn blocks(page: &str) -> Vec<(String, String)> {
    let parts = page.split("\n```").skip(1).step_by(2);
    let split = parts.map(|block| block.split_once('\n').unwrap());
    split
        .map(|(language, text)| (language.to_owned(), text.to_owned()))
        .collect()
}

/// Every command of the page, as it stands there, but for ports that tests choose and the options that lead names into the
/// tests' own network.
#[test]
fn every_command_of_the_page_works() {
    let shop = Shop::healthy()
        .with_setting("sqlite://data/", "sqlite://kassa-data/")
        .serve();
    let options = shop.names();
    for (language, block) in blocks(&page()) {
        if language != "sh" {
            continue;
        }
        let block = block.replace("127.0.0.1:3302", &shop.admin_listen.to_string());
        let block = block.replace("--resolve checkout.shop.example:443=127.0.0.1:443", "");
        let lines: Vec<String> = block
            .lines()
            .map(|line| match line.starts_with("kassa check") {
                true => format!("{line} {options}"),
                false => line.to_owned(),
            })
            .collect();
        let output = shop.shell(&lines.join("\n"));
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{block}\n{said}");
    }
    let backup = rusqlite::Connection::open(shop.path("kassa-backup.db")).unwrap();
    let sound: String = backup
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(sound, "ok");
}

/// With the catalogue in the database, the page's settings are all there is to set.
#[test]
fn the_settings_of_the_page_are_healthy() {
    let mut shop = Shop::healthy();
    let (_, settings) = blocks(&page())
        .into_iter()
        .find(|(language, _)| language == "toml")
        .unwrap();
    let own = settings
        .replace("127.0.0.1:3300", &shop.listen.to_string())
        .replace("127.0.0.1:3302", &shop.admin_listen.to_string())
        .replace("PK12345_0123456789ab", "PK1_user");
    shop.settings = format!("catalogue = \"shop.toml\"\n{own}");
    shop.finds(&[]);
}

#[test]
fn the_proxies_of_the_page_lead_to_the_port_of_the_settings() {
    let blocks = blocks(&page());
    let proxies: Vec<_> = blocks
        .iter()
        .filter(|(language, _)| matches!(language.as_str(), "caddy" | "nginx"))
        .collect();
    assert_eq!(proxies.len(), 2);
    for (_, text) in proxies {
        assert!(
            text.contains("127.0.0.1:3300") && text.contains("checkout.shop.example"),
            "{text}"
        );
    }
}
