#![no_main]

#[path = "../../tests/fuzz/edit.rs"]
mod edit;
#[path = "../../tests/fuzz/law.rs"]
mod law;
#[path = "../../tests/fuzz/sequence.rs"]
mod sequence;
#[path = "../../tests/fuzz/step.rs"]
mod step;
#[path = "../../tests/fuzz/targets.rs"]
mod targets;
#[path = "../../tests/fuzz/world.rs"]
mod world;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::callback_answer(data));
