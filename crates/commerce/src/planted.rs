//! Faults that can be put back in, so that the simulator can prove that it would find them.
//!
//! Without the feature `planted-bugs`, [`is`] is a constant `false` and nothing of this is left in a program. With it,
//! one fault at a time is switched on per thread. Shipped builds never have the feature.

/// A fault of real integrations, or a rule of ours broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    /// An edit and its undo have the same hash: the iframe lives on over another basket.
    HashWithoutRevision,
    /// The last answer makes the cart synced, whatever revision it was about.
    PublishWithoutComparing,
    /// Fault 8: the cart is called synced before Kustom is called.
    SyncedBeforeCall,
    /// Fault 5: Kustom hears that we have the order before we have it.
    AcknowledgeBeforeCommit,
    /// Faults 1 and 2: a completion looks for an order and then makes one, with no key to stop the second.
    NoUniqueOrder,
    /// Fault 3: the order is what the cart holds by now.
    OrderFromCurrentCart,
    /// Fault 3: a cart that was edited after the payment gets no order.
    PaymentMustMatchCart,
    /// Fault 13: a Kustom order is replaced for a passing trouble of Kustom's.
    NewOrderOnServerError,
    /// Fault 14: whoever loses the race to open the checkout shows the order that lost.
    LoserSnippetAnswered,
    /// The order that lost the race stays open at Kustom.
    LoserNotAborted,
    /// A repeated message has another idempotency key, so Kustom cannot know it for the same.
    KeyPerAttempt,
    /// Fault 12: a read-only order is an error, and nobody looks whether it is bought.
    ReadOnlyIsAnError,
    /// Fault 12: a read-only order is given up and another one made.
    ReadOnlyIsGone,
    /// Fault 7: a purchase is cancelled because it could not be placed.
    CancelOnError,
    /// A call may begin that lasts beyond the turn to call.
    CallOutlastsLease,
    /// A run that lost its lease writes all the same.
    SettleWithoutLease,
    /// Rule 5: a call of unknown outcome counts as done.
    AmbiguousIsSuccess,
    /// Rule 5: the first good answer is believed while a lost call may still overwrite it.
    WindowIgnored,
    /// Rule 5: a read is believed while a lost call may still take effect.
    WindowReadBelieved,
    /// A retired order can still be paid.
    RetiredNotAborted,
    /// A retired order that was paid all the same is not asked about.
    RetiredForgotten,
    /// Rule 9: a second purchase of a cart keeps its authorization.
    DuplicateKept,
    /// Faults 20 and 21: whatever Kustom says of a purchase, it is one.
    UnknownStatusAccepted,
    /// A message to Kustom is sent once, answered or not.
    OutboxGivesUp,
    /// The job is written after the cart's change and not with it.
    JobInAnotherTransaction,
    /// A wish that comes while its job runs is taken for the one that is being served.
    WishDuringRunLost,
    /// The push is answered before anything is stored.
    PushAnsweredEarly,
    /// A confirmation asks about the newest Kustom order of the cart only.
    ConfirmLatestOnly,
    /// An edit that leads back to what Kustom holds asks for no job, but leaves the iframe suspended.
    UndoDropsJob,
    /// Whoever takes over an abandoned run does not reckon with its last call.
    AbandonedLeaseTrusted,
    /// A change planned on an older version of the cart overwrites a newer one.
    StaleCartOverwrites,
    /// The snippet leaves before its order is bound to the cart.
    SnippetBeforeBind,
    /// The shopper hears of an order before it is stored.
    ToldBeforeCommit,
    /// Late news undoes what is known of a Kustom order.
    StateGoesBack,
    /// The pending hash follows in a commit after the cart's change.
    PendingHashLate,
    /// Fault 15: whatever Kustom asks, it is told yes.
    GateAlwaysOpen,
    /// Kustom is told yes before the cart stands still.
    ApprovedBeforeCommit,
    /// A cart that is being paid can be changed.
    FreezeIgnored,
    /// Nobody asks by themselves about an order that was opened.
    NobodyAsks,
    /// A cart whose purchase waits for a person can be sold again.
    ReviewLocksNothing,
    /// A cart that was edited after the payment shows the country of the edit beside the prices that were paid.
    CountryOfTheEdit,
    /// Whoever cannot note down what came of a call gives the turn to call back as if nothing were open.
    TurnGivenBackUnnoted,
    /// An order is cancelled by its owner, and the reservation of its money is left standing.
    CancellationForgotten,
}

impl Bug {
    pub const ALL: [Self; 43] = [
        Self::HashWithoutRevision,
        Self::PublishWithoutComparing,
        Self::SyncedBeforeCall,
        Self::AcknowledgeBeforeCommit,
        Self::NoUniqueOrder,
        Self::OrderFromCurrentCart,
        Self::PaymentMustMatchCart,
        Self::NewOrderOnServerError,
        Self::LoserSnippetAnswered,
        Self::LoserNotAborted,
        Self::KeyPerAttempt,
        Self::ReadOnlyIsAnError,
        Self::ReadOnlyIsGone,
        Self::CancelOnError,
        Self::CallOutlastsLease,
        Self::SettleWithoutLease,
        Self::AmbiguousIsSuccess,
        Self::WindowIgnored,
        Self::WindowReadBelieved,
        Self::RetiredNotAborted,
        Self::RetiredForgotten,
        Self::DuplicateKept,
        Self::UnknownStatusAccepted,
        Self::OutboxGivesUp,
        Self::JobInAnotherTransaction,
        Self::WishDuringRunLost,
        Self::PushAnsweredEarly,
        Self::ConfirmLatestOnly,
        Self::UndoDropsJob,
        Self::AbandonedLeaseTrusted,
        Self::StaleCartOverwrites,
        Self::SnippetBeforeBind,
        Self::ToldBeforeCommit,
        Self::StateGoesBack,
        Self::PendingHashLate,
        Self::GateAlwaysOpen,
        Self::ApprovedBeforeCommit,
        Self::FreezeIgnored,
        Self::NobodyAsks,
        Self::ReviewLocksNothing,
        Self::CountryOfTheEdit,
        Self::TurnGivenBackUnnoted,
        Self::CancellationForgotten,
    ];
}

#[cfg(not(feature = "planted-bugs"))]
pub const fn is(_bug: Bug) -> bool {
    false
}

#[cfg(feature = "planted-bugs")]
pub use planting::{is, plant};

#[cfg(feature = "planted-bugs")]
mod planting {
    use super::Bug;
    use std::cell::Cell;

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Whether this fault is switched on.
    pub fn is(bug: Bug) -> bool {
        PLANTED.get() == Some(bug)
    }

    /// Switches one fault on for this thread, and every other one off.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.set(bug);
    }
}
