//! Where a client stands and which arrows lead on. Only `active` and `restricted` clients have tokens; the rows say why.

/// The state of a client in one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClientState {
    /// Approved; its owner has not taken a credential yet.
    AwaitingCredentials,
    /// May get tokens.
    Active,
    /// Existing tokens live; no new grants.
    Restricted,
    /// Stopped by a person until lifted.
    Suspended,
    /// Its end date passed or it was not used.
    Expired,
    /// Ended by a person, for good.
    Revoked,
}

impl ClientState {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::AwaitingCredentials,
        Self::Active,
        Self::Restricted,
        Self::Suspended,
        Self::Expired,
        Self::Revoked,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingCredentials => "awaiting_credentials",
            Self::Active => "active",
            Self::Restricted => "restricted",
            Self::Suspended => "suspended",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AwaitingCredentials => "Waiting for credentials",
            Self::Active => "Live",
            Self::Restricted => "Limited",
            Self::Suspended => "Suspended",
            Self::Expired => "Ended",
            Self::Revoked => "Revoked",
        }
    }

    /// Where a row may begin.
    pub const FIRST: &'static [Self] = &[Self::AwaitingCredentials, Self::Active];

    /// The states that may follow this one.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::AwaitingCredentials => {
                &[Self::Active, Self::Suspended, Self::Expired, Self::Revoked]
            }
            Self::Active => &[
                Self::Restricted,
                Self::Suspended,
                Self::Expired,
                Self::Revoked,
            ],
            Self::Restricted => &[Self::Active, Self::Suspended, Self::Expired, Self::Revoked],
            Self::Suspended => &[
                Self::AwaitingCredentials,
                Self::Active,
                Self::Expired,
                Self::Revoked,
            ],
            Self::Expired => &[Self::Revoked],
            Self::Revoked => &[],
        }
    }

    /// Whether tokens that were issued are still honoured.
    pub const fn honours_tokens(self) -> bool {
        matches!(self, Self::Active | Self::Restricted)
    }

    /// Whether it never works again.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Expired | Self::Revoked)
    }

    /// Whether new grants may begin.
    pub const fn allows_grants(self) -> bool {
        matches!(self, Self::Active)
    }
}

crate::machine::machine!(ClientState);
crate::word::closed_word!(ClientState, "client state");

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use super::ClientState as S;

    #[test]
    fn arrows() {
        use S::{Active, AwaitingCredentials, Expired, Restricted, Revoked, Suspended};
        let arrows = [
            (AwaitingCredentials, Active),
            (AwaitingCredentials, Suspended),
            (AwaitingCredentials, Expired),
            (AwaitingCredentials, Revoked),
            (Active, Restricted),
            (Active, Suspended),
            (Active, Expired),
            (Active, Revoked),
            (Restricted, Active),
            (Restricted, Suspended),
            (Restricted, Expired),
            (Restricted, Revoked),
            (Suspended, AwaitingCredentials),
            (Suspended, Active),
            (Suspended, Expired),
            (Suspended, Revoked),
            (Expired, Revoked),
        ];
        for from in S::ALL.iter().copied() {
            for to in S::ALL.iter().copied() {
                assert_eq!(
                    from.may_become(to),
                    arrows.contains(&(from, to)),
                    "{from} {to}"
                );
            }
            assert!(
                from == Revoked || from.may_become(Revoked),
                "any state can be revoked"
            );
            assert!(!from.allows_grants() || from.honours_tokens());
        }
    }
}
