//! The public API against real parts: a database file, the emulator over a socket, and a clock of our own.

mod answer;
mod bad_input;
mod carts;
mod checkout;
mod cors;
mod events;
mod faults;
mod kustom_faults;
mod shop;
mod storage;
