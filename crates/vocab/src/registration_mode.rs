//! What an environment does with a registration (RFC 7591). It never gives reach: no mode does.

/// How an environment answers a stranger's registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistrationMode {
    /// Refuses; the registration endpoint is not published.
    Closed,
    /// Answers 202 and issues nothing until somebody decides.
    Approval,
    /// Answers 201 with an identifier and nothing else.
    Quarantine,
    /// Sandbox only: answers 201 with a capped client.
    Open,
}

impl RegistrationMode {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Closed, Self::Approval, Self::Quarantine, Self::Open];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Approval => "approval",
            Self::Quarantine => "quarantine",
            Self::Open => "open",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Closed => "Closed",
            Self::Approval => "By approval",
            Self::Quarantine => "Quarantine",
            Self::Open => "Open",
        }
    }
}

crate::word::closed_word!(RegistrationMode, "registration mode");
