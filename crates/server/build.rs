//! Compiles the program again when the playground was built again, because a release carries those files.

use std::path::Path;

const BUILT: &str = "../../web/playground/dist";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A debug build reads the files from disk. And Cargo takes a missing folder for one that changes all the time.
    let is_release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if is_release {
        let watched = if Path::new(BUILT).exists() {
            BUILT
        } else {
            "../../web/playground"
        };
        println!("cargo:rerun-if-changed={watched}");
    }
}
