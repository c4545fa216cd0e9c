//! What settings are called, in the file and in the environment. Operators rely on these names.

#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub setting: &'static str,
    pub variable: &'static str,
}

const fn key(setting: &'static str, variable: &'static str) -> Key {
    Key { setting, variable }
}

pub(super) const LISTEN: Key = key("listen", "KASSA_LISTEN");
pub(super) const PUBLIC_URL: Key = key("public_url", "KASSA_PUBLIC_URL");
pub(super) const CATALOGUE: Key = key("catalogue", "KASSA_CATALOGUE");
pub(super) const LOG: Key = key("log", "KASSA_LOG");
pub(super) const DEMO_PAYMENT: Key = key("demo_payment", "KASSA_DEMO_PAYMENT");
pub(super) const DATABASE_URL: Key = key("database.url", "KASSA_DATABASE_URL");
pub(super) const NATS_URL: Key = key("nats.url", "KASSA_NATS_URL");
pub(super) const KUSTOM_ENVIRONMENT: Key = key("kustom.environment", "KASSA_KUSTOM_ENVIRONMENT");
pub(super) const KUSTOM_KEY_ID: Key = key("kustom.key_id", "KASSA_KUSTOM_KEY_ID");
pub(super) const KUSTOM_PASSWORD: Key = key("kustom.password", "KASSA_KUSTOM_PASSWORD");
pub(super) const KUSTOM_PASSWORD_FILE: Key = key("kustom.password_file", "KASSA_KUSTOM_PASSWORD_FILE");
pub(super) const KUSTOM_URL: Key = key("kustom.url", "KASSA_KUSTOM_URL");
pub(super) const EMULATOR_LISTEN: Key = key("emulator.listen", "KASSA_EMULATOR_LISTEN");
pub(super) const ADMIN_LISTEN: Key = key("admin.listen", "KASSA_ADMIN_LISTEN");
pub(super) const ADMIN_TOKEN: Key = key("admin.token", "KASSA_ADMIN_TOKEN");
pub(super) const ADMIN_TOKEN_FILE: Key = key("admin.token_file", "KASSA_ADMIN_TOKEN_FILE");

/// Every variable that is looked at. Others that begin like ours are more likely misspelt than meant for somebody else.
pub(super) const ALL: [Key; 16] = [
    LISTEN,
    PUBLIC_URL,
    CATALOGUE,
    LOG,
    DEMO_PAYMENT,
    DATABASE_URL,
    NATS_URL,
    KUSTOM_ENVIRONMENT,
    KUSTOM_KEY_ID,
    KUSTOM_PASSWORD,
    KUSTOM_PASSWORD_FILE,
    KUSTOM_URL,
    EMULATOR_LISTEN,
    ADMIN_LISTEN,
    ADMIN_TOKEN,
    ADMIN_TOKEN_FILE,
];

/// Ours as well, but for the tests and not for the program.
pub(super) const OTHERS: [&str; 2] = ["KASSA_BIN", "KASSA_UPDATE_OPENAPI"];
