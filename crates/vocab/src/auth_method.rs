//! How a client authenticates at the token endpoint.

/// A `token_endpoint_auth_method` (RFC 7591 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthMethod {
    /// A public client; PKCE protects its codes.
    None,
    /// A secret by HTTP Basic (RFC 6749 section 2.3.1).
    ClientSecretBasic,
    /// A secret in the form (RFC 6749 section 2.3.1).
    ClientSecretPost,
    /// A JWT signed with the client's key (RFC 7523).
    PrivateKeyJwt,
    /// A JWT that its platform signed for the workload that it is (RFC 7521 section 4.2).
    WorkloadJwt,
    /// A JWT-SVID of its trust domain (draft-ietf-oauth-spiffe-client-auth).
    SpiffeJwt,
}

impl AuthMethod {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::None,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::PrivateKeyJwt,
        Self::WorkloadJwt,
        Self::SpiffeJwt,
    ];

    /// The text form, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::WorkloadJwt => "workload_jwt",
            Self::SpiffeJwt => "spiffe_jwt",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "None: a public client",
            Self::ClientSecretBasic => "Secret in the header",
            Self::ClientSecretPost => "Secret in the form",
            Self::PrivateKeyJwt => "Signed with its own key",
            Self::WorkloadJwt => "Vouched for by its platform",
            Self::SpiffeJwt => "Vouched for by its SPIFFE trust domain",
        }
    }

    /// Whether it needs a shared secret.
    pub const fn needs_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }

    /// Whether it proves which workload the client is, and keeps nothing of its own.
    pub const fn is_workload(self) -> bool {
        matches!(self, Self::WorkloadJwt | Self::SpiffeJwt)
    }

    /// Whether it proves nothing: a public client.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::None)
    }
}

crate::word::closed_word!(AuthMethod, "token endpoint authentication method");
