//! The public API against real parts: a database file, the emulator over a socket, and a clock of our own.

mod answer;
mod checkout;
mod completion;
mod faults;
mod kustom_faults;
mod openapi;
mod shop;
