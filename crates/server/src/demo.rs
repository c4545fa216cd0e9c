//! The shop of `kassa dev`. Its products and prices are relied on by the playground, the browser stories and the guide.

use crate::catalogue_file;
use kassa_commerce::catalogue::Catalogue;

/// As a start imports it.
pub const CATALOGUE: &str = include_str!("../demo/catalogue.toml");

pub fn catalogue() -> Catalogue {
    catalogue_file::parse(CATALOGUE).expect("a test reads the same text")
}
