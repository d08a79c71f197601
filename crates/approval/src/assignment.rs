//! Who is looking at a case, and until when its tenant can expect an answer. It keeps nobody from deciding, and nothing
//! happens by itself when an answer is late.

use chrono::Duration;
use narthex_vocab::{Environment, Id, Timestamp, kind};

/// A person of the platform has taken a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// The person.
    pub by: Id<kind::Member>,
    /// Since when.
    pub since: Timestamp,
}

/// How long the platform takes to answer, from sending: a day in the sandbox, three in production.
pub const fn answers_within(environment: Environment) -> Duration {
    match environment {
        Environment::Sandbox => Duration::days(1),
        Environment::Production => Duration::days(3),
    }
}

/// Until when a case that was sent at `sent` is to be answered.
pub fn due(environment: Environment, sent: Timestamp) -> Timestamp {
    sent + answers_within(environment)
}
