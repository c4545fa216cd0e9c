//! Planted faults that act where nothing of the kind is written otherwise. Never in a build for use.

use crate::kustom::Kustom;
use kassa_commerce::planted::{self, Bug};
use kustom_api::{Failure, KustomOrderId};
use uuid::Uuid;

/// Calls that somebody in haste makes as soon as an order was looked at: `bought` is `false` when the look
/// failed, and `None` when it showed that there is no purchase.
pub(crate) async fn act_hastily(
    kustom: &dyn Kustom,
    id: &KustomOrderId,
    key: impl FnOnce() -> Uuid,
    bought: Option<bool>,
) -> Result<(), Failure> {
    match bought {
        Some(true) if planted::is(Bug::AcknowledgeBeforeCommit) => kustom.acknowledge(id, key()).await,
        Some(false) if planted::is(Bug::CancelOnError) => kustom.cancel(id, key()).await,
        _ => Ok(()),
    }
}
