//! What came of one call on a public registration surface. Each outcome is final for the attempt.

/// The outcome of a registration attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptOutcome {
    /// The metadata could not be read.
    Malformed,
    /// A budget was used up.
    Limited,
    /// A block list or brake stopped it.
    Blocked,
    /// A rule or the environment's mode refused it.
    Refused,
    /// The same metadata was known already.
    Joined,
    /// It waits with an identifier.
    Quarantined,
    /// It waits for a decision and has no identifier.
    Deferred,
    /// Sandbox only: a named rule let it in at once.
    Activated,
    /// A client said what its registration shall say instead (RFC 7592).
    Updated,
}

impl AttemptOutcome {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Malformed,
        Self::Limited,
        Self::Blocked,
        Self::Refused,
        Self::Joined,
        Self::Quarantined,
        Self::Deferred,
        Self::Activated,
        Self::Updated,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Limited => "limited",
            Self::Blocked => "blocked",
            Self::Refused => "refused",
            Self::Joined => "joined",
            Self::Quarantined => "quarantined",
            Self::Deferred => "deferred",
            Self::Activated => "activated",
            Self::Updated => "updated",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Malformed => "Malformed",
            Self::Limited => "Limited by rate",
            Self::Blocked => "Blocked",
            Self::Refused => "Refused",
            Self::Joined => "Joined a family",
            Self::Quarantined => "In quarantine",
            Self::Deferred => "Waits for a decision",
            Self::Activated => "Activated",
            Self::Updated => "Update asked for",
        }
    }
}

crate::word::closed_word!(AttemptOutcome, "attempt outcome");
