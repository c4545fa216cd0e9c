//! Finding out which cart something is about, and beginning to follow it if it was there before we were.

use crate::app::App;
use kassa_commerce::id::CartId;
use kassa_commerce::job::{ClaimedJob, JobKey};
use kustom_api::KustomOrderId;

impl App {
    /// The cart, if there is one and somebody can look at its timeline. Asks the store the first time only.
    pub(crate) async fn followed(&self, cart_id: CartId) -> Option<CartId> {
        let timeline = self.timeline.as_ref()?;
        if timeline.knows(cart_id) {
            return Some(cart_id);
        }
        let cart = self.store.cart(cart_id).await.ok().flatten()?;
        let orders = self.store.kustom_orders_of(cart_id).await.unwrap_or_default();
        timeline.meet(&cart, orders.into_iter().map(|order| order.id));
        Some(cart_id)
    }

    pub(crate) async fn cart_of_kustom_order(&self, id: &KustomOrderId) -> Option<CartId> {
        if let Some(cart_id) = self.timeline.as_ref()?.cart_of_order(id) {
            return Some(cart_id);
        }
        let order = self.store.kustom_order(id).await.ok().flatten()?;
        self.followed(order.cart_id).await
    }

    /// Tells of a job before it does anything. What it does is told as it happens, so the cart is known from here on.
    pub(crate) async fn record_start(&self, job: &ClaimedJob) {
        let Some(timeline) = &self.timeline else { return };
        match &job.key {
            JobKey::Sync(cart_id) => self.followed(*cart_id).await,
            key => match key.kustom_order_id() {
                Some(id) => self.cart_of_kustom_order(id).await,
                None => None,
            },
        };
        timeline.job_started(job);
    }
}
