//! The clock and the entropy that the wiring lends to a server.
//!
//! This crate never reads either by itself: the binary passes its own two functions, tests pass
//! fixed ones.

use std::time::Instant;

/// Two functions lent by the wiring.
#[derive(Clone, Copy, Debug)]
pub struct Ambient {
    /// Fills a buffer with cryptographically secure random bytes.
    pub fill_random: fn(&mut [u8]),
    /// The monotonic clock; only differences are used.
    pub instant: fn() -> Instant,
}

impl Ambient {
    /// `N` fresh random bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0_u8; N];
        (self.fill_random)(&mut bytes);
        bytes
    }
}
