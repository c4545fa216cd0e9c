//! The `OnCartMutation` hook: does Kustom have to hear of this change?

use crate::cart::Cart;
use crate::job::{JobKey, JobRequest};
use crate::kustom::offer::Offer;
use crate::planted::{self, Bug};
use crate::pricing::{Priced, PricingError};
use crate::snapshot::Snapshot;
use jiff::{SignedDuration, Timestamp};

/// How long a change waits before Kustom is told.
///
/// The wait turns rapid edits into one call. It also lets the answer to the mutation reach the page before the event of
/// the finished sync does; the published client would otherwise overwrite the newer cart with the older answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SyncTiming {
    pub delay: SignedDuration,
    /// However fast the edits come, Kustom is told by then.
    pub longest_delay: SignedDuration,
}

impl Default for SyncTiming {
    fn default() -> Self {
        Self {
            delay: SignedDuration::from_millis(150),
            longest_delay: SignedDuration::from_millis(1000),
        }
    }
}

/// What the mutation's transaction has to write besides the cart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HookEffects {
    pub snapshot: Option<Snapshot>,
    pub job: Option<JobRequest>,
}

/// Compares the cart with what Kustom was last told and, where they differ, makes the difference pending.
///
/// The revision grows only when the content differs from the one last made pending: an edit and its undo are two
/// revisions, while an e-mail address is none.
pub fn on_cart_mutation(
    cart: &mut Cart,
    priced: &Priced,
    timing: &SyncTiming,
    now: Timestamp,
) -> Result<HookEffects, PricingError> {
    let Some(kustom) = &mut cart.kustom else {
        return Ok(HookEffects::default());
    };
    let offer = Offer::new(priced, &cart.country)?;
    let content_hash = offer.content_hash();
    if content_hash == kustom.content_hash {
        return Ok(HookEffects::default());
    }
    cart.payload_revision += 1;
    kustom.revision = cart.payload_revision;
    kustom.pending_hash = Some(offer.sync_hash(&kustom.kustom_order_id, kustom.revision));
    kustom.content_hash.clone_from(&content_hash);
    let is_back = planted::is(Bug::UndoDropsJob)
        && offer.sync_hash(&kustom.kustom_order_id, kustom.synced_revision) == kustom.sync_hash;
    let snapshot = Snapshot {
        cart_id: cart.id,
        revision: cart.payload_revision,
        content_hash,
        offer,
        priced: priced.clone(),
        items: cart.items.clone(),
    };
    // An empty cart is not offered to anybody: the iframe stays suspended until there is something to buy.
    let job = (!cart.items.is_empty() && !is_back).then(|| JobRequest {
        key: JobKey::Sync(cart.id),
        run_at: after(now, timing.delay),
        latest_at: after(now, timing.longest_delay),
    });
    Ok(HookEffects {
        snapshot: Some(snapshot),
        job,
    })
}

/// A broken clock or an absurd setting delays work; it must not stop a cart from being changed.
pub(crate) fn after(time: Timestamp, delay: SignedDuration) -> Timestamp {
    time.checked_add(delay).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
