//! The second person: what one has decided and another has yet to confirm. It lapses by itself, and gives nothing
//! before.

use chrono::Duration;
use narthex_policy::RuleId;
use narthex_vocab::{Id, Timestamp, kind};

/// How long what was decided waits for a second person.
pub const LIFETIME: Duration = Duration::hours(72);

/// What waits to be confirmed about one version of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// What the first person decided.
    pub decision: Id<kind::Decision>,
    /// The offer that was accepted, when it is less than was asked for.
    pub offer: Option<Id<kind::Offer>>,
    /// The rules that want a second person; at least one.
    pub rules: Vec<RuleId>,
    /// Since when.
    pub since: Timestamp,
    /// Until when it can be confirmed.
    pub expires_at: Timestamp,
}
