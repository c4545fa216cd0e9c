//! Tax classes: which rate a kind of goods has where, and from when.

use crate::address::CountryCode;
use crate::money::TaxRate;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Which rate a kind of goods has where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxClass {
    pub key: String,
    /// In every country that is not listed, and before the first listed time of one that is.
    pub default_rate: TaxRate,
    pub rates: BTreeMap<CountryCode, Vec<RateFrom>>,
}

/// A rate and when it begins to hold. It ends when the next one begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateFrom {
    /// `None`: it has always held.
    pub from: Option<Timestamp>,
    pub rate: TaxRate,
}

impl TaxClass {
    pub fn rate(&self, country: &CountryCode, now: Timestamp) -> TaxRate {
        let rates = self.rates.get(country).map(Vec::as_slice).unwrap_or_default();
        let begun = rates
            .iter()
            .filter(|rate| rate.from.is_none_or(|from| from <= now));
        begun
            .max_by_key(|rate| rate.from)
            .map_or(self.default_rate, |rate| rate.rate)
    }
}
