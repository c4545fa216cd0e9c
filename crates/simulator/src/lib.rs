//! Seeds in, verdict out.
//!
//! A world is made from a seed: a store and a Kustom that lose, delay and repeat, one to three nodes that die, stand still
//! and disagree about the time, and shoppers who edit, pay, leave, come back and do not always obey. The nodes run the
//! server's own drivers over the shop's own rules; only what is outside is simulated. A judge with ledgers of its own
//! looks at every commit and at every effect at Kustom, and in the end, once trouble has stopped and time has passed, at
//! whether every paid purchase has found its fate.
//!
//! One seed is one world on one thread with a time that only the simulation moves, so that a world can be played again.
//!
//! # What is not simulated
//!
//! * HTTP on either side: parsing, tokens, limits, rendering, and what the real client makes of broken connections.
//! * SQLite and its file: the store here keeps the same contract, which the same tests check, but writes nothing down.
//! * Torn or lost writes below a commit. A commit that was answered is durable here by definition.
//! * Threads: within a node, tasks take turns at their awaits.
//! * Changes of the catalogue or of the configuration while carts are open, and two versions of the server at once.
//! * The iframe's own behaviour. A shopper pays what the order holds at that moment.
//! * Event streams: pages ask for the cart instead, at whichever node answers.
//! * Authorizations that run out, captures and refunds.

pub mod iframe;
pub mod judge;
pub mod kustom;
pub mod operator;
#[cfg(feature = "planted-bugs")]
pub mod planted;
pub mod push;
pub mod report;
pub mod run;
pub mod shopper;
pub mod store;
pub mod weather;
pub mod world;
