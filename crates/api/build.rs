//! Sees to it that there is a folder for the app, and that a release takes in the app as it is now.

use std::path::PathBuf;

fn main() {
    let dist = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../dist");
    if let Err(error) = std::fs::create_dir_all(&dist) {
        println!("cargo::warning={}: {error}", dist.display());
    }
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the files when they are asked for.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed={}", dist.display());
    }
}
