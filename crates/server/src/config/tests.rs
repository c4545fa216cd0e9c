use super::*;
use crate::catalogue_file::parse;
use crate::demo;
use secrecy::ExposeSecret;
use std::fs;
use tempfile::TempDir;

const LIVE: [(&str, &str); 4] = [
    ("KASSA_KUSTOM_ENVIRONMENT", "live"),
    ("KASSA_KUSTOM_KEY_ID", "PK1_abc"),
    ("KASSA_KUSTOM_PASSWORD", "kco_live_api_x"),
    ("KASSA_PUBLIC_URL", "https://checkout.shop.example"),
];

fn variables(pairs: &[(&str, &str)]) -> Variables {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// The file is called `kassa.toml` and lies beside a catalogue that nobody reads.
fn serve(file: &str, environment: &[(&str, &str)]) -> (TempDir, Result<Settings, ConfigError>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kassa.toml");
    fs::write(&path, file).unwrap();
    let settings = Settings::for_serve(Some(&path), variables(environment));
    (folder, settings)
}

/// The line without the folder, which is another one each time.
fn refusal(folder: &TempDir, refused: Result<Settings, ConfigError>) -> String {
    let line = refused.unwrap_err().to_string();
    assert!(!line.contains('\n'), "{line}");
    line.replace(&format!("{}/", folder.path().display()), "")
}

#[track_caller]
fn check_file(file: &str, expect: &str) {
    let base = "kustom.environment = \"emulator\"\ncatalogue = \"catalogue.toml\"\n";
    let (folder, settings) = serve(&format!("{base}{file}"), &[]);
    assert_eq!(refusal(&folder, settings), expect);
}

/// Live with these variables on top is refused.
#[track_caller]
fn check_live(environment: &[(&str, &str)], expect: &str) {
    let environment: Vec<_> = LIVE.iter().chain(environment).copied().collect();
    let (folder, settings) = serve("catalogue = \"catalogue.toml\"", &environment);
    assert_eq!(refusal(&folder, settings), expect);
}

#[test]
fn settings_that_do_not_exist_are_refused_by_name() {
    check_file(
        "lisen = \"127.0.0.1:1\"",
        "kassa.toml:3: found unknown field `lisen`, expected one of `listen`, `public_url`, `log`, `catalogue`, \
         `demo_payment`, `database`, `kustom`, `emulator`, `admin`, `sync`, `limits`; wanted only settings that exist, with their \
         types; correct the line or remove it",
    );
    check_file(
        "[sync]\ndelay = 1",
        "kassa.toml:4: found unknown field `delay`, expected `delay_ms`; wanted only settings that exist, with their \
         types; correct the line or remove it",
    );
    check_file(
        "listen = 3300",
        "kassa.toml:3: found invalid type: integer `3300`, expected a string; wanted only settings that exist, with \
         their types; correct the line or remove it",
    );
}

#[test]
fn values_that_cannot_be_read_are_refused_with_their_line() {
    check_file(
        "listen = \"localhost\"",
        "kassa.toml:3: found `localhost`, wanted an address such as `127.0.0.1:3300`; write an IP address and a port",
    );
    check_file(
        "log = \"kassa=loud\"",
        "kassa.toml:3: found `kassa=loud`, wanted a log filter such as `info` or `kassa=debug,info`; correct it or \
         remove it",
    );
    check_file(
        "public_url = \"https://shop.example/checkout\"",
        "kassa.toml:3: found `https://shop.example/checkout`, wanted an address such as \
         `https://checkout.shop.example`; leave out path and query",
    );
    check_file(
        "[sync]\ndelay_ms = 60000",
        "kassa.toml:4: found 60000, wanted a number from 0 to 5000; correct it or remove it",
    );
    check_file(
        "[limits]\ncreate_per_minute = 0",
        "kassa.toml:4: found 0, wanted a number from 1 to 1000000; correct it or remove it",
    );
}

#[test]
fn databases_of_other_kinds_are_refused_without_showing_their_passwords() {
    check_file(
        "[database]\nurl = \"postgres://kassa:secret@db/kassa\"",
        "kassa.toml:4: found a PostgreSQL URL, wanted `sqlite://path`, because this version keeps its data in SQLite \
         only; change it",
    );
    check_file(
        "[database]\nurl = \"mysql://kassa:secret@db/kassa\"",
        "kassa.toml:4: found a URL of another kind, wanted `sqlite://path/to/kassa.db`; correct it or remove it",
    );
}

#[test]
fn what_is_missing_is_named() {
    let (folder, nothing) = serve("", &[]);
    assert_eq!(
        refusal(&folder, nothing),
        "kustom.environment: found nothing, wanted `playground`, `live` or `emulator`; set `kustom.environment` in \
         the file, or KASSA_KUSTOM_ENVIRONMENT"
    );
    check_live(
        &[("KASSA_KUSTOM_PASSWORD", "")],
        "kustom.password: found nothing, wanted a Kustom API key; set `kustom.password` in the file, or \
         KASSA_KUSTOM_PASSWORD",
    );
    check_live(
        &[("KASSA_KUSTOM_KEY_ID", "")],
        "kustom.key_id: found nothing, wanted the user name of a Kustom API key; set `kustom.key_id` in the file, or \
         KASSA_KUSTOM_KEY_ID",
    );
    check_live(
        &[("KASSA_PUBLIC_URL", "")],
        "public_url: found nothing, wanted the https address at which Kustom and browsers reach this server; set \
         `public_url` in the file, or KASSA_PUBLIC_URL",
    );
}

#[test]
fn the_environment_may_name_the_catalogue() {
    let variables = [
        ("KASSA_KUSTOM_ENVIRONMENT", "emulator"),
        ("KASSA_CATALOGUE", "shop/catalogue.toml"),
    ];
    let (_folder, settings) = serve("catalogue = \"other.toml\"", &variables);
    let expected = CatalogueSource::File("shop/catalogue.toml".into());
    assert_eq!(settings.unwrap().catalogue, expected);
}

#[test]
fn a_misspelt_variable_is_noticed() {
    let variables = variables(&[("KASSA_LISTEN", "x"), ("KASSA_LISTN", "x"), ("KASSA_BIN", "x")]);
    assert_eq!(variables.unknown().collect::<Vec<_>>(), ["KASSA_LISTN"]);
}

#[test]
fn the_emulator_may_sell_the_demo_shop() {
    let (_folder, settings) = serve("", &[("KASSA_KUSTOM_ENVIRONMENT", "emulator")]);
    assert_eq!(settings.unwrap().catalogue, CatalogueSource::Demo);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let missing = Settings::for_serve(Some(Path::new("nowhere/kassa.toml")), variables(&[]));
    assert_eq!(
        missing.unwrap_err().to_string(),
        "nowhere/kassa.toml: found No such file or directory (os error 2); wanted a readable file; correct the path \
         or its permissions"
    );
    check_live(
        &[
            ("KASSA_KUSTOM_PASSWORD", ""),
            ("KASSA_KUSTOM_PASSWORD_FILE", "nowhere/password"),
        ],
        "KASSA_KUSTOM_PASSWORD_FILE: found No such file or directory (os error 2); wanted a readable file; correct \
         the path or its permissions",
    );
}

#[test]
fn variables_are_named_when_they_are_wrong() {
    check_live(
        &[("KASSA_LISTEN", "3300")],
        "KASSA_LISTEN: found `3300`, wanted an address such as `127.0.0.1:3300`; write an IP address and a port",
    );
    check_live(
        &[("KASSA_KUSTOM_ENVIRONMENT", "production")],
        "KASSA_KUSTOM_ENVIRONMENT: found `production`, wanted `playground`, `live` or `emulator`; write one of them",
    );
    check_live(
        &[("KASSA_NATS_URL", "nats://127.0.0.1:4222")],
        "KASSA_NATS_URL: found a NATS URL, wanted none, because this version is a single server; unset it",
    );
}

#[test]
fn what_would_be_unsafe_is_refused() {
    check_live(
        &[("KASSA_PUBLIC_URL", "http://checkout.shop.example")],
        "KASSA_PUBLIC_URL: found `http://checkout.shop.example`, wanted https, because Kustom calls nothing else; \
         write `https://`",
    );
    check_live(
        &[("KASSA_KUSTOM_URL", "http://api.kustom.co")],
        "KASSA_KUSTOM_URL: found `http://api.kustom.co`, wanted https, because credentials travel there; write \
         `https://`",
    );
    check_live(
        &[("KASSA_KUSTOM_URL", "https://user:secret@api.kustom.co")],
        "KASSA_KUSTOM_URL: found `a URL with more than a path`, wanted the base of Kustom's API such as \
         `https://api.kustom.co`; correct it or remove it",
    );
    check_live(
        &[("KASSA_KUSTOM_PASSWORD", "kco_test_api_x")],
        "KASSA_KUSTOM_PASSWORD: found a test key, wanted a live key for the environment `live`; change the key or \
         the environment",
    );
    check_live(
        &[("KASSA_KUSTOM_ENVIRONMENT", "playground")],
        "KASSA_KUSTOM_PASSWORD: found a live key, wanted a test key for the environment `playground`; change the key \
         or the environment",
    );
    check_live(
        &[("KASSA_ADMIN_LISTEN", "0.0.0.0:3302")],
        "KASSA_ADMIN_LISTEN: found 0.0.0.0:3302, which others can reach, without a token; wanted `admin.token`; set \
         it, or listen on 127.0.0.1",
    );
}

#[test]
fn live_is_reached_with_credentials_from_a_file_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    fs::write(&password, "kco_live_api_from_file\n").unwrap();
    let overriding = [
        ("KASSA_KUSTOM_PASSWORD", ""),
        ("KASSA_KUSTOM_PASSWORD_FILE", password.to_str().unwrap()),
    ];
    let environment: Vec<_> = LIVE.into_iter().chain(overriding).collect();
    let (folder, settings) = serve("catalogue = \"catalogue.toml\"", &environment);
    let settings = settings.unwrap();
    assert_eq!(settings.kustom.url.as_str(), "https://api.kustom.co/");
    assert_eq!(settings.public_url, "https://checkout.shop.example");
    let credentials = settings.kustom.credentials.unwrap();
    assert_eq!(credentials.key_id, "PK1_abc");
    assert_eq!(credentials.password.expose_secret(), "kco_live_api_from_file");
    assert_eq!(
        settings.catalogue,
        CatalogueSource::File(folder.path().join("catalogue.toml"))
    );
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "catalogue = \"c.toml\"\nlisten = \"127.0.0.1:1\"\nlog = \"warn\"\n[kustom]\nenvironment = \"emulator\"";
    let (_folder, settings) = serve(file, &[("KASSA_LISTEN", "127.0.0.1:2"), ("KASSA_LOG", "")]);
    let settings = settings.unwrap();
    assert_eq!(settings.listen.port(), 2);
    assert_eq!(settings.log, "warn", "an empty variable is none");
}

#[test]
fn development_needs_nothing() {
    let settings = Settings::for_dev(variables(&[])).unwrap();
    assert_eq!(settings.listen, LISTEN);
    assert_eq!(settings.public_url, "http://127.0.0.1:3300");
    assert_eq!(settings.kustom.url.as_str(), "http://127.0.0.1:3301/");
    assert!(settings.kustom.credentials.is_none());
    assert_eq!(settings.admin.listen, Some(DEV_ADMIN_LISTEN));
    assert_eq!(settings.database, Database::Sqlite("kassa-data/kassa.db".into()));
    assert_eq!(settings.sync_delay, Duration::from_millis(150));
    assert_eq!(
        format!("{:?}", settings.limits),
        format!("{:?}", Limits::default())
    );
    assert_eq!(settings.catalogue, CatalogueSource::Demo);
    assert_eq!(&settings.start_file().unwrap().unwrap().bytes, demo::CATALOGUE);
}

#[test]
fn everywhere_includes_this_machine() {
    let environment = [
        ("KASSA_LISTEN", "0.0.0.0:80"),
        ("KASSA_EMULATOR_LISTEN", "[::]:81"),
    ];
    let settings = Settings::for_dev(variables(&environment)).unwrap();
    assert_eq!(settings.public_url, "http://127.0.0.1:80");
    assert_eq!(settings.kustom.url.as_str(), "http://127.0.0.1:81/");
}

#[test]
fn the_example_works_and_shows_the_defaults() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/kassa.toml");
    let shown = Settings::for_serve(Some(&path), variables(&[])).unwrap();
    assert_eq!(&shown.start_file().unwrap().unwrap().bytes, demo::CATALOGUE);
    let default = Settings::for_dev(variables(&[])).unwrap();
    assert_eq!(shown.listen, default.listen);
    assert_eq!(shown.public_url, default.public_url);
    assert_eq!(shown.database, default.database);
    assert_eq!(shown.emulator_listen, default.emulator_listen);
    assert_eq!(shown.sync_delay, default.sync_delay);
    assert_eq!(format!("{:?}", shown.limits), format!("{:?}", default.limits));
    assert_eq!(shown.log, default.log);
}

#[test]
fn without_a_catalogue_the_database_is_asked() {
    let (_folder, settings) = serve("", &LIVE);
    let settings = settings.unwrap();
    assert_eq!(settings.catalogue, CatalogueSource::Database);
    assert!(settings.start_file().unwrap().is_none());
    assert_eq!(
        settings.check_shop([]).unwrap_err().to_string(),
        "catalogue: found nothing, and the database has no shop; wanted a catalogue; import one with `kassa import \
         FILE`, or set `catalogue` in the file, or KASSA_CATALOGUE"
    );
}

#[test]
fn a_wrong_catalogue_is_refused_with_its_line() {
    let file = "catalogue = \"catalogue.toml\"\nkustom.environment = \"emulator\"";
    let (folder, settings) = serve(file, &[]);
    let settings = settings.unwrap();
    let without_folder = |line: &ConfigError| {
        let line = line.to_string();
        line.replace(&format!("{}/", folder.path().display()), "")
    };
    assert_eq!(
        without_folder(&settings.start_file().unwrap_err()),
        "catalogue.toml: found No such file or directory (os error 2); wanted a readable file; correct the path or its \
         permissions"
    );
    let text = "[profiles]\n[products]\n[tax_classes.a]\ndefault = \"x\"\n[tax_classes.b]\ndefault = \"y\"";
    assert_eq!(
        without_folder(&settings.refuse_catalogue(parse(text).unwrap_err())),
        "catalogue.toml:4: `x` is not a percentage from 0 to 100 with at most two decimals, such as `25` or `5.5`; \
         correct the catalogue"
    );
}

#[test]
fn a_demo_payment_must_be_wished_for_and_is_refused_where_money_is_real() {
    let is_on = |file: &str, environment: &[(&str, &str)]| {
        let base = "kustom.environment = \"emulator\"\n";
        serve(&format!("{file}\n{base}"), environment)
            .1
            .unwrap()
            .demo_payment
    };
    assert!(!is_on("", &[]));
    assert!(is_on("demo_payment = true", &[]));
    assert!(is_on("", &[("KASSA_DEMO_PAYMENT", "true")]));
    assert!(!is_on("demo_payment = true", &[("KASSA_DEMO_PAYMENT", "false")]));
    assert!(Settings::for_dev(variables(&[])).unwrap().demo_payment);
    check_live(
        &[("KASSA_DEMO_PAYMENT", "true")],
        "KASSA_DEMO_PAYMENT: found `true`, wanted `false`, because in the environment `live` nobody gets goods for a payment \
         that moves no money; remove it",
    );
    check_live(
        &[("KASSA_DEMO_PAYMENT", "yes")],
        "KASSA_DEMO_PAYMENT: found `yes`, wanted `true` or `false`; write one of them",
    );
}
