//! Builds the crate again when a migration changes: the macro that embeds them does not say what it reads.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
}
