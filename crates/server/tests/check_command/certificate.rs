//! An authority of the tests' own, whom the program is told to trust, and certificates by it.

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::sync::{Arc, LazyLock};

/// One for all tests of the process.
static AUTHORITY: LazyLock<Authority> = LazyLock::new(Authority::new);

pub(crate) struct Authority {
    pub(crate) pem: String,
    issuer: Issuer<'static, KeyPair>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certified {
    Well,
    ByNobody,
    ForAnotherName,
    Expired,
    EndsInAWeek,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, "Tests of Kassa");
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn of_the_tests() -> &'static Self {
        &AUTHORITY
    }

    pub(crate) fn server(&self, name: &str, certified: Certified) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let name = if certified == Certified::ForAnotherName {
            "other.example"
        } else {
            name
        };
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        match certified {
            Certified::Expired => params.not_after = date_time_ymd(2021, 1, 1),
            Certified::EndsInAWeek => {
                let day = in_a_week();
                let (year, month) = (day.year().into(), day.month().unsigned_abs());
                params.not_after = date_time_ymd(year, month, day.day().unsigned_abs());
            }
            Certified::Well | Certified::ByNobody | Certified::ForAnotherName => {}
        }
        let certificate = match certified {
            Certified::ByNobody => params.self_signed(&key),
            _ => params.signed_by(&key, &self.issuer),
        };
        let chain: Vec<CertificateDer<'static>> = vec![certificate.unwrap().der().clone()];
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key);
        Arc::new(config.unwrap())
    }
}

#[expect(clippy::disallowed_methods, reason = "a certificate ends by the wall clock")]
fn in_a_week() -> jiff::civil::Date {
    let then = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(7 * 24);
    then.to_zoned(jiff::tz::TimeZone::UTC).date()
}
