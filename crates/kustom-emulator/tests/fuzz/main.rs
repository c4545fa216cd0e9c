//! Everything that can be asked of the emulator, in any order and in any form: laws that must hold, and documents that must
//! not break it. The same functions are the bodies of the targets in `fuzz/`, where a fuzzer looks for inputs on purpose.

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod edit;
#[cfg(test)]
mod law;
#[cfg(test)]
mod sequence;
#[cfg(test)]
mod step;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod world;
