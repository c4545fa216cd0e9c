//! How often one shopper may do what costs us or Kustom something.
//!
//! Buckets are per address where no cart is known yet, and per cart where one is. Behind a proxy every shopper has the
//! proxy's address, so the header that tells the real one has to be named; without that, requests from this machine
//! itself are not counted, because they come from such a proxy or from a developer.

use axum::http::request::Parts;
use axum_client_ip::ClientIpSource;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use kassa_commerce::id::CartId;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};

/// Requests a minute.
#[derive(Clone, Debug)]
pub struct Limits {
    pub create: NonZeroU32,
    pub mutate: NonZeroU32,
    pub open: NonZeroU32,
    pub confirm: NonZeroU32,
    pub miss: NonZeroU32,
    /// Orders looked up, for each address.
    pub lookup: NonZeroU32,
    /// Orders looked up an hour, for each reference.
    pub lookup_of_reference: NonZeroU32,
    /// Orders looked up an hour, for each e-mail address.
    pub lookup_of_email: NonZeroU32,
    pub client_address: ClientIpSource,
}

/// Refused for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    pub retry_after_seconds: u32,
}

pub struct RateLimits {
    creations: Buckets<IpAddr>,
    misses: Buckets<IpAddr>,
    mutations: Buckets<CartId>,
    openings: Buckets<CartId>,
    confirmations: Buckets<CartId>,
    lookups: Buckets<IpAddr>,
    lookups_of: Buckets<String>,
    lookups_by: Buckets<String>,
    client_address: ClientIpSource,
}

impl RateLimits {
    pub fn new(limits: &Limits) -> Self {
        Self {
            creations: Buckets::new(limits.create),
            misses: Buckets::new(limits.miss),
            mutations: Buckets::new(limits.mutate),
            openings: Buckets::new(limits.open),
            confirmations: Buckets::new(limits.confirm),
            lookups: Buckets::new(limits.lookup),
            lookups_of: Buckets::with(Quota::per_hour(limits.lookup_of_reference)),
            lookups_by: Buckets::with(Quota::per_hour(limits.lookup_of_email)),
            client_address: limits.client_address.clone(),
        }
    }

    pub fn creation(&self, parts: &Parts) -> Result<(), TooMany> {
        self.by_address(&self.creations, parts)
    }

    /// Somebody named a cart that does not exist.
    pub fn miss(&self, parts: &Parts) -> Result<(), TooMany> {
        self.by_address(&self.misses, parts)
    }

    pub fn mutation(&self, cart_id: CartId) -> Result<(), TooMany> {
        self.mutations.take(&cart_id)
    }

    pub fn opening(&self, cart_id: CartId) -> Result<(), TooMany> {
        self.openings.take(&cart_id)
    }

    pub fn confirmation(&self, cart_id: CartId) -> Result<(), TooMany> {
        self.confirmations.take(&cart_id)
    }

    pub fn lookup(&self, parts: &Parts) -> Result<(), TooMany> {
        self.by_address(&self.lookups, parts)
    }

    /// Whoever knows a number and guesses addresses may come from many places.
    pub fn lookup_of(&self, reference: &str) -> Result<(), TooMany> {
        self.lookups_of.take(&reference.to_owned())
    }

    /// Order numbers have no gaps, so whoever knows an e-mail address could try them one after the other.
    pub fn lookup_by(&self, email: &str) -> Result<(), TooMany> {
        self.lookups_by.take(&email.to_lowercase())
    }

    fn by_address(&self, buckets: &Buckets<IpAddr>, parts: &Parts) -> Result<(), TooMany> {
        match self.client(parts) {
            Some(address) => buckets.take(&address),
            None => Ok(()),
        }
    }

    /// Whom to count. One household has a whole /64 of IPv6.
    fn client(&self, parts: &Parts) -> Option<IpAddr> {
        let address = match self.client_address {
            ClientIpSource::ConnectInfo => {
                let connection = parts.extensions.get::<axum::extract::ConnectInfo<SocketAddr>>()?;
                Some(connection.0.ip()).filter(|address| !address.is_loopback())?
            }
            ref header => header_address(header, parts)?,
        };
        Some(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            address => address,
        })
    }
}

/// A request that does not bear the header did not come through the proxy; it is counted as one shopper.
fn header_address(source: &ClientIpSource, parts: &Parts) -> Option<IpAddr> {
    let mut parts = parts.clone();
    parts.extensions.insert(source.clone());
    let found = futures_util::FutureExt::now_or_never(
        <axum_client_ip::ClientIp as axum::extract::FromRequestParts<()>>::from_request_parts(
            &mut parts,
            &(),
        ),
    );
    match found {
        Some(Ok(client)) => Some(client.0),
        _ => Some(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
    }
}

struct Buckets<K: Clone + Eq + Hash> {
    limiter: DefaultKeyedRateLimiter<K>,
    taken: AtomicU32,
}

/// Full buckets are forgotten every so many requests, so that memory follows the traffic of the last minute.
const TIDY_EVERY: u32 = 4096;

impl<K: Clone + Eq + Hash> Buckets<K> {
    fn new(per_minute: NonZeroU32) -> Self {
        Self::with(Quota::per_minute(per_minute))
    }

    fn with(quota: Quota) -> Self {
        Self {
            limiter: DefaultKeyedRateLimiter::keyed(quota),
            taken: AtomicU32::new(0),
        }
    }

    fn take(&self, key: &K) -> Result<(), TooMany> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|refused| {
            let wait = refused.wait_time_from(DefaultClock::default().now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            TooMany {
                retry_after_seconds: seconds.saturating_add(1),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::ConnectInfo;
    use axum::http::Request;

    fn limits(client_address: ClientIpSource) -> RateLimits {
        let once = NonZeroU32::MIN;
        RateLimits::new(&Limits {
            create: once,
            mutate: once,
            open: once,
            confirm: once,
            miss: once,
            lookup: once,
            lookup_of_reference: once,
            lookup_of_email: once,
            client_address,
        })
    }

    fn from(address: &str, forwarded_for: Option<&str>) -> Parts {
        let mut request = Request::get("/");
        if let Some(forwarded_for) = forwarded_for {
            request = request.header("x-forwarded-for", forwarded_for);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let address: SocketAddr = address.parse().unwrap();
        parts.extensions.insert(ConnectInfo(address));
        parts
    }

    #[test]
    fn each_address_has_its_own_bucket() {
        let limits = limits(ClientIpSource::ConnectInfo);
        let shopper = from("192.0.2.1:4000", None);
        assert_eq!(limits.creation(&shopper), Ok(()));
        let refused = limits.creation(&shopper).unwrap_err();
        assert!((1..=60).contains(&refused.retry_after_seconds), "{refused:?}");
        assert_eq!(limits.creation(&from("192.0.2.2:4000", None)), Ok(()));
        assert_eq!(limits.miss(&shopper), Ok(()), "kinds are counted apart");
    }

    #[test]
    fn a_household_of_ipv6_is_one_shopper() {
        let limits = limits(ClientIpSource::ConnectInfo);
        assert_eq!(limits.creation(&from("[2001:db8:0:1::1]:1", None)), Ok(()));
        assert!(limits.creation(&from("[2001:db8:0:1::2]:1", None)).is_err());
        assert_eq!(limits.creation(&from("[2001:db8:0:2::1]:1", None)), Ok(()));
    }

    #[test]
    fn this_machine_is_not_counted_unless_a_header_tells_who_it_speaks_for() {
        let direct = limits(ClientIpSource::ConnectInfo);
        for _ in 0..3 {
            assert_eq!(direct.creation(&from("127.0.0.1:1", None)), Ok(()));
        }
        let proxied = limits(ClientIpSource::RightmostXForwardedFor);
        let through = |client| from("127.0.0.1:1", Some(client));
        assert_eq!(proxied.creation(&through("192.0.2.1")), Ok(()));
        assert!(
            proxied.creation(&through("10.0.0.1, 192.0.2.1")).is_err(),
            "the rightmost counts"
        );
        assert_eq!(proxied.creation(&through("192.0.2.2")), Ok(()));
        assert_eq!(proxied.creation(&from("127.0.0.1:1", None)), Ok(()));
        assert!(proxied.creation(&from("127.0.0.1:1", None)).is_err());
    }

    #[test]
    fn each_reference_may_be_looked_up_so_often_an_hour_from_anywhere() {
        let limits = limits(ClientIpSource::ConnectInfo);
        assert_eq!(limits.lookup_of("100001"), Ok(()));
        let refused = limits.lookup_of("100001").unwrap_err();
        assert!(
            (3590..=3600).contains(&refused.retry_after_seconds),
            "{refused:?}"
        );
        assert_eq!(limits.lookup_of("100002"), Ok(()));
        let shopper = from("192.0.2.1:4000", None);
        assert_eq!(limits.lookup(&shopper), Ok(()));
        assert!(limits.lookup(&shopper).is_err());
    }

    #[test]
    fn each_cart_has_its_own_bucket() {
        let limits = limits(ClientIpSource::ConnectInfo);
        let cart = |number| CartId(uuid::Uuid::from_u128(number));
        assert_eq!(limits.mutation(cart(1)), Ok(()));
        assert!(limits.mutation(cart(1)).is_err());
        assert_eq!(limits.mutation(cart(2)), Ok(()));
    }
}
