//! How often anybody may ask.

use super::error::{ConfigError, Problem};
use super::file::Number;
use super::source::Sources;
use axum_client_ip::ClientIpSource;

/// More than this is no limit. It also keeps the number within what a token bucket counts.
const MAX_PER_MINUTE: u64 = 1_000_000;

/// Requests a minute, or an hour. None is zero.
#[derive(Clone, Debug)]
pub struct Limits {
    /// New carts, for each address.
    pub create_per_minute: u32,
    /// Changes, for each cart.
    pub mutate_per_minute: u32,
    /// Checkouts opened, for each cart.
    pub init_per_minute: u32,
    /// Confirmations, for each cart.
    pub confirm_per_minute: u32,
    /// Ids that do not exist, for each address.
    pub miss_per_minute: u32,
    /// Orders looked up, for each address.
    pub lookup_per_minute: u32,
    /// Orders looked up, for each number of one.
    pub lookup_per_hour: u32,
    /// Where a request's address is read.
    pub client_address: ClientIpSource,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            create_per_minute: 30,
            mutate_per_minute: 120,
            init_per_minute: 10,
            confirm_per_minute: 30,
            miss_per_minute: 60,
            lookup_per_minute: 5,
            lookup_per_hour: 5,
            client_address: ClientIpSource::ConnectInfo,
        }
    }
}

pub(super) fn limits(sources: &Sources) -> Result<Limits, ConfigError> {
    let table = &sources.file.limits;
    let default = Limits::default();
    let limit = |in_file: &Number, default: u32| {
        let limit = sources.number(in_file, default.into(), 1..=MAX_PER_MINUTE)?;
        Ok(u32::try_from(limit).expect("the largest limit is far below 2^32"))
    };
    Ok(Limits {
        create_per_minute: limit(&table.create_per_minute, default.create_per_minute)?,
        mutate_per_minute: limit(&table.mutate_per_minute, default.mutate_per_minute)?,
        init_per_minute: limit(&table.init_per_minute, default.init_per_minute)?,
        confirm_per_minute: limit(&table.confirm_per_minute, default.confirm_per_minute)?,
        miss_per_minute: limit(&table.miss_per_minute, default.miss_per_minute)?,
        lookup_per_minute: limit(&table.lookup_per_minute, default.lookup_per_minute)?,
        lookup_per_hour: limit(&table.lookup_per_hour, default.lookup_per_hour)?,
        client_address: sources.in_file(&table.client_address, default.client_address, client_address)?,
    })
}

/// By the names of the headers' sources, such as `RightmostXForwardedFor`.
fn client_address(text: &str) -> Result<ClientIpSource, Problem> {
    text.parse()
        .map_err(|_| Problem::NotAClientAddress(text.to_owned()))
}
