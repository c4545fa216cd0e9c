//! The emulator through its router, as a merchant's server, a browser and a test meet it.

#[cfg(test)]
mod advance;
#[cfg(test)]
mod asking;
#[cfg(test)]
mod bounds;
mod browser;
#[cfg(test)]
mod callbacks;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod change;
#[cfg(test)]
mod change_replay;
#[cfg(test)]
mod checkout;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod control;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod events;
#[cfg(test)]
mod fault_rules;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod fields;
#[cfg(test)]
mod form;
#[cfg(test)]
mod host;
#[cfg(test)]
mod hosted;
#[cfg(test)]
mod inspector;
#[cfg(test)]
mod management;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod origin;
#[cfg(test)]
mod payment;
#[cfg(test)]
mod personas;
#[cfg(test)]
mod pure;
#[cfg(test)]
mod purity;
#[cfg(test)]
mod pushes;
#[cfg(test)]
mod recurring;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod served;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod story;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod validation;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod wire;
