//! The members of client metadata that an environment may do without (RFC 7591 section 2). It never has those without
//! which there is no client: redirect addresses, grants, authentication, name.

/// A member that an environment may refuse to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OptionalMember {
    /// The page of the client.
    ClientUri,
    /// Its logo.
    LogoUri,
    /// Its terms of service.
    TosUri,
    /// Its privacy policy.
    PolicyUri,
    /// Its public keys.
    Jwks,
    /// Where its public keys are.
    JwksUri,
    /// Where it hears that somebody signed out.
    BackchannelLogoutUri,
    /// Where people may go after they signed out.
    PostLogoutRedirectUris,
    /// The scopes it wishes for.
    Scope,
    /// How to reach its people.
    Contacts,
    /// The software that it is an installation of.
    SoftwareId,
    /// Which version of it.
    SoftwareVersion,
}

impl OptionalMember {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::ClientUri,
        Self::LogoUri,
        Self::TosUri,
        Self::PolicyUri,
        Self::Jwks,
        Self::JwksUri,
        Self::BackchannelLogoutUri,
        Self::PostLogoutRedirectUris,
        Self::Scope,
        Self::Contacts,
        Self::SoftwareId,
        Self::SoftwareVersion,
    ];

    /// The member's name, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientUri => "client_uri",
            Self::LogoUri => "logo_uri",
            Self::TosUri => "tos_uri",
            Self::PolicyUri => "policy_uri",
            Self::Jwks => "jwks",
            Self::JwksUri => "jwks_uri",
            Self::BackchannelLogoutUri => "backchannel_logout_uri",
            Self::PostLogoutRedirectUris => "post_logout_redirect_uris",
            Self::Scope => "scope",
            Self::Contacts => "contacts",
            Self::SoftwareId => "software_id",
            Self::SoftwareVersion => "software_version",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ClientUri => "Home page",
            Self::LogoUri => "Logo",
            Self::TosUri => "Terms of service",
            Self::PolicyUri => "Privacy policy",
            Self::Jwks => "Public keys",
            Self::JwksUri => "Address of public keys",
            Self::BackchannelLogoutUri => "Address that hears of sign-outs",
            Self::PostLogoutRedirectUris => "Addresses after a sign-out",
            Self::Scope => "Scopes it wishes for",
            Self::Contacts => "Contacts",
            Self::SoftwareId => "Software id",
            Self::SoftwareVersion => "Software version",
        }
    }
}

crate::word::closed_word!(OptionalMember, "metadata member");
