//! Answering Kustom's question whether the shopper may pay.
//!
//! Kustom waits ten seconds and sells nothing without our yes. The answer is one read, one comparison and one commit; it
//! asks nobody and creates nothing.

use crate::app::App;
use crate::store::StoreError;
use kassa_commerce::command;
use kassa_commerce::kustom::validation::{self, Denial, Verdict};
use kassa_commerce::kustom::{Content, KustomOrder};
use kassa_commerce::planted::{self, Bug};
use kassa_commerce::pricing::{PricingError, price};
use kustom_api::CheckoutOrder;
use std::time::Duration;
use thiserror::Error;
use tokio::time::{Instant, timeout};
use tracing::{info, warn};

/// Well inside the three seconds after which Kustom would sell without an answer, were it not told to insist on one.
const PATIENCE: Duration = Duration::from_secs(2);

const MAX_PLANS: u32 = 20;

/// What Kustom is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Validated {
    /// The approval is durable.
    Approved,
    /// For the shopper, in the language of the checkout.
    Denied { sentence: &'static str },
}

/// Why there is no verdict. Kustom is told no.
#[derive(Debug, Error)]
pub enum ValidationError {
    #[error("the order belongs to another cart")]
    Unknown,
    #[error("no verdict within {} seconds", PATIENCE.as_secs())]
    TooSlow,
    #[error(transparent)]
    Pricing(#[from] PricingError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Decides and, with a yes, freezes the cart. Runs to its end even if Kustom leaves, so that no half of it is lost.
    pub async fn validate(
        &self,
        kustom_order: KustomOrder,
        asked: CheckoutOrder,
    ) -> Result<Validated, ValidationError> {
        let app = self.clone();
        let deadline = Instant::now() + PATIENCE;
        let work =
            self.to_the_end(async move { app.decide_validation(&kustom_order, &asked, deadline).await });
        match timeout(PATIENCE, work).await {
            Ok(Some(validated)) => validated,
            Ok(None) => Err(StoreError::Internal("the validation stopped unexpectedly".into()).into()),
            Err(_) => Err(ValidationError::TooSlow),
        }
    }

    async fn decide_validation(
        &self,
        kustom_order: &KustomOrder,
        asked: &CheckoutOrder,
        deadline: Instant,
    ) -> Result<Validated, ValidationError> {
        let content = Content::from_order(asked);
        for _ in 0..MAX_PLANS {
            let cart = self
                .store
                .cart(kustom_order.cart_id)
                .await?
                .ok_or(ValidationError::Unknown)?;
            if asked
                .merchant_reference1
                .as_ref()
                .is_some_and(|reference| *reference != cart.number)
            {
                return Err(ValidationError::Unknown);
            }
            // Retired or bought since the caller looked: the cart was read after, so nothing newer is missed.
            let kustom_order = self
                .store
                .kustom_order(&kustom_order.id)
                .await?
                .ok_or(ValidationError::Unknown)?;
            let (locale, number) = (cart.locale.clone(), cart.number.clone());
            let catalogue = self.catalogue_for(&cart, None).await?;
            let priced = price(&cart, &catalogue, self.now())?;
            let is_short = command::is_short(&cart, &catalogue, self.now());
            let timing = &self.options.timing;
            let verdict = validation::validate(
                &cart,
                &kustom_order,
                &priced,
                is_short,
                content.as_ref(),
                timing,
                self.now(),
            )?;
            let (change, validated) = match verdict {
                Verdict::Approved(change) => (change, Validated::Approved),
                Verdict::Denied { denial, change } => {
                    if change.cart.is_some() {
                        warn!(
                            cart.number = number,
                            "Kustom was about to sell what the cart is not"
                        );
                    }
                    (change, self.deny(denial, &locale, &number))
                }
            };
            // Whoever was told no must not find the cart frozen by a late yes.
            if Instant::now() >= deadline {
                return Err(ValidationError::TooSlow);
            }
            if planted::is(Bug::ApprovedBeforeCommit) {
                let app = self.clone();
                self.background.spawn(async move { app.commit(*change).await });
                return Ok(validated);
            }
            match self.commit(*change).await {
                Ok(_) => return Ok(validated),
                Err(error) if error.asks_to_plan_again() => (),
                Err(error) => return Err(error.into()),
            }
        }
        Err(StoreError::Busy.into())
    }

    fn deny(&self, denial: Denial, locale: &str, cart_number: &str) -> Validated {
        info!(
            cart.number = cart_number,
            ?denial,
            "a payment was not let through"
        );
        Validated::Denied {
            sentence: denial.sentence(locale),
        }
    }
}

/// What the shopper reads when we cannot tell whether the cart may be paid.
pub fn try_again_sentence(error: &ValidationError, locale: &str) -> &'static str {
    warn!(%error, "a payment could not be validated and was not let through");
    Denial::Unsure.sentence(locale)
}
