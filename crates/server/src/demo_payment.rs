//! The driver of the demo payment, for shops that are being built.

use crate::app::{App, PriceError};
use crate::store::StoreError;
use kassa_commerce::cart::CartState;
use kassa_commerce::command;
use kassa_commerce::id::{CartId, OrderId, PaymentId};
use kassa_commerce::order::NewIds;
use kassa_commerce::payment::demo::{self, DemoError};
use kassa_commerce::pricing::price;
use kassa_commerce::reservation::Resource;
use thiserror::Error;
use tracing::info;

const MAX_PLANS: u32 = 20;

#[derive(Debug, Error)]
pub enum DemoPaymentError {
    #[error("no such cart")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] DemoError),
    #[error("somebody else was faster, or it is not sold any more")]
    OutOfStock,
    #[error("a coupon of the cart has just been used up")]
    UsedUp,
    #[error(transparent)]
    Price(#[from] PriceError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Completes the cart at the price that it has now, once. Runs to its end even if the caller leaves.
    pub async fn pay_by_demo(&self, id: CartId) -> Result<(), DemoPaymentError> {
        let app = self.clone();
        let work = async move { app.pay_by_demo_in_turn(id).await };
        self.to_the_end(work).await.unwrap_or_else(|| {
            let stopped = "a demo payment stopped unexpectedly".to_owned();
            Err(StoreError::Internal(stopped).into())
        })
    }

    async fn pay_by_demo_in_turn(&self, id: CartId) -> Result<(), DemoPaymentError> {
        let _turn = self.turns.take(id).await;
        for _ in 0..MAX_PLANS {
            let cart = self.store.cart(id).await?.ok_or(DemoPaymentError::NotFound)?;
            let now = self.now();
            let catalogue = self.catalogue_for(&cart, None).await?;
            let priced = price(&cart, &catalogue, now).map_err(PriceError::from)?;
            if cart.state == CartState::Open && command::is_short(&cart, &catalogue, now) {
                return Err(DemoPaymentError::OutOfStock);
            }
            let ids = NewIds {
                order_id: OrderId(self.ids.row()),
                payment_id: PaymentId(self.ids.row()),
                series: self.number_series(&cart),
            };
            let Some(change) = demo::pay(&cart, priced, &ids, now)? else {
                return Ok(());
            };
            match self.commit(change).await {
                Ok(committed) => {
                    let order_number = committed.order_number.unwrap_or_default();
                    info!(
                        order.number = order_number,
                        "placed an order that nobody pays for"
                    );
                    return Ok(());
                }
                // A price would not bring it back.
                Err(StoreError::Exhausted(Resource::Stock(_))) => return Err(DemoPaymentError::OutOfStock),
                // The shopper has not seen the price without it.
                Err(StoreError::Exhausted(Resource::Promotion(_))) => return Err(DemoPaymentError::UsedUp),
                Err(error) if error.asks_to_plan_again() || error == StoreError::AlreadyCompleted => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }
}
