//! Where a credential stands and which arrows lead on. It never says what the credential is.

/// The state of a credential of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialState {
    /// Was shown to its owner once, or is the owner's own key; works.
    Active,
    /// Replaced; works until the grace ends.
    Retiring,
    /// Its grace ended.
    Retired,
    /// Ended by a person, for good.
    Revoked,
    /// Its end date passed.
    Expired,
}

impl CredentialState {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Active,
        Self::Retiring,
        Self::Retired,
        Self::Revoked,
        Self::Expired,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Retiring => "Retiring",
            Self::Retired => "Retired",
            Self::Revoked => "Revoked",
            Self::Expired => "Ended",
        }
    }

    /// Where a row may begin.
    pub const FIRST: &'static [Self] = &[Self::Active];

    /// The states that may follow this one.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Active => &[Self::Retiring, Self::Retired, Self::Revoked, Self::Expired],
            Self::Retiring => &[Self::Retired, Self::Revoked, Self::Expired],
            Self::Retired | Self::Revoked | Self::Expired => &[],
        }
    }

    /// Whether a client may still authenticate with it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Retiring)
    }
}

crate::machine::machine!(CredentialState);
crate::word::closed_word!(CredentialState, "credential state");
