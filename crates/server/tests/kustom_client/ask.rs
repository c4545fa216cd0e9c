//! The client's calls, as tables need them, and a client to make them with.

use super::script::{Act, json};
use kassa::kustom::{Kustom as _, OrderAddress};
use kassa::kustom_client::{Credentials, KustomAccount, KustomClient, Timeouts};
use kustom_api::{CheckoutOrder, Failure, KustomOrderId, MerchantReferences};
use secrecy::SecretString;
use std::net::SocketAddr;
use std::time::Duration;
use uuid::Uuid;

pub(super) const KEY: &str = "kco_test_api_secret";
pub(super) const ORDER: &str = r#"{"order_id":"o-1","status":"checkout_incomplete"}"#;
pub(super) const MANAGED: &str = r#"{"order_id":"o-1","status":"AUTHORIZED","fraud_status":"ACCEPTED","order_amount":100,"purchase_country":"SE","purchase_currency":"SEK"}"#;

/// Long enough for a loaded machine: only the tests of silence wait for it.
pub(super) const PATIENT: Timeouts = Timeouts {
    connect: Duration::from_secs(20),
    total: Duration::from_secs(30),
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Create,
    Read,
    Update,
    Abort,
    ReadManaged,
    Acknowledge,
    Cancel,
    SetReferences,
}

impl Ask {
    pub(super) const ALL: [Self; 8] = [
        Self::Create,
        Self::Read,
        Self::Update,
        Self::Abort,
        Self::ReadManaged,
        Self::Acknowledge,
        Self::Cancel,
        Self::SetReferences,
    ];

    pub(super) async fn of(self, client: &KustomClient) -> Result<(), Failure> {
        let id = KustomOrderId("o-1".into());
        let order = OrderAddress {
            id: &id,
            location: None,
        };
        let payload = CheckoutOrder {
            order_amount: Some(100),
            ..CheckoutOrder::default()
        };
        let references = MerchantReferences {
            merchant_reference1: Some("K-1".into()),
            merchant_reference2: None,
        };
        let key = Uuid::from_u128(7);
        match self {
            Self::Create => client.create(&payload).await.map(drop),
            Self::Read => client.read(order).await.map(drop),
            Self::Update => client.update(order, &payload).await.map(drop),
            Self::Abort => client.abort(order).await,
            Self::ReadManaged => client.read_managed(&id).await.map(drop),
            Self::Acknowledge => client.acknowledge(&id, key).await,
            Self::Cancel => client.cancel(&id, key).await,
            Self::SetReferences => client.set_merchant_references(&id, &references, key).await,
        }
    }

    pub(super) fn success(self) -> Act {
        match self {
            Self::Create => json(201, ORDER),
            Self::Read | Self::Update | Self::Abort => json(200, ORDER),
            Self::ReadManaged => json(200, MANAGED),
            Self::Acknowledge | Self::Cancel | Self::SetReferences => {
                Act::Answer(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec())
            }
        }
    }
}

pub(super) fn client(scheme: &str, address: SocketAddr, timeouts: Timeouts) -> KustomClient {
    KustomClient::new(account(scheme, address, key()), timeouts).expect("a loopback account is fine")
}

pub(super) fn account(scheme: &str, address: SocketAddr, credentials: Credentials) -> KustomAccount {
    let base_url = format!("{scheme}://{address}")
        .parse()
        .expect("an address is a host");
    KustomAccount {
        base_url,
        credentials,
    }
}

pub(super) fn key() -> Credentials {
    Credentials::Key(SecretString::from(KEY))
}
