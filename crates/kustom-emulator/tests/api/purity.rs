//! The core decides and never waits: only the shell may know a clock, a socket or a runtime.

use std::path::Path;

const FORBIDDEN: &[&str] = &[
    "async ",
    "axum",
    "HashMap",
    "hyper",
    "SystemTime",
    "tokio",
    "Timestamp::now",
];

#[test]
fn the_core_has_no_clock_no_socket_and_no_unordered_map() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for folder in [source.clone(), source.join("validation"), source.join("webhook")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for word in FORBIDDEN {
                    assert!(!text.contains(word), "{} contains {word}", path.display());
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 20, "only {seen} files were looked at");
}
