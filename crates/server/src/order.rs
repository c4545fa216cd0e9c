//! The driver of what becomes of an order after it was placed: cancelled by its owner, moved on by an operator, or looked
//! up by whoever bought it.

use crate::app::{App, PriceError, PricedCart};
use crate::once::KeyRefusal;
use crate::store::StoreError;
use kassa_commerce::answer::{Answer, KeyScope, KeyedRequest};
use kassa_commerce::cart::{Cart, CartOrder};
use kassa_commerce::change::Change;
use kassa_commerce::id::CartId;
use kassa_commerce::order::{self, CancelError, Contact, DeliveryState, MoveError, Order, order_numbers};
use kassa_commerce::payment::Payment;
use thiserror::Error;
use tracing::info;
use uuid::Uuid;

/// Deliveries and payments move on now and then, and the change is planned anew.
const MAX_PLANS: u32 = 20;

#[derive(Debug, Error)]
pub enum CancelOrderError {
    #[error("no such cart")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] CancelError),
    #[error(transparent)]
    Price(#[from] PriceError),
    #[error(transparent)]
    Key(#[from] KeyRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A cancellation as it would be written, and the cart after it. An order that is cancelled already needs no change.
struct PlannedCancellation {
    change: Option<Change>,
    cart: Cart,
    order_number: String,
}

#[derive(Debug, Error)]
pub enum MoveDeliveryError {
    #[error("no such order")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] MoveError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a reference and an e-mail address lead to.
#[derive(Debug)]
pub enum Found {
    /// Without an order so far.
    Cart(Box<PricedCart>),
    Order(Box<PaidOrder>),
}

#[derive(Clone, Debug)]
pub struct PaidOrder {
    pub order: Order,
    pub payment: Payment,
}

impl App {
    /// Cancels the cart's order and answers the cart. Runs to its end even if the caller leaves.
    pub async fn cancel_order(&self, id: CartId) -> Result<PricedCart, CancelOrderError> {
        let app = self.clone();
        let work = async move { app.cancel_in_turn(id).await };
        self.to_the_end(work).await.unwrap_or_else(|| {
            let stopped = "a cancellation stopped unexpectedly".to_owned();
            Err(StoreError::Internal(stopped).into())
        })
    }

    async fn cancel_in_turn(&self, id: CartId) -> Result<PricedCart, CancelOrderError> {
        let _turn = self.turns.take(id).await;
        for _ in 0..MAX_PLANS {
            let plan = self.plan_cancellation(id).await?;
            let Some(change) = plan.change else {
                return Ok(self.priced(plan.cart).await?);
            };
            match self.commit(change).await {
                Ok(_) => {
                    info!(
                        order.number = plan.order_number,
                        "an order was cancelled by its owner"
                    );
                    let cart = self.store.cart(id).await?.ok_or(CancelOrderError::NotFound)?;
                    return Ok(self.priced(cart).await?);
                }
                Err(error) if error.asks_to_plan_again() => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    /// [`App::cancel_order`], done once.
    pub async fn cancel_order_once(
        &self,
        id: CartId,
        request: &KeyedRequest,
        render: impl Fn(&PricedCart) -> Answer,
    ) -> Result<Answer, CancelOrderError> {
        let render = &render;
        self.once(KeyScope::Cart(id), request, || async move {
            let plan = self.plan_cancellation(id).await?;
            let answer = render(&self.priced(plan.cart).await?);
            Ok((plan.change.unwrap_or_default(), answer))
        })
        .await
    }

    async fn plan_cancellation(&self, id: CartId) -> Result<PlannedCancellation, CancelOrderError> {
        let cart = self.store.cart(id).await?.ok_or(CancelOrderError::NotFound)?;
        let Some(PaidOrder { order, payment }) = self.paid_order(self.store.order_of_cart(id).await?).await?
        else {
            return Err(CancelError::NoOrder.into());
        };
        let kustom_order = match payment.provider.kustom_order_id() {
            Some(id) => self.store.kustom_order(id).await?,
            None => None,
        };
        let change = order::cancel(&cart, &order, &payment, kustom_order.as_ref(), self.now())?;
        let cart = match change.as_ref().and_then(|change| change.order_update.as_ref()) {
            Some(cancelled) => Cart {
                version: cart.version + 1,
                order: Some(CartOrder::new(cancelled, &payment)),
                ..cart
            },
            None => cart,
        };
        Ok(PlannedCancellation {
            change,
            cart,
            order_number: order.number,
        })
    }

    /// The order of this number with its payment.
    pub async fn order_by_number(&self, number: &str) -> Result<Option<PaidOrder>, StoreError> {
        self.paid_order(self.store.order_with_number(number).await?).await
    }

    /// [`App::cancel_order`] by the number of the order, for an operator.
    pub async fn cancel_by_number(&self, number: &str) -> Result<PaidOrder, CancelOrderError> {
        let found = || async {
            self.order_by_number(number)
                .await?
                .ok_or(CancelOrderError::NotFound)
        };
        self.cancel_order(found().await?.order.cart_id).await?;
        found().await
    }

    /// Moves a delivery on and answers its order.
    pub async fn move_delivery(
        &self,
        order_number: &str,
        delivery_number: &str,
        to: DeliveryState,
    ) -> Result<PaidOrder, MoveDeliveryError> {
        for _ in 0..MAX_PLANS {
            let found = self.order_by_number(order_number).await?;
            let paid = found.ok_or(MoveDeliveryError::NotFound)?;
            let moved = order::move_delivery(&paid.order, &paid.payment, delivery_number, to, self.now())?;
            let Some(change) = moved else { return Ok(paid) };
            match self.commit(change).await {
                Ok(_) => info!(
                    delivery.number = delivery_number,
                    to = to.as_str(),
                    "a delivery moved on"
                ),
                Err(error) if error.asks_to_plan_again() => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    /// What the reference stands for, if the e-mail address is its buyer's. Whether it is unknown or somebody else's, the
    /// same is read: what this takes tells nobody which numbers exist.
    pub async fn look_up(&self, reference: &str, email: &str) -> Result<Option<Found>, PriceError> {
        let cart = self.store.cart_with_number(reference).await?;
        let cart_id = cart.as_ref().map_or(CartId(Uuid::nil()), |cart| cart.id);
        let of_cart = self.store.order_of_cart(cart_id).await?;
        let mut numbered = Vec::new();
        for number in order_numbers(reference) {
            numbered.extend(self.store.order_with_number(&number).await?);
        }
        if let Some(cart) = cart.filter(|cart| is_buyer(email, [&cart.email]) || knows_order(&of_cart, email))
        {
            return self.found_by_cart(cart, of_cart).await.map(Some);
        }
        let mut orders = numbered.into_iter();
        let order = orders.find(|order| is_called(order, reference) && knows(order, email));
        let paid = self.paid_order(order).await?;
        Ok(paid.map(|paid| Found::Order(Box::new(paid))))
    }

    async fn found_by_cart(&self, cart: Cart, order: Option<Order>) -> Result<Found, PriceError> {
        Ok(match self.paid_order(order).await? {
            Some(paid) => Found::Order(Box::new(paid)),
            None => Found::Cart(Box::new(self.priced(cart).await?)),
        })
    }

    async fn paid_order(&self, order: Option<Order>) -> Result<Option<PaidOrder>, StoreError> {
        let Some(order) = order else { return Ok(None) };
        let payments = self.store.payments_of_cart(order.cart_id).await?;
        let payment = payments
            .into_iter()
            .find(|payment| payment.id == order.payment_id);
        let payment = payment.ok_or_else(|| StoreError::Internal("an order has no payment".to_owned()))?;
        Ok(Some(PaidOrder { order, payment }))
    }
}

fn is_called(order: &Order, reference: &str) -> bool {
    order.number == reference || order.numbered_deliveries().any(|(number, _)| number == reference)
}

fn knows_order(order: &Option<Order>, email: &str) -> bool {
    order.as_ref().is_some_and(|order| knows(order, email))
}

/// Whether the address is one that the order was bought with or is sent to.
fn knows(order: &Order, email: &str) -> bool {
    let delivered = order.deliveries.iter().map(|delivery| &delivery.address);
    let contacts = [&order.billing, &order.shipping].into_iter().chain(delivered);
    is_buyer(email, contacts.flatten().map(|Contact { email, .. }| email))
}

fn is_buyer<'a>(email: &str, known: impl IntoIterator<Item = &'a Option<String>>) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    let wanted = plain(email);
    known.into_iter().flatten().any(|known| plain(known) == wanted)
}
