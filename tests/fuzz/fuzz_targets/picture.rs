//! A picture that is called a logo, against `claims.rs`; it holds no claim of its own.
#![no_main]

#[path = "../../../crates/vocab/tests/hostile/claims.rs"]
#[allow(dead_code, reason = "each target holds one claim")]
mod claims;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::picture(data));
