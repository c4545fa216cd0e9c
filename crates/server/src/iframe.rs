//! Answering what the shopper changes inside Kustom's checkout.
//!
//! The shopper waits for the answer, so it is one read, one decision and one commit; it asks nobody.

use crate::app::App;
use crate::store::StoreError;
use kassa_commerce::kustom::iframe::{self, IframeAnswer, IframeChange, IframeRefusal};
use kassa_commerce::kustom::validation::Denial;
use kassa_commerce::kustom::{KustomOrder, Offer, OfferOption};
use kassa_commerce::pricing::PricingError;
use std::time::Duration;
use thiserror::Error;
use tokio::time::timeout;

/// How long Kustom waits for such an answer is not documented. Its other question has a limit of three seconds.
const PATIENCE: Duration = Duration::from_secs(2);

const MAX_PLANS: u32 = 20;

/// What Kustom is told.
#[derive(Debug)]
pub enum IframeTold {
    /// The order is this from now on. What changes by it is durable.
    Updated {
        offer: Box<Offer>,
        choice: Option<OfferOption>,
    },
    /// For the shopper, in the language of her cart.
    Refused {
        refusal: IframeRefusal,
        sentence: &'static str,
    },
}

/// Why there is no decision.
#[derive(Debug, Error)]
pub enum IframeError {
    #[error("no such cart")]
    Unknown,
    #[error("no decision within {} seconds", PATIENCE.as_secs())]
    TooSlow,
    #[error(transparent)]
    Pricing(#[from] PricingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Decides about a change inside the checkout of this order. Runs to its end even if Kustom leaves.
    pub async fn change_in_iframe(
        &self,
        kustom_order: KustomOrder,
        wish: IframeChange,
    ) -> Result<IframeTold, IframeError> {
        let app = self.clone();
        let work = self.to_the_end(async move { app.decide_in_iframe(&kustom_order, &wish).await });
        match timeout(PATIENCE, work).await {
            Ok(Some(told)) => told,
            Ok(None) => {
                Err(StoreError::Internal("a change in the checkout stopped unexpectedly".into()).into())
            }
            Err(_) => Err(IframeError::TooSlow),
        }
    }

    async fn decide_in_iframe(
        &self,
        kustom_order: &KustomOrder,
        wish: &IframeChange,
    ) -> Result<IframeTold, IframeError> {
        for _ in 0..MAX_PLANS {
            let cart = self.store.cart(kustom_order.cart_id).await?;
            let cart = cart.ok_or(IframeError::Unknown)?;
            // Retired or bought since the caller looked: the cart was read after, so nothing newer is missed.
            let kustom_order = self.store.kustom_order(&kustom_order.id).await?;
            let kustom_order = kustom_order.ok_or(IframeError::Unknown)?;
            let catalogue = self.catalogue_for(&cart, None).await?;
            let timing = &self.options.timing;
            let answer = iframe::absorb(&cart, &kustom_order, wish, &catalogue, timing, self.now())?;
            let (offer, choice, change) = match answer {
                IframeAnswer::Updated {
                    offer,
                    choice,
                    change,
                } => (offer, choice, change),
                IframeAnswer::Refused(refusal) => {
                    let denial = match refusal {
                        IframeRefusal::Place => Denial::Unshippable,
                        IframeRefusal::Other(denial) => denial,
                    };
                    let sentence = denial.sentence(&cart.locale);
                    return Ok(IframeTold::Refused { refusal, sentence });
                }
            };
            match self.commit(*change).await {
                Ok(_) => return Ok(IframeTold::Updated { offer, choice }),
                Err(error) if error.asks_to_plan_again() => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }
}
