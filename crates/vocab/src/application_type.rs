//! Where an application runs (OpenID Connect Dynamic Client Registration 1.0 section 2).

/// An OIDC `application_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApplicationType {
    /// Runs on a server with an https address.
    Web,
    /// Runs on a person's device.
    Native,
}

impl ApplicationType {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Web, Self::Native];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Native => "native",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Web => "Web",
            Self::Native => "Native",
        }
    }
}

crate::word::closed_word!(ApplicationType, "application type");
