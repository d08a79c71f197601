//! What the signature of somebody else is believed about. A signature for one thing is worth nothing for another: whoever
//! vouches for software vouches for nothing else, since a software statement has no type and no audience of its own, and any
//! token of a workload would be one.

use std::collections::BTreeSet;

use crate::issuer_name::IssuerName;

/// One purpose of a trusted issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IssuerPurpose {
    /// What a registration says of its software (RFC 7591 section 2.3).
    Statements,
    /// Which workload a client is (RFC 7521 section 4.2).
    Workloads,
    /// Which of the tenant's people a client may act for (ID-JAG).
    People,
}

impl IssuerPurpose {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Statements, Self::Workloads, Self::People];

    /// The text form, as in rows and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Statements => "statements",
            Self::Workloads => "workloads",
            Self::People => "people",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Statements => "Software statements of apps that register",
            Self::Workloads => "Tokens of workloads that act as a client",
            Self::People => "Which of your people an app may act for (ID-JAG)",
        }
    }
}

crate::word::closed_word!(IssuerPurpose, "purpose of an issuer");

/// All that one issuer is believed about: software statements alone, or workloads, people or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purposes(BTreeSet<IssuerPurpose>);

/// Why purposes do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PurposesError {
    /// An issuer is believed about something.
    #[error("Choose what its signature counts for")]
    None,
    /// Its other tokens would pass for software statements.
    #[error("Whoever vouches for software vouches for nothing else")]
    StatementsAlone,
    /// A SPIFFE trust domain issues identities of workloads.
    #[error("A trust domain vouches for workloads and for nothing else")]
    TrustDomain,
}

impl Purposes {
    /// What this issuer can be believed about.
    pub fn of(
        issuer: &IssuerName,
        purposes: impl IntoIterator<Item = IssuerPurpose>,
    ) -> Result<Self, PurposesError> {
        let purposes: BTreeSet<_> = purposes.into_iter().collect();
        let has = |purpose| purposes.contains(&purpose);
        if purposes.is_empty() {
            return Err(PurposesError::None);
        }
        if issuer.is_trust_domain()
            && (has(IssuerPurpose::Statements) || has(IssuerPurpose::People))
        {
            return Err(PurposesError::TrustDomain);
        }
        if has(IssuerPurpose::Statements) && purposes.len() > 1 {
            return Err(PurposesError::StatementsAlone);
        }
        Ok(Self(purposes))
    }

    /// Whether this is one of them.
    pub fn has(&self, purpose: IssuerPurpose) -> bool {
        self.0.contains(&purpose)
    }

    /// Each of them, in the order of [`IssuerPurpose::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = IssuerPurpose> {
        self.0.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;

    use super::*;
    use IssuerPurpose::{People, Statements, Workloads};

    #[rstest]
    #[case("https://ci.example.com", &[Workloads], Ok(()))]
    #[case("https://ci.example.com", &[Workloads, People], Ok(()))]
    #[case("https://ci.example.com", &[Statements], Ok(()))]
    #[case("https://ci.example.com", &[Statements, Workloads], Err(PurposesError::StatementsAlone))]
    #[case("https://ci.example.com", &[Statements, People], Err(PurposesError::StatementsAlone))]
    #[case(
        "https://ci.example.com",
        IssuerPurpose::ALL,
        Err(PurposesError::StatementsAlone)
    )]
    #[case("https://ci.example.com", &[], Err(PurposesError::None))]
    #[case("spiffe://prod.example.com", &[Workloads], Ok(()))]
    #[case("spiffe://prod.example.com", &[Statements], Err(PurposesError::TrustDomain))]
    #[case("spiffe://prod.example.com", &[Workloads, People], Err(PurposesError::TrustDomain))]
    fn purposes_that_go_together(
        #[case] issuer: &str,
        #[case] purposes: &[IssuerPurpose],
        #[case] expected: Result<(), PurposesError>,
    ) {
        let issuer = IssuerName::parse(issuer).unwrap();
        let read = Purposes::of(&issuer, purposes.iter().copied());
        assert_eq!(read.map(|_| ()), expected);
    }
}
