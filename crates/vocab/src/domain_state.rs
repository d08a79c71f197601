//! How far the proof of a host has come and which arrows lead on. It carries no facts: what was seen is on the rows.

/// The state of a tenant's domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DomainState {
    /// The value was not seen yet.
    Pending,
    /// Resolvers and the web server are being asked.
    Checking,
    /// The value was seen.
    Verified,
    /// It was seen and no longer is; a grace runs.
    Failing,
    /// The grace is over.
    Lapsed,
    /// It was not seen in time.
    Failed,
}

impl DomainState {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Checking,
        Self::Verified,
        Self::Failing,
        Self::Lapsed,
        Self::Failed,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Checking => "checking",
            Self::Verified => "verified",
            Self::Failing => "failing",
            Self::Lapsed => "lapsed",
            Self::Failed => "failed",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Not verified yet",
            Self::Checking => "Checking",
            Self::Verified => "Verified",
            Self::Failing => "No longer seen",
            Self::Lapsed => "Lapsed",
            Self::Failed => "Not verified in time",
        }
    }

    /// Where a row may begin.
    pub const FIRST: &'static [Self] = &[Self::Pending];

    /// The states that may follow this one.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Checking, Self::Failed],
            Self::Checking => &[Self::Pending, Self::Verified, Self::Failed],
            Self::Verified => &[Self::Failing],
            Self::Failing => &[Self::Verified, Self::Lapsed],
            Self::Lapsed | Self::Failed => &[Self::Checking],
        }
    }

    /// Whether a look leaves the state as it is until the answer comes.
    pub const fn is_proved(self) -> bool {
        matches!(self, Self::Verified | Self::Failing)
    }
}

crate::machine::machine!(DomainState);
crate::word::closed_word!(DomainState, "domain state");

#[cfg(test)]
mod tests {
    use super::DomainState as S;

    /// The arrows, written out once more: a change of the machine is a change of two places.
    const ARROWS: &[(S, S)] = &[
        (S::Pending, S::Checking),
        (S::Pending, S::Failed),
        (S::Checking, S::Pending),
        (S::Checking, S::Verified),
        (S::Checking, S::Failed),
        (S::Verified, S::Failing),
        (S::Failing, S::Verified),
        (S::Failing, S::Lapsed),
        (S::Lapsed, S::Checking),
        (S::Failed, S::Checking),
    ];

    #[test]
    fn the_arrows_are_those_of_the_design() {
        for from in S::ALL {
            for to in S::ALL {
                assert_eq!(
                    from.may_become(*to),
                    ARROWS.contains(&(*from, *to)),
                    "{from} > {to}"
                );
            }
        }
    }
}
