//! Mistakes about the database.

use crate::shop::Shop;
use rusqlite::Connection;
use std::fs;

#[test]
fn a_folder_that_cannot_be_made_is_found() {
    let shop = Shop::healthy().with_setting("sqlite://data/", "sqlite://dta/kassa/");
    shop.finds(&[("problem", "database.folder")]);
}

#[test]
fn a_file_that_is_no_database_is_found() {
    let shop = Shop::healthy();
    fs::create_dir(shop.path("data")).unwrap();
    shop.write(
        "data/kassa.db",
        &"this is a shopping list, and a long one".repeat(200),
    );
    shop.finds(&[("problem", "database.file")]);
}

#[test]
fn a_database_of_another_program_is_found() {
    let shop = Shop::healthy();
    fs::create_dir(shop.path("data")).unwrap();
    let other = Connection::open(shop.path("data/kassa.db")).unwrap();
    other.execute_batch("CREATE TABLE list (item TEXT)").unwrap();
    shop.finds(&[("problem", "database.file")])
        .says("not a database of Kassa");
}

#[test]
fn a_database_of_a_newer_program_is_found() {
    let shop = Shop::healthy();
    fs::create_dir(shop.path("data")).unwrap();
    let newer = Connection::open(shop.path("data/kassa.db")).unwrap();
    let history =
        "CREATE TABLE refinery_schema_history (version INTEGER, name TEXT, applied_on TEXT, checksum TEXT);
                   INSERT INTO refinery_schema_history VALUES (9999, 'later', '', '')";
    newer.execute_batch(history).unwrap();
    shop.finds(&[("problem", "database.schema")])
        .says("found version 9999");
}

#[test]
fn test_orders_in_a_live_database_are_found() {
    let shop = Shop::healthy().serve();
    let database = Connection::open(shop.path("data/kassa.db")).unwrap();
    let order = "INSERT INTO cart (id, number, version, state, body) VALUES ('c', 'C1', 1, 'open', '{}');
                 INSERT INTO kustom_order (id, cart_id, session_id, location, state, opened_at)
                 VALUES ('k', 'c', 's', 'https://api.playground.kustom.co/checkout/v3/orders/k', 'open', 0)";
    database.execute_batch(order).unwrap();
    drop(database);
    let verdict = shop.with_variable("KASSA_KUSTOM_ENVIRONMENT", "live").check();
    verdict.says("warning  database.test_orders");
    verdict.says("1 checkouts were opened at the playground");
}

/// The check of a database that nobody has open leaves no trace beside it.
#[test]
fn nothing_is_written() {
    let shop = Shop::healthy().with_setting("sqlite://data/", "sqlite://kept/");
    fs::create_dir(shop.path("kept")).unwrap();
    let file = shop.path("kept/kassa.db");
    kassa::store::sqlite::SqliteStore::open(&file).unwrap().close();
    let look = || {
        let mut names: Vec<_> = fs::read_dir(shop.path("kept"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        (names, fs::read(&file).unwrap())
    };
    let before = look();
    shop.finds(&[]).says("no server has it");
    assert!(before == look(), "the folder is as it was");
}

#[test]
fn a_port_that_another_program_has_is_found() {
    let shop = Shop::healthy();
    let _other = std::net::TcpListener::bind(shop.listen).unwrap();
    shop.finds(&[("problem", "server.listen")]);
}

#[test]
fn a_server_with_other_settings_is_found() {
    let shop = Shop::healthy().serve();
    let elsewhere = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let shop = shop.with_variable("KASSA_ADMIN_LISTEN", &elsewhere.to_string());
    shop.finds(&[("problem", "admin.server")]);
}

#[test]
fn purchases_that_wait_for_a_person_are_found() {
    let shop = Shop::healthy().serve();
    let database = Connection::open(shop.path("data/kassa.db")).unwrap();
    let review = r#"{"kustom_order_id":"k","cart_id":"00000000-0000-4000-8000-000000000000","reason":"content_mismatch",
                     "detail":"","opened_at":"2026-11-22T12:00:00Z","resolution":null}"#;
    let sql = "INSERT INTO review (kustom_order_id, reason, opened_at, body) VALUES ('k', 'content_mismatch', 0, ?1)";
    database.execute(sql, [review]).unwrap();
    shop.finds(&[("warning", "admin.reviews")]);
}
