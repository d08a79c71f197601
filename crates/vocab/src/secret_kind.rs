//! The kinds of high-entropy value we issue, told apart by a text prefix, so that none redeems as
//! another and secret scanners recognise them.

use crate::environment::Environment;

/// What a [`Secret`](crate::Secret) is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    /// A client's secret: `nps_` in production, `nss_` in the sandbox.
    ClientSecret(Environment),
    /// A resource server's secret: `nrs_`.
    ResourceSecret,
    /// An authorization code: `nac_`.
    AuthorizationCode,
    /// The reference of a pushed authorization request: `npr_`.
    PushedRequest,
    /// What a device polls with until its person has answered: `ndc_`.
    DeviceCode,
    /// A refresh token: `nrt_`.
    RefreshToken,
    /// A browser session's token: `nst_`.
    SessionToken,
    /// An invitation's token: `niv_`.
    Invitation,
    /// The link that sets a new password: `npw_`.
    PasswordReset,
    /// What a browser holds while its person is at an identity provider: `nip_`.
    SignInElsewhere,
    /// What a registrant polls with until somebody has decided: `nrg_`.
    RegistrationCode,
    /// What a client manages its own registration with: `nra_`.
    RegistrationAccess,
    /// An initial access token (RFC 7591 section 3): `nia_`.
    InitialAccessToken,
    /// A person's token of the management API: `npt_`.
    ApiToken,
}

impl SecretKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::ClientSecret(Environment::Sandbox),
        Self::ClientSecret(Environment::Production),
        Self::ResourceSecret,
        Self::AuthorizationCode,
        Self::PushedRequest,
        Self::DeviceCode,
        Self::RefreshToken,
        Self::SessionToken,
        Self::Invitation,
        Self::PasswordReset,
        Self::SignInElsewhere,
        Self::RegistrationCode,
        Self::RegistrationAccess,
        Self::InitialAccessToken,
        Self::ApiToken,
    ];

    /// Four characters that start every secret of the kind.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ClientSecret(Environment::Production) => "nps_",
            Self::ClientSecret(Environment::Sandbox) => "nss_",
            Self::ResourceSecret => "nrs_",
            Self::AuthorizationCode => "nac_",
            Self::PushedRequest => "npr_",
            Self::DeviceCode => "ndc_",
            Self::RefreshToken => "nrt_",
            Self::SessionToken => "nst_",
            Self::Invitation => "niv_",
            Self::PasswordReset => "npw_",
            Self::SignInElsewhere => "nip_",
            Self::RegistrationCode => "nrg_",
            Self::RegistrationAccess => "nra_",
            Self::InitialAccessToken => "nia_",
            Self::ApiToken => "npt_",
        }
    }
}
