//! What can happen to the emulator, small enough that most of it makes sense.

use arbitrary::Arbitrary;

/// One thing that a merchant, a shopper, a test or time does. Numbers are folded onto what there is.
#[derive(Arbitrary, Clone, Debug)]
pub(crate) enum Step {
    Create(Sketch),
    Update(u8, Sketch),
    Read(u8),
    Abort(u8, Seldom),
    Pay(u8, Shopper),
    /// The shopper comes back from the bank's page, or leaves it.
    Bank(u8, bool),
    Choose(u8, u8),
    Answer(u8, Said),
    Manage(u8, [Call; 2]),
    Decide(u8, u8, Seldom),
    Control(Control),
    Pass(Span),
    Snapshot,
}

/// True once in eight: what stands in the way of everything else must not be in every order.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub(crate) struct Seldom(pub(crate) u8);

impl Seldom {
    pub(crate) fn is_so(self) -> bool {
        self.0 % 8 == 7
    }
}

/// An order, right or slightly wrong.
#[derive(Arbitrary, Clone, Debug)]
pub(crate) struct Sketch {
    pub(crate) quantity: u8,
    pub(crate) price: u16,
    pub(crate) tax_rate: u8,
    pub(crate) has_validation: Seldom,
    pub(crate) is_required: bool,
    pub(crate) offers_shipping: bool,
    pub(crate) asks_about_shipping: Seldom,
    pub(crate) asks_about_address: Seldom,
    pub(crate) captures_itself: bool,
    pub(crate) mistake: u8,
}

#[derive(Arbitrary, Clone, Debug)]
pub(crate) struct Shopper {
    pub(crate) persona: u8,
    pub(crate) three_d_secure: Seldom,
    pub(crate) elsewhere: Seldom,
    pub(crate) wrong_amount: Seldom,
}

/// What the merchant answers to a callback.
#[derive(Arbitrary, Clone, Debug)]
pub(crate) enum Said {
    Yes,
    No,
    Elsewhere,
    Nothing,
    /// An answer to a question about a change, with the lines as they are.
    SameLines,
    Nonsense(u16),
}

#[derive(Arbitrary, Clone, Debug)]
pub(crate) enum Call {
    Read,
    Acknowledge,
    Capture(Amount, u8),
    Refund(Amount, u8),
    Cancel,
    Release,
    Extend,
    Authorize(Amount),
    References(u8),
    Address(bool),
    Captures,
    ReadCapture(u8),
    ShippingInfo(u8),
    SendOut(u8),
    Nowhere,
}

/// Of what there is, so that exact amounts come up.
#[derive(Arbitrary, Clone, Debug)]
pub(crate) enum Amount {
    All,
    Half,
    OneMore,
    One,
    Zero,
    Negative,
    Exactly(u32),
}

#[derive(Arbitrary, Clone, Debug)]
pub(crate) enum Control {
    Orders,
    Order(u8),
    Requests,
    Callbacks,
    Expire(u8),
    Dispute(u8),
    Fault(u8, u8),
    Faults,
    ForgetFaults,
    Webhooks(bool),
    Push(u8),
    Repeat(u8),
    Reset,
}

#[derive(Arbitrary, Clone, Debug)]
pub(crate) enum Span {
    Seconds(u8),
    Minutes(u8),
    Hours(u8),
    Days(u8),
}
