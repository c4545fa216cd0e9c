//! What happened in a world, in numbers.

use crate::weather::Fault;

/// A situation that a simulation must reach to be worth anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Situation {
    KustomOrderMade,
    /// Kustom may have made an order that nobody knows of.
    CreateAnswerLost,
    /// Two openings of one cart were under way at once.
    TabsAtOnce,
    /// An order was made at Kustom and another one was bound first.
    LostOpeningRace,
    /// Two nodes or two callers placed the same purchase at once.
    LostCompletionRace,
    LeaseLost,
    /// Somebody took over a run that had never reported back.
    AbandonedRun,
    Crash,
    CommitLost,
    CommitUnheard,
    PaidWhilePending,
    PaidWhileAmbiguous,
    /// The order that was paid was not the cart's open one any more.
    RetiredThenPaid,
    GoneThenPaid,
    PaidAfterPurchase,
    PaidTwice,
    DuplicateCancelled,
    EditedAfterPayment,
    StrangePurchase,
    /// An update met an order that was bought.
    ReadOnlyMet,
    /// Nobody came back, and there is an order all the same.
    CompletedUnasked,
    PushAccepted,
    PushRefused,
    ShopperTold,
    /// An edit led back to what Kustom had been told before.
    EditUndone,
    Disobeyed,
    PaymentRefused,
    CheckoutExpired,
    PaymentApproved,
    PaymentDenied,
    /// The shopper was at the bank for longer than the cart stands still.
    LongAtTheBank,
    ReviewResolved,
    OrderCancelled,
}

impl Situation {
    pub const ALL: [Self; 33] = [
        Self::KustomOrderMade,
        Self::CreateAnswerLost,
        Self::TabsAtOnce,
        Self::LostOpeningRace,
        Self::LostCompletionRace,
        Self::LeaseLost,
        Self::AbandonedRun,
        Self::Crash,
        Self::CommitLost,
        Self::CommitUnheard,
        Self::PaidWhilePending,
        Self::PaidWhileAmbiguous,
        Self::RetiredThenPaid,
        Self::GoneThenPaid,
        Self::PaidAfterPurchase,
        Self::PaidTwice,
        Self::DuplicateCancelled,
        Self::EditedAfterPayment,
        Self::StrangePurchase,
        Self::ReadOnlyMet,
        Self::CompletedUnasked,
        Self::PushAccepted,
        Self::PushRefused,
        Self::ShopperTold,
        Self::EditUndone,
        Self::Disobeyed,
        Self::PaymentRefused,
        Self::CheckoutExpired,
        Self::PaymentApproved,
        Self::PaymentDenied,
        Self::LongAtTheBank,
        Self::ReviewResolved,
        Self::OrderCancelled,
    ];
}

/// Sums over one world or many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    pub worlds: u64,
    /// Carts whose checkout was shown to somebody.
    pub checkouts: u64,
    pub purchases: u64,
    pub orders: u64,
    pub reviews: u64,
    faults: [u64; Fault::ALL.len()],
    situations: [u64; Situation::ALL.len()],
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            worlds: 0,
            checkouts: 0,
            purchases: 0,
            orders: 0,
            reviews: 0,
            faults: [0; Fault::ALL.len()],
            situations: [0; Situation::ALL.len()],
        }
    }
}

impl Counts {
    pub fn fault(&mut self, fault: Fault) {
        self.faults[fault as usize] += 1;
    }

    pub fn situation(&mut self, situation: Situation) {
        self.situations[situation as usize] += 1;
    }

    pub fn times(&self, situation: Situation) -> u64 {
        self.situations[situation as usize]
    }

    pub fn struck(&self, fault: Fault) -> u64 {
        self.faults[fault as usize]
    }

    pub fn add(&mut self, other: &Self) {
        self.worlds += other.worlds;
        self.checkouts += other.checkouts;
        self.purchases += other.purchases;
        self.orders += other.orders;
        self.reviews += other.reviews;
        for (sum, more) in self.faults.iter_mut().zip(other.faults) {
            *sum += more;
        }
        for (sum, more) in self.situations.iter_mut().zip(other.situations) {
            *sum += more;
        }
    }

    /// A line per kind, for people.
    pub fn table(&self) -> String {
        let faults = Fault::ALL.map(|fault| format!("  {fault:?} {}\n", self.struck(fault)));
        let situations = Situation::ALL.map(|seen| format!("  {seen:?} {}\n", self.times(seen)));
        format!("faults:\n{}situations:\n{}", faults.concat(), situations.concat())
    }
}
