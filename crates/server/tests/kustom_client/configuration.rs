//! Accounts that work, accounts that cannot, and secrets that stay secret.

use super::ask::{KEY, PATIENT, account, key};
use kassa::kustom_client::{ClientError, Credentials, KustomAccount, KustomClient, Timeouts};
use secrecy::SecretString;
use std::net::SocketAddr;
use url::Url;

#[test]
fn an_account_that_cannot_work_is_refused_at_the_start() {
    let at = |base_url: &str, key: &str| {
        let base_url = Url::parse(base_url).unwrap();
        let credentials = Credentials::Key(SecretString::from(key));
        KustomClient::new(
            KustomAccount {
                base_url,
                credentials,
            },
            Timeouts::default(),
        )
        .unwrap_err()
    };
    assert!(
        matches!(at("http://api.kustom.co", KEY), ClientError::PlainHttp { host } if host == "api.kustom.co")
    );
    assert!(matches!(
        at("http://10.0.0.1", KEY),
        ClientError::PlainHttp { .. }
    ));
    assert!(matches!(
        at("http://localhost.example.com", KEY),
        ClientError::PlainHttp { .. }
    ));
    assert!(matches!(at("ftp://127.0.0.1", KEY), ClientError::Scheme { .. }));
    assert!(matches!(
        at("https://a:b@api.kustom.co", KEY),
        ClientError::NotABase
    ));
    assert!(matches!(
        at("https://api.kustom.co?a=b", KEY),
        ClientError::NotABase
    ));
    assert!(matches!(
        at("https://api.kustom.co", ""),
        ClientError::Credentials
    ));
    assert!(matches!(
        at("https://api.kustom.co", "key\n"),
        ClientError::Credentials
    ));
}

#[test]
fn the_machine_itself_may_be_called_without_tls() {
    for base_url in [
        "http://localhost:9",
        "http://127.0.0.2:9",
        "http://[::1]:9",
        "https://api.kustom.co",
    ] {
        let base_url = base_url.parse().unwrap();
        KustomClient::new(
            KustomAccount {
                base_url,
                credentials: key(),
            },
            Timeouts::default(),
        )
        .unwrap();
    }
}

#[test]
fn debug_shows_no_secret() {
    let address = SocketAddr::from(([127, 0, 0, 1], 9));
    let user = Credentials::UserAndKey {
        key_id: "user".into(),
        password: SecretString::from(KEY),
    };
    for credentials in [key(), user] {
        let account = account("http", address, credentials);
        let shown = format!(
            "{account:?} {:?}",
            KustomClient::new(account.clone(), PATIENT).unwrap()
        );
        assert!(!shown.contains("secret") && !shown.contains("Basic"), "{shown}");
    }
}
