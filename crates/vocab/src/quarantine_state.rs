//! Where a quarantined registration stands and which arrows lead on. It never leads to scopes but through a request.

/// The state of a registration in quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QuarantineState {
    /// Waits for somebody to link or claim it.
    Quarantined,
    /// An access request is open for it.
    Linked,
    /// Its request was approved; it became a client.
    Activated,
    /// A person blocked it.
    Blocked,
    /// Nobody wanted it in time.
    Expired,
}

impl QuarantineState {
    /// How many registrations may wait in one environment; beyond it those that nobody wants leave, the oldest first.
    pub const MOST_WAITING: i64 = 1_000;

    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Quarantined,
        Self::Linked,
        Self::Activated,
        Self::Blocked,
        Self::Expired,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quarantined => "quarantined",
            Self::Linked => "linked",
            Self::Activated => "activated",
            Self::Blocked => "blocked",
            Self::Expired => "expired",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Quarantined => "In quarantine",
            Self::Linked => "Linked to a request",
            Self::Activated => "Activated",
            Self::Blocked => "Blocked",
            Self::Expired => "Ended",
        }
    }

    /// Where a row may begin.
    pub const FIRST: &'static [Self] = &[Self::Quarantined];

    /// The states that may follow this one.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Quarantined => &[Self::Linked, Self::Blocked, Self::Expired],
            Self::Linked => &[Self::Activated, Self::Blocked, Self::Expired],
            // An identifier that is an address comes again under the same text.
            Self::Expired => &[Self::Quarantined],
            Self::Activated | Self::Blocked => &[],
        }
    }
}

crate::machine::machine!(QuarantineState);
crate::word::closed_word!(QuarantineState, "quarantine state");
