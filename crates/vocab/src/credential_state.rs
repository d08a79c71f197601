//! Where a credential stands and which arrows lead on. It never says what the credential is.

/// The state of a credential of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialState {
    /// Made, not yet shown to its owner.
    Created,
    /// Shown to its owner, not yet used.
    Shown,
    /// In use.
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
        Self::Created,
        Self::Shown,
        Self::Active,
        Self::Retiring,
        Self::Retired,
        Self::Revoked,
        Self::Expired,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Shown => "shown",
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
            Self::Created => "Created",
            Self::Shown => "Shown once",
            Self::Active => "Active",
            Self::Retiring => "Retiring",
            Self::Retired => "Retired",
            Self::Revoked => "Revoked",
            Self::Expired => "Ended",
        }
    }

    /// The states that may follow this one.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Created => &[Self::Shown, Self::Revoked, Self::Expired],
            Self::Shown => &[Self::Active, Self::Retiring, Self::Revoked, Self::Expired],
            Self::Active => &[Self::Retiring, Self::Revoked, Self::Expired],
            Self::Retiring => &[Self::Retired, Self::Revoked, Self::Expired],
            Self::Retired | Self::Revoked | Self::Expired => &[],
        }
    }

    /// Whether the machine has this arrow. No state has an arrow to itself.
    pub fn may_become(self, next: Self) -> bool {
        self.next().contains(&next)
    }

    /// Whether nothing follows.
    pub const fn is_final(self) -> bool {
        self.next().is_empty()
    }

    /// Whether a client may still authenticate with it.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Shown | Self::Active | Self::Retiring)
    }
}

crate::word::closed_word!(CredentialState, "credential state");
