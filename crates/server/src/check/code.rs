//! What each finding is called. Scripts and docs/going-live.md rely on these names.

use serde::Serialize;
use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Code(&'static str);

impl Code {
    pub fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.0)
    }
}

macro_rules! codes {
    ($($constant:ident = $name:literal,)*) => {
        $(pub const $constant: Code = Code($name);)*

        /// In the order in which they are looked at.
        pub const ALL: &[Code] = &[$($constant,)*];
    };
}

codes! {
    SETTINGS_FILE = "settings.file",
    SETTINGS_VALUE = "settings.value",
    SETTINGS_VARIABLE = "settings.variable",
    SETTINGS_SECRET = "settings.secret",
    SETTINGS_SECRET_FILE = "settings.secret_file",
    SETTINGS_DEMO_PAYMENT = "settings.demo_payment",
    DATABASE_FOLDER = "database.folder",
    DATABASE_FILE = "database.file",
    DATABASE_SCHEMA = "database.schema",
    DATABASE_SPACE = "database.space",
    DATABASE_NETWORK = "database.network",
    DATABASE_TEST_ORDERS = "database.test_orders",
    CATALOGUE_FILE = "catalogue.file",
    CATALOGUE_PROFILES = "catalogue.profiles",
    CATALOGUE_PRICES = "catalogue.prices",
    CATALOGUE_TAX = "catalogue.tax",
    CATALOGUE_SHIPPING = "catalogue.shipping",
    CATALOGUE_ORIGINS = "catalogue.origins",
    CATALOGUE_ORDER_NUMBERS = "catalogue.order_numbers",
    CATALOGUE_COUPONS = "catalogue.coupons",
    KUSTOM_ENVIRONMENT = "kustom.environment",
    KUSTOM_URL = "kustom.url",
    KUSTOM_REACHABLE = "kustom.reachable",
    KUSTOM_CREDENTIALS = "kustom.credentials",
    KUSTOM_BLOCKED = "kustom.blocked",
    KUSTOM_CLOCK = "kustom.clock",
    SERVER_LISTEN = "server.listen",
    ADMIN_TOKEN = "admin.token",
    ADMIN_SERVER = "admin.server",
    ADMIN_REVIEWS = "admin.reviews",
    PUBLIC_ADDRESS = "public_url.address",
    PUBLIC_NAME = "public_url.name",
    PUBLIC_REACHABLE = "public_url.reachable",
    PUBLIC_CERTIFICATE = "public_url.certificate",
    PUBLIC_HTTP = "public_url.http",
    PUBLIC_REDIRECT = "public_url.redirect",
    PUBLIC_SERVER = "public_url.server",
    ADMIN_PUBLIC = "admin.public",
    CALLBACK_PUSH = "callback.push",
    CALLBACK_VALIDATION = "callback.validation",
    CALLBACK_SIZE = "callback.size",
    CALLBACK_TIME = "callback.time",
    LIMITS_CLIENT_ADDRESS = "limits.client_address",
    STOREFRONT_EVENTS = "storefront.events",
    STOREFRONT_ORIGINS = "storefront.origins",
}
