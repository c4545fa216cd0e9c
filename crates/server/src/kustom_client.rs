//! The client for Kustom's API: one method per call, and one outcome per call.
//!
//! It knows HTTP, and it knows what may be concluded from an answer or from none. It must not know carts, jobs or
//! retries: it sends what it is given once, and a [`Failure`] says whether that may be done again.
//!
//! Source of paths and success statuses: <https://docs.kustom.co/contents/api/checkout> and
//! <https://docs.kustom.co/contents/api/order-management>.

mod account;
mod answer;
mod call;
mod host;
mod observer;
mod transport;

pub use account::{ClientError, Credentials, KustomAccount};
pub use observer::{Asked, Observer, OnAnswer, Told};
pub use transport::Timeouts;

use crate::config;
use crate::kustom::{Created, Kustom, OrderAddress};
use answer::Answer;
use async_trait::async_trait;
use call::Call;
use host::Host;
use hyper::header::HeaderValue;
use kustom_api::{CheckoutOrder, Failure, KustomOrderId, ManagedOrder, MerchantReferences};
use std::sync::Arc;
use std::time::Duration;
use transport::Transport;
use uuid::Uuid;

const ORDERS: &str = "/checkout/v3/orders";
const ORDER: &str = "/checkout/v3/orders/{id}";
const ABORT: &str = "/checkout/v3/orders/{id}/abort";
const MANAGED_ORDER: &str = "/ordermanagement/v1/orders/{id}";
const ACKNOWLEDGE: &str = "/ordermanagement/v1/orders/{id}/acknowledge";
const CANCEL: &str = "/ordermanagement/v1/orders/{id}/cancel";
const MERCHANT_REFERENCES: &str = "/ordermanagement/v1/orders/{id}/merchant-references";

/// Talks to one Kustom account. Clones share its connections and its limit of calls in flight.
#[derive(Clone, Debug)]
pub struct KustomClient {
    host: Host,
    transport: Arc<Transport>,
}

impl KustomClient {
    /// Connects to nothing yet, but reads the system's trusted roots when the account is reached by https.
    pub fn new(account: KustomAccount, timeouts: Timeouts) -> Result<Self, ClientError> {
        Self::observed(account, timeouts, None)
    }

    /// The same, with somebody who is told of each call.
    pub fn observed(
        account: KustomAccount,
        timeouts: Timeouts,
        observer: Option<Arc<dyn Observer>>,
    ) -> Result<Self, ClientError> {
        let host = Host::new(account.base_url)?;
        let transport = Transport::new(account.credentials.header()?, host.security(), timeouts, observer)?;
        Ok(Self {
            host,
            transport: Arc::new(transport),
        })
    }

    async fn checkout_order(&self, call: Call, id: &KustomOrderId) -> Result<CheckoutOrder, Failure> {
        let answer = self.transport.send(call).await?.expect_status(200)?;
        same_checkout_order(&answer, id)
    }

    /// Order management answers its writes with 204 and nothing else.
    async fn write(&self, call: Call) -> Result<(), Failure> {
        self.transport.send(call).await?.expect_status(204).map(drop)
    }
}

#[async_trait]
impl Kustom for KustomClient {
    fn longest_call(&self) -> Duration {
        self.transport.longest_call()
    }

    async fn create(&self, order: &CheckoutOrder) -> Result<Created, Failure> {
        let call = Call::post(ORDERS, self.host.orders()).with_json(order);
        let answer = self.transport.send(call).await?.expect_status(201)?;
        let order: CheckoutOrder = answer.json()?;
        let Some(id) = order.order_id.as_ref().filter(|id| !id.0.is_empty()) else {
            return Err(answer.distrust("the created order has no id"));
        };
        // A cart bound to one of the two could neither be changed nor paid: each read would speak of the other.
        let location = answer.location.as_deref();
        if location.is_some_and(|location| host::names_another_order(location, id)) {
            return Err(answer.distrust("the answer and its location name two orders"));
        }
        let location = answer
            .location
            .as_deref()
            .and_then(|location| self.host.own(location));
        Ok(Created {
            order,
            location: location.map(String::from),
        })
    }

    async fn read(&self, order: OrderAddress<'_>) -> Result<CheckoutOrder, Failure> {
        let call = Call::get(ORDER, self.host.order(order, "")?);
        self.checkout_order(call, order.id).await
    }

    async fn update(
        &self,
        order: OrderAddress<'_>,
        payload: &CheckoutOrder,
    ) -> Result<CheckoutOrder, Failure> {
        let call = Call::post(ORDER, self.host.order(order, "")?).with_json(payload);
        self.checkout_order(call, order.id).await
    }

    async fn abort(&self, order: OrderAddress<'_>) -> Result<(), Failure> {
        let call = Call::post(ABORT, self.host.order(order, "/abort")?);
        let answer = self.transport.send(call).await?.expect_status(200)?;
        // The reference promises a body of any type. None at all is fine; a page in front of the API is not.
        if answer.body.is_empty() {
            return Ok(());
        }
        same_checkout_order(&answer, order.id).map(drop)
    }

    async fn read_managed(&self, id: &KustomOrderId) -> Result<ManagedOrder, Failure> {
        let call = Call::get(MANAGED_ORDER, self.host.managed_order(id, "")?);
        let answer = self.transport.send(call).await?.expect_status(200)?;
        let order: ManagedOrder = answer.json()?;
        if order.order_id != *id {
            return Err(answer.distrust("the answer is about another order"));
        }
        Ok(order)
    }

    async fn acknowledge(&self, id: &KustomOrderId, key: Uuid) -> Result<(), Failure> {
        let call = Call::post(ACKNOWLEDGE, self.host.managed_order(id, "/acknowledge")?);
        self.write(call.with_key(key)).await
    }

    async fn cancel(&self, id: &KustomOrderId, key: Uuid) -> Result<(), Failure> {
        let call = Call::post(CANCEL, self.host.managed_order(id, "/cancel")?);
        self.write(call.with_key(key)).await
    }

    async fn set_merchant_references(
        &self,
        id: &KustomOrderId,
        references: &MerchantReferences,
        key: Uuid,
    ) -> Result<(), Failure> {
        let uri = self.host.managed_order(id, "/merchant-references")?;
        let call = Call::patch(MERCHANT_REFERENCES, uri).with_json(references);
        self.write(call.with_key(key)).await
    }
}

/// The header by which Kustom knows us, as every call sends it. Without credentials it is what the emulator takes.
pub(crate) fn authorization(credentials: Option<&config::Credentials>) -> Result<HeaderValue, ClientError> {
    let credentials = match credentials {
        Some(given) => Credentials::UserAndKey {
            key_id: given.key_id.clone(),
            password: given.password.clone(),
        },
        None => Credentials::Key("emulator".to_owned().into()),
    };
    credentials.header()
}

/// Another order's body would put another shopper's address into this cart.
fn same_checkout_order(answer: &Answer, id: &KustomOrderId) -> Result<CheckoutOrder, Failure> {
    let order: CheckoutOrder = answer.json()?;
    match &order.order_id {
        Some(answered) if answered == id => Ok(order),
        Some(_) => Err(answer.distrust("the answer is about another order")),
        None => Err(answer.distrust("the answer names no order")),
    }
}
