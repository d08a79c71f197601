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
    /// A person allows it on another device than the one it runs on (RFC 8628).
    DeviceCode,
    /// A token of somebody else stands for whom it acts (RFC 7523 section 2.1).
    JwtBearer,
    /// A narrower token for another one (RFC 8693).
    TokenExchange,
}

impl GrantType {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::ClientCredentials,
        Self::DeviceCode,
        Self::JwtBearer,
        Self::TokenExchange,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "Sign-in by a person",
            Self::RefreshToken => "Refresh",
            Self::ClientCredentials => "Acts for itself",
            Self::DeviceCode => "Sign-in by a person on another device",
            Self::JwtBearer => "By a token of its platform, or of people's identity provider",
            Self::TokenExchange => "Acts for people whose tokens others hand to it",
        }
    }

    /// Whether a person stands behind what begins with it: then it may be prolonged.
    pub const fn is_a_persons(self) -> bool {
        match self {
            Self::AuthorizationCode | Self::DeviceCode => true,
            Self::RefreshToken
            | Self::ClientCredentials
            | Self::JwtBearer
            | Self::TokenExchange => false,
        }
    }
}

crate::word::closed_word!(GrantType, "grant type");
