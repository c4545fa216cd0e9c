//! What the client concludes from everything that Kustom, or something in front of it, may answer.

mod ask;
mod configuration;
mod failure;
mod script;
mod unsent;
mod wire;
