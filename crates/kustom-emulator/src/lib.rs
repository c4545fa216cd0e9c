//! A stand-in for Kustom Checkout that behaves like the original, offline and without an account.
//!
//! [`Kustom`] is the whole of it as one value: requests and the time go in, answers come out. It reads no clock, opens
//! no socket and draws no random numbers, so a test or a simulation can replay it exactly. [`Emulator`] is the thin
//! HTTP shell around it. Nothing here knows who calls: it shares only `kustom-api` types with the checkout server.
//!
//! Where Kustom's documentation is silent, the choice made is written beside the code that makes it.

mod agenda;
mod asking;
mod browser;
mod browser_view;
mod callback;
mod callback_control;
mod checkbox;
mod checkout;
mod clock;
mod control;
mod credentials;
mod decision;
mod exchange;
mod fault;
mod hosted;
mod idempotency;
mod ids;
mod kustom;
mod management;
mod message;
mod openapi;
mod order;
mod orders;
mod payment;
mod persona;
mod purchase;
mod push;
mod recurring;
mod refusal;
mod rendering;
mod rules;
mod separate_shipping;
mod shell;
mod shipping;
mod snapshot;
mod snippet;
mod strictness;
mod struck;
mod test_person;
mod validation;
mod verdict;
mod watch;
mod webhook;

pub use asking::{AskingStep, ShopperChange};
pub use callback::{Attempt, CallbackAnswer, CallbackKind, CallbackNumber, DueCallback};
pub use clock::{BadSpeed, ClockReading, Speed, VirtualClock};
pub use credentials::Credentials;
pub use decision::{Decision, DecisionRefusal};
pub use exchange::Exchange;
pub use fault::{Fault, FaultEffect, FaultRule, FaultRuleError};
pub use kustom::Kustom;
pub use message::{Request, Response};
pub use order::{Change, Event, Order, OrderState};
pub use payment::PaymentStep;
pub use purchase::{Outcome, PaymentMethod, Purchase, Purchased};
pub use push::PushShape;
pub use refusal::PurchaseRefusal;
pub use rules::{RuleError, Rules};
pub use shell::{Clock, Emulator, Settings, read_origin};
pub use snapshot::SnapshotError;
pub use strictness::*;
pub use webhook::{WebhookEvent, WebhookType};
