//! What goes wrong in a world, and how often. Drawn once per seed: some worlds are fair, some have one kind of trouble
//! and plenty of it, most have a little of everything.

use fastrand::Rng;

/// One kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A call to Kustom never arrives, and nobody says so until time is up.
    RequestLost,
    /// No connection to Kustom.
    Unreachable,
    /// Kustom did as told, and its answer is lost.
    AnswerLost,
    /// The caller gives up, and Kustom does as told only afterwards.
    AppliedLate,
    /// Something on the way repeats the call.
    AppliedTwice,
    /// 5xx, although done.
    ErrorApplied,
    /// 5xx, and not done.
    ErrorNotApplied,
    /// Kustom answers 404 for an order that it has.
    SpuriousGone,
    /// A read shows what was true a moment ago.
    BehindRead,
    TooManyRequests,
    Unauthorized,
    /// A firewall's page instead of an answer.
    Blocked,
    /// 200 with half a body.
    Garbled,
    SlowCall,
    /// A commit that was written, and whose caller does not hear so.
    CommitUnknownApplied,
    CommitUnknownLost,
    StoreBusy,
    StoreUnavailable,
    ReadFailed,
    /// Others commit while a read is on its way back.
    StaleRead,
    SlowCommit,
    /// A node dies at an await.
    Crash,
    /// A node stands still for longer than a lease.
    Pause,
    ClockJump,
    PushLost,
    PushDoubled,
    PushLate,
    HintLost,
    HintDoubled,
    HintLate,
    HintInvented,
    /// A browser goes away in the middle of a request.
    BrowserLeft,
    /// A checkout reaches its end of life at Kustom.
    CheckoutExpired,
    /// Kustom's order management says something of a purchase that makes it none.
    StrangePurchase,
    /// Kustom's question whether the shopper may pay gets lost, or its answer does.
    ValidationLost,
    /// Kustom sells without asking, as it does when it is told to or believes so.
    GateIgnored,
    /// Kustom closes no checkout, and says so with a 5xx.
    AbortFails,
}

impl Fault {
    pub const ALL: [Self; 37] = [
        Self::RequestLost,
        Self::Unreachable,
        Self::AnswerLost,
        Self::AppliedLate,
        Self::AppliedTwice,
        Self::ErrorApplied,
        Self::ErrorNotApplied,
        Self::SpuriousGone,
        Self::BehindRead,
        Self::TooManyRequests,
        Self::Unauthorized,
        Self::Blocked,
        Self::Garbled,
        Self::SlowCall,
        Self::CommitUnknownApplied,
        Self::CommitUnknownLost,
        Self::StoreBusy,
        Self::StoreUnavailable,
        Self::ReadFailed,
        Self::StaleRead,
        Self::SlowCommit,
        Self::Crash,
        Self::Pause,
        Self::ClockJump,
        Self::PushLost,
        Self::PushDoubled,
        Self::PushLate,
        Self::HintLost,
        Self::HintDoubled,
        Self::HintLate,
        Self::HintInvented,
        Self::BrowserLeft,
        Self::CheckoutExpired,
        Self::StrangePurchase,
        Self::ValidationLost,
        Self::GateIgnored,
        Self::AbortFails,
    ];

    /// How often in ten thousand chances it strikes in a world that is full of it. A checkout has about a hundred chances
    /// at the store, twenty at Kustom and one to be paid.
    fn worst(self) -> u16 {
        match self {
            Self::Crash => 120,
            Self::Pause | Self::ClockJump => 60,
            Self::StoreBusy | Self::StoreUnavailable | Self::ReadFailed => 400,
            Self::CommitUnknownApplied | Self::CommitUnknownLost => 1500,
            Self::StaleRead | Self::SlowCommit => 2500,
            Self::SpuriousGone => 600,
            Self::BrowserLeft => 800,
            Self::CheckoutExpired => 150,
            Self::StrangePurchase => 1500,
            Self::GateIgnored => 8000,
            Self::PushLost | Self::PushLate | Self::HintLost | Self::HintLate | Self::BehindRead => 6000,
            _ => 3000,
        }
    }

    /// Against these nothing holds the hashes together: see invariant 6.
    fn breaks_synchrony(self) -> bool {
        matches!(self, Self::Pause | Self::ClockJump)
    }
}

/// Each with the rate that makes its story likely.
const THEMES: [&[(Fault, u16)]; 8] = [
    // An order is given up, and yet it can be paid: two payments of one cart.
    &[
        (Fault::SpuriousGone, 2000),
        (Fault::Unreachable, 4500),
        (Fault::GateIgnored, 9000),
    ],
    // An order is given up, and paid before anybody has closed it.
    &[
        (Fault::SpuriousGone, 3000),
        (Fault::AbortFails, 9700),
        (Fault::GateIgnored, 9000),
        (Fault::PushLost, 9000),
    ],
    // Openings outlive their turn.
    &[
        (Fault::Pause, 250),
        (Fault::SlowCall, 5000),
        (Fault::SlowCommit, 3000),
    ],
    // Everything takes so long that turns run out in the middle.
    &[
        (Fault::SlowCall, 8000),
        (Fault::SlowCommit, 9000),
        (Fault::StaleRead, 9000),
    ],
    // Calls take effect when nobody expects it any more.
    &[(Fault::AppliedLate, 4000), (Fault::AnswerLost, 2000)],
    // Nodes die in the middle of everything.
    &[(Fault::Crash, 300), (Fault::SlowCall, 4000)],
    // Nobody knows what was written.
    &[
        (Fault::CommitUnknownApplied, 3000),
        (Fault::CommitUnknownLost, 2000),
        (Fault::StaleRead, 2500),
    ],
    // Kustom's own parts do not agree.
    &[
        (Fault::StrangePurchase, 4000),
        (Fault::BehindRead, 8000),
        (Fault::GateIgnored, 5000),
    ],
];

/// The first of them are about shoppers in a hurry.
const EAGER_THEMES: usize = 2;

/// What nodes tell each other about commits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hints {
    Off,
    On,
}

/// The constitution of one world.
#[derive(Clone, Debug)]
pub struct Weather {
    rates: [u16; Fault::ALL.len()],
    pub nodes: usize,
    pub carts: usize,
    pub hints: Hints,
    /// No node stands still and no clock jumps, so equal hashes must mean equal contents.
    pub is_strict: bool,
    /// Kustom never pushes.
    pub is_without_pushes: bool,
    /// Seconds from a purchase to the first push.
    pub first_push_seconds: i64,
    /// A read may also be behind an update, not only behind a purchase.
    pub has_stale_contents: bool,
    /// Shoppers pay in every tab they have, and ask nobody first.
    pub is_eager: bool,
    /// How far apart the nodes' clocks are at the start, in milliseconds.
    pub clock_spread_ms: i64,
}

impl Weather {
    pub fn of(random: &mut Rng) -> Self {
        let mut rates = [0; Fault::ALL.len()];
        let mut is_eager = random.u8(..10) == 0;
        match random.u8(..20) {
            0..=1 => (),
            2..=6 => Self::plenty_of_few(&mut rates, random),
            7..=11 => is_eager = Self::themed(&mut rates, random),
            _ => Self::little_of_all(&mut rates, random),
        }
        if random.u8(..3) == 0 {
            // What lies behind the gate must hold without it.
            rates[Fault::GateIgnored as usize] = Fault::GateIgnored.worst();
        }
        // A theme of standing still is about that.
        let is_strict = random.u8(..10) < 7 && rates[Fault::Pause as usize] < 100;
        for fault in Fault::ALL {
            if is_strict && fault.breaks_synchrony() {
                rates[fault as usize] = 0;
            }
        }
        Self {
            rates,
            nodes: random.usize(1..=3),
            carts: random.usize(3..=8),
            hints: if random.bool() { Hints::On } else { Hints::Off },
            is_strict,
            is_without_pushes: random.u8(..8) == 0,
            first_push_seconds: [3, 5, 10, 20, 120][random.usize(..5)],
            has_stale_contents: !is_strict && random.bool(),
            is_eager,
            clock_spread_ms: if is_strict { 300 } else { 20_000 },
        }
    }

    /// One node and no trouble at all.
    pub fn fair() -> Self {
        Self {
            rates: [0; Fault::ALL.len()],
            nodes: 1,
            carts: 1,
            hints: Hints::Off,
            is_strict: true,
            is_without_pushes: false,
            first_push_seconds: 120,
            has_stale_contents: false,
            is_eager: false,
            clock_spread_ms: 0,
        }
    }

    fn plenty_of_few(rates: &mut [u16], random: &mut Rng) {
        for _ in 0..random.usize(1..=4) {
            let fault = Fault::ALL[random.usize(..Fault::ALL.len())];
            rates[fault as usize] = fault.worst() / random.u16(1..=4);
        }
    }

    /// Troubles that are harmless alone and bad company for each other. Whether their shoppers are in a hurry.
    fn themed(rates: &mut [u16], random: &mut Rng) -> bool {
        let theme = random.usize(..THEMES.len());
        for (fault, rate) in THEMES[theme] {
            rates[*fault as usize] = *rate;
        }
        theme < EAGER_THEMES
    }

    fn little_of_all(rates: &mut [u16], random: &mut Rng) {
        let calmness = random.u16(4..=16);
        for fault in Fault::ALL {
            rates[fault as usize] = fault.worst() / calmness;
        }
    }

    /// In ten thousand.
    pub fn rate(&self, fault: Fault) -> u16 {
        self.rates[fault as usize]
    }
}
