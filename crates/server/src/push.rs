//! What a push does: it rings, and what it made us find out is stored before it is answered.

use crate::app::App;
use crate::completion::{CompletionError, Purchase};
use crate::store::StoreError;
use kassa_commerce::change::Change;
use kassa_commerce::job::{JobKey, JobRequest};
use kassa_commerce::kustom::{KustomOrder, KustomOrderState};
use kassa_commerce::planted::{self, Bug};
use thiserror::Error;

/// When an order is looked at once more that Kustom rang for and that does not look bought yet.
const LOOK_AGAIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// What a push may be told. All of it is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    Completed,
    InReview,
    /// A job will find out.
    Accepted,
}

/// Nothing was stored. Kustom rings again after a failure, and never after a success.
#[derive(Debug, Error)]
pub enum PushError {
    #[error("no such Kustom order was ever opened here")]
    Unknown,
    #[error("no Kustom credentials are configured")]
    NotConfigured,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Answers only what is durable: the order, or the job that will find out.
    pub async fn hear_push(&self, kustom_order: &KustomOrder) -> Result<Heard, PushError> {
        if kustom_order.state == KustomOrderState::Acknowledged {
            return Ok(Heard::Completed);
        }
        if planted::is(Bug::PushAnsweredEarly) {
            let (app, id) = (self.clone(), kustom_order.id.clone());
            self.background
                .spawn(async move { app.complete_or_try_later(&id).await.map(drop) });
            return Ok(Heard::Accepted);
        }
        match self.complete_or_try_later(&kustom_order.id).await? {
            Ok(Purchase::Completed) => Ok(Heard::Completed),
            Ok(Purchase::InReview | Purchase::GivenBack) => Ok(Heard::InReview),
            Ok(Purchase::NotBought | Purchase::Gone) => {
                // Kustom pushes after a purchase. If a read does not show it yet, look once more by ourselves.
                let key = JobKey::Complete(kustom_order.id.clone());
                let job = JobRequest::at(key, self.now() + LOOK_AGAIN);
                self.commit(Change {
                    jobs: vec![job],
                    ..Change::default()
                })
                .await?;
                Ok(Heard::Accepted)
            }
            Err(error) => {
                tracing::warn!(%error, "a push could not be looked into yet");
                match &*error {
                    // A job that will ask again was committed.
                    CompletionError::Kustom(_)
                    | CompletionError::Unreadable(_)
                    | CompletionError::Crashed => Ok(Heard::Accepted),
                    CompletionError::Store(error) => Err(error.clone().into()),
                    CompletionError::NotConfigured => Err(PushError::NotConfigured),
                    CompletionError::Unknown => Err(PushError::Unknown),
                }
            }
        }
    }
}
