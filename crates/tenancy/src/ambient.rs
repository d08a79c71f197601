//! The one place that asks the machine for time and chance. Everything else takes both as parameters.

#![expect(
    clippy::disallowed_types,
    reason = "this is the one place that may ask for randomness"
)]

use narthex_vocab::Timestamp;
use rand_core::{CryptoRng, OsRng, TryRngCore};

/// The current time, in UTC, cut to microseconds: what Postgres keeps.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that may ask for the time"
)]
pub fn now() -> Timestamp {
    let now = chrono::Utc::now();
    chrono::SubsecRound::trunc_subsecs(now, 6)
}

/// The operating system's random numbers. It aborts the request by a panic when the system has none.
#[must_use]
pub fn rng() -> impl CryptoRng {
    OsRng.unwrap_err()
}
