//! The shape of `kassa.toml`. Values are taken as text and judged later, so that file and environment are judged alike.

use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

pub(super) type Text = Option<Spanned<String>>;
pub(super) type Number = Option<Spanned<u64>>;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub listen: Text,
    pub public_url: Text,
    pub log: Text,
    pub catalogue: Text,
    pub demo_payment: Option<Spanned<bool>>,
    pub database: DatabaseTable,
    pub kustom: KustomTable,
    pub emulator: EmulatorTable,
    pub admin: AdminTable,
    pub sync: SyncTable,
    pub limits: LimitsTable,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DatabaseTable {
    pub url: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct KustomTable {
    pub environment: Text,
    pub key_id: Text,
    pub password: Text,
    pub password_file: Text,
    pub url: Text,
    pub accounts: BTreeMap<String, AccountTable>,
}

/// A Kustom account beside the common one. Profiles name it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AccountTable {
    pub key_id: Text,
    pub password: Text,
    pub password_file: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct EmulatorTable {
    pub listen: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct AdminTable {
    pub listen: Text,
    pub token: Text,
    pub token_file: Text,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct SyncTable {
    pub delay_ms: Number,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LimitsTable {
    pub create_per_minute: Number,
    pub mutate_per_minute: Number,
    pub init_per_minute: Number,
    pub confirm_per_minute: Number,
    pub miss_per_minute: Number,
    pub lookup_per_minute: Number,
    pub lookup_per_hour: Number,
    pub client_address: Text,
}
