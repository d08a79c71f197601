//! The grants a client may be registered for. Others are not known here, so they cannot be registered.

/// An OAuth grant type (RFC 7591 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GrantType {
    /// A person signs in and consents (RFC 6749 section 4.1).
    AuthorizationCode,
    /// Prolongs a sign-in (RFC 6749 section 6).
    RefreshToken,
    /// The client acts for itself (RFC 6749 section 4.4).
    ClientCredentials,
}

impl GrantType {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "Sign-in by a person",
            Self::RefreshToken => "Refresh",
            Self::ClientCredentials => "Acts for itself",
        }
    }
}

crate::word::closed_word!(GrantType, "grant type");
