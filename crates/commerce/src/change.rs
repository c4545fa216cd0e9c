//! Everything one transaction writes. `commerce` decides a `Change`, the store commits all of it or none.

use crate::answer::AnswerWrite;
use crate::cart::Cart;
use crate::catalogue::{Product, Rest, Shop};
use crate::id::PaymentId;
use crate::job::{ClaimedJob, JobEnd, JobKey, JobRequest, Lease};
use crate::kustom::{KustomOrder, KustomOrderState};
use crate::order::Order;
use crate::payment::{AuthorizationState, Payment};
use crate::reservation::HoldWrite;
use crate::review::{Resolution, Review, ReviewReason};
use crate::snapshot::Snapshot;
use jiff::Timestamp;
use kustom_api::KustomOrderId;

/// The only way to write. An empty change writes nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    /// Ends every lease at this time. Only a process that knows itself to be the only one may say so, when it starts:
    /// whoever held them is dead, and what they were doing need not wait for their leases to end.
    pub abandon_leases: Option<Timestamp>,
    pub cart: Option<CartWrite>,
    /// What the request that made this change is answered, should it come again.
    pub answer: Option<AnswerWrite>,
    pub kustom_orders: Vec<KustomOrderWrite>,
    pub snapshots: Vec<Snapshot>,
    pub payment: Option<Payment>,
    pub authorization: Option<AuthorizationWrite>,
    /// In a box, like what else is large here: changes travel through many futures, each of which keeps room for one.
    pub order: Option<Box<Order>>,
    /// An order moved on. `version` is the one the change was planned on, like a cart's; its number stays.
    pub order_update: Option<Box<Order>>,
    pub reviews: Vec<Review>,
    pub resolution: Option<ResolutionWrite>,
    pub catalogue: Option<CatalogueWrite>,
    /// How many pieces there are, as somebody has counted them.
    pub stock: Vec<StockWrite>,
    /// Claims on what there is only so much of. One that is refused refuses the whole change.
    pub holds: Vec<HoldWrite>,
    pub jobs: Vec<JobRequest>,
    /// Takes jobs to run.
    pub claim: Option<Claim>,
    /// Ends the run of a job; the whole change is refused when its lease is no longer held.
    pub settle: Option<Settle>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum CartWrite {
    Insert(Box<Cart>),
    /// `cart.version` is the version the change was planned on; the store keeps it as `version + 1`.
    Update(Box<Cart>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KustomOrderWrite {
    /// Binds an open Kustom order to its cart. Refused while the cart has another open one.
    Open(KustomOrder),
    /// Refused as a conflict unless the order is where the change was planned on: a fate is decided once.
    Move {
        id: KustomOrderId,
        from: KustomOrderState,
        to: KustomOrderState,
    },
    /// Ignored where the order is further along: see [`KustomOrderState::may_become`].
    SetState {
        id: KustomOrderId,
        state: KustomOrderState,
    },
}

/// What an import makes of the catalogue. Once all of it is written, every product that is stored has a tax class that
/// exists; otherwise the change is refused.
#[derive(Clone, Debug, PartialEq)]
pub struct CatalogueWrite {
    /// Refused as a conflict unless the catalogue is still of this version. Then it is of the next.
    pub planned_on: u64,
    /// `None` leaves the shop as it is.
    pub shop: Option<Shop>,
    /// Products of the same numbers are overwritten.
    pub products: Vec<Product>,
    /// What becomes of the other products. The count of one that is removed goes with it.
    pub other_products: Rest,
    /// What a start has imported its file as, so that the next start knows the file. `None` leaves what is known.
    pub start_file: Option<String>,
}

/// Sets what there is of a product. Pieces that are held or on their way out count as well until they are used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockWrite {
    pub product_number: String,
    /// `None`: nobody counts any more.
    pub on_hand: Option<u32>,
}

/// Moves a payment's authorization on. Ignored once it is over: see [`AuthorizationState::may_become`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorizationWrite {
    pub payment_id: PaymentId,
    pub state: AuthorizationState,
}

/// Ends an open review. Refused when there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolutionWrite {
    pub kustom_order_id: KustomOrderId,
    pub reason: ReviewReason,
    pub resolution: Resolution,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Whatever is due, oldest first, at most `limit`.
    Due {
        now: Timestamp,
        until: Timestamp,
        limit: u32,
    },
    /// This job, due or not, existing or not. Nothing is claimed while somebody else holds it.
    One {
        key: JobKey,
        now: Timestamp,
        until: Timestamp,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settle {
    pub key: JobKey,
    pub lease: Lease,
    pub end: JobEnd,
}

/// What the store made of a change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// Of the inserted cart.
    pub cart_number: Option<String>,
    /// Of the inserted order.
    pub order_number: Option<String>,
    pub claimed: Vec<ClaimedJob>,
}
