//! See `claims/token.rs`; it holds no claim of its own.
#![no_main]

#[path = "../claims/token.rs"]
#[allow(dead_code, reason = "each target holds one claim")]
mod claims;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::token_request(data));
