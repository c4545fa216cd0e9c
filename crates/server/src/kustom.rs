//! Kustom as the drivers see it: one method per call, one outcome per call.
//!
//! `kustom_client` implements it over HTTP; the simulator implements it over an emulator that is a value. Whoever calls
//! knows nothing of either.

use async_trait::async_trait;
use kustom_api::{CheckoutOrder, Failure, KustomOrderId, ManagedOrder, MerchantReferences};
use std::time::Duration;
use uuid::Uuid;

/// How an order of the checkout API is found.
#[derive(Clone, Copy, Debug)]
pub struct OrderAddress<'a> {
    pub id: &'a KustomOrderId,
    /// The `Location` of its creation, which Kustom wants to be used. It is, as long as it leads to the configured
    /// host; otherwise the URL is built from the id.
    pub location: Option<&'a str>,
}

/// A checkout order that exists from now on.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// Always has an `order_id`.
    pub order: CheckoutOrder,
    /// The order's own URL, absolute. `None` if Kustom named none, or one that we would not send our key to.
    pub location: Option<String>,
}

/// One Kustom account. A [`Failure`] says whether a call may be repeated and whether it may have taken effect.
#[async_trait]
pub trait Kustom: Send + Sync + 'static {
    /// No call takes longer, waiting for its place included.
    fn longest_call(&self) -> Duration;

    /// Not idempotent: Kustom knows no key for this call, and a repeated create makes a second order.
    async fn create(&self, order: &CheckoutOrder) -> Result<Created, Failure>;

    /// Brings a fresh snippet: the checkout while the order is open, the confirmation once it is bought.
    async fn read(&self, order: OrderAddress<'_>) -> Result<CheckoutOrder, Failure>;

    /// Members that are absent from the payload keep their value at Kustom.
    async fn update(
        &self,
        order: OrderAddress<'_>,
        payload: &CheckoutOrder,
    ) -> Result<CheckoutOrder, Failure>;

    /// After this nobody can buy the order any more.
    async fn abort(&self, order: OrderAddress<'_>) -> Result<(), Failure>;

    async fn read_managed(&self, id: &KustomOrderId) -> Result<ManagedOrder, Failure>;

    async fn acknowledge(&self, id: &KustomOrderId, key: Uuid) -> Result<(), Failure>;

    /// Gives up the whole authorization. Refused once anything is captured.
    async fn cancel(&self, id: &KustomOrderId, key: Uuid) -> Result<(), Failure>;

    async fn set_merchant_references(
        &self,
        id: &KustomOrderId,
        references: &MerchantReferences,
        key: Uuid,
    ) -> Result<(), Failure>;
}
