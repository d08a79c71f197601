//! What the signature of somebody else is believed about. A signature for one thing is worth nothing for another.

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
