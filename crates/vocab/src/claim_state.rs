//! How an invitation to claim a registration stands: a tenant was asked once, and answers once.

/// The state of an invitation to claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimState {
    /// Nobody has answered yet.
    Open,
    /// Somebody showed that it is theirs; a case is open.
    Claimed,
    /// Somebody said that it is not theirs.
    Disowned,
    /// Its time ended first.
    Lapsed,
}

impl ClaimState {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Open, Self::Claimed, Self::Disowned, Self::Lapsed];

    /// The text form, as in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Disowned => "disowned",
            Self::Lapsed => "lapsed",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "Waits for an answer",
            Self::Claimed => "Claimed",
            Self::Disowned => "Not theirs",
            Self::Lapsed => "Nobody answered",
        }
    }

    /// Where a row may begin.
    pub const FIRST: &'static [Self] = &[Self::Open];

    /// The states that may follow this one.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Open => &[Self::Claimed, Self::Disowned, Self::Lapsed],
            Self::Claimed | Self::Disowned | Self::Lapsed => &[],
        }
    }
}

crate::machine::machine!(ClaimState);
crate::word::closed_word!(ClaimState, "claim state");
